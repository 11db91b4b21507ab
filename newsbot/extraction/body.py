"""Find the article's text: newsbot's own walk first, trafilatura where its result is doubtful.

This is the only module that imports trafilatura.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import trafilatura
from lxml import etree, html

from newsbot.extraction.blocks import joined, select
from newsbot.extraction.container import Weights, weigh
from newsbot.extraction.document import Document
from newsbot.extraction.fields import Facts
from newsbot.extraction.lead import find_intro, find_lead, find_standfirst
from newsbot.extraction.locate import locate
from newsbot.extraction.render import Block, render
from newsbot.extraction.scripts import html_in_scripts
from newsbot.extraction.title import fold

_UNSPACED = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
MIN_TEXT = 250
"""Characters below which a result is doubtful."""
MIN_KEPT = 0.35
"""Share of the longer words of title and summary below which it is: of 376 pages ten, three of them wrong."""
MIN_SHARE = 0.35
"""Share of the page's weight below which it is."""


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
    title, summary, authors, site = facts.title, facts.summary or "", facts.authors, facts.site
    weights = weigh(document.body, document.elements)
    container = locate(document.body, weights, title)
    blocks = render(container, weights)
    told = fold(summary)[:60]
    for intro in reversed(find_intro(weights, container, document.h1, title)):
        before = render(intro, weights)
        if not (told and fold(joined(before)).startswith(told)):  # that is the lead, see with_lead
            blocks = [*before, *blocks]
    text = joined(select(blocks, title, authors, site))
    opening = find_standfirst(weights, container, document.h1, title, summary)
    if opening and fold(opening) not in fold(text[:3000]):
        text = f"{opening}\n\n{text}"
    own, origin = text, "html"
    promised = {word for word in fold(f"{title} {summary}").split() if len(word) > 3}
    kept = _kept(promised, text)
    # a character of Chinese or Japanese says more than a letter does
    small = len(text) * (2 if _UNSPACED.search(text[:200]) else 1) < max(
        2 * MIN_TEXT, MIN_SHARE * weights.total, 0.5 * max((len(told) for told, _ in witnesses), default=0)
    )
    if small or kept < MIN_KEPT:
        for other, source in _other_opinions(document, witnesses, site):
            better = _kept(promised, other) - kept
            longer = small and len(other) > max(1.5 * len(text), MIN_TEXT / 2)
            if longer and (len(text) < MIN_TEXT or better > 0.1 or len(text) >= 2 * MIN_TEXT):
                text, origin = other, source
                break
            if len(other) > MIN_TEXT and better > 0.2:
                text, origin = other, source
                break
    return Body(text, origin, weights, container, own, blocks)


def _kept(promised: set[str], text: str) -> float:
    """Return the share of the promised words that a text has; 1 where next to nothing is promised."""
    if len(promised) <= 4:
        return 1.0
    folded = text.casefold()
    return sum(word in folded for word in promised) / len(promised)


def with_lead(body: Body, summary: str, language: str | None) -> str:
    """Return the text with the article's lead before it, where the lead is a part of it.

    In English-language journalism a standfirst is a teaser that the first paragraph tells again; elsewhere it
    opens the text, which goes on from it.
    """
    if language == "en" or body.origin != "html":
        return body.text
    lead = find_lead(body.weights, body.container, body.text, summary)
    return f"{lead}\n\n{body.text}" if lead else body.text


def _other_opinions(document: Document, witnesses: Sequence[tuple[str, str]], site: str) -> Iterator[tuple[str, str]]:
    """Give what the other witnesses say is the text, the best first."""
    yield from ((told, origin) for told, origin in witnesses if len(told) > MIN_TEXT)
    yield _second_opinion(document), "html"
    carried = html_in_scripts(script.text or "" for script in document.others)
    if carried is not None:
        weights = weigh(carried)
        blocks = render(carried, weights)
        yield joined(select(blocks, "", (), site)), "script"


def plain_text(markup: str) -> str:
    """Return the text of a piece of HTML, as feeds and JSON-LD carry it, by the same rules as a page's.

    >>> plain_text("<p>One &amp; two.</p><p>Three.</p>")
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


def _second_opinion(document: Document) -> str:
    """Ask trafilatura, on our tree (scripts and styles are gone already), without its metadata."""
    tree = html.document_fromstring(
        etree.tostring(document.root, encoding="utf-8"), parser=html.HTMLParser(encoding="utf-8")
    )
    found = trafilatura.bare_extraction(tree, fast=True, include_comments=False, with_metadata=False)
    if found is None or isinstance(found, dict) or not found.text:
        return ""
    return "\n\n".join(line for line in found.text.splitlines() if line.strip())
