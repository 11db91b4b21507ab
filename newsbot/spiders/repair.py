"""A repair of a source: which of its listings give way to which of those that its home page names."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from urllib.parse import urlsplit

from newsbot.health.measures import ListingState
from newsbot.sources import Replacement, Source
from newsbot.spiders.entrance import NO_ANSWER
from newsbot.spiders.listing import permanent_address
from newsbot.spiders.probe import CHANNELS, NAMES_NOTHING, ListingReport, ProbeSpider, SiteReport
from newsbot.web.dates import as_instant
from newsbot.web.urls import site_of

VISITS_IN_VAIN = 3
"""Visits that have to fail in a row before a fault that may pass counts as one that lasts: with the clock of failures
(10 minutes, 20, 40 ...) the third is at least half an hour after the first."""
LONG_SILENT = timedelta(days=30)
"""Time without an entry after which a listing counts as left behind, if its site has a newer one in its place."""
FIELDS = {"feed": "feeds", "news_sitemap": "news_sitemaps", "sitemap": "sitemaps", "section": "sections"}
"""The field of a sources file in which the listings of each channel stand."""
_GENERIC = frozenset(("", "atom", "feed", "feeds", "index", "json", "news", "rdf", "rss", "sitemap", "sitemaps", "xml"))
"""Words in the addresses of listings that say nothing of what they name."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is to be changed in a source's block, and what was seen on the way, in sentences."""

    replacements: list[Replacement] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    unmended: list[str] = field(default_factory=list)
    """Listings that fail and stay."""


class RepairSpider(ProbeSpider):
    """Tries the listings of one source, and where one of them fails, those that its home page and robots.txt name."""

    def __init__(self, states: Sequence[ListingState] = (), now: str = "", **kwargs: object) -> None:
        """Take the source as ProbeSpider does, and what the store knows of its listings."""
        super().__init__(**kwargs)  # type: ignore[arg-type]
        self.states = {state.url: state for state in states}
        self.now = now
        self.proposal = Proposal()

    async def look(self) -> list[SiteReport]:
        """Check the source, look for what may stand in the place of what fails, and try the source as proposed."""
        (source,) = self.sources
        report = SiteReport(source=source)
        for channel, url in source.listings():
            self.told(f"trying the {channel} {url}")
            report.listings.append(await self._tried(source, channel, url))
        failed = failures(report.listings, self.states, self.now)
        home, found = source.home, list[ListingReport]()
        if failed:
            self.told(f"looking at {source.home}")
            # Where something is left, another kind is not taken, nor looked for.
            kinds = {"sitemap" if channel == "news_sitemap" else channel for channel, _ in failed}
            is_left = any(not one.error and (one.channel, one.url) not in failed for one in report.listings)
            entrance, found = await self.search(source.home, kinds if is_left else CHANNELS)
            home = permanent_address(entrance.home) if entrance.home else home
        self.proposal = propose(source, report.listings, found, failed, home=home, states=self.states)
        taken = {change.new for change in self.proposal.replacements}
        proposed = [one for one in (*report.listings, *found) if at(one) in taken]
        proved = SiteReport(source=source, listings=proposed or report.listings)
        self.told(f"reading an article of {source.name}")
        await self.prove(proved)
        return [replace(proved, listings=report.listings)]

    async def _tried(self, source: Source, channel: str, url: str) -> ListingReport:
        """Read a listing; one that is gone, where the store knows that it has moved to."""
        in_browser = self.browser_meta(source) if channel == "section" else {}
        report = await self.listing(channel, url, **in_browser)
        moved_to = self.states[url].moved_to if url in self.states else None
        if report.error and moved_to:
            there = await self.listing(channel, moved_to, **in_browser)
            if not there.error:
                there.url, there.moved_to = url, there.moved_to or moved_to
                return there
        return report


def failures(
    reports: Sequence[ListingReport], states: Mapping[str, ListingState], now: str
) -> dict[tuple[str, str], str]:
    """Return the listings that are to give way if there are better ones, by channel and address, with the reason.

    What may pass (no answer, a fault of the server, a news sitemap that is empty) is none until it has lasted.

    >>> gone, busy = (ListingReport(channel="feed", url=u, error=e) for u, e in (("a", "http_404"), ("b", "http_503")))
    >>> failures([gone, busy], {}, "2026-11-28T00:00:00Z")
    {('feed', 'a'): 'http_404'}
    """
    failed = {}
    for report in reports:
        state = states.get(report.url, ListingState(report.url))
        if report.error and (state.errors >= VISITS_IN_VAIN or not may_pass(report)):
            failed[report.channel, report.url] = report.error
        elif is_left_behind(report, now):
            failed[report.channel, report.url] = f"nothing new since {(report.newest or '')[:10]}"
    return failed


def may_pass(report: ListingReport) -> bool:
    """Whether the fault of a listing may be over tomorrow."""
    reason = (report.error or "").partition(":")[0]
    return (
        reason in NO_ANSWER
        or reason in ("http_408", "http_425", "http_429")
        or reason.startswith("http_5")
        or (report.channel == "news_sitemap" and reason == NAMES_NOTHING)
    )


def is_left_behind(report: ListingReport, now: str) -> bool:
    """Whether a listing can be read, and has named nothing new for long."""
    newest, present = as_instant(report.newest), as_instant(now)
    return bool(newest and present and present - newest > LONG_SILENT)


def propose(
    source: Source,
    reports: Sequence[ListingReport],
    found: Sequence[ListingReport],
    failed: Mapping[tuple[str, str], str],
    *,
    home: str = "",
    states: Mapping[str, ListingState] | None = None,
) -> Proposal:
    """Return what is to be changed in a source's block.

    ``reports`` are of the listings that the block names, ``found`` of those that its site names, ``failed`` as of
    failures(), ``home`` where the home page is by permanent redirects. A listing that has moved for good goes
    with it. One that fails gives way to one of its own kind, akin in its address if there is such a one; to
    another kind only where the source would be left without any. Nothing is taken that names no article of the source.
    """
    replacements, remarks, unmended = list[Replacement](), list[str](), list[str]()
    sites = {*source.sites(), site_of(home or source.home)}
    if home and site_of(home) != site_of(source.home):
        replacements.append(Replacement("home", source.home, "home", home))
        remarks.append(f"home page {source.home}: moved for good to {home}")
    for report in reports:
        if (report.channel, report.url) in failed:
            continue
        remarks.append(f"{report.channel} {report.url}: {standing(report, (states or {}).get(report.url))}")
        if report.moved_to and not report.error and source_names(source, report.url):
            replacements.append(
                Replacement(FIELDS[report.channel], report.url, FIELDS[report.channel], report.moved_to)
            )
    unmended += [report.url for report in reports if report.error and (report.channel, report.url) not in failed]
    well = [report for report in reports if not report.error and (report.channel, report.url) not in failed]
    taken, left = {at(report) for report in well}, list[ListingReport]()
    for report in found:
        if at(report) in taken or report.url in taken or any(report.names_the_same_as(other) for other in well):
            continue
        if (refusal := refusal_of(report, source, sites)) is None:
            left.append(report)
        else:
            remarks.append(f"not proposed: {report.channel} {report.url}: {refusal}")
    by_url = {(report.channel, report.url): report for report in reports}
    for (channel, url), why in failed.items():
        dead = by_url[channel, url]
        others = [one for one in left if is_better(one, dead) and (field_of(one) == FIELDS[channel] or not well)]
        better = max(others, key=lambda one: (field_of(one) == FIELDS[channel], kinship(url, one.url)), default=None)
        if better is None:
            remarks.append(f"{channel} {url}: {why}; nothing was found to stand in its place")
            unmended.append(url)
            continue
        left.remove(better)
        well.append(better)
        old = url if source_names(source, url) else None
        replacements.append(Replacement(FIELDS[channel], old, field_of(better), at(better)))
        remarks.append(f"{channel} {url}: {why}; in its place: {better.channel} {at(better)}, {standing(better)}")
    return Proposal(replacements, remarks, unmended)


def at(report: ListingReport) -> str:
    """Return the address under which a listing is to be named: where it has moved for good."""
    return report.moved_to or report.url


def field_of(report: ListingReport) -> str:
    """Return the field of the sources file in which a listing belongs."""
    is_news = report.channel == "sitemap" and any(one.via == "news_sitemap" for one in report.named)
    return FIELDS["news_sitemap" if is_news else report.channel]


def source_names(source: Source, url: str) -> bool:
    """Whether a source names a listing itself; without any, its home page stands for them."""
    return any(url in getattr(source, name) for name in FIELDS.values())


def standing(report: ListingReport, state: ListingState | None = None) -> str:
    """Say how a listing stands."""
    if report.error:
        so_far = f" (failed so far in a row: {state.errors})" if state and state.errors else ""
        return f"{report.error}{so_far}; that may pass, so it stays"
    moved = f"moved for good to {report.moved_to}, " if report.moved_to else ""
    return f"{moved}works: {len(report.named)} entries, newest {report.newest or 'undated'}"


def is_better(found: ListingReport, dead: ListingReport) -> bool:
    """Whether a listing that was found may stand in the place of one that fails: not if it is as much behind."""
    before, after = as_instant(dead.newest), as_instant(found.newest)
    return before is None or (after is not None and after > before)


def refusal_of(report: ListingReport, source: Source, sites: Collection[str]) -> str | None:
    """Return why a listing that was found is none for this source, or None.

    >>> from newsbot.items import Candidate
    >>> named = [Candidate(url="https://x.org/a", via="feed")]
    >>> there = ListingReport(channel="feed", url="https://x.org/f", named=named)
    >>> refusal_of(there, Source(name="x", home="https://x.org/", allow=["/news/"]), {"x.org"})
    'all that it names (1) would be left out by allow = ["/news/"]'
    """
    own = [one.url for one in report.named if site_of(one.url) in sites]
    if not own:
        return "it names articles of other sites alone"
    if all(source.refuses(url) for url in own):
        whose = "allow" if any(source.refuses(url) == "not_allowed_by_pattern" for url in own) else "deny"
        patterns = ", ".join(f'"{pattern}"' for pattern in getattr(source, whose))
        return f"all that it names ({len(own)}) would be left out by {whose} = [{patterns}]"
    return None


def kinship(one: str, other: str) -> int:
    """Return how many telling words two addresses of listings share.

    >>> kinship("https://x.org/rss/sport.xml", "https://x.org/feeds/sport"), kinship("https://x.org/rss", "https://x.org/feed")
    (1, 0)
    """
    return len((_words(one) & _words(other)) - _GENERIC)


def _words(url: str) -> set[str]:
    parts = urlsplit(url)
    return set("".join(c if c.isalnum() else " " for c in f"{parts.path} {parts.query}".lower()).split())
