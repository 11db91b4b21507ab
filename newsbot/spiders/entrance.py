"""Where the search for a site's listings begins: its home page and its robots.txt, as far as they can be had."""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass
from urllib.parse import urljoin

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from newsbot.discovery import Child, ListingSearch, newest_first, sitemaps_in_robots
from newsbot.downloader.fetch import accepting, charset_of, fetch, headers_of
from newsbot.spiders.listing import STATUSES_READ
from newsbot.web.encoding import to_utf8

NO_ANSWER = frozenset(
    ("dns", "refused", "timeout", "connection", "certificate", "robots_unreachable", "retry_later", "host_given_up")
)
"""Reasons for which a host has said nothing of a page; all others are an answer."""


@dataclass(frozen=True, slots=True)
class Entrance:
    """The home page and the robots.txt of a site, as far as they can be had: what names its listings.

    A home page that comes with the status of an error names listings all the same, but is no section.
    """

    asked: str
    url: str
    """Where the home page is, after redirects."""
    home: Response | None
    sitemaps: list[str]
    """What robots.txt names, of another site too that the home page has led to."""
    fault: str
    """Why there is no home page, or none to read articles from; empty where there is one."""
    is_reachable: bool
    """Whether the site has answered at all; it may be that its home page alone is refused."""

    def search(
        self,
        *,
        sections: int = 0,
        most_feeds: int | None = None,
        choose: Callable[[list[Child]], list[Child]] = newest_first,
        known: Container[str] = (),
    ) -> ListingSearch:
        """Return the search for the listings that it names; see ListingSearch."""
        home = self.home
        return ListingSearch(
            home.body if home else b"",
            self.url,
            self.sitemaps,
            charset=charset_of(home) if home else None,
            links=headers_of(home, "Link") if home else (),
            asked=self.asked,
            sections=0 if self.fault else sections,
            most_feeds=most_feeds,
            choose=choose,
            known=known,
        )


async def entrance_of(crawler: Crawler, url: str, *, source: str = "") -> Entrance:
    """Fetch the home page of a site, and the robots.txt of its host and of the host that it leads to.

    ``source``: whose account that is on.
    """
    home, fault = await fetch(crawler, Request(url, meta={"source": source, "handle_httpstatus_list": STATUSES_READ}))
    if home and home.status >= 400:
        fault = f"http_{home.status}"
    at, sitemaps, faults = home.url if home else url, [], [fault]
    for address in dict.fromkeys(urljoin(page, "/robots.txt") for page in (at, url)):
        request = Request(
            address, headers=accepting("robots.txt"), meta={"source": source, "dont_obey_robotstxt": True}
        )
        robots, without = await fetch(crawler, request)
        faults.append(without)
        if robots:
            sitemaps += sitemaps_in_robots(
                to_utf8(robots.body, charset_of(robots)).data.decode("utf-8", "replace"), robots.url
            )
    answered = any(reason.partition(":")[0] not in NO_ANSWER for reason in faults)
    return Entrance(url, at, home, sitemaps, fault, answered)
