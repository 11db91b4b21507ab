"""What a run learns of each site's own blocks, the articles that it cleans of them, and what a person may overrule.

Blocks that are known leave an article before it is stored. Blocks that were learned later in the run
leave the articles that the run has stored before, when it ends and before they are exported.

A page speaks for the site that served it, whatever address it claims: nobody teaches another's blocks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Engine

from newsbot.cleaning import boilerplate, without_blocks
from newsbot.cleaning.site_state import SiteBlock, SiteState
from newsbot.dedupe import facts_of
from newsbot.items import AnyArticle, Article, Collected
from newsbot.store import sites
from newsbot.store.articles import rewrite
from newsbot.store.ledger import Ledger
from newsbot.web.urls import site_of

TOLD = 5
"""Articles of a source, at most, that the ledger names because they have kept what was learned."""


class SiteBoilerplate:
    """The boilerplate of the sites that a run meets."""

    def __init__(self, engine: Engine, ledger: Ledger) -> None:
        self._engine = engine
        self._ledger = ledger
        self._told: defaultdict[str, set[str]] = defaultdict(set)
        """By source, the articles that the ledger names."""
        self._finders: dict[str, str] = {}
        """By id of an article of another source's outlet, the source that found it."""
        self._states: dict[str, SiteState] = {}
        self._decided: dict[str, boilerplate.SiteBlocks] = {}
        self._changed: set[str] = set()

    def clean(self, collected: Collected, source: str) -> Collected:
        """Return an article without the blocks that are known to be those of the site that served it."""
        article = self._without_blocks(collected.article, site_of(collected.aliases[-1]), source)
        if article is collected.article:
            return collected
        return replace(collected, article=article, facts=facts_of(article.text, article.authors))

    def learn(self, collected: Collected, article: Article, source: str) -> None:
        """Count the blocks of one more article of a site: as it was brought, and as it was stored."""
        if article.source != source:
            self._finders[article.id] = source
        site = site_of(article.url)
        self._note(site, boilerplate.learn(self._state(site), collected.article.text))

    def learn_section(self, url: str, page_blocks: Sequence[str]) -> None:
        """Note the blocks of a home or section page as those of the site that served it."""
        site = site_of(url)
        self._note(site, boilerplate.learn_section(self._state(site), page_blocks))

    def finish(self, run_id: str) -> int:
        """Clean the run's stored articles of what it learned, and remember that; return how many changed."""

        def clean(article: Article) -> Article:
            site, source = site_of(article.url), self._finders.get(article.id, article.source)
            return self._without_blocks(article, site, source) if site in self._changed else article

        count = rewrite(self._engine, run_id, clean) if self._changed else 0
        with self._engine.begin() as connection:
            sites.save_blocks(connection, {site: self._states[site] for site in self._changed})
        self._changed.clear()
        return count

    def _without_blocks(self, article: AnyArticle, site: str, source: str) -> AnyArticle:
        if site not in self._decided:
            self._decided[site] = boilerplate.site_blocks(self._state(site))
        return without_blocks(
            article, self._decided[site], spared=lambda spared: self._tell(source, article.url, spared)
        )

    def _tell(self, source: str, url: str, spared: boilerplate.Spared) -> None:
        told = self._told[source]
        if url not in told and len(told) < TOLD:
            told.add(url)
            share = f"{spared.lost} of its {spared.of} sentences"
            self._ledger.note(source, f"article {url}: {share} were learned to be its site's, too many: it keeps them")

    def _state(self, site: str) -> SiteState:
        if site not in self._states:
            self._states[site] = sites.load_blocks(self._engine, site)
        return self._states[site]

    def _note(self, site: str, state: SiteState) -> None:
        if state is not self._states[site]:
            self._states[site] = state
            self._decided.pop(site, None)
            self._changed.add(site)


@dataclass(frozen=True, slots=True)
class LearnedBlock:
    """One remembered block of a site, and what becomes of it."""

    site: str
    block: SiteBlock
    recent: int
    """Recent articles of the site, of which ``block.articles`` had it."""
    is_removed: bool

    @property
    def key(self) -> str:
        """The name by which a person tells it: 16 hexadecimal digits, as in a record's ``removed``."""
        return f"{self.block.fingerprint:016x}"


def learned_blocks(engine: Engine, source: str) -> Iterator[LearnedBlock]:
    """Yield what is remembered of a source's sites and was seen more than once, the most frequent first."""
    for site in sites.sites_of(engine, source):
        state = sites.load_blocks(engine, site)
        decided = boilerplate.site_blocks(state)
        removed = decided.anywhere | decided.at_edges | decided.at_end
        told = (block for block in state if block.sample and (block.articles > 1 or block.verdict))
        for block in sorted(told, key=lambda block: -block.articles):
            yield LearnedBlock(site, block, state.recent, block.fingerprint in removed)
