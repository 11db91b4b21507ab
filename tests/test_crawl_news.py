"""The main job, end to end: the real `scrapy crawl news` on the bundled newsroom, over loopback HTTP."""

from __future__ import annotations

import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import jsonschema
import orjson
import pyarrow.parquet as pq
import pytest
from conftest import lines_of, run_scrapy

from newsbot.demo import LoggedRequest, Newsroom, serve
from newsbot.export.record import NAMES, schema
from newsbot.items import FAIL_REASONS, REJECTION_REASONS, SKIP_REASONS
from newsbot.store.ledger import OF_DISCOVERED, OF_FETCHED

FAST = ("-s", "DOWNLOAD_DELAY=0", "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=4")


@dataclass
class Crawled:
    """The newsroom after two crawls, with what each wrote, said and asked for."""

    newsroom: Newsroom
    output: Path
    first: subprocess.CompletedProcess[str]
    second: subprocess.CompletedProcess[str]
    first_requests: list[LoggedRequest]
    second_requests: list[LoggedRequest]
    lines_after_first: Counter[str]


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    folder = tmp_path_factory.mktemp("newsroom")
    output = folder / "output"
    with serve(Newsroom()) as running:
        sources = folder / "sources.toml"
        sources.write_text(running.newsroom.sources_toml(), "utf-8")
        news = ("crawl", "news", "-a", f"sources={sources}", *FAST)
        feeds = ("-O", f"{folder / 'feed.jsonl'}", "-O", f"{folder / 'feed.parquet'}")
        first = run_scrapy(output, *news, *feeds, NEWSBOT_REPORT="report.html")
        asked = len(running.requests())
        lines = line_count(output)
        second = run_scrapy(output, *news)
        requests = running.requests()
        yield Crawled(running.newsroom, output, first, second, requests[:asked], requests[asked:], lines)


def line_count(output: Path) -> Counter[str]:
    return Counter(
        {
            str(path.relative_to(output)): len(path.read_bytes().splitlines())
            for folder in ("articles", "duplicates")
            for path in output.glob(f"{folder}/*/*.jsonl")
        }
    )


def exported(crawled: Crawled) -> dict[str, dict[str, Any]]:
    return {
        line["url"]: line for line in [*lines_of(crawled.output, "articles"), *lines_of(crawled.output, "duplicates")]
    }


def test_the_crawl_ends_well(crawled: Crawled) -> None:
    assert crawled.first.returncode == 0, crawled.first.stderr
    assert "Traceback" not in crawled.first.stderr
    assert "ERROR" not in crawled.first.stderr
    assert "harbour-herald" in (crawled.output / "report.html").read_text("utf-8")


def test_every_article_is_on_exactly_one_line(crawled: Crawled) -> None:
    found = Counter(
        line["url"] for line in [*lines_of(crawled.output, "articles"), *lines_of(crawled.output, "duplicates")]
    )
    assert found == Counter(expected.url for expected in crawled.newsroom.truth())


FIELDS = ("source", "title", "authors", "language", "published_precision", "discovered_via", "text")


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_is_what_its_site_published(crawled: Crawled, field: str) -> None:
    records = exported(crawled)
    wrong = {
        expected.url: (getattr(expected, field), records[expected.url][field])
        for expected in crawled.newsroom.truth()
        if getattr(expected, field) != records[expected.url][field]
    }
    assert not wrong


def test_every_time_is_exact_and_has_the_offset_of_its_page(crawled: Crawled) -> None:
    records = exported(crawled)
    for expected in crawled.newsroom.truth():
        stated = datetime.fromisoformat(expected.published)
        found = datetime.fromisoformat(records[expected.url]["published"])
        assert (found, found.utcoffset()) == (stated, stated.utcoffset()), expected.url


def test_agency_copy_is_a_duplicate_of_the_agencys_article(crawled: Crawled) -> None:
    records = exported(crawled)
    copies = [expected for expected in crawled.newsroom.truth() if expected.duplicate_of]
    assert copies
    for expected in copies:
        assert expected.duplicate_of
        pair = [records[expected.url], records[expected.duplicate_of]]
        assert ["duplicate_of" in record for record in pair] == [True, False], "whichever came first"
        assert len({record["cluster_id"] for record in pair}) == 1


def test_every_non_article_is_in_the_ledger_with_its_reason(crawled: Crawled) -> None:
    dropped = {
        line["url"]: (line["outcome"], line["reason"])
        for line in lines_of(crawled.output, "coverage", "*/*.dropped.jsonl")
    }
    expected = {entry.url: (entry.outcome, entry.reason) for entry in crawled.newsroom.non_articles()}
    assert {url: dropped.get(url) for url in expected} == expected
    known = set(SKIP_REASONS) | set(FAIL_REASONS) | set(REJECTION_REASONS) | {"http_404"}
    assert {reason for _, reason in dropped.values()} <= known


def test_every_line_is_valid(crawled: Crawled) -> None:
    validator = jsonschema.Draft202012Validator(schema(), format_checker=jsonschema.FormatChecker())
    for record in exported(crawled).values():
        validator.validate(record)


def test_the_accounting_law_holds_for_every_source_and_run(crawled: Crawled) -> None:
    sums = [line for line in lines_of(crawled.output, "coverage") if "discovered" in line]
    assert len(sums) == 2 * len(crawled.newsroom.outlets)
    for account in sums:
        assert account["discovered"] == sum(account[name] for name in OF_DISCOVERED)
        assert account["fetched"] == sum(account[name] for name in OF_FETCHED)
    assert "discovered" in crawled.first.stderr


def test_forbidden_addresses_are_never_asked_for(crawled: Crawled) -> None:
    requests = [*crawled.first_requests, *crawled.second_requests]
    assert not [request for request in requests if request.path.startswith("/private/")]
    assert {request.site for request in requests if request.path == "/robots.txt"} == set(crawled.newsroom.outlets)


def test_nothing_is_fetched_twice_in_one_run(crawled: Crawled) -> None:
    asked = Counter((request.site, request.path) for request in crawled.first_requests if request.status == 200)
    assert [page for page, times in asked.items() if times > 1] == []


def test_a_second_run_adds_no_line_and_fetches_no_article(crawled: Crawled) -> None:
    assert crawled.second.returncode == 0, crawled.second.stderr
    assert line_count(crawled.output) == crawled.lines_after_first
    articles = {expected.url for expected in crawled.newsroom.truth()}
    bases = {outlet.spec.name: outlet.base for outlet in crawled.newsroom.outlets.values()}
    asked = {bases[request.site] + request.path for request in crawled.second_requests if request.site in bases}
    assert not asked & articles
    listings = [request for request in crawled.second_requests if not request.path.endswith("/robots.txt")]
    changed = [request for request in listings if request.status == 200]
    assert not changed, "every listing answers 304"
    assert all(request.conditional for request in listings if request.status == 304)


LEARNED = ("text", "word_count", "content_hash", "removed")


def test_scrapys_own_feed_has_the_same_records(crawled: Crawled) -> None:
    """But for what the run learned of the sites after it had passed them on, and of who copied whom."""
    feed = [orjson.loads(line) for line in (crawled.output.parent / "feed.jsonl").read_bytes().splitlines()]
    lines = {line["url"]: line for line in lines_of(crawled.output, "articles")}
    copies = {line["url"]: line for line in lines_of(crawled.output, "duplicates")}
    assert set(lines) <= {record["url"] for record in feed} <= set(lines) | set(copies)
    for record in feed:
        line = lines.get(record["url"]) or copies[record["url"]]
        line = {name: line[name] for name in line if name in NAMES}
        assert list(record) == list(line)
        assert {name: record[name] for name in record if name not in LEARNED} == {
            name: line[name] for name in line if name not in LEARNED
        }


def test_scrapys_own_feed_as_parquet_has_the_same_records_with_types(crawled: Crawled) -> None:
    feed = [orjson.loads(line) for line in (crawled.output.parent / "feed.jsonl").read_bytes().splitlines()]
    table = pq.read_table(crawled.output.parent / "feed.parquet")
    assert table.column_names == list(NAMES)
    rows = table.to_pylist()
    for name in ("url", "title", "text", "authors", "published", "schema"):
        assert [row[name] for row in rows] == [record[name] for record in feed]
    exact = [record["published_at"] and datetime.fromisoformat(record["published_at"]) for record in feed]
    assert [row["published_at"] for row in rows] == exact


def test_new_articles_are_found_by_the_next_run(tmp_path: Path) -> None:
    output, sources = tmp_path / "output", tmp_path / "sources.toml"
    with serve(Newsroom(sites=4, articles=3)) as running:
        sources.write_text(running.newsroom.sources_toml(), "utf-8")
        news = ("crawl", "news", "-a", f"sources={sources}", *FAST, "-s", "NEWSBOT_EXTRACT_WORKERS=0")
        assert run_scrapy(output, *news).returncode == 0
        before = {line["url"] for line in lines_of(output, "articles")}
        added = [url for name in list(running.newsroom.outlets)[:2] for url in running.publish(name, 2)]
        assert run_scrapy(output, *news).returncode == 0
    after = {line["url"] for line in lines_of(output, "articles")}
    assert after - before == set(added)
