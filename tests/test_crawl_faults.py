"""What a person sees when a crawl cannot do its work: one clear message, an exit status, nothing lost."""

from __future__ import annotations

import re
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import ROOT, lines_of, run_scrapy, scrapy_environment, sources_file
from local_web import article_page, local_web

from newsbot.spiders.arguments import ArgumentError
from newsbot.spiders.site import SiteSpider

FAST = ("-s", "DOWNLOAD_DELAY=0", "-s", "RETRY_TIMES=0", "-s", "NEWSBOT_EXTRACT_WORKERS=0")


def messages(stderr: str, level: str = "ERROR") -> list[str]:
    return [line.partition(f" {level} ")[2] for line in stderr.splitlines() if f" {level} " in line]


def test_a_wrong_sources_file_is_one_clear_error_and_nothing_is_crawled(tmp_path: Path) -> None:
    path = sources_file(tmp_path, a={"home": "https://example.org/", "feedz": ["x"]})
    run = run_scrapy(tmp_path / "output", "crawl", "news", "-a", f"sources={path}")
    assert run.returncode == 2
    (message,) = messages(run.stderr)
    assert message.startswith(f"{path}:4: feedz: no such field; allowed: name, ")
    assert "Warning" not in run.stderr
    assert "Traceback" not in run.stderr
    assert not list(tmp_path.glob("output/*/*"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "which site?"),
        ({"url": "ftp://example.org"}, "not an http or https address"),
        ({"url": "example.org", "since": "yesterday"}, "a day such as 2026-01-31"),
        ({"url": "example.org", "limit": "many"}, "a whole number"),
    ],
)
def test_wrong_arguments_are_named(arguments: dict[str, str], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        SiteSpider(**arguments).sources()


def test_wrong_usage_has_its_own_exit_status(tmp_path: Path) -> None:
    run = run_scrapy(tmp_path / "output", "crawl", "site")
    assert run.returncode == 2
    assert messages(run.stderr) == ["which site? say -a url=https://example.org"]
    run = run_scrapy(tmp_path / "output", "crawl", "nwes")
    assert run.returncode == 2
    assert "there is no spider 'nwes' (did you mean news?); there are:" in run.stdout + run.stderr


def test_without_network_there_is_one_line_a_source_and_an_exit_status(tmp_path: Path) -> None:
    path = sources_file(
        tmp_path,
        gone={"home": "http://gone.invalid/", "feeds": ["http://gone.invalid/feed"]},
        shut={"home": "http://127.0.0.1:9/", "feeds": ["http://127.0.0.1:9/feed"]},
    )
    run = run_scrapy(tmp_path / "output", "crawl", "news", "-a", f"sources={path}", *FAST)
    assert run.returncode == 3
    errors = messages(run.stderr)
    assert len(errors) == 2, run.stderr
    assert {error.split(":")[0] for error in errors} == {"source gone", "source shut"}
    assert "Traceback" not in run.stderr


def test_a_database_of_a_newer_newsbot_is_refused(tmp_path: Path) -> None:
    output = tmp_path / "output"
    output.mkdir()
    path = sources_file(tmp_path, a={"home": "http://127.0.0.1:9/"})
    database = sqlite3.connect(output / "newsbot.db")
    database.executescript("create table alembic_version (version_num); insert into alembic_version values ('9999')")
    database.close()
    run = run_scrapy(output, "crawl", "news", "-a", f"sources={path}")
    assert run.returncode == 1
    (message,) = messages(run.stderr)
    assert "written by a newer newsbot" in message
    assert "Traceback" not in run.stderr


def test_an_output_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "output").write_text("a file, not a folder")
    path = sources_file(tmp_path, a={"home": "http://127.0.0.1:9/"})
    run = run_scrapy(tmp_path / "output", "crawl", "news", "-a", f"sources={path}")
    assert run.returncode == 1
    assert len(messages(run.stderr)) == 1
    assert "Traceback" not in run.stderr


def test_what_a_site_does_wrong_is_in_the_ledger_with_its_reason(tmp_path: Path) -> None:
    with local_web() as web:
        good = web.put("/good", article_page("Money for the harbour", "the harbour wall"))
        urls = {
            "http_404": f"{web.base}/missing",
            "http_500": web.put("/broken", "oops", status=500),
            "robots_txt": web.put("/secret/a", article_page("Secret", "secrets")),
            "private_address": web.redirect("/inside", "http://169.254.169.254/latest/meta-data/"),
            "too_many_redirects": web.redirect("/loop", f"{web.base}/loop?again=1"),
            "not_html": web.put("/photo", b"\x89PNG\r\n\x1a\n" + bytes(500), "image/png"),
            "empty_page": web.put("/empty", ""),
        }
        web.redirect("/loop?again=1", f"{web.base}/loop")
        web.put("/robots.txt", "User-agent: *\nDisallow: /secret/\n", "text/plain")
        feed = web.feed("/feed", [good, *urls.values()])
        path = sources_file(tmp_path, a={"home": f"{web.base}/", "feeds": [feed]})
        run = run_scrapy(tmp_path / "output", "crawl", "news", "-a", f"sources={path}", *FAST)
    assert run.returncode == 0, run.stderr
    assert [line["url"] for line in lines_of(tmp_path / "output", "articles")] == [good]
    dropped = lines_of(tmp_path / "output", "coverage", "*/*.dropped.jsonl")
    assert {line["reason"]: line["url"] for line in dropped} == urls
    assert "/secret/a" not in web.paths()


def test_a_source_whose_pages_are_all_rejected_is_said_and_they_are_collected_when_it_is_mended(tmp_path: Path) -> None:
    output = tmp_path / "output"
    with local_web() as web:
        pages = {f"/{n}": article_page(f"Money for ward {n}", f"ward number {n}") for n in range(6)}
        urls = [web.put(path, '{"error": "down"}', "application/json") for path in pages]
        web.put("/offer", article_page("Read on with an offer", "our offers"))
        path = sources_file(tmp_path, a={"home": f"{web.base}/", "feeds": [web.feed("/feed", urls)]})
        news = ("crawl", "news", "-a", f"sources={path}", *FAST)
        broken = run_scrapy(output, *news)
        assert broken.returncode == 3
        (message,) = messages(broken.stderr)
        assert message.startswith("source a: 6 of 6 new pages rejected (not_html 6): its pages may be broken, ")
        assert "they are tried again from " in message
        soon = run_scrapy(output, *news)
        assert soon.returncode == 3, "nothing was new, and it fails until it does not"
        assert "discovered 0 = 0" in soon.stderr
        with sqlite3.connect(output / "newsbot.db") as database:
            database.execute("update frontier set due_at = '2020-01-01T00:00:00Z'")
        for page, body in pages.items():
            web.put(page, body)
        mended = run_scrapy(output, *news, "-a", "due=1")
    assert mended.returncode == 0, mended.stderr
    assert sorted(line["url"] for line in lines_of(output, "articles")) == sorted(urls)
    (first, *_) = lines_of(output, "coverage", "*/*Z-????????.jsonl")
    assert first["first_tries"] == {"rejected:not_html": 6, "tried": 6}


def test_a_failed_page_is_fetched_by_the_next_run_although_the_feed_is_unchanged(tmp_path: Path) -> None:
    with local_web() as web:
        url = web.put("/a", "busy", status=503)
        path = sources_file(tmp_path, a={"home": f"{web.base}/", "feeds": [web.feed("/feed", [url])]})
        news = ("crawl", "news", "-a", f"sources={path}", *FAST)
        run_scrapy(tmp_path / "output", *news)
        assert lines_of(tmp_path / "output", "articles") == []
        web.put("/a", article_page("Money for the harbour", "the harbour wall"))
        run_scrapy(tmp_path / "output", *news)
    assert [line["url"] for line in lines_of(tmp_path / "output", "articles")] == [url]


def test_a_crawl_that_is_ended_early_says_what_it_leaves_and_the_next_goes_on(tmp_path: Path) -> None:
    output = tmp_path / "output"
    with local_web() as web:
        urls = [web.put(f"/{n}", article_page(f"Money for ward {n}", f"ward number {n}")) for n in range(40)]
        path = sources_file(tmp_path, a={"home": f"{web.base}/", "feeds": [web.feed("/feed", urls)]})
        news = ("crawl", "news", "-a", f"sources={path}", *FAST)
        crawl = [sys.executable, "-m", "scrapy", *news, "-s", "DOWNLOAD_DELAY=0.3"]
        stopped, killed = (
            subprocess.Popen(crawl, cwd=ROOT, env=scrapy_environment(folder), stderr=subprocess.PIPE, text=True)
            for folder in (output, tmp_path / "other")
        )
        assert killed.stderr is not None
        while web.paths().count("/feed") < 2 or sum(path[1:].isdigit() for path in web.paths()) < 6:
            time.sleep(0.02)
        killed.send_signal(signal.SIGINT)
        while not re.search(r"finishing \d pages; press again to stop now$", killed.stderr.readline()):
            pass
        killed.send_signal(signal.SIGINT)
        stopped.send_signal(signal.SIGTERM)
        said, cried = (process.communicate(timeout=60)[1] for process in (stopped, killed))
        assert (stopped.returncode, killed.returncode) == (5, 130), said + cried
        assert "Traceback" not in said + cried
        assert re.search(r"finishing \d pages$", said, re.M), said
        left = re.search(r"finished early \(shutdown\): (\d+) addresses are left for the next run \(run_ended\)", said)
        assert left
        assert len(lines_of(output, "articles")) == len(urls) - int(left[1])
        ended = run_scrapy(tmp_path / "third", *news, "-s", "DOWNLOAD_DELAY=0.05", "-s", "CLOSESPIDER_ITEMCOUNT=2")
        assert ended.returncode == 5
        assert re.search(r"finishing \d+ pages$", ended.stderr, re.M), ended.stderr
        whole = run_scrapy(output, *news, "-s", f"CLOSESPIDER_ITEMCOUNT={left[1]}")
        assert whole.returncode == 0, "what was ended, and had nothing left, is whole"
    assert sorted(line["url"] for line in lines_of(output, "articles")) == sorted(urls)
