"""The newsroom: every site with its articles, and the truth about all of them, to compare a crawl with."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from urllib.parse import urlsplit

from newsbot.demo.faults import FAULTS, WELL
from newsbot.demo.outlet import Outlet, Piece
from newsbot.demo.sites import site_specs
from newsbot.demo.stock import load_stock

TODAY = date(2026, 11, 20)
"""The newsroom's own day unless the caller names another; every time on its pages follows from it."""
ARTICLES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """One article as its site published it: the answer to a crawl."""

    url: str
    """The address that the page itself calls canonical."""
    source: str
    title: str
    """The headline, its white space as single plain spaces."""
    authors: list[str]
    published: str
    """RFC 3339 with the offset that the page states (+00:00 for Z); a bare date where it gives only the day."""
    published_precision: str
    modified: str | None
    """When the page says it was last changed: None where it says nothing, the time of publishing if it says that."""
    language: str
    section: str
    tags: list[str]
    text: str
    """Standfirst, if the page shows one, paragraphs, subheadings, list items, quotations; parted by blank lines."""
    discovered_via: str
    duplicate_of: str | None = None
    """Canonical address of the agency's article that this one repeats word for word."""
    twins: list[str] = field(default_factory=list)
    """Other addresses under which the site lists and serves the same article."""
    revision: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class NonArticle:
    """A listed address that must not become an article."""

    url: str
    source: str
    outcome: str
    """skipped | failed | rejected"""
    reason: str
    """robots_txt, http_404 or a name from items.REJECTION_REASONS."""
    title: str
    discovered_via: str


class Newsroom:
    """A small web of news sites, the same for the same arguments.

    Args:
        seed: another seed writes other stories under other names.
        sites: how many sites; None means the hand-made ones. Beyond those, sites of the same kinds follow.
        articles: articles a site at the start (12).
        page_bytes: size to which every article page is filled up with markup outside the article, as
            real pages are (150,000 to 350,000); None leaves the pages small.
        today: the day of the newest articles.
        shown: how many articles the lists of a site name at most, the newest, as feeds do; None for all.

    Nothing is written before it is asked for: a newsroom of 200 sites is made at once.
    """

    def __init__(
        self,
        seed: int = 0,
        sites: int | None = None,
        articles: int | None = None,
        page_bytes: int | None = None,
        today: date = TODAY,
        shown: int | None = None,
    ) -> None:
        self.seed = seed
        self.sites = sites
        self.articles = ARTICLES if articles is None else articles
        self.page_bytes = page_bytes
        self.today = today
        self.shown = shown
        self.outlets: dict[str, Outlet] = {}
        for spec in site_specs(sites, seed):
            self.outlets[spec.name] = Outlet(spec=spec, seed=seed, articles=self.articles, today=today, shown=shown)
        for outlet in self.outlets.values():
            outlet.agency = self.outlets.get(outlet.spec.copies)
        self.bind([f"http://127.0.0.1:{8601 + number}" for number in range(len(self.outlets))])

    def bind(self, bases: Sequence[str]) -> None:
        """Say at which addresses (scheme, host and port, no final slash) the sites stand, in their order."""
        for outlet, base in zip(self.outlets.values(), bases, strict=True):
            outlet.base = base.rstrip("/")

    def truth(self) -> list[Expected]:
        """Return every article that is online and readable, site by site, newest first, whatever faults hide now."""
        return [
            self._expected(outlet, piece)
            for outlet in self.outlets.values()
            for piece in outlet.listed
            if not piece.walled
        ]

    def non_articles(self) -> list[NonArticle]:
        """Return every listed address that is no article, with what must become of it and why."""
        return [entry for outlet in self.outlets.values() for entry in _non_articles(outlet)]

    def publish(self, site: str, count: int = 1) -> list[str]:
        """Publish new articles on a site and return their addresses."""
        outlet = self.outlets[site]
        return [outlet.url(piece.path) for piece in outlet.publish(count)]

    def revise(self, url: str) -> None:
        """Bring out a later version of the article at this address."""
        outlet, path = self._locate(url)
        outlet.revise(path)

    def retitle(self, url: str) -> None:
        """Give the article at this address another headline."""
        outlet, path = self._locate(url)
        outlet.retitle(path)

    def remove(self, url: str) -> None:
        """Take the article at this address offline."""
        outlet, path = self._locate(url)
        outlet.remove(path)

    def break_down(self, site: str, kind: str) -> None:
        """Let something go wrong with a site (a key of FAULTS) until it is mended or something else does."""
        if kind not in FAULTS:
            raise ValueError(f"unknown fault {kind!r}; known are {', '.join(FAULTS)}")
        self.outlets[site].break_down(FAULTS[kind])

    def mend(self, site: str) -> None:
        """Let a site be again as it was made."""
        self.outlets[site].break_down(WELL)

    def set_clock(self, now: datetime) -> None:
        """Say what time it is: what is published and changed from now on says that it was just then."""
        for outlet in self.outlets.values():
            outlet.set_clock(now)

    def sources_toml(self) -> str:
        """Return the sources file for a crawl of the newsroom at its present addresses."""
        return "\n".join(_source(outlet) for outlet in self.outlets.values())

    def _locate(self, url: str) -> tuple[Outlet, str]:
        parts = urlsplit(url)
        base = f"{parts.scheme}://{parts.netloc}"
        for outlet in self.outlets.values():
            if outlet.base == base:
                return outlet, url.removeprefix(base)
        raise KeyError(f"no site of the newsroom stands at {base}")

    def _expected(self, outlet: Outlet, piece: Piece) -> Expected:
        spec = outlet.spec
        standfirst = [piece.story.dek] if spec.shows_standfirst and piece.story.dek else []
        original = None
        if piece.copy_of is not None and outlet.agency is not None:
            original = outlet.agency.url(outlet.agency.pieces[piece.copy_of].path)
        changed = piece.modified or (piece.published if spec.states_modified else None)
        return Expected(
            url=outlet.url(piece.path),
            source=spec.name,
            title=" ".join(piece.headline.split()),
            authors=list(piece.authors),
            published=_instant(piece.published, spec.precision),
            published_precision=spec.precision,
            modified=_instant(changed, spec.precision) if changed else None,
            language=spec.language,
            section=load_stock(spec.language).sections[piece.story.section],
            tags=list(piece.story.tags),
            text="\n\n".join([*standfirst, *(block.text for block in piece.blocks)]),
            discovered_via=spec.channel,
            duplicate_of=original,
            twins=[outlet.url(piece.twin)] if piece.twin else [],
            revision=piece.revision,
        )


def _instant(moment: datetime, precision: str) -> str:
    """Write an instant as the record does: seconds and a numeric offset, or the bare day."""
    return moment.date().isoformat() if precision == "day" else moment.isoformat(timespec="seconds")


def _non_articles(outlet: Outlet) -> Iterator[NonArticle]:
    via = outlet.spec.channel
    for piece in outlet.listed:
        if piece.walled:
            yield NonArticle(
                url=outlet.url(piece.path), source=outlet.spec.name, outcome="rejected", reason="login_wall",
                title=piece.headline, discovered_via=via,
            )  # fmt: skip
    for snare in outlet.snares:
        yield NonArticle(
            url=outlet.url(snare.path), source=outlet.spec.name, outcome=snare.trap.outcome,
            reason=snare.trap.reason, title=snare.title, discovered_via=via,
        )  # fmt: skip


def _source(outlet: Outlet) -> str:
    spec = outlet.spec
    fields: dict[str, str | list[str]] = {
        "name": spec.name,
        "title": spec.title,
        "home": f"{outlet.base}/",
        "language": spec.language,
        "country": spec.country,
    }
    if spec.feeds:
        fields["feeds"] = [outlet.url(outlet.feed_path(kind)) for kind in spec.feeds]
    if spec.news_sitemap:
        fields["news_sitemaps"] = [outlet.url("/news-sitemap.xml")]
    if spec.sitemap:
        fields["sitemaps"] = [outlet.url("/sitemap.xml")]
    if spec.sections:
        fields["sections"] = [outlet.url("/news/")]
    # A JSON string without escapes beyond \" and \\ is a TOML basic string.
    rows = "\n".join(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in fields.items())
    return f"[[source]]\n{rows}\n"
