"""Fetching one page that somebody waits for, beside the queue of the crawl, and what the headers of a response say."""

from __future__ import annotations

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from newsbot.downloader.errors import DOWNLOAD_ERRORS, outcome_of
from newsbot.web.encoding import header_charset
from newsbot.web.tdmrep import opt_outs_of_headers

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


async def fetch(crawler: Crawler, request: Request) -> tuple[Response | None, str]:
    """Return the response to a request, or None and why there is none: a reason of the ledger, and its detail.

    A response counts whose status is 200 or in the request's handle_httpstatus_list. The downloader and its
    middlewares are those of every request: manners, guards, retries, redirects.
    """
    assert crawler.engine is not None
    try:
        response = await crawler.engine.download_async(request)
    except DOWNLOAD_ERRORS as error:
        _, reason, detail = outcome_of(error)
        return None, f"{reason}: {detail}" if detail else reason
    if response.status == 200 or response.status in request.meta.get("handle_httpstatus_list", ()):
        return response, ""
    return None, f"http_{response.status}"


def header_of(response: Response, name: str) -> str | None:
    """Return a header of a response; None where it has none."""
    value = response.headers.get(name)
    return value.decode("latin-1") if value else None


def charset_of(response: Response) -> str | None:
    """Return the charset that the HTTP header states."""
    return header_charset(header_of(response, "Content-Type"))


def opt_outs_of(response: Response) -> list[str]:
    """Return what the publisher of a page reserves for its whole site or in its headers."""
    robots = [value.decode("latin-1") for value in response.headers.getlist("X-Robots-Tag")]
    stated = header_of(response, "TDM-Reservation")
    return opt_outs_of_headers(robots, stated or ("1" if response.meta.get("tdm_reserved") else None))
