"""Pages that a run has met and archived: a store that knows them, and a WARC file as newsbot writes one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from conftest import NOW
from sqlalchemy import Engine

from newsbot.archive.provenance import Provenance
from newsbot.archive.records import group_of
from newsbot.crawl.run import Run
from newsbot.crawl.worker_pool import make_article
from newsbot.items import Candidate, Collected, Exchange, Page
from newsbot.sources import Source
from newsbot.store.listings import Listing

ASKED = b"GET / HTTP/1.1\r\n\r\n"
SOURCE = Source(name="example", home="https://example.org/", feeds=["https://example.org/feed"])


@dataclass(frozen=True)
class Kept:
    """A page as it was fetched."""

    url: str
    html: str
    at: str = NOW
    continues: str | None = None

    @property
    def page(self) -> Page:
        candidate = Candidate(url=self.url, via="feed", tags=["from the feed"])
        return Page(
            url=self.url,
            html=self.html.encode(),
            source=SOURCE.name,
            candidate=candidate,
            aliases=[self.url],
            charset="utf-8",
            fetched_at=self.at,
        )


def write_archive(path: Path, pages: Iterable[Kept]) -> Path:
    """Write pages into a WARC file, as newsbot archives them."""
    with path.open("wb") as file:
        for kept in pages:
            html = [(b"Content-Type", b"text/html; charset=utf-8")]
            came = Exchange(url=kept.url, request=ASKED, status=200, headers=html, body=kept.html.encode())
            told = Provenance.of(kept.page, "r1", continues=kept.continues)
            file.write(group_of([came], told, date=kept.at, earlier=None).data)
    return path


def collect(
    engine: Engine,
    output: Path,
    pages: Sequence[Kept],
    made_otherwise: Callable[[Collected], Collected] = lambda collected: collected,
) -> None:
    """Let a run store what pages make, as an older newsbot made it."""
    run = Run(engine, output, [SOURCE], spider="news", now=lambda: NOW)
    listing = Listing(SOURCE.name, SOURCE.feeds[0])
    run.intake.discover(SOURCE, [replace(kept.page.candidate) for kept in pages], listing)
    for kept in pages:
        run.verdicts.fetched(kept.url)
        made = make_article(kept.page)
        run.verdicts.save_all([made_otherwise(made) if isinstance(made, Collected) else made])
    run.finish()
