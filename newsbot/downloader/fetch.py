"""What is asked for, what counts as its answer, and what the headers of an answer say."""

from __future__ import annotations

from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.http import Response
from scrapy.responsetypes import responsetypes
from scrapy.spidermiddlewares.httperror import HttpError

from newsbot.downloader.errors import DOWNLOAD_ERRORS, Skipped, outcome_of
from newsbot.downloader.waiting import ask
from newsbot.web.completeness import is_all, is_complete
from newsbot.web.content_coding import ACCEPTED as CODINGS
from newsbot.web.content_coding import GZIP, ZSTD, TooLarge, unpack
from newsbot.web.encoding import header_charset
from newsbot.web.tdmrep import opt_outs_of_headers
from newsbot.web.text import well_formed

_XML = "application/xml,text/xml;q=0.9,*/*;q=0.1"
ACCEPTED = {
    "feed": f"application/rss+xml,application/atom+xml,application/feed+json,application/rdf+xml;q=0.9,{_XML}",
    "news_sitemap": _XML,
    "sitemap": _XML,
    "robots.txt": "text/plain,text/*;q=0.5,*/*;q=0.1",
    "tdmrep.json": "application/json,*/*;q=0.1",
}
"""The Accept header by what is asked for; pages have DEFAULT_REQUEST_HEADERS. Servers give a page to who takes one."""


def accepting(kind: str) -> dict[str, str]:
    """Return the header that says what a request takes, empty where it takes a page.

    >>> accepting("sitemap"), accepting("section")
    ({'Accept': 'application/xml,text/xml;q=0.9,*/*;q=0.1'}, {})
    """
    return {"Accept": ACCEPTED[kind]} if kind in ACCEPTED else {}


DATALOSS = "dataloss"
"""Scrapy's flag of a body that is shorter than announced; also given where a compression has no end."""
STALLED = 5.0
"""Seconds after which an answer that breaks off has cost as much as a time-out, and is not asked for again at once."""
CUT_SHORT = "cut_short"
"""A flag of a response that is not whole (``response.flags``), and the reason why a page then is no page."""
NO_ANSWER_YET = (202, 204, 205)
"""Statuses of an answer that has nothing to read in it, now at least (RFC 9110, 15.3)."""
NOT_ACCEPTABLE = 406
"""The status of servers that take offence at what an Accept header prefers."""

FAILS_AT_CONDITIONS = (400, 412, 500, 501, 502)
"""Statuses that a conditional request may have for its conditions alone (RFC 9110, 15.5.13; the others are bugs)."""
LONGEST_HEADER = 8_192
"""Bytes of a header that says one thing (a validator, a type): no common server takes a longer one back."""

_CONDITIONS = ("If-None-Match", "If-Modified-Since")


class AnswerMiddleware:
    """Unpacks what comes, whatever is said of its compression, and sees to it that it answers what was asked.

    What does not (a 304 to an unconditional request, a failure at a conditional one, a part that nobody asked for, a
    body that breaks off, nothing yet) is asked for once more, past all caches; if it comes again, there is no answer.
    Half a body is an answer with the flag CUT_SHORT, but not for a request with ``meta["must_be_whole"]``.

    What took longer than STALLED is not asked for again.

    Settings: DOWNLOAD_MAXSIZE (or ``meta["download_maxsize"]``), also of what is unpacked. RETRY_TIMES.
    """

    def __init__(self, crawler: Crawler, max_size: int) -> None:
        self.crawler = crawler
        self.max_size = max_size

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler, crawler.settings.getint("DOWNLOAD_MAXSIZE"))

    def process_request(self, request: Request) -> None:
        request.headers.setdefault("Accept-Encoding", CODINGS)

    def process_response(self, request: Request, response: Response) -> Request | Response:
        if request.meta.get("playwright"):
            return response
        response = self._unpacked(request, response)
        fault = fault_of(request, response)
        if fault is None:
            return response
        assert self.crawler.spider is not None
        is_slow = request.meta.get("download_seconds", 0.0) > STALLED
        if not is_slow and (again := get_retry_request(request, spider=self.crawler.spider, reason=fault)):
            for name in _CONDITIONS:
                again.headers.pop(name, None)
            again.headers["Cache-Control"] = "no-cache"
            if response.status == NOT_ACCEPTABLE:
                again.headers.update({"Accept": "*/*", "Accept-Language": "*"})
            return again
        if fault == CUT_SHORT and request.meta.get("must_be_whole"):
            raise Skipped(CUT_SHORT, f"{len(response.body)} bytes came")
        is_empty = response.status in NO_ANSWER_YET and not response.body.strip()
        if response.status in (206, 304) or (is_empty and request.meta.get("must_be_whole")):
            raise HttpError(response, fault)
        return response

    def _unpacked(self, request: Request, response: Response) -> Response:
        stated = headers_of(response, "Content-Encoding")
        if not stated and not response.body.startswith((GZIP, ZSTD)):
            return response
        limit = request.meta.get("download_maxsize", self.max_size)
        try:
            plain = unpack(response.body, stated, limit)
        except TooLarge as error:
            raise Skipped("too_large", str(error)) from None
        response.headers.pop("Content-Encoding", None)
        kind = responsetypes.from_args(headers=response.headers, url=response.url, body=plain.data)
        flags = [*response.flags, *([] if plain.is_whole else [DATALOSS])]
        # Not replace(): for a response of text Scrapy would guess the charset of the packed bytes, and then believe it.
        known = {name: getattr(response, name) for name in Response.attributes}
        return kind(**{**known, "body": plain.data, "flags": flags})


def fault_of(request: Request, response: Response) -> str | None:
    """Return why a response does not answer its request, or None; flag one that breaks off.

    >>> asked = Request("https://e.org/feed")
    >>> [fault_of(asked, Response(asked.url, status=status)) for status in (200, 203, 304, 206, 202)]
    [None, None, 'http_304', 'http_206', 'http_202']
    >>> fault_of(asked.replace(headers={"If-None-Match": "x"}), Response(asked.url, status=412))
    'http_412'
    """
    status = response.status
    is_conditional = any(name in request.headers for name in _CONDITIONS)
    if status == 304:
        return None if is_conditional else "http_304"
    stated = header_of(response, "Content-Range")
    if status == 206 and not is_all(stated, response.body):
        return CUT_SHORT if stated else "http_206"
    if status in NO_ANSWER_YET or status == NOT_ACCEPTABLE or (is_conditional and status in FAILS_AT_CONDITIONS):
        return f"http_{status}"
    if status < 300 and DATALOSS in response.flags and not is_complete(response.body):
        response.flags.append(CUT_SHORT)
        return CUT_SHORT
    return None


async def fetch(crawler: Crawler, request: Request) -> tuple[Response | None, str]:
    """Return the response to a request, or None and why there is none: a reason of the ledger, and its detail.

    A response counts whose status says success or is in the request's handle_httpstatus_list. The downloader and its
    middlewares are those of every request: manners, guards, retries, redirects.
    """
    try:
        response = await ask(crawler, request)
    except DOWNLOAD_ERRORS as error:
        _, reason, detail = outcome_of(error)
        return None, f"{reason}: {detail}" if detail else reason
    if response.status < 300 or response.status in request.meta.get("handle_httpstatus_list", ()):
        return response, ""
    return None, f"http_{response.status}"


async def through_pipelines(crawler: Crawler, item: object) -> None:
    """Send an item that came of no response through the item pipelines.

    A crawl that is closing waits for every item, and looks whether the last has ended after those of responses alone.
    """
    assert crawler.engine is not None
    scraper = crawler.engine.scraper
    try:
        await scraper.start_itemproc_async(item, response=None)
    finally:
        scraper._check_if_closing()


def header_of(response: Response, name: str) -> str | None:
    """Return a header of a response; None where it has none, or one of more than LONGEST_HEADER bytes.

    >>> header_of(Response("https://e.org/", headers={"ETag": "a\\0b", "Link": "x" * 9000}), "ETag")
    'ab'
    """
    value = response.headers.get(name)
    return well_formed(value.decode("latin-1")) if value and len(value) <= LONGEST_HEADER else None


def headers_of(response: Response, name: str) -> list[str]:
    """Return every header of a name, however long."""
    return [well_formed(value.decode("latin-1")) for value in response.headers.getlist(name)]


def charset_of(response: Response) -> str | None:
    """Return the charset that the HTTP header states."""
    return header_charset(header_of(response, "Content-Type"))


def opt_outs_of(response: Response) -> list[str]:
    """Return what the publisher of a page reserves for its whole site or in its headers."""
    stated = header_of(response, "TDM-Reservation")
    return opt_outs_of_headers(
        headers_of(response, "X-Robots-Tag"), stated or ("1" if response.meta.get("tdm_reserved") else None)
    )
