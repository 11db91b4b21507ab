"""A site: where its listings are to be looked for, what they name, and what its home page says of the outlet.

A listing is a feed, a sitemap or a section page: a page that names articles and changes with them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

from newsbot.discovery.anchors import Tree, as_tree, base_of
from newsbot.discovery.feed_record import FeedError
from newsbot.discovery.feeds import parse_feed
from newsbot.discovery.links import article_links, section_links
from newsbot.discovery.pagination import next_pages
from newsbot.discovery.sitemaps import Child, SitemapError, newest_first, parse_sitemap
from newsbot.items import Candidate
from newsbot.web.jsonld import scripts_of, types, values
from newsbot.web.text import language_tag, plain_text, text_content
from newsbot.web.urls import InvalidURL, canonical_url, site_of

WELL_KNOWN_FEEDS = (
    "/feed", "/feed/", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/feed.json", "/rss/", "/feeds",
    "/index.rdf", "/rss/news.xml", "/?feed=rss2", "/feeds/posts/default", "/news/rss", "/news/feed", "/rss/all.xml",
)  # fmt: skip
"""Paths where feeds are found on sites that name none, the most frequent first."""

WELL_KNOWN_SITEMAPS = (
    "/sitemap.xml", "/sitemap_index.xml", "/news-sitemap.xml", "/sitemap-news.xml", "/sitemap_news.xml",
    "/wp-sitemap.xml", "/sitemap-index.xml", "/sitemaps/news.xml", "/sitemap/news.xml", "/sitemap.xml.gz",
    "/googlenews.xml", "/sitemaps.xml", "/sitemap/sitemap.xml", "/sitemap.txt",
)  # fmt: skip
"""Paths where sitemaps are found on sites whose robots.txt names none."""
ELSEWHERE = 5
"""How many of either are tried in the folder of a home page that is not at the root (/en/), before all at the root; and
at the site that was asked for, where its home page leads to another one."""

LISTING_ERRORS = (FeedError, SitemapError)
"""What is raised for a body that is no listing; each error has a ``reason``."""

_FEED_TYPE = re.compile(r"^\s*(?:application|text)/(?:[\w.+-]*[.+-])?(?:rss|atom|rdf)\b|\bfeed\+json\b", re.I)
_XML_ROOT = re.compile(
    rb"[\xef\xbb\xbf\s]*(?:<\?.*?\?>\s*|<!--.*?-->\s*|<!doctype(?!\s+html)[^>]*>\s*)*"
    rb"<(?:[\w.-]+:)?(rss|feed|rdf|urlset|sitemapindex)[\s>]",
    re.I | re.S,
)
_LOOSE_TYPE = re.compile(r"(?:application|text)/(?:xml|json|x-json)", re.I)
_FEED_PATH = re.compile(
    r"(?:^|/)(?:rss|feeds?|atom|rdf)\d*(?:[/._-]|$)|\.(?:rss|atom|rdf)$|(?:rss|feed|atom)[\w-]*\.(?:xml|json)$|"
    r"[?&](?:feed|rss|\w+=(?:rss|atom|feed))\b|[?&]type=\d*rss",
    re.I,
)
_NO_FEED = re.compile(
    r"oembed|/wp-json|opensearch|/comments/|(?:^|/)comments[_-]feed|feed/comments|feed=(?:rss2[-_])?comments", re.I
)
"""Not /comment/feed: a newspaper's opinions."""
_COMMENTS = re.compile(
    r"\bcomments\b.*\b(?:rss|feed|atom)\b|\b(?:rss|feed|atom)\b.*\bcomments\b|\bcomments (?:on|for|to)\b|"
    r"(?:^|[»›|:–—-]\s*)comments\s*$|kommentar\w*[ -]?(?:feed|rss|fl|strøm)|(?:flux|feed|fil|rss) (?:rss )?"
    r"(?:des?|de los|dei) (?:comm?ent|comentari)|reacties[ -]?feed|kanał z komentarzami|"
    r"лента комментариев|コメントフィード",
    re.I,
)
"""Titles of feeds of what readers say, as WordPress writes them."""
_FEED_TEXT = re.compile(r"\b(?:rss|atom|feeds?|json feed)\b", re.I)
LONGEST_LABEL = 6
"""Words of "Subscribe to our RSS feed here"; a headline about RSS has more, or is no such link."""
_FEED_LABEL = re.compile(
    r"(?:our |all )?(?:rss|atom)(?:[ -]?(?:news)?feeds?)?|rss[ -]?(?:kanal|kanäle|kanaler|lenta)", re.I
)
"""The whole text of a link to a feed, or to a page that lists feeds, whatever its address."""
_FEED_FILE = re.compile(r"\.(?:rss|atom|rdf|xml|json)(?:\?|$)|/(?:rss|atom|rdf|feed)/?$", re.I)
_SITEMAP_PATH = re.compile(r"/[\w.-]*sitemap[\w.-]*\.xml(?:\.gz)?$", re.I)
_LINK_VALUE = re.compile(r"""<([^<>]*)>((?:\s*;\s*[\w*-]+(?:\s*=\s*(?:"[^"]*"|[^\s;,"]*))?)*)""")
_LINK_PARAMETER = re.compile(r""";\s*([\w*-]+)\s*=\s*(?:"([^"]*)"|([^\s;,"]*))""")
_ROBOTS_SITEMAP = re.compile(r"^[ \t]*site[ _-]?maps?[ \t]*(?:[:=]|(?=[ \t]https?:))(.*)$", re.I | re.M)
_MARKUP = re.compile(r"<(?:!doctype|/?[a-z][a-z0-9]*)(?:\s[^<>]*)?/?>", re.I)
_COMMENT = re.compile(r"(?:(?<=\s)|^)#.*")
_BETWEEN_ADDRESSES = re.compile(
    r"""\s+|[,;|]\s*(?=["'<\[(]*(?:https?:|/|www\.|$))|(?<=\.xml|\.txt)[,;|]|(?<=\.gz)[,;|]""", re.I
)
_AROUND_AN_ADDRESS = "<>[](){}\"'`“”„‘’«»,;"
_ADDRESS_FIRST = re.compile(
    r"^https?:|^//|^(?:[\w-]+\.)+[\w-]+(?::\d+)?/|^/?[^/:]*(?:/[^/:]*)*(?:sitemap|\.xml|\.gz)", re.I
)
_ADDRESS_LIKE = re.compile(r"[./]|sitemap", re.I)
_HOST_FIRST = re.compile(r"(?:[\w-]+\.)+[\w-]+(?::\d+)?/")
_TITLE_PARTS = re.compile(r"\s+[|–—\-·•:»]\s+")

_GENERIC_ENDINGS = frozenset((
    "io", "tv", "me", "co", "ai", "fm", "ly", "cc", "ws", "to", "gg", "eu", "su", "st", "la", "im", "vc", "sh", "nu",
    "tk", "ml", "am",
))  # fmt: skip
"""Domains of countries that sites anywhere take for their sound."""
_COUNTRY_NAMES = {"uk": "gb"}


@dataclass(frozen=True, slots=True)
class Attempt:
    """An address that may be a listing."""

    channel: str
    """feed, sitemap or section."""
    url: str
    is_named: bool
    """Whether the site names it; if not, it is where such listings usually are."""


class ListingSearch:
    """The listings of a site to try, in order: what its home page and its robots.txt name, and what stands there.

    All that the site names comes first. Of feeds, and of sitemaps, of which none turned out to be one, the usual
    addresses follow, until the first that is. Iterate, and tell ``found`` of every attempt that is a listing.

    >>> home = b'<link rel="alternate" type="application/rss+xml" href="/news.rss">'
    >>> search = ListingSearch(home, "https://example.org/", ["https://example.org/gone.xml"])
    >>> for attempt in search:
    ...     print(attempt.channel, attempt.url)
    ...     if attempt.url.endswith(("/news.rss", "/sitemap_index.xml")):
    ...         search.found(attempt)
    feed https://example.org/news.rss
    sitemap https://example.org/gone.xml
    sitemap https://example.org/sitemap.xml
    sitemap https://example.org/sitemap_index.xml
    """

    def __init__(
        self,
        home: Tree | bytes,
        url: str,
        sitemaps: Iterable[str] = (),
        *,
        charset: str | None = None,
        links: Iterable[str] = (),
        asked: str = "",
        sections: int = 0,
        most_feeds: int | None = None,
        choose: Callable[[list[Child]], list[Child]] = newest_first,
        known: Container[str] = (),
    ) -> None:
        """Take what the site has shown.

        ``home`` is empty where the home page cannot be had, and may be a feed or sitemap itself; ``url`` is where it is
        after redirects, ``asked`` where it was asked for, ``links`` its Link headers. ``sitemaps``: what robots.txt
        names. ``sections``: how many sections to try beside the home page itself; without them, none and not the home
        page. ``most_feeds``: how many feeds that the site names are tried; ``choose`` says which of the
        sitemaps, in which order. ``known``: listings that could be read before; of the usual addresses they come first.
        """
        itself = _channel_of(home) if isinstance(home, bytes) else None
        tree = None if itself else as_tree(home, charset)
        self._url, self._asked = url, asked or url
        self._most_feeds = most_feeds
        self.feeds_left: set[str] = set()
        """Feeds that the site names beyond those that are tried."""
        self._known = known
        headers = list(links)
        feeds = [*([url] if itself == "feed" else feed_links(tree, url)), *feeds_in_headers(headers, url)]
        self._feeds: list[str] = []
        self.add_feeds(feeds)
        named = [*([url] if itself == "sitemap" else ()), *sitemaps, *sitemap_links(tree, url, headers)]
        self._sitemaps = [child.url for child in choose([Child(address) for address in dict.fromkeys(named)])]
        self._sections = [url, *section_links(tree, url)[:sections]] if sections and tree is not None else []
        # What was read before and is not chosen now has not stopped being a listing.
        self._found = {"sitemap"} if any(address in known for address in {*named} - {*self._sitemaps}) else set()

    def __iter__(self) -> Iterator[Attempt]:
        named = {"feed": self._feeds, "sitemap": self._sitemaps, "section": self._sections}
        for channel, urls in named.items():
            yield from (Attempt(channel, url, is_named=True) for url in urls)
        for channel, paths in (("feed", WELL_KNOWN_FEEDS), ("sitemap", WELL_KNOWN_SITEMAPS)):
            for url in self._usual(paths):
                if channel in self._found:
                    break
                if url not in named[channel]:
                    yield Attempt(channel, url, is_named=False)

    def _usual(self, paths: Sequence[str]) -> list[str]:
        folder = urlsplit(self._url).path.rpartition("/")[0]
        urls = [urljoin(self._url, path) for path in (*(folder + path for path in paths[:ELSEWHERE]), *paths)]
        urls += [urljoin(self._asked, path) for path in paths[:ELSEWHERE] if site_of(self._asked) != site_of(self._url)]
        return sorted(dict.fromkeys(urls), key=lambda url: url not in self._known)

    def found(self, attempt: Attempt) -> None:
        """Note that an attempt is a listing."""
        self._found.add(attempt.channel)

    def add_feeds(self, urls: Iterable[str]) -> None:
        """Try further feeds: those that a page names which stood in the place of a feed."""
        new = [url for url in dict.fromkeys(urls) if url not in self._feeds]
        room = len(new) if self._most_feeds is None else max(self._most_feeds - len(self._feeds), 0)
        self._feeds += new[:room]
        self.feeds_left.update(new[room:])


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a listing names when it is read."""

    candidates: list[Candidate] = field(default_factory=list)
    sub_sitemaps: list[Child] = field(default_factory=list)
    next_page: str | None = None
    newest_alone: bool
    """Whether it shows the newest articles alone, as feeds and news sitemaps do; the others show what there is."""
    notes: list[str] = field(default_factory=list)
    """What an operator should know of it."""

    def __bool__(self) -> bool:
        """Whether it names anything: what names nothing is not taken for a listing of a site."""
        return bool(self.candidates or self.sub_sitemaps)


def read_listing(
    channel: str, body: bytes, url: str, *, charset: str | None = None, known: Sequence[str] = ()
) -> Contents:
    """Return what a feed, sitemap or section page names. Raises one of LISTING_ERRORS for a body that is none.

    ``channel`` is feed, section, sitemap or news_sitemap. ``charset`` is what the HTTP header states, ``known`` are
    addresses of articles of the site, which help to tell the articles of a section page.

    >>> sitemap = b"<urlset><url><loc>https://example.org/a</loc></url></urlset>"
    >>> [article.url for article in read_listing("sitemap", sitemap, "https://example.org/map.xml").candidates]
    ['https://example.org/a']
    """
    if channel == "feed":
        feed = parse_feed(body, url, charset=charset)
        return Contents(
            candidates=feed.candidates,
            next_page=feed.next_url,
            newest_alone=True,
            notes=[*feed.notes, *([f"WebSub hub: {feed.hub}"] if feed.hub else [])],
        )
    if channel == "section":
        page = as_tree(body, charset)
        links = article_links(page, url, known=known) if page is not None else []
        return Contents(
            candidates=links,
            next_page=next(iter(next_pages(page, url) if page is not None and links else []), None),
            newest_alone=False,
            notes=[] if links else ["no links to articles found"],
        )
    sitemap = parse_sitemap(body, url, charset=charset)
    return Contents(
        candidates=sitemap.candidates,
        sub_sitemaps=sitemap.children,
        newest_alone=any(candidate.via == "news_sitemap" for candidate in sitemap.candidates),
        notes=sitemap.notes,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFacts:
    """What a home page tells of its outlet; None where it does not."""

    name: str | None = None
    language: str | None = None
    """BCP 47, as the page states it."""
    country: str | None = None
    """ISO 3166-1 alpha-2 in lower case; a guess."""


def _channel_of(body: bytes) -> str | None:
    """Whether what stands in the place of a home page is a feed or a sitemap: somebody gave its address."""
    root = _XML_ROOT.match(body[:2000])
    if root is None:
        return "feed" if body.lstrip()[:1] == b"{" and b"jsonfeed.org/version" in body else None
    return "sitemap" if root[1].lower() in (b"urlset", b"sitemapindex") else "feed"


def feed_links(page: Tree | bytes | None, url: str, *, charset: str | None = None) -> list[str]:
    """Return the addresses of the feeds that a page names: those of its head first, then plain links.

    Feeds of readers' comments, oEmbed and API addresses are left out.

    >>> page = b'<link rel="alternate" type="application/rss+xml" href="/feed/"><a href="/rss/sport.xml">RSS</a>'
    >>> feed_links(page, "https://example.org/")
    ['https://example.org/feed/', 'https://example.org/rss/sport.xml']
    """
    tree = None if page is None else as_tree(page, charset)
    if tree is None:
        return []
    return _addresses((*_alternates(tree), *_plain_feed_links(tree)), base_of(tree, url))


def feeds_in_headers(links: Iterable[str], url: str) -> list[str]:
    """Return the addresses of the feeds that the Link headers of a page name (RFC 8288).

    >>> feeds_in_headers(['</style.css>; rel=preload, </news>; rel="alternate"; type="application/rss+xml"'], "https://e.org/")
    ['https://e.org/news']
    """
    return _addresses((href for href, link in _links_in(links) if _names_feed(href, link)), url)


def sitemap_links(page: Tree | None, url: str, links: Iterable[str] = ()) -> list[str]:
    """Return the addresses of the sitemaps that a page, or the Link headers of its response, names.

    >>> page = as_tree(b'<link rel="sitemap" href="/map.xml"><a href="/site-map/">Overview</a>')
    >>> sitemap_links(page, "https://example.org/")
    ['https://example.org/map.xml']
    """
    found = [href for href, link in _links_in(links) if "sitemap" in link.get("rel", "").lower().split()]
    if page is not None:
        named = [link for link in page.iter("link") if "sitemap" in (link.get("rel") or "").lower().split()]
        found = [link.get("href") or "" for link in named] + found
        found += [href for anchor in page.iter("a") if _SITEMAP_PATH.search(href := anchor.get("href") or "")]
    return _addresses(found, url if page is None else base_of(page, url))


def _links_in(headers: Iterable[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """The targets of Link headers, each with its parameters by name in lower case."""
    for match in _LINK_VALUE.finditer(", ".join(headers)):
        parameters = _LINK_PARAMETER.findall(match[2])
        yield match[1], {name.lower(): quoted or plain for name, quoted, plain in reversed(parameters)}


def _addresses(hrefs: Iterable[str], base: str) -> list[str]:
    """The addresses that are meant, each once, without those of feeds that are none of articles."""
    found: dict[str, None] = {}
    for href in hrefs:
        text = re.sub(r"^feed:(?://)?(?=https?:)", "", href.strip(), flags=re.I)
        text = re.sub(r"^feed:(?=//)", "", text, flags=re.I)
        try:
            address = canonical_url(text, base)
        except InvalidURL:
            continue
        if text and not _NO_FEED.search(address):
            found.setdefault(address)
    return list(found)


def _names_feed(href: str, link: Mapping[str, str]) -> bool:
    """Whether a link of a head or header with these attributes names a feed of articles."""
    relations = (link.get("rel") or "").lower().split()
    kind, title = link.get("type") or "", link.get("title") or ""
    if {"stylesheet", "replies", "edit"} & set(relations) or _COMMENTS.search(title):
        return False
    if _FEED_TYPE.search(kind) or "feed" in relations:
        return True
    is_vague = not kind.strip() and not link.get("hreflang")
    return "alternate" in relations and bool(
        (is_vague or _LOOSE_TYPE.match(kind)) and (_FEED_PATH.search(href) or _FEED_TEXT.search(title))
    )


def _alternates(tree: Tree) -> Iterator[str]:
    for link in tree.iter("link"):
        href = link.get("href") or ""
        if href and _names_feed(href, dict(link.attrib)):
            yield href


def _plain_feed_links(tree: Tree) -> Iterator[str]:
    is_about_feeds = any(_FEED_TEXT.search(text_content(heading)) for heading in tree.iter("title", "h1"))
    for anchor in tree.iter("a"):
        href = anchor.get("href") or ""
        if href.lower().startswith(("feed:http", "feed://")) or (href and _FEED_TYPE.search(anchor.get("type") or "")):
            yield href
        elif href and not href.startswith("#"):
            text = text_content(anchor).strip()
            if _FEED_PATH.search(href) is None:
                is_named = any(_FEED_LABEL.fullmatch(label.strip()) for label in (text, *_shown_in(anchor))) or (
                    is_about_feeds and bool(_FEED_FILE.search(href)) and not _SITEMAP_PATH.search(href)
                )
            else:
                label = " ".join((text, *_shown_in(anchor)))
                is_named = not _COMMENTS.search(label) and bool(
                    _FEED_FILE.search(href) or (len(text.split()) <= LONGEST_LABEL and _FEED_TEXT.search(label))
                )
            if is_named:
                yield href


def _shown_in(anchor: Tree) -> list[str]:
    """What a link shows beside its text: what its picture stands for, and what its classes call both."""
    shown = (element.get(name) for element in anchor.iter() for name in ("title", "alt", "aria-label", "class"))
    return [text for text in shown if text]


def sitemaps_in_robots(robots_txt: str, url: str | None = None) -> list[str]:
    """Return the sitemaps that a robots.txt names, in its order; relative ones only where url is given.

    They are taken as people write them: in brackets and quotes, several on a line, without a scheme.

    >>> text = "SITEMAP : https://example.org/a.xml # all\\nSitemap: [/b.xml], <example.org/c.xml>"
    >>> sitemaps_in_robots(text, "https://example.org/robots.txt")
    ['https://example.org/a.xml', 'https://example.org/b.xml', 'https://example.org/c.xml']
    """
    text = robots_txt.replace("\ufeff", "").replace("\r", "\n")
    found: dict[str, None] = {}
    for line in _ROBOTS_SITEMAP.findall(_MARKUP.sub("\n", text)):
        words = [word.strip(_AROUND_AN_ADDRESS) for word in _BETWEEN_ADDRESSES.split(_COMMENT.sub("", line).strip())]
        for word in words:
            if not (_ADDRESS_FIRST if len(words) > 1 else _ADDRESS_LIKE).search(word):
                continue  # a remark, or what stands in the next line of a better robots.txt
            try:
                found.setdefault(canonical_url(_with_scheme(word, url), url))
            except InvalidURL:
                continue
    return list(found)


def _with_scheme(text: str, base: str | None) -> str:
    """Put a scheme before a host that stands for itself, and mend one without both its slashes."""
    if match := re.match(r"(https?)(?::/*|/{2,})(?=[^/])", text, re.I):
        return f"{match[1]}://{text[match.end() :]}"
    return f"{urlsplit(base or 'https:').scheme}://{text}" if text and _HOST_FIRST.match(text) else text


def site_facts(page: Tree | bytes, url: str, *, charset: str | None = None) -> SiteFacts:
    """Return the name, language and country of a site as its home page tells them.

    >>> page = b'<html lang="de-AT"><meta property="og:site_name" content="Der Bote"><title>Start | Der Bote</title>'
    >>> site_facts(page, "https://bote.example/")
    SiteFacts(name='Der Bote', language='de-AT', country='at')
    """
    tree = as_tree(page, charset)
    if tree is None:
        return SiteFacts(country=_country_of_host(url))
    metas = {
        (meta.get("property") or meta.get("name") or meta.get("http-equiv") or "").lower(): meta.get("content") or ""
        for meta in reversed(list(tree.iter("meta")))
    }
    organisation = next(iter(_organisations(tree)), {})
    name = (
        plain_text(metas.get("og:site_name"))
        or plain_text(_string(organisation, "name"))
        or plain_text(metas.get("application-name"))
        or plain_text(metas.get("apple-mobile-web-app-title"))
        or _name_in_title(tree, url)
    )
    root = tree.getroottree().getroot()
    language = language_tag(root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang"))
    locale = language_tag(metas.get("og:locale"))
    language = language or locale or language_tag(metas.get("content-language"))
    return SiteFacts(name=name, language=language, country=_country(url, language, locale, organisation))


def _organisations(tree: Tree) -> Iterator[dict[str, Any]]:
    for script in scripts_of(tree):
        pending = values(script)
        for node in pending:
            if len(pending) > 200:
                break
            if isinstance(node, list):
                pending.extend(node)
            elif isinstance(node, dict):
                if any(name.endswith(("organization", "website")) for name in types(node)):
                    yield node
                pending.extend(value for key, value in node.items() if key in ("@graph", "publisher", "mainEntity"))


def _string(data: dict[str, Any], key: str) -> str | None:
    value = data.get(key)
    return value if isinstance(value, str) else None


def _name_in_title(tree: Tree, url: str) -> str | None:
    """The part of the page's title that the host name repeats, or the shortest one."""
    title = plain_text(next((element.text for element in tree.iter("title")), None))
    if not title:
        return None
    parts = [part for part in _TITLE_PARTS.split(title) if part]
    host = site_of(url).partition(".")[0].replace("-", "")
    named = [part for part in parts if host in re.sub(r"\W", "", part).lower()]
    return (named or sorted(parts, key=len))[0] if parts else title


def _country(url: str, language: str | None, locale: str | None, organisation: dict[str, Any]) -> str | None:
    address = organisation.get("address")
    stated = address.get("addressCountry") if isinstance(address, dict) else None
    if isinstance(stated, dict):
        stated = stated.get("name")
    if isinstance(stated, str) and len(stated) == 2 and stated.isalpha():
        return _COUNTRY_NAMES.get(stated.lower(), stated.lower())
    by_host = _country_of_host(url)
    if by_host:
        return by_host
    # en-US and the like are what content systems state by default; other regions were chosen.
    for tag in (language, locale):
        region = tag.rpartition("-")[2] if tag and "-" in tag else ""
        if len(region) == 2 and tag not in ("en-US",):
            return _COUNTRY_NAMES.get(region.lower(), region.lower())
    return "us" if language == "en-US" and locale in (None, "en-US") else None


def _country_of_host(url: str) -> str | None:
    ending = (urlsplit(urljoin(url, "/")).hostname or "").rpartition(".")[2]
    if len(ending) != 2 or not ending.isalpha() or ending in _GENERIC_ENDINGS:
        return None
    return _COUNTRY_NAMES.get(ending, ending)
