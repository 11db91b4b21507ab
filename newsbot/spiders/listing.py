"""Spiders that find articles: they read feeds, sitemaps and section pages, and ask for what is new there."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from newsbot.crawl.polling.publishing import DAY
from newsbot.crawl.polling.sitemaps import turn_of
from newsbot.discovery import (
    LISTING_ERRORS,
    Child,
    Contents,
    FeedError,
    as_siblings,
    feed_links,
    newest_first,
    read_listing,
    text_blocks,
)
from newsbot.downloader.errors import outcome_of
from newsbot.downloader.fetch import CUT_SHORT, accepting, charset_of, header_of
from newsbot.downloader.rendering import browser_meta
from newsbot.items import OVER_BUDGET, POSTPONED, RUN_ENDED, Candidate, digest_of
from newsbot.sources import Source
from newsbot.spiders.base import Args, CollectingSpider, as_of
from newsbot.web.dates import as_instant
from newsbot.web.urls import site_of

if TYPE_CHECKING:
    from newsbot.store.listings import Listing

LISTING_PRIORITY = 10
"""Listings before articles: what is new is known early, and the progress display can tell how much."""
AGAIN_PRIORITY = -5
"""What came to nothing before is asked for after what is new, and before what may have changed."""
MAX_DEPTH = 5
"""Indexes of sitemaps that are entered, one in the other: sitemaps.org has one, and a trap has no end."""
PAGED = ("feed", "section")
"""Listings that may go on on a next page; the others are sitemaps."""


STATUSES_READ = [304, *({*range(400, 600)} - {401, 402, 407, 410, 429, 451})]
"""Statuses, but those of success, with which some servers send a whole feed or sitemap; the others say that there is
none for us."""
DISTRUSTED = ""
"""Stands for an ETag and a Last-Modified that once stayed the same while there was news: none is sent any more."""


class StatusError(ValueError):
    """A listing came with the status of an error, and names nothing."""

    def __init__(self, status: int) -> None:
        self.reason = f"http_{status}"
        super().__init__(self.reason)


UNREAD = (*LISTING_ERRORS, StatusError)
"""What reading a listing can raise."""


@dataclasses.dataclass(frozen=True, slots=True)
class Poll:
    """One reading of a listing: what is asked for, and what is known of it from before."""

    source: Source
    channel: str
    """feed, news_sitemap, sitemap or section."""
    known: Listing
    page: int = 1
    """How far it is behind the listing, or below the index of sitemaps, that the source or the site names."""
    is_owed: bool = False
    """Whether a run that wanted it has died: what it names may be pending, and more be behind it."""


class DiscoveringSpider(CollectingSpider[Args]):
    """A spider that finds articles in the listings of its sources."""

    def __init__(self, **given: object) -> None:
        super().__init__(**given)
        self._asked: set[tuple[str, str]] = set()
        self._sub_sitemaps: Counter[str] = Counter()
        self._articles: dict[str, list[str]] = {}

    def wants_sitemap(self, _child: Child) -> bool:
        """Whether a sub-sitemap may name articles that this crawl is after."""
        return True

    def max_sitemaps(self) -> int:
        """Return how many sub-sitemaps to read of a source, 0 for no bound."""
        return self.settings.getint("NEWSBOT_MAX_SITEMAPS")

    @property
    def is_backfill(self) -> bool:
        """Whether this crawl is after what was published long ago, and leaves alone what was read then."""
        return False

    def goes_on(self, _links: list[Candidate], fresh: int, page: int) -> bool:
        """Whether to read the next page of a listing, after one with these links, so many of them new."""
        return fresh > 0 and page < self.settings.getint("NEWSBOT_MAX_SECTION_PAGES")

    def resume(self, source: Source) -> Iterator[Request]:
        """Ask for what earlier runs discovered and did not bring home."""
        for candidate in self.run.intake.resume(source, most=self.run.budgets.of(source.name).pages):
            yield self.article_request(source, candidate, is_left=True)
        for candidate in self.run.intake.again(source):
            yield self.article_request(source, candidate, priority=AGAIN_PRIORITY, is_left=True)

    def ask_for(self, source: Source, named: Sequence[Candidate], listing: str) -> Iterator[Request]:
        """Ask for what is new among the articles that a listing of some other kind names, and note that it was read.

        ``listing``: its address. What is not brought home in this run is left to the next (``resume``).
        """
        from newsbot.store.listings import Listing  # not above: `scrapy list` has no use for the store

        self.run.ledger.listing_asked(source.name)
        fresh = self.run.intake.discover(source, named, Listing(source.name, listing))
        self.run.ledger.listing(source.name, "read")
        for candidate in fresh:
            yield self.article_request(source, candidate)

    def listing_requests(
        self, source: Source, channel: str, url: str, *, page: int = 1, lastmod: str | None = None, owed: bool = False
    ) -> Iterator[Request]:
        """Yield the conditional request for a listing; none if it was asked in this run.

        ``lastmod`` is what a sitemap index says of it; for ``page`` and ``owed`` see Poll.
        """
        if (source.name, url) in self._asked:
            return
        self._asked.add((source.name, url))
        known = self.run.schedule.listing(source.name, url)
        if lastmod:
            known = dataclasses.replace(known, lastmod=lastmod)
        self.run.ledger.listing_asked(source.name)
        in_browser = browser_meta(source) if channel == "section" else {}
        headers = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
        if in_browser or is_doubtful(known, self.run.now()):
            headers = {}
        yield Request(
            self.run.schedule.address(source.name, url),
            callback=self.parse_listing,
            errback=self.listing_failed,
            headers={**accepting(channel), **{name: value for name, value in headers.items() if value}},
            cb_kwargs={"poll": Poll(source, channel, known, page, owed)},
            meta={
                "source": source.name,
                "handle_httpstatus_list": STATUSES_READ if channel != "section" else [304],
                **in_browser,
            },
            priority=LISTING_PRIORITY,
        )

    def parse_listing(self, response: Response, poll: Poll) -> Iterator[Request]:
        """Read a listing, and ask for what is new in it."""
        try:
            contents = self.contents(response, poll)
        except UNREAD as error:
            self.failed(poll, str(error))
            if poll.channel == "feed" and error.reason == "html_page":
                for url in feed_links(response.body, response.url, charset=charset_of(response)):
                    yield from self.listing_requests(poll.source, "feed", url)
            yield from self.ask_known_sitemaps(poll)
        else:
            yield from self.follow(response, poll, contents)

    def listing_failed(self, failure: Failure) -> Iterator[Request]:
        """Note that a listing could not be fetched."""
        request: Request = failure.request  # type: ignore[attr-defined]
        poll: Poll = request.cb_kwargs["poll"]
        assert failure.value is not None
        _, reason, detail = outcome_of(failure.value)
        self.failed(poll, f"{reason}: {detail}" if detail else reason)
        if reason.startswith("http_4"):  # its host answers
            yield from self.ask_known_sitemaps(poll)

    def contents(self, response: Response, poll: Poll) -> Contents | None:
        """Return what a listing names, or None where it says what it said before. Raises one of UNREAD.

        What names nothing is an error where there was something before, and where the answer has the status of one.
        """
        if response.status == 304 or digest_of(response.body) == poll.known.digest:
            return None
        articles = self._articles_of(poll.source) if poll.channel == "section" else ()
        try:
            contents = read_listing(
                poll.channel, response.body, response.url, charset=charset_of(response), known=articles
            )
        except LISTING_ERRORS:
            if response.status >= 400:
                raise StatusError(response.status) from None
            raise
        if response.status >= 400:
            if not contents:
                raise StatusError(response.status)
            contents.notes.append(f"answered with the status {response.status}, and read all the same")
        if not contents and ((poll.channel == "feed" and poll.known.seen) or poll.known.sub_sitemaps):
            raise FeedError("empty", f"it names nothing, and did at {poll.known.answered_at}")
        return contents

    def failed(self, poll: Poll, error: str) -> None:
        """Note why a listing could not be read: it is asked again later. What the run did not come to is as it was."""
        if error == RUN_ENDED:
            return
        if error.startswith(OVER_BUDGET):
            self.run.ledger.listing(poll.source.name, "postponed", f"{poll.channel} {poll.known.url}: {error}")
            return
        schedule, url = self.run.schedule, poll.known.url
        rests_until = schedule.rests_until(urlsplit(schedule.address(poll.source.name, url)).netloc)
        listing = schedule.failed(poll.source.name, url, error, rests_until=rests_until)
        outcome = "postponed" if error.startswith(tuple(POSTPONED)) else "failed"
        again = f" ({listing.errors} times in a row, due again at {listing.due_at})" if listing.errors > 1 else ""
        self.run.ledger.listing(poll.source.name, outcome, f"{poll.channel} {url}: {error}{again}")

    def follow(self, response: Response, poll: Poll, contents: Contents | None) -> Iterator[Request]:
        """Note what a listing names and when it is due again; ask for what is new there and what is behind it.

        A feed is read further back only where there is a gap, or where a run that died owes its next page.
        """
        from newsbot.store.listings import Listing  # not above: `scrapy list` has no use for the store

        if contents is None:
            yield from self._follow_unchanged(response, poll)
            return
        source, named, schedule = poll.source, contents.candidates, self.run.schedule
        if poll.channel == "section":
            asked = schedule.address(source.name, poll.known.url)
            if named and site_of(response.url) == site_of(asked):  # or else it is another's page, or no list
                texts = text_blocks(response.body, charset=charset_of(response))
                self.run.boilerplate.learn_section(response.url, texts)
        is_cut = CUT_SHORT in response.flags
        is_all = bool(contents) and not is_cut and response.status < 400  # or else it is to be read again
        etag, last_modified = self._validators(response, poll, named, is_all=is_all)
        children = contents.sub_sitemaps if poll.page <= MAX_DEPTH else []
        read = Listing(
            source.name,
            poll.known.url,
            etag=etag,
            last_modified=last_modified,
            digest=digest_of(response.body) if is_all else None,
            lastmod=poll.known.lastmod,
            next_page=contents.next_page,
            sub_sitemaps=tuple((child.url, child.lastmod) for child in children),
            newest_at=None if poll.channel in PAGED else newest_in(named, self.run.now()),
        )
        owed = poll.is_owed or schedule.owed(source.name, read.url) is not None
        before, at = schedule.listing(source.name, read.url), permanent_address(response)

        def goes_on(fresh: int, gap: bool) -> bool:
            is_wanted = poll.channel == "section" or gap or owed or poll.page > 1
            return is_wanted and self.goes_on(named, len(named) if owed else fresh, poll.page)

        fresh = self.run.intake.discover(
            source, named, read, at=at, newest_alone=contents.newest_alone, goes_on=goes_on
        )
        gap = schedule.listing(source.name, read.url).gaps > before.gaps
        self.run.ledger.listing(source.name, "read")
        notes = list(contents.notes)
        if not contents and poll.channel != "section":
            notes.append("names nothing")
        if len(children) < len(contents.sub_sitemaps):
            notes.append("an index in more indexes than are entered")
        if is_cut:
            notes.append(f"{CUT_SHORT}: it broke off; what had come is read")
        if gap:
            missed = f"names nothing of what it named at {before.answered_at}"
            notes.append(f"gap: {missed}; it is asked more often from now on")
        if at not in (read.url, before.moved_to):
            notes.append(f"moved for good to {at}")
        for note in notes:
            self.run.ledger.note(source.name, f"{poll.channel} {read.url}: {note}")
        for candidate in sorted(fresh, key=as_of, reverse=True):
            yield self.article_request(source, candidate)
        if read.next_page and goes_on(len(fresh), gap):
            yield from self.listing_requests(source, poll.channel, read.next_page, page=poll.page + 1, owed=owed)
        yield from self._ask_sub_sitemaps(poll, children)

    def _validators(
        self, response: Response, poll: Poll, named: Sequence[Candidate], *, is_all: bool
    ) -> tuple[str | None, str | None]:
        """Return the ETag and Last-Modified of a listing; DISTRUSTED where they stay the same while there is news."""
        known = poll.known
        etag, last_modified = header_of(response, "ETag"), header_of(response, "Last-Modified")
        if known.etag == DISTRUSTED:
            return DISTRUSTED, DISTRUSTED
        if not is_all:
            return None, None
        is_same = etag == known.etag if etag else last_modified and last_modified == known.last_modified
        if is_same and known.digest and self.run.intake.are_news(named):
            self.run.ledger.note(poll.source.name, f"{poll.channel} {known.url}: its ETag or Last-Modified is wrong")
            return DISTRUSTED, DISTRUSTED
        return etag, last_modified

    def _follow_unchanged(self, response: Response, poll: Poll) -> Iterator[Request]:
        source, known, schedule = poll.source, poll.known, self.run.schedule
        self.run.ledger.listing(source.name, "not_modified")
        schedule.unchanged(known, at=permanent_address(response))
        yield from self.ask_known_sitemaps(poll)
        if poll.channel in PAGED and (owed_page := schedule.owed(source.name, known.url)):
            url, further = owed_page
            yield from self.listing_requests(source, poll.channel, url, page=poll.page + further, owed=True)

    def ask_known_sitemaps(self, poll: Poll) -> Iterator[Request]:
        """Ask for the sitemaps that an index named as long as it could be read."""
        if poll.channel not in PAGED:
            yield from self._ask_sub_sitemaps(poll, (Child(*named) for named in poll.known.sub_sitemaps))

    def _ask_sub_sitemaps(self, poll: Poll, named: Iterable[Child]) -> Iterator[Request]:
        for child in self.sitemaps_now(poll.source, named):
            yield from self.listing_requests(
                poll.source, poll.channel, child.url, page=poll.page + 1, lastmod=child.lastmod
            )

    def sitemaps_now(self, source: Source, named: Iterable[Child]) -> list[Child]:
        """Return the sitemaps of one index or robots.txt that are to be asked now, newest first, up to the bound."""
        schedule, now, bound = self.run.schedule, self.run.now(), self.max_sitemaps()
        siblings = newest_first(as_siblings(named, date.fromisoformat(now[:10])))
        turn = turn_of(
            [child for child in siblings if (source.name, child.url) not in self._asked and self.wants_sitemap(child)],
            lambda child: schedule.listing(source.name, child.url),
            now=now,
            room=max(bound - self._sub_sitemaps[source.name], 0) if bound else None,
            with_closed=not self.is_backfill,
            is_due=lambda child: not self.only_due or schedule.is_due(source.name, child.url),
        )
        self._sub_sitemaps[source.name] += len(turn.asked)
        if turn.left:
            note = f"more sub-sitemaps than NEWSBOT_MAX_SITEMAPS: {turn.left} are left for later runs"
            self.run.ledger.note(source.name, note)
        return turn.asked

    def _articles_of(self, source: Source) -> list[str]:
        if source.name not in self._articles:
            self._articles[source.name] = self.run.intake.articles_of(source)
        return self._articles[source.name]


def is_doubtful(known: Listing, now: str) -> bool:
    """Whether a listing is to be asked unconditionally: once for every whole day that it has brought no news.

    A server may lie with its ETag.

    >>> from newsbot.store.listings import Listing
    >>> quiet = Listing("a", "https://e.org/feed", news_at="2026-11-18T08:00:00Z", answered_at="2026-11-19T07:55:00Z")
    >>> is_doubtful(quiet, "2026-11-19T07:59:00Z"), is_doubtful(quiet, "2026-11-19T08:00:00Z")
    (False, True)
    """
    from newsbot.crawl.polling.schedule import minutes_between  # not above: `scrapy list` has no use for the store

    if not known.news_at or not known.answered_at:
        return False
    return minutes_between(known.news_at, now) // DAY > minutes_between(known.news_at, known.answered_at) // DAY


def permanent_address(response: Response) -> str:
    """Return where the permanent redirects (301, 308) lead that stand at the beginning of a response's way.

    A way that comes back to where it began has moved nothing: it went to fetch a cookie.
    """
    way = [*response.meta.get("redirect_urls", []), response.url]
    if way[-1] == way[0]:
        return str(way[0])
    steps = 0
    for reason in response.meta.get("redirect_reasons", []):
        if reason not in (301, 308):
            break
        steps += 1
    return str(way[steps])


def newest_in(candidates: Iterable[Candidate], now: str) -> str | None:
    """Return when the newest of some candidates was published or changed, as they state, and not later than now."""
    moment = as_instant(now)
    stated = (as_instant(candidate.published or candidate.modified) for candidate in candidates)
    newest = max((instant for instant in stated if instant and moment and instant <= moment), default=None)
    return newest.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if newest else None
