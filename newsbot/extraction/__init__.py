"""From a page to what it says: one parse, one tree, fields and text, each with its origin.

``extract_article`` works on one page with no Scrapy, no store and no network.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from newsbot.extraction.body import find_body, with_lead
from newsbot.extraction.document import ExtractionError, next_page, read_document
from newsbot.extraction.fields import address_of, kind_of, paywalled, read_fields
from newsbot.extraction.language import claimed, language_of
from newsbot.extraction.rejection import refuse
from newsbot.extraction.title import opening
from newsbot.extraction.witnesses import check_options, text_of_html
from newsbot.items import EXTRACTOR, EXTRACTORS, MAX_TEXT, Candidate, ExtractedArticle
from newsbot.web.dates import as_instant
from newsbot.web.tdmrep import RESERVE_TEXT, in_order, opt_outs_of_head
from newsbot.web.text import shortened, well_formed

__all__ = ["EXTRACTOR", "ExtractionError", "bounded", "check_options", "extract_article"]

# On 1,087 of the real pages (docs/decisions/0002-extraction.md) the longest title has 187 characters, site name 116,
# name of an author 42, summary 14,903 (a whole article), and nobody has more than four authors.
TITLE_LIMIT, SUMMARY_LIMIT = 1_000, 20_000
"""Characters after which a title and a summary are cut."""
LONGEST_SITE_NAME, LONGEST_NAME, MAX_AUTHORS = 300, 200, 100
"""Characters of names, and authors of an article; a longer name is none."""


def extract_article(
    html: bytes,
    url: str,
    *,
    charset: str | None = None,
    fetched_at: str | None = None,
    candidate: Candidate | None = None,
    opt_outs: Iterable[str] = (),
    respect_tdm: bool = False,
    extractor: str = "auto",
    trafilatura: Mapping[str, object] | None = None,
) -> ExtractedArticle:
    """Extract the article of one page.

    url is its address; where that is no web address, as a saved page's file name or an empty text, the page's own word
    on it counts: canonical link, og:url.
    charset is the HTTP header's, which may be wrong; fetched_at (RFC 3339) is the time after which nothing can
    have been published; candidate is what a feed or sitemap said, the last witness for every field; opt_outs are
    what headers and host reserve, to which the page's own meta tags add. With respect_tdm, a page whose text is
    reserved is refused ("tdm_reserved"), and one whose images are has none. extractor, one of items.EXTRACTORS, is
    who makes the text: "auto", newsbot's own walk and whom it asks where it doubts, or "trafilatura" alone, with these
    options of its bare_extraction.
    Raises ExtractionError, whose reason is one of items.REJECTION_REASONS, for a page that is no article, and for one
    whose address nobody knows ("unreadable"); ValueError for another extractor, or an option that there is not.
    What it returns is bounded().
    """
    if extractor not in EXTRACTORS:
        raise ValueError(f"one of {', '.join(EXTRACTORS)}, not {extractor!r}")
    if trafilatura:
        check_options(trafilatura)
    if as_instant(fetched_at) is None:
        fetched_at = None
    reserved = _reserved(opt_outs, respect_tdm)
    document = read_document(html, url, charset)
    address = address_of(document)
    facts = read_fields(document, address, candidate, fetched_at)
    reserved = _reserved([*reserved, *opt_outs_of_head(facts.tags_of_head.values)], respect_tdm)
    told = [(text_of_html(facts.article_body), "json-ld")] if facts.article_body else []
    if candidate and candidate.html:
        told.append((text_of_html(candidate.html), "feed"))
    body = find_body(document, facts, told, extractor=extractor, options=trafilatura)
    if len(body.text) > MAX_TEXT:
        raise ExtractionError("too_large", f"{len(body.text)} characters of text, the limit is {MAX_TEXT}")
    if not facts.title and (beginning := opening(body.text)):
        facts.title, facts.origins["title"] = beginning, "text"
    refuse(document, facts, body)
    claim = claimed(
        document.root.get("lang"),
        document.root.get("{http://www.w3.org/XML/1998/namespace}lang"),
        facts.tags_of_head.first("og:locale", "content-language", "dc.language"),
        candidate.language if candidate else None,
    )
    language, origin = language_of(body.text, claim)
    text = with_lead(body, facts.summary or "", language) if extractor == "auto" else body.text
    facts.origins |= {"language": origin, "text": body.origin}
    article = ExtractedArticle(
        url=facts.url,
        copied_from=facts.copied_from,
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
        text_confidence=body.confidence,
        kind=kind_of(facts),
        paywalled=paywalled(facts),
        opt_outs=reserved,
        fetched_at=fetched_at,
        extractor=EXTRACTORS[extractor],
        origins=facts.origins,
        next_page=next_page(document, address),
    )
    return bounded(article)


def bounded(article: ExtractedArticle) -> ExtractedArticle:
    """Return what a page says as every store takes it: its texts well-formed, none longer than such a text can be.

    Addresses, dates, labels and the text itself are bounded where they are read. Raises ExtractionError where nothing
    is left of the title or the text.
    """
    title = shortened(well_formed(article.title).strip(), TITLE_LIMIT)
    text = well_formed(article.text)
    if not title:
        raise ExtractionError("no_title", "nothing but what no text can hold")
    if not text.strip():
        raise ExtractionError("no_body", "nothing but what no text can hold")
    site_name = _well_formed(article.site_name)
    authors = [name for name in map(_well_formed, article.authors) if name and len(name) <= LONGEST_NAME]
    return replace(
        article,
        title=title,
        text=text,
        site_name=site_name if site_name and len(site_name) <= LONGEST_SITE_NAME else None,
        authors=authors[:MAX_AUTHORS],
        section=_well_formed(article.section),
        tags=[tag for tag in map(_well_formed, article.tags) if tag],
        summary=shortened(_well_formed(article.summary), SUMMARY_LIMIT),
    )


def _well_formed(text: str | None) -> str | None:
    return well_formed(text).strip() or None if text else None


def _reserved(names: Iterable[str], respect: bool) -> list[str]:
    """Return the opt-outs in their order; raise ExtractionError where they cost the text and are respected."""
    reserved = in_order(names)
    if respect and (texts := sorted(RESERVE_TEXT.intersection(reserved))):
        raise ExtractionError("tdm_reserved", ", ".join(texts))
    return reserved
