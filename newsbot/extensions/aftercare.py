"""What follows a run whose files are whole: those who are to know are told, and what shows it is brought up to date."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from scrapy.settings import BaseSettings
from sqlalchemy import Engine

from newsbot.process import NewsbotError, utc_now

logger = logging.getLogger("newsbot")

Step = Callable[[Engine, str], None]
"""Takes the store and the present (RFC 3339, UTC)."""


class Aftercare:
    """Steps that are taken after a run, each by itself: one that fails is a line in the log, and fails no run."""

    def __init__(self, steps: Mapping[str, Step]) -> None:
        """``steps`` by what could not be done where one fails."""
        self._steps = steps

    @classmethod
    def from_settings(cls, settings: BaseSettings) -> Aftercare:
        """Return the steps that settings ask for."""
        steps: dict[str, Step] = {}
        if alarms := settings["NEWSBOT_ALARMS"]:
            steps["alarms could not be told"] = partial(_tell, alarms)
        if report := settings["NEWSBOT_REPORT"]:
            steps["the report could not be written"] = partial(_report, Path(settings["NEWSBOT_OUTPUT"]) / report)
        if path := settings["NEWSBOT_METRICS_FILE"]:
            steps["the metrics could not be written"] = partial(_write_metrics, Path(path))
        return cls(steps)

    def take(self, engine: Engine) -> None:
        """Take all steps, in their order."""
        for name, step in self._steps.items():
            try:
                step(engine, utc_now())
            except Exception as fault:
                logger.error("%s: %s", name, fault)
                logger.debug("%s", name, exc_info=True)


def _tell(alarms: str, engine: Engine, now: str) -> None:
    from newsbot.alarms.telling import tell

    tell(engine, alarms, now=now)


def _report(path: Path, engine: Engine, now: str) -> None:
    from newsbot.report import write  # a run that writes none need not load it

    with _writing(path):
        write(engine, path, now=now)


def _write_metrics(path: Path, engine: Engine, now: str) -> None:
    from newsbot.extensions.metrics import write_file  # it needs an extra

    with _writing(path):
        write_file(path, engine, now)


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Leave a file to another run that ends at this moment, too; let other faults be one line. Raises NewsbotError."""
    try:
        yield
    except BlockingIOError:
        logger.debug("another run is writing %s", path)
    except OSError as error:
        raise NewsbotError(f"{error.filename}: {error.strerror}") from None
