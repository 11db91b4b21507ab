"""Scrapy's AutoThrottle, with a floor under every host that has stated a delay."""

from __future__ import annotations

from scrapy.core.downloader import Slot
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import Response


class PoliteThrottle(AutoThrottle):
    """Slows down for hosts that answer slowly, and never goes below what their source or robots.txt states.

    Scrapy's own lowers every host's delay to DOWNLOAD_DELAY. On with AUTOTHROTTLE_ENABLED.
    """

    def _adjust_delay(self, slot: Slot, latency: float, response: Response) -> None:
        super()._adjust_delay(slot, latency, response)
        assert self.crawler.engine is not None
        downloader = self.crawler.engine.downloader
        hosts = [host for host, known in downloader.slots.items() if known is slot]
        for host in hosts:
            slot.delay = max(slot.delay, downloader.per_slot_settings.get(host, {}).get("delay", 0.0))
