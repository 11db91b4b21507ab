"""Crawls that keep their pages: all that is stored is archived, and a disk that fails is told once."""

from __future__ import annotations

import gzip
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import ROOT, lines_of, run_scrapy, scrapy_environment, sources_file
from local_web import Answer, LocalWeb, article_page, local_web
from sqlalchemy import Engine

from newsbot.archive.bounds import Bounds, finished_files
from newsbot.archive.index import Index
from newsbot.archive.members import Member, members
from newsbot.archive.provenance import Provenance
from newsbot.crawl import archiving
from newsbot.crawl.archiving import ArchiveSettings, Archiving
from newsbot.crawl.run import Run
from newsbot.items import Candidate, Exchange, Page, Rejection
from newsbot.web.content_coding import unpack

FAST = ("-s", "DOWNLOAD_DELAY=0", "-s", "RETRY_TIMES=0", "-s", "NEWSBOT_EXTRACT_WORKERS=0")
AGAIN = ("-s", "NEWSBOT_REVISIT_HOURS=1e-9,1000")


def kinds(path: Path) -> Counter[str]:
    return Counter(member.headers["warc-type"] for member in members(path))


def captures(path: Path, kind: str = "response") -> dict[str, Member]:
    return {
        member.headers["warc-target-uri"]: member for member in members(path) if member.headers["warc-type"] == kind
    }


def html_of(member: Member) -> bytes:
    head, _, body = member.block.partition(b"\r\n\r\n")
    assert f"Content-Length: {len(body)}".encode() in head
    return unpack(body, [member.http[1].get("content-encoding", "")], 0).data


def news(web: LocalWeb, folder: Path, *more: str) -> tuple[str, ...]:
    sources = sources_file(folder, a={"home": f"{web.base}/", "feeds": [f"{web.base}/feed"]})
    return ("crawl", "news", "-a", f"sources={sources}", *FAST, *more)


@dataclass
class Crawled:
    """What two crawls of one site have kept."""

    base: str
    first: Path
    second: Path
    output: Path
    folder: Path


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    folder = tmp_path_factory.mktemp("kept")
    output, archive = folder / "output", folder / "warc"
    with local_web() as web:
        plain = web.put("/plain", article_page("Money for the harbour", "the harbour"))
        packed = web.put("/packed", article_page("Money for the museum", "the museum"))

        def compressed(web: LocalWeb) -> Answer:
            if "If-None-Match" in web.headers[-1]:
                return 304, {"ETag": '"1"'}, b""
            body = gzip.compress(article_page("Money for the museum", "the museum").encode())
            return 200, {"Content-Type": "text/html", "Content-Encoding": "gzip", "ETag": '"1"'}, body

        web.pages["/packed"] = compressed
        moved = web.redirect("/old", "/new")
        web.put("/new", article_page("Money for the bridge", "the bridge"))
        long = article_page("Money for the school", "the school").replace(
            "</article>", '</article><a rel="next" href="/long?page=2">Next page</a>'
        )
        parts = web.put("/long", long)
        web.put("/long?page=2", article_page("Money for the school", "the second part"))
        web.put("/section", "<html><body><h1>Nothing</h1></body></html>")
        web.feed("/feed", [plain, packed, moved, parts, f"{web.base}/section", f"{web.base}/gone"])
        files: list[Path] = []
        for _ in range(2):
            run = run_scrapy(output, *news(web, folder, *AGAIN), NEWSBOT_ARCHIVE=str(archive))
            assert "Traceback" not in run.stderr
            assert f"archive {archive}: " in run.stderr
            files += set(finished_files(archive)) - set(files)
        first, second = files
        yield Crawled(web.base, first, second, output, archive)


def test_each_page_is_kept_as_it_came_with_its_request_and_how_it_was_found(crawled: Crawled) -> None:
    kept = captures(crawled.first)
    assert set(kept) == {
        crawled.base + path for path in ("/plain", "/packed", "/old", "/new", "/long", "/long?page=2", "/section")
    }
    assert b"Money for the harbour" in html_of(kept[f"{crawled.base}/plain"])
    packed = kept[f"{crawled.base}/packed"]
    assert packed.http[1]["content-encoding"] == "gzip"
    assert packed.block.partition(b"\r\n\r\n")[2].startswith(b"\x1f\x8b")
    assert b"Money for the museum" in html_of(packed)
    assert kept[f"{crawled.base}/old"].http[0] == "HTTP/1.1 302 Found"
    asked = captures(crawled.first, "request")[f"{crawled.base}/packed"].block
    assert asked.startswith(b"GET /packed HTTP/1.1\r\nHost: 127.0.0.1:")
    assert b"\r\nUser-Agent: newsbot" in asked
    said = {url: Provenance.from_bytes(member.block) for url, member in captures(crawled.first, "metadata").items()}
    new, further = said[f"{crawled.base}/new"], said[f"{crawled.base}/long?page=2"]
    assert new is not None
    assert new.aliases == (f"{crawled.base}/old", f"{crawled.base}/new")
    assert (new.source, new.candidate.via, new.announced) == ("a", "feed", "Item 2")
    assert further is not None
    assert further.continues == f"{crawled.base}/long"
    lines = {line["url"]: line for line in lines_of(crawled.output, "articles")}
    for url, member in captures(crawled.first, "metadata").items():
        if url in lines:
            assert lines[url]["fetched_at"] == member.headers["warc-date"]


def test_what_is_the_same_when_it_is_looked_at_again_is_kept_once(crawled: Crawled) -> None:
    profiles = {
        url: member.headers["warc-profile"].rpartition("/")[2]
        for url, member in captures(crawled.second, "revisit").items()
    }
    assert profiles[f"{crawled.base}/plain"] == "identical-payload-digest"
    assert profiles[f"{crawled.base}/packed"] == "server-not-modified"
    assert not captures(crawled.second).keys() & profiles.keys()
    (kept,) = Index(crawled.first).find(f"{crawled.base}/packed")
    again = captures(crawled.second, "revisit")[f"{crawled.base}/packed"].headers
    assert (again["warc-refers-to-date"], again["warc-payload-digest"]) == (kept.date, kept.digest)


def test_what_is_forgotten_is_in_no_archive(crawled: Crawled, tmp_path: Path) -> None:
    output, folder = (
        shutil.copytree(crawled.output, tmp_path / "out"),
        shutil.copytree(crawled.folder, tmp_path / "warc"),
    )
    words = ("forget", f"{crawled.base}/packed", "--why", "asked", "--yes")
    run = run_scrapy(output, *words, NEWSBOT_ARCHIVE=str(folder))
    assert run.returncode == 0, run.stderr
    assert f"2 captures are gone from 2 files of {folder}" in run.stdout
    for path in finished_files(folder):
        assert f"{crawled.base}/packed" not in {member.headers.get("warc-target-uri") for member in members(path)}


@pytest.mark.parametrize("required", ["0", "1"])
def test_where_the_disk_fails_the_crawl_goes_on_or_ends_as_it_is_told(required: str, tmp_path: Path) -> None:
    output, archive = tmp_path / "output", tmp_path / "warc"
    settings = {"NEWSBOT_ARCHIVE": str(archive), "NEWSBOT_ARCHIVE_REQUIRED": required}
    with local_web() as web:
        urls = [web.put(f"/{n}", article_page(f"Money for {n}", f"project number {n}")) for n in range(8)]

        def failing(web: LocalWeb) -> Answer:
            archive.rename(tmp_path / "away")
            archive.write_text("the disk is gone")
            return 200, {"Content-Type": "text/html"}, article_page("Money for 4", "project number 4").encode()

        whole = web.pages["/4"]
        web.pages["/4"] = failing
        web.feed("/feed", urls)
        crawl = news(web, tmp_path, "-s", "NEWSBOT_ARCHIVE_FILE_MB=0.0001")
        run = run_scrapy(output, *crawl, **settings)
        assert "Traceback" not in run.stderr
        errors = [line for line in run.stderr.splitlines() if " ERROR " in line]
        assert f"archive {archive}: " in errors[0]
        assert ("; the crawl ends (" if required == "1" else "; the crawl goes on without it") in errors[0]
        web.pages["/4"] = whole
        archive.unlink()
        (tmp_path / "away").rename(archive)
        stored = {line["url"] for line in lines_of(output, "articles")}
        if required == "1":
            assert run.returncode == 5, run.stderr
            assert "finished early (archive_failed)" in run.stderr
        else:
            assert run.returncode == 3, run.stderr
            assert "pages of this run are not in it" in errors[-1]
            assert stored == set(urls)
        run = run_scrapy(output, *crawl, **settings)
        assert run.returncode == 0, run.stderr
    kept = {url for path in finished_files(archive) for url in captures(path)}
    stored = {line["url"] for line in lines_of(output, "articles")}
    assert stored == set(urls)
    if required == "1":
        assert stored <= kept
    assert not list(archive.glob("*.open"))


def test_a_crawl_that_is_killed_has_archived_what_it_has_stored(tmp_path: Path) -> None:
    output, archive = tmp_path / "output", tmp_path / "warc"
    with local_web() as web:
        urls = [web.put(f"/{n}", article_page(f"Money for {n}", f"project number {n}")) for n in range(12)]
        web.feed("/feed", urls)
        crawl = news(web, tmp_path, "-s", "NEWSBOT_DELIVER_AFTER=0.1")
        running: list[subprocess.Popen[bytes]] = []

        def deadly(web: LocalWeb) -> Answer:
            running[0].kill()
            return 404, {}, b""

        whole, web.pages["/9"] = web.pages["/9"], deadly
        command = [sys.executable, "-m", "scrapy", *crawl]
        environment = scrapy_environment(output, NEWSBOT_ARCHIVE=str(archive))
        running.append(subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL))
        running[0].wait()
        (left,) = archive.glob("*.warc.gz.open")
        with left.open("ab") as file:
            file.write(left.read_bytes()[:700])  # as a page that was being written
        web.pages["/9"] = whole
        run = run_scrapy(output, *crawl, NEWSBOT_ARCHIVE=str(archive))
        assert run.returncode == 0, run.stderr
        assert "left unfinished by its run; " in run.stderr
        assert "bytes of a torn page are cut" in run.stderr
    kept = {url for path in finished_files(archive) for url in captures(path)}
    assert {line["url"] for line in lines_of(output, "articles")} == kept == set(urls)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"NEWSBOT_ARCHIVE": "FILE"}, "NEWSBOT_ARCHIVE: FILE is a file; name a folder"),
        ({"NEWSBOT_ARCHIVE_MAX_GB": "much"}, "NEWSBOT_ARCHIVE_MAX_GB: a number, not 'much'"),
        ({"NEWSBOT_ARCHIVE_MAX_GB": "1"}, "NEWSBOT_ARCHIVE_MAX_GB: 0, or at least two files"),
        ({"NEWSBOT_KEEP_ARCHIVE_DAYS": "-1"}, "NEWSBOT_KEEP_ARCHIVE_DAYS: a number of days or 0, not -1"),
    ],
)
def test_an_archive_that_cannot_be_meant_is_told_before_anything_is_asked(
    settings: dict[str, str], said: str, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    named = {name: value.replace("FILE", str(tmp_path / "file")) for name, value in settings.items()}
    with local_web() as web:
        web.feed("/feed", [])
        given = {"NEWSBOT_ARCHIVE": str(tmp_path / "warc"), **named}
        run = run_scrapy(tmp_path / "output", *news(web, tmp_path), **given)
        assert run.returncode == 2, run.stderr
        assert f"{said.replace('FILE', str(tmp_path / 'file'))}" in run.stderr
        assert web.asked == []


@pytest.fixture
def kept(engine: Engine, tmp_path: Path) -> Iterator[Archiving]:
    run = Run(engine, tmp_path / "output", [], spider="news")
    settings = ArchiveSettings(tmp_path / "warc", Bounds(file_bytes=1), is_required=False)
    settings.folder.mkdir()
    yield Archiving(settings, run, end=lambda: None)
    run.abandon()


def page(number: int) -> Page:
    url = f"https://e.org/{number}"
    exchange = Exchange(url=url, request=b"GET / HTTP/1.1\r\n\r\n", status=200, headers=[], body=b"<p>")
    candidate = Candidate(url=url, via="feed")
    at = "2026-11-29T07:30:00Z"
    return Page(
        url=url, html=b"<p>", source="e", candidate=candidate, aliases=[url], fetched_at=at, exchanges=[exchange]
    )


def test_what_reserves_itself_is_not_archived(kept: Archiving) -> None:
    assert kept.keep([page(1)], Rejection(url="https://e.org/1", reason="tdm_reserved")).reason == "tdm_reserved"
    assert kept.keep([page(2)], Rejection(url="https://e.org/2", reason="no_body")).reason == "no_body"
    kept.close()
    assert kept.kept == 1


def test_when_there_is_room_again_pages_are_archived_again(
    kept: Archiving, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    monkeypatch.setattr(archiving, "TRY_AGAIN", 0.0)
    assert kept.write([page(1)])
    (tmp_path / "warc").rename(tmp_path / "away")
    (tmp_path / "warc").touch()
    assert kept.write([page(2)])
    assert kept.write([page(3)])
    (tmp_path / "warc").unlink()
    (tmp_path / "away").rename(tmp_path / "warc")
    assert kept.write([page(4)])
    kept.close()
    assert (kept.kept, kept.lost) == (2, 2)
    said = [record.message for record in caplog.records if record.levelname != "INFO"]
    assert len(said) == 4, said
    assert "the crawl goes on without it" in said[0]
    assert "written again; 2 pages are not in it" in said[1]
    found = {url for path in finished_files(tmp_path / "warc") for url in captures(path)}
    assert found == {"https://e.org/1", "https://e.org/4"}
