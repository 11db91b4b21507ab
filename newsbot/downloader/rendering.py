"""Pages that need JavaScript, for sources with `render = true`: an installed Chromium, through scrapy-playwright.

The browser takes the place of the HTTP client for these requests alone; robots.txt, delays and the
bound of one request a host stay Scrapy's. Nothing is downloaded: the browser is the system's.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from contextlib import suppress
from importlib.util import find_spec
from typing import Any

from scrapy.settings import BaseSettings

from newsbot.sources import Source

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
"""Names of the program on Debian and elsewhere, the first that is installed."""
QUIET_MS = 5000
"""Milliseconds that a page may go on loading after it has loaded; many never come to rest."""
PAGES_AT_ONCE = 4
"""Pages that are open in the browser at the same time, of all hosts together; Scrapy's own bounds allow 128."""
NOT_NEEDED = frozenset({"image", "media", "font"})
"""Playwright's names of the resources that a page is rendered without."""
HANDLER = "newsbot.downloader.browser.BrowserDownloadHandler"


def missing(settings: BaseSettings) -> str | None:
    """Say what is missing to render pages, or None."""
    if find_spec("scrapy_playwright") is None:
        return "render = true needs the extra: pip install 'newsbot[js]'"
    if chromium(settings) is None:
        return "render = true needs Chromium: install it, or name its program with NEWSBOT_CHROMIUM"
    return None


def chromium(settings: BaseSettings) -> str | None:
    """Return the path of the browser: the one that NEWSBOT_CHROMIUM names, or the first that is installed."""
    named = settings["NEWSBOT_CHROMIUM"]
    return next((path for name in ([named] if named else BROWSERS) if (path := shutil.which(name))), None)


def use_browser(settings: BaseSettings, sources: Iterable[Source]) -> None:
    """Let the requests that ask for it go through the browser, if a source needs it and all is there."""
    if not any(source.render for source in sources) or missing(settings):
        return
    values = {
        "DOWNLOAD_HANDLERS": {**settings.getwithbase("DOWNLOAD_HANDLERS"), "http": HANDLER, "https": HANDLER},
        "PLAYWRIGHT_BROWSER_PROVIDER": "newsbot.downloader.browser.GuardedBrowser",
        "PLAYWRIGHT_LAUNCH_OPTIONS": {"executable_path": chromium(settings)},
        "PLAYWRIGHT_MAX_PAGES_PER_CONTEXT": PAGES_AT_ONCE,
        "PLAYWRIGHT_DEFAULT_NAVIGATION_TIMEOUT": settings.getfloat("DOWNLOAD_TIMEOUT") * 1000,
        "PLAYWRIGHT_ABORT_REQUEST": _is_not_needed,
    }
    for name, value in values.items():
        settings.set(name, value, priority="spider")


def browser_meta(source: Source) -> dict[str, Any]:
    """Return the ``request.meta`` that sends a source's page through the browser, empty where none is needed.

    The keys are scrapy-playwright's: ``playwright`` and ``playwright_page_methods``.
    """
    if not source.render:
        return {}
    from scrapy_playwright.page import PageMethod

    return {"playwright": True, "playwright_page_methods": [PageMethod(_come_to_rest)]}


async def _come_to_rest(page: Any) -> None:
    """Wait until a page has loaded what it wants to show, or for QUIET_MS."""
    from playwright.async_api import TimeoutError as BrowserTimeout

    with suppress(BrowserTimeout):
        await page.wait_for_load_state("networkidle", timeout=QUIET_MS)


def _is_not_needed(request: Any) -> bool:
    """Whether a page's own request is for what no article needs; what may not be asked is the proxy's to refuse."""
    return request.resource_type in NOT_NEEDED
