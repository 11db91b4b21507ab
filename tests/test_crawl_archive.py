"""`scrapy crawl archive`: WARC files go through the same pipeline as the web."""

from __future__ import annotations

import gzip
import os
import random
import re
import signal
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from conftest import ROOT, lines_of, run_scrapy
from local_web import article_page

from newsbot.archive.provenance import MEDIA_TYPE, Provenance
from newsbot.bulk.files import PART
from newsbot.items import Candidate
from newsbot.spiders.archive import ArchiveSpider
from newsbot.spiders.arguments import ArgumentError
from newsbot.store.database import open_engine

TRAP = os.pathsep.join([str(ROOT / "benchmarks" / "deathtrap"), str(ROOT)])


def write_warc(path: Path, pages: dict[str, tuple[str, str]]) -> None:
    """Write pages (address -> content type, body) into a WARC file, a gzip member a record (ISO 28500)."""
    with path.open("wb") as file:
        for url, (kind, body) in pages.items():
            answer = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n\r\n{body}".encode()
            head = (
                f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:{uuid4()}>\r\n"
                f"WARC-Target-URI: {url}\r\nWARC-Date: 2026-11-21T06:00:00Z\r\n"
                f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(answer)}\r\n\r\n"
            )
            file.write(gzip.compress(head.encode() + answer + b"\r\n\r\n"))


def own_records(url: str, page: str, provenance: Provenance) -> bytes:
    """Return a capture as newsbot archives it, with what it notes beside it."""
    answer = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n{page}".encode()
    of = f"<urn:uuid:{uuid4()}>"
    records = [
        (f"WARC-Type: response\r\nWARC-Record-ID: {of}\r\nContent-Type: application/http; msgtype=response", answer),
        (f"WARC-Type: request\r\nWARC-Concurrent-To: {of}\r\nContent-Type: application/http; msgtype=request", b"GET"),
        (f"WARC-Type: metadata\r\nWARC-Concurrent-To: {of}\r\nContent-Type: {MEDIA_TYPE}", provenance.to_bytes()),
    ]
    return b"".join(
        gzip.compress(
            f"WARC/1.1\r\n{head}\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2026-11-21T06:00:00.5Z\r\n"
            f"Content-Length: {len(block)}\r\n\r\n".encode()
            + block
            + b"\r\n\r\n"
        )
        for head, block in records
    )


def test_articles_of_an_archive_are_collected_once(tmp_path: Path) -> None:
    html = "text/html; charset=utf-8"
    pages = {
        f"https://news.example.org/{topic.replace(' ', '-')}": (html, article_page(f"Money for {topic}", topic))
        for topic in ("the harbour wall", "the old library", "night trains")
    }
    pages["https://news.example.org/logo.png"] = ("image/png", "not text")
    pages["https://other.example.net/copy"] = pages["https://news.example.org/night-trains"]
    write_warc(tmp_path / "one.warc.gz", pages)
    write_warc(tmp_path / "two.warc.gz", dict(list(pages.items())[:2]))
    crawl = ("crawl", "archive", "-a", f"path={tmp_path}/*.warc.gz", "-s", "NEWSBOT_EXTRACT_WORKERS=0")
    run = run_scrapy(tmp_path / "output", *crawl, "-s", "LOGSTATS_INTERVAL=0.02")
    assert run.returncode == 0, run.stderr
    assert re.search(r"INFO files [012] of 2 read, size 0\.0 of 0\.0 MB, pages \d", run.stderr), "how far it has come"
    articles, (copy,) = lines_of(tmp_path / "output", "articles"), lines_of(tmp_path / "output", "duplicates")
    wall, library, *same_story = (url for url in pages if not url.endswith(".png"))
    # Pages are finished in any order: which of the two addresses is the copy is not promised.
    assert {line["url"] for line in articles} in [{wall, library, url} for url in same_story]
    assert copy["url"] in same_story and copy["cluster_id"] in [line["cluster_id"] for line in articles]
    assert {line["source"] for line in (*articles, copy)} == {"example.org", "example.net"}
    assert {(line["discovered_via"], line["fetched_at"]) for line in (*articles, copy)} == {
        ("archive", "2026-11-21T06:00:00Z")
    }
    assert "fetched 4 = new 3 + duplicate 1" in run.stderr and "discovered 6 = " in run.stderr
    again = run_scrapy(tmp_path / "output", *crawl)
    assert "2 of 2 files were read already" in again.stderr and "discovered 0 = 0; fetched 0 = 0" in again.stderr
    again = run_scrapy(tmp_path / "output", *crawl, "-a", "again=1")
    assert "discovered 6 = already known 6; fetched 0 = 0" in again.stderr


def test_wrong_paths_are_said(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="no file matches"):
        ArchiveSpider(path=f"{tmp_path}/none*.warc").sources()


def test_damage_is_told_and_the_rest_is_read(tmp_path: Path) -> None:
    html = "text/html; charset=utf-8"
    first = article_page("Money for the pier", "the pier")
    later = first.replace(
        "</article>", "<p>The council has taken the money back since, by nine votes to two.</p></article>"
    )
    reserved = (
        "text/html\r\nX-Robots-Tag: noarchive\r\nX-Robots-Tag: noai",
        article_page("Money for ferries", "ferries"),
    )
    warcs = tmp_path / "warcs"
    warcs.mkdir()
    write_warc(warcs / "a.warc.gz", {"https://a.example/pier": (html, first), "https://a.example/ferries": reserved})
    whole = (warcs / "a.warc.gz").read_bytes()
    (warcs / "a.warc.gz").write_bytes(b"junk" + whole + whole[:300])
    write_warc(warcs / "b.warc.gz", {"https://a.example/pier": (html, later)})
    packed = (warcs / "b.warc.gz").read_bytes()
    told = gzip.decompress(packed).replace(b"2026-11-21T06:00:00Z", b"2026-11-22T06:00:00.5Z")
    (warcs / "b.warc.gz").write_bytes(gzip.compress(told))
    cut = (
        gzip.decompress(packed)
        .replace(b"/pier", b"/half")
        .replace(b"WARC-Date:", b"WARC-Truncated: length\r\nWARC-Date:")
    )
    odd = gzip.decompress(packed).replace(b"/pier", b"/odd").replace(b"2026-11-21T06:00:00Z", b"9" * 60)
    odd = odd.replace(b"the pier", b"the lido")
    (warcs / "c.warc").write_bytes(cut + odd.replace(b"Content-Length: ", b"Content-Length: 0000"))
    (warcs / "d.warc").write_bytes(b"%PDF-1.7")
    run = run_scrapy(tmp_path / "output", "crawl", "archive", "-a", f"path={warcs}", "-s", "NEWSBOT_EXTRACT_WORKERS=0")
    assert run.returncode == 3, run.stderr
    lines = {(line["url"], line["revision"]): line for line in lines_of(tmp_path / "output", "articles")}
    assert lines["https://a.example/pier", 1]["fetched_at"] == "2026-11-21T06:00:00Z"
    assert lines["https://a.example/pier", 2]["fetched_at"] == "2026-11-22T06:00:00Z"
    assert lines["https://a.example/ferries", 1]["opt_outs"] == ["noai", "noarchive"]
    (dropped,) = lines_of(tmp_path / "output", "coverage", "*/*.dropped.jsonl")
    assert (dropped["url"], dropped["reason"]) == ("https://a.example/half", "cut_short")
    notes = next(line["notes"] for line in lines_of(tmp_path / "output", "coverage") if line.get("notes"))
    assert [file for file in ("a.warc.gz at byte 0", "c.warc at byte", "d.warc at byte 0") if file in str(notes)] == [
        "a.warc.gz at byte 0",
        "c.warc at byte",
        "d.warc at byte 0",
    ]


def test_a_store_that_breaks_ends_the_crawl_of_an_archive(tmp_path: Path) -> None:
    page = ("text/html", article_page("Money for the pier", "the pier"))
    write_warc(tmp_path / "a.warc.gz", {f"https://a.example/{number}": page for number in range(80)})
    output = tmp_path / "output"
    output.mkdir()
    open_engine(f"sqlite:///{output / 'newsbot.db'}").dispose()
    with closing(sqlite3.connect(output / "newsbot.db")) as store:
        store.execute("drop table ledger")
    crawl = ("crawl", "archive", "-a", f"path={tmp_path}/a.warc.gz", "-s", "NEWSBOT_EXTRACT_WORKERS=0")
    run = run_scrapy(output, *crawl)
    assert run.returncode == 1, run.stderr


def test_what_is_no_archive_is_said(tmp_path: Path) -> None:
    (tmp_path / "page.warc").write_text("<html>")
    with pytest.raises(ArgumentError, match=r"page\.warc is no WARC file: no record begins in it"):
        ArchiveSpider(path=str(tmp_path)).sources()
    (tmp_path / "page.warc").write_text("")
    with pytest.raises(ArgumentError, match="it is empty"):
        ArchiveSpider(path=f"{tmp_path}/page.warc").sources()
    (tmp_path / "page.warc").rename(tmp_path / "page.html")
    with pytest.raises(ArgumentError, match="has no file named"):
        ArchiveSpider(path=str(tmp_path)).sources()


def test_a_killed_crawl_of_an_archive_goes_on_at_the_record_where_it_was(tmp_path: Path) -> None:
    noise = random.Random(1)
    pages = {
        f"https://e{number % 20}.example/{number}": (
            "text/html",
            article_page(f"Money for pier {number}", f"the pier {number}") + f"<!-- {noise.randbytes(12000).hex()} -->",
        )
        for number in range(70)
    }
    write_warc(tmp_path / "a.warc.gz", pages)
    assert (tmp_path / "a.warc.gz").stat().st_size > PART
    output = tmp_path / "output"
    crawl = ("crawl", "archive", "-a", f"path={tmp_path}/a.warc.gz", "-s", "NEWSBOT_EXTRACT_WORKERS=0")
    died = run_scrapy(output, *crawl, PYTHONPATH=TRAP, DIE_AT="before bookmarks.Bookmarks.passed 2 SIGKILL")
    assert died.returncode == -signal.SIGKILL, died.stderr
    run = run_scrapy(output, *crawl)
    assert run.returncode == 0, run.stderr
    assert "going on at byte" in run.stderr
    met = int(re.findall(r"discovered (\d+) = ", run.stderr)[0])
    lines = [*lines_of(output, "articles"), *lines_of(output, "duplicates")]
    assert sorted(line["url"] for line in lines) == sorted(pages)
    assert met < 40, "what was read before is not read again"


def test_an_archive_of_newsbot_gives_what_the_crawl_gave(tmp_path: Path) -> None:
    lido, ferry, found = (f"https://paper.example/{path}" for path in ("the-lido", "the-ferry", "go?to=lido"))
    first = article_page("Money for the lido", "the lido")
    first = first.replace("</head>", f'<link rel="next" href="{lido}/2"></head>', 1)
    told = Provenance(
        candidate=Candidate(url=found, via="feed", title="Money for the lido", listing="https://paper.example/feed"),
        aliases=(found, lido),
        source="paper",
        run="r1",
        announced="Money for the lido",
        opt_outs=("noai",),
    )
    further = replace(told, aliases=(f"{lido}/2",), continues=found)
    other = replace(told, candidate=Candidate(url=ferry, via="sitemap"), aliases=(ferry,), announced=None)
    (tmp_path / "a.warc.gz").write_bytes(
        own_records(lido, first, told)
        + own_records(ferry, article_page("Ferries run late", "the ferry"), other)
        + own_records(f"{lido}/2", article_page("Money for the lido", "the changing rooms"), further)
    )
    crawl = ("crawl", "archive", "-a", f"path={tmp_path}/a.warc.gz", "-s", "NEWSBOT_EXTRACT_WORKERS=0")
    run = run_scrapy(tmp_path / "output", *crawl)
    assert run.returncode == 0, run.stderr
    assert "discovered 2 = fetched 2" in run.stderr
    lines = {line["url"]: line for line in lines_of(tmp_path / "output", "articles")}
    assert {url: (line["source"], line["discovered_via"]) for url, line in lines.items()} == {
        lido: ("paper", "feed"),
        ferry: ("paper", "sitemap"),
    }
    assert (lines[lido]["opt_outs"], lines[lido]["fetched_at"]) == (["noai"], "2026-11-21T06:00:00Z")
    assert "the changing rooms" in lines[lido]["text"]
