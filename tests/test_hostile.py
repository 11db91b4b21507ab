"""A hostile web beside a healthy site: what each fault comes to in the ledger, and that nothing gets in or out."""

from __future__ import annotations

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
from hostile_faults import attacks, faults, listings, survivors
from hostile_web import HostileWeb, hostile_web, rss
from local_web import article_page, local_web, paragraphs_on

MB = 1_048_576
MAX_SIZE = 4 * MB
HEALTHY = 12
SECRET = "root:x:0:0"
WATCH = """
import os, subprocess, sys
crawl = subprocess.Popen(sys.argv[1:], stdout=sys.stderr)
_, status, used = os.wait4(crawl.pid, 0)
print(os.waitstatus_to_exitcode(status), used.ru_maxrss)
"""
"""Tells how a command ended and the most memory it had, in KB. Small itself: a process counts as its own what the
one that started it had, and the suite's may have more than any crawl."""


@dataclass
class Outcome:
    """What a crawl of all that came to."""

    run: subprocess.CompletedProcess[str]
    expected: dict[str, str]
    """Reason by address."""
    collected: dict[str, str]
    """Addresses of hostile pages that are articles all the same, with their topic."""
    healthy: dict[str, str]
    """Addresses of the healthy site's articles, with their topics."""
    output: Path
    main: HostileWeb
    forbidden: HostileWeb
    """A server that no source names, on the same machine: nothing may ever ask it."""
    peak: int
    """Of the crawl's own process, in bytes."""
    dropped: list[dict[str, Any]] = field(default_factory=list)
    articles: list[dict[str, Any]] = field(default_factory=list)
    coverage: list[dict[str, Any]] = field(default_factory=list)


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
        topics = {f"{good.base}/{n}": f"project number {n}" for n in range(HEALTHY)}
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
        rival = stack.enter_context(hostile_web())
        for asked, status in ((busy, "429 Too Many Requests"), (liar, "503 Busy")):
            asked.page("/feed", "later", "Retry-After: 86400", status=status)
        robots.redirect("/robots.txt", "http://169.254.169.254/robots.txt")
        sources = sources_file(
            folder,
            rival={"home": f"{rival.base}/", **attacks(rival, topics)},
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
            "NEWSBOT_PATIENCE": 0,
            "TWISTED_DNS_RESOLVER": "hostile_web.HostileResolver",
            "DNSCACHE_ENABLED": False,
        }
        command = [sys.executable, "-m", "scrapy", "crawl", "news", "-a", f"sources={sources}"]
        command += [part for name, value in settings.items() for part in ("-s", f"{name}={value}")]
        environment = scrapy_environment(output, PYTHONPATH=str(Path(__file__).parent))
        with (folder / "log").open("wb") as log:
            watched = [sys.executable, "-c", WATCH, *command]
            watch = subprocess.run(watched, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=log, check=True)
        returncode, peak = map(int, watch.stdout.split())
        run = subprocess.CompletedProcess(command, returncode, "", (folder / "log").read_bytes().decode())
        yield Outcome(
            run,
            expected,
            collected,
            topics,
            output,
            main,
            forbidden,
            peak * 1024,
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
    missing = {url: topic for url, topic in outcome.collected.items() if topic not in texts.get(url, "")}
    assert not missing


def test_the_healthy_sites_articles_stay_its_own(outcome: Outcome) -> None:
    for url, topic in outcome.healthy.items():
        (line,) = (line for line in outcome.articles if line["url"] == url)
        told = [(o["url"], o["title"], o["published"]) for o in outcome.articles if o["id"] == line.get("duplicate_of")]
        assert not told, "a copy is not the origin"
        assert line["text"].split("\n\n") == re.findall("<p>(.*?)</p>", paragraphs_on(topic))
        facts = (line["source"], line["revision"], line["authors"], line["published"])
        assert facts == ("healthy", 1, ["Ana Silva"], "2026-11-20T08:30:00+01:00")


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
