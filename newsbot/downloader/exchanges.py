"""What goes over the wire for a page, as an archive keeps it."""

from __future__ import annotations

from typing import Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Response

from newsbot.archive.records import SECRETS
from newsbot.downloader.redirects import REDIRECTS
from newsbot.items import Exchange


class ExchangeMiddleware:
    """Notes how a page came in ``request.meta["exchanges"]``: the redirects to it, and the last answer.

    It stands before whatever unpacks answers, and heeds requests for pages that are to be whole
    (``meta["must_be_whole"]``). Setting: NEWSBOT_ARCHIVE.
    """

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        if not crawler.settings["NEWSBOT_ARCHIVE"]:
            raise NotConfigured
        return cls()

    def process_response(self, request: Request, response: Response) -> Response:
        if request.meta.get("must_be_whole"):
            redirects = [one for one in request.meta.get("exchanges", ()) if one.status in REDIRECTS]
            request.meta["exchanges"] = [*redirects, exchange_of(request, response)]
        return response


def exchange_of(request: Request, response: Response) -> Exchange:
    """Return what was asked and answered, without the secrets of a request.

    >>> asked = Request("https://e.org/a?b=1", headers={"Accept": "text/html", "Authorization": "Basic eDp5"})
    >>> exchange_of(asked, Response("https://e.org/a?b=1", headers={"ETag": "x"}, body=b"<p>")).request
    b'GET /a?b=1 HTTP/1.1\\r\\nHost: e.org\\r\\nAccept: text/html\\r\\n\\r\\n'
    """
    parts = urlsplit(request.url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = [f"{request.method} {target} HTTP/1.1".encode(), b"Host: " + parts.netloc.rpartition("@")[2].encode()]
    lines += [b"%b: %b" % pair for pair in _pairs(request) if pair[0].lower() not in SECRETS]
    return Exchange(
        url=response.url,
        request=b"\r\n".join(lines) + b"\r\n\r\n",
        status=response.status,
        protocol=response.protocol or "HTTP/1.1",
        headers=_pairs(response),
        body=response.body,
        ip_address=str(response.ip_address) if response.ip_address else None,
        is_rendered=bool(request.meta.get("playwright")),
    )


def _pairs(message: Request | Response) -> list[tuple[bytes, bytes]]:
    return [(name, value) for name, values in message.headers.items() for value in values]
