"""Articles that are spread over several pages: put together, in their order."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from newsbot.crawl.worker_pool import collected
from newsbot.items import CONFIDENCES, MAX_TEXT, Collected, Rejection
from newsbot.web.urls import site_of


class Spread:
    """An article and what has come of its further pages."""

    def __init__(self, first: Collected, max_pages: int) -> None:
        """``max_pages``: how many are taken of it (NEWSBOT_MAX_ARTICLE_PAGES)."""
        self._first = first
        self._article = first.article
        self._further: list[str] = []
        self._max_pages = max_pages

    @property
    def next(self) -> str | None:
        """The address of the page at which it goes on; None where it ends, or leads back or to another site."""
        at = self._article.next_page
        if at is None or len(self._further) >= self._max_pages - 1 or at in (*self._first.aliases, *self._further):
            return None
        return at if site_of(at) == site_of(self._first.aliases[-1]) else None

    def add(self, page: Collected) -> bool:
        """Append the text of the page that is next; False, and nothing is, if that would be too long."""
        article, further = self._article, page.article
        if article.next_page is None or len(article.text) + len(further.text) > MAX_TEXT:
            return False
        self._further.append(article.next_page)
        sure = max(article.text_confidence, further.text_confidence, key=CONFIDENCES.index)
        self._article = dataclasses.replace(
            article, text=f"{article.text}\n\n{further.text}", text_confidence=sure, next_page=further.next_page
        )
        return True

    def add_all(self, pages: Mapping[str, Collected | Rejection]) -> bool:
        """Append the pages that are next, by the addresses that led to them; False as long as one is missing.

        One of which no article was made ends it, as one that is too long does.
        """
        while at := self.next:
            if at not in pages:
                return False
            page = pages[at]
            if not isinstance(page, Collected) or not self.add(page):
                break
        return True

    def joined(self) -> Collected:
        """Return the article as far as its pages have come."""
        if not self._further:
            return self._first
        aliases = [*self._first.aliases, *self._further, self._first.aliases[-1]]
        return collected(self._article, aliases, self._first.announced)
