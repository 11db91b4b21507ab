"""From a page to what it says: one parse, one tree, fields and text, each with its origin.

``extract_article`` works on one page with no Scrapy, no store and no network.
"""

from __future__ import annotations

from collections.abc import Iterable

from newsbot.extraction.body import find_body, text_of_html, with_lead
from newsbot.extraction.document import ExtractionError, next_page, read_document
from newsbot.extraction.fields import read_fields
from newsbot.extraction.kinds import kind_of, paywalled
from newsbot.extraction.language import claimed, language_of
from newsbot.extraction.rejection import refuse
from newsbot.items import EXTRACTOR, MAX_TEXT, Candidate, ExtractedArticle
from newsbot.web.tdmrep import RESERVE_TEXT, in_order, opt_outs_of_head
from newsbot.web.urls import InvalidURL, canonical_url

__all__ = ["EXTRACTOR", "ExtractionError", "extract_article"]


def extract_article(
    html: bytes,
    url: str,
    *,
    charset: str | None = None,
    fetched_at: str | None = None,
    candidate: Candidate | None = None,
    opt_outs: Iterable[str] = (),
    respect_tdm: bool = False,
) -> ExtractedArticle:
    """Extract the article of one page.

    charset is the HTTP header's, which may be wrong; fetched_at (RFC 3339) is the time after which nothing can
    have been published; candidate is what a feed or sitemap said, the last witness for every field; opt_outs are
    what headers and host reserve, to which the page's own meta tags add. With respect_tdm, a page whose text is
    reserved is refused ("tdm_reserved"), and one whose images are has none.
    Raises ExtractionError, whose reason is one of items.REJECTION_REASONS, for a page that is no article.
    """
    try:
        address = canonical_url(url)
    except InvalidURL as error:
        raise ExtractionError("unreadable", f"no address: {error}") from None
    reserved = _reserved(opt_outs, respect_tdm)
    document = read_document(html, url, charset)
    facts = read_fields(document, address, candidate, fetched_at)
    reserved = _reserved([*reserved, *opt_outs_of_head(facts.tags_of_head.values)], respect_tdm)
    witnesses = [(text_of_html(facts.article_body), "json-ld")] if facts.article_body else []
    if candidate and candidate.html:
        witnesses.append((text_of_html(candidate.html), "feed"))
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
    return ExtractedArticle(
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
        image=None if respect_tdm and "noimageai" in reserved else facts.image,
        summary=facts.summary,
        text=text,
        kind=kind_of(facts),
        paywalled=paywalled(facts),
        opt_outs=reserved,
        fetched_at=fetched_at or "",
        extractor=EXTRACTOR,
        origins=facts.origins,
        next_page=next_page(document, address),
    )


def _reserved(names: Iterable[str], respect: bool) -> list[str]:
    """Return the opt-outs in their order; raise ExtractionError where they cost the text and are respected."""
    reserved = in_order(names)
    if respect and (texts := sorted(RESERVE_TEXT.intersection(reserved))):
        raise ExtractionError("tdm_reserved", ", ".join(texts))
    return reserved
