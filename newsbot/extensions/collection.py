"""The collection of one crawl: its store, the leases on its sources, its run, and how it ended."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, NotConfigured
from sqlalchemy import Engine

from newsbot.crawl.accounting import accounting_line
from newsbot.crawl.archiving import SETTINGS as ARCHIVE_SETTINGS
from newsbot.crawl.archiving import ArchiveSettings, Archiving, Result, make_ready
from newsbot.crawl.budgets import Budget
from newsbot.crawl.checkup import checkup
from newsbot.crawl.context import Collector, CrawlContext
from newsbot.crawl.outbox.recovery import heal, refuse_anothers_files
from newsbot.crawl.polling.publishing import Bounds
from newsbot.crawl.run import Run, Summary, begin_life
from newsbot.extensions.aftercare import Aftercare
from newsbot.extensions.progress import Progress
from newsbot.health import FAILING, Finding
from newsbot.items import EXTRACTORS, OVER_BUDGET, Collected, Page, Rejection
from newsbot.process import AllElsewhere, ExitStatus, NewsbotError, UsageError, utc_now
from newsbot.sources import Outlets, Source, exemptions_of
from newsbot.store import StoreError
from newsbot.store.articles import Policy
from newsbot.store.database import open_engine, store_url, watch
from newsbot.store.leases import BEAT, Life, take_all
from newsbot.store.maintenance.retention import SETTINGS, keep_of
from newsbot.store.runs import RunEnded
from newsbot.web.endpoints import is_own_name

logger = logging.getLogger("newsbot")

CONTACT = ("@", "://", "(+")
"""What an address has in a user agent; NEWSBOT_CONTACT is put into it."""
NO_CONTACT = (
    "NEWSBOT_CONTACT is not set: say a page or an address where the people of the sites that you collect can reach "
    "you, such as NEWSBOT_CONTACT=https://example.org/bot in the environment; sites block who cannot be asked"
)
MOST_LISTED = 6
"""Files that are named one by one in a line of the log."""


class Collection(CrawlContext):
    """Opens the store and the run for a crawl, and closes them with files and a report.

    StorePipeline opens and closes it, before the signals spider_opened and spider_closed: Scrapy logs an error in the
    handler of a signal and goes on, while one in ``open_spider`` ends the crawl before any request.

    A store that breaks ends the crawl with one message, whoever meets it: the engine tells (newsbot.store.database,
    watch), and what reaches a log does (``_is_news``). Nobody who uses the store has to guard against that.

    Settings: NEWSBOT_OUTPUT, NEWSBOT_DATABASE_URL, NEWSBOT_EXPORT_REMOVED, NEWSBOT_MAX_NEW, NEWSBOT_POLL_MIN,
    NEWSBOT_POLL_MAX, NEWSBOT_POLL_PRICE, NEWSBOT_DUPLICATES, NEWSBOT_REVISIT_HOURS, NEWSBOT_RETRY_REJECTED_HOURS,
    NEWSBOT_REMEMBER_DAYS, NEWSBOT_KEEP_*_DAYS, NEWSBOT_DELIVER_AFTER, NEWSBOT_SOURCE_PAGES, NEWSBOT_SOURCE_SECONDS,
    NEWSBOT_SOURCE_BYTES, NEWSBOT_ARCHIVE and those of its bounds (newsbot.crawl.archiving).
    """

    exit_status = ExitStatus.CRASHED
    """What `scrapy crawl` exits with; a crawl that never comes to its end has crashed."""

    def __init__(
        self,
        crawler: Crawler,
        collector: Collector,
        output: Path,
        database: str,
        *,
        with_removed: bool,
        max_new: int,
        budget: Budget,
        polling: Bounds,
        duplicates: str,
        revisit_hours: Sequence[object],
        retry_hours: Sequence[object],
        kept_days: Mapping[str, object],
        archive: Mapping[str, object],
        extractor: str,
        deliver_after: float,
        has_contact: bool,
        aftercare: Aftercare,
    ) -> None:
        """``duplicates`` and what follows it are the settings as given; ``open`` checks them."""
        self._crawler = crawler
        self._collector = collector
        self._output = output
        self._database = database
        self._with_removed = with_removed
        self._max_new = max_new
        self._budget = budget
        self._polling = polling
        self._duplicates = duplicates
        self._revisit_hours = revisit_hours if collector.revisits else ()
        self._retry_hours = retry_hours
        self._kept_days = kept_days
        self._archive = archive
        self._archiving: Archiving | None = None
        """Where pages are kept, if they are."""
        self._extractor = extractor
        self._deliver_after = deliver_after
        self._has_contact = has_contact
        self._aftercare = aftercare
        self._engine: Engine | None = None
        self._life: Life | None = None
        self._tasks: list[asyncio.Task[None]] = []
        """What goes on beside the crawl until it is closed."""
        self._left_out: frozenset[str] = frozenset()
        self._is_open = False
        self._fault: StoreError | None = None
        """Why the store cannot be used any more."""
        self._summary: Summary | None = None
        """What the run came to, once its files are whole."""
        self._failing: set[str] = set()
        """Sources that fail by what is known of them, asked in this run or not."""
        self.has_started = False
        """Whether the spider has named all that it starts with."""
        self.has_failed = False
        """Whether it could not, by a fault of newsbot."""
        self._closing: asyncio.Future[None] | None = None
        """At work once the store has broken."""

    @classmethod
    def collector_of(cls, crawler: Crawler) -> Collector | None:
        """Return who says what a crawl collects; None where that is nothing, as in `scrapy shell`."""
        return crawler.spider if isinstance(crawler.spider, Collector) else None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        collector = cls.collector_of(crawler)
        if collector is None:
            raise NotConfigured
        settings = crawler.settings
        output = Path(settings["NEWSBOT_OUTPUT"])
        collection = cls(
            crawler,
            collector,
            output,
            store_url(settings["NEWSBOT_DATABASE_URL"], output),
            with_removed=settings.getbool("NEWSBOT_EXPORT_REMOVED"),
            max_new=settings.getint("NEWSBOT_MAX_NEW"),
            budget=Budget(
                settings.getint("NEWSBOT_SOURCE_PAGES"),
                settings.getfloat("NEWSBOT_SOURCE_SECONDS"),
                settings.getint("NEWSBOT_SOURCE_BYTES"),
            ),
            polling=Bounds(
                settings.getfloat("NEWSBOT_POLL_MIN"),
                settings.getfloat("NEWSBOT_POLL_MAX"),
                settings.getfloat("NEWSBOT_POLL_PRICE"),
            ),
            duplicates=settings["NEWSBOT_DUPLICATES"],
            revisit_hours=settings.getlist("NEWSBOT_REVISIT_HOURS"),
            retry_hours=settings.getlist("NEWSBOT_RETRY_REJECTED_HOURS"),
            kept_days={what: settings[name] for what, name in SETTINGS.items()},
            archive={name: settings[name] for name in ARCHIVE_SETTINGS},
            extractor=settings["NEWSBOT_EXTRACTOR"],
            deliver_after=settings.getfloat("NEWSBOT_DELIVER_AFTER"),
            has_contact=any(mark in settings["USER_AGENT"] for mark in CONTACT),
            aftercare=Aftercare.from_settings(settings),
        )
        crawler.signals.connect(collection.spider_closed, signal=signals.spider_closed)
        return collection

    def open(self, settle: Callable[[Iterator[Collected | Rejection]], None]) -> None:
        """Open the store and the run. Raises CloseSpider, after one clear message, where that cannot be.

        ``settle`` stores what was held and is decided on while the crawl goes on.
        """
        self._loop = asyncio.get_running_loop()
        for handler in logging.getLogger().handlers:
            handler.addFilter(self._is_news)
        try:
            sources = self._collector.sources()
            policy, keep = self._policy(), keep_of(self._kept_days)
            archive = ArchiveSettings.of(self._archive, keep.archive)
            self._engine = open_engine(self._database)
            watch(self._engine, self.fail)
            refuse_anothers_files(self._engine, self._output)
            if archive is not None:
                make_ready(archive, self._engine)
            max_new = self._collector.max_new()
            self._life = begin_life(self._engine, self._output, spider=self._collector.name)
            self._left_out = take_all(self._life, [source.name for source in sources])
            self._heal(self._engine)
            sources = self._lease(self._life, sources)
            self.run = Run(
                self._engine,
                self._output,
                sources,
                spider=self._collector.name,
                refuses=self._collector.refuses,
                max_new=self._max_new if max_new is None else max_new,
                budget=self._budget,
                with_removed=self._with_removed,
                polling=self._polling,
                policy=policy,
                keep=keep,
                outlets=Outlets(self._collector.outlets()),
                life=self._life,
                deliver_after=self._deliver_after,
            )
            if archive is not None:
                self._archiving = Archiving(archive, self.run, end=partial(self._end, "archive_failed"))
            if self._collector.only_due:
                self.run.keep_due()
        except (NewsbotError, OSError) as error:
            if isinstance(error, NewsbotError):
                self.exit_status = error.exit_status
            for line in str(error).splitlines():
                logger.error("%s", line)
            raise CloseSpider("refused") from None
        self._tasks = [asyncio.ensure_future(self._beat(self._life))]
        if (pause := self.run.delivery.pause) is not None:
            self._tasks.append(asyncio.ensure_future(self._deliver(self.run, pause, settle)))
        self.exemptions = exemptions_of(sources)
        logger.info("run %s: %d sources, writing to %s", self.run.id, len(sources), self._output)
        self._is_open = True
        if self._collector.only_due:
            logger.info("due: %d of %d sources", len(self.run.sources), len(sources))
        if not self._has_contact and any(map(is_public, self.run.sources.values())):
            logger.warning("%s", NO_CONTACT)

    def keep(self, pages: Sequence[Page], result: Result) -> Result | Rejection:
        """Archive the pages of an article if that is asked for; return what is to become of it."""
        return self._archiving.keep(pages, result) if self._archiving else result

    def keep_unchanged(self, page: Page) -> None:
        """Archive that a page is as it was, by its server's word (304)."""
        if self._archiving:
            self._archiving.write([page])

    def has_kept_all(self) -> bool:
        """Whether the store may decide: what was to be kept is on the disk, or need not be."""
        return self._archiving is None or self._archiving.sync()

    def close(self) -> None:
        """Write the files and say what the run came to; let go of the leases and of the store."""
        self._is_open = False
        if progress := self._crawler.get_extension(Progress):
            progress.end()
        try:
            for task in self._tasks:
                task.cancel()
            if self._archiving is not None:
                self._archiving.close()
            if self.run is not None:
                self._finish(self.run)
        finally:
            if self._life is not None:
                self._life.abandon()  # if that has not come to its end
            if self._engine is not None:
                self._engine.dispose()

    def fail(self, fault: StoreError) -> None:
        """End the crawl, because the store cannot be used any more: with one message, from whatever thread."""
        if self._fault is None:
            self._fault = fault
            if self._is_open:
                logger.error("%s; nothing that was stored is lost, and the next run writes the files", fault)
                self._loop.call_soon_threadsafe(self._end, "store_failed")

    def _end(self, reason: str) -> None:
        engine = self._crawler.engine
        if engine is not None and engine.spider is not None:
            self._closing = asyncio.ensure_future(engine.close_spider_async(reason=reason))

    def _is_news(self, record: logging.LogRecord) -> bool:
        """Keep the tracebacks of a broken store out of the log, which has the one message on it (logging.Filter)."""
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, StoreError):
            self.fail(error)
            return False
        return True

    def spider_closed(self, reason: str) -> None:
        """Say how the crawl ended; from here on the log is others'."""
        for handler in logging.getLogger().handlers:
            handler.removeFilter(self._is_news)
        if self._summary is None or self.has_failed:
            return
        left = [] if reason == "finished" else self._left(self._summary)
        if left:
            logger.warning("finished early (%s): %s left for the next run (run_ended)", reason, " and ".join(left))
        self.exit_status = self._status(self._summary, ended_early=bool(left))

    def _status(self, summary: Summary, *, ended_early: bool) -> ExitStatus:
        """Return the status that says most of what is to be done: what was left out outweighs what was learned."""
        if ended_early:
            return ExitStatus.ENDED_EARLY
        has_lost = self._archiving is not None and self._archiving.lost > 0
        if summary.unreachable or summary.fruitless or self._failing or self._collector.is_damaged or has_lost:
            return ExitStatus.UNREACHABLE
        return ExitStatus.ELSEWHERE if self._left_out else ExitStatus.WHOLE

    def _left(self, summary: Summary) -> list[str]:
        """Return what the crawl did not come to, in words."""
        total = summary.total
        addresses = sum(total.reasons[f"{outcome}:run_ended"] for outcome in ("skipped", "rejected"))
        listings = total.listings_asked - total.listings.total()
        left = [f"{addresses} addresses are"] if addresses else []
        left += [f"{listings} listings are"] if listings > 0 else []
        return left if left or self.has_started else ["what it had not come to is"]

    def _policy(self) -> Policy:
        """Return what is to become of copies, of young articles and of what came to nothing. Raises UsageError."""
        revisit_hours = _hours("NEWSBOT_REVISIT_HOURS", self._revisit_hours)
        retry_hours = _hours("NEWSBOT_RETRY_REJECTED_HOURS", self._retry_hours)
        try:
            return Policy(self._duplicates, revisit_hours, retry_hours, EXTRACTORS[self._extractor])
        except ValueError as error:
            raise UsageError(str(error)) from None

    def _heal(self, engine: Engine) -> None:
        for run_id, files in heal(engine, self._output, now=utc_now(), with_removed=self._with_removed).items():
            logger.warning("run %s had died; its files are written now: %s", run_id, _listed(files))

    async def _beat(self, life: Life) -> None:
        """Say now and then that the run lives, until it has ended, or another crawl took it for dead."""
        try:
            while self._fault is None:
                await asyncio.sleep(BEAT)
                life.beat()
        except StoreError as fault:
            self.fail(fault)

    async def _deliver(self, run: Run, pause: float, settle: Callable[[Iterator[Collected | Rejection]], None]) -> None:
        """Put into files what sources that are done have brought, until the crawl ends and the rest follows."""
        refused = ""
        try:
            while self._fault is None:
                await asyncio.sleep(pause)
                if not (sources := run.delivery.due(has_started=self.has_started)):
                    continue
                settle(run.claims.of(sources))
                try:
                    files = run.delivery.early(sources)
                except OSError as error:
                    if str(error) != refused:
                        logger.warning("files could not be written yet: %s; it is tried again", error)
                    refused = str(error)
                else:
                    if files:
                        logger.info("files in %s, while the run goes on: %s", run.output, _listed(files))
        except StoreError as fault:
            self.fail(fault)
        except Exception:
            logger.exception("newsbot failed to deliver while the run goes on; all is delivered at its end")

    def _lease(self, life: Life, sources: list[Source]) -> list[Source]:
        """Leave out the sources that another crawl is at. Raises AllElsewhere."""
        if self._left_out and len(self._left_out) == len(sources):
            life.withdraw()
            raise AllElsewhere
        for name in sorted(self._left_out):
            logger.warning("source %s: left out, another crawl on this store is at it", name)
        return [source for source in sources if source.name not in self._left_out]

    def _finish(self, run: Run) -> None:
        if self._fault is not None:
            run.abandon()
            return
        try:
            summary = run.finish()
        except RunEnded as error:
            logger.error("%s", error)
            run.abandon()
            return
        except (NewsbotError, OSError) as error:
            logger.error("files could not be written: %s; the next run writes them", error)
            run.abandon()
            return
        self._report(run, summary)
        if self._collector.is_watched:
            self._check(run, summary)
        self._summary = summary
        self._aftercare.take(run.engine)

    def _check(self, run: Run, summary: Summary) -> None:
        """Say what is unlike the normal of the run's sources, once, what fails, every time, and what is well again."""
        active = {name for name, account in run.ledger.accounts.items() if account.has_begun()}
        try:
            found = checkup(run.engine, run.asked_for, active, now=utc_now())
        except StoreError as fault:
            logger.error("the health of the sources could not be looked at: %s", fault)
            return
        self._failing = found.failing
        told = {*summary.unreachable, *summary.fruitless}  # of this run; those that fail for long are told below
        for finding in found.opened:
            if finding.state != FAILING or finding.source not in told:
                logger.log(_level(finding), "source %s%s", finding.sentence(), _shown(finding))
        for finding in found.still:
            if finding.state == FAILING and finding.source not in told:
                logger.error("source %s, still", finding.sentence())
        for one in found.cleared:
            logger.warning("source %s: over", one.finding.sentence())
        for name, count in found.again.items():
            if count:
                logger.info("source %s: %d pages that came to nothing meanwhile are tried again", name, count)

    def _report(self, run: Run, summary: Summary) -> None:
        for name in summary.unreachable:
            first, *more = run.ledger.accounts[name].notes
            logger.error("source %s: unreachable: %s%s", name, first, f" (and {len(more)} more)" if more else "")
        for name, complaint in summary.fruitless.items():
            logger.error("source %s: %s", name, complaint)
        for name, account in run.ledger.accounts.items():
            if left := account.reasons[f"skipped:{OVER_BUDGET}"]:
                logger.info("source %s: over its budget, %d addresses are left for the next run", name, left)
        logger.info("%s", accounting_line(summary.total))
        logger.info("files in %s: %s", run.output, _listed(summary.files))


class Start:
    """Tells the collection whether the spider's start() came to its end (a spider middleware)."""

    def __init__(self, collection: Collection) -> None:
        self.collection = collection

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        collection = crawler.get_extension(Collection)
        if collection is None:
            raise NotConfigured  # the spider collects no articles
        return cls(collection)

    async def process_start(self, start: AsyncIterator[Any]) -> AsyncIterator[Any]:
        try:
            async for item_or_request in start:
                yield item_or_request
            self.collection.has_started = True
        except Exception:
            self.collection.has_failed = True
            raise


def _hours(setting: str, given: Sequence[object]) -> tuple[float, ...]:
    """Return the hours that a setting names. Raises UsageError."""
    hours = [str(hour).strip("[] ") for hour in given]
    try:
        return tuple(float(hour) for hour in hours if hour)
    except ValueError as error:
        raise UsageError(f"{setting}: {error}") from None


def is_public(source: Source) -> bool:
    """Whether a source is on the public web, where there are people to be told who asks.

    >>> [is_public(Source(name="a", home=f"http://{host}/")) for host in ("127.0.0.1:8600", "wiki.internal", "e.org")]
    [False, False, True]
    """
    return any(not is_own_name(host) for host, _ in source.endpoints())


def _level(finding: Finding) -> int:
    return logging.ERROR if finding.state == FAILING else logging.WARNING


def _shown(finding: Finding) -> str:
    """Return what shows a finding, and what to try, as the end of a line."""
    example = f"; such as {finding.examples[0]}" if finding.examples else ""
    return f"{example}; {finding.advice}" if finding.advice else example


def _listed(files: dict[str, int]) -> str:
    if len(files) <= MOST_LISTED:
        return ", ".join(f"{path} ({lines} lines)" for path, lines in files.items()) or "none"
    folders: defaultdict[str, list[int]] = defaultdict(list)
    for path, lines in files.items():
        folders[path.rpartition("/")[0]].append(lines)
    return ", ".join(f"{len(lines)} in {folder} ({sum(lines)} lines)" for folder, lines in folders.items())
