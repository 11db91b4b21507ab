"""`scrapy crawl archive`: WARC files go through the same pipeline as the web."""

from __future__ import annotations

import gzip
from pathlib import Path
from uuid import uuid4

import pytest
from conftest import lines_of, run_scrapy
from local_web import article_page

from newsbot.spiders.archive import ArchiveSpider
from newsbot.spiders.arguments import ArgumentError

pytest.importorskip("warcio", reason="the extra newsbot[archive] is not installed")


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
    run = run_scrapy(tmp_path / "output", *crawl)
    assert run.returncode == 0, run.stderr
    articles, (copy,) = lines_of(tmp_path / "output", "articles"), lines_of(tmp_path / "output", "duplicates")
    wall, library, *same_story = (url for url in pages if not url.endswith(".png"))
    # Pages are finished in any order: which of the two addresses is the copy is not promised.
    assert {line["url"] for line in articles} in [{wall, library, url} for url in same_story]
    assert copy["url"] in same_story and copy["cluster_id"] in [line["cluster_id"] for line in articles]
    assert {line["source"] for line in (*articles, copy)} == {"example.org", "example.net"}
    assert {(line["discovered_via"], line["fetched_at"]) for line in (*articles, copy)} == {
        ("archive", "2026-11-21T06:00:00Z")
    }
    assert "discovered 4 = fetched 4; fetched 4 = new 3 + duplicate 1" in run.stderr
    again = run_scrapy(tmp_path / "output", *crawl)
    assert "discovered 4 = already known 4; fetched 0 = 0" in again.stderr


def test_wrong_paths_are_said(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="no file matches"):
        ArchiveSpider(path=f"{tmp_path}/none*.warc").sources()
