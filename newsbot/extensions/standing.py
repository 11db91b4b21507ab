"""How a crawl stands: what came of its sources so far, and how long it will take."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import NamedTuple

from newsbot.crawl.context import FilesRead, Pace
from newsbot.store.ledger import Account, Ledger

UNITS = (("h", 3600, 5400), ("min", 60, 90), ("s", 1, 0))
"""Units of time: name, seconds, and the seconds from which on it is used."""


class Standing(NamedTuple):
    """What came of a source so far, or of all together."""

    name: str
    pages: int
    new: int
    duplicates: int
    rejected: int
    errors: int
    """Pages and listings that could not be had."""
    left: int
    """Addresses that are known and still to be fetched; where files are read, those that are not at their end."""
    seconds: float
    """Until they are; 0 where that cannot be told."""

    @property
    def about(self) -> str:
        """How long it will take, in words."""
        return duration(self.seconds) if self.left and self.seconds else ""


class Standings(NamedTuple):
    """How a crawl stands, all together and source by source."""

    done: int
    """Sources that are done."""
    sources: int
    rate: float
    """Pages a second, on an average."""
    total: Standing
    at_work: list[Standing]
    """Sources that are at work, and of them first what takes longest; none where files are read."""
    files: FilesRead | None = None

    @property
    def extent(self) -> dict[str, str]:
        """How much is done of all that there is, by what it is called."""
        if self.files is None:
            return {"sources": f"{self.done} of {self.sources} done"}
        done, files, read, size = self.files
        return {"files": f"{done} of {files} read", "size": f"{read / 1e6:.1f} of {size / 1e6:.1f} MB"}

    def figures(self) -> dict[str, str]:
        """Return the sums, by what they are called in a line of the log."""
        total = self.total
        return {
            **self.extent,
            **{name: str(getattr(total, name)) for name in ("pages", "new", "duplicates", "rejected", "errors")},
            "rate": f"{self.rate:.1f} pages/s",
            "left": f"{total.left}, about {total.about}" if total.about else str(total.left),
        }


def standings(ledger: Ledger, seconds: float, pace: Pace | None, files: FilesRead | None = None) -> Standings:
    """Return how a crawl stands after so many seconds.

    It takes as long as the host whose addresses take longest, and no less than all addresses take at the rate so far.
    Where ``files`` are read, it takes as long as the bytes that are left take at the rate so far.
    """
    if files is not None:
        return _of_files(ledger, seconds, files)
    hosts = _open_by_host(ledger)
    of_all: Counter[str] = Counter()
    for of_source in hosts.values():
        of_all.update(of_source)
    takes = {host: pace.seconds_for(host, pages) for host, pages in of_all.items()} if pace else {}
    at_work = [
        _standing(name, account, max((takes.get(host, 0.0) for host in hosts[name]), default=0.0))
        for name, account in ledger.accounts.items()
        if account.has_begun() and not account.is_done()
    ]
    total = ledger.total()
    rate = total.counts["fetched"] / max(seconds, 0.001)
    at_rate = of_all.total() / rate if rate else 0.0
    return Standings(
        done=sum(account.is_done() for account in ledger.accounts.values()),
        sources=len(ledger.accounts),
        rate=rate,
        total=_standing("", total, max(at_rate, *takes.values(), 0.0)),
        at_work=sorted(at_work, key=lambda source: (-source.seconds, -source.left, source.name)),
    )


def _of_files(ledger: Ledger, seconds: float, files: FilesRead) -> Standings:
    total = ledger.total()
    takes = seconds * (files.size - files.read) / files.read if files.read else 0.0
    return Standings(
        done=sum(account.is_done() for account in ledger.accounts.values()),
        sources=len(ledger.accounts),
        rate=total.counts["fetched"] / max(seconds, 0.001),
        total=_standing("", total, takes)._replace(left=files.files - files.done),
        at_work=[],
        files=files,
    )


def duration(seconds: float) -> str:
    """Return a time in one unit.

    >>> duration(45), duration(180), duration(7200)
    ('45 s', '3 min', '2 h')
    """
    unit, length = next((unit, length) for unit, length, least in UNITS if seconds >= least)
    return f"{seconds / length:.0f} {unit}"


def _standing(name: str, account: Account, seconds: float) -> Standing:
    counts = account.counts
    return Standing(
        name,
        pages=counts["fetched"],
        new=counts["new"] + counts["revised"],
        duplicates=counts["duplicate"],
        rejected=counts["rejected"],
        errors=counts["failed"] + account.listings["failed"],
        left=account.unfetched,
        seconds=seconds,
    )


def _open_by_host(ledger: Ledger) -> defaultdict[str, Counter[str]]:
    """Return how many addresses of each source are still to be fetched of each host."""
    hosts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for entry in ledger.open_entries():
        if not entry.fetched:
            hosts[entry.source][entry.url.partition("://")[2].partition("/")[0]] += 1
    return hosts
