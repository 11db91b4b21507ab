"""One page, read once: bytes -> text -> one lxml tree that fields and body share.

What else is read off the tree here: the meta tags, the short texts around the headline, the next page of an article
that is spread over several.

Errors:

    Exception
    └── ExtractionError     the page gives no article: .reason is one of items.REJECTION_REASONS, .detail tells more
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import unescape
from itertools import chain, islice
from urllib.parse import urljoin, urlsplit

from lxml import etree

from newsbot.items import MAX_BYTES, REJECTION_REASONS
from newsbot.web.encoding import to_utf8
from newsbot.web.jsonld import is_jsonld
from newsbot.web.links import unescaped
from newsbot.web.text import fold, raw_text, text_content
from newsbot.web.urls import InvalidURL, canonical_url

MAX_ELEMENTS = 40_000
"""The largest of 376 real pages has 4,529."""
MAX_TAGS = 4 * MAX_ELEMENTS
"""Start and end tags, counted before the page is parsed."""
MAX_ATTRIBUTES = 10_000
"""On one element. libxml2 takes quadratic time over them: 1.8 s for 50,000."""
LONG_TAG = 60_000
"""Bytes without an end of tag from which a tag is searched for that many attributes."""
SIGNUP = 400
"""Characters of text that a box with a field for an e-mail address has at most, and how many elements up it may be."""
SIGNUP_HEIGHT = 4
LINES_AFTER, LINES_BEFORE = 25, 12
"""Lines looked at on either side of the headline, for bylines and dates."""
SHORTEST_HEADLINE = 12
"""Characters of a heading that is a part of the title, at least."""
LONGEST_LINE = 120
"""Characters with which a line there is text."""
MAX_PAGES = 50
"""Pages that an article is believed to have."""
LONGEST_LABEL = 20
"""Characters of a link to a further page, without knowing its language."""

_PARSER = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, collect_ids=False)
"""A table of ids, which nobody asks for, would cost a twentieth of the parse."""
_BINARY = (
    b"%PDF", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"PK\x03\x04", b"\x1f\x8b", b"RIFF", b"\x00\x00\x00", b"OggS",
    b"ID3",
)  # fmt: skip
_MARKUP = re.compile(
    rb"<\s*(?:!doctype\s+html|html|head|body|article|div|p|title|meta|h1|main|section|span|table|center)\b", re.I
)
_FEED = re.compile(
    rb"\s*(?:<\?xml[^>]*>)?\s*(?:<!--.*?-->\s*)*<(?:rss|feed|urlset|sitemapindex|rdf:RDF|svg)\b", re.I | re.S
)
_ATTRIBUTE = rb"""[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"?+|'[^']*+'?+|[^\s>]*+))?+"""
_TAG = re.compile(
    rb"""<!--(?:[^-]++|-(?!->))*+|
        <(?:(?P<raw>script|style|textarea|title|xmp|iframe|noembed|noframes)(?=[\s/>])|[a-z][^\s/>]*+)
        (?P<attributes>(?:%b)*+)(?(raw)[\s/]*+>?+(?:[^<]++|<(?!/(?P=raw)))*+)"""
    % _ATTRIBUTE,
    re.IGNORECASE | re.VERBOSE,
)
"""A start tag as HTML cuts it, with the text behind that has no tags in it; or a comment.

What is looked at for one match is part of it, or of no later one, so that a search takes linear time.
"""
_ATTRIBUTES = re.compile(_ATTRIBUTE)
_COLLECTED = (
    "script", "meta", "title", "link", "h1", "time", "template", "input", "video", "audio", "iframe", "nav", "a",
)  # fmt: skip
_DROPPED = "template"
"""What is to go gets the name of what is stripped: it keeps the text that follows, and takes libxml2's own time."""
_SILENT = (
    "script", "style", "noscript", "template", "svg", "iframe", "object", "embed", "canvas", "math", "map", "audio",
    "frame", "frameset", "applet", "select", "option", "input", "textarea", "datalist", "link", "source", "track",
)  # fmt: skip
"""What never holds text of the article, and would only cost time in every later pass."""
_MAIL = re.compile(r"mail|@|courriel|électronique|correo|почт|البريد|邮箱|郵箱|メール|이메일", re.IGNORECASE)
_PLAYER = re.compile(r"youtube|vimeo|dailymotion|jwplay|brightcove|/embed/|player|video", re.I)
_NUMBERED = re.compile(
    r"""^(?P<stem>.+?)(?:[/_-](?:page[/_-]?|p|seite-?)?(?P<number>\d{1,2})/?|
        [?&](?:page|p|seite|pagina|pg|start|paged)=(?P<query>\d{1,2}))(?P<rest>\.html?)?$""",
    re.I | re.VERBOSE,
)
_ENDING = re.compile(r"[-_/]?(?:page|seite|p)?[-_/]?\d{0,2}(?:\.html?)?$", re.IGNORECASE)
_NUMBERS = re.compile(r"[1-9]\d*")
_NAMESAKE = re.compile(r"[^/](?<!page)(?<!seite)[-_]\d{1,2}/?(?:\.html?)?$", re.IGNORECASE)


class ExtractionError(Exception):
    """A page that is no article; both arguments stay in ``args``, so it travels between processes.

    >>> import pickle
    >>> pickle.loads(pickle.dumps(ExtractionError("no_body", "nothing in <main>"))).reason
    'no_body'
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        if reason not in REJECTION_REASONS:
            raise ValueError(f"no such rejection reason: {reason!r}")
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail or REJECTION_REASONS[self.reason]}"


@dataclass(slots=True)
class Document:
    """A parsed page. Readers of fields leave the tree as it is; the body's pruning comes last."""

    url: str
    root: etree._Element
    head: list[etree._Element] = field(default_factory=list)
    """<meta>, <link> and <title> elements in order."""
    scripts: list[str] = field(default_factory=list)
    """The texts of the page's JSON-LD scripts."""
    h1: list[etree._Element] = field(default_factory=list)
    times: list[etree._Element] = field(default_factory=list)
    links: list[etree._Element] = field(default_factory=list)
    """All <a>, those of menus that are no longer in the tree with them."""
    others: list[etree._Element] = field(default_factory=list)
    """The page's other scripts, for pages that carry their text there alone."""
    password: bool = False
    """Whether the page has a field to type a password in."""
    players: int = 0
    """Number of video and audio players, embedded ones with them."""
    headline: dict[str, etree._Element | None] = field(default_factory=dict)
    """Title -> its heading, once somebody has asked for it."""
    after: list[str] | None = None
    """The lines after the headline, the nearest first, once somebody has asked for them; likewise those before it."""
    before: list[str] | None = None
    body: etree._Element = field(init=False)
    """The <body>, or the root of a page that has none."""
    elements: list[etree._Element] = field(default_factory=list)
    """The body and all elements below it, in order. Held here, they are not made anew by every walk."""

    def __post_init__(self) -> None:
        found = self.root.find("body")
        self.body = self.root if found is None else found


@dataclass(slots=True)
class MetaTags:
    """What the head says, by folded name, in document order."""

    values: dict[str, list[str]] = field(default_factory=dict)
    canonical: str | None = None
    title: str = ""

    def first(self, *names: str) -> str:
        """Return the first value of the first name that has one, or an empty string."""
        return next(self.all(*names), "")

    def all(self, *names: str) -> Iterator[str]:
        """Give the values of the names, in the order of the names."""
        for name in names:
            yield from self.values.get(name, ())


def read_document(html: bytes, url: str, charset: str | None = None) -> Document:
    """Parse a page, or raise ExtractionError: empty_page, not_html, too_large or unreadable."""
    start = html[:2048].lstrip()
    if not start and not html.strip():
        raise ExtractionError("empty_page", f"{len(html)} bytes")
    if len(html) > MAX_BYTES:
        raise ExtractionError("too_large", f"{len(html)} bytes, the limit is {MAX_BYTES}")
    if start.startswith(_BINARY) and not _MARKUP.search(html[:2048]):
        raise ExtractionError("not_html", f"starts with {start[:8]!r}")
    data = to_utf8(html, charset).data
    if not _MARKUP.search(data, 0, 100_000):
        raise ExtractionError("not_html", "no HTML tag in the first 100,000 bytes")
    if _FEED.match(data[:4096]):
        raise ExtractionError("not_html", "a feed or another XML document")
    return _parse(data, url)


def _parse(data: bytes, url: str) -> Document:
    tags = data.count(b"<") if len(data) > 3 * MAX_ELEMENTS else 0
    if tags > MAX_TAGS:
        raise ExtractionError("too_large", f"more than {MAX_TAGS} tags")
    if _has_monstrous_tag(data):
        raise ExtractionError("unreadable", f"an element with {MAX_ATTRIBUTES} attributes or more")
    if b"\0" in data:
        data = data.translate(None, b"\0")
    try:
        root = etree.fromstring(data, _PARSER)
    except (etree.LxmlError, ValueError) as error:
        raise ExtractionError("unreadable", str(error)[:200]) from None
    if root is None:
        raise ExtractionError("unreadable", "the parser found no element")
    # a tag makes one element, and now and then one that is implied
    if tags > MAX_ELEMENTS / 2 and int(root.xpath("count(//*)")) > MAX_ELEMENTS:
        raise ExtractionError("too_large", f"more than {MAX_ELEMENTS} elements")
    return _collect(root, url)


def _has_monstrous_tag(data: bytes) -> bool:
    """Whether an element has so many attributes that libxml2 would be busy for seconds."""
    starts = range(0, len(data) - LONG_TAG, LONG_TAG // 2)
    if data.count(b"=") <= 3 * MAX_ATTRIBUTES and all(data.find(b">", at, at + LONG_TAG) >= 0 for at in starts):
        return False
    for tag in _TAG.finditer(data):
        start, end = tag.span("attributes")
        if end - start > 2 * MAX_ATTRIBUTES and sum(1 for _ in _ATTRIBUTES.finditer(data, start, end)) > MAX_ATTRIBUTES:
            return True
    return False


def _collect(root: etree._Element, url: str) -> Document:
    document = Document(url, root)
    templates = False
    typed: list[etree._Element] = []
    menus: list[etree._Element] = []
    for element in root.iter(*_COLLECTED):  # one walk for all of them
        tag = element.tag
        if tag == "a":
            document.links.append(element)
        elif tag == "script":
            if not is_jsonld(element):
                document.others.append(element)
            elif element.text:
                document.scripts.append(element.text)
        elif tag in ("meta", "title", "link"):
            document.head.append(element)
        elif tag == "h1":
            document.h1.append(element)
        elif tag == "time":
            document.times.append(element)
        elif tag == "template":
            templates = True
        elif tag == "nav":
            menus.append(element)
        elif tag == "input":
            typed.append(element)
        elif tag != "iframe" or _PLAYER.search(element.get("src") or element.get("data-src") or ""):
            document.players += 1
    for element in typed:
        kind = (element.get("type") or "text").lower()
        if kind == "password":
            document.password = True
        elif kind in ("email", "text"):
            _drop_signup(element, kind)
    if templates:
        _fill_streamed(root)
    for menu in menus:  # an unclosed one holds the whole page
        if next(menu.iter("p", "h1", "main", "article"), None) is None:
            menu.tag = _DROPPED
    etree.strip_elements(root, *_SILENT, with_tail=False)
    document.elements = list(document.body.iter())
    return document


def _drop_signup(typed: etree._Element, kind: str) -> None:
    """Take out the box around a field for an e-mail address: a few words that ask to subscribe to something."""
    if kind != "email" and not _MAIL.search(" ".join(typed.get(name) or "" for name in ("placeholder", "name", "id"))):
        return
    box = None
    above = typed.getparent()
    for _ in range(SIGNUP_HEIGHT):
        if above is None or above.tag not in ("form", "div", "p", "label", "fieldset", "section", "aside", "span"):
            break
        if is_longer(above, SIGNUP) or next(above.iter("h1", "time"), None) is not None:
            break
        box, above = above, above.getparent()
    if box is not None:
        box.tag = _DROPPED


def is_longer(element: etree._Element, most: int) -> bool:
    """Whether an element has more characters of text than that, blanks folded."""
    text = raw_text(element)
    if len(text) <= most:
        return False
    if len("".join(text.split())) > most:
        return True
    length = 0
    for text in element.itertext():
        length += len(" ".join(text.split()))
        if length > most:
            return True
    return False


def _fill_streamed(root: etree._Element) -> None:
    """Put content that React streams in late (a hidden S:n) in its place (a template B:n or P:n), as its scripts do."""
    for late in root.xpath("//div[@hidden and starts-with(@id, 'S:')]"):
        number = late.get("id", "")[2:]
        for slot in root.iter("template"):
            if slot.get("id") in (f"B:{number}", f"P:{number}") and late not in slot.iterancestors():
                del late.attrib["hidden"]
                late.attrib.pop("id")
                slot.addnext(late)
                break


def read_metatags(document: Document) -> MetaTags:
    """Collect the page's meta tags."""
    tags = MetaTags()
    for element in document.head:
        if element.tag == "meta":
            content = (element.get("content") or "").strip()
            if not content:
                continue
            if "&" in content:
                # of an address, &sect without a semicolon is the beginning of a parameter's name
                is_address = content.startswith(("http://", "https://", "/"))
                content = (unescaped(content) if is_address else unescape(content)).strip()
            for attribute in ("property", "name", "itemprop", "http-equiv"):
                if name := element.get(attribute):
                    key = name.strip().lower()
                    tags.values.setdefault(f"itemprop:{key}" if attribute == "itemprop" else key, []).append(content)
        elif element.tag == "title":
            if not tags.title:
                tags.title = text_content(element)
        elif href := (element.get("href") or "").strip():
            rel = (element.get("rel") or "").lower().split()
            if "canonical" in rel and tags.canonical is None:
                tags.canonical = unescaped(href)
    return tags


def origin_of(name: str) -> str:
    """Return the family of a meta name as the record's origins call it.

    >>> origin_of("og:title"), origin_of("dc.creator")
    ('opengraph', 'meta')
    """
    return "opengraph" if name.startswith(("og:", "article:", "books:", "video:")) else "meta"


def headlines(elements: Iterable[etree._Element], title: str) -> Iterator[etree._Element]:
    """Give the elements whose text is the title, case and punctuation aside; none where there is no title.

    A label before the title, as long as that at most, is no part of it.

    >>> page = etree.HTML("<h1><i>Weather</i>“Rain falls”</h1><h2>Rain falls elsewhere</h2>")
    >>> [element.tag for element in headlines(page.iter("h1", "h2"), "Rain falls")]
    ['h1']
    """
    if squeezed := fold(title).replace(" ", ""):
        for element in elements:
            text = fold(raw_text(element).replace("\u00ad", "")).replace(" ", "")
            if text == squeezed or (len(text) <= 2 * len(squeezed) and text.endswith(squeezed) and len(element)):
                yield element


def headline_of(document: Document, title: str) -> etree._Element | None:
    """Return the heading that is the title, or else the first that is a part of it or has it as a part."""
    if title not in document.headline:
        document.headline[title] = _headline_of(document, fold(title))
    return document.headline[title]


def _headline_of(document: Document, title: str) -> etree._Element | None:
    part = None
    for heading in document.body.iter("h1", "h2") if title else ():
        words = fold(raw_text(heading))
        if words == title:
            return heading
        shorter, longer = sorted((words, title), key=len)
        if part is None and len(shorter) >= SHORTEST_HEADLINE and shorter in longer:
            part = heading
    return part


def nearby_texts(document: Document, title: str) -> list[str]:
    """Return the short lines that follow the headline, then those before it; none where the page shows no headline."""
    lines = chain(lines_after(document, title), lines_before(document, title))
    return [line for line in lines if len(line) < LONGEST_LINE]


def lines_after(document: Document, title: str) -> list[str]:
    """Return the lines that follow the headline, the nearest first."""
    if document.after is None:
        heading = headline_of(document, title)
        document.after = [] if heading is None else list(islice(_lines(_following(heading)), LINES_AFTER))
    return document.after


def lines_before(document: Document, title: str) -> list[str]:
    """Return the lines before the headline, the nearest first."""
    if document.before is None:
        heading = headline_of(document, title)
        lines = () if heading is None else _lines(_preceding(heading, document.body))
        document.before = list(islice(lines, LINES_BEFORE))
    return document.before


def _lines(texts: Iterator[str | None]) -> Iterator[str]:
    return (line for text in texts if text and (line := " ".join(text.split())))


def _following(element: etree._Element) -> Iterator[str | None]:
    """Give the texts after an element, the nearest first."""
    node: etree._Element | None = element
    while node is not None:
        yield node.tail
        for sibling in node.itersiblings():
            yield from sibling.itertext()
            yield sibling.tail
        node = node.getparent()


def _preceding(element: etree._Element, body: etree._Element) -> Iterator[str | None]:
    """Give the texts of the body before an element, the nearest first."""
    node = element
    while node is not body and (parent := node.getparent()) is not None:
        for sibling in node.itersiblings(preceding=True):
            yield sibling.tail
            yield from reversed(list(sibling.itertext()))
        yield parent.text
        node = parent


def next_page(document: Document, here: str) -> str | None:
    """Return the address of the next page of the article at an address in canonical form, or None.

    Believed are links to the same address with the page's number one higher, in rel=next or in a row of page
    numbers; never the next article, never a listing's next page, never a headline whose address ends in -2
    because another article of that name was there before (as WordPress does it).

    >>> page = read_document(b'<p><a href="/rain?page=2">2</a> <a href="/sun?page=2">2</a>', "https://example.org/rain")
    >>> next_page(page, "https://example.org/rain")
    'https://example.org/rain?page=2'
    """
    parts = urlsplit(here)
    stem = _ENDING.sub("", parts.path.rstrip("/")).rpartition("/")[2]
    page = _numbered(here)
    wanted = {"2", str(page[1] + 1) if page else "2"}
    told = [link for link in document.head if link.tag == "link" and "next" in (link.get("rel") or "")]
    for element in (*told, *document.links):
        href = element.get("href")
        # reading a link costs far more than to see that it ends in other numbers or leads to another site
        if not href or not (stem in href or href[0] == "?") or wanted.isdisjoint(_NUMBERS.findall(href[-12:])):
            continue
        if href.startswith("http") and not href.startswith(parts.netloc, href.find("//") + 2):
            continue
        target = _follows(here, href)
        if target and not (_NAMESAKE.search(target) and _is_headline(element)):
            return target
    return None


def _is_headline(link: etree._Element) -> bool:
    """Whether a link says more than "2", "next page" or the like."""
    return "next" not in (link.get("rel") or "") and len(text_content(link, " ")) > LONGEST_LABEL


def _follows(here: str, href: str) -> str | None:
    """Return the link's address if it is this address with the next number."""
    href = href.strip()
    if href.startswith(("#", "javascript:", "mailto:")):
        return None
    try:
        target = canonical_url(urljoin(here, href))
    except (InvalidURL, ValueError):
        return None
    page = _numbered(target)
    if page is None or urlsplit(target).netloc != urlsplit(here).netloc:
        return None
    stem, number = page
    if not 2 <= number <= MAX_PAGES or not urlsplit(stem).path.strip("/"):
        return None
    follows = _numbered(here) == (stem, number - 1) or (number == 2 and stem == _without_ending(here))
    return target if follows else None


def _numbered(address: str) -> tuple[str, int] | None:
    """Return an address without the page's number, and that number; None where it has none."""
    match = _NUMBERED.match(address)
    return (match["stem"].rstrip("/"), int(match["number"] or match["query"])) if match else None


def _without_ending(address: str) -> str:
    return re.sub(r"\.html?$", "", address).rstrip("/")
