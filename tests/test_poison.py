"""What no site may do to a collection with the values that it states, whatever they are and wherever they stand."""

from __future__ import annotations

import contextlib
import json
import uuid
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import datetime
from pathlib import Path
from urllib.parse import urljoin

import jsonschema
import orjson
import pytest
from conftest import NOW, ROOT, collected, lines_of, run_scrapy, sources_file
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st
from local_web import article_page, local_web
from poison import (
    GENUINE,
    HEADERS,
    LISTING_PLACES,
    LONG_PLACES,
    LONG_VALUES,
    PAGE_PLACES,
    VALUES,
    Place,
    Value,
    encoded,
    in_json,
    page,
    text_of,
)
from scrapy import Request
from scrapy.http import Response
from sqlalchemy import Engine

from newsbot.cleaning import CleaningError, clean_article
from newsbot.crawl import worker_pool
from newsbot.crawl.polling.publishing import Bounds
from newsbot.crawl.polling.schedule import Schedule
from newsbot.discovery import Contents, parse_feed, read_listing, sitemaps_in_robots
from newsbot.discovery.site import feeds_in_headers
from newsbot.downloader.errors import Skipped
from newsbot.downloader.fetch import LONGEST_HEADER, charset_of, header_of, headers_of, opt_outs_of
from newsbot.downloader.politeness import rest_asked
from newsbot.downloader.redirects import address_in, refresh_of
from newsbot.downloader.robotstxt import MAX_BYTES
from newsbot.downloader.ssrf import check_redirect
from newsbot.export.record import schema, to_record
from newsbot.extraction import ExtractionError, bounded, extract_article
from newsbot.items import PRECISIONS, Candidate, Collected, ExtractedArticle, New
from newsbot.store import articles, documents, frontier, listings, runs, sites
from newsbot.store.articles import Policy
from newsbot.store.database import as_json, chunks
from newsbot.store.ledger import LONGEST_NOTE, Entry, Ledger
from newsbot.store.listings import Listing
from newsbot.web.dates import parse_date
from newsbot.web.encoding import to_utf8
from newsbot.web.robotstxt import RobotsGroup
from newsbot.web.tdmrep import is_reserved, reserved_paths
from newsbot.web.text import well_formed
from newsbot.web.urls import MAX_URL_LENGTH, InvalidURL, canonical_url, url_key

PAGE = """<!doctype html><html lang="en"><head><title>Wall raised</title>
<script type="application/ld+json">%s</script></head>
<body><article><h1>Wall raised</h1><p>The council voted on Tuesday to raise the wall by a metre after two storms.</p>
<p>Work begins in March, the engineers of the harbour said in the library.</p></article></body></html>"""
ADDRESS = "https://example.org/2026/11/24/wall"


@pytest.mark.parametrize(
    ("text", "formed"),
    [
        ("half \ud83d of one", "half \ufffd of one"),
        ("\ude00\ud83d", "\ufffd\ufffd"),
        ("\ud83d\ude00", "\U0001f600"),
        ("\ud83d\ud83d\ude00\ude00", "\ufffd\U0001f600\ufffd"),
        ("a\0b", "ab"),
        ("\U0010ffff\ufffe", "\U0010ffff\ufffe"),
    ],
)
def test_a_text_becomes_one_that_can_be_stored(text: str, formed: str) -> None:
    assert well_formed(text) == formed
    assert well_formed(formed) == formed


def test_half_an_emoji_in_the_data_of_a_page_costs_nothing_but_itself() -> None:
    node = {
        "@type": "NewsArticle",
        "headline": "Half \ud83d of it",
        "description": "\0Two \ud83d\ude00",
        "author": {"name": "Ann \ude00 Lee"},
        "articleSection": "Ci\0ty",
        "keywords": ["\ud83d", "sea"],
        "datePublished": "2026-11-24T10:00:00Z",
        "wordCount": int("9" * 4000),
    }
    script = json.dumps(node).replace('"wordCount": 9', '"wordCount": 9' + "9" * 2000)
    article = extract_article((PAGE % script).encode(), ADDRESS)
    assert (article.title, article.summary, article.section) == ("Half \ufffd of it", "Two \U0001f600", "City")
    assert article.authors == ["Ann \ufffd Lee"]
    assert article.tags == ["\ufffd", "sea"]
    assert article.published == "2026-11-24T10:00:00+00:00"


@pytest.mark.parametrize(
    "value", ["[" * 10_000 + "]" * 10_000, '{"a":' * 10_000 + "1" + "}" * 10_000, "9" * 5_000, "1e400"]
)
def test_an_entry_of_a_json_feed_that_no_parser_takes_costs_no_other(value: str) -> None:
    odd = f'{{"url": "https://example.org/odd", "title": {value}}}'
    genuine = '{"url": "https://example.org/genuine", "title": "Half \\ud83d of it"}'
    feed = parse_feed(f'{{"title": "T", "items": [{odd}, {genuine}]}}'.encode(), "https://example.org/feed.json")
    assert feed.candidates[-1].url == "https://example.org/genuine"
    assert feed.candidates[-1].title == "Half \ufffd of it"


def test_an_address_is_measured_as_it_is_asked() -> None:
    assert canonical_url("https://example.org/" + "ü" * 300)
    for address in (
        "https://example.org/" + "ü" * 1000,
        f"https://{'a' * 64}.example/x",
        f"https://{'a' * 63}.{'b' * 63}.{'c' * 63}.{'d' * 63}.example/",
        f"https://{'ü' * 60}.example/x",
    ):
        with pytest.raises(InvalidURL):
            canonical_url(address)


def test_what_is_no_address_has_a_short_name_in_the_ledger() -> None:
    ledger = Ledger("run", ["a"])
    entries = [ledger.discover("a", "data:\ud83d\0," + "x" * length, "archive") for length in (10**6, 10**6 + 1)]
    keys = {entry.key for entry in entries if entry}
    assert len(keys) == 2
    assert all(len(key) < 100 and key.isascii() for key in keys)


def test_a_pattern_of_many_stars_is_no_trap() -> None:
    assert not is_reserved([("/*a" * 500 + "b$", True)], "/" + "/a" * 1000)
    assert is_reserved([("/*a" * 500 + "*$", True)], "/" + "/a" * 1000)
    assert [is_reserved([("/*.pdf$", True)], path) for path in ("/.pdf.pdf", "/a.pdf/", "/.pd")] == [True, False, False]


FAST = ("-s", "NEWSBOT_EXTRACT_WORKERS=0", "-s", "DOWNLOAD_DELAY=0")
STEPS = {"Article": 100, "Store": 300}
HOME = "https://example.org/"
LONG = ("a million blanks", "a million line ends", "a million letters")
"""Of LONG_VALUES, which benchmarks/poison.py puts into every place."""
SHORT_AND_LONG = {**VALUES, **{name: LONG_VALUES[name] for name in LONG}}


def combinations(places: dict[str, Place]) -> Iterator[tuple[str, Value, Place]]:
    """Give every value in every place that takes it, those of a million characters in a few of either."""
    for place, make in places.items():
        for name, value in VALUES.items():
            if isinstance(value, str) or "JSON" in place:
                yield f"{place}: {name}", value, make
        for name in LONG if place in LONG_PLACES else ():
            yield f"{place}: {name}", LONG_VALUES[name], make


@pytest.fixture(scope="module")
def said() -> list[ExtractedArticle]:
    """Articles that have in their fields, between them, all that pages say of a field that have a value in a place."""
    found: defaultdict[str, dict[str, object]] = defaultdict(dict)
    met = set()
    for case, value, make in combinations(PAGE_PLACES):
        try:
            article = extract_article(make(value), ADDRESS, fetched_at="2026-11-25T10:00:00Z")
            if repr(article) in met:
                continue
            met.add(repr(article))
            article = clean_article(article)
        except (ExtractionError, CleaningError) as error:
            assert error.reason in ("too_large", "no_title"), case
            continue
        for field in fields(article):
            told = getattr(article, field.name)
            found[field.name].setdefault(repr(told), told)
    columns = {name: list(values.values()) for name, values in found.items()}
    return [
        ExtractedArticle(**{name: values[number % len(values)] for name, values in columns.items()})  # type: ignore[arg-type]
        for number in range(max(map(len, columns.values())))
    ]


@pytest.fixture(scope="module")
def listed() -> dict[str, Contents]:
    """What the listings name that have a value in a place."""
    places = {place: make for place, (_, make) in LISTING_PLACES.items()}
    return {
        case: read_listing(LISTING_PLACES[case.partition(": ")[0]][0], make(value), "https://example.org/listing")
        for case, value, make in combinations(places)
    }


def entry_of(url: str) -> Entry:
    return Entry("r1", "example", url, "feed", url_key(url))


def test_every_value_in_every_place_of_a_page_costs_at_most_itself(said: list[ExtractedArticle], store: Engine) -> None:
    validator = jsonschema.Draft202012Validator(schema())
    stored = {}
    with store.begin() as connection:  # one transaction: to wait for the disk after each takes longer than all else
        for number, article in enumerate(said):
            address = f"https://example.org/2026/11/24/odd-{number}"
            if article.url == ADDRESS:
                article = replace(article, url=address)
            brought, entry = worker_pool.collected(article, [address]), entry_of(address)
            version = articles.decide(connection, brought, entry, now=NOW, policy=Policy()).article
            stored[version.id] = version
            record = to_record(orjson.loads(orjson.dumps(version)))
            assert [fault.message[:200] for fault in validator.iter_errors(record)] == []
    with store.connect() as connection:
        for some in chunks(list(stored)):
            assert documents.latest(connection, some) == {key: stored[key] for key in some}
    genuine = collected(GENUINE, text="A ferry took the way of the bridge, and nobody was late for school on Monday.")
    assert articles.save(store, genuine, entry_of(GENUINE), now=NOW).verdict == New()


def test_every_value_in_every_place_of_a_listing_costs_at_most_its_entry(
    listed: dict[str, Contents], store: Engine
) -> None:
    found: dict[str, Candidate] = {}
    read: dict[tuple[str, str], Listing] = {}
    for case, contents in listed.items():
        assert GENUINE in {candidate.url for candidate in contents.candidates}, case
        assert all(len(url_key(candidate.url)) <= MAX_URL_LENGTH for candidate in contents.candidates), case
        found |= {repr(candidate): candidate for candidate in contents.candidates}
        url = f"https://example.org/listing-{len(read)}"
        children = tuple((child.url, child.lastmod) for child in contents.sub_sitemaps)
        listing = Listing("example", url, next_page=contents.next_page, sub_sitemaps=children)
        if contents.next_page or children:
            read["example", url] = replace(listing, lastmod=children[0][1] if children else None)
    rows = {f"odd/{number}": candidate for number, candidate in enumerate(found.values())}
    with store.begin() as connection:
        assert frontier.enqueue(connection, "example", rows.items(), now=NOW) == {}
        for listing in read.values():
            listings.save(connection, listing)
    assert sorted(map(repr, frontier.pending(store, "example"))) == sorted(found)
    assert listings.load(store, ["example"]) == read


TEXTS = st.text(st.characters(exclude_categories=()), max_size=40) | st.sampled_from(
    [text_of(v) for v in VALUES.values()]
)
"""Any text at all, halves of surrogate pairs among them."""
DATES = TEXTS | st.datetimes().map(datetime.isoformat)


@st.composite
def brought(draw: st.DrawFn) -> Collected:
    """Draw an article as the stages bring it, whatever its page says."""
    try:
        aliases = [canonical_url(draw(TEXTS), "https://example.org/a") for _ in range(draw(st.integers(1, 3)))]
        article = ExtractedArticle(
            url=aliases[-1],
            site_name=draw(TEXTS),
            title=draw(TEXTS),
            authors=draw(st.lists(TEXTS)),
            published=parse_date(draw(DATES)),
            modified=parse_date(draw(DATES)),
            published_precision=draw(st.sampled_from([None, *PRECISIONS])),
            language=draw(st.sampled_from([None, "en"])),
            section=draw(TEXTS),
            tags=draw(st.lists(TEXTS)),
            summary=draw(TEXTS),
            text="\n\n".join(draw(st.lists(TEXTS, min_size=1))),
            opt_outs=draw(st.sampled_from([[], ["noai"]])),
            fetched_at=NOW,
            extractor="test",
            origins={"title": "meta"},
            next_page=draw(st.none() | st.just(aliases[0])),
        )
        article = clean_article(bounded(article))
    except (InvalidURL, ExtractionError, CleaningError):
        reject()
    return worker_pool.collected(article, aliases, draw(TEXTS))


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(brought())
def test_whatever_the_stages_make_of_a_page_is_read_back_as_it_was_stored(store: Engine, article: Collected) -> None:
    run = replace(entry_of(article.aliases[0]), run_id=uuid.uuid4().hex)
    decision = articles.save(store, article, run, now=NOW)
    with store.connect() as connection:
        (stored,) = documents.latest(connection, [decision.article.id]).values()
    for field in fields(stored):
        assert getattr(stored, field.name) == getattr(decision.article, field.name), field.name


@pytest.mark.parametrize("seconds", ["9" * 5_000, "٣" * 9, "." * 5_000, "0." + "9" * 5_000])
def test_a_refresh_after_any_time_is_one_or_none(seconds: str) -> None:
    refresh_of(Response("https://example.org/", headers={"Refresh": f"{seconds}; url=/b"}))


def test_every_value_in_every_header_costs_at_most_itself(store: Engine) -> None:
    kept: dict[tuple[str, str], Listing] = {}
    for name, value in SHORT_AND_LONG.items():
        text = encoded(text_of(value))
        response = Response(HOME, status=503, headers=dict.fromkeys(HEADERS, text))
        response.request = Request(response.url)
        said = {header: header_of(response, header) for header in HEADERS}
        assert all(one is None or len(one) <= LONGEST_HEADER for one in said.values()), name
        to_utf8(b"<p>text", charset_of(response))
        opt_outs_of(response)
        feeds_in_headers(headers_of(response, "Link"), response.url)
        rest_asked(response, 0)
        refresh_of(response)
        address = address_in(HOME, text)
        with contextlib.suppress(Skipped):
            check_redirect(HOME, address)
            assert len(url_key(urljoin(HOME, address))) <= MAX_URL_LENGTH, name
        url = f"https://example.org/{len(kept)}"
        listing = Listing(
            "example", url, etag=said["ETag"], last_modified=said["Last-Modified"], moved_to=said["Location"]
        )
        kept["example", url] = listing
    with store.begin() as connection:
        for listing in kept.values():
            listings.save(connection, listing)
    assert listings.load(store, ["example"]) == kept


def test_every_value_in_the_files_of_a_host_costs_at_most_its_line(store: Engine) -> None:
    reserved = {}
    for number, (name, value) in enumerate(SHORT_AND_LONG.items()):
        text = text_of(value)
        lines = [f"{field}: {text}" for field in ("Disallow", "Crawl-delay", "Request-rate", "Sitemap", "User-agent")]
        robots = "\n".join(["User-agent: *", "Disallow: /private/", *lines])
        data = well_formed(to_utf8(encoded(robots)[:MAX_BYTES], None).data.decode("utf-8", "replace"))
        assert not RobotsGroup(data, "newsbot/0.1.0").allows("https://example.org/private/a"), name
        sitemaps_in_robots(data, "https://example.org/")
        rules = reserved_paths(
            b'[{"location": "/a", "tdm-reservation": 1}, {"location": %s, "tdm-reservation": %s}]'
            % ((in_json(value),) * 2)
        )
        assert not rules or rules[0] == ("/a", True), name
        is_reserved(rules, "/a/b")
        host = f"{number}.example"
        sites.keep_robots(store, host, data, now=NOW)
        sites.reserve(store, host, as_json(rules), now=NOW)
        assert sites.robots(store, host, since=NOW) == data, name
        reserved[host] = as_json(rules), NOW
    assert sites.reservations(store) == reserved


def test_what_an_answer_says_of_its_failure_is_kept_with_the_listing(store: Engine) -> None:
    schedule = Schedule(store, ["example"], Bounds(), lambda: NOW)
    for name, value in SHORT_AND_LONG.items():
        failed = schedule.failed("example", f"https://example.org/{name}".replace(" ", "-")[:99], text_of(value))
        assert listings.load(store, ["example"])["example", failed.url] == failed, name


def test_every_value_in_what_is_told_of_an_address_is_kept_short(store: Engine) -> None:
    ledger = Ledger("r1", ["example"])
    for name, value in SHORT_AND_LONG.items():
        text = text_of(value)
        entry = ledger.discover("example", text, "archive")
        if entry is None:
            continue
        ledger.accounts["example"].notes.clear()
        ledger.note("example", text)
        account = ledger.accounts["example"]
        assert orjson.loads(as_json(account.as_dict()))["notes"] == account.notes, name
        assert all(len(note) <= LONGEST_NOTE for note in account.notes), name
        entry = replace(entry, url=f"https://example.org/{len(name)}")
        with store.begin() as connection:
            runs.enter(connection, entry, "failed", "error", text)
        assert len(entry.key) <= MAX_URL_LENGTH, name
    details = [str(row["detail"] or "") for row in runs.dropped_of(store, "r1")]
    assert max(map(len, details)) <= LONGEST_NOTE


FAILING = """
from newsbot.items import Page
class Failing:
    def process_item(self, item):
        if isinstance(item, Page) and item.url.endswith("/fails"):
            (item.html.decode() + chr(0xd83d)).encode()
        return item
"""
"""An item pipeline that fails on one page with an error that quotes it."""


def test_a_crawl_goes_on_past_half_an_emoji_a_long_address_and_a_page_that_newsbot_fails_on(tmp_path: Path) -> None:
    (tmp_path / "failing.py").write_text(FAILING, "utf-8")
    pipelines = {"failing.Failing": 50} | {f"newsbot.pipelines.{name}Pipeline": at for name, at in STEPS.items()}
    with local_web() as web:
        headline = '{"@type": "NewsArticle", "headline": "Half \\ud83d of it", "description": "\\u0000Two \\ude00"}'
        half = web.put("/half", page(script=headline.encode()))
        genuine = web.put("/genuine", article_page("Money for the harbour", "the harbour wall"))
        fails = web.put("/fails", b"<html><body><p>" + b"harbour\x1b\n" * 200_000)
        feed = web.feed("/feed", [f"{web.base}/{'ü' * 1_000}", half, fails, genuine])
        path = sources_file(tmp_path, a={"home": f"{web.base}/", "feeds": [feed]})
        output = tmp_path / "output"
        settings = ("-s", f"ITEM_PIPELINES={json.dumps(pipelines)}", "-s", "LOG_LEVEL=DEBUG", *FAST)
        run = run_scrapy(output, "crawl", "news", "-a", f"sources={path}", *settings, PYTHONPATH=f"{tmp_path}:{ROOT}")
    titles = {line["url"]: line["title"] for line in lines_of(output, "articles")}
    assert titles == {half: "Half \ufffd of it", genuine: "Money for the harbour"}, run.stderr[-3000:]
    (account,) = (line for line in lines_of(output, "coverage") if "listings" in line)
    assert account["listings"] == {"read": 1}
    assert "bad_link" in account["notes"][0]
    (dropped,) = lines_of(output, "coverage", "*/*.dropped.jsonl")
    assert (dropped["url"], dropped["reason"]) == (fails, "internal_error")
    assert max(map(len, run.stderr.splitlines())) < 2_000
    assert len(run.stderr) < 100_000
    assert "UnicodeEncodeError" in run.stderr
    assert f"Error processing Page {fails}" in run.stderr


STORED = ("WARC-Target-URI", "WARC-Date", "X-Own")
"""Headers of records whose pages are articles; all others are too short for one, which takes less time."""
WARC_PLACES = ("WARC-Target-URI", "WARC-Date", "WARC-Type", "WARC-Truncated")
ANSWER_PLACES = ("Content-Type", "Content-Encoding", "Content-Length", "Content-Range", "X-Robots-Tag")
"""Headers of records, and of the answers in them, that readers of archives read."""


def record(address: str, name: str = "X-Own", value: bytes = b"") -> bytes:
    """Return a record with a page in it, and one header that says something of its own."""
    body = page() if name in STORED else b"<html><body><p>No story.</p></body></html>"
    told = {"Content-Type": b"text/html", "Content-Length": b"%d" % len(body)}
    answer = {**told, **({name: value} if name in ANSWER_PLACES else {})}
    head = b"".join(b"%s: %s\r\n" % (key.encode(), text) for key, text in answer.items())
    block = b"HTTP/1.1 200 OK\r\n%s\r\n%s" % (head, body)
    of_record = {"WARC-Type": b"response", "WARC-Target-URI": address.encode(), "WARC-Date": b"2026-11-24T10:00:00Z"}
    if name in WARC_PLACES:
        of_record[name] = value
    head = b"".join(b"%s: %s\r\n" % (key.encode(), text) for key, text in of_record.items())
    return b"WARC/1.1\r\n%sContent-Type: application/http; msgtype=response\r\nContent-Length: %d\r\n\r\n%s\r\n\r\n" % (
        head, len(block), block,
    )  # fmt: skip


def test_every_value_in_the_headers_of_an_archive_costs_at_most_its_record(tmp_path: Path) -> None:
    values = [encoded(text_of(value)) for value in VALUES.values()]
    places = [*WARC_PLACES, *ANSWER_PLACES]
    odd = [
        record(f"https://example.org/odd/{number}-{place}", place, value)
        for number, value in enumerate(values)
        for place in places
    ]
    (tmp_path / "odd.warc").write_bytes(b"".join([*odd, record(GENUINE)]))
    output = tmp_path / "output"
    run = run_scrapy(output, "crawl", "archive", "-a", f"path={tmp_path}/odd.warc", *FAST)
    assert run.returncode in (0, 3), run.stderr[-3000:]
    assert "Traceback" not in run.stderr, run.stderr[-3000:]
    told = [*lines_of(output, "articles"), *lines_of(output, "duplicates")]
    assert GENUINE in {line["url"] for line in told}
    validator = jsonschema.Draft202012Validator(schema())
    assert [fault.message[:200] for line in told for fault in validator.iter_errors(line)] == []
    assert max(map(len, run.stderr.splitlines())) < 2_000
