"""Articles that are spread over several pages: their archived pages put together again, as the crawl did.

An archive has the first page before the others, which say that they go on with it. It waits here for those that it
goes on to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from newsbot.bulk.reextraction.reading import Read
from newsbot.crawl.spread import Spread
from newsbot.items import Collected, Rejection


@dataclass(slots=True)
class _Waiting:
    """The first page of an article, and what was found of the others, by the addresses that led to them."""

    first: Read
    spread: Spread
    further: dict[str, Collected | Rejection] = field(default_factory=dict)


class Parts:
    """The articles some of whose pages have not come yet."""

    def __init__(self, max_pages: int) -> None:
        """``max_pages``: of an article, as the crawl takes them (NEWSBOT_MAX_ARTICLE_PAGES)."""
        self._max_pages = max_pages
        self._waiting: dict[str, _Waiting] = {}
        self._in_vain: list[Read] = []

    def has(self, address: str) -> bool:
        """Whether the first page of an article waits for others, by the discovered address."""
        return address in self._waiting

    def take(self, read: Read) -> Iterator[Read]:
        """Yield a page that is a whole article, or none at all, or the article that a page has completed."""
        if read.continues:
            if waiting := self._waiting.get(read.continues):
                waiting.further.update(dict.fromkeys(read.aliases, read.made))
                if waiting.spread.add_all(waiting.further):
                    del self._waiting[read.continues]
                    yield replace(waiting.first, made=waiting.spread.joined())
        elif isinstance(read.made, Collected) and (spread := Spread(read.made, self._max_pages)).next:
            if earlier := self._waiting.get(read.aliases[0]):
                self._in_vain.append(earlier.first)
            self._waiting[read.aliases[0]] = _Waiting(read, spread)
        else:
            yield read

    def left(self) -> Iterator[Read]:
        """Yield the first pages of the articles of which others are in none of the files."""
        yield from self._in_vain
        yield from (one.first for one in self._waiting.values())
        self._in_vain, self._waiting = [], {}
