"""A hundred times the text takes 150 times the processor time at most, whatever stands in it."""

from __future__ import annotations

import importlib
import io
import pkgutil
import re
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

import orjson
import pytest
from conftest import extracted
from scrapy.http import HtmlResponse, Request

import newsbot
from newsbot.archive import index
from newsbot.archive import reading as warc
from newsbot.bulk.captures import page_of
from newsbot.cleaning import (
    CleaningError,
    boilerplate,
    clean_article,
    clean_text,
    heading,
    lines,
    notices,
    patterns,
    shapes,
)
from newsbot.cleaning import text as cleaning_text
from newsbot.cleaning.site_state import SiteState
from newsbot.dedupe import agency_of, change_between, content_hash, likeness, shared_words
from newsbot.dedupe.differences import differences
from newsbot.discovery import (
    LISTING_ERRORS,
    anchors,
    feed_record,
    feeds,
    jsonfeed,
    pagination,
    site,
    sitemaps,
    url_shape,
    xml_source,
)
from newsbot.downloader import redirects
from newsbot.extraction import ExtractionError, authors, class_names, document, language, rejection, title, witnesses
from newsbot.items import Candidate
from newsbot.sources import bounded_name, source_name
from newsbot.store.search.marks import excerpt, marked
from newsbot.store.search.query import parsed
from newsbot.store.search.terms import terms_of
from newsbot.web import completeness, dates, encoding, jsonld, links, robotstxt, tdmrep, trackers, urls, zones
from newsbot.web import text as web_text

SMALL, LARGE = 10_000, 1_000_000
MOST = 150
"""Times the processor time for a hundred times the text. A pattern that tries every end for every beginning takes
10,000 times; of a text that is one thirtieth its food, still 1,000 times."""
LITTLE = 0.3
"""Seconds with the large text in which nothing but linear work is done."""
TRIES = 5
"""Times that a growth may seem too large: others at work on the machine disturb a measurement, not five in a row."""
MEASURED = 0.1
"""Seconds that calls with the small text take together, to be measured: some clocks tick a hundred times a second."""
PROSE = "Not so, said the mayor. "
FILLINGS = (
    " ", "\t", "\n", "a", "A", "1", "(", "&", "&#", "&#x41;", '"', "'", "a@", "http://", "https://e.org/a ", "/",
    "/a-1", "?a=1&", ",", ", ", "- ", "– ", ".", "...", "| ", "||", "»", ":", " a ", " . ", "1 Jan 2026 ", "2026-01-",
    "10:00 ", "By Ana and ", "AFP/", "Mon, ", "+01", "[", "{", "}", '{"@type":', '"a":[', "\\", "\\u", "%2", "*", "#",
    "_", "=", ";", "charset=", "é", "日", "ก", "\u0301", "\u200d", "<", "<a href='", "</", "<b>", "<p ", "<meta ",
    "<!DOCTYPE a [", "<![CDATA[", "<!--", "<script>",
)  # fmt: skip
"""What patterns look for, alone and again and again. What swallows the rest of a page stands last."""
ORDERS = {"blanks first": FILLINGS, "markup first": FILLINGS[::-1]}

Reader = Callable[[str], object]
URL = "https://example.org/"


def filled(length: int, fillings: tuple[str, ...]) -> str:
    """Return runs of every filling, in lines of their own."""
    each = length // len(fillings)
    return "\n".join((filling * each)[:each] for filling in fillings)


def page(text: str, **headers: str) -> HtmlResponse:
    return HtmlResponse(URL, body=text.encode(), headers=headers, encoding="utf-8", request=Request(URL))


def one_line(reader: Reader) -> Reader:
    """Read a text in one line, of blanks of every kind but line ends."""
    return lambda text: reader(text.replace("\n", " "))


def quoted(text: str) -> str:
    return text.replace('"', "'").replace("<", "(")


READERS: dict[str, dict[str, Reader]] = {
    "bulk.captures": {
        "page_of": lambda text: page_of(
            warc.Capture(
                at=warc.Place(0),
                url=URL,
                date="",
                status=206,
                body=text.encode(),
                headers=[("content-type", text), ("content-range", text), ("x-robots-tag", text)],
            ),
            None,
        ),
    },
    "cleaning.article": {
        "clean_article": lambda text: clean_article(
            extracted(text=f"{PROSE}\n\n{text}", title=text, summary=text, section=text, tags=[text], authors=[text])
        ),
        "clean_text": lambda text: clean_text(PROSE, title=text, site_name=text, authors=[text], labels=[text]),
    },
    "cleaning.boilerplate": {
        "blocks_of": boilerplate.blocks_of,
        "learn": lambda text: boilerplate.learn(SiteState(), boilerplate.blocks_of(text)),
        "learn_section": lambda text: boilerplate.learn_section(SiteState(), boilerplate.section_of(text.split("\n"))),
        "fingerprint": boilerplate.fingerprint,
        "strip_within": lambda text: boilerplate.strip_within(
            f"{text}\n\n{PROSE}", boilerplate.SiteBlocks(frozenset([boilerplate.fingerprint(PROSE)]))
        ),
    },
    "cleaning.heading": {"letters": heading.letters},
    "cleaning.lines": {
        "explain": lambda text: lines.explain(text, patterns.table()),
        "is_date": lambda text: lines.is_date(text, patterns.table()),
    },
    "cleaning.notices": {"notice": lambda text: notices.notice(text, text)},
    "cleaning.patterns": {"mask": patterns.mask},
    "cleaning.residue": {"clean_text": one_line(clean_text)},
    "cleaning.shapes": {
        name: one_line(getattr(shapes, name))
        for name in (
            "bare",
            "size",
            "is_prose",
            "is_bullet",
            "is_headline",
            "is_names",
            "is_list",
            "is_rule",
            "is_count",
            "is_stamp",
            "is_asterism",
        )
    },
    "cleaning.text": {"repair": cleaning_text.repair, "repair_line": cleaning_text.repair_line},
    "dedupe.agency": {
        "agency_of": lambda text: agency_of([text], f"{text}AFP"),
        "agency_of, its last line": one_line(lambda text: agency_of([], f"Well.\n\n{text}AFPx")),
    },
    "dedupe.changes": {"change_between": lambda text: change_between(text, text, f"{text}a", text[1:])},
    "dedupe.differences": {
        "differences": lambda text: list(differences(text.split("\n"), text[1:].split("\n"))),
    },
    "dedupe.similarity": {"likeness": lambda text: likeness(text, f"{text} and so on")},
    "dedupe.tokens": {"content_hash": content_hash, "shared_words": lambda text: shared_words(text, text)},
    "discovery.anchors": {"text_blocks": lambda text: anchors.text_blocks(text.encode())},
    "discovery.feed_record": {
        "names": lambda text: feed_record.names([text]),
        "bounded": lambda text: feed_record.bounded(
            Candidate(url=URL, via="feed", title=text, summary=text, tags=[text])
        ),
    },
    "discovery.feeds": {"parse_feed": lambda text: feeds.parse_feed(text.encode(), URL)},
    "discovery.feeds_xml": {
        "parse_feed": lambda text: feeds.parse_feed(
            f"<rss><channel><item><title>{quoted(text)}</title><link>{URL}{quoted(text)}</link><pubDate>{quoted(text)}"
            f"</pubDate><author>{quoted(text)}</author></item></channel></rss>".encode(),
            URL,
        )
    },
    "discovery.jsonfeed": {
        "read_json_feed": lambda text: jsonfeed.read_json_feed(
            orjson.dumps(
                {"version": "https://jsonfeed.org/version/1", "items": [{"url": URL, "title": text}]}
            ).decode(),
            URL,
        )
    },
    "discovery.pagination": {
        "next_pages": lambda text: pagination.next_pages(
            f'<a href="/a?page=2" rel="{quoted(text)}">{text}'.encode(), URL
        ),
        "page_number": lambda text: pagination.page_number(f"{URL}{text}"),
    },
    "discovery.site": {
        "feeds_in_headers": lambda text: site.feeds_in_headers([text], URL),
        "sitemaps_in_robots": site.sitemaps_in_robots,
    },
    "discovery.sitemaps": {"parse_sitemap": lambda text: sitemaps.parse_sitemap(text.encode(), URL)},
    "discovery.url_shape": {
        "is_page": one_line(lambda text: url_shape.is_page(f"{URL}{text}")),
        "learn": one_line(lambda text: url_shape.learn([f"{URL}{text}"])),
    },
    "discovery.xml_source": {
        "without_doctype": lambda text: xml_source.without_doctype(f"<!DOCTYPE a [{text}".encode()),
        "mended": lambda text: xml_source.mended(text.encode()),
    },
    "downloader.redirects": {
        "address_in": lambda text: redirects.address_in(URL, text.encode()),
        "refresh_of": lambda text: redirects.refresh_of(
            page(f'<meta http-equiv="refresh" content="0;{quoted(text)}">')
        ),
        "refresh_of, of any page": lambda text: redirects.refresh_of(page(text)),
    },
    "extraction.authors": {
        "people": lambda text: authors.people([text]),
        "looks_like_person": authors.looks_like_person,
    },
    "extraction.witnesses": {"text_of_html": witnesses.text_of_html},
    "extraction.class_names": {
        "role_is_furniture": class_names.role_is_furniture,
        "style_hides": class_names.style_hides,
    },
    "extraction.document": {
        "read_document": lambda text: document.read_document(f"<title>A</title><p>{PROSE}{text}".encode(), URL),
        "read_metatags": lambda text: document.read_metatags(
            document.read_document(
                f'<meta property="og:title" content="{quoted(text)}"><title>{quoted(text)}</title><p>{PROSE}'.encode(),
                URL,
            )
        ),
    },
    "extraction.language": {"claimed": language.claimed},
    "extraction.rejection": {"says_error": rejection.says_error},
    "extraction.title": {
        "without_site": lambda text: title.without_site(text, ["Mail"]),
        "opening": title.opening,
        "read_title": lambda text: title.read_title(
            document.MetaTags({"og:title": [text]}, title=text), None, [title.Heading(text, (text, text))], [text], text
        ),
    },
    "sources": {"source_name": lambda text: source_name(f"{URL}{text}"), "bounded_name": bounded_name},
    "store.search.terms": {
        "terms_of": lambda text: list(terms_of(text)),
        "marked": lambda text: marked(text, parsed("a OR ab* OR 日")),
        "excerpt": lambda text: excerpt(text, parsed('"a a" OR 日本')),
    },
    "web.completeness": {"is_complete": lambda text: completeness.is_complete(text.encode())},
    "web.dates": {
        "parse_moment": dates.parse_moment,
        "parse_moment, a date before it": one_line(lambda text: dates.parse_moment(f"1 May 2026 10:00 {text}")),
        "proven_order": lambda text: dates.proven_order([text]),
        "period_of": one_line(lambda text: dates.period_of(f"{URL}{text}")),
        "day_of": one_line(lambda text: dates.day_of(f"{URL}{text}")),
    },
    "web.encoding": {
        "to_utf8": lambda text: encoding.to_utf8(text.encode()),
        "to_utf8, of a meta": lambda text: encoding.to_utf8(f"<meta {text}".encode()),
        "header_charset": encoding.header_charset,
    },
    "web.jsonld": {
        "values": jsonld.values,
        "values, of a string": lambda text: jsonld.values(f'{{"@type":"NewsArticle","headline":"{text}'),
        "values, of what follows": lambda text: jsonld.values(f'{{"@type":"NewsArticle",}}{text}'),
    },
    "web.links": {
        "unescaped": links.unescaped,
        "link_address": one_line(lambda text: links.link_address(text, URL)),
        "is_second_choice": links.is_second_choice,
    },
    "web.robotstxt": {
        "product_token": robotstxt.product_token,
        "lines_for": lambda text: robotstxt.lines_for(f"User-agent: *\n{text}", "newsbot"),
    },
    "web.tdmrep": {"opt_outs_of_headers": lambda text: tdmrep.opt_outs_of_headers([text], text)},
    "web.text": {
        "fold": web_text.fold,
        "count_words": web_text.count_words,
        "language_tag": web_text.language_tag,
        "plain_text": web_text.plain_text,
        "plain_text, in one line": one_line(web_text.plain_text),
        "escaped": web_text.escaped,
        "looks_like_html": web_text.looks_like_html,
    },
    "web.trackers": {
        "names_channel": trackers.names_channel,
        "address_inside": one_line(lambda text: trackers.address_inside(urlsplit(f"{URL}?u={text}"))),
    },
    "web.urls": {
        "canonical_url": one_line(lambda text: urls.canonical_url(f"{URL}{text}")),
        "canonical_url, of a host": one_line(lambda text: urls.canonical_url(f"https://{text}/")),
        "twin_key": one_line(lambda text: urls.twin_key(f"{URL}?{text}")),
        "ascii_host": one_line(urls.ascii_host),
    },
    "archive.index": {"surt": lambda text: index.surt(f"https://e.org/{text}"), "mime_of": index.mime_of},
    "archive.reading": {
        "read, junk": lambda text: list(warc.read(io.BytesIO(b"WARC/1.0\r\n" + text.encode()))),
        "read, heads": lambda text: list(warc.read(io.BytesIO(f"WARC/1.0\r\n{text}\r\n\r\n".encode() * 2))),
        "captured_at": lambda text: warc.captured_at(text, "2026-11-20T08:00:00Z"),
        "without_chunks": lambda text: warc.without_chunks(text.encode()),
    },
    "web.zones": {"is_zone": zones.is_zone, "zone_in": lambda text: zones.zone_in(text, "en")},
}
"""By module, what reads text that a site sends. Where it is bounded first, whoever bounds it stands here."""
ELSEWHERE = {"discovery.xml_recovery": "discovery.feeds", "dedupe.origin": "store.duplicates"}
"""Modules with patterns that others' readers reach, and only they; a member of a story is bounded by its columns."""
PAGES_ALONE = {
    "extraction.body", "extraction.container", "extraction.fields", "extraction.published", "extraction.render",
}  # fmt: skip
"""Modules whose functions take a page's tree, of which trafilatura and lxml take the most time; a page is bounded
(items.MAX_BYTES), and the time with it (NEWSBOT_EXTRACT_TIMEOUT)."""
OWN_TEXT = {"demo.stock", "crawl.outbox.recovery", "store.database", "spiders.date_range", "spiders.probe",
            "web.__main__", "collecting", "commands._base", "commands._terminal", "downloader.http", "spiders.archive",
            "store.search.query", "store.views.address", "browse.site", "export.compaction",
            "alarms.channels", "report.interactive", "archive.bounds", "archive.folder", "archive.members"}  # fmt: skip
"""Modules whose patterns see what newsbot or its operator wrote, or what Scrapy has cut to pieces and bounded."""
EXPECTED = (CleaningError, ExtractionError, urls.InvalidURL, ValueError, *LISTING_ERRORS)
"""With which a reader may refuse a text."""


class TooLong(Exception):
    """A reader has taken more time than it may."""


def ring(_number: int, _frame: FrameType | None) -> None:
    raise TooLong


def took(reader: Reader, text: str, *, at_most: float = 20.0) -> float:
    """Return the processor time that a reader takes, infinite if it is more than at_most."""
    signal.signal(signal.SIGVTALRM, ring)
    started = time.process_time()
    signal.setitimer(signal.ITIMER_VIRTUAL, at_most)
    try:
        with suppress(*EXPECTED):
            reader(text)
    except TooLong:
        return float("inf")
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return time.process_time() - started


def took_small(reader: Reader, fillings: tuple[str, ...]) -> float:
    """Return the processor time that a reader takes for a small text, another one every time."""
    total = calls = 0.0
    while total < MEASURED:
        total += took(reader, f"{filled(SMALL, fillings)}{calls}")
        calls += 1
    return total / calls


CASES = [
    pytest.param(reader, fillings, id=f"{module}.{name}, {order}")
    for module, readers in READERS.items()
    for name, reader in readers.items()
    for order, fillings in ORDERS.items()
]


def grows_evenly(reader: Reader, fillings: tuple[str, ...]) -> bool:
    """Whether a hundred times the text takes a reader no more than MOST times the time, or nearly none."""
    text = filled(LARGE, fillings)
    for _ in range(TRIES):
        large = took(reader, text)
        if large <= LITTLE or large < MOST * took_small(reader, fillings):
            return True
    return False


@pytest.mark.parametrize(("reader", "fillings"), CASES)
def test_a_hundred_times_the_text_takes_150_times_the_time_at_most(reader: Reader, fillings: tuple[str, ...]) -> None:
    assert grows_evenly(reader, fillings)


@pytest.mark.parametrize("filling", ["<a ==", "<a b='", "<p a1 ", "<title a", "<!--="])
def test_a_page_of_one_thing_again_and_again_is_parsed_in_time_that_grows_with_it(filling: str) -> None:
    assert grows_evenly(READERS["extraction.document"]["read_document"], (filling,))


def test_a_line_of_marks_alone_is_compared_in_time_that_grows_with_it() -> None:
    assert grows_evenly(READERS["dedupe.differences"]["differences"], ("\u0301",))


def test_every_module_with_patterns_is_timed() -> None:
    found = set()
    for module in pkgutil.walk_packages(newsbot.__path__, "newsbot."):
        name = module.name.removeprefix("newsbot.")
        source = importlib.util.find_spec(module.name)
        if source and source.origin and "\nimport re\n" in Path(source.origin).read_text("utf-8"):
            found.add(name)
    assert found - set(READERS) - set(ELSEWHERE) - PAGES_ALONE - OWN_TEXT == set()


def test_the_measure_tells_a_quadratic_pattern() -> None:
    quadratic = re.compile(r"\s*;")
    assert took(quadratic.search, filled(LARGE, FILLINGS), at_most=LITTLE) > LITTLE
