"""What a robots.txt disallows is not fetched, and neither is what it cannot be asked for."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace

import pytest
from conftest import lines_of, run_scrapy, sources_file
from local_web import article_page, local_web
from offline_downloader import SETTINGS
from scrapy import Request
from scrapy.exceptions import DownloadTimeoutError
from scrapy.http import Response
from scrapy.utils.test import get_crawler

from newsbot.downloader.errors import Skipped
from newsbot.downloader.robotstxt import RobotRules, RobotsMiddleware

FAST = ("-s", "DOWNLOAD_DELAY=0", "-s", "RETRY_TIMES=0", "-s", "NEWSBOT_EXTRACT_WORKERS=0")
RULES = b"\xef\xbb\xbfUser-agent: newsbot\nDisallow: /private/\n"


def refusals(answer: Response | Exception, *paths: str) -> tuple[list[str | None], int]:
    """Return why each of some pages, asked for at the same time, is left out, and how often robots.txt was fetched."""
    fetched: list[str] = []

    async def download_async(request: Request) -> Response:
        fetched.append(request.url)
        await asyncio.sleep(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def asked() -> list[str | None]:
        crawler = get_crawler(settings_dict=SETTINGS)
        crawler.engine = SimpleNamespace(download_async=download_async)  # type: ignore[assignment]
        robots = RobotsMiddleware(crawler, RobotRules, "newsbot")
        waiting = [robots.process_request(Request(f"https://example.org{path}")) for path in paths]
        outcomes = await asyncio.gather(*waiting, return_exceptions=True)
        return [str(outcome) if isinstance(outcome, Skipped) else None for outcome in outcomes]

    return asyncio.run(asked()), len(fetched)


def test_a_host_is_asked_once_for_its_rules_and_nothing_is_fetched_before_they_are_there() -> None:
    answer = Response("https://example.org/robots.txt", body=RULES)
    assert refusals(answer, "/a", "/private/b", "/c", "/private/d") == ([None, "robots_txt", None, "robots_txt"], 1)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (404, None),
        (403, None),
        (503, "robots_unreachable: HTTP 503"),
        (DownloadTimeoutError("took 30 s"), "robots_unreachable: took 30 s"),
        (Skipped("retry_later"), "robots_unreachable: retry_later"),
        (Skipped("private_address", "10.0.0.1"), "private_address: 10.0.0.1"),
        (Skipped("certificate", "expired"), "certificate: expired"),
    ],
)
def test_no_rules_allow_all_and_no_answer_allows_nothing(answer: int | Exception, reason: str | None) -> None:
    """RFC 9309, 2.3.1."""
    told = Response("https://example.org/robots.txt", status=answer) if isinstance(answer, int) else answer
    assert refusals(told, "/a", "/b") == ([reason, reason], 1)


def test_rules_are_read_up_to_a_bound() -> None:
    endless = b"User-agent: *\nDisallow: /a\n" + b"# and so on\n" * 50_000 + b"Disallow: /b\n"
    assert refusals(Response("https://example.org/robots.txt", body=endless), "/a", "/b")[0] == ["robots_txt", None]


def test_a_host_without_robots_txt_answer_is_left_alone_and_tried_again(tmp_path: Path) -> None:
    with local_web() as web:
        url = web.put("/a", article_page("Money for the harbour", "the harbour wall"))
        feed = web.feed("/feed", [url])
        web.put("/robots.txt", "busy", status=503)
        path = sources_file(tmp_path, a={"home": f"{web.base}/", "feeds": [feed]})
        news = ("crawl", "news", "-a", f"sources={path}", *FAST)
        run = run_scrapy(tmp_path / "output", *news)
        assert run.returncode == 3
        assert "robots_unreachable" in run.stderr
        assert set(web.paths()) == {"/robots.txt"}, "RFC 9309: a server error disallows all"
        del web.pages["/robots.txt"]
        assert run_scrapy(tmp_path / "output", *news).returncode == 0
    assert [line["url"] for line in lines_of(tmp_path / "output", "articles")] == [url]
