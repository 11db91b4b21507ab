"""A digest: what a channel is told at once, gravest first, in plain text for mails and chats, in values for others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from newsbot.health import CHANGED, FAILING, SILENT, Finding
from newsbot.store.told import CHANNEL, CLEARED, OPENED, Owed
from newsbot.web.text import escaped

MOST_SHOWN = 30
"""Findings that a text sets out; a digest of a bad day names how many more there are."""
GRAVITY = {FAILING: "failure", SILENT: "warning", CHANGED: "warning"}
"""How grave a state is, as apprise says it."""
_HEADINGS = {FAILING: "Failing", SILENT: "Silent", CHANGED: "Changed", CLEARED: "Recovered", "passed": "Came and went"}
_VERBS = {FAILING: ("fails", "fail"), SILENT: ("is silent", "are silent"), CHANGED: ("has changed", "have changed")}


class Digest(NamedTuple):
    """What a channel is told at once."""

    subject: str
    text: str
    gravity: str
    """"failure", "warning" or "success"."""
    findings: list[dict[str, Any]]

    def as_dict(self) -> dict[str, object]:
        """Return it as a program gets it, docs/monitoring.md."""
        return self._asdict()


def digest_of(owed: Sequence[Owed], still: Sequence[Finding]) -> Digest:
    """Return the digest of what a channel is owed; ``still``: what holds of that which it was told before."""
    groups: dict[str, list[Owed]] = {heading: [] for heading in _HEADINGS}
    for one in owed:
        groups[_heading(one)].append(one)
    states = [state for state in _VERBS if groups[state]]
    return Digest(
        subject=_subject(groups, {finding.source for finding in still}),
        text=_text(groups, still),
        gravity=GRAVITY[states[0]] if states else "success",
        findings=[_values(one) for of_group in groups.values() for one in of_group],
    )


def _heading(owed: Owed) -> str:
    if owed.events == (OPENED,):
        state: str = owed.opened.finding.state
        return state
    return CLEARED if owed.events == (CLEARED,) else "passed"


def _subject(groups: dict[str, list[Owed]], still: set[str]) -> str:
    """Say in one line what matters: how many sources are how, each counted once, by its gravest state."""
    said: set[str] = set()
    parts = []
    for state, verbs in _VERBS.items():
        sources = _names(groups[state]) - said
        said |= sources
        if sources:
            parts.append(_counted(sources, "source", *verbs))
        if channels := {one.opened.finding.subject for one in groups[state] if not one.opened.finding.source}:
            parts.append(_counted({f"{CHANNEL} {name}" for name in channels}, CHANNEL, *verbs))
    if recovered := _names(groups[CLEARED]) - said - still:
        parts.append(_counted(recovered, "", "recovered", "recovered"))
    if not parts:
        count = sum(map(len, groups.values()))
        parts.append(f"{count} finding{'s are' if count > 1 else ' is'} over")
    return f"newsbot: {', '.join(parts)}"


def _counted(names: set[str], noun: str, one: str, many: str) -> str:
    if len(names) == 1:
        return f"{min(names)} {one}"
    return f"{len(names)} {noun}{'s ' if noun else ''}{many}"


def _names(owed: Iterable[Owed]) -> set[str]:
    return {one.opened.finding.source for one in owed} - {""}


def _text(groups: dict[str, list[Owed]], still: Sequence[Finding]) -> str:
    lines: list[str] = []
    room = MOST_SHOWN
    for name, heading in _HEADINGS.items():
        if shown := groups[name][: max(room, 0)]:
            lines += [heading, *(line for one in shown for line in _told(one)), ""]
        room -= len(groups[name])
    if room < 0:
        lines += [f"And {-room} more.", ""]
    if still:
        of_source = Counter(finding.source or finding.subject for finding in still)
        names = [f"{name} ({count})" if count > 1 else name for name, count in sorted(of_source.items())]
        more = f" and {len(names) - MOST_SHOWN} more" if len(names) > MOST_SHOWN else ""
        lines += [f"Told before and still so: {', '.join(names[:MOST_SHOWN])}{more}.", ""]
    return "\n".join([*lines, "scrapy health shows every source."])


def _told(owed: Owed) -> list[str]:
    """Return the lines of a finding: what it is, and as long as it lasts what shows it and what to try."""
    finding, over = owed.opened.finding, owed.opened.cleared_at
    sentence = escaped(f"{CHANNEL} {finding.sentence()}" if finding.kind == CHANNEL else finding.sentence())
    if over is not None:
        return [f"- {sentence}, over {over[:16].replace('T', ' ')} UTC"]
    more = [*finding.examples, finding.advice]
    return [f"- {sentence}", *(f"  {escaped(line)}" for line in more if line)]


def _values(owed: Owed) -> dict[str, Any]:
    opened = owed.opened
    moments = {"opened_at": opened.opened_at, "cleared_at": opened.cleared_at}
    told = opened.finding
    return {"id": opened.id, "events": list(owed.events), **moments, "sentence": told.sentence(), **told.as_dict()}
