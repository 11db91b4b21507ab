"""What a site may state, and where: a catalogue of values that have broken readers, and the places that take them.

A value is a text, or Raw: JSON that is no text. A place makes the bytes of a page or of a listing, with the value in it
as its format writes one (escaped in HTML and XML, encoded in JSON), so that it arrives.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from html import escape
from typing import NewType, TypeAlias

Raw = NewType("Raw", bytes)
"""JSON as it is written, in the place of a text; elsewhere it is a text."""
Value: TypeAlias = str | Raw
LONG = 1_000_000
"""Characters of the values that are put into a few places alone."""

VALUES: dict[str, Value] = {
    "a high surrogate": "Half \ud83d of it",
    "a low surrogate": "\ude00",
    "a reversed pair": "\ude00\ud83d",
    "a pair in two halves": "\ud83d\ude00",
    "surrogates alone": "\ud83d" * 300,
    "NUL": "a\0b",
    "NUL alone": "\0",
    "NUL and blanks": " \0\0 ",
    "C0": "".join(map(chr, range(1, 32))) + "x",
    "C1": "".join(map(chr, range(0x7F, 0xA0))) + "x",
    "bidi overrides": "\u202eabc\u202d \u2066def\u2069",
    "zero width": "\u200b\u200c\u200d\u2060\ufeff",
    "a byte order mark": "\ufeffTitle",
    "a noncharacter": "a\ufffe\uffff",
    "a noncharacter of another plane": "\U0010ffff \U0001fffe",
    "private use": "\ue000\ue001\ue002\ue003 \U000f0000",
    "combining marks": "Z" + "\u0301\u0489\u033f" * 500,
    "a replacement": "\ufffd",
    "line separators": "a\u2028b\u2029c\u0085d",
    "soft hyphens": "\u00ad" * 40,
    "hangul fillers": "\u3164\u115f\uffa0",
    "emoji sequences": "\U0001f469\u200d\U0001f469\u200d\U0001f467\U0001f1ea\U0001f1fa",
    "right to left": "\u0627\u0644\u0639\u0631\u0628\u064a\u0629 \u05e2\u05d1\u05e8\u05d9\u05ea",
    "ligatures": "\ufdfa\ufb03\u1e9e\u0130\u0131",
    "mojibake": "Ã¼ber â€œThe Wallâ€\x9d",
    "empty": "",
    "blank": " ",
    "blanks of all kinds": "\t\r\n\x0b\x0c \u00a0\u1680\u2003\u202f\u205f\u3000",
    "CR LF": "a\r\nSet-Cookie: b\r\n\r\n<html>",
    "ANSI": "\x1b[2J\x1b[31mred\x1b]0;title\x07",
    "quotes": "\"'`´“”‘’«»\\",
    "backslashes": "\\" * 99,
    "SQL": "'; DROP TABLE articles; --",
    "a format": "%s %n %(x)d {0} {x.__class__} ${jndi:ldap://e.org/}",
    "HTML": "<script>alert(1)</script><b>bold</b><!-- c --><img src=x onerror=y>",
    "an open tag": "<p class='x",
    "entities": "&lt;p&gt; &#xD83D; &#0; &#x110000; &nbsp; &amp;amp; &unknown; &#99999999999999;",
    "CDATA": "<![CDATA[ a ]]> b ]]>",
    "a formula": '=HYPERLINK("https://e.org","x")',
    "escapes": "\\ud83d \\u0000 \\x00 %00 %ud83d",
    "percent": "https://example.org/%00%ud83d%ff%2",
    "a long address": "https://example.org/" + "a" * 3_000,
    "an address of letters": "https://example.org/" + "ü" * 1_000,
    "an address with half an emoji": "https://example.org/\ud83d\0/x",
    "a long host": f"https://{'a' * 64}.example/",
    "a host of many parts": f"https://{'a.' * 200}example/",
    "a homograph": "https://ехаmple.org/а",
    "a host that IDNA forbids": "https://\u2010x\u0338.example/\u200d",
    "no port": "https://example.org:99999999999/x",
    "an IPv6 address": "https://[fe80::1%25eth0]:1/x",
    "a user": f"https://{'u' * 1_000}:p@example.org/x",
    "data:": "data:text/html;base64," + "QUJD" * 500,
    "javascript:": "javascript:alert(document.domain)//https://example.org/",
    "file:": "file:///etc/passwd",
    "relative": "../" * 500 + "x",
    "a query": "?" + "&".join(f"a{number}={number}" for number in range(400)),
    "the year 0": "0000-01-01T00:00:00Z",
    "the year 1": "0001-01-01T00:00:00+14:00",
    "the year 9999": "9999-12-31T23:59:59-14:00",
    "a year of 100,000 digits": "2" * 100_000 + "-01-01T00:00:00Z",
    "a date of 60 characters": "2026-11-24T10:00:00.000000000000000000000000000000000000000Z",
    "February 30": "Mon, 30 Feb 2026 25:61:61 +9999",
    "Unix time": "99999999999999999999",
    "a duration": "P1Y2M10DT2H30M",
    "a day of Hijra": "٢٠٢٦-١١-٢٤",
    "a language": "x-" + "klingon-" * 100,
    "a number": Raw(b"12"),
    "a negative number": Raw(b"-1"),
    "a number of 5,000 digits": Raw(b"9" * 5_000),
    "1e400": Raw(b"1e400"),
    "NaN": Raw(b"NaN"),
    "-Infinity": Raw(b"-Infinity"),
    "true": Raw(b"true"),
    "null": Raw(b"null"),
    "a list": Raw(b'["a", 1, null, ["b"], {"name": "c"}]'),
    "an empty list": Raw(b"[]"),
    "an object": Raw(b'{"@type": "Thing", "name": {"@value": ["\\ud83d"]}, "url": [[]]}'),
    "twice the same key": Raw(b'{"name": "a", "name": {"name": "b"}, "@id": "x", "@id": 3}'),
    "an object that is itself": Raw(b'{"@id": "#self"}'),
    "lists in lists": Raw(b"[" * 900 + b"]" * 900),
    "objects in objects": Raw(b'{"name":' * 900 + b"1" + b"}" * 900),
    "10,000 lists": Raw(b"[" * 10_000 + b"]" * 10_000),
    "10,000 objects": Raw(b'{"name":' * 10_000 + b"1" + b"}" * 10_000),
    "1,000 authors": Raw(json.dumps([{"name": f"Ann Lee{chr(97 + n % 26)}{n}"} for n in range(1_000)]).encode()),
    "10,000 characters": "word " * 2_000,
    "a word of 10,000 letters": "x" * 10_000,
}
LONG_VALUES: dict[str, Value] = {
    "a million blanks": " " * LONG,
    "a million tabs": "\t" * LONG,
    "a million line ends": "\n" * LONG,
    "a million non-breaking blanks": "\u00a0" * LONG,
    "a million letters": "a" * LONG,
    "a million wide letters": "ü" * LONG,
    "a million surrogates": "\ud83d" * LONG,
    "a million NUL": "\0" * LONG,
    "a million commas": "a," * (LONG // 2),
    "a million slashes": "/" * LONG,
    "a million digits": "1" * LONG,
    "a million quotes": '"' * LONG,
    "a million less-than signs": "<" * LONG,
    "a million ampersands": "&" * LONG,
}
"""Values of a million characters, for LONG_PLACES."""


def text_of(value: Value) -> str:
    """Return a value as a text."""
    return value if isinstance(value, str) else value.decode()


def encoded(text: str) -> bytes:
    """Return a text in UTF-8, half a surrogate pair as no reader of UTF-8 takes it."""
    return text.encode("utf-8", "surrogatepass")


def in_json(value: Value) -> bytes:
    return json.dumps(value).encode() if isinstance(value, str) else value


def in_xml(value: Value) -> bytes:
    return encoded(escape(text_of(value)))


Place: TypeAlias = Callable[[Value], bytes]
_WORDS = (
    "The council voted on Tuesday to raise the wall by a metre after two storms, and the harbour stays open meanwhile.",
    "Work begins in March, the engineers of the harbour said in the library, where they showed the plans.",
    "Twelve houses behind the old wall had been under water twice within one winter, and their owners asked for help.",
    "The stones come by ship from the north, as they did a hundred years ago, and are set by hand at low tide alone.",
    "Two of the councillors voted against it, since the bridge, they said, had to be mended first and would cost more.",
)
"""Enough for an article that nobody has to be asked about."""


def page(*, head: bytes = b"", script: bytes = b"", top: bytes = b"", body: bytes = b"", lang: bytes = b"en") -> bytes:
    """Return a page of a genuine article with something more in it."""
    data = b'<script type="application/ld+json">%s</script>' % script if script else b""
    return (
        b'<!doctype html><html lang="%s"><head><title>Wall raised</title>%s%s</head><body><article>'
        b"<h1>Wall raised</h1>%s<time datetime=2026-11-24T10:00:00Z></time>%s%s</article></body></html>"
    ) % (lang, head, data, top, b"".join(b"<p>%s</p>" % line.encode() for line in _WORDS), body)


def _said(name: str) -> Place:
    def place(value: Value) -> bytes:
        told = {"headline": b'"Wall raised"', "datePublished": b'"2026-11-24T10:00:00Z"', name: in_json(value)}
        fields = b", ".join(b'"%s": %s' % (key.encode(), text) for key, text in told.items())
        return page(script=b'{"@type": "NewsArticle", %s}' % fields)

    return place


def _told(name: str, attribute: str = "property") -> Place:
    return lambda value: page(
        head=b'<meta %s="%s" content="%s">' % (attribute.encode(), name.encode(), encoded(escape(text_of(value))))
    )


def _html(markup: str, **where: str) -> Place:
    def place(value: Value) -> bytes:
        filled = markup.encode().replace(b"VALUE", encoded(escape(text_of(value))))
        return page(**{where.get("at", "body"): filled})

    return place


PAGE_PLACES: dict[str, Place] = {
    **{
        f"JSON-LD {name}": _said(name)
        for name in (
            "headline", "description", "author", "datePublished", "dateModified", "image", "articleSection", "keywords",
            "publisher", "url", "mainEntityOfPage", "mainEntity", "articleBody", "@id", "@type", "@graph",
            "isAccessibleForFree", "hasPart",
        )
    },
    "JSON-LD author.name": lambda value: _said("author")(Raw(b'{"@type": "Person", "name": %s}' % in_json(value))),
    "JSON-LD itself": lambda value: page(script=in_json(value).replace(b"</", b"<\\/")),
    **{
        f"meta {name}": _told(name)
        for name in (
            "og:title", "og:description", "og:image", "og:url", "og:site_name", "og:locale", "og:type",
            "article:published_time", "article:modified_time", "article:section", "article:tag", "article:author",
        )
    },
    **{
        f"meta {name}": _told(name, "name")
        for name in ("author", "keywords", "description", "date", "robots", "tdm-reservation", "application-name")
    },
    "title": lambda value: page().replace(b"<title>Wall raised", b"<title>" + in_xml(value)),
    "h1": lambda value: page().replace(b"<h1>Wall raised", b"<h1>" + in_xml(value)),
    "lang": lambda value: page(lang=encoded(escape(text_of(value)))),
    "byline": _html('<p class="byline">By VALUE</p>', at="top"),
    "time": _html('<time datetime="VALUE">VALUE</time>', at="top"),
    "paragraph": _html("<p>VALUE</p>"),
    "link": _html('<p>Read <a href="VALUE">the next page</a></p><a rel="next" href="VALUE">2</a>'),
    "canonical": _html('<link rel="canonical" href="VALUE">', at="head"),
    "picture": _html('<figure><img src="VALUE" alt="VALUE"><figcaption>VALUE</figcaption></figure>'),
    "markup": lambda value: page(body=encoded(text_of(value))),
}  # fmt: skip
GENUINE = "https://example.org/2026/11/24/genuine"
"""The address of the genuine article of every listing."""


def _rss(inside: str, channel: str = "") -> Place:
    head = '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
    odd = inside if "<link>" in inside or not inside else f"<link>https://example.org/odd</link>{inside}"
    feed = f"{head}{channel}<item>{odd}</item><item><title>Genuine</title><link>{GENUINE}</link></item></channel></rss>"
    return lambda value: feed.encode().replace(b"VALUE", in_xml(value))


def _atom(inside: str, head: str = "") -> Place:
    odd = inside if "<link" in inside else f'<link href="https://example.org/odd"/>{inside}'
    genuine = f'<entry><title>Genuine</title><link href="{GENUINE}"/></entry>'
    feed = f'<feed xmlns="http://www.w3.org/2005/Atom">{head}<entry>{odd}</entry>{genuine}</feed>'
    return lambda value: feed.encode().replace(b"VALUE", in_xml(value))


def _json_feed(name: str, *, of_feed: bool = False) -> Place:
    def place(value: Value) -> bytes:
        field = b'"%s": %s' % (name.encode(), in_json(value))
        odd = b'"title": "Odd"' if of_feed else field
        address = b"" if name == "url" else b'"url": "https://example.org/odd", '
        genuine = json.dumps({"url": GENUINE, "title": "Genuine"}).encode()
        return b'{%s"items": [{%s%s}, %s]}' % (field + b", " if of_feed else b"", address, odd, genuine)

    return place


def _sitemap(inside: str) -> Place:
    odd = inside if "<loc>" in inside else f"<loc>https://example.org/odd</loc>{inside}"
    name = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    sitemap = f"<urlset {name}><url>{odd}</url><url><loc>{GENUINE}</loc></url></urlset>"
    return lambda value: sitemap.encode().replace(b"VALUE", in_xml(value))


def _news(name: str) -> Place:
    return _sitemap(f"<news:news><news:{name}>VALUE</news:{name}></news:news>")


def _section(value: Value) -> bytes:
    written = encoded(escape(text_of(value)))
    stories = b"".join(
        b'<article><h2><a href="/2026/11/24/story-%d-of-the-harbour">Story %d of the harbour wall</a></h2></article>'
        % (n, n)
        for n in range(5)
    )
    return (
        b'<html lang="%s"><body><article><h2><a href="%s">%s</a></h2><time datetime="%s"></time></article>%s'
        b'<article><h2><a href="%s">The genuine story of the wall</a></h2></article></body></html>'
    ) % (written, written, written, written, stories, GENUINE.encode())


def _list(name: str) -> Place:
    def place(value: Value) -> bytes:
        odd = b'{"@type": "NewsArticle", "@id": "https://example.org/odd", "%s": %s}' % (name.encode(), in_json(value))
        data = b'{"@type": "ItemList", "itemListElement": [%s]}' % odd
        script = b'<script type="application/ld+json">%s</script></body>' % data.replace(b"</", b"<\\/")
        return _section("The story").replace(b"</body>", script)

    return place


LISTING_PLACES: dict[str, tuple[str, Place]] = {
    **{
        f"RSS {name}": ("feed", _rss(f"<{name}>VALUE</{name}>"))
        for name in (
            "title", "link", "guid", "description", "content:encoded", "author", "dc:creator", "category", "pubDate",
            "dc:date", "comments", "dc:language",
        )
    },
    "RSS guid alone": ("feed", lambda value: _rss("<link></link><guid>VALUE</guid>")(value)),
    **{
        f"RSS channel {name}": ("feed", _rss("<title>Odd</title>", f"<{name}>VALUE</{name}>"))
        for name in ("title", "link", "language", "lastBuildDate", "managingEditor")
    },
    **{
        f"Atom {name}": ("feed", _atom(f"<{name}>VALUE</{name}>"))
        for name in ("title", "id", "summary", "content", "published", "updated")
    },
    "Atom link": ("feed", _atom('<link href="VALUE"/>')),
    "Atom author": ("feed", _atom("<author><name>VALUE</name></author>")),
    "Atom category": ("feed", _atom('<category term="VALUE"/>')),
    "Atom feed title": ("feed", _atom("", "<title>VALUE</title>")),
    "Atom feed author": ("feed", _atom("", "<author><name>VALUE</name></author>")),
    **{
        f"JSON Feed {name}": ("feed", _json_feed(name))
        for name in (
            "title", "url", "id", "content_html", "content_text", "summary", "date_published", "date_modified",
            "authors", "author", "tags", "language",
        )
    },
    **{
        f"JSON Feed itself {name}": ("feed", _json_feed(name, of_feed=True))
        for name in ("title", "home_page_url", "next_url", "language", "authors", "hubs")
    },
    "sitemap loc": ("sitemap", _sitemap("<loc>VALUE</loc>")),
    "sitemap lastmod": ("sitemap", _sitemap("<lastmod>VALUE</lastmod>")),
    **{
        f"sitemap news:{name}": ("news_sitemap", _news(name))
        for name in ("title", "publication_date", "keywords", "language", "name")
    },
    "section": ("section", _section),
}  # fmt: skip
LISTING_PLACES |= {
    f"section JSON-LD {name}": ("section", _list(name)) for name in ("headline", "datePublished", "@id", "@type", "url")
}
HEADERS = (
    "ETag",
    "Last-Modified",
    "Link",
    "Content-Type",
    "X-Robots-Tag",
    "TDM-Reservation",
    "Location",
    "Retry-After",
    "Refresh",
)
"""Headers that newsbot reads."""
LONG_PLACES = (
    "JSON-LD headline", "JSON-LD author", "meta og:description", "meta keywords", "title", "byline", "paragraph",
    "canonical", "RSS title", "RSS author", "RSS link", "RSS pubDate", "Atom summary", "JSON Feed title",
    "JSON Feed authors", "sitemap loc", "sitemap lastmod",
)  # fmt: skip
"""Places that take the values of a million characters."""
