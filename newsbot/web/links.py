"""Links as people and programs write them into feeds and sitemaps: mended, made absolute, or refused."""

from __future__ import annotations

import html
import re
from urllib.parse import parse_qsl, urlsplit

from newsbot.web.urls import MAX_URL_LENGTH, InvalidURL, canonical_url, is_domain, site_of

LONGEST_LINK = 4 * MAX_URL_LENGTH
"""Characters of a text that may be a link, escaped as often as it may be; an address has to be shorter."""

_PLAIN = re.compile(r"https?://[\w-]+(?:\.[\w-]+)+(?::\d+)?(?:[/?][!#-;=?-\[\]_a-z~]*)?", re.IGNORECASE | re.ASCII)
"""Nearly all links: nothing stands around them, and no sign in them that an address cannot have."""
_NEXT_ONE = re.compile(r"(?<![\s,;|])[\s,;|]+(?=https?://)")
_REFERENCE = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_INVISIBLE = (
    "".join(map(chr, (*range(0x21), *range(0x7F, 0xA1), *range(0x2000, 0x2010), *range(0x2028, 0x2030))))
    + "".join(map(chr, (*range(0x205F, 0x2070), *range(0xFFF9, 0xFFFE), *range(0x180B, 0x180F))))
    + "\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u3000\u3164\ufeff\uffa0"
)
"""What is not seen, and what takes the place of lost characters: no link begins or ends with any of it."""
_PAIRS = frozenset(("''", '""', "“”", "‘’", "«»", "()", "[]", "``", "<>"))
_ONE_LINE = re.compile(r"(?<!\s)\s*[\r\n\t\v\f\x85\u2028\u2029]+\s*")
_TAG = re.compile(r"""<a\b[^<>]*?\bhref\s*=\s*["']?([^"'\s<>]+)[^<]*(?:</a\s*>)?|<[a-z/!][^<>:]*>""", re.IGNORECASE)
_SCHEMES = re.compile(r"(?:https?[:;]?[/\\]{0,4}\s*)+(?=https?[:;]?[/\\]{2})|feed:(?=https?:)", re.IGNORECASE)
"""Schemes before another one: http://https://, feed:https://."""
_SCHEME = re.compile(
    r"(?:h{0,2}t{1,3}p(s?)\s*(?:[:;.,]\s*[/\\]{1,4}|[/\\]{2,4}|:(?=[\w-]+\.\w))|feed:[/\\]{2})[\s/\\]*", re.IGNORECASE
)
"""How http:// and https:// are written, well or by mistake."""
_SECOND_CHOICE = re.compile(
    r"https?://(?:feedproxy\.google|feeds\.feedburner|(?:[\w-]+\.)*feedsportal|(?:[\w-]+\.)*pheedo)\.com/|"
    r"https?://(?:t\.co|bit\.ly|ow\.ly|dlvr\.it|buff\.ly|trib\.al|goo\.gl|is\.gd|tinyurl\.com|fb\.me|j\.mp|ift\.tt)/|"
    r"https?[:;]?[/\\]*\s*https?[:;]?[/\\]|(?!https?://[^/\\\s])(?:h{0,2}t{1,3}ps?\s*(?:[:;.,]|[/\\]{2})|feed:)|"
    r"[\w-]+(?:\.[\w-]+)+(?::\d+)?(?:[/?#]|$)",
    re.IGNORECASE,
)
_AUTHORITY = re.compile(r"(https?://)([^/\\\\?#]*)")
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+(?::\d{1,5})?")
_NO_HOST = frozenset(
    ("n", "na", "none", "null", "nil", "undefined", "http", "https", "http:", "https:", "www", "-", "...")
)
_OTHER_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_NOTHING = frozenset(
    ("", "n/a", "/n/a", "n.a.", "na", "none", "none)", "null", "nil", "undefined", "nan", "false", "true", "tbd", "tba",
     "todo", "unknown", "url", "link", "http", "https", "permalink", "object", "[object object]", "array", "empty",
     "nolink", "error", "void", "void(0)", "0", "-", "--", "_", "?", ".")
)  # fmt: skip
"""What programs write where they know no link."""
_SCRIPTS = (".do", ".pl", ".py", ".pm", ".sh", ".rs", ".cc", ".md", ".so", ".ps", ".zip", ".mov")
"""Suffixes of domains that files have too: article.pl/2026/11."""
_BEHIND_HOST = re.compile(r"https?://[^/]+/(https?):/{1,2}(.+)")
_LEADING = frozenset(
    ("url", "u", "q", "to", "target", "dest", "destination", "link", "redirect", "redirect_url", "redirect_to", "goto",
     "out", "murl", "ued", "go", "r", "l")
)  # fmt: skip
"""Parameters in which an address stands that another one leads to."""


def unescaped(text: str) -> str:
    """Resolve the references of a text that is XML or HTML, those that end in a semicolon.

    html.unescape makes § of ``&sect`` in ``&section=``: HTML's old names need no semicolon, but in links they do
    (HTML, 13.2.5.73).

    >>> unescaped("a.php?id=0&section=x&amp;copy=1&#38;b"), unescaped("caf&eacute;")
    ('a.php?id=0&section=x&copy=1&b', 'café')
    """
    return _REFERENCE.sub(lambda reference: html.unescape(reference[0]), text) if "&" in text else text


def link_address(
    text: str | None, base: str, sites: frozenset[str] = frozenset(), *, relative: bool = True
) -> str | None:
    """Return the address that a link of a feed or sitemap means, in canonical form; None where it means none.

    ``base`` is where relative ones start from. ``sites`` are the outlet's own, as ``site_of`` names them: a host of
    theirs may stand without a scheme, and an address of theirs within a foreign one is what that one leads to.
    ``relative`` says that the text is a link; otherwise it has to look like an address to be one.

    >>> base, sites = "https://bote.example/feed", frozenset({"bote.example"})
    >>> [link_address(text, base, sites) for text in ("\\ufeff /a/1\\n", "http://https://bote.example/2")]
    ['https://bote.example/a/1', 'https://bote.example/2']
    >>> link_address("bote.example/3", base, sites), link_address("story.html", base, sites)
    ('https://bote.example/3', 'https://bote.example/story.html')
    >>> [link_address(text, base, sites) for text in ("N/A", "http://", "mailto:desk@bote.example", "see below")]
    [None, None, None, None]
    >>> link_address("https://click.example/?to=https%3A%2F%2Fbote.example%2F4", base, sites)
    'https://bote.example/4'
    """
    if not text or (len(text) > LONGEST_LINK and len(text := text.strip()) > LONGEST_LINK):
        return None
    if not _PLAIN.fullmatch(text) or ("&" in text and _REFERENCE.search(text)):
        text = _mended(text, base, sites)
    if not text or not (relative or text.startswith(("http://", "https://", "//"))):
        return None
    try:
        address = canonical_url(text, None if text.startswith(("http://", "https://")) else base)
    except InvalidURL:
        return None
    return (_led_to(address, sites) or address) if "http" in address[8:] else address


def is_second_choice(text: str) -> bool:
    """Tell whether a link is one to take where there is no other.

    Its scheme is missing or wrong, so that http or https is a guess; or it leads to the page through a shortener, or a
    proxy of feeds, all of which are no more.

    >>> [is_second_choice(text) for text in ("http://https://bote.example/", "bote.example/a", "/a", "HTTP://bote.example/")]
    [True, True, False, False]
    """
    return _SECOND_CHOICE.match(text.strip(_INVISIBLE)) is not None


def _mended(text: str, base: str, sites: frozenset[str]) -> str | None:
    """Return a link as it was meant, absolute or relative; None for what is none."""
    text = text.replace("<![CDATA[", "").replace("]]>", "").strip(_INVISIBLE)
    if text.startswith("http"):
        text = _NEXT_ONE.split(text, maxsplit=1)[0]
    text = _ONE_LINE.sub("", text)
    for _ in range(3):
        while text[0:1] + text[-1:] in _PAIRS and not (text[0] == "<" and _TAG.match(text)):
            text = text[1:-1].strip(_INVISIBLE)
        if "<" in text:
            text = _TAG.sub(lambda tag: tag[1] or "", text).strip(_INVISIBLE)
        once = unescaped(text).strip(_INVISIBLE)
        if once == text:
            break
        text = once
    if text.lower() in _NOTHING or text.startswith("#"):
        return None
    text = _SCHEMES.sub("", text, count=1) if _SCHEMES.match(text) else text
    if written := _SCHEME.match(text):
        text = f"http{'s' if written[1] else ''}://{text[written.end() :]}"
    elif _begins_with_host(text, sites):
        text = f"{base.partition(':')[0]}://{text}"
    if authority := _AUTHORITY.match(text):
        host = "".join(authority[2].split())
        if host.lower() in _NO_HOST:
            return None
        return authority[1] + host + text[authority.end() :]
    if _OTHER_SCHEME.match(text) or (" " in text and not text.startswith(("/", "?", "."))):
        return None  # tag:, mailto:, javascript:, and sentences
    return text


def _begins_with_host(text: str, sites: frozenset[str]) -> bool:
    """Tell whether an address without a scheme begins with a host, rather than with the name of a folder."""
    if "." not in text or text.startswith(("/", ".", "?")):
        return False
    host = re.split(r"[/?#]", text, maxsplit=1)[0]
    if not _HOST.fullmatch(host):
        return False
    if (host.lower().startswith("www.") and host.count(".") > 1) or site_of(f"http://{host}") in sites:
        return True
    name = host.partition(":")[0]
    return text[len(host) : len(host) + 1] == "/" and not name.lower().endswith(_SCRIPTS) and is_domain(name)


def _led_to(address: str, sites: frozenset[str]) -> str | None:
    """Return the outlet's own address that stands in another one, behind a host or as a parameter to lead there."""
    parts = urlsplit(address)
    behind = _BEHIND_HOST.match(address)
    values = [f"{behind[1]}://{behind[2]}"] if behind else []
    if site_of(address) not in sites:
        values += [value for name, value in parse_qsl(parts.query) if name.lower() in _LEADING]
    for value in values:
        if value.startswith(("http://", "https://")):
            try:
                inside = canonical_url(value)
            except InvalidURL:
                continue
            if site_of(inside) in sites and urlsplit(inside)[2:4] != ("/", ""):
                return inside
    return None
