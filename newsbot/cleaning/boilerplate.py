"""Boilerplate: blocks that are the site's because they stand in many of its articles.

    state = learn(state, cleaned.text)          once for every new article of the host
    state = learn_section(state, blocks)        for its home and section pages, if there are any
    strip(text, site_blocks(state))             any article of the host, also one stored before

All three are pure; the store loads and saves a SiteState as rows (SiteBlock). Learn from the text that
the residue rules left and that strip() has not touched, or what is learned would be forgotten again.

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
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b

from newsbot.cleaning.patterns import table
from newsbot.cleaning.shapes import ends_sentence, fold_line, is_prose, size
from newsbot.cleaning.site_state import SAMPLE, WINDOW, SiteBlock, SiteState
from newsbot.items import Blocks, Removed

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
SECTION_HEAD, SECTION_FOOT = 40, 60
"""Blocks of a section page that are taken from it: menus above, small print below."""

_UNLEARNED = -1
_TOKEN = re.compile(r"[^\W_]+")
_DIGIT = re.compile(r"\d")
_SENTENCE_END = re.compile(r"[.!?…؟۔॥।](?=\W?(?:\s|$))|[。！？]")
_DASHES = "-–—"
_DATELINE = re.compile(r"[^\W\d_][^:;!?]{1,60}?(?:\([^)]{2,30}\))?\s*[-–—]{1,2}$")


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


def blocks_of(text: str) -> Blocks:
    """Return the paragraphs of a text as learn() and strip() tell them."""
    blocks = _blocks(text)
    return Blocks(tuple(_keys(blocks)), tuple(map(is_prose, blocks)))


def learn(state: SiteState, text: str) -> SiteState:
    """Return the state with one more article of the site counted.

    text: the article as the residue rules left it, paragraphs parted by blank lines. An article that was
    learned before (a revision, a copy) changes nothing.
    """
    blocks = _blocks(text)
    keys = _keys(blocks)
    prose = [is_prose(block) for block in blocks]
    rows = {key: i for i, key in enumerate(state.keys)}
    if _is_copy([key for key, sentence in zip(keys, prose, strict=True) if sentence], rows):
        return state
    state = state.copy()
    state.seen += 1
    # Paragraphs not met twice before are the article's own: they say what is above, inside and below.
    own = [i for i, key in enumerate(keys) if prose[i] and (key not in rows or state.articles[rows[key]] < OWN)]
    first, last = (own[0], own[-1]) if own else (len(blocks), -1)
    counted = {_UNLEARNED}
    for i, (key, block) in enumerate(zip(keys, blocks, strict=True)):
        if key in counted or (block[-1] in _DASHES and _DATELINE.fullmatch(block)):
            continue
        counted.add(key)
        row = rows.get(key)
        if row is None:
            state.append(key, prose=prose[i], short=not prose[i] and size(block) <= SHORT)
            row = len(state) - 1
        elif key not in state.samples:
            state.samples[key] = block[:SAMPLE]
        state.articles[row] += 1
        state.inside[row] += first < i < last
        state.lead[row] += prose[i] and i <= first
        state.last[row] = state.seen
    if state.seen >= 2 * WINDOW and state.seen % WINDOW == 0:
        state.halve()
    state.prune()
    return state


def _is_copy(prose: list[int], known: dict[int, int]) -> bool:
    """Whether an article was learned from before: a revision, or a copy under another URL."""
    old = sum(key in known for key in prose)
    return len(prose) >= 2 and prose[0] in known and old >= COPY * len(prose)


def learn_section(state: SiteState, blocks: Sequence[str]) -> SiteState:
    """Return the state with the blocks of a home or section page noted as the site's.

    blocks: the page's texts in their order. Menus stand first and small print last, teasers of articles
    between them: of a long page only both ends are taken.
    """
    state = state.copy()
    rows = {key: i for i, key in enumerate(state.keys)}
    if len(blocks) > SECTION_HEAD + SECTION_FOOT:
        blocks = [*blocks[:SECTION_HEAD], *blocks[-SECTION_FOOT:]]
    for block in blocks:
        block = " ".join(block.split())
        if not block or len(block) > LONGEST:
            continue
        key = fingerprint(block)
        if key not in rows:
            state.add(
                SiteBlock(
                    fingerprint=key,
                    sample=block,
                    prose=is_prose(block),
                    short=size(block) <= SHORT,
                    first_seen=state.seen,
                )
            )
            rows[key] = len(state) - 1
        state.mark_section(rows[key])
    state.prune()
    return state


def site_blocks(state: SiteState, limits: Limits = Limits()) -> SiteBlocks:
    """Decide which blocks are the site's.

    >>> state = SiteState()
    >>> for name in ("Alma", "Bea", "Cleo"):
    ...     state = learn(state, f"This is the story of {name} and her boat.\\n\\nThe Morning Mail")
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


@dataclass(frozen=True, slots=True)
class Spared:
    """Sentences that learned blocks would have taken out of a text, and were too many."""

    lost: int
    of: int
    """All sentences of the text."""


def strip_within(
    text: str, blocks: SiteBlocks, gone: Sequence[Removed] = ()
) -> tuple[str, list[Removed], Spared | None]:
    """Return a text without the site's blocks, and these, up to a bound; and what the bound has spared.

    A text that would lose more than MOST_LOST of its sentences keeps those that are left. gone: what was taken out
    of it before.
    """
    stripped, removed = strip(text, blocks)
    if not removed:
        return text, removed, None
    before = [block for block in gone if block.reason == "site_boilerplate"]
    lost = sum(_sentences(block.text) for block in [*before, *removed] if _key_of(block) not in blocks.told)
    of = sum(map(_sentences, [*_blocks(text), *(block.text for block in before)]))
    if lost <= MOST_LOST * of:
        return stripped, removed, None
    stripped, fewer = strip(text, blocks, labels_alone=True)
    return stripped, fewer, Spared(lost, of) if len(fewer) < len(removed) else None


def strip(text: str, blocks: SiteBlocks, *, labels_alone: bool = False) -> tuple[str, list[Removed]]:
    """Return a text without the site's blocks, and these; as it is where nothing would be left of it.

    labels_alone: sentences stay, but for those that a person has named.
    """
    if not blocks:
        return text, []
    paragraphs = _blocks(text)
    keys = _keys(paragraphs)
    if _is_carried(paragraphs, keys, blocks.shown):
        blocks = replace(blocks, at_edges=blocks.at_edges - blocks.section_labels)
    if labels_alone:
        stays = {key for key, paragraph in zip(keys, paragraphs, strict=True) if _sentences(paragraph)} - blocks.told
        keys = [_UNLEARNED if key in stays else key for key in keys]
    anywhere, edges = blocks.anywhere, blocks.anywhere | blocks.at_edges
    end = edges | blocks.at_end
    first, last = 0, len(paragraphs) - 1
    while last >= 0 and keys[last] in end:
        last -= 1
    while first <= last and keys[first] in edges:
        first += 1
    if first > last:
        return text, []
    kept: list[str] = []
    removed: list[Removed] = []
    for i, paragraph in enumerate(paragraphs):
        if first <= i <= last and keys[i] not in anywhere:
            kept.append(paragraph)
        else:
            removed.append(Removed(text=paragraph, reason="site_boilerplate", pattern=f"block {keys[i]:016x}"))
    return "\n\n".join(kept), removed


def _is_carried(paragraphs: list[str], keys: list[int], shown: frozenset[int]) -> bool:
    """Whether a section page has carried an article whole."""
    if not shown:
        return False
    prose = [key for key, block in zip(keys, paragraphs, strict=True) if key != _UNLEARNED and is_prose(block)]
    seen = sum(key in shown for key in prose)
    return seen > 0 and seen >= CARRIED * len(prose)


def _sentences(block: str) -> int:
    """Return how many sentences a paragraph has: none if it is a label, or else one at least."""
    if is_prose(block) or (ends_sentence(block) and size(block) > SHORT):
        return max(1, len(_SENTENCE_END.findall(block)))
    return 0


def _key_of(removed: Removed) -> int:
    """Return the fingerprint of a block that was removed."""
    return int((removed.pattern or "").removeprefix("block ") or "0", 16)


def _blocks(text: str) -> list[str]:
    """Return a text's paragraphs."""
    return [block for block in text.split("\n\n") if block]


def _keys(blocks: list[str]) -> list[int]:
    """Return a fingerprint a block; of none that is too long, for its place, to be worth learning."""
    keys = []
    foot = len(blocks) - FOOT
    for i, block in enumerate(blocks):
        longest = LONGEST if i < TOP or i >= foot else LONGEST_INSIDE
        keys.append(fingerprint(block) if len(block) <= longest else _UNLEARNED)
    return keys


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
