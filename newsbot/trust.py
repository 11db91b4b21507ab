"""What the sources file, and nothing else, lets a crawl do at the hosts that it names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from newsbot.sources import Source
from newsbot.web.endpoints import Endpoint, is_own_name


@dataclass(frozen=True)
class Trust:
    """Hosts and ports that sources name, by what they may do that others may not."""

    inside: frozenset[Endpoint] = frozenset()
    """May be in a private network."""
    unverified: frozenset[Endpoint] = frozenset()
    """May show any certificate."""


def trust_of(sources: Iterable[Source]) -> Trust:
    """Return what some sources allow. Certificates stay verified where one of several sources of a host wants them so.

    >>> trust_of([Source(name="a", home="http://127.0.0.1:8600/"), Source(name="b", home="https://example.org/")])
    Trust(inside=frozenset({('127.0.0.1', 8600)}), unverified=frozenset())
    """
    inside: set[Endpoint] = set()
    unverified: set[Endpoint] = set()
    verified: set[Endpoint] = set()
    for source in sources:
        named = source.endpoints()
        inside |= {endpoint for endpoint in named if source.private_network or is_own_name(endpoint[0])}
        (verified if source.verify_certificates else unverified).update(named)
    return Trust(frozenset(inside), frozenset(unverified - verified))


def trust_in(crawler: Any) -> Trust:
    """Return what the sources of a crawl allow: nothing before it has any."""
    trust: Trust = getattr(getattr(crawler.spider, "run", crawler.spider), "trust", Trust())
    return trust
