"""What every part of a crawl may know of it, from the downloader to the spider."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

from newsbot.sources import Exemptions

if TYPE_CHECKING:
    from newsbot.crawl.run import Run

T = TypeVar("T")


class HasExtensions(Protocol):
    """Scrapy's Crawler, which finds an extension by its class or a class that it inherits from."""

    def get_extension(self, cls: type[T]) -> T | None:
        """Return the extension of a class, or None."""


class CrawlContext:
    """The run that a crawl is at, and what its sources exempt from the downloader's guards.

    It is an extension of the crawler. A probe, which looks at sites and collects nothing, has exemptions and no run;
    a crawl that collects has one of newsbot.extensions.collection, with a run from its opening on.
    """

    run: Run | None = None
    exemptions = Exemptions()

    @classmethod
    def of(cls, crawler: HasExtensions) -> CrawlContext:
        """Return the context of a crawl; an empty one where there is none, as in `scrapy shell`."""
        return crawler.get_extension(CrawlContext) or CrawlContext()
