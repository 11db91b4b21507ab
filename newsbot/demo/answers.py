"""What each address of the newsroom answers: status, type, validators and bytes."""

from __future__ import annotations

import gzip
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from importlib.resources import files
from urllib.parse import parse_qs
from zlib import crc32

from newsbot.demo import pages
from newsbot.demo.feeds import (
    FEED_PATHS,
    FEED_TYPES,
    Channel,
    Entry,
    split_by_day,
    write_feed,
    write_news_sitemap,
    write_sitemap_index,
    write_sub_sitemap,
)
from newsbot.demo.newsroom import Newsroom
from newsbot.demo.outlet import PDF, Outlet, Piece
from newsbot.demo.padding import Padding
from newsbot.demo.pages import draw_logo, draw_picture
from newsbot.demo.stock import load_stock

CACHE_BYTES = 400_000_000
XML = "application/xml; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Answer:
    """One response before its body is written; validators are known without writing it."""

    status: int
    content_type: str
    version: str
    """Changes whenever the body does: the entity tag is made of it."""
    changed: datetime
    write: Callable[[], bytes]
    padded: bool = False
    location: str = ""

    @property
    def etag(self) -> str:
        """Return the strong entity tag (RFC 9110, 8.8.3)."""
        return f'"{self.version}"'

    @property
    def last_modified(self) -> str:
        """Return the HTTP date of the last change."""
        return format_datetime(self.changed.astimezone(UTC), usegmt=True)


class Answers:
    """Answer requests to the sites of a newsroom; written bodies are kept up to a bound."""

    def __init__(self, newsroom: Newsroom) -> None:
        self.newsroom = newsroom
        self._bodies: OrderedDict[tuple[str, str, str, bool], bytes] = OrderedDict()
        self._size = 0
        self._padding: dict[str, Padding] = {}

    def answer(self, outlet: Outlet, target: str) -> Answer:
        """Return what the site answers at this path with query."""
        path, _, query = target.partition("?")
        fault = outlet.fault
        if fault.status and not fault.of_articles:
            return _refusal(outlet, fault.status)
        fixed = self._fixed(outlet, path)
        if fixed is not None:
            return fixed
        piece = outlet.piece_at(target) or (outlet.piece_at(path) if "utm_" in query else None)
        if piece is not None and fault.status:
            return _refusal(outlet, fault.status)
        if piece is not None:
            return self._article(outlet, piece, target)
        for snare in outlet.snares:
            if snare.path == path and snare.trap.page != "listing":
                if not snare.trap.page:
                    return Answer(200, "application/pdf", f"pdf-{path}", _opened(outlet), lambda: PDF)
                return self._page(outlet, target, snare.trap.page, snare.trap.status, title=snare.title)
        key = path.strip("/")
        if path == "/" or (path.endswith("/") and (key in load_stock(outlet.spec.language).sections or key == "news")):
            number = parse_qs(query).get("page", ["1"])[0]
            if number.isdecimal():
                return self._listing(outlet, path, key, int(number), target)
        if key in ("about", "contact", "privacy"):
            heading = load_stock(outlet.spec.language).labels["imprint" if key == "about" else key]
            return self._page(outlet, target, "info", 200, title=heading)
        return self._page(outlet, target, "missing", 404, title=load_stock(outlet.spec.language).labels["missing"])

    def body(self, outlet: Outlet, target: str, answer: Answer, *, gzipped: bool) -> bytes:
        """Return the answer's bytes, gzipped if asked, from the cache where they are there."""
        key = (outlet.spec.name, target, answer.version, gzipped)
        known = self._bodies.get(key)
        if known is not None:
            self._bodies.move_to_end(key)
            return known
        body = answer.write()
        if answer.padded and self.newsroom.page_bytes:
            padding = self._padding.get(outlet.spec.name)
            if padding is None:
                size = self.newsroom.page_bytes - len(body)
                padding = self._padding[outlet.spec.name] = Padding.of(outlet, size)
            body = padding.compress(body) if gzipped else padding.fill(body)
        elif gzipped:
            body = gzip.compress(body, 3, mtime=0)
        self._bodies[key] = body
        self._size += len(body)
        while self._size > CACHE_BYTES and len(self._bodies) > 1:
            self._size -= len(self._bodies.popitem(last=False)[1])
        return body

    def warm(self) -> None:
        """Write every article page now, gzipped, so that serving measures nothing but serving."""
        for outlet in self.newsroom.outlets.values():
            for piece in outlet.listed:
                self.body(outlet, piece.path, self.answer(outlet, piece.path), gzipped=True)

    def _fixed(self, outlet: Outlet, path: str) -> Answer | None:
        """Return the answer at an address that every site, or every site of its kind, has."""
        spec = outlet.spec
        name = f"{spec.name}-{path}"
        if path == "/robots.txt":
            return Answer(200, "text/plain; charset=utf-8", name, _opened(outlet), partial(_robots, outlet))
        if path.startswith("/media/") and path.endswith(".svg"):
            draw = draw_logo if path.endswith("/logo.svg") else draw_picture
            return Answer(200, "image/svg+xml", name, _opened(outlet), partial(draw, spec, path))
        if path == f"/assets/{spec.theme}.css":
            sheet = files("newsbot.demo").joinpath(f"static/{spec.theme}.css")
            return Answer(200, "text/css; charset=utf-8", name, _opened(outlet), sheet.read_bytes)
        return self._list_for_machines(outlet, path)

    def _list_for_machines(self, outlet: Outlet, path: str) -> Answer | None:
        """Return the feed or sitemap at this path, if the site has one there."""
        spec = outlet.spec
        version = f"{spec.name}-{path}-v{outlet.version}"
        for kind in spec.feeds:
            if path == outlet.feed_path(kind):
                return Answer(200, FEED_TYPES[kind], version, _newest(outlet), partial(_feed, outlet, kind))
            if path == FEED_PATHS[kind] and outlet.fault.lists == "moved":
                return Answer(301, "text/html", version, _newest(outlet), bytes, location=outlet.feed_path(kind))
        if spec.news_sitemap and path == "/news-sitemap.xml":
            write = partial(write_news_sitemap, spec.title, spec.language)
            return Answer(200, XML, version, _newest(outlet), lambda: write(entries(outlet)))
        if spec.sitemap and path == "/sitemap.xml":
            return Answer(200, XML, version, _newest(outlet), lambda: write_sitemap_index(outlet.base, entries(outlet)))
        if spec.sitemap and path.startswith("/sitemaps/articles-") and path.endswith(".xml.gz"):
            day = path.removeprefix("/sitemaps/articles-").removesuffix(".xml.gz")
            rows = split_by_day(entries(outlet)).get(day)
            if rows is not None:
                changed = max(row.modified or row.published for row in rows)
                version = f"{spec.name}-{day}-{len(rows)}-{changed.timestamp():.0f}{outlet.fault.forgets}"
                return Answer(200, "application/gzip", version, changed, partial(write_sub_sitemap, rows))
        return None

    def _article(self, outlet: Outlet, piece: Piece, target: str) -> Answer:
        if piece.removed:
            return self._page(outlet, target, "missing", 404, title=load_stock(outlet.spec.language).labels["missing"])
        if piece.walled:
            return self._page(outlet, target, "login", 200, title=piece.headline)
        page = "amp" if target == piece.twin and piece.twin.startswith("/amp") else "article"
        if outlet.fault.is_redesigned:
            page = "redesign"
        context = pages.article_context
        return Answer(
            200,
            _html(outlet),
            f"{outlet.spec.name}-{page}{outlet.fault.forgets}-{piece.id}-r{piece.revision}",
            piece.modified or piece.published,
            lambda: pages.render(outlet, page, **context(outlet, piece, path=target)),
            padded=page != "amp",
        )

    def _page(self, outlet: Outlet, target: str, page: str, status: int, *, title: str) -> Answer:
        context = {"title": title, "canonical": outlet.url(target)}
        version = f"{outlet.spec.name}-{page}-{crc32(target.encode()):x}"
        return Answer(status, _html(outlet), version, _opened(outlet), lambda: pages.render(outlet, page, **context))

    def _listing(self, outlet: Outlet, path: str, key: str, number: int, target: str) -> Answer:
        labels = load_stock(outlet.spec.language)
        pieces = [piece for piece in outlet.named if key in ("", "news") or piece.story.section == key]
        size = max(5, -(-len(pieces) // 3)) if outlet.spec.sections else max(10, len(pieces))
        count = max(1, -(-len(pieces) // size))
        if not pieces or not 1 <= number <= count:
            return self._page(outlet, target, "missing", 404, title=labels.labels["missing"])
        heading = "" if not key else labels.labels["latest"] if key == "news" else labels.sections[key]
        shown = pieces[(number - 1) * size : number * size]
        return Answer(
            200,
            _html(outlet),
            f"{outlet.spec.name}-{key or 'home'}-{number}-v{outlet.version}",
            _newest(outlet),
            lambda: pages.render(
                outlet, "listing",
                **pages.listing_context(outlet, shown, heading=heading, number=number, pages=count, path=path),
            ),
        )  # fmt: skip


def entries(outlet: Outlet) -> list[Entry]:
    """Return what the site's feed or sitemap lists, newest first: articles, twins and traps."""
    sections = load_stock(outlet.spec.language).sections
    found = []
    forgets = outlet.fault.forgets
    for piece in outlet.named:
        for path in filter(None, (piece.path, piece.twin)):
            html = ""
            if "rss-full" in outlet.spec.feeds:
                html = "".join(
                    f"<p>{pages.rich(outlet, piece, block, i)}</p>\n" for i, block in enumerate(piece.blocks)
                )
            found.append(
                Entry(
                    url=outlet.url(path), title=piece.headline, published=piece.published, modified=piece.modified,
                    summary=piece.story.summary, authors=() if forgets == "authors" else piece.authors,
                    tags=(sections[piece.story.section], *piece.story.tags), html=html,
                    is_dated=forgets != "dates",
                )
            )  # fmt: skip
    found += [
        Entry(
            url=outlet.url(snare.path), title=snare.title, published=snare.published, summary=snare.title,
            is_dated=forgets != "dates",
        )
        for snare in outlet.snares
    ]  # fmt: skip
    return sorted(found, key=lambda entry: entry.published, reverse=True)[: outlet.shown]


def _feed(outlet: Outlet, kind: str) -> bytes:
    spec = outlet.spec
    channel = Channel(
        title=spec.title,
        home=f"{outlet.base}/",
        url=outlet.url(outlet.feed_path(kind)),
        description=spec.tagline,
        language=spec.language,
    )
    return write_feed(kind, channel, entries(outlet))


def _refusal(outlet: Outlet, status: int) -> Answer:
    body = f"<html><head><title>{status}</title></head><body><h1>{status}</h1></body></html>".encode()
    return Answer(status, "text/html", f"{outlet.spec.name}-{status}", _newest(outlet), lambda: body)


def _robots(outlet: Outlet) -> bytes:
    spec = outlet.spec
    lines = ["User-agent: *", "Disallow: /private/", "Disallow: /search"]
    if spec.crawl_delay is not None:
        lines.append(f"Crawl-delay: {spec.crawl_delay}")
    if spec.news_sitemap:
        lines.append(f"\nSitemap: {outlet.base}/news-sitemap.xml")
    if spec.sitemap:
        lines.append(f"\nSitemap: {outlet.base}/sitemap.xml")
    return ("\n".join(lines) + "\n").encode()


def _html(outlet: Outlet) -> str:
    return f"text/html; charset={outlet.spec.header_charset or outlet.spec.charset}"


def _opened(outlet: Outlet) -> datetime:
    """Return when what never changes was last changed: the morning of the newsroom's day."""
    return datetime.combine(outlet.today, datetime.min.time(), UTC)


def _newest(outlet: Outlet) -> datetime:
    """Return when the site's lists last changed; HTTP dates count seconds, so each change is one later."""
    changed = max((piece.modified or piece.published for piece in outlet.named), default=_opened(outlet))
    return changed + timedelta(seconds=outlet.version)
