"""Which request goes next: hosts take turns, and a slow one holds no more than its share of the downloader."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from scrapy.pqueues import DownloaderAwarePriorityQueue, DownloaderInterface


class HostShares(DownloaderInterface):
    """Tells the queue how busy the hosts are, and of none that has its share of requests already."""

    def stats(self, possible_slots: Iterable[str]) -> list[tuple[int, str]]:
        active = Counter(self.downloader.get_slot_key(request) for request in self.downloader.active)
        return [(active[host], host) for host in possible_slots if active[host] < self._share(host)]

    def _share(self, host: str) -> int:
        """Return how many requests of a host may be out: those on the wire, and the next one."""
        slot = self.downloader.slots.get(host)
        return (slot.concurrency if slot else self.downloader.domain_concurrency) + 1


class HostQueue(DownloaderAwarePriorityQueue):
    """Scrapy's queue by host, which keeps a host's requests back while enough of them are out.

    Scrapy's own hands out all it has. A host with 200 articles and a Crawl-delay of a minute would
    then fill the CONCURRENT_REQUESTS places with waiting requests, and hold up every other host.
    """

    def __init__(self, crawler: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(crawler, *args, **kwargs)
        self._downloader_interface = HostShares(crawler)
