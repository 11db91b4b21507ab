"""From a page to an article: one parse, one tree, fields and text, each with its origin.

``extract_article`` works on one page with no Scrapy, no store and no network.
"""

from __future__ import annotations

from importlib.metadata import version

from newsbot import __version__
from newsbot.extraction.body import find_body, plain_text, with_lead
from newsbot.extraction.document import MAX_BYTES, ExtractionError, next_page, read_document
from newsbot.extraction.fields import read_fields
from newsbot.extraction.kinds import kind_of, paywalled
from newsbot.extraction.language import claimed, language_of
from newsbot.extraction.rejection import refuse
from newsbot.items import Article, Candidate
from newsbot.web.text import count_words
from newsbot.web.urls import InvalidURL, article_id, canonical_url

__all__ = ["EXTRACTOR", "MAX_BYTES", "MAX_TEXT", "ExtractionError", "extract_article"]

EXTRACTOR = f"newsbot/{__version__} trafilatura/{version('trafilatura')}"
MAX_TEXT = 1_000_000
"""Characters of an article: more than a long novel has. What comes after extraction takes 40 times as many bytes."""


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
    body = find_body(document, facts, witnesses)
    if len(body.text) > MAX_TEXT:
        raise ExtractionError("too_large", f"{len(body.text)} characters of text, the limit is {MAX_TEXT}")
    refuse(document, facts, body)
    claim = claimed(
        document.root.get("lang"),
        document.root.get("{http://www.w3.org/XML/1998/namespace}lang"),
        facts.tags_of_head.first("og:locale", "content-language", "dc.language"),
        candidate.language if candidate else None,
    )
    language, origin = language_of(body.text, claim)
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
        word_count=count_words(text),
        kind=kind_of(facts),
        paywalled=paywalled(facts),
        fetched_at=fetched_at or "",
        extractor=EXTRACTOR,
        origins=facts.origins,
        next_page=next_page(document, address),
    )
