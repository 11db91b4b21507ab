"""A hostile web beside a healthy site: what each fault comes to in the ledger, and that nothing gets in or out."""

from __future__ import annotations

import gzip
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from certificates import self_signed
from conftest import ROOT, lines_of, run_scrapy, scrapy_environment, sources_file
from hostile_web import (
    HostileWeb,
    answer,
    bomb,
    drip,
    endless,
    hostile_web,
    raw,
    reset,
    rss,
    silent,
    sitemap,
)
from local_web import article_page, local_web

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
STORY = article_page("A story", "the tram line")
MB = 1_048_576
MAX_SIZE = 4 * MB
HEALTHY = 12
SECRET = "root:x:0:0"


@dataclass
class Outcome:
    """What a crawl of all that came to."""

    run: subprocess.CompletedProcess[str]
    expected: dict[str, str]
    """Reason by address."""
    collected: dict[str, str]
    """Addresses of hostile pages that are articles all the same, with their topic."""
    healthy: list[str]
    output: Path
    main: HostileWeb
    forbidden: HostileWeb
    """A server that no source names, on the same machine: nothing may ever ask it."""
    peak: int
    """Of the crawl's own process, in bytes."""
    dropped: list[dict[str, Any]] = field(default_factory=list)
    articles: list[dict[str, Any]] = field(default_factory=list)
    coverage: list[dict[str, Any]] = field(default_factory=list)


def faults(web: HostileWeb, forbidden: HostileWeb) -> dict[str, str]:
    """Put every fault up that an article's address can have, and return the reasons that the ledger must give."""
    base, port = web.base, forbidden.port
    inside = f"http://127.0.0.1:{port}/inside"
    behaviours = {
        "slow-headers": (drip(b"HTTP/1.1 200 OK\r\n", b"X-Slow: yes\r\n"), "timeout"),
        "slow-body": (drip(OK + b"Content-Length: 100000\r\n\r\n<p>", b"a"), "timeout"),
        "slow-status": (drip(b"HTTP", b"/"), "timeout"),
        "silent": (silent, "timeout"),
        "interim-for-ever": (drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), "timeout"),
        "chunks-for-ever": (drip(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"), "timeout"),
        "endless-body": (endless(OK + b"\r\n", b"<p>" + b"a" * 65536), "too_large"),
        "huge-length": (raw(OK + b"Content-Length: 9999999999999\r\n\r\n<p>a"), "too_large"),
        "reset-at-once": (reset(b""), "connection"),
        "reset-in-headers": (reset(b"HTTP/1.1 200 OK\r\nContent-"), "connection"),
        "reset-in-body": (reset(OK + b"Content-Length: 5000\r\n\r\n" + STORY.encode()[:900]), "connection"),
        "nothing": (raw(b""), "connection"),
        "length-too-long": (raw(OK + b"Content-Length: 99999\r\n\r\n" + STORY.encode()), "connection"),
        "no-http": (raw(b"220 smtp.example.org ESMTP\r\n" * 20), "connection"),
        "broken-chunks": (raw(OK + b"Transfer-Encoding: chunked\r\n\r\nzzz\r\nabc\r\n"), "connection"),
        "bad-length": (raw(OK + b"Content-Length: -5\r\n\r\nabc"), "connection"),
        "two-lengths": (raw(OK + b"Content-Length: 5\r\nContent-Length: 7\r\n\r\nabcdefg"), "connection"),
        "one-long-header": (raw(OK + b"X-Long: " + b"a" * 3_000_000 + b"\r\n\r\nabc"), "connection"),
        "header-flood": (endless(OK, b"X-Flood: " + b"a" * 900 + b"\r\n"), "connection"),
        "gzip-bomb": (answer(bomb("gzip", 200), "Content-Encoding: gzip"), "too_large"),
        "deflate-bomb": (answer(bomb("deflate", 200), "Content-Encoding: deflate"), "too_large"),
        "brotli-bomb": (answer(bomb("br", 60), "Content-Encoding: br"), "too_large"),
        "nested-bomb": (answer(gzip.compress(bomb("gzip", 60)), "Content-Encoding: gzip, gzip"), "too_large"),
        "no-gzip": (answer("this is not gzip", "Content-Encoding: gzip"), "connection"),
        "loop": (answer("", "Location: /loop", status="302 Found"), "too_many_redirects"),
        "cookie-wall": (
            answer("", "Set-Cookie: a=b", "Location: /cookie-wall?", status="302 Found"),
            "too_many_redirects",
        ),
        "hop/1": (answer("", "Location: /hop/2", status="301 Moved"), "too_many_redirects"),
        "to-file": (answer("", "Location: file:///etc/passwd", status="302 Found"), "bad_url"),
        "to-ftp": (answer("", "Location: ftp://127.0.0.1/a", status="302 Found"), "bad_url"),
        "to-data": (answer("", "Location: data:text/html,<p>a", status="302 Found"), "bad_url"),
        "to-javascript": (answer("", "Location: javascript:alert(1)", status="302 Found"), "bad_url"),
        "to-nothing": (answer("", "Location: http://[::1", status="302 Found"), "bad_url"),
        "to-20-kb": (answer("", f"Location: {base}/{'a' * 10_000}", status="302 Found"), "bad_url"),
        "to-metadata": (answer("", "Location: http://169.254.169.254/latest/", status="302 Found"), "private_address"),
        "to-ten": (answer("", "Location: http://10.0.0.1/", status="302 Found"), "private_address"),
        "to-other-port": (answer("", f"Location: {inside}", status="302 Found"), "private_address"),
        "to-v6": (answer("", f"Location: http://[::1]:{port}/", status="302 Found"), "private_address"),
        "to-mapped": (answer("", f"Location: http://[::ffff:7f00:1]:{port}/", status="302 Found"), "private_address"),
        "to-decimal": (answer("", f"Location: http://2130706433:{port}/", status="302 Found"), "private_address"),
        "to-octal": (answer("", f"Location: http://0177.1:{port}/", status="302 Found"), "private_address"),
        "to-user": (answer("", f"Location: http://e.org@127.0.0.1:{port}/", status="302 Found"), "private_address"),
        "to-localhost": (answer("", f"Location: http://localhost:{port}/", status="302 Found"), "private_address"),
        "to-name": (answer("", f"Location: http://inside.test:{port}/", status="302 Found"), "private_address"),
        "refresh-inside": (answer(f'<meta http-equiv="refresh" content="0;url={inside}">'), "private_address"),
        "refresh-file": (answer('<meta http-equiv="refresh" content="0;url=file:///etc/passwd">'), "no_body"),
        "error-200": (
            answer("<title>404 Not Found</title><h1>Page not found</h1><p>Sorry, nothing here.</p>"),
            "error_page",
        ),
        "status-999": (answer("blocked", status="999 No"), "http_999"),
        "status-418": (answer("teapot", status="418 \x1b[31mNo\x07"), "http_418"),
        "no-content": (raw(b"HTTP/1.1 204 No Content\r\n\r\n"), "empty_page"),
        "not-modified": (raw(b"HTTP/1.1 304 Not Modified\r\n\r\n"), "http_304"),
        "no-location": (answer("", status="302 Found"), "http_302"),
        "zeros": (answer(b"\0" * 100_000), "not_html"),
        "picture": (answer(b"\x89PNG\r\n\x1a\n" + bytes(5000)), "not_html"),
        "deep": (answer("<div>" * 200_000 + "a"), "too_large"),
        "wide": (answer("<p " + "a='b' " * 300_000 + ">a"), "unreadable"),
        "short-length": (raw(OK + b"Content-Length: 12\r\n\r\n" + STORY.encode()), "not_html"),
        "http-0.9": (raw(b"<html><body><h1>Hello</h1></body></html>"), "connection"),
    }
    for hop in range(2, 40):
        web.redirect(f"/hop/{hop}", f"/hop/{hop + 1}")
    web.redirect("/cookie-wall?", "/cookie-wall")
    return {web.at(f"/{path}", behave): reason for path, (behave, reason) in behaviours.items()}


def survivors(web: HostileWeb, forbidden: HostileWeb) -> dict[str, str]:
    """Put up what is strange and an article all the same; return the topics by address."""
    latin = article_page("Wrong charset", "the café and the naïve façade").replace("utf-8", "iso-8859-1")
    evil = article_page("=cmd|'/c calc'!A0\nFAKE 2026 ERROR \x1b[31mred\x07\x00 <script>alert(1)</script>", "formulas")
    more = article_page("Goes on inside", "a story on two pages").replace(
        "</article>", f'</article><a rel="next" href="http://127.0.0.1:{forbidden.port}/page/2">Next page</a>'
    )
    flooded = [f"Set-Cookie: c{n}={'x' * 200}" for n in range(40)]
    long = article_page("Long", "length").replace("</article>", "<p>And so on, said the mayor.</p>" * 20_000)
    return {
        web.at("/http-1.0", raw(b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n" + STORY.encode())): "tram line",
        web.at("/bare-newlines", raw(b"HTTP/1.1 200 OK\n\n" + article_page("Bare", "bare lines").encode())): "bare",
        web.page("/latin", latin.encode("latin-1"), "Content-Type: text/html; charset=utf-8"): "the café",
        web.page("/evil?a=1", evil): "formulas",
        web.page("/goes-on", more): "two pages",
        web.page("/cookies", article_page("Cookies", "biscuits"), *flooded): "biscuits",
        web.page("/long", long): "length",
        web.page("/nul%00byte", article_page("Nul", "nothing at all")): "nothing at all",
        web.page("/utf-16", article_page("Wide", "wide letters").encode("utf-16"), "Content-Type: text/html"): "wide",
    }


def listings(web: HostileWeb, forbidden: HostileWeb) -> dict[str, list[str]]:
    """Put up listings with every fault, and return their addresses by the field of a source."""
    entity = f'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY y SYSTEM "{forbidden.base}/dtd">]>'
    laughs = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    xml = "Content-Type: application/xml"
    inside = f"http://127.0.0.1:{forbidden.port}"
    web.page(
        "/index.xml", sitemap([f"{web.base}/index.xml", f"{inside}/map.xml", "file:///etc/passwd"], "sitemapindex")
    )
    web.page("/calendar", '<a href="/calendar?m=1">x</a><a rel="next" href="/calendar?m=1">Next</a>' + links("a"))
    for month in range(1, 60):
        after = f'<a rel="next" href="/calendar?m={month + 1}">Next</a>'
        web.page(f"/calendar?m={month}", after + links(f"m{month}"))
    return {
        "feeds": [
            web.page("/xxe", rss([f"{web.base}/&x;&y;"], entity), xml),
            web.page("/laughs", rss([f"{web.base}/&a9;"], f"<!DOCTYPE r [{laughs}]>"), xml),
            web.at("/endless-feed", endless(OK + b"\r\n<rss><channel>", b"<item><title>a</title></item>" * 2000)),
            web.page(
                "/long-feed", rss([f"{web.base}/{'a' * 20_000}", "javascript:alert(1)", "file:///etc/passwd"]), xml
            ),
            web.page("/log-feed", f'<rss version="2.0"><channel>\x1b[31m\x07<item><link>{web.base}/\r\nFAKE', xml),
            web.redirect("/moved-inside", f"{inside}/feed"),
        ],
        "sitemaps": [
            f"{web.base}/index.xml",
            web.page("/bomb.xml.gz", bomb("gzip", 200), "Content-Type: application/gzip"),
            web.page("/inside.xml", sitemap([f"{inside}/a", "http://10.1.1.1/a", "http://metadata.test/a"]), xml),
        ],
        "sections": [f"{web.base}/calendar", web.page("/links", links("z", 40_000))],
    }


def links(prefix: str, count: int = 3) -> str:
    return "".join(f"<p><a href='/trap/{prefix}/{n}?sid={n}{n}'>go {n}</a></p>" for n in range(count))


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outcome]:
    """Crawl all that in one run, and read what it left."""
    folder = tmp_path_factory.mktemp("hostile")
    output = folder / "output"
    with ExitStack() as stack:
        main, forbidden, busy, robots, liar = (stack.enter_context(hostile_web()) for _ in range(5))
        own = stack.enter_context(hostile_web(self_signed(folder)))
        expired = stack.enter_context(hostile_web(self_signed(folder, days=-5)))
        good = stack.enter_context(local_web())
        healthy = [good.put(f"/{n}", article_page(f"Money for {n}", f"project number {n}")) for n in range(HEALTHY)]
        expected = faults(main, forbidden)
        collected = survivors(main, forbidden)
        direct = {
            f"http://127.0.0.1:{forbidden.port}/direct": "private_address",
            f"http://0x7f000001:{forbidden.port}/hex": "private_address",
            f"http://inside.test:{forbidden.port}/name": "private_address",
            f"http://turning.test:{forbidden.port}/first": "robots_unreachable",
            f"https://127.0.0.1:{main.port}/plain-http-on-tls": "connection",
        }
        expected |= direct
        main.page("/feed", rss([*expected, *collected]), "Content-Type: application/rss+xml")
        named = listings(main, forbidden)
        named["feeds"].insert(0, f"{main.base}/feed")
        for asked, status in ((busy, "429 Too Many Requests"), (liar, "503 Busy")):
            asked.page("/feed", "later", "Retry-After: 86400", status=status)
        robots.redirect("/robots.txt", "http://169.254.169.254/robots.txt")
        sources = sources_file(
            folder,
            healthy={"home": f"{good.base}/", "feeds": [good.feed("/feed", healthy)]},
            hostile={"home": f"{main.base}/", **named},
            busy={"home": f"{busy.base}/", "feeds": [f"{busy.base}/feed"]},
            liar={"home": f"{liar.base}/", "feeds": [f"{liar.base}/feed"]},
            robots={"home": f"{robots.base}/", "feeds": [f"{robots.base}/feed"]},
            own={"home": f"{own.base}/", "feeds": [f"{own.base}/feed"]},
            expired={"home": f"{expired.base}/", "feeds": [f"{expired.base}/feed"]},
            turned={
                "home": f"http://inside.test:{forbidden.port}/",
                "feeds": [f"http://inside.test:{forbidden.port}/feed"],
            },
        )
        settings = {
            "DOWNLOAD_DELAY": 0,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 32,
            "RETRY_TIMES": 0,
            "DOWNLOAD_TIMEOUT": 10,  # a busy machine needs a while for MAX_SIZE
            "DOWNLOAD_MAXSIZE": MAX_SIZE,
            "NEWSBOT_EXTRACT_WORKERS": 1,
            "NEWSBOT_MAX_NEW": 300,
            "TWISTED_DNS_RESOLVER": "hostile_web.HostileResolver",
            "DNSCACHE_ENABLED": False,
        }
        command = [sys.executable, "-m", "scrapy", "crawl", "news", "-a", f"sources={sources}"]
        command += [part for name, value in settings.items() for part in ("-s", f"{name}={value}")]
        environment = scrapy_environment(output, PYTHONPATH=str(Path(__file__).parent))
        with (folder / "log").open("wb") as log:
            crawl = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
            _, status, used = os.wait4(crawl.pid, 0)
            crawl.returncode = os.waitstatus_to_exitcode(status)
        run = subprocess.CompletedProcess(command, crawl.returncode, "", (folder / "log").read_bytes().decode())
        yield Outcome(
            run,
            expected,
            collected,
            healthy,
            output,
            main,
            forbidden,
            used.ru_maxrss * 1024,
            lines_of(output, "coverage", "*/*.dropped.jsonl"),
            [*lines_of(output, "articles"), *lines_of(output, "duplicates")],
            [line for line in lines_of(output, "coverage") if "discovered" in line],
        )


def test_every_fault_has_its_own_outcome_in_the_ledger(outcome: Outcome) -> None:
    reasons: dict[str, str] = {}
    for line in outcome.dropped:
        assert line["url"] not in reasons, "one outcome an address"
        reasons[line["url"]] = line["reason"]
    wrong = {url: (reasons.get(url), reason) for url, reason in outcome.expected.items() if reasons.get(url) != reason}
    assert not wrong
    assert outcome.run.returncode == 3, outcome.run.stderr
    assert "Traceback" not in outcome.run.stderr


def test_the_healthy_site_is_collected_whole_and_the_strange_too(outcome: Outcome) -> None:
    texts = {line["url"]: line["text"] for line in outcome.articles}
    assert set(outcome.healthy) <= set(texts)
    missing = {url: topic for url, topic in outcome.collected.items() if topic not in texts.get(url, "")}
    assert not missing


def test_nothing_inside_was_ever_asked(outcome: Outcome) -> None:
    assert outcome.forbidden.asked == []
    assert outcome.main.hosts == {f"127.0.0.1:{outcome.main.port}"}


def test_traps_are_bounded(outcome: Outcome) -> None:
    assert sum(path.startswith("/calendar") for path in outcome.main.asked) <= 5
    assert sum(path.startswith("/hop/") for path in outcome.main.asked) <= 9
    assert outcome.main.asked.count("/index.xml") == 1
    assert sum(path.startswith("/trap/") for path in outcome.main.asked) <= 300
    assert outcome.peak < 600 * MB, f"{outcome.peak / MB:.0f} MB"


def test_no_file_is_named_by_a_page_and_none_holds_a_secret(outcome: Outcome) -> None:
    for path in outcome.output.rglob("*"):
        if path.is_file():
            assert re.fullmatch(r"[\w.\-]+", path.name)
            assert SECRET.encode() not in path.read_bytes()


def test_no_log_line_carries_control_characters_or_lines_of_a_page(outcome: Outcome) -> None:
    for line in outcome.run.stderr.splitlines():
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]", line), repr(line)
        assert not line.startswith("FAKE")


def test_titles_are_one_line_of_plain_text_and_csv_defuses_formulas(outcome: Outcome) -> None:
    (evil,) = (line for line in outcome.articles if "/evil" in line["url"])
    assert not re.search(r"[\x00-\x1f\x7f]", evil["title"])
    path = outcome.output.parent / "all.csv"
    exported = run_scrapy(outcome.output, "export", str(path))
    assert exported.returncode == 0, exported.stderr
    assert not re.search(r'(^|,)"?=', path.read_text("utf-8"), re.MULTILINE)


def test_who_does_not_answer_is_named(outcome: Outcome) -> None:
    notes = {line["source"]: " ".join(line["notes"]) for line in outcome.coverage}
    for source, reason in (
        ("busy", "retry_later"),
        ("liar", "retry_later"),
        ("robots", "private_address"),
        ("turned", "private_address"),
        ("own", "certificate: self-signed"),
        ("expired", "certificate: self-signed"),
    ):
        assert reason in notes[source], notes
    assert "private_address" in notes["hostile"]
