"""Pages that a run has met and archived: a store that knows them, and a WARC file as newsbot writes one."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from conftest import NOW
from sqlalchemy import Engine

from newsbot.archive.provenance import MEDIA_TYPE, Provenance
from newsbot.crawl.run import Run
from newsbot.crawl.worker_pool import make_article
from newsbot.items import Candidate, Collected, Page
from newsbot.sources import Source
from newsbot.store.listings import Listing

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
    """Write pages into a WARC file, each with what newsbot notes beside it; a gzip member a record (ISO 28500)."""
    with path.open("wb") as file:
        for number, kept in enumerate(pages):
            identity = f"<urn:uuid:00000000-0000-0000-0000-{number:012}>"
            answer = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{kept.html}".encode()
            said = Provenance.of(kept.page, "r1", continues=kept.continues).to_bytes()
            for head, block in (
                (f"response\r\nWARC-Record-ID: {identity}\r\nContent-Type: application/http; msgtype=response", answer),
                (f"metadata\r\nWARC-Concurrent-To: {identity}\r\nContent-Type: {MEDIA_TYPE}", said),
            ):
                fields = f"WARC/1.1\r\nWARC-Target-URI: {kept.url}\r\nWARC-Date: {kept.at}\r\nWARC-Type: {head}\r\n"
                file.write(
                    gzip.compress(f"{fields}Content-Length: {len(block)}\r\n\r\n".encode() + block + b"\r\n\r\n")
                )
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
