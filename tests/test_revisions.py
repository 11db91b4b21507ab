"""Articles are looked at again while they are young: corrections are kept, removals noted, and nothing else counts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jsonschema
import pytest
from conftest import collected, lines_of, run_scrapy, scrapy_here
from local_web import LocalWeb, article_page, local_web
from scrapy.utils.test import get_crawler
from sqlalchemy import Engine

from newsbot.crawl.outbox.recovery import heal
from newsbot.crawl.run import Run
from newsbot.export.record import schema
from newsbot.items import Article, Candidate, New, Rejection, Removed
from newsbot.sources import Source
from newsbot.spiders.news import NewsSpider
from newsbot.store.articles import Policy
from newsbot.store.listings import Listing

URL = "https://example.org/a"
SOURCE = Source(name="example", home="https://example.org/")
FEED = Listing(SOURCE.name, "https://example.org/feed")
TEXT = "The council voted to raise the harbour wall.\n\nFour people were hurt in the storm of last week."
HOURS = (1, 6, 24, 72)
START = "2026-11-20T08:00:00Z"
LATER = "2026-11-20T09:00:01Z"


@pytest.fixture
def at(engine: Engine, tmp_path: Path) -> Iterator[Callable[..., Run]]:
    runs = []

    def at(now: str, **choices: Any) -> Run:
        policy = Policy(revisit_hours=HOURS, **choices)
        runs.append(Run(engine, tmp_path, [SOURCE], spider="news", now=lambda: now, policy=policy))
        return runs[-1]

    yield at
    for run in runs:
        run.abandon()


def first(run: Run, **fields: Any) -> None:
    candidate = Candidate(url=URL, via="feed", authors=["Ana Silva"])
    run.intake.discover(SOURCE, [candidate], FEED)
    assert run.verdicts.fetched(URL, ('"1"', "Fri, 20 Nov 2026 08:00:00 GMT"))
    run.verdicts.save(collected(URL, TEXT, **fields))
    run.finish()


def again(run: Run) -> list[str | None]:
    return [visit.etag for visit in run.intake.revisits(SOURCE)]


def bring(run: Run, **fields: Any) -> Article:
    assert again(run)
    assert run.verdicts.fetched(URL, ('"2"', None))
    return run.verdicts.save(collected(URL, **{"text": TEXT, **fields})).article


def test_an_article_is_due_by_schedule_with_its_validators_and_hints(at: Callable[..., Run]) -> None:
    first(at(START))
    assert at("2026-11-20T08:59:59Z").intake.revisits(SOURCE) == []
    (visit,) = at("2026-11-20T09:00:00Z").intake.revisits(SOURCE)
    assert (visit.etag, visit.last_modified) == ('"1"', "Fri, 20 Nov 2026 08:00:00 GMT")
    assert (visit.candidate.url, visit.candidate.via, visit.candidate.authors) == (URL, "feed", ["Ana Silva"])


def test_the_schedule_decays_and_ends(at: Callable[..., Run]) -> None:
    first(at(START))
    due = ["2026-11-20T09:00:00Z", "2026-11-20T14:00:00Z", "2026-11-21T08:00:00Z", "2026-11-23T08:00:00Z"]
    for time in due:
        run = at(time)
        assert again(run) == ['"1"']
        run.verdicts.not_modified(URL)
        assert run.finish().total.counts == {"discovered": 1, "not_modified": 1}
        assert again(at(time)) == []
    assert again(at("2027-01-01T00:00:00Z")) == []


def test_a_late_visit_counts_for_all_it_missed(at: Callable[..., Run]) -> None:
    first(at(START))
    run = at("2026-11-21T09:00:00Z")
    again(run)
    run.verdicts.not_modified(URL)
    assert again(at("2026-11-23T07:59:59Z")) == []
    assert again(at("2026-11-23T08:00:00Z")) == ['"1"']


def test_an_article_that_needs_a_browser_is_looked_at_again_in_one(at: Callable[..., Run]) -> None:
    pytest.importorskip("scrapy_playwright", reason="the extra newsbot[js] is not installed")
    first(at(START))
    crawler = get_crawler(NewsSpider)
    crawler.spider = spider = NewsSpider.from_crawler(crawler, due="0")
    spider.collection = SimpleNamespace(run=at(LATER))  # type: ignore[assignment]
    (request,) = spider.revisit(SOURCE.model_copy(update={"render": True}))
    assert request.meta["playwright"]
    assert "If-None-Match" not in request.headers, "a browser has no use for a 304"


def test_old_articles_are_not_looked_at_again(at: Callable[..., Run]) -> None:
    first(at(START), published="2026-11-01T08:00:00Z")
    assert again(at("2026-11-25T00:00:00Z")) == []


def test_a_correction_is_the_next_revision_and_has_its_line(at: Callable[..., Run], tmp_path: Path) -> None:
    first(at(START))
    run = at(LATER)
    article = bring(run, text=TEXT.replace("Four", "Five"))
    assert run.finish().total.counts == {"discovered": 1, "fetched": 1, "revised": 1}
    one, two = lines_of(tmp_path, "articles")
    assert (two["revision"], two["change"], two["previous_hash"]) == (2, "correction", one["content_hash"])
    assert (two["id"], two["discovered_via"], two["first_seen"]) == (one["id"], "feed", START)
    assert again(at("2026-11-20T14:00:00Z")) == ['"2"'], "the validators are those of the new page"
    assert article.revision == 2
    for line in (one, two):
        jsonschema.Draft202012Validator(schema()).validate(line)


def test_the_same_text_is_unchanged_and_has_no_line(at: Callable[..., Run], tmp_path: Path) -> None:
    first(at(START))
    run = at(LATER)
    bring(run, text=f"Updated 1 hour ago\n\n{TEXT}\n\n15 comments", text_confidence="low", extractor="a newer one")
    assert run.finish().total.counts == {"discovered": 1, "fetched": 1, "unchanged": 1}
    assert len(lines_of(tmp_path, "articles")) == 1


def test_a_page_that_is_gone_is_the_last_version_with_its_text(at: Callable[..., Run], tmp_path: Path) -> None:
    first(at(START))
    run = at(LATER)
    again(run)
    run.verdicts.gone(URL)
    assert run.finish().total.counts == {"discovered": 1, "fetched": 1, "revised": 1}
    last = lines_of(tmp_path, "articles")[-1]
    assert (last["change"], last["revision"], last["text"], last["fetched_at"]) == ("removed", 2, TEXT, LATER)
    assert again(at("2027-01-01T00:00:00Z")) == []


@pytest.mark.parametrize("fate", ["fail", "skip", "reject"])
def test_a_visit_that_brings_nothing_changes_nothing(at: Callable[..., Run], tmp_path: Path, fate: str) -> None:
    first(at(START))
    run = at(LATER)
    again(run)
    if fate == "reject":
        run.verdicts.fetched(URL)
        run.verdicts.reject(Rejection(url=URL, reason="login_wall"))
    elif fate == "fail":
        run.verdicts.fail(URL, "timeout")
    else:
        run.verdicts.skip(URL, "robots_txt")
    run.finish()
    following = at("2026-11-20T10:00:00Z")
    assert following.intake.resume(SOURCE) == []
    assert following.intake.discover(SOURCE, [Candidate(url=URL, via="feed")], FEED) == []
    assert following.finish().total.counts == {"discovered": 1, "already_known": 1}
    assert again(at("2026-11-20T14:00:00Z")) == ['"1"']


def test_a_listing_that_names_a_visited_article_counts_it_once(at: Callable[..., Run]) -> None:
    first(at(START))
    run = at(LATER)
    assert again(run)
    assert run.intake.discover(SOURCE, [Candidate(url=URL, via="feed")], FEED) == []
    run.verdicts.not_modified(URL)
    assert run.finish().total.counts == {"discovered": 1, "not_modified": 1}


def test_a_visit_of_a_run_that_died_is_made_by_the_next(at: Callable[..., Run], engine: Engine, tmp_path: Path) -> None:
    first(at(START))
    dead = at(LATER)
    again(dead)
    dead.abandon()
    heal(engine, tmp_path, now=LATER)
    assert again(at(LATER)) == ['"1"']


def conditional(body: str, etag: str) -> Callable[[LocalWeb], tuple[int, dict[str, str], bytes]]:
    def answer(web: LocalWeb) -> tuple[int, dict[str, str], bytes]:
        headers = {"Content-Type": "text/html; charset=utf-8", "ETag": etag}
        return (304, headers, b"") if web.headers[-1].get("If-None-Match") == etag else (200, headers, body.encode())

    return answer


def test_the_crawl_comes_back_and_the_diff_can_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "output"
    soon = ("-s", "NEWSBOT_REVISIT_HOURS=1e-9,2e-9,3e-9,1000", "-s", "DOWNLOAD_DELAY=0", "-s", "RETRY_TIMES=0")
    soon += ("-s", "NEWSBOT_EXTRACT_WORKERS=0")
    with local_web() as web:
        sources = tmp_path / "sources.toml"
        sources.write_text(
            f'[[source]]\nname = "example"\nhome = "{web.base}/"\nfeeds = ["{web.base}/feed"]\n', "utf-8"
        )
        pages = {name: article_page(f"All about {name}", name) for name in ("harbours", "schools", "forests")}
        for name, page in pages.items():
            web.pages[f"/{name}"] = conditional(page, f'"{name}"')
        web.feed("/feed", [f"{web.base}/{name}" for name in pages])
        news = ("crawl", "news", "-a", f"sources={sources}", *soon)
        assert run_scrapy(output, *news).returncode == 0
        changed = re.sub(r"On day \d+", "On day 901", pages["schools"], count=1)
        web.pages["/schools"] = conditional(changed, '"other"')
        web.put("/forests", "gone", status=410)
        second = run_scrapy(output, *news)
        assert second.returncode == 0, second.stderr
        assert "discovered 3 = fetched 2 + not modified 1; fetched 2 = revised 2" in second.stderr
        assert scrapy_here(monkeypatch, output, "revisions", f"{web.base}/schools") == 0
    changes = {line["title"]: line["change"] for line in lines_of(output, "articles") if line["revision"] == 2}
    assert changes == {"All about schools": "correction", "All about forests": "removed"}
    shown = capsys.readouterr().out
    assert "revision 2" in shown
    assert re.search(r"^~ On day \[-\d{1,3}-\]\{\+901\+\} the ", shown, re.MULTILINE)
    assert scrapy_here(monkeypatch, output, "revisions", "0" * 20) == 2
    unknown = capsys.readouterr()
    assert "no article" in unknown.err + unknown.out
    assert scrapy_here(monkeypatch, output, "prune", "--days", "1") == 0
    assert capsys.readouterr().out.startswith("0 articles are no longer compared")


def test_an_article_gives_no_orders_to_the_terminal(
    at: Callable[..., Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first(at(START), title="Red \x1b[31m and \x9b2J")
    assert scrapy_here(monkeypatch, tmp_path, "revisions", URL) == 0
    assert capsys.readouterr().out.startswith("Red \\x1b[31m and \\x9b2J\n" + URL)


@pytest.mark.parametrize("hours", [(6, 1), (-1,)])
def test_a_schedule_must_rise(hours: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="NEWSBOT_REVISIT_HOURS: rising numbers of hours"):
        Policy(revisit_hours=hours)


def test_a_schedule_that_cannot_be_meant_is_one_clear_message(tmp_path: Path) -> None:
    run = run_scrapy(tmp_path, "crawl", "news", "-s", "NEWSBOT_REVISIT_HOURS=soon")
    assert run.returncode == 2
    assert run.stderr.count("NEWSBOT_REVISIT_HOURS") == 1
    assert "Traceback" not in run.stderr


def test_an_article_met_behind_the_address_of_another_was_found_where_that_one_was(at: Callable[..., Run]) -> None:
    first(at(START))
    run, moved = at(LATER), "https://example.org/b"
    assert again(run)
    run.verdicts.fetched(URL)
    brought = collected(moved, "The choir sang on the square before hundreds.", aliases=[URL, moved])
    verdict, article = run.verdicts.save(brought)
    assert (verdict, article.url, article.discovered_via) == (New(), moved, "feed")
    run.finish()
    candidates = [visit.candidate for visit in at("2026-11-20T14:00:00Z").intake.revisits(SOURCE)]
    assert {candidate.url: candidate.via for candidate in candidates} == {URL: "feed", moved: "feed"}


def test_what_cleaning_learns_to_take_out_is_no_revision(at: Callable[..., Run]) -> None:
    plea = "Our newsroom depends on readers like you, so please think about a gift to it before you leave."
    run = at(START)
    run.intake.discover(SOURCE, [Candidate(url=URL, via="feed")], FEED)
    run.verdicts.fetched(URL)
    run.verdicts.save(collected(URL, f"{TEXT}\n\n{plea}"))
    run.finish()
    later = at(LATER)
    bring(later, removed=[Removed(text=plea, reason="learned")])
    assert later.finish().total.counts == {"discovered": 1, "fetched": 1, "unchanged": 1}
