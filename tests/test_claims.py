"""Which page is whose article, and by which address it is known, where redirects and canonical links are in doubt."""

from __future__ import annotations

from dataclasses import replace

import pytest
from conftest import NOW, collected
from sqlalchemy import Engine

from newsbot.crawl import claims
from newsbot.crawl.claims import TOGETHER, Claims, rejected_away
from newsbot.items import Collected, Rejection
from newsbot.store import frontier
from newsbot.store.ledger import Ledger
from newsbot.web.urls import url_key

BASE = "https://example.org"
CONSENT = "We and our partners store information on your device, so that this site remembers what you chose. " * 9
TEXTS = [f"{subject} was sold in ward {n} for {n}00 pounds to the {subject}'s neighbours. " * 9 for n, subject in
         enumerate(["The barn", "A mill", "One bridge", "Our quay", "That inn", "This forge"])]  # fmt: skip
SIGNED = {"title": "html", "published": "json-ld"}


class Brought:
    """Brings articles to the claims of one run, and keeps what they were judged to be."""

    def __init__(self, engine: Engine, source: str = "example") -> None:
        self.ledger = Ledger("r1", [source])
        self.claims = Claims(engine, self.ledger)
        self.source = source

    def __call__(
        self,
        asked: str,
        found: str | None = None,
        *,
        announced: str | None = None,
        title: str = "Cookie choices",
        text: str = CONSENT,
        claimed: str | None = None,
        visit: bool = False,
        signed: bool = False,
    ) -> Collected | Rejection | None:
        entry = self.ledger.discover(self.source, BASE + asked, "feed")
        assert entry
        entry.article_id, entry.fetched = "known" if visit else None, True
        found = found or asked
        article = collected(BASE + (claimed or found), text, aliases=[BASE + asked, BASE + found], title=title)
        origins = SIGNED if signed else {"title": "html", "published": "feed"}
        article = replace(article, announced=announced, article=replace(article.article, origins=origins))
        return self.claims.judge(article)

    def rest(self) -> list[str]:
        """Return the addresses that what was held is stored at, or the reasons that it is not."""
        return [one.reason if isinstance(one, Rejection) else one.article.url for one in self.claims.rest()]


@pytest.fixture
def brought(engine: Engine) -> Brought:
    return Brought(engine)


def test_what_is_signed_at_its_own_address_never_waits(brought: Brought) -> None:
    mill = "A mill was sold"
    assert brought("/a", announced=mill, title="Old mill was sold in the ward", signed=True)
    assert brought("/b", announced=None, title="Anything", signed=True)
    assert brought("/c", announced="In brief", title="Quite another headline", signed=True)
    assert brought("/go/d", "/d", announced=mill, title=mill, signed=True), "a short link"
    assert brought("/lite/e", "/e", claimed="/lite/e", signed=True), "it claims what was asked for"
    assert brought("/f/the-mill-7", claimed="/news/the-mill-7", announced=mill, title=mill, signed=True)
    assert brought.rest() == []


def test_one_text_under_the_headlines_of_several_stories_is_the_first_ones_at_most(brought: Brought) -> None:
    headlines = ["Teachers rebuild the market", "Pilots sell a bridge", "Bakers rescue a library"]
    walls = [brought(f"/wall/{n}", announced=told, title=told, signed=True) for n, told in enumerate(headlines)]
    assert [isinstance(wall, Rejection) for wall in walls] == [False, True, True]
    mixed_up = [
        brought(f"/cache/{n}", announced=told, title=headlines[0], text=TEXTS[0], signed=True)
        for n, told in enumerate(headlines)
    ]
    assert [isinstance(page, Rejection) for page in mixed_up] == [False, True, True]
    for n, told in enumerate(("The barn was sold at last", "Barn sold at last")):
        assert isinstance(brought(f"/copy/{n}", announced=told, title=told, text=TEXTS[1], signed=True), Collected)


def test_a_notice_under_the_headline_of_every_story_is_nobodys_article(brought: Brought) -> None:
    headlines = ["Teachers rebuild the market", "Pilots sell a bridge", "Bakers rescue a library"]
    for n, headline in enumerate(headlines):
        assert brought(f"/story/{n}", announced=headline, title=headline) is None, "the first must not be stored"
    for path in ("/a", "/b"):
        brought(path, announced="Farmers vote", title="Farmers vote", text=TEXTS[0])
    assert brought.rest() == [*[TOGETHER] * 3, f"{BASE}/a", f"{BASE}/b"]


@pytest.mark.parametrize("announced", [True, False])
@pytest.mark.parametrize("end", ["/subscribe", "/consent?session={n}", "/wall/{n}"])
def test_a_page_that_many_addresses_lead_to_is_nobodys_article(brought: Brought, end: str, announced: bool) -> None:
    headlines = ["Teachers rebuild the market", "Pilots sell a bridge", "Bakers rescue a library", "Farmers vote"]
    for n, headline in enumerate(headlines):
        told = headline if announced else None
        assert brought(f"/story/{n}", end.format(n=n), announced=told) is None, "the first must not be stored"
    assert brought.rest() == [TOGETHER] * 4


def test_redirects_to_home_and_to_pages_that_keep_the_way_back_are_told_at_once(brought: Brought) -> None:
    for n, end in enumerate(["/", "/index.html", "/consent?origin=%2Fstory%2F2", "/login#next=/story/3"]):
        judged = brought(f"/story/{n}", end)
        assert isinstance(judged, Rejection)
        assert judged.reason == TOGETHER


def test_what_extraction_rejects_behind_such_a_redirect_has_that_reason() -> None:
    rejection = Rejection(url=f"{BASE}/story/1", reason="section_page", digest="d")
    away = rejected_away([f"{BASE}/story/1", f"{BASE}/"], rejection)
    assert (away.reason, away.digest) == (TOGETHER, "d")
    assert rejected_away([f"{BASE}/story/1", f"{BASE}/story/1"], rejection) is rejection
    crashed = replace(rejection, reason="extractor_crashed")
    assert rejected_away([f"{BASE}/story/1", f"{BASE}/"], crashed) is crashed


def test_one_page_alone_is_believed_if_it_is_signed_or_nothing_contradicts_it(brought: Brought) -> None:
    brought("/go/1", "/one", announced="Teachers rebuild the market", title="School ends early", signed=True)
    brought("/go/2", "/two", title="Pilots sell a bridge", text=TEXTS[2])
    brought("/go/3", "/three", announced="Bakers rescue a library", title="Members only", text=TEXTS[3])
    assert brought.rest() == [f"{BASE}/one", f"{BASE}/two", TOGETHER]


def test_moved_stories_are_collected_though_their_listing_names_no_headlines(brought: Brought) -> None:
    for n, text in enumerate(TEXTS):
        assert brought(f"/old?id={n}", f"/new/{n}", title=f"What was sold in ward {n}", text=text) is None
    assert brought.rest() == [f"{BASE}/new/{n}" for n in range(len(TEXTS))]


def test_two_addresses_of_one_story_stay_one_story(brought: Brought) -> None:
    for asked in ("/?p=1", "/old/1"):
        brought(asked, "/new/1", announced="Mill sold in ward 1", title="The end of an era", text=TEXTS[1], signed=True)
    assert brought.rest() == [f"{BASE}/new/1"] * 2


def test_other_stories_that_lead_to_a_page_known_from_an_earlier_run_are_tried_again(engine: Engine) -> None:
    with engine.begin() as connection:
        frontier.settle(connection, url_key(f"{BASE}/read-on"), f"{BASE}/read-on", "example", status="article", now=NOW)
    brought = Brought(engine)
    brought("/story/2", "/read-on", announced="Pilots sell a bridge", title="Read on", signed=True)
    assert brought.rest() == [TOGETHER]


def test_a_known_article_that_leads_elsewhere_when_it_is_looked_at_again_stays_as_it_is(brought: Brought) -> None:
    brought("/a", "/gone-for-good", visit=True, signed=True)
    assert brought.rest() == [TOGETHER]


def test_pages_of_one_text_at_many_addresses_are_nobodys_article(brought: Brought) -> None:
    for n, headline in enumerate(["Teachers rebuild the market", "Pilots sell a bridge", "Bakers rescue a library"]):
        assert brought(f"/story/{n}", announced=headline) is None
    assert brought("/story/9", announced="A mill was sold", title="Old news", text=TEXTS[1]) is None
    assert brought.rest() == [TOGETHER] * 3 + [f"{BASE}/story/9"]


def test_pages_of_nearly_one_text_at_addresses_of_a_sitemap_are_nobodys_article(brought: Brought) -> None:
    for n in range(5):
        assert brought(f"/story/{n}", text=f"{CONSENT}\n\nYou came from story number {n}.") is None
    for n in range(2):
        assert brought(f"/copies/{n}", title="What was sold in ward 1", text=TEXTS[1]) is None
    for n, text in enumerate(TEXTS[2:]):
        assert brought(f"/horoscope/{n}", title="Horoscope", text=text) is None
    assert brought.rest() == [
        *[TOGETHER] * 5,
        *(f"{BASE}/copies/{n}" for n in range(2)),
        *(f"{BASE}/horoscope/{n}" for n in range(4)),
    ]


def test_an_address_that_many_pages_claim_is_nobodys(brought: Brought) -> None:
    for n, text in enumerate(TEXTS[:3]):
        title = f"Ward {n} has sold it"
        assert brought(f"/story/{n}", claimed="/article", announced=title, title=title, text=text) is None
    brought("/print?id=7", claimed="/seven", announced="Seven", title="Seven", text=TEXTS[4])
    brought("/mobile?id=7", claimed="/seven", announced="Seven", title="Seven", text=TEXTS[4])
    assert brought.rest() == [*(f"{BASE}/story/{n}" for n in range(3)), *[f"{BASE}/seven"] * 2]


def test_a_run_that_is_stopped_leaves_what_it_could_not_see_enough_of(brought: Brought) -> None:
    brought("/story/1", "/subscribe")
    assert brought.ledger.discover("example", f"{BASE}/story/2", "feed"), "it is still to be fetched"
    assert brought.rest() == []
    assert brought.ledger.entry(f"{BASE}/story/1"), "it has no outcome, and stays pending"


def test_no_more_is_held_than_there_is_room_for(brought: Brought, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "MOST_HELD", 2)
    decided = []
    for n in range(5):
        brought(f"/story/{n}", "/subscribe")
        decided += list(brought.claims.crowded())
    assert len(decided) == 3
    assert brought.rest() == [TOGETHER] * 2
    assert [one for one in decided[1:] if isinstance(one, Collected)] == [], "what was seen is remembered"
