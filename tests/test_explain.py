"""`scrapy explain`: one address from its discovery to its line, or why there is none, and what comes next."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from conftest import collected, scrapy_here, sources_file
from sqlalchemy import Engine

from newsbot.crawl.run import Run
from newsbot.items import Candidate, Rejection, Removed
from newsbot.sources import Source
from newsbot.store import sites
from newsbot.store.articles import Policy
from newsbot.store.listings import Listing
from newsbot.store.views.address import known_of
from newsbot.web.urls import article_id

SOURCE = Source(name="example", home="https://example.org/", deny=["/shop/"])
FEED = Listing(SOURCE.name, "https://example.org/feed")
WALL, CHOIR = "https://example.org/wall", "https://example.org/choir"
TEXT = "The council voted on Tuesday to raise the harbour wall.\n\nFour people were hurt in the storm."
START, LATER = "2026-11-20T08:00:00Z", "2026-11-20T09:30:00Z"

Start = Callable[..., Run]
Told = Callable[[str], dict[str, Any]]


@pytest.fixture
def start(store: Engine, tmp_path: Path) -> Iterator[Start]:
    opened = []

    def start(now: str = START) -> Run:
        policy = Policy(revisit_hours=(1, 6))
        opened.append(Run(store, tmp_path, [SOURCE], spider="news", now=lambda: now, policy=policy))
        return opened[-1]

    yield start
    for run in opened:
        run.abandon()


def bring(run: Run, url: str, text: str = TEXT, *, asked: str = "", **fields: Any) -> None:
    """Let the feed name an address, and its page be an article."""
    asked = asked or url
    run.intake.discover(SOURCE, [Candidate(url=asked, via="feed")], FEED)
    run.verdicts.fetched(asked)
    run.verdicts.save(collected(url, text, aliases=[asked, url], **fields))


def refuse(run: Run, url: str, reason: str) -> None:
    run.intake.discover(SOURCE, [Candidate(url=url, via="feed")], FEED)
    run.verdicts.fetched(url)
    run.verdicts.reject(Rejection(url=url, reason=reason, detail="it says so"))


@pytest.fixture
def shown(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., str]:
    """Run `scrapy explain` on an address and return what it prints; the sources file has SOURCE."""
    file = sources_file(tmp_path, example={"home": SOURCE.home, "deny": SOURCE.deny, "allow": ["/20\\d\\d/", "/shop"]})

    def shown(named: str, *options: str, status: int = 0) -> str:
        assert scrapy_here(monkeypatch, tmp_path, "explain", named, "--file", str(file), *options) == status
        printed = capsys.readouterr()
        assert max(map(len, printed.out.splitlines() or [""])) <= 80 + len(str(tmp_path))
        return " ".join((printed.out + printed.err).split())

    return shown


def test_every_version_is_on_the_line_that_is_said(start: Start, store: Engine, tmp_path: Path) -> None:
    run = start()
    bring(run, CHOIR, "The choir sang on the square before hundreds of people.")
    bring(run, WALL)
    run.finish()
    run = start(LATER)
    assert run.intake.revisits(SOURCE)
    run.verdicts.fetched(WALL)
    run.verdicts.save(collected(WALL, TEXT.replace("Four", "Five")))
    run.finish()
    places = known_of(store, WALL).places
    assert [place.revision for place in places] == [1, 2]
    for place in places:
        assert place.file
        assert place.line
        record = orjson.loads((tmp_path / place.file).read_text("utf-8").splitlines()[place.line - 1])
        assert (record["url"], record["revision"]) == (WALL, place.revision)


def test_what_is_in_no_file_yet_says_so(start: Start, store: Engine) -> None:
    bring(start(), WALL)
    (place,) = known_of(store, WALL).places
    assert (place.file, place.line, place.is_written) == (None, None, False)


def test_an_article_is_explained_from_any_of_its_addresses(start: Start, store: Engine) -> None:
    run = start()
    short = "https://example.org/?p=7"
    bring(run, WALL, asked=short)
    run.finish()
    for named in (WALL, f"{short}&utm_source=mail", article_id(WALL)):
        told = known_of(store, named)
        assert told.article_id == article_id(WALL)
        assert {met.url for met in told.met} == {WALL, short}
        assert [(outcome.url, outcome.via, outcome.outcome) for outcome in told.outcomes] == [(short, "feed", "new")]
    assert known_of(store, f"{short}&utm_source=mail").met[0].url == short, "the address that was asked for is first"
    visit = told.visit
    assert visit is not None
    assert (visit.due_at, visit.listing) == ("2026-11-20T09:00:00Z", FEED.url)


def test_every_run_says_what_it_came_to_and_when_it_is_tried_again(start: Start, store: Engine) -> None:
    run = start()
    refuse(run, WALL, "login_wall")
    run.finish()
    (met,) = known_of(store, WALL).met
    assert (met.status, met.reason, met.listing, met.met_at) == ("rejected", "login_wall", FEED.url, START)
    assert met.due_at == LATER.replace("09:30", "09:00")
    run = start(LATER)
    assert run.intake.again(SOURCE)
    run.verdicts.fail(WALL, "http_503")
    run.finish()
    outcomes = known_of(store, WALL).outcomes
    assert [(outcome.outcome, outcome.reason) for outcome in outcomes] == [
        ("rejected", "login_wall"), ("failed", "http_503"),
    ]  # fmt: skip


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_person_reads_what_was_found_what_was_cleaned_and_what_comes_next(
    start: Start, store: Engine, shown: Callable[..., str]
) -> None:
    run = start()
    removed = [Removed(text="RELATED: Ferry fares to rise", reason="related_link")]
    bring(run, WALL, title="Harbour wall to be raised", removed=removed)
    bring(run, "https://example.org/copy", TEXT)
    refuse(run, CHOIR, "login_wall")
    run.finish()
    text = shown(WALL)
    assert text.startswith(f"Harbour wall to be raised {WALL} id {article_id(WALL)}, 1 version, 17 words")
    for said in (
        f"found {WALL} {START} by example in the feed {FEED.url}",
        "came to 2026-11-20 08:00 feed, new",
        "cleaned related_link: RELATED: Ferry fares to rise",
        f"articles/2026-11-20/{run.id}.jsonl, line 1",
        "the origin, of 2 articles",
        "next looked at again from 2026-11-20T09:00:00Z on",
    ):
        assert said in text
    text = shown(CHOIR)
    assert "rejected: login_wall, the page asks to log in or subscribe and shows no article (it says so)" in text
    assert "next tried again from 2026-11-20T09:00:00Z on" in text
    told = json.loads(shown(WALL, "--json").replace("\\n\\n", " "))
    assert (told["article"]["id"], told["outcomes"][0]["outcome"]) == (article_id(WALL), "new")
    assert told["article"]["places"][0]["line"] == 1


def test_an_address_that_was_never_met_is_judged_by_its_source(engine: Engine, shown: Callable[..., str]) -> None:
    sites.keep_robots(engine, "example.org", "User-agent: *\nDisallow: /2026/private", now=START)
    shop = shown("https://example.org/shop/1")
    assert "never met" in shop
    assert "example (https://example.org/) leaves it out: denied_by_pattern '/shop/'" in shop
    assert "leaves it out: not_allowed_by_pattern (no allow pattern of the source matches)" in shown(
        "example.org/about"
    )
    private = shown("https://example.org/2026/private/1")
    assert "takes it: the allow pattern '/20\\\\d\\\\d/' matches" in private
    assert f"robots.txt: disallowed, as it was read {START}" in private
    assert "robots.txt: not known" in shown("https://www.example.org/2026/a")


def test_a_site_of_no_source_is_said_with_how_to_add_it(
    engine: Engine, shown: Callable[..., str], tmp_path: Path
) -> None:
    text = shown("https://news.example.net/a")
    assert f"no source of {tmp_path / 'sources.toml'} is on the site example.net" in text
    assert "scrapy sources add https://example.net --file my-outlets.toml" in text
    told = json.loads(shown("https://news.example.net/a", "--json"))
    assert (told["is_known"], told["article"], told["sources"], told["robots"]) == (False, None, [], None)
    assert shown("0" * 20, status=2) == f"no article {'0' * 20} is known"
