"""From a page to an article: one parse, one tree, fields and text, each with its origin.

``extract_article`` works on one page with no Scrapy, no store and no network.
"""

from __future__ import annotations

import re
from importlib.metadata import version

from newsbot import __version__
from newsbot.extraction.body import find_body, plain_text, with_lead
from newsbot.extraction.document import read_document
from newsbot.extraction.errors import ExtractionError
from newsbot.extraction.fields import read_fields
from newsbot.extraction.kinds import kind_of, paywalled, refuse
from newsbot.extraction.language import claimed, language_of
from newsbot.items import Article, Candidate
from newsbot.urls import InvalidURL, article_id, canonical_url

__all__ = ["EXTRACTOR", "ExtractionError", "extract_article", "word_count"]

EXTRACTOR = f"newsbot/{__version__} trafilatura/{version('trafilatura')}"
_WORD = re.compile(
    r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]|[\u0e00-\u0e7f\u0e80-\u0eff\u1000-\u109f\u1780-\u17ff]+|[^\W_]+(?:['’-][^\W_]+)*"
)
_CROWDED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_UNSPACED = re.compile(r"[\u0e00-\u0e7f\u0e80-\u0eff\u1000-\u109f\u1780-\u17ff]")


def word_count(text: str) -> int:
    """Count words, which blanks part.

    A Chinese or Japanese character counts as half a word, a Thai, Lao, Khmer or Burmese one as a fifth.

    >>> word_count("It's a well-known fact – so!"), word_count("東京で雨が降る。"), word_count("ประเทศไทยมีฝนตก")
    (5, 4, 3)
    """
    if not _CROWDED.search(text):
        return len(text.split()) - sum(text.count(alone) for alone in (" – ", " — ", " - ", " & ", " | "))
    words = characters = unspaced = 0
    for match in _WORD.finditer(text):
        piece = match[0]
        if "\u3040" <= piece[0] <= "\u9fff" or "\uf900" <= piece[0] <= "\ufaff":
            characters += 1
        elif _UNSPACED.match(piece):
            unspaced += len(piece)
        else:
            words += 1
    return words + round(characters / 2 + unspaced / 5)


def extract_article(
    html: bytes,
    url: str,
    *,
    charset: str | None = None,
    fetched_at: str | None = None,
    candidate: Candidate | None = None,
) -> Article:
    """Extract the article of one page.

    charset is the HTTP header's, which may be wrong; fetched_at (RFC 3339) is the time after which nothing can
    have been published; candidate is what a feed or sitemap said, the last witness for every field.
    Raises ExtractionError, whose reason is one of items.REJECTION_REASONS, for a page that is no article.
    """
    try:
        address = canonical_url(url)
    except InvalidURL as error:
        raise ExtractionError("unreadable", f"no address: {error}") from None
    document = read_document(html, url, charset)
    facts = read_fields(document, address, candidate, fetched_at)
    witnesses = [(plain_text(facts.article_body), "json-ld")] if facts.article_body else []
    if candidate and candidate.html:
        witnesses.append((plain_text(candidate.html), "feed"))
    body = find_body(document, facts.title, facts.summary or "", facts.authors, witnesses)
    text = body.text
    refuse(document, facts, body, text)
    claim = claimed(
        document.root.get("lang"),
        document.root.get("{http://www.w3.org/XML/1998/namespace}lang"),
        facts.tags_of_head.first("og:locale", "content-language", "dc.language"),
        candidate.language if candidate else None,
    )
    language, origin = language_of(text, claim)
    text = with_lead(body, facts.summary or "", language)
    facts.origins |= {"language": origin, "text": body.origin}
    return Article(
        id=article_id(facts.url),
        url=facts.url,
        site_name=facts.site_name,
        title=facts.title,
        authors=facts.authors,
        published=facts.published.isoformat() if facts.published else None,
        modified=facts.modified.isoformat() if facts.modified else None,
        published_precision=facts.published.precision if facts.published else None,
        language=language,
        section=facts.section,
        tags=facts.tags,
        image=facts.image,
        summary=facts.summary,
        text=text,
        word_count=word_count(text),
        kind=kind_of(facts),
        paywalled=paywalled(facts),
        fetched_at=fetched_at or "",
        extractor=EXTRACTOR,
        origins=facts.origins,
    )
