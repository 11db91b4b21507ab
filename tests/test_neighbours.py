"""What sites and sources can do to one another: nothing, whatever a neighbour serves, claims or announces."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from conftest import collected, lines_of, run_scrapy, sources_file
from local_web import LocalWeb, article_page, local_web, paragraphs_on
from sqlalchemy import Engine, select

from newsbot.crawl.run import Run
from newsbot.items import Candidate, Duplicate, New, Rejection, Revision, Unchanged, Verdict
from newsbot.sources import Outlets, Source
from newsbot.store import Unstorable, articles, documents, frontier, schema
from newsbot.store.ledger import Entry
from newsbot.store.listings import Listing
from newsbot.web.urls import article_id, canonical_url, url_key

RUNS = itertools.count()
GENUINE, RIVAL = "https://example.org/story", "https://example.net/story"
STORY, OTHER = (paragraphs_on(topic).replace("<p>", "").replace("</p>", "\n\n").strip() for topic in ("walls", "mills"))
DOCTORED = STORY.replace(" near ", " beside ", 1) + "\n\nBuy your pills at the rival's, said the rival."


def save(store: Engine, url: str, text: str, *aliases: str, claims: str | None = None, **fields: Any) -> Verdict:
    """Bring a page that was found at an address, by way of others, and claims to be at that or another one."""
    way = [*aliases, url]
    brought = collected(claims or url, text, aliases=way, **fields)
    entry = Entry(f"run {next(RUNS)}", "example", way[0], "feed", url_key(way[0]))
    return articles.save(store, brought, entry, now="2026-11-20T08:00:00Z").verdict


def at(store: Engine, url: str) -> Any:
    with store.connect() as connection:
        return documents.latest(connection, [article_id(url)]).get(article_id(url))


def source_at(home: str) -> Source:
    return Source(name=home.split("/")[2], home=home, feeds=[f"{home}feed"])


def discover(run: Run, source: Source, via: str = "feed") -> list[Candidate]:
    """Let a listing of a source name the genuine article."""
    read = Listing(source.name, source.feeds[0], etag="e", digest="d")
    return run.intake.discover(source, [Candidate(url=GENUINE, via=via)], read)


def test_an_address_that_led_to_a_neighbours_article_carries_no_revision_of_it(store: Engine) -> None:
    assert save(store, GENUINE, STORY, "https://example.net/x", title="Genuine") == New()
    for way in (["https://example.net/x"], ["https://example.net/z", "https://example.net/x"]):
        verdict = save(store, way[-1], DOCTORED, *way[:-1], title="Doctored")
        assert isinstance(verdict, Duplicate | Unchanged), "of the rival's own article"
    kept = at(store, GENUINE)
    assert (kept.revision, kept.title, kept.text) == (1, "Genuine", STORY)
    assert at(store, "https://example.net/x").title == "Doctored"


def test_a_page_that_claims_a_neighbours_address_gets_its_own(store: Engine) -> None:
    assert save(store, RIVAL, OTHER, claims=GENUINE) == New()
    assert save(store, GENUINE, STORY) == New(), "its address was not taken"
    assert isinstance(save(store, "https://example.net/copy", DOCTORED, claims=GENUINE), Duplicate)
    assert save(store, "https://example.net/other", OTHER + "\n\nAnd so on.", claims=GENUINE) != New()
    assert (at(store, GENUINE).revision, at(store, GENUINE).text) == (1, STORY)
    assert at(store, RIVAL).text == OTHER


def test_a_page_that_a_site_serves_under_a_neighbours_address_is_stored_nowhere(store: Engine) -> None:
    save(store, GENUINE, STORY, title="Genuine")
    for wrapping in (f"https://r.search.yahoo.com/x/*{GENUINE}", f"https://www.google.com/url?url={GENUINE}"):
        assert canonical_url(wrapping) == GENUINE
        with pytest.raises(Unstorable, match="under an address of"):
            save(store, wrapping, DOCTORED, title="Doctored")
    evil = f"https://evilyahoo.com/x/*{GENUINE}"
    assert isinstance(save(store, evil, OTHER, title="Doctored"), New), "it wraps nothing, and is its own"
    assert (at(store, GENUINE).title, at(store, GENUINE).revision) == ("Genuine", 1)


def test_an_address_that_was_passed_on_the_way_stays_its_sites(store: Engine) -> None:
    save(store, RIVAL, OTHER, "https://example.net/x", GENUINE)
    assert not frontier.known(store, [url_key(GENUINE)]), "it is fetched where its own site names it"


@pytest.mark.parametrize("later", ["refuses it", "has left the file"])
def test_what_one_source_was_about_to_fetch_and_did_not_another_finds_again(
    store: Engine, tmp_path: Path, later: str
) -> None:
    aaa, bbb = source_at("https://aaa.example/"), source_at("https://bbb.example/")
    first = Run(store, tmp_path, [aaa, bbb], spider="news")
    discover(first, aaa)
    discover(first, bbb)
    first.finish()
    refusing = aaa.model_copy(update={"deny": ["story"]})
    second = Run(store, tmp_path, [bbb] if later == "has left the file" else [refusing, bbb], spider="news")
    assert [second.intake.resume(source) for source in second.sources.values() if source is refusing] in ([], [[]])
    assert second.schedule.listing(bbb.name, bbb.feeds[0]).etag is None, "it is asked unconditionally"
    discover(second, bbb)
    second.finish()
    third = Run(store, tmp_path, [bbb], spider="news")
    assert [candidate.url for candidate in third.intake.resume(bbb)] == [GENUINE]
    third.finish()


def test_what_two_sources_name_is_asked_for_conditionally_once_it_is_known(store: Engine, tmp_path: Path) -> None:
    aaa, bbb = source_at("https://aaa.example/"), source_at("https://bbb.example/")
    for is_known in (False, True):
        run = Run(store, tmp_path, [aaa, bbb], spider="news")
        found = discover(run, aaa)
        discover(run, bbb)
        for _ in found:
            run.verdicts.fetched(GENUINE)
            run.verdicts.save(collected(GENUINE, STORY))
        run.finish()
        assert (run.schedule.listing(bbb.name, bbb.feeds[0]).etag == "e") == is_known


def test_what_came_to_nothing_under_a_neighbour_its_own_outlet_brings(store: Engine, tmp_path: Path) -> None:
    rival, outlet = source_at("https://example.net/"), source_at("https://example.org/")
    first = Run(store, tmp_path, [rival], spider="news", outlets=Outlets([rival, outlet]))
    discover(first, rival)
    first.verdicts.fetched(GENUINE)
    first.verdicts.reject(Rejection(url=GENUINE, reason="redirected_together"))
    first.finish()
    second = Run(store, tmp_path, [outlet], spider="news", outlets=Outlets([rival, outlet]))
    assert [candidate.url for candidate in discover(second, outlet)] == [GENUINE]
    second.verdicts.fetched(GENUINE)
    second.verdicts.reject(Rejection(url=GENUINE, reason="section_page"))
    second.finish()
    third = Run(store, tmp_path, [outlet], spider="news", outlets=Outlets([rival, outlet]))
    assert discover(third, outlet) == [], "its own outlet has had its try"
    third.finish()


def test_what_its_own_outlet_announces_is_noted_although_a_neighbour_found_it_first(
    store: Engine, tmp_path: Path
) -> None:
    rival, outlet = source_at("https://example.net/"), source_at("https://example.org/")
    run = Run(store, tmp_path, [rival, outlet], spider="news")
    discover(run, rival, via="section")
    assert discover(run, outlet) == []
    run.verdicts.fetched(GENUINE)
    run.verdicts.save(collected(GENUINE, STORY))
    run.finish()
    with store.connect() as connection:
        evidence = connection.execute(select(schema.articles.c.evidence)).scalar_one()
    assert '"announced":true' in evidence


def test_within_one_site_addresses_are_joined_as_before(store: Engine) -> None:
    assert save(store, "https://m.example.org/1", STORY, claims=GENUINE) == New()
    assert isinstance(save(store, "https://example.org/amp/1", DOCTORED, claims=GENUINE), Revision)
    assert isinstance(save(store, "https://new.example.org/2", DOCTORED, GENUINE), Unchanged)


@dataclass
class Outcome:
    genuine: LocalWeb
    rival: LocalWeb
    stderr: str
    lines: list[dict[str, Any]]
    dropped: list[dict[str, Any]]

    def versions(self, path: str) -> list[dict[str, Any]]:
        """Return the lines on an article of the genuine outlet, in files of any kind."""
        return [line for line in self.lines if line["url"] == self.genuine.base + path]


PATHS = ["/swapped", "/claimed", "/unwanted", "/announced", "/two-pages", "/gone"]


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outcome]:
    """Crawl an outlet and its rival twice; the rival is read first, and changes its tricks in between."""
    folder = tmp_path_factory.mktemp("neighbours")
    output = folder / "output"
    with local_web() as genuine, local_web() as rival:
        for path in PATHS:
            genuine.put(path, article_page(f"Genuine story {path[1:]}", path))
        undated = article_page("Genuine story announced", "/announced")
        for stated in (
            '<time datetime="2026-11-20T08:30:00+01:00">20 November 2026</time>',
            '<a rel="author">Ana Silva</a>',
        ):
            undated = undated.replace(stated, "")
        genuine.put("/announced", undated)
        next_page = f'</article><a rel="next" href="{rival.base}/two-pages?page=2">Next page</a>'
        two_pages = article_page("Genuine story two-pages", "/two-pages").replace("</article>", next_page)
        genuine.put("/two-pages", two_pages)
        rival.put("/two-pages?page=2", article_page("Genuine story two-pages", "pills"))
        rival.redirect("/x", f"{genuine.base}/swapped")
        rival.put("/thief", claiming(article_page("Story of a thief", "a thief"), f"{genuine.base}/claimed"))
        own = rival.put("/own", article_page("The rival's own story", "the rival"))
        feed = f"""<rss version="2.0"><channel><title>Rival</title>
            <item><link>{genuine.base}/announced</link><title>Genuine story announced</title>
            <pubDate>Mon, 01 Jan 2001 00:00:00 GMT</pubDate><author>Rita Rival</author></item>
            <item><link>{own}</link></item><item><link>{rival.base}/x</link></item>
            <item><link>{rival.base}/thief</link></item><item><link>{genuine.base}/unwanted</link></item>
            </channel></rss>"""
        rival.put("/feed", feed, "application/rss+xml")
        genuine.feed("/feed", [])
        outlets = {
            "aaa": {"home": f"{rival.base}/", "feeds": [f"{rival.base}/feed"], "deny": ["/unwanted"]},
            "bbb": {"home": f"{genuine.base}/", "feeds": [f"{genuine.base}/feed"]},
        }
        sources = sources_file(folder, **outlets)
        crawl = ["crawl", "news", "-a", f"sources={sources}", "-s", "DOWNLOAD_DELAY=0"]
        crawl += ["-s", "NEWSBOT_EXTRACT_WORKERS=0", "-s", "NEWSBOT_REVISIT_HOURS=1e-9,1000"]
        first = run_scrapy(output, *crawl)
        doctored = paragraphs_on("/swapped").replace(" near ", " beside ", 2) + "<p>Buy your pills at the rival's.</p>"
        page = article_page("Doctored story", "x")
        rival.put("/x", page.replace(paragraphs_on("x"), doctored))
        rival.redirect("/z", f"{rival.base}/x")
        rival.feed("/feed", [f"{rival.base}/z", f"{genuine.base}/unwanted"])
        rival.put("/taken-down", "gone", status=410)
        genuine.feed("/feed", [genuine.base + path for path in PATHS])
        second = run_scrapy(output, *crawl)
        genuine.redirect("/gone", f"{rival.base}/taken-down")
        third = run_scrapy(output, *crawl)
        yield Outcome(
            genuine,
            rival,
            first.stderr + second.stderr + third.stderr,
            [*lines_of(output, "articles"), *lines_of(output, "duplicates")],
            lines_of(output, "coverage", "*/*.dropped.jsonl"),
        )


def claiming(page: str, url: str) -> str:
    return page.replace("<head>", f'<head><link rel="canonical" href="{url}">')


def test_the_genuine_articles_come_out_whole_and_once(outcome: Outcome) -> None:
    for path in PATHS:
        (line,) = outcome.versions(path)
        facts = (line["title"], line["revision"], line["source"])
        assert facts == (f"Genuine story {path[1:]}", 1, "bbb"), outcome.stderr
        assert line.get("duplicate_of") is None
        assert line["text"].split("\n\n") == paragraphs_on(path).replace("<p>", "").split("</p>")[:-1]


def test_a_rivals_listing_says_nothing_of_an_article_but_where_it_is(outcome: Outcome) -> None:
    (line,) = outcome.versions("/announced")
    assert (line["published"], line["authors"], line["source"]) == (None, [], "bbb")


def test_what_one_source_refuses_another_collects(outcome: Outcome) -> None:
    refused = [line for line in outcome.dropped if line["url"].endswith("/unwanted")]
    assert {(line["source"], line["reason"]) for line in refused} == {("aaa", "denied_by_pattern")}
    assert len(outcome.versions("/unwanted")) == 1


def test_the_rivals_own_pages_are_the_rivals(outcome: Outcome) -> None:
    own = {line["url"]: line["source"] for line in outcome.lines if line["url"].startswith(outcome.rival.base)}
    assert own == {f"{outcome.rival.base}{path}": "aaa" for path in ("/own", "/thief")}, "/x was announced otherwise"
