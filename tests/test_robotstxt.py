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
        at_work = {"_slot": SimpleNamespace(closing=None), "_stopping": False}
        crawler.engine = SimpleNamespace(download_async=download_async, **at_work)  # type: ignore[assignment]
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


OURS, OTHERS = "Disallow: /ours", "Disallow: /others"


@pytest.mark.parametrize(
    "names",
    [
        "User-agent: newsbot",
        "User-agent: newsbot/0.1.0",
        "USER-AGENT : NewsBot/2 (+https://example.org)",
        "user agent: other\nUser-agent: newsbot",
        "User-agent: newsbot # ours\n\n# so far\nUser-agent: other",
        "User-agent: newsbot\nSitemap: https://example.org/map.xml\nUser-agent: other",
        "User-agent: other, newsbot",
        'User-agent: "newsbot"',
        "User-agent: newsbot*",
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_the_group_that_names_newsbot_is_obeyed_and_no_other(names: str, end: str) -> None:
    """RFC 9309, 2.2.1: by the product token, whatever its case and version."""
    rules = RobotRules(f"\ufeffUser-agent: *\n{OTHERS}\n\n{names}\n{OURS}\n".replace("\n", end))
    assert not rules.allowed("https://example.org/ours", "newsbot")
    assert rules.allowed("https://example.org/others", "newsbot")


@pytest.mark.parametrize(
    "name", ["News", "newsbot-image", "news", "bot", "newsbot2", "other newsbot", "", "*", "Googlebot/2"]
)
def test_a_group_for_others_is_not_taken_for_ours(name: str) -> None:
    rules = RobotRules(f"User-agent: {name}\nDisallow: /x\n\nUser-agent: *\nDisallow: /y")
    assert rules.allowed("https://example.org/x", "newsbot") == (name != "*")
    assert not rules.allowed("https://example.org/y", "newsbot")


def test_groups_for_the_same_name_are_one_and_one_that_forbids_nothing_allows_all() -> None:
    rules = RobotRules(
        "User-agent: newsbot\nDisallow: /a\nUser-agent: *\nDisallow: /\nUser-agent: newsbot/1\nDisallow: /b"
    )
    assert [rules.allowed(f"https://example.org/{path}", "newsbot") for path in "abc"] == [False, False, True]
    rules = RobotRules("User-agent: *\nDisallow: /\n\nUser-agent: newsbot\nDisallow:\nCrawl-delay: 5")
    assert rules.allowed("https://example.org/a", "newsbot")
    assert (rules.crawl_delay("newsbot"), rules.crawl_delay("another")) == (5.0, None)


@pytest.mark.parametrize(
    ("rules", "allowed", "refused"),
    [
        ("Disallow: /*.pdf$", "/a.pdf?x=1", "/a.pdf"),
        ("Disallow: /news/\nAllow: /news/public/", "/news/public/a", "/news/a"),
        ("Disallow: /a\nAllow: /a", "/a", None),
        ("Disallow: /stra%C3%9Fe", "/strasse", "/straße"),
        ("Disallow: /straße", "/strasse", "/stra%c3%9fe"),
        ("Disallow: /a%2Fb", "/a/b", "/a%2fb"),
        ("Disallow: /*?sort=", "/a?page=1", "/a?sort=new"),
        ("Disallow:/a  # not this", "/b", "/a"),
    ],
)
def test_the_longest_rule_that_matches_decides(rules: str, allowed: str, refused: str | None) -> None:
    parsed = RobotRules(f"User-agent: *\n{rules}")
    assert parsed.allowed(f"https://example.org{allowed}", "newsbot")
    assert refused is None or not parsed.allowed(f"https://example.org{refused}", "newsbot")


@pytest.mark.parametrize("body", [RULES, RULES[3:].decode().encode("utf-16"), RULES[3:].decode().encode("utf-16-le")])
def test_rules_are_read_in_whatever_unicode_they_are_in(body: bytes) -> None:
    assert refusals(Response("https://example.org/robots.txt", body=body), "/private/a") == (["robots_txt"], 1)


@pytest.mark.parametrize(
    ("line", "seconds"),
    [
        ("Crawl-delay: 10s", 10.0),
        ("crawl-delay : 1,5", 1.5),
        ("Crawl-delay: 1.5 seconds", 1.5),
        ("Crawl-Delay: 2 minutes", 120.0),
        ("Crawl-delay 3", 3.0),
        ("Crawl-delay: 500ms", 0.5),
        ("Crawl-delay: 0", None),
        ("Crawl-delay: -5", None),
        ("Crawl-delay: soon", None),
        ("Crawl-delay: 2\nCrawl-delay: 7", 7.0),
        ("Request-rate: 1/10s", 10.0),
        ("Request-rate: 1 / 1.5", 1.5),
        ("Request-rate: 30/1m 0600-0845", 2.0),
        ("Request-rate: 0/10", None),
        (f"Crawl-delay: {'9' * 400}", float("inf")),
    ],
)
def test_the_delay_that_is_asked_for_is_read_as_it_is_written(line: str, seconds: float | None) -> None:
    assert RobotRules(f"User-agent: *\nDisallow: /x\n{line}").crawl_delay("newsbot") == seconds


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
