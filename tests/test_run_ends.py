"""A run ends in a few seconds when its time is over, whatever it waits for, and the next one goes on."""

from __future__ import annotations

import asyncio
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from conftest import ROOT, lines_of, run_scrapy, scrapy_environment, sources_file
from local_web import Answer, LocalWeb, article_page, local_web

from newsbot.crawl.worker_pool import Extraction, Workers
from newsbot.items import Candidate, Collected, Page, Rejection

FAST = ("-s", "DOWNLOAD_DELAY=0", "-s", "NEWSBOT_EXTRACT_WORKERS=1")
NEVER = ("-s", "DOWNLOAD_TIMEOUT=1000", "-s", "NEWSBOT_PATIENCE=0", "-s", "NEWSBOT_MAX_WAIT=1000")
"""What would let a run wait for longer than run_scrapy does."""


@contextmanager
def trickling(answer: bytes) -> Iterator[str]:
    """Serve, at every address but robots.txt, an answer that goes on for ever with a byte now and then."""
    over = threading.Event()

    def serve(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            asked = connection.recv(65536)
            if b"/robots.txt" in asked or b"/.well-known" in asked:
                connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                return
            connection.sendall(answer)
            while not over.wait(0.2):
                connection.sendall(b" ")

    def accept() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=serve, args=[server.accept()[0]], daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        over.set()
        server.shutdown(socket.SHUT_RDWR)


@contextmanager
def holding() -> Iterator[Callable[[LocalWeb], Answer]]:
    """Give an answer that does not come before the block is over."""
    over = threading.Event()

    def hold(_web: LocalWeb) -> Answer:
        over.wait()
        return 404, {}, b""

    yield hold
    over.set()


def put_articles(web: LocalWeb, count: int, what: str = "ward") -> list[str]:
    return [web.put(f"/{what}/{n}", article_page(f"Money for {what} {n}", f"{what} number {n}")) for n in range(count)]


def urls_of(output: Path) -> list[str]:
    return sorted(line["url"] for line in lines_of(output, "articles"))


def left_of(done: subprocess.CompletedProcess[str]) -> str:
    """Return what a run says that it leaves, which it says once."""
    assert done.returncode == 5, done.stderr
    assert "Traceback" not in done.stderr
    (left,) = re.findall(r"finished early \(run_timeout\): (.*)", done.stderr)
    return str(left)


def hang(_page: Page, _extraction: Extraction) -> Collected | Rejection:
    time.sleep(1000)
    raise AssertionError


def test_a_run_whose_time_is_over_waits_for_nobody_and_the_next_goes_on(tmp_path: Path) -> None:
    """Not for slow bodies and heads, delays, rests, a robots.txt, a feed or an article's next page that never comes."""
    output = tmp_path / "output"
    head = b"HTTP/1.1 200 OK\r\nX-Slow: "
    body = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 9999999\r\n\r\n<html>"
    with (
        holding() as hold,
        trickling(body) as slow_body,
        trickling(head) as slow_head,
        local_web() as good,
        local_web() as delayed,
        local_web() as resting,
        local_web() as silent,
    ):
        delayed.put("/robots.txt", "User-agent: *\nCrawl-delay: 200", "text/plain")
        resting.pages["/a"] = resting.pages["/b"] = (429, {"Retry-After": "500"}, b"")
        silent.pages["/robots.txt"] = good.pages["/harbour?page=2"] = hold
        harbour = f"{good.base}/harbour"
        page = article_page("Money for the harbour", "the harbour")
        good.put("/harbour", page.replace("</body>", f'<a rel="next" href="{harbour}?page=2">Next page</a></body>'))
        urls = put_articles(good, 3)
        named = {
            "good": (good.base, [*urls, harbour]),
            "body": (slow_body, [f"{slow_body}/a", f"{slow_body}/b"]),
            "head": (slow_head, [f"{slow_head}/a"]),
            "resting": (resting.base, [f"{resting.base}/a", f"{resting.base}/b"]),
            "silent": (silent.base, [f"{silent.base}/a"]),
            "delayed": (delayed.base, put_articles(delayed, 5)),
        }
        sources: dict[str, dict[str, object]] = {
            name: {"home": f"{home}/", "feeds": [good.feed(f"/{name}.xml", addresses)]}
            for name, (home, addresses) in named.items()
        }
        sources["feed"] = {"home": f"{good.base}/", "feeds": [f"{slow_body}/feed"]}
        news = ("crawl", "news", "-a", f"sources={sources_file(tmp_path, **sources)}", *FAST, *NEVER)
        left = left_of(run_scrapy(output, *news, "-s", "NEWSBOT_RUN_TIMEOUT=5"))
        assert left == "12 addresses are and 1 listings are left for the next run (run_ended)"
        assert urls_of(output) == sorted(urls)
        assert not [line for line in lines_of(output, "coverage") if line.get("failed") or line.get("notes")]
        good.put("/harbour?page=2", article_page("Money for the harbour", "the quay"))
        again = run_scrapy(output, *news, "-a", "only=good")
        assert again.returncode == 0, again.stderr
        assert urls_of(output) == sorted([*urls, harbour])
        (whole,) = (line for line in lines_of(output, "articles") if line["url"] == harbour)
        assert "the quay" in whole["text"], "half an article is none"
        assert sum(path == f"/ward/{n}" for path in good.paths() for n in range(3)) == 3, "nothing twice"


def test_the_search_for_a_sites_listings_is_broken_off_and_said_again_goes_on(tmp_path: Path) -> None:
    output = tmp_path / "output"
    with local_web() as web, holding() as hold:
        links = "".join(f'<link rel="alternate" type="application/rss+xml" href="/feed/{n}">' for n in range(9))
        web.put("/", f"<html><head>{links}</head><body><p>News</p></body></html>")
        urls = put_articles(web, 2)
        web.feed("/feed/0", urls)
        web.pages["/feed/1"] = hold
        site = ("crawl", "site", "-a", f"url={web.base}/", *FAST, *NEVER)
        left = left_of(run_scrapy(output, *site, "-s", "NEWSBOT_RUN_TIMEOUT=4"))
        assert left.startswith("2 addresses are and 1 listings are left"), "of its one host, which is at the feed"
        assert "/feed/2" not in web.paths()
        web.feed("/feed/1", more := put_articles(web, 2, "street"))
        run_scrapy(output, *site)
    assert urls_of(output) == sorted([*urls, *more])


def test_a_worker_that_hangs_is_given_up_at_the_end_and_its_page_left_to_the_next_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("newsbot.crawl.worker_pool.make_article_in_worker", hang)

    async def story() -> tuple[Collected | Rejection, Collected | Rejection]:
        page = Page(
            url="https://e.org/a", html=b"<p>", source="a", candidate=Candidate(url="https://e.org/a", via="feed"),
            announced=None, aliases=["https://e.org/a"], charset=None, opt_outs=[], fetched_at=None,
        )  # fmt: skip
        workers = Workers(1, timeout=1000.0)
        try:
            hanging = asyncio.ensure_future(workers.make_article(page))
            await asyncio.wait([hanging], timeout=0.5)
            assert not hanging.done()
            workers.give_up()
            return await hanging, await workers.make_article(page)
        finally:
            workers.close()

    assert [told.reason for told in asyncio.run(story()) if isinstance(told, Rejection)] == ["run_ended", "run_ended"]


def test_a_run_that_is_wanted_while_another_is_at_it_says_so_in_one_line_and_loads_nothing_of_a_crawl(
    tmp_path: Path,
) -> None:
    output = tmp_path / "output"
    with local_web() as web, holding() as hold:
        web.pages["/feed"] = hold
        path = sources_file(tmp_path, a={"home": f"{web.base}/", "feeds": [f"{web.base}/feed"]})
        news = ("crawl", "news", "-a", f"sources={path}", *FAST)
        first = subprocess.Popen(
            [sys.executable, "-m", "scrapy", *news, "-s", "NEWSBOT_RUN_TIMEOUT=120"],
            cwd=ROOT,
            env=scrapy_environment(output),
            stderr=subprocess.DEVNULL,
        )
        while "/feed" not in web.paths():
            assert first.poll() is None
            time.sleep(0.02)
        second = run_scrapy(output, *news, "-L", "WARNING", PYTHONPROFILEIMPORTTIME="1")
        first.send_signal(signal.SIGTERM)
        assert first.wait(60) == 5
    assert second.returncode == 4
    said, loaded = [], set()
    for line in second.stderr.splitlines():
        name = line.rpartition("|")[2].strip()
        loaded.update([name]) if line.startswith("import time:") else said.append(line)
    assert said == ["nothing to do: other crawls on this store are at every source"]
    assert not loaded & {"alembic", "pebble", "newsbot.pipelines", "newsbot.downloader.http", "newsbot.extraction"}


def test_a_run_that_goes_well_is_quiet_where_the_log_begins_with_warnings(tmp_path: Path) -> None:
    with local_web() as web:
        path = sources_file(tmp_path, a={"home": f"{web.base}/", "feeds": [web.feed("/feed", put_articles(web, 2))]})
        run = run_scrapy(tmp_path / "output", "crawl", "news", "-a", f"sources={path}", *FAST, "-L", "WARNING")
    assert (run.returncode, run.stdout, run.stderr) == (0, "", ""), "nor is a contact asked for on one's own machine"


@pytest.mark.parametrize("contact", ["", "https://example.org/bot"])
def test_who_asks_the_public_web_without_a_contact_is_told_once_what_to_set(tmp_path: Path, contact: str) -> None:
    nowhere = {"home": "http://news.invalid/", "feeds": ["http://news.invalid/a", "http://news.invalid/b"]}
    path = sources_file(tmp_path, a=nowhere, b={**nowhere, "home": "http://other.invalid/"})
    crawl = ("crawl", "news", "-a", f"sources={path}", *FAST, "-s", "DNS_TIMEOUT=1", "-s", "NEWSBOT_RUN_TIMEOUT=20")
    run = run_scrapy(tmp_path / "output", *crawl, NEWSBOT_CONTACT=contact)
    assert run.stderr.count("NEWSBOT_CONTACT=https://example.org/bot in the environment") == (not contact)


@pytest.mark.parametrize(("timeout", "wanted"), [("soon", "a number"), ("-5", "0 or more")])
def test_a_time_that_is_none_is_refused_in_one_line(tmp_path: Path, timeout: str, wanted: str) -> None:
    refused = run_scrapy(tmp_path / "output", "crawl", "news", "-s", f"NEWSBOT_RUN_TIMEOUT={timeout}", "-L", "ERROR")
    assert refused.returncode == 2
    assert refused.stderr == f"NEWSBOT_RUN_TIMEOUT: {wanted}, not '{timeout}'\n"
    assert not (tmp_path / "output").exists()
