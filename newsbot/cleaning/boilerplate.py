"""Boilerplate: blocks that are the site's because they stand in many of its articles.

    state = learn(state, blocks_of(text))             once for every new article of the host
    state = learn_section(state, section_of(texts))   for its home and section pages, if there are any
    strip(text, site_blocks(state))                   any article of the host, also one stored before

All are pure; the store loads and saves a SiteState as rows (SiteBlock). Learn from the text that the residue rules
left and that strip() has not touched, or what is learned would be forgotten again. What is learned depends on the
order of the articles, as every count of the recent ones does: give them in one that says something.

A paragraph is read once: Blocks say all that learning and deciding ask of it.

How the site's blocks are told from an article's own repetitions (docs/decisions/0003-cleaning.md):
by how many recent articles have a block, and by where it stands in them. Labels and sentences after the
end of the text are the site's soonest; labels between paragraphs must stand in half of all articles,
sentences between paragraphs in nearly all, because laws and correction notices are quoted there; a first
paragraph is never removed by counting, because columns open with standing words.

What counting may be wrong about is bounded (0022-boilerplate.md): one page alone, such as a home page, may tell
short labels only, and none of an article that it carries whole; and strip_within() takes no sentence out of a text
that would lose more than a fifth of them.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from newsbot.cleaning.patterns import table
from newsbot.cleaning.shapes import ends_sentence, fold_line, is_prose, size
from newsbot.cleaning.site_state import WINDOW, SiteBlock, SiteState
from newsbot.items import BOILERPLATE, Blocks, Removed

LONGEST, LONGEST_INSIDE = 400, 160
"""Characters of a block that is worth learning, and of one far from both ends of the text: notices there are short."""
TOP, FOOT = 4, 10
"""Blocks at either end that are not far from it."""
DATED = 60
"""Characters of a block that may be a date in words ("Monday")."""
FINGERPRINTED, BEGINNING, END = 160, 80, 40
"""Of a block with more characters, those of its beginning and end speak for the whole."""
COPY = 0.6
"""Share of an article's paragraphs that are known, its first among them, where it was learned from before."""
OWN = 2
"""A paragraph of fewer articles is the article's own."""
SHORT = 4
"""Words of a label, at most, that a section page may tell at both ends of the text."""
SEEN_TWICE = 2
"""Articles that must have what a section page has too, if it is no short label: home pages carry whole posts."""
CARRIED = 0.5
"""Share of an article's sentences from which on a section page has carried it whole, and says nothing of its labels."""
MOST_LOST = 0.2
"""Share of a text's sentences that learned blocks may take. A pitch and a line on the author, three sentences, are
more than that of 5 % of 1,026 real articles; those keep them (docs/decisions/0022-boilerplate.md)."""
MOST_SENTENCES = 255
"""Sentences that a paragraph counts for, at most: what a byte holds."""
SECTION_HEAD, SECTION_FOOT = 40, 60
"""Blocks of a section page that are taken from it: menus above, small print below."""

_UNLEARNED = -1
_LABEL, _SHORT_LABEL, _DATELINE, _PROSE = range(4)
"""Kinds of paragraphs: labels of more than SHORT words and of fewer, a place before the first sentence, sentences."""
_TOKEN = re.compile(r"[^\W_]+")
_DIGIT = re.compile(r"\d")
_SENTENCE_END = re.compile(r"[.!?…؟۔॥।](?=\W?(?:\s|$))|[。！？]")
_DASHES = "-–—"
_PLACE_AND_DASH = re.compile(r"[^\W\d_][^:;!?]{1,60}?(?:\([^)]{2,30}\))?\s*[-–—]{1,2}$")


@dataclass(frozen=True, slots=True)
class Limits:
    """When a block is the site's: in at least so many articles, and this share of the recent ones."""

    label: tuple[int, float] = (3, 0.2)
    """A label above or below the text."""
    label_inside: tuple[int, float] = (4, 0.5)
    """A label between paragraphs, which may be a standing subheading ("What happens next")."""
    prose: tuple[int, float] = (3, 0.3)
    """A sentence below the text."""
    prose_inside: tuple[int, float] = (8, 0.9)
    """A sentence between paragraphs, which may be a quoted law. One in 70 % of the articles was taken out in 31 of
    366 cases; with (6, 0.8) in 107 (docs/decisions/0003-cleaning.md)."""


@dataclass(frozen=True, slots=True)
class SiteBlocks:
    """Fingerprints of a site's blocks, by where they are taken out."""

    anywhere: frozenset[int] = frozenset()
    at_edges: frozenset[int] = frozenset()
    """Above or below the article's paragraphs."""
    at_end: frozenset[int] = frozenset()
    section_labels: frozenset[int] = frozenset()
    """Those of at_edges that a section page alone has told."""
    shown: frozenset[int] = frozenset()
    """Paragraphs, not the site's, that a section page has shown: articles begin there, or stand there whole."""
    told: frozenset[int] = frozenset()
    """Those of anywhere that a person has named; no bound holds for them."""

    def __bool__(self) -> bool:
        return bool(self.anywhere or self.at_edges or self.at_end)

    def is_free_of(self, keys: Iterable[int]) -> bool:
        """Whether no block with one of these fingerprints is taken out, wherever it stands."""
        return self.anywhere.isdisjoint(keys) and self.at_edges.isdisjoint(keys) and self.at_end.isdisjoint(keys)


def blocks_of(text: str) -> Blocks:
    """Return the paragraphs of a text as learn() and strip() tell them."""
    paragraphs = paragraphs_of(text)
    foot = len(paragraphs) - FOOT
    keys = array("q")
    for i, paragraph in enumerate(paragraphs):
        longest = LONGEST if i < TOP or i >= foot else LONGEST_INSIDE
        keys.append(fingerprint(paragraph) if len(paragraph) <= longest else _UNLEARNED)
    return _blocks(
        keys, [(_DATELINE, 0) if _is_dateline(block) else _kind_and_sentences(block) for block in paragraphs]
    )


def section_of(texts: Sequence[str]) -> Blocks:
    """Return the blocks of a home or section page as learn_section() tells them.

    texts: the page's texts in their order. Menus stand first and small print last, teasers of articles
    between them: of a long page only both ends are taken.
    """
    if len(texts) > SECTION_HEAD + SECTION_FOOT:
        texts = [*texts[:SECTION_HEAD], *texts[-SECTION_FOOT:]]
    lines = [line for text in texts if (line := " ".join(text.split())) and len(line) <= LONGEST]
    return _blocks(array("q", map(fingerprint, lines)), list(map(_kind_and_sentences, lines)))


def _blocks(keys: array[int], told: Sequence[tuple[int, int]]) -> Blocks:
    return Blocks(keys, bytes(kind for kind, _ in told), bytes(min(sentences, MOST_SENTENCES) for _, sentences in told))


def learn(state: SiteState, blocks: Blocks) -> SiteState:
    """Return the state with one more article of the site counted.

    An article that was learned before (a revision, a copy) changes nothing: then it is the very same state.
    """
    rows, keys, kinds = state.rows(), blocks.keys, blocks.kinds
    prose = [i for i, kind in enumerate(kinds) if kind == _PROSE]
    if _is_copy([keys[i] for i in prose], rows):
        return state
    state = state.copy()
    state.seen += 1
    # Paragraphs not met twice before are the article's own: they say what is above, inside and below.
    own = [i for i in prose if (row := rows.get(keys[i])) is None or state.articles[row] < OWN]
    first, last = (own[0], own[-1]) if own else (len(keys), -1)
    counted = {_UNLEARNED}
    for i, (key, kind) in enumerate(zip(keys, kinds, strict=True)):
        if key in counted or kind == _DATELINE:
            continue
        counted.add(key)
        row = rows.get(key)
        if row is None:
            row = state.append(key, prose=kind == _PROSE, short=kind == _SHORT_LABEL)
        state.articles[row] += 1
        state.inside[row] += first < i < last
        state.lead[row] += kind == _PROSE and i <= first
        state.last[row] = state.seen
    if state.seen >= 2 * WINDOW and state.seen % WINDOW == 0:
        state.halve()
    state.prune()
    return state


def _is_copy(prose: list[int], known: Mapping[int, int]) -> bool:
    """Whether an article was learned from before: a revision, or a copy under another URL."""
    old = sum(key in known for key in prose)
    return len(prose) >= 2 and prose[0] in known and old >= COPY * len(prose)


def learn_section(state: SiteState, blocks: Blocks) -> SiteState:
    """Return the state with the blocks of a home or section page noted as the site's."""
    state, rows = state.copy(), state.rows()
    for key, kind in zip(blocks.keys, blocks.kinds, strict=True):
        if key not in rows:
            rows[key] = state.append(key, prose=kind == _PROSE, short=kind == _SHORT_LABEL)
        state.mark_section(rows[key])
    state.prune()
    return state


def site_blocks(state: SiteState, limits: Limits = Limits()) -> SiteBlocks:
    """Decide which blocks are the site's.

    >>> state = SiteState()
    >>> for name in ("Alma", "Bea", "Cleo"):
    ...     state = learn(state, blocks_of(f"This is the story of {name} and her boat.\\n\\nThe Morning Mail"))
    >>> strip("A new story.\\n\\nThe Morning Mail", site_blocks(state))[0]
    'A new story.'
    """
    anywhere: set[int] = set()
    at_edges: set[int] = set()
    at_end: set[int] = set()
    section_labels: set[int] = set()
    shown: set[int] = set()
    told: set[int] = set()
    for block in state:
        key = block.fingerprint
        if block.verdict:
            if block.verdict == "drop":
                anywhere.add(key)
                told.add(key)
        elif block.prose and block.lead * 2 > block.articles:
            if block.on_section:
                shown.add(key)
        elif block.inside * 2 > block.articles:
            if _is_frequent(block, state.recent, limits.prose_inside if block.prose else limits.label_inside):
                anywhere.add(key)
            elif block.prose and block.on_section:
                shown.add(key)
        elif _is_frequent(block, state.recent, limits.prose if block.prose else limits.label):
            (at_end if block.prose else at_edges).add(key)
        elif block.on_section:
            # A teaser repeats an article's first lines, and a home page may carry all of it.
            if block.short:
                at_edges.add(key)
                section_labels.add(key)
            elif block.articles >= SEEN_TWICE:
                at_end.add(key)
            elif block.prose:
                shown.add(key)
    return SiteBlocks(*map(frozenset, (anywhere, at_edges, at_end, section_labels, shown, told)))


def _is_frequent(block: SiteBlock, recent: int, limit: tuple[int, float]) -> bool:
    articles, share = limit
    return block.articles >= articles and block.articles / max(recent, 1) >= share


@dataclass(frozen=True, slots=True, order=True)
class Spared:
    """Sentences that learned blocks would have taken out of a text, and were too many."""

    lost: int
    of: int
    """All sentences of the text."""


def strip_within(
    text: str, site: SiteBlocks, gone: Sequence[Removed] = (), blocks: Blocks | None = None
) -> tuple[str, list[Removed], Spared | None]:
    """Return a text without the site's blocks, and these, up to a bound; and what the bound has spared.

    A text that would lose more than MOST_LOST of its sentences keeps those that are left. gone: what was taken out
    of it before. blocks: those of the text, where they are known.
    """
    if not site:
        return text, [], None
    blocks = blocks or blocks_of(text)
    before = [(_key_of(block), _kind_and_sentences(block.text)[1]) for block in gone if block.reason == BOILERPLATE]
    places, spared = decide(blocks, site, before)
    return *_without(text, blocks, places), spared


def strip(text: str, site: SiteBlocks) -> tuple[str, list[Removed]]:
    """Return a text without the site's blocks, however much they are, and these."""
    blocks = blocks_of(text)
    return _without(text, blocks, _taken(blocks, site))


def decide(
    blocks: Blocks, site: SiteBlocks, gone: Sequence[tuple[int, int]] = ()
) -> tuple[Sequence[int], Spared | None]:
    """Return the places of the paragraphs that strip_within() takes out of a text, and what the bound has spared.

    gone: the fingerprints and sentences of those that were taken out before.
    """
    places = _taken(blocks, site)
    if not places:
        return places, None
    taken = [(blocks.keys[i], blocks.sentences[i]) for i in places]
    lost = sum(sentences for key, sentences in [*gone, *taken] if key not in site.told)
    of = sum(blocks.sentences) + sum(sentences for _, sentences in gone)
    if lost <= MOST_LOST * of:
        return places, None
    fewer = _taken(blocks, site, labels_alone=True)
    return fewer, Spared(lost, of) if len(fewer) < len(places) else None


def _taken(blocks: Blocks, site: SiteBlocks, *, labels_alone: bool = False) -> Sequence[int]:
    """Return the places of a site's blocks in a text; none where nothing would be left of it.

    labels_alone: sentences stay, but for those that a person has named.
    """
    keys: Sequence[int] = blocks.keys
    if site.is_free_of(keys):
        return ()
    edges = site.anywhere | site.at_edges
    if _is_carried(blocks, site.shown):
        edges = site.anywhere | (site.at_edges - site.section_labels)
    if labels_alone:
        stays = {key for key, sentences in zip(keys, blocks.sentences, strict=True) if sentences} - site.told
        keys = [_UNLEARNED if key in stays else key for key in keys]
    end = edges | site.at_end
    first, last = 0, len(keys) - 1
    while last >= 0 and keys[last] in end:
        last -= 1
    while first <= last and keys[first] in edges:
        first += 1
    if first > last:
        return ()
    return [i for i, key in enumerate(keys) if not first <= i <= last or key in site.anywhere]


def _is_carried(blocks: Blocks, shown: frozenset[int]) -> bool:
    """Whether a section page has carried an article whole."""
    if not shown:
        return False
    prose = [key for key, kind in zip(blocks.keys, blocks.kinds, strict=True) if key != _UNLEARNED and kind == _PROSE]
    seen = sum(key in shown for key in prose)
    return seen > 0 and seen >= CARRIED * len(prose)


def _without(text: str, blocks: Blocks, places: Sequence[int]) -> tuple[str, list[Removed]]:
    """Return a text without the paragraphs at some places, and these."""
    if not places:
        return text, []
    gone = set(places)
    kept: list[str] = []
    removed: list[Removed] = []
    for i, (paragraph, key) in enumerate(zip(paragraphs_of(text), blocks.keys, strict=True)):
        if i in gone:
            removed.append(Removed(text=paragraph, reason=BOILERPLATE, pattern=f"block {key:016x}"))
        else:
            kept.append(paragraph)
    return "\n\n".join(kept), removed


def paragraphs_of(text: str) -> list[str]:
    """Return a text's paragraphs, as many as it has Blocks."""
    return [paragraph for paragraph in text.split("\n\n") if paragraph]


def _key_of(removed: Removed) -> int:
    """Return the fingerprint of a block that was removed."""
    return int((removed.pattern or "").removeprefix("block ") or "0", 16)


def _is_dateline(block: str) -> bool:
    return block[-1] in _DASHES and bool(_PLACE_AND_DASH.fullmatch(block))


def _kind_and_sentences(block: str) -> tuple[int, int]:
    """Return what a block is and how many sentences it has: none if it is a label, or else one at least."""
    if is_prose(block):
        return _PROSE, max(1, len(_SENTENCE_END.findall(block)))
    if size(block) <= SHORT:
        return _SHORT_LABEL, 0
    return _LABEL, max(1, len(_SENTENCE_END.findall(block))) if ends_sentence(block) else 0


def fingerprint(block: str) -> int:
    """Return 63 bits that are the same for a block whatever its case, digits and dates.

    Of a long block the first 80 and the last 40 characters speak for the whole.

    >>> fingerprint("Published 3 March 2026 – 4 comments") == fingerprint("PUBLISHED 14 May 2027 - 12 comments")
    True
    """
    if len(block) > FINGERPRINTED:
        block = f"{block[:BEGINNING]} {block[-END:]}"
    text = fold_line(block)
    if len(text) <= DATED or _DIGIT.search(text):
        words = _TOKEN.findall(text)
        text = " ".join(words)
        if _DIGIT.search(text) or not table().dates.isdisjoint(words):
            text = " ".join(_masked(words))
    digest = blake2b(text.encode(), digest_size=8).digest()
    return int.from_bytes(digest) >> 1


def _masked(words: list[str]) -> Iterator[str]:
    """Yield words, every run of numbers and of dates' words as one 0."""
    dates = table().dates
    number = False
    for word in words:
        was, number = number, word[0].isdigit() or (len(word) > 2 and word in dates)
        if not number:
            yield word
        elif not was:
            yield "0"
