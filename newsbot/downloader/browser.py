"""The browser of a crawl: scrapy-playwright's, with one way out, and told what sources say of certificates.

Loaded only where a source has ``render = true`` (rendering.py), because scrapy-playwright is an extra.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from playwright.async_api import Browser, Page
from playwright.async_api import Error as BrowserError
from playwright.async_api import TimeoutError as BrowserTimeout
from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadFailedError, DownloadTimeoutError
from scrapy.http import Response
from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler
from scrapy_playwright.provider import PlaywrightBrowserProvider

from newsbot.downloader.errors import Skipped
from newsbot.downloader.http import BoundedDownloadHandler
from newsbot.downloader.socks_proxy import SocksProxy
from newsbot.downloader.ssrf import check_resolved
from newsbot.web.endpoints import endpoint_of

ONE_WAY_OUT = (
    "--proxy-bypass-list=<-loopback>",  # by default, loopback goes past a proxy
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # no look-up of its own, not even ahead of time
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",  # of builds without a window; the next is of the others
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-quic",
)
"""Options of Chromium that leave it no way out but the proxy; docs/reliability.md says how that is tested."""
BAD_CERTIFICATES = {
    "ERR_CERT_DATE_INVALID": "expired or not valid yet",
    "ERR_CERT_AUTHORITY_INVALID": "self-signed or of an unknown issuer",
    "ERR_CERT_COMMON_NAME_INVALID": "that of another host",
    "ERR_CERT_": "refused by the browser",
}
"""What is wrong with a certificate, by the first of Chromium's names for it (net_error_list.h) that its message has."""


class GuardedBrowser(PlaywrightBrowserProvider):  # type: ignore[misc]
    """Launches the browser behind a proxy of its own, which is open as long as the crawl is.

    Setting: PLAYWRIGHT_BROWSER_PROVIDER names it; of PLAYWRIGHT_LAUNCH_OPTIONS, ``args`` are replaced.
    """

    async def start(self) -> None:
        self.proxy = await SocksProxy().open()
        await super().start()

    async def launch_browser(self) -> Browser:
        way_out = f"--proxy-server=socks5://127.0.0.1:{self.proxy.port}"
        self.config.launch_options["args"] = [way_out, *ONE_WAY_OUT]
        browser: Browser = await super().launch_browser()
        return browser

    async def close(self) -> None:
        await super().close()
        await self.proxy.close()


class BrowserDownloadHandler(ScrapyPlaywrightDownloadHandler, BoundedDownloadHandler):  # type: ignore[misc]
    """Downloads with the browser what asks for it, and all else as BoundedDownloadHandler does (DOWNLOAD_HANDLERS).

    Reads ``request.meta["playwright"]``, and sets ``download_seconds`` as that does, and scrapy-playwright's
    ``playwright_context``, ``playwright_context_kwargs`` and ``playwright_page_event_handlers``.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        # It logs a traceback for every page that cannot be had; here the ledger says so.
        logging.getLogger("scrapy-playwright").setLevel(logging.ERROR)

    async def download_request(self, request: Request) -> Response:
        if not request.meta.get("playwright"):
            return await super().download_request(request)
        went: list[str] = []
        watched = {"request": _followed(went), "popup": _close}
        request.meta.update(self._context(request), playwright_page_event_handlers=watched)
        try:
            response: Response = await super().download_request(request)
        except BrowserTimeout as error:
            raise DownloadTimeoutError(error.message) from None
        except BrowserError as error:
            raise failure_of(error, went) from None
        if response.url.startswith("chrome-error:"):
            raise failure_of(BrowserError("the page went on to what cannot be had"), went)
        return response

    async def _download_request_with_page(self, request: Request, page: Page, spider: Spider) -> Response:
        """Count the host's time from here on: what a request waits for one of the browser's pages is not its host's."""
        began = self.clock.now()
        try:
            response: Response = await super()._download_request_with_page(request, page, spider)
            return response
        finally:
            request.meta["download_seconds"] = self.clock.now() - began

    def _context(self, request: Request) -> dict[str, Any]:
        host, port = endpoint_of(request.url) or ("", 0)
        lax = not self.certificates.verifies(host, port)
        return {
            "playwright_context": "any certificate" if lax else "good certificates",
            "playwright_context_kwargs": {
                "ignore_https_errors": lax,
                "service_workers": "block",
                "accept_downloads": False,  # they would fill the disk
            },
        }


def _followed(went: list[str]) -> Callable[[Any], None]:
    """Return what notes where a page itself goes, redirect by redirect; not its frames, pictures and scripts."""

    def note(request: Any) -> None:
        if request.is_navigation_request() and request.frame.parent_frame is None:
            went.append(request.url)

    return note


async def _close(window: Any) -> None:
    """Close what a page opens beside itself: no article is there, and a thousand windows fill the memory."""
    await window.close()


def failure_of(error: BrowserError, went: list[str]) -> Exception:
    """Return what the failure of a page is to Scrapy and the ledger, by the browser's words and where it had gone."""
    message = error.message.partition("\n")[0]
    try:
        check_resolved(endpoint_of(went[-1]) if went else None)
    except Skipped as inside:
        return inside
    if fault := next((words for name, words in BAD_CERTIFICATES.items() if name in message), None):
        return Skipped("certificate", fault)
    return DownloadFailedError(message)
