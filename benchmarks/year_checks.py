"""What benchmarks/year.py looks at: all lines that ever were in a file, what was found wrong, who was told."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import orjson
from chaos_checks import UNDELIVERED, Asked, lines_of

from newsbot.demo import Running

HARMLESS = ("redesign", "feed_moved")
FEWEST = 4
"""Articles that have to lack a field before anything can be said of it: a site's dates may stand in its feed, too."""
"""Breakages that newsbot copes with: a redesign that leaves all there is, a feed that redirects."""
FALSE_ALARMS = 1 / 1000
"""Of sources that are well, a day of a source."""
AFTERMATH = timedelta(days=12)
"""How long after a breakage what was found of it is to be cleared, and what is found is laid to it: a window of
measurement that still holds its days."""
REVISION_SEEN = timedelta(days=4)
"""After which a revision is in the store: the last look at an article is after 72 hours."""


class Breakage(NamedTuple):
    """Something that was wrong with a site, from the first run of a day to that of another."""

    site: str
    kind: str
    begin: date
    end: date

    def during(self, day: str) -> bool:
        """Whether a day is one on which it lasts."""
        return self.begin.isoformat() <= day <= self.end.isoformat()

    def holds(self, moment: str) -> bool:
        """Whether a moment lies in it or in its aftermath."""
        return self.begin.isoformat() <= moment[:10] <= (self.end + AFTERMATH).isoformat()


class Line(NamedTuple):
    """What is kept of a line of a file."""

    url: str
    run_id: str
    published: str | None
    duplicate_of: str | None
    has_authors: bool
    source: str
    day: str


class Archive:
    """All lines that ever were in a file, also of files that retention has taken away since."""

    def __init__(self, output: Path) -> None:
        self.output = output
        self.lines: dict[tuple[str, int], Line] = {}
        """By id and revision."""
        self.faults: list[str] = []
        self._seen: dict[Path, tuple[int, int]] = {}

    def read(self, day: str) -> None:
        """Read the files that are new or were joined since, on a day."""
        for folder in ("articles", "duplicates"):
            for path in sorted((self.output / folder).glob("*/*.jsonl")):
                state = path.stat()
                if self._seen.get(path) == (state.st_ino, state.st_size):
                    continue
                self._seen[path] = (state.st_ino, state.st_size)
                content = path.read_bytes()
                if not content.endswith(b"\n"):
                    self.faults.append(f"torn: {path.name}")
                inside: Counter[tuple[str, int]] = Counter()
                for line in map(orjson.loads, content.splitlines()):
                    inside[self._keep(line, day)] += 1
                self.faults += [f"twice in {path.name}: {key}" for key, count in inside.items() if count > 1]

    def _keep(self, line: Mapping[str, Any], day: str) -> tuple[str, int]:
        key = line["id"], line["revision"]
        copy_of, has_authors = line.get("duplicate_of"), bool(line["authors"])
        new = Line(line["url"], line["run_id"], line["published"], copy_of, has_authors, line["source"], day)
        known = self.lines.setdefault(key, new)
        if known.run_id != new.run_id:
            self.faults.append(f"twice: {new.url} revision {key[1]}, of {known.run_id} and {new.run_id}")
        return key

    def doubled_now(self) -> Iterator[str]:
        """Yield what is on several lines of the files that there are."""
        lines = lines_of([self.output], "articles", "duplicates")
        for key, count in Counter((line["id"], line["revision"]) for line in lines).items():
            if count > 1:
                yield f"twice: {key} is on {count} lines"


def broken_promises(
    archive: Archive,
    store: Asked,
    running: Running,
    breakages: Sequence[Breakage],
    revised: Mapping[str, datetime],
    told: Path,
    *,
    today_from: str,
    days: int,
    last: date,
) -> tuple[list[str], list[str]]:
    """Return the promises that do not hold, and lines that say what was found.

    ``today_from``: the day on which today's newsbot took over; what older ones took for articles is not laid to it.
    ``days``: how many there were. ``last``: the last one; what was wrong less than AFTERMATH before is not judged yet.
    """
    findings = findings_ever(store, told)
    lines = [line for (_, revision), line in archive.lines.items() if revision == 1]
    false, source_days = list(_false_alarms(findings, breakages)), days * len({line.source for line in lines})
    allowed = math.ceil(source_days * FALSE_ALARMS)
    broken = [*archive.faults, *archive.doubled_now()]
    lived = [one for one in breakages if one.end + AFTERMATH < last]
    ill = {one.site for one in breakages if one.begin <= last and one not in lived}
    broken += _lost(lines, running, today_from, ill)
    broken += _misdated(lines, running, breakages)
    broken += _told_wrongly(findings, [one for one in lived if _is_seen(one, lines)])
    broken += _channel(findings, told)
    broken += [f"false alarm: {one}" for one in false] if len(false) > allowed else []
    for (count,) in store.query(UNDELIVERED):
        broken += [f"stored and not delivered: {count} rows of the outbox"] if count else []
    for run_id, status in store.query("select id, status from runs where status in ('running', 'exporting')"):
        broken.append(f"run {run_id} is {status} for ever")
    for (state,) in store.query("pragma integrity_check"):
        broken += [f"database: {state}"] if state != "ok" else []
    said = ["", "| breakage | site | days | found |", "| --- | --- | --- | --- |"]
    for breakage in lived:
        its = [one for one in findings if one.source == breakage.site and breakage.holds(one.opened_at)]
        days = f"{breakage.begin} to {breakage.end}"
        said.append(f"| {breakage.kind} | {breakage.site} | {days} | {'; '.join(map(str, its)) or '-'} |")
    copies = [item for item in running.newsroom.truth() if item.duplicate_of]
    are = {line.url for line in lines if line.duplicate_of}
    told_copies = sum(item.url in are or item.duplicate_of in are for item in copies)
    said += ["", f"{len(lines)} articles, of {len(copies)} copies {told_copies} are told;"]
    seen = {line.url for (_, revision), line in archive.lines.items() if revision > 1}
    last = max((moment for moment in revised.values()), default=None)
    over = [url for url, moment in revised.items() if last and last - moment > REVISION_SEEN]
    said.append(f"of {len(over)} revisions {sum(url in seen for url in over)} were seen;")
    said.append(f"{len(false)} false alarms in {source_days} days of sources ({allowed} allowed):")
    said += [f"  {one}" for one in false]
    return broken, said


class Found(NamedTuple):
    """A finding of the store."""

    source: str
    kind: str
    subject: str
    opened_at: str
    cleared_at: str | None
    now: str

    def __str__(self) -> str:
        subject = self.subject.rsplit("/", 1)[-1]
        until = self.cleared_at[5:10] if self.cleared_at else "open"
        return f"{self.kind} {subject} {self.opened_at[5:10]} to {until}".replace("  ", " ")


def findings_ever(store: Asked, told: Path) -> list[Found]:
    """Return all findings: those of the store, and those that the channel was told of and retention took away since."""
    found = {}
    for line in map(orjson.loads, told.read_bytes().splitlines()) if told.exists() else ():
        for one in line["findings"]:
            key = one["source"], one["kind"], one["subject"], one["opened_at"]
            found[key] = Found(*key, one["cleared_at"], one["now"])
    rows = store.query("select source, kind, subject, opened_at, cleared_at, document from findings")
    for *key, cleared_at, document in rows:
        found[tuple(key)] = Found(*key, cleared_at, orjson.loads(document)["now"])
    return sorted(found.values(), key=lambda one: one.opened_at)


def _lost(lines: Collection[Line], running: Running, today_from: str, ill: Collection[str]) -> Iterator[str]:
    found = Counter(line.url for line in lines)
    truth = Counter(expected.url for expected in running.newsroom.truth() if expected.source not in ill)
    for url in truth - found:
        yield f"missing: {url}"
    of_today = {line.url for line in lines if line.day >= today_from}
    all_true = {expected.url for expected in running.newsroom.truth()}
    for url in found.keys() - all_true:
        if url in of_today:
            yield f"too much: {url}"


def _misdated(lines: Collection[Line], running: Running, breakages: Sequence[Breakage]) -> Iterator[str]:
    truth = {expected.url: expected for expected in running.newsroom.truth()}
    undated = [one for one in breakages if one.kind in ("dates_gone", "text_gone")]
    for line in lines:
        expected = truth.get(line.url)
        if expected is None or line.published == expected.published:
            continue
        if not any(one.site == expected.source and one.holds(line.day) for one in undated):
            yield f"dated {line.published} instead of {expected.published}: {line.url}"


def _is_seen(breakage: Breakage, lines: Collection[Line]) -> bool:
    """Whether a breakage can be told by what came of it: a field that enough articles lack."""
    here = [line for line in lines if line.source == breakage.site and breakage.during(line.day)]
    if breakage.kind == "dates_gone":
        return sum(line.published is None for line in here) >= FEWEST
    if breakage.kind == "authors_gone":
        return sum(not line.has_authors for line in here) >= FEWEST
    return True


def _told_wrongly(findings: Sequence[Found], breakages: Sequence[Breakage]) -> Iterator[str]:
    """Yield the breakages that nothing was found of, that were found twice, or are not over."""
    for breakage in breakages:
        its = [one for one in findings if one.source == breakage.site and breakage.holds(one.opened_at)]
        name = f"{breakage.kind} of {breakage.site} from {breakage.begin} to {breakage.end}"
        if breakage.kind in HARMLESS:
            continue
        if not any(one.opened_at[:10] <= breakage.end.isoformat() for one in its):
            yield f"not told: {name}"
        for key, count in Counter((one.kind, one.subject) for one in its).items():
            if count > 1:
                yield f"told {count} times: {' '.join(key)} of {name}"
        for one in its:
            if one.cleared_at is None or one.cleared_at[:10] > (breakage.end + AFTERMATH).isoformat():
                yield f"not cleared: {one} of {name}"


def _false_alarms(findings: Sequence[Found], breakages: Sequence[Breakage]) -> Iterator[str]:
    """Yield the findings of sources that were well."""
    of_site = defaultdict(list)
    for breakage in breakages:
        if breakage.kind not in HARMLESS:
            of_site[breakage.site].append(breakage)
    for one in findings:
        if one.source and not any(breakage.holds(one.opened_at) for breakage in of_site[one.source]):
            yield f"{one.source}: {one}: {one.now}"


def _channel(findings: Sequence[Found], told: Path) -> Iterator[str]:
    """Yield what the channel was told not once, or twice."""
    if not told.exists():
        return
    events: Counter[tuple[str, str, str, str]] = Counter()
    for line in map(orjson.loads, told.read_bytes().splitlines()):
        for one in line["findings"]:
            for event in one["events"]:
                events[one["source"], one["kind"], one["subject"], f"{event} {one['opened_at']}"] += 1
    owed = {(*one[:3], f"opened {one.opened_at}") for one in findings}
    owed |= {(*one[:3], f"cleared {one.opened_at}") for one in findings if one.cleared_at}
    for key, count in events.items():
        if count > 1:
            yield f"the channel was told {count} times: {key}"
    for key in sorted(owed - events.keys()):
        yield f"the channel was never told: {key}"


def course_of(days: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return how the days went, as the lines of a table: about twelve of them, each for a stretch of days."""
    rows = [
        "| until | articles | store MB | kB an article | files | MB | processor s a run | memory MB | events |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |",
    ]
    step = max(1, math.ceil(len(days) / 12))
    for start in range(0, len(days), step):
        some = days[start : start + step]
        last, runs = some[-1], sum(day["runs"] for day in some) or 1
        events = Counter(event for day in some for event in day["events"])
        rows.append(
            f"| {last['day']} | {last['articles']} | {last['store_mb']:.1f} "
            f"| {1000 * last['store_mb'] / (last['articles'] or 1):.1f} | {last['files']} | {last['files_mb']:.1f} "
            f"| {sum(day['cpu_seconds'] for day in some) / runs:.2f} | {max(day['memory_mb'] for day in some):.0f} "
            f"| {', '.join(f'{count} {event}' for event, count in events.items())} |"
        )
    return rows
