"""Find the article's text: newsbot's own walk first, trafilatura where its result is doubtful.

This is the only module that imports trafilatura.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import trafilatura
from lxml import etree, html

from newsbot.extraction.document import Document
from newsbot.extraction.lead import find_lead
from newsbot.extraction.locate import Weights, locate, weigh
from newsbot.extraction.render import Renderer
from newsbot.extraction.blocks import joined, select
from newsbot.extraction.scripts import html_in_scripts
from newsbot.urls import site_of

MIN_TEXT = 250
"""Characters below which a result is doubtful."""
MIN_SHARE = 0.35
"""Share of the page's weight below which it is."""


@dataclass(slots=True)
class Body:
    """The article's text, and what the search for it saw."""

    text: str
    origin: str
    weights: Weights
    container: etree._Element
    links: int = 0


def find_body(document: Document, title: str, authors: Sequence[str], witness: str = "") -> Body:
    """Return the article's text; witness is what JSON-LD or the feed says it is (plain text)."""
    weights = weigh(document.body)
    container = locate(document.body, weights, title)
    blocks = Renderer(weights, weights.clean.get(container, 0.0)).render(container)
    text = joined(select(blocks, title, authors, site_of(document.url)))
    origin = "html"
    if _doubtful(text, weights, witness):
        for other, source in _other_opinions(document, witness):
            if len(other) > 1.5 * len(text) and len(other) > MIN_TEXT / 2:
                text, origin = other, source
                break
    return Body(text, origin, weights, container)


def with_lead(body: Body, summary: str, language: str | None) -> str:
    """Return the text with the article's lead before it, where the lead is a part of it.

    In English-language journalism a standfirst is a teaser that the first paragraph tells again; elsewhere it
    opens the text, which goes on from it.
    """
    if language == "en" or body.origin != "html":
        return body.text
    lead = find_lead(body.weights, body.container, body.text, summary)
    return f"{lead}\n\n{body.text}" if lead else body.text


def _doubtful(text: str, weights: Weights, witness: str) -> bool:
    if len(text) < MIN_TEXT or len(text) < MIN_SHARE * weights.total:
        return True
    return bool(witness) and len(text) < 0.5 * len(witness)


def _other_opinions(document: Document, witness: str) -> Iterator[tuple[str, str]]:
    """Give what the other witnesses say is the text, the best first."""
    if len(witness) > MIN_TEXT:
        yield witness, "json-ld"
    yield _second_opinion(document), "html"
    carried = html_in_scripts(script.text or "" for script in document.others)
    if carried is not None:
        weights = weigh(carried)
        blocks = Renderer(weights, weights.clean.get(carried, 0.0)).render(carried)
        yield joined(select(blocks, "", (), site_of(document.url))), "script"


def _second_opinion(document: Document) -> str:
    """Ask trafilatura, on our tree (scripts and styles are gone already), without its metadata."""
    tree = html.document_fromstring(etree.tostring(document.root, encoding="utf-8"), parser=html.HTMLParser(encoding="utf-8"))
    found = trafilatura.bare_extraction(tree, fast=True, include_comments=False, with_metadata=False)
    if found is None or isinstance(found, dict) or not found.text:
        return ""
    return "\n\n".join(line for line in found.text.splitlines() if line.strip())
