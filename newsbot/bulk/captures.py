"""Captures of an archive as the pages that a crawl would have fetched."""

from __future__ import annotations

import re
from dataclasses import replace

from newsbot.archive.provenance import Provenance
from newsbot.archive.reading import Capture, without_chunks
from newsbot.crawl.worker_pool import Extraction, make_article_in_worker
from newsbot.items import MAX_BYTES, Candidate, Collected, Page, Rejection
from newsbot.sources import source_name
from newsbot.web.completeness import is_all, is_complete
from newsbot.web.content_coding import TooLarge, unpack
from newsbot.web.encoding import header_charset
from newsbot.web.tdmrep import opt_outs_of_headers
from newsbot.web.urls import InvalidURL, canonical_url, site_of, url_key

_PAGE_TYPES = re.compile(r"html|^(?:$|text/plain|application/(?:xml|octet-stream|x-unknown))|^text/xml", re.IGNORECASE)
"""Types of what is a page, and of what may be one that is called something else."""
_IS_PAGE = re.compile(rb"<(?:!doctype\s+html|html|head|body|article)[\s>]", re.IGNORECASE)
_HEAD = 2000
_LENGTH = re.compile(r"[0-9]{1,18}")
"""Of a body; what is longer is none, and Python reads no number of 4,300 digits."""


def page_of(capture: Capture, date: str | None, own: Provenance | None = None) -> Page | Rejection | None:
    """Return the page of a capture, without what it was sent in, or why it is none; None for a picture or a script.

    ``date``: when it was made (newsbot.archive.reading.captured_at). ``own``: how newsbot came to it, where it archived
    it. Raises InvalidURL for an address that is none, or that wraps one of another site.
    """
    if not _may_be_page(capture):
        return None
    url = canonical_url(capture.url)
    if site_of(url) != site_of(capture.url):
        raise InvalidURL(f"it wraps one of another site, {url:.200}")
    asked = own.aliases[0] if own else url
    if capture.reason:
        return Rejection(url=asked, reason=capture.reason, detail=capture.detail)
    body, is_whole = capture.body, not capture.is_doubtful
    if "chunked" in (capture.header("transfer-encoding") or "").lower():
        plain = without_chunks(body)
        body, is_whole = plain.data, plain.is_whole
    elif _LENGTH.fullmatch(stated := capture.header("content-length") or ""):
        is_whole = len(body) >= int(stated)
    try:
        unpacked = unpack(body, capture.all_of("content-encoding"), MAX_BYTES)
    except TooLarge as error:
        return Rejection(url=asked, reason="too_large", detail=str(error))
    html = unpacked.data
    if capture.status == 206 and not is_all(capture.header("content-range"), html):
        return Rejection(url=asked, reason="cut_short", detail=f"a part: {capture.header('content-range')}"[:200])
    if not (is_whole and unpacked.is_whole) and not is_complete(html):
        return Rejection(url=asked, reason="cut_short", detail=f"{len(html)} bytes of it are there")
    page = Page(
        url=url,
        html=html,
        source=source_name(url),
        candidate=Candidate(url=url, via="archive"),
        aliases=[url],
        charset=header_charset(capture.header("content-type")),
        opt_outs=opt_outs_of_headers(
            capture.all_of("x-robots-tag"),
            next((value for value in capture.all_of("tdm-reservation") if value.strip() == "1"), None),
        ),
        fetched_at=date,
    )
    return as_fetched(page, own) if own else page


def provenance_of(capture: Capture) -> Provenance | None:
    """Return how newsbot came to the page of a capture, where it archived it, and nobody else wrote that beside it."""
    own = Provenance.from_bytes(capture.provenance) if capture.provenance else None
    try:
        if own and all(map(url_key, own.aliases)) and site_of(own.aliases[-1]) == site_of(capture.url):
            return own
    except (InvalidURL, IndexError):
        pass  # it says what newsbot does not
    return None


def as_fetched(page: Page, own: Provenance) -> Page:
    """Return the page of a capture with what newsbot knew of it when it fetched it."""
    return replace(
        page,
        url=own.aliases[-1],
        source=own.source,
        candidate=own.candidate,
        aliases=list(own.aliases),
        announced=own.announced,
        opt_outs=list(dict.fromkeys([*page.opt_outs, *own.opt_outs])),
    )


def article_of(page: Page, _own: Provenance | None, extraction: Extraction) -> Collected | Rejection:
    """Make a clean article of the page of a capture, or say why it is none (newsbot.bulk.files.Work)."""
    return make_article_in_worker(page, extraction)


def _may_be_page(capture: Capture) -> bool:
    """Whether a capture is of a page, or may be: pictures and scripts have no place in the ledger."""
    kind = (capture.header("content-type") or "").strip()
    if not _PAGE_TYPES.search(kind.partition(";")[0]):
        return False
    return "html" in kind.lower() or capture.reason is not None or not kind or _looks_like_page(capture)


def _looks_like_page(capture: Capture) -> bool:
    try:
        head = unpack(without_chunks(capture.body).data[:_HEAD], capture.all_of("content-encoding"), MAX_BYTES).data
    except TooLarge:
        return True
    return _IS_PAGE.search(head[:_HEAD]) is not None
