"""Find the article's text: newsbot's own walk over the page, checked against the other witnesses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from lxml import etree

from newsbot.extraction.class_names import names_lead
from newsbot.extraction.container import Weights, locate, parts_of, weigh
from newsbot.extraction.document import Document, headlines
from newsbot.extraction.fields import Facts
from newsbot.extraction.render import Block, joined, render, select, without_repeats
from newsbot.extraction.witnesses import Told, agreement, ask_trafilatura, choose, without_strangers
from newsbot.web.text import DENSE, fold, text_content


@dataclass(frozen=True, slots=True)
class Limits:
    """What decides of texts, in characters.

    Chosen on the half of 376 real pages that rules were tuned on (docs/decisions/0002-extraction.md).
    """

    lead: int = 40
    longest_lead: int = 1200
    """A lead, or standfirst, has such a length."""
    description: int = 60
    """A text that begins with so many folded characters of the page's description is the lead."""
    lead_description: int = 80
    """The same for one that nothing names a lead, if the description has more than least_description characters ..."""
    least_description: int = 30
    longer_than_description: int = 100
    """... and the text is not so much longer than it."""
    below_headline: int = 3
    """Elements right below the headline that may be the standfirst."""
    intro: int = 270
    """Running text of an element between headline and body with which it is part of the article."""
    chosen: float = 0.9
    of_page: float = 0.68
    in_sentences: float = 0.85
    """Shares with less of which a text is doubted: of what the walk met, of the page's text outside links, and of its
    own that is in sentences."""
    label: int = 40
    dense_label: int = 15
    labels: float = 0.45
    """A line of fewer characters (in dense scripts, dense_label) is a label; with a larger share a text is doubted."""
    doubts: int = 3
    agreed: float = 0.6
    """With so many signs against it, or less in common with every witness that was asked, a text is wrong in about half
    of the cases."""
    beginning: int = 3000
    """Where the text is searched for the lead, lest it stand twice."""


LIMITS = Limits()
_STOPS = (".", "!", "?", "…", ":", "。", "！", "？", "।", "۔", "؟")
_QUOTES = "\"'”’»)]」』"
_SENTENCE_ENDS = (".", "!", "?", "…", "。", "।", "؟", "”", "»")


@dataclass(slots=True)
class Body:
    """The article's text, and what the search for it saw."""

    text: str
    origin: str
    confidence: str
    """How sure it is (items.CONFIDENCES)."""
    weights: Weights
    container: etree._Element
    own: str = ""
    """What newsbot's own walk gave, before another opinion was heard."""
    blocks: list[Block] = field(default_factory=list)
    """What that walk met, before it chose."""
    engine: str = "newsbot"
    """Who decided of the text."""


def find_body(
    document: Document,
    facts: Facts,
    told: Sequence[Told] = (),
    *,
    extractor: str = "auto",
    options: Mapping[str, object] | None = None,
) -> Body:
    """Return the article's text; told is what JSON-LD and the feed say that it is.

    extractor, one of items.EXTRACTORS, is who decides of it; options are trafilatura's, for a text of its own. What
    newsbot's walk saw is told either way, for whoever has to judge the page.
    """
    weights = weigh(document.body, document.elements)
    container = locate(document.body, weights, facts.title)
    headline = next(headlines(document.h1, facts.title), None)
    parts = parts_of(container, weights)
    met = list(_intro(weights, parts, headline, facts.summary or ""))
    met += [block for part in parts for block in render(part, weights)]
    blocks = without_repeats(met)
    repeated = sum(len(block.text) for block in met) - sum(len(block.text) for block in blocks)
    chosen = select(blocks, facts.title, facts.authors, facts.site)
    own = joined(without_strangers(chosen, next((text for text, origin in told if origin == "json-ld"), "")))
    standfirst = _standfirst(weights, container, headline, facts.summary or "")
    if standfirst and fold(standfirst) not in fold(own[: LIMITS.beginning]):
        own = f"{standfirst}\n\n{own}"
    if extractor == "trafilatura":
        text = ask_trafilatura(document, options or {})
        return Body(text, "html", agreement(text, own), weights, container, own, blocks, extractor)
    once, page = weights.total - repeated, weights.raw[document.body] - repeated
    text, origin, agreed = choose(own, once, page, document, facts, told)
    met_length = sum(len(block.text) for block in blocks)
    doubts = (len(own) < LIMITS.chosen * met_length) + _doubts(text, page)
    return Body(text, origin, confidence_of(agreed, doubts), weights, container, own, blocks)


def confidence_of(agreed: float, doubts: int) -> str:
    """Return how sure a text is (items.CONFIDENCES).

    agreed is the share of words that it has in common with the nearest of the witnesses that were asked, doubts the
    number of signs against it: much of what the walk met was left out; it is a small part of the page's text; few of
    its lines are sentences; many are labels. How many of 1,036 real texts are wrong at which:
    docs/decisions/0025-witnesses.md.

    >>> [confidence_of(1.0, doubts) for doubts in range(4)], confidence_of(0.3, 0)
    (['high', 'medium', 'medium', 'low'], 'low')
    """
    if agreed < LIMITS.agreed or doubts >= LIMITS.doubts:
        return "low"
    return "medium" if doubts else "high"


def _doubts(text: str, page: float) -> int:
    """Count the signs against a text that it shows itself."""
    lines = [line for line in text.split("\n") if line]
    sentences = sum(len(line) for line in lines if line.rstrip(_QUOTES).endswith(_STOPS))
    short = [line for line in lines if len(line) < LIMITS.label]
    labels = sum(len(line) < LIMITS.dense_label or not DENSE.search(line) for line in short)
    return (
        (len(text) < LIMITS.of_page * page)
        + (sentences < LIMITS.in_sentences * len(text))
        + (labels > LIMITS.labels * len(lines))
    )


def _intro(
    weights: Weights, parts: list[etree._Element], headline: etree._Element | None, summary: str
) -> Iterator[Block]:
    """Give the blocks of what stands with running text between headline and body, unless it is the lead."""
    told = fold(summary)[: LIMITS.description]
    for element in _between(weights, parts[0], headline):
        blocks = render(element, weights)
        if not (told and fold(joined(blocks)).startswith(told)):  # see with_lead
            yield from blocks


def _between(weights: Weights, container: etree._Element, headline: etree._Element | None) -> list[etree._Element]:
    """Return the elements with running text that stand between the headline and the body, in order."""
    if headline is None:
        return []
    above_headline = set(headline.iterancestors())
    found: list[etree._Element] = []
    node = container
    while (parent := node.getparent()) is not None and node not in above_headline:
        before = []
        for sibling in node.itersiblings(preceding=True):
            if sibling in above_headline or sibling is headline:
                break
            if weights.clean.get(sibling, 0.0) >= LIMITS.lead and sibling not in weights.furniture:
                before.append(sibling)
        opening = [element for element in before if element.tag == "p" and _ends_sentence(element)]
        several = set(opening) if len(opening) > 1 else set()  # a single one is the standfirst
        before = [element for element in before if weights.clean[element] >= LIMITS.intro or element in several]
        found = [*reversed(before), *found]
        if parent in above_headline:
            return found
        node = parent
    return []


def _ends_sentence(element: etree._Element) -> bool:
    return text_content(element).endswith(_SENTENCE_ENDS)


def _standfirst(weights: Weights, container: etree._Element, headline: etree._Element | None, summary: str) -> str:
    """Return the sentences right below the headline, in a paragraph of the headline's own block, or an empty string.

    What the page's description says too is a teaser, and so is what is named a lead: see with_lead.
    """
    if headline is None or container in headline.iterancestors():
        return ""
    for element in islice(headline.itersiblings(), LIMITS.below_headline):
        if element.tag != "p" or element in weights.furniture or element is container:
            continue
        words = text_content(element)
        if not _is_lead_sized(words) or not words.endswith(_SENTENCE_ENDS):
            continue
        if weights.clean.get(element, 0.0) < LIMITS.lead:
            continue
        if _is_named_lead(element):
            return ""
        said, told, begin = fold(words), fold(summary), LIMITS.description
        return "" if said[:begin] in told or (told and told[:begin] in said) else words
    return ""


def _is_lead_sized(words: str) -> bool:
    return LIMITS.lead <= len(words) <= LIMITS.longest_lead


def _is_named_lead(element: etree._Element) -> bool:
    return names_lead(f"{element.get('class') or ''} {element.get('itemprop') or ''} {element.get('id') or ''}")


def with_lead(body: Body, summary: str, language: str | None) -> str:
    """Return the text with the article's lead before it, where the lead is a part of it.

    In English-language journalism a standfirst is a teaser that the first paragraph tells again; elsewhere it
    opens the text, which goes on from it.
    """
    if language == "en" or body.origin != "html":
        return body.text
    lead = _lead(body.weights, body.container, summary)
    if not lead or fold(lead)[:200] in fold(body.text[: LIMITS.beginning]):
        return body.text
    return f"{lead}\n\n{body.text}"


def _lead(weights: Weights, container: etree._Element, summary: str) -> str:
    """Return what stands before the body and is named a lead, or says what the page's description says."""
    folded_summary = fold(summary)
    told = folded_summary[: LIMITS.lead_description]
    above_body = set(container.iterancestors())
    for element in weights.order:
        if element is container:
            break
        if element in above_body or element.tag in ("h1", "a", "body", "figcaption", "figure"):
            continue
        if not LIMITS.lead / 2 <= weights.raw[element] <= LIMITS.longest_lead:
            continue
        named = element not in weights.furniture and _is_named_lead(element)
        if not named and len(told) <= LIMITS.least_description:
            continue
        if any(above.tag in ("figure", "figcaption", "aside") for above in element.iterancestors()):
            continue
        words = text_content(element)
        if not _is_lead_sized(words):
            continue
        if not named:
            folded = fold(words)
            beyond = len(folded) - len(folded_summary)
            if not folded.startswith(told) or beyond >= LIMITS.longer_than_description:
                continue
        return words
    return ""
