"""Whether a page is the article of the address that led to it, and whether it is to be known by the address it claims.

Sites send whoever has not agreed, paid or logged in from every story to one page, and it is nobody's article; one that
moves its stories sends each to a page of its own. One page alone does not tell the one from the other. So a page is
held until its source has met all that it will meet, if a redirect led to it and it has not the announced headline, or
it says neither when nor by whom it was written, or claims an address that is not its own. What has a date or author of
its own at its own address never waits.

Nothing is lost with a run that dies: what it held is pending still.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import unquote, urlsplit

from sqlalchemy import Engine

from newsbot.crawl.verdicts import FINAL, OWN_FAULTS, UNSETTLED
from newsbot.dedupe import likeness, shared_words
from newsbot.items import Collected, Rejection
from newsbot.store import frontier
from newsbot.store.ledger import Ledger
from newsbot.web.text import fold
from newsbot.web.urls import InvalidURL, canonical_url, url_key

TOGETHER = "redirected_together"
"""Reason to reject a page that other addresses lead to as well."""
SAME_HEADLINE = 0.6
"""Share of the words of the shorter of two headlines, from which on they are taken for one that was edited. Of two
headlines of different stories, articles and prepositions make up less than half."""
FEW = 3
"""Addresses of one story: the present one, an old one and a number. What more of them lead to is no story."""
MOST_HELD, MOST_TEXT = 300, 8_000_000
"""Articles that a run holds, and characters of their texts; beyond that it decides on the first by what it has seen."""
OF_PAGE = frozenset({"json-ld", "opengraph", "meta", "microdata", "html"})
"""Origins of what a page states itself."""


@dataclass(frozen=True, slots=True)
class Claim:
    """An article, the address that led to it, where it was found and what it claims."""

    collected: Collected
    source: str
    asked: str
    """URL key of the discovered address, as of the two that follow."""
    found: str
    claimed: str
    is_visit: bool
    """Whether it is a known article that was looked at again."""
    headline: str = ""
    """The words of its headline."""
    text: str = ""
    """Hash of its text, or of one that it is a copy of."""

    @property
    def announced(self) -> str | None:
        """The headline that its listing announced."""
        return self.collected.announced

    @property
    def is_vouched(self) -> bool:
        """Whether the page itself has the headline that was announced."""
        article = self.collected.article
        return article.origins.get("title") in OF_PAGE and are_one([self.announced, article.title])

    @property
    def is_signed(self) -> bool:
        """Whether the page states when it was published or who wrote it, as articles do.

        So does a date in the address that a redirect leads to; in the one that was asked for it tells nothing.
        """
        published, authors = map(self.collected.article.origins.get, ("published", "authors"))
        return bool(OF_PAGE & {published, authors}) or (self.is_redirected and published == "url")

    @property
    def is_redirected(self) -> bool:
        """Whether it was found elsewhere, at a page that does not claim the address that led to it."""
        return self.asked not in (self.found, self.claimed)

    @property
    def is_contradicted(self) -> bool:
        """Whether it has another headline than was announced, and is not signed."""
        return bool(self.announced) and not self.is_vouched and not self.is_signed

    @property
    def is_elsewhere(self) -> bool:
        """Whether it claims an address that is not the one that it was found at, nor one that was made of that."""
        if self.claimed in (self.found, self.asked):
            return False
        path, has_query, _ = self.found.partition("?")
        return bool(has_query) or path.rpartition("/")[2] not in self.claimed.partition("?")[0].split("/")[1:]


class Claims:
    """Decides on the articles of a run; those that cannot be decided on yet it holds."""

    def __init__(self, engine: Engine, ledger: Ledger) -> None:
        self._engine = engine
        self._ledger = ledger
        self._held: list[Claim] = []
        self._led_here: defaultdict[tuple[str, str], dict[str, str | None]] = defaultdict(dict)
        """By source and mark of a page (where it was found, what it says): the addresses that led there, with their
        announced headlines."""
        self._told: dict[tuple[str, str], str] = {}
        """By source and hash of a text that did not have to wait, the headline that it first came under."""
        self._shared: set[tuple[str, str]] = set()
        """Addresses, by source, that pages with different texts claim."""

    def judge(self, collected: Collected) -> Collected | Rejection | None:
        """Return an article as it is to be stored, or why it is none, or None: it is held."""
        entry = self._ledger.entry(collected.aliases[0])
        if entry is None:
            return collected
        found, claimed = url_key(collected.aliases[-1]), url_key(collected.article.url)
        claim = Claim(collected, entry.source, entry.key, found, claimed, is_visit=entry.article_id is not None)
        if claim.is_redirected and not claim.is_vouched and leads_away(collected.aliases):
            return _rejection(claim, f"leads to {collected.aliases[-1]}")
        is_own = claim.is_signed and (claim.is_vouched or not claim.is_redirected)
        if is_own and not claim.is_elsewhere:
            return self._unless_told_before(claim)
        self._hold(claim)
        return None

    def crowded(self) -> Iterator[Collected | Rejection]:
        """Decide on the articles that there is no more room for, the first ones first."""
        while len(self._held) > MOST_HELD or sum(len(held.collected.article.text) for held in self._held) > MOST_TEXT:
            yield self._decide(self._held.pop(0))

    def held(self) -> Counter[str]:
        """Return how many articles of each source are held."""
        return Counter(claim.source for claim in self._held)

    def of(self, sources: Collection[str]) -> Iterator[Collected | Rejection]:
        """Decide on all that is held of some sources: they are done, for all that can be told."""
        done = [claim for claim in self._held if claim.source in sources]
        self._held = [claim for claim in self._held if claim.source not in sources]
        for claim in done:
            yield self._decide(claim)

    def rest(self) -> Iterator[Collected | Rejection]:
        """Decide on all that is held: there is nothing more to come.

        Where a run was stopped and there would have been more, it is left to the next one.
        """
        unfinished = {entry.source for entry in self._ledger.open_entries() if not entry.fetched}
        while self._held:
            claim = self._held.pop(0)
            if claim.is_vouched or claim.source not in unfinished:
                yield self._decide(claim)

    def _unless_told_before(self, claim: Claim) -> Collected | Rejection:
        """Return an article that need not wait, but if its text has come under the headline of another story.

        So do walls in place that leave a story's data in the page, and pages that a cache mixes up. The first one is
        looked at again by itself, as every article is.
        """
        article, facts = claim.collected.article, claim.collected.facts
        told = self._told.setdefault((claim.source, facts.content_hash), claim.announced or article.title)
        if are_one([told, claim.announced or article.title]):
            return claim.collected
        return _rejection(claim, f"its text has come under another headline: {told}")

    def _hold(self, claim: Claim) -> None:
        """Keep an article, with what it has in common with others that are held."""
        article = claim.collected.article
        claim = replace(claim, headline=fold(article.title), text=claim.collected.facts.content_hash)
        others = [held for held in self._held if held.source == claim.source]
        if claim.is_elsewhere:
            rivals = (held for held in others if held.claimed == claim.claimed and held.found != claim.found)
            if any(not _are_copies(held, claim) for held in rivals):
                self._shared.add((claim.source, claim.claimed))
        if not claim.is_signed:
            walls = (held for held in others if held.headline == claim.headline)
            claim = replace(claim, text=next((held.text for held in walls if _are_copies(held, claim)), claim.text))
        for mark in self._marks(claim):
            self._led_here[mark][claim.asked] = claim.announced
        self._held.append(claim)

    def _decide(self, claim: Claim) -> Collected | Rejection:
        if not claim.is_vouched:
            led_here = {key: title for mark in self._marks(claim) for key, title in self._led_here[mark].items()}
            if len(led_here) > 1 and not _is_one_story(claim, list(led_here.values())):
                return _rejection(claim, f"{len(led_here)} addresses lead to {claim.collected.aliases[-1]}")
            if claim.is_redirected and (claim.is_visit or claim.is_contradicted or self._is_known(claim)):
                return _rejection(claim, f"leads to {claim.collected.aliases[-1]}, which has another headline")
        elif not claim.is_signed:
            told = [headline for headline in self._led_here[self._marks(claim)[0]].values() if headline]
            if not are_one(told):
                return _rejection(claim, f"its text stands under {len(told)} headlines")
        if (claim.source, claim.claimed) in self._shared:
            own = canonical_url(claim.collected.aliases[-1])
            return replace(claim.collected, article=replace(claim.collected.article, url=own), is_judged=True)
        return replace(claim.collected, is_judged=True)

    def _marks(self, claim: Claim) -> list[tuple[str, str]]:
        marks = [f"text {claim.text}"]
        if claim.is_redirected:
            marks += [claim.found, *([] if claim.is_signed else [f"headline {claim.headline}"])]
        return [(claim.source, mark) for mark in marks]

    def _is_known(self, claim: Claim) -> bool:
        """Whether another address has led to the page in an earlier run, and another headline was announced now."""
        return bool(claim.announced) and frontier.known(self._engine, [claim.found]).get(claim.found) == "collected"


def are_one(headlines: Sequence[str | None]) -> bool:
    """Whether headlines are of one story, perhaps edited; of none that is not known.

    >>> are_one(["Mill in Leeds destroyed by fire", "Fire destroys old mill in Leeds", "Leeds: fire in mill"])
    True
    >>> are_one(["Teachers rebuild the market", "Cookie choices"]), are_one([None, "Cookie choices"])
    (False, False)
    """
    first, *others = headlines
    return bool(first) and all(other and shared_words(first or "", other) >= SAME_HEADLINE for other in others)


def leads_away(addresses: Sequence[str]) -> bool:
    """Whether redirects lead from an address to a home page, or to a page that keeps the way back.

    >>> leads_away(["https://example.org/story/1", "https://example.org/"])
    True
    >>> leads_away(["https://example.org/story/1", "https://example.org/consent?to=%2Fstory%2F1"])
    True
    >>> leads_away(["https://example.org/story?id=1", "https://example.org/story/the-bridge"])
    False
    """
    if "/" not in (home := url_key(addresses[-1])) and "?" not in home:
        return url_key(addresses[0]) != home
    start, end = urlsplit(addresses[0]), urlsplit(addresses[-1])
    way_back = f"{start.path}?{start.query}" if start.query else start.path
    kept = unquote(unquote(f"{end.query} {end.fragment}"))
    stays = bool(start.path.strip("/")) and start.path in unquote(end.path)
    return len(way_back) > 2 and way_back in kept and not stays


def rejected_away(addresses: Sequence[str], rejection: Rejection) -> Rejection:
    """Return the rejection of a page, with the reason that it was not the one asked for where redirects led away."""
    if rejection.reason in OWN_FAULTS | FINAL | UNSETTLED:
        return rejection
    try:
        if not leads_away(addresses):
            return rejection
    except InvalidURL:  # it leads to no address that could be one's
        return rejection
    detail = f"leads to {addresses[-1]}: {rejection.reason}"
    return replace(rejection, reason=TOGETHER, detail=detail)


def _are_copies(one: Claim, other: Claim) -> bool:
    """Whether two pages say the same, perhaps with a name or a time put in."""
    return one.text == other.text or likeness(one.collected.article.text, other.collected.article.text) is not None


def _is_one_story(claim: Claim, headlines: Sequence[str | None]) -> bool:
    """Whether the addresses that led to a page announced one story, which it may be."""
    announced = [headline for headline in headlines if headline]
    if announced and not are_one(announced):
        return False
    is_few = len(headlines) <= FEW
    return is_few and claim.is_signed if claim.is_redirected else is_few or claim.is_signed


def _rejection(claim: Claim, detail: str) -> Rejection:
    return Rejection(url=claim.collected.aliases[0], reason=TOGETHER, detail=detail[:300])
