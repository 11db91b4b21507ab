"""What a run learns of each site's own blocks, the articles that it cleans of them, and what a person may overrule.

While a run is at work, articles are cleaned of what was known when it met their site first. At its end, or when they
are delivered before that, each site learns from all that the run has stored, in an order that does not depend on which
page came first, and what was stored and is in no file yet is cleaned of what was learned. So the same pages make the
same texts.

A page speaks for the site that served it, whatever address it claims: nobody teaches another's blocks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from sqlalchemy import Engine

from newsbot.cleaning import boilerplate, with_blocks, without_blocks
from newsbot.cleaning.site_state import SiteBlock, SiteState
from newsbot.dedupe import facts_of
from newsbot.items import Article, Blocks, Collected
from newsbot.store import sites
from newsbot.store.articles import rewrite, waiting
from newsbot.store.documents import Version
from newsbot.store.ledger import Ledger
from newsbot.web.urls import site_of

TOLD = 5
"""Articles of a source, at most, that the ledger names because they have kept what was learned."""


@dataclass(frozen=True, slots=True)
class _Stored:
    """A version of an article that the run has stored, with the blocks of its text as it was brought."""

    published: str
    url: str
    version: Version
    cluster: str
    source: str
    """The source that found it."""
    blocks: Blocks


@dataclass(slots=True)
class _Site:
    """What a run knows of a site."""

    state: SiteState
    """As it was when the run met the site first."""
    known: boilerplate.SiteBlocks
    """What is taken out by that."""
    sections: list[tuple[str, Blocks]] = field(default_factory=list)
    stored: list[_Stored] = field(default_factory=list)

    def lesson(self, taught: Collection[str]) -> SiteState:
        """Return the state with all that the run has brought learned, but of stories from which it was taught before.

        Of the copies of a story the first by date and address teaches, whichever of them the store takes for the copy.
        """
        state, taught = self.state, set(taught)
        for _, blocks in sorted(self.sections, key=lambda section: (section[0], section[1].keys, section[1].kinds)):
            state = boilerplate.learn_section(state, blocks)
        self.stored.sort(key=lambda stored: (stored.published, stored.url, stored.version))
        for stored in self.stored:
            if stored.version.revision == 1 and stored.cluster not in taught:
                taught.add(stored.cluster)
                state = boilerplate.learn(state, stored.blocks)
        return state


class _Lesson:
    """What a site has learned from a run, and what that means for the versions that the run has stored."""

    def __init__(self, site: _Site, state: SiteState) -> None:
        self.before, self.state = site.state, state
        self.spared: list[tuple[_Stored, boilerplate.Spared]] = []
        """What keeps blocks of the site, because they are too much of it."""
        self.concerned: dict[Version, tuple[Blocks, Sequence[int]] | None] = {}
        """What is to be read, because it changes or shows how a block reads: with the blocks of its text as it was
        brought, if they are known, and the places of those that it has lost."""
        self._decided = boilerplate.site_blocks(state)
        self._unnamed = state.unnamed()
        unread = set(self._unnamed)
        for stored in site.stored if self._decided != site.known else ():
            lost, _ = boilerplate.decide(stored.blocks, site.known)
            losing, spared = boilerplate.decide(stored.blocks, self._decided)
            if losing != lost:
                self.concerned[stored.version] = stored.blocks, lost
                unread.difference_update(stored.blocks.keys)
            if spared:
                self.spared.append((stored, spared))
        for stored in site.stored:
            if found := unread.intersection(stored.blocks.keys):
                self.concerned[stored.version] = stored.blocks, boilerplate.decide(stored.blocks, site.known)[0]
                unread -= found

    def clean(self, article: Article) -> Article:
        """Return a version as the next run would store it, and note how its blocks read."""
        known = self.concerned[Version(article.id, article.revision)]
        if known is None:
            return without_blocks(article, self._decided)
        blocks, lost = known
        whole = with_blocks(article, lost)
        for key, paragraph in zip(blocks.keys, boilerplate.paragraphs_of(whole.text), strict=True):
            if key in self._unnamed:
                self.state.name(key, paragraph)
        cleaned = without_blocks(whole, self._decided, blocks)
        return article if cleaned.text == article.text else cleaned


class SiteBoilerplate:
    """The boilerplate of the sites that a run meets."""

    def __init__(self, engine: Engine, ledger: Ledger) -> None:
        self._engine = engine
        self._ledger = ledger
        self._sites: dict[str, _Site] = {}
        self._spared: defaultdict[str, dict[str, boilerplate.Spared]] = defaultdict(dict)
        """By source, the articles that the ledger is to name."""
        self._taught: defaultdict[str, set[str]] = defaultdict(set)
        """By site, the stories from which it has learned in this run."""

    def clean(self, collected: Collected, source: str) -> Collected:
        """Return an article without the blocks that are known to be those of the site that served it."""
        article = collected.article
        known = self._site(site_of(collected.aliases[-1])).known
        cleaned = without_blocks(article, known, collected.blocks, spared=partial(self._spare, source, article.url))
        if cleaned is article:
            return collected
        return replace(collected, article=cleaned, facts=facts_of(cleaned.text, cleaned.authors))

    def learn(self, collected: Collected, article: Article, source: str) -> None:
        """Keep for the end the blocks of a version that was stored: of its text as it was brought."""
        version = Version(article.id, article.revision)
        self._site(site_of(article.url)).stored.append(
            _Stored(article.published or "", article.url, version, article.cluster_id, source, collected.blocks)
        )

    def learn_section(self, url: str, page_blocks: Sequence[str]) -> None:
        """Keep for the end the blocks of a home or section page as those of the site that served it."""
        self._site(site_of(url)).sections.append((url, boilerplate.section_of(page_blocks)))

    def finish(self, run_id: str) -> int:
        """Let all sites learn, and tell in the ledger what keeps blocks; return how many articles changed."""
        count = self.learn_of(run_id, list(self._sites))
        for source, told in self._spared.items():
            for url, spared in sorted(told.items()):
                share = f"{spared.lost} of its {spared.of} sentences"
                note = f"article {url}: {share} were learned to be its site's, too many: it keeps them"
                self._ledger.note(source, note)
        return count

    def learn_of(self, run_id: str, names: Collection[str]) -> int:
        """Let some sites learn, clean their articles that are in no file, and remember it; return how many changed.

        What the run brings of them after that is another lesson, as of another run.
        """
        met = [name for name in names if name in self._sites]
        if not met:
            return 0
        chosen = set(met)
        places = {version: site for version, site in waiting(self._engine, run_id).items() if site in chosen}
        lessons = self._lessons(run_id, met, places)
        concerned = {version for lesson in lessons.values() for version in lesson.concerned}
        count = rewrite(
            self._engine,
            run_id,
            [version for version in places if version in concerned],
            lambda article: lessons[site_of(article.url)].clean(article),
        )
        if lessons:
            with self._engine.begin() as connection:
                sites.save_blocks(connection, {name: (it.before, it.state) for name, it in lessons.items()})
        self._spare_anew(lessons)
        for name in met:
            del self._sites[name]
        return count

    def _lessons(self, run_id: str, names: Sequence[str], places: Mapping[Version, str]) -> dict[str, _Lesson]:
        """Return what sites have learned, by name. places: their versions that are in no file, with the sites."""
        stored = [one for name in names for one in self._sites[name].stored]
        begun = {one.version.id for one in stored if one.version.revision == 1}
        taught = sites.stories_before(self._engine, run_id, {one.cluster for one in stored} - begun)
        lessons = {}
        for name in names:
            site, known = self._sites[name], self._taught[name]
            state = site.lesson(known | taught.get(name, set()))
            known.update(one.cluster for one in site.stored if one.version.revision == 1)
            site.stored = [one for one in site.stored if one.version in places]
            if state is not site.state:
                lessons[name] = _Lesson(site, state)
        for version in places.keys() - {one.version for one in stored}:
            # A version of an article that turned out to be a copy, or is gone: its text is of an earlier run.
            if lesson := lessons.get(places[version]):
                lesson.concerned[version] = None
        return lessons

    def meet(self, names: Collection[str]) -> None:
        """Load what is known of sites, of all of them at once, if the run has not met them before."""
        if missing := set(names) - self._sites.keys():
            for name, state in sites.load_blocks(self._engine, missing).items():
                self._sites[name] = _Site(state, boilerplate.site_blocks(state))

    def _site(self, name: str) -> _Site:
        self.meet([name])
        return self._sites[name]

    def _spare(self, source: str, url: str, spared: boilerplate.Spared) -> None:
        """Note an article that keeps what was learned, if it is one of the first by their addresses."""
        told = self._spared[source]
        told[url] = max(spared, told.get(url, spared))
        if len(told) > TOLD:
            del told[max(told)]

    def _spare_anew(self, lessons: Mapping[str, _Lesson]) -> None:
        """Note the articles that keep what was learned, as it is known by now."""
        for name, lesson in lessons.items():
            for stored in self._sites[name].stored:
                self._spared[stored.source].pop(stored.url, None)
            for stored, spared in lesson.spared:
                self._spare(stored.source, stored.url, spared)


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
        state = sites.load_blocks(engine, [site])[site]
        decided = boilerplate.site_blocks(state)
        removed = decided.anywhere | decided.at_edges | decided.at_end
        told = (block for block in state if block.sample and (block.articles > 1 or block.verdict))
        for block in sorted(told, key=lambda block: -block.articles):
            yield LearnedBlock(site, block, state.recent, block.fingerprint in removed)
