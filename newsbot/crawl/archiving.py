"""The pages of a crawl on their way into an archive: what is kept, and what becomes of the crawl where that fails.

A page is written before the store decides on it: what is stored is archived, at whatever instant a crawl is killed.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Self, TypeVar

from sqlalchemy import Engine

from newsbot.archive.bounds import Bounds
from newsbot.archive.folder import Archive, Healed, heal
from newsbot.archive.provenance import Provenance
from newsbot.archive.removal import remove
from newsbot.crawl.run import Run
from newsbot.items import RUN_ENDED, Collected, Page, Rejection
from newsbot.process import NewsbotError, UsageError
from newsbot.store.maintenance import forgotten

TRY_AGAIN = 10.0
"""Seconds after which an archive that could not be written is tried again."""
SETTINGS = ("NEWSBOT_ARCHIVE", "NEWSBOT_ARCHIVE_FILE_MB", "NEWSBOT_ARCHIVE_MAX_GB", "NEWSBOT_ARCHIVE_REQUIRED")
MB, GB = 1_000_000, 1_000_000_000
NOT_KEPT = frozenset({"tdm_reserved", RUN_ENDED})
"""Reasons to reject a page that is not archived: its publisher's will; it is fetched again."""

Result = TypeVar("Result", Rejection, Collected | Rejection)

logger = logging.getLogger("newsbot")


@dataclass(frozen=True, slots=True)
class ArchiveSettings:
    """Where pages are kept, within which bounds, and whether a crawl may go on without that."""

    folder: Path
    limits: Bounds
    is_required: bool

    @classmethod
    def of(cls, settings: Mapping[str, object], days: int) -> Self | None:
        """Return what SETTINGS say; None where nothing is archived. Raises UsageError."""
        if not settings["NEWSBOT_ARCHIVE"]:
            return None
        return cls(
            Path(str(settings["NEWSBOT_ARCHIVE"])),
            Bounds(
                file_bytes=int(_number(settings, "NEWSBOT_ARCHIVE_FILE_MB") * MB),
                folder_bytes=int(_number(settings, "NEWSBOT_ARCHIVE_MAX_GB") * GB),
                days=days,
            ),
            str(settings["NEWSBOT_ARCHIVE_REQUIRED"]).lower() in ("1", "true"),
        )


class Archiving:
    """The archive of a crawl. One that cannot be written is told once, and tried again every TRY_AGAIN seconds.

    ``is_required``: the crawl ends then, and what was not archived is left to the next run.
    """

    def __init__(self, settings: ArchiveSettings, run: Run, *, end: Callable[[], None]) -> None:
        """``end`` ends the crawl."""
        self.kept = 0
        """Pages in the archive."""
        self.lost = 0
        """Pages that could not be archived."""
        self._settings = settings
        self._run = run
        self._began = run.now()
        self._archive = Archive(settings.folder, run.id, settings.limits, told=logger.warning)
        self._end = end
        self._failed_at: float | None = None
        """When it was last tried in vain; None while it can be written."""
        self._has_failed = False

    def keep(self, pages: Sequence[Page], result: Result) -> Result | Rejection:
        """Write the pages of an article, and return what was made of them, or that the run ended before that."""
        if isinstance(result, Rejection) and result.reason in NOT_KEPT:
            return result
        return result if self.write(pages) else Rejection(url=pages[0].aliases[0], reason=RUN_ENDED)

    def write(self, pages: Sequence[Page]) -> bool:
        """Write the pages of an article; whether the crawl may go on with it."""
        first = pages[0]
        return all(self._write(page, None if page is first else first.aliases[0]) for page in pages if page.exchanges)

    def sync(self) -> bool:
        """Bring all to the disk that was kept; whether the store may decide on it."""
        try:
            self._archive.sync()
        except OSError as fault:
            return self._fail(fault)
        return True

    def close(self) -> None:
        """Finish the files, and say what there is."""
        try:
            self._archive.close()
            if self._has_failed:
                list(tell_healed(self._settings.folder))
            if keys := forgotten.keys_of(self._run.engine, since=self._began):
                remove(self._settings.folder, keys)
        except OSError as fault:
            logger.error("archive %s: not finished: %s; the next run does that", self._settings.folder, _told(fault))
        if self.lost:
            logger.error("archive %s: %d pages of this run are not in it", self._settings.folder, self.lost)
        if self.kept:
            files = ", ".join(path.name for path in self._archive.files) or "none finished"
            logger.info("archive %s: %d pages in %s", self._settings.folder, self.kept, files)

    def _write(self, page: Page, continues: str | None) -> bool:
        """Write a page; whether the crawl may go on with it."""
        if self._failed_at is not None and (self._settings.is_required or monotonic() - self._failed_at < TRY_AGAIN):
            return self._lose()
        assert page.fetched_at
        provenance = Provenance.of(page, self._run.id, continues=continues)
        try:
            self.kept += self._archive.write(page.exchanges, provenance, date=page.fetched_at)
        except OSError as fault:
            return self._fail(fault) and self._lose()
        if self._failed_at is not None:
            self._failed_at = None
            logger.warning("archive %s: written again; %d pages are not in it", self._settings.folder, self.lost)
        return True

    def _lose(self) -> bool:
        """Count a page that is not in the archive; whether the crawl may go on without that."""
        self.lost += not self._settings.is_required
        return not self._settings.is_required

    def _fail(self, fault: OSError) -> bool:
        """Say once what is wrong; whether the crawl may go on."""
        is_news = self._failed_at is None
        self._failed_at = monotonic()
        self._has_failed = True
        if is_news and self._settings.is_required:
            logger.error(
                "archive %s: %s; the crawl ends (NEWSBOT_ARCHIVE_REQUIRED), and the next run goes on",
                self._settings.folder,
                _told(fault),
            )
            self._end()
        elif is_news:
            logger.error("archive %s: %s; the crawl goes on without it", self._settings.folder, _told(fault))
        return not self._settings.is_required


def make_ready(settings: ArchiveSettings, engine: Engine) -> None:
    """Make the folder of an archive, and finish what dead runs left in it. Raises NewsbotError or StoreError."""
    folder = settings.folder
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"NEWSBOT_ARCHIVE: {folder} is a file; name a folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as fault:
        raise NewsbotError(f"NEWSBOT_ARCHIVE: {folder} cannot be written: {_told(fault)}") from None
    try:
        if list(tell_healed(folder)) and (keys := forgotten.keys_of(engine)):
            remove(folder, keys)
    except OSError as fault:
        logger.error("archive %s: what a dead run left cannot be finished yet: %s", folder, _told(fault))


def tell_healed(folder: Path) -> Iterator[Path]:
    """Finish what dead runs left in a folder, a line of the log a file; yield each. Raises OSError."""
    for healed in heal(folder):
        if isinstance(healed, Healed):
            cut = f"{healed.cut} bytes of a torn page are cut" if healed.cut else "no page is torn"
            logger.warning(
                "archive %s: left unfinished by its run; %s, %d captures are kept", healed.path, cut, healed.captures
            )
            yield healed.path
        else:
            logger.warning("archive %s: its index was missing or damaged, and is made anew", healed)
            yield healed


def _told(fault: OSError) -> str:
    return fault.strerror or str(fault)


def _number(settings: Mapping[str, object], name: str) -> float:
    try:
        return float(str(settings[name]))
    except ValueError:
        raise UsageError(f"{name}: a number, not {settings[name]!r}") from None
