"""Find the article's text: newsbot's own walk over the page, and other opinions where its result is doubtful.

Other opinions are what JSON-LD and the feed say that the text is, trafilatura's, and HTML that a script carries, as in
pages that are built in the browser. This is the only module that imports trafilatura.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

import trafilatura
from lxml import etree, html

from newsbot.extraction.class_names import names_lead
from newsbot.extraction.container import Weights, locate, weigh
from newsbot.extraction.document import Document, headlines
from newsbot.extraction.fields import Facts
from newsbot.extraction.render import Block, joined, render, select
from newsbot.web.text import HAN_AND_KANA, fold, text_content


@dataclass(frozen=True, slots=True)
class Limits:
    """What decides of texts, in characters.

    Chosen on the half of 376 real pages that rules were tuned on (docs/decisions/0002-extraction.md).
    """

    doubtful: int = 500
    """A shorter result is doubtful; a character of Chinese or Japanese counts twice."""
    share_of_page: float = 0.35
    """A result that has less of the page's weight is doubtful."""
    share_of_witness: float = 0.5
    """So is one that is shorter than this share of what JSON-LD or the feed say."""
    promised: float = 0.35
    """So is one with fewer of the longer words of title and summary: of 376 pages ten, three of them wrong."""
    promised_word: int = 4
    """Characters from which a word is a longer one."""
    promised_words: int = 5
    """With fewer such words nothing is promised."""
    short: int = 250
    """Another opinion takes a shorter result's place if it is longer; one that is shorter itself tells little."""
    much_longer: float = 1.5
    """An opinion is longer if it is so many times as long as the result, and not under half of short."""
    better: float = 0.1
    """A longer opinion wins if it has so much more of what is promised; a shorter one needs much_better."""
    much_better: float = 0.2
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
    beginning: int = 3000
    """Where the text is searched for the lead, lest it stand twice."""
    smallest_script: int = 500
    largest_script: int = 3_000_000
    """A script that carries the article has such a length."""


LIMITS = Limits()
_SENTENCE_ENDS = (".", "!", "?", "…", "。", "।", "؟", "”", "»")
_UNSPACED = re.compile(f"[{HAN_AND_KANA}]")
_ESCAPED_PARAGRAPH = re.compile(r"(?:\\u003cp|<p|\\u003Cp)\b")
_REST_OF_STRING = re.compile(r'(?:[^"\\]++|\\.)*+"', re.DOTALL)
"""After its opening quote; possessive, so that a string without end costs one pass."""
_UNICODE_ESCAPE = re.compile(r"\\+u([0-9a-fA-F]{4})")
_ESCAPE = re.compile(r"\\+([ntr\"/'])")
_ESCAPED = {"n": "\n", "t": " ", "r": ""}


@dataclass(slots=True)
class Body:
    """The article's text, and what the search for it saw."""

    text: str
    origin: str
    weights: Weights
    container: etree._Element
    own: str = ""
    """What newsbot's own walk gave, before another opinion was heard."""
    blocks: list[Block] = field(default_factory=list)
    """What that walk met, before it chose."""


def find_body(document: Document, facts: Facts, witnesses: Sequence[tuple[str, str]] = ()) -> Body:
    """Return the article's text; witnesses are texts and origins: what JSON-LD and the feed say that it is.

    A result is doubtful where it is short, a small part of the page's text or of the witness, or where it
    holds few of the words of title and summary. Then the other witnesses are asked, and the first that is much
    longer, or speaks far better of what title and summary promise, wins.
    """
    weights = weigh(document.body, document.elements)
    container = locate(document.body, weights, facts.title)
    headline = next(headlines(document.h1, facts.title), None)
    blocks = [*_intro(weights, container, headline, facts.summary or ""), *render(container, weights)]
    own = joined(select(blocks, facts.title, facts.authors, facts.site))
    standfirst = _standfirst(weights, container, headline, facts.summary or "")
    if standfirst and fold(standfirst) not in fold(own[: LIMITS.beginning]):
        own = f"{standfirst}\n\n{own}"
    text, origin = _best(own, weights, document, facts, witnesses)
    return Body(text, origin, weights, container, own, blocks)


def _intro(
    weights: Weights, container: etree._Element, headline: etree._Element | None, summary: str
) -> Iterator[Block]:
    """Give the blocks of what stands with running text between headline and body, unless it is the lead."""
    told = fold(summary)[: LIMITS.description]
    for element in _between(weights, container, headline):
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
            if weights.clean.get(sibling, 0.0) >= LIMITS.intro and sibling not in weights.furniture:
                before.append(sibling)
        found = [*reversed(before), *found]
        if parent in above_headline:
            return found
        node = parent
    return []


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


def _best(
    own: str, weights: Weights, document: Document, facts: Facts, witnesses: Sequence[tuple[str, str]]
) -> tuple[str, str]:
    """Return newsbot's own result, or the opinion that is better where that is doubtful, and its origin."""
    promised = {
        word for word in fold(f"{facts.title} {facts.summary or ''}").split() if len(word) >= LIMITS.promised_word
    }
    kept = _share_kept(promised, own)
    length = len(own) * (2 if _UNSPACED.search(own[:200]) else 1)
    small = length < max(
        LIMITS.doubtful,
        LIMITS.share_of_page * weights.total,
        LIMITS.share_of_witness * max((len(told) for told, _ in witnesses), default=0),
    )
    if not small and kept >= LIMITS.promised:
        return own, "html"
    for other, origin in _other_opinions(document, witnesses, facts.site):
        better = _share_kept(promised, other) - kept
        longer = small and len(other) > max(LIMITS.much_longer * len(own), LIMITS.short / 2)
        if longer and (len(own) < LIMITS.short or better > LIMITS.better or len(own) >= LIMITS.doubtful):
            return other, origin
        if len(other) > LIMITS.short and better > LIMITS.much_better:
            return other, origin
    return own, "html"


def _share_kept(promised: set[str], text: str) -> float:
    """Return the share of the promised words that a text has; 1 where next to nothing is promised."""
    if len(promised) < LIMITS.promised_words:
        return 1.0
    folded = text.casefold()
    return sum(word in folded for word in promised) / len(promised)


def _other_opinions(document: Document, witnesses: Sequence[tuple[str, str]], site: str) -> Iterator[tuple[str, str]]:
    """Give what the other witnesses say is the text, the best first."""
    yield from ((told, origin) for told, origin in witnesses if len(told) > LIMITS.short)
    yield _by_trafilatura(document), "html"
    carried = _carried_by(script.text or "" for script in document.others)
    if carried is not None:
        yield joined(select(render(carried, weigh(carried)), "", (), site)), "script"


def _by_trafilatura(document: Document) -> str:
    """Ask trafilatura, on our tree (scripts and styles are gone already), without its metadata."""
    tree = html.document_fromstring(
        etree.tostring(document.root, encoding="utf-8"), parser=html.HTMLParser(encoding="utf-8")
    )
    found = trafilatura.bare_extraction(tree, fast=True, include_comments=False, with_metadata=False)
    if found is None or isinstance(found, dict) or not found.text:
        return ""
    return "\n\n".join(line for line in found.text.splitlines() if line.strip())


def _carried_by(scripts: Iterable[str]) -> etree._Element | None:
    """Return the longest piece of HTML with paragraphs that a script carries as a string, parsed; or None."""
    best = ""
    for script in scripts:
        size = len(script)
        if not LIMITS.smallest_script <= size <= LIMITS.largest_script or not _ESCAPED_PARAGRAPH.search(script):
            continue
        for text in _strings(script):
            if len(text) > len(best) and text.count("003cp") + text.count("003Cp") + text.count("<p") >= 3:
                best = text
    if not best:
        return None
    # a string may stand within a string within a string: any run of backslashes is one escape
    best = _UNICODE_ESCAPE.sub(lambda match: chr(int(match[1], 16)), best)
    best = _ESCAPE.sub(lambda match: _ESCAPED.get(match[1], match[1]), best)
    inner = best[max(best.find("<p"), 0) : best.rfind("</p>") + 4]
    try:
        return html.fromstring(f"<div>{inner.encode('utf-8', 'ignore').decode()}</div>")
    except (etree.LxmlError, ValueError):
        return None


def _strings(script: str) -> Iterator[str]:
    """Give the script's double-quoted strings, escapes and all."""
    start = script.find('"')
    while start >= 0:
        rest = _REST_OF_STRING.match(script, start + 1)
        if rest is None:
            return
        yield rest[0][:-1]
        start = script.find('"', rest.end())


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
        if not named and not told:
            continue
        if any(above.tag in ("figure", "figcaption", "aside") for above in element.iterancestors()):
            continue
        words = text_content(element)
        if not _is_lead_sized(words):
            continue
        if not named:
            folded = fold(words)
            beyond = len(folded) - len(folded_summary)
            if len(told) <= LIMITS.least_description or not folded.startswith(told):
                continue
            if beyond >= LIMITS.longer_than_description:
                continue
        return words
    return ""


def text_of_html(markup: str) -> str:
    """Return the text of a piece of HTML, as feeds and JSON-LD carry it, by the same rules as a page's.

    >>> text_of_html("<p>One &amp; two.</p><p>Three.</p>")
    'One & two.\\n\\nThree.'
    """
    if "<" not in markup:
        return "\n\n".join(line.strip() for line in markup.splitlines() if line.strip())
    try:
        tree = etree.fromstring(f"<div>{markup}</div>", etree.HTMLParser(remove_comments=True, no_network=True))
    except (etree.LxmlError, ValueError):
        return ""
    if tree is None:
        return ""
    etree.strip_elements(tree, "script", "style", with_tail=False)
    return joined(render(tree, weigh(tree)))
