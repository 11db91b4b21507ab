"""What every part of a crawl may know of it, from the downloader to the spider, and what it asks of the spider."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

from newsbot.items import Candidate
from newsbot.sources import Exemptions, Source

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


class Pace:
    """How fast the hosts of a crawl may be asked, and answer: an extension of the crawler, as CrawlContext is."""

    def seconds_for(self, host: str, pages: int) -> float:
        """Return the seconds that so many pages of a host (name and port) take from now on."""
        raise NotImplementedError


class FilesRead(NamedTuple):
    """How far a crawl has come with the files that it reads."""

    done: int
    """Files that are read to their end, or as far as they can be."""
    files: int
    read: int
    """Bytes; those that an earlier run has read are not counted, here and in ``size``."""
    size: int


class Collector:
    """A spider whose pages become stored articles, by what it says of its collection."""

    name: str
    revisits = False
    """Whether it looks again at articles that are young (NEWSBOT_REVISIT_HOURS)."""

    is_watched = False
    """Whether it comes back to its sources, so that they have a normal of their own."""

    is_damaged = False
    """Whether something that it was to read was damaged, once it has read it."""

    @property
    def files_read(self) -> FilesRead | None:
        """How far it has come with its files, if it reads files and knows which."""
        return None

    @property
    def only_due(self) -> bool:
        """Whether sources and listings are left out that have nothing to do now."""
        return False

    def sources(self) -> list[Source]:
        """Return the sources to collect from. Raises NewsbotError."""
        raise NotImplementedError

    def outlets(self) -> list[Source]:
        """Return every source that there is, also those that it does not collect from. Raises NewsbotError."""
        return self.sources()

    def refuses(self, _candidate: Candidate) -> str | None:
        """Return a reason to skip a candidate, or None."""
        return None

    def max_new(self) -> int | None:
        """Return how many candidates a source may bring, 0 for no bound; None: NEWSBOT_MAX_NEW."""
        return None
