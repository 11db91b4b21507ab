"""What benchmarks/fleet.py looks at: the newsroom's log of requests, what workers said, and what was collected."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from fleet_machines import Machine, lines_in

from newsbot.demo import LoggedRequest

SLACK = 0.2
"""Seconds that the newsroom may be late to note a request, one process for all sites on cores that are busy: so much
may seem to be missing until the next. Where it stood still, all sites showed it at the same moment: up to .18 s."""
_SAID = re.compile(r"\[(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}): \w+/\w+\] (\S+): crawl (begins|exited with (-?\d+))")


class Said(NamedTuple):
    """What a worker said of one of its crawls."""

    time: float
    machine: Machine
    source: str
    status: int | None
    """Exit status; None: it begins."""


@dataclass
class Strike:
    """A fault that was made, and what became of the crawls that it met."""

    kind: str
    target: str
    """The name of the machine."""
    time: float
    sources: frozenset[str] = frozenset()
    """What the machine was at."""
    ended: int = 0
    """Crawls that came to their end nevertheless."""
    redone: dict[str, float] = field(default_factory=dict)
    """Seconds from the fault to the first request of the crawl that took the place of the one it met, by source."""
    elsewhere: int = 0
    """Of these, how many were on another machine."""


def said(machines: Sequence[Machine]) -> list[Said]:
    """Return what all workers said of their crawls, in order."""
    found = []
    for machine in machines:
        for line in lines_in(machine.log):
            if match := _SAID.search(line):
                at, source, what, status = match.groups()
                moment = datetime.strptime(at, "%Y-%m-%d %H:%M:%S,%f").timestamp()
                found.append(Said(moment, machine, source, None if what == "begins" else int(status)))
    return sorted(found, key=lambda one: one.time)


def follow(strikes: Sequence[Strike], told: Sequence[Said], requests: Sequence[LoggedRequest]) -> None:
    """Find out what became of the crawls that each fault met."""
    by_source, asked = defaultdict(list), defaultdict(list)
    for one in told:
        by_source[one.source].append(one)
    for request in requests:
        asked[request.site].append(request)
    for strike in strikes:
        for source in strike.sources:
            later = [one for one in by_source[source] if one.time > strike.time]
            if later and later[0].status in (0, 3) and later[0].machine.name == strike.target:
                strike.ended += 1
                continue
            begins = next((one for one in later if one.status is None), None)
            if begins is None:
                continue
            first = next((one.time for one in asked[source] if one.time > begins.time), begins.time)
            strike.redone[source] = first - strike.time
            strike.elsewhere += begins.machine.name != strike.target


def gaps(requests: Sequence[LoggedRequest]) -> dict[str, list[float]]:
    """Return the seconds between each two requests to a site, as it saw them."""
    moments = defaultdict(list)
    for request in requests:
        moments[request.site].append(request.time)
    return {site: [later - earlier for earlier, later in pairwise(sorted(times))] for site, times in moments.items()}


def impolite(requests: Sequence[LoggedRequest], told: Sequence[Said], delay: float) -> Iterator[str]:
    """Yield the sites that were asked too soon again, and those that two machines were at."""
    for site, seconds in gaps(requests).items():
        if seconds and min(seconds) < delay - SLACK:
            yield f"{site}: asked again after {min(seconds):.3f} s, {delay:g} s are its delay"
    begins = defaultdict(list)
    for one in told:
        if one.status is None:
            begins[one.source].append(one)
    for site in sorted({request.site for request in requests}):
        asked = sorted((one for one in requests if one.site == site), key=lambda one: one.time)
        ends = [*(one.time for one in begins[site][1:]), float("inf")]
        for crawl, end in zip(begins[site], ends, strict=True):
            during = [one for one in asked if crawl.time <= one.time < end]
            own = [one.client == crawl.machine.address for one in during]
            if not all(own):
                yield f"{site}: {own.count(False)} requests of another machine while {crawl.machine.name} was at it"


def differences(fleet: Sequence[Mapping[str, Any]], alone: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield where what a fleet has collected is not what one crawl has, by id, address and hash; and what is twice."""

    def versions(lines: Sequence[Mapping[str, Any]]) -> Counter[tuple[str, str, int, str]]:
        return Counter((line["id"], line["url"], line["revision"], line["content_hash"]) for line in lines)

    ours, theirs = versions(fleet), versions(alone)
    for name, found in (("the fleet", ours), ("the single crawl", theirs)):
        for version, count in found.items():
            if count > 1:
                yield f"{version}: on {count} lines of {name}"
    yield from (f"{version}: the fleet alone has it" for version in sorted(ours.keys() - theirs.keys()))
    yield from (f"{version}: the fleet has it not" for version in sorted(theirs.keys() - ours.keys()))


def tracebacks(logs: Sequence[Path]) -> Iterator[str]:
    """Yield the logs that have a traceback."""
    for log in logs:
        if count := sum(line.startswith("Traceback") for line in lines_in(log)):
            yield f"{log.name}: {count} tracebacks"
