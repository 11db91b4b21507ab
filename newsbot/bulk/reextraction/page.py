"""What a re-extraction comes to, as a page for a web browser; and two values of a field side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby, zip_longest
from pathlib import Path
from typing import Any

from jinja2 import Environment

from newsbot.atomic import atomic_file
from newsbot.bulk.reextraction.judgement import VERDICTS, stated
from newsbot.bulk.reextraction.tally import Judged, Tally
from newsbot.dedupe.differences import GONE, NEW, SAME, Line, Piece, differences
from newsbot.report.sheet import environment_of, sheet

FEW = 2
"""Examples of a field and verdict that are shown at once; the others are folded away."""
AROUND = 1
"""Lines that are shown before and behind those that differ."""
EMPTY = "–"
NAMES = ("stored", "today")
"""What the two readings are called."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of two values, or a number of lines in which they are the same."""

    before: Sequence[Piece] = ()
    after: Sequence[Piece] = ()
    passed_over: int = 0

    @property
    def is_same(self) -> bool:
        """Whether both sides say the same."""
        return self.before == self.after


def write(
    path: Path,
    tally: Tally,
    *,
    now: str,
    subject: str,
    rest: Sequence[tuple[str, int]] = (),
    names: tuple[str, str] = NAMES,
    is_applied: bool = False,
) -> None:
    """Write the page into a file, which appears whole or not at all. Raises OSError or BlockingIOError.

    ``subject``: what was extracted again, in words; ``rest``: why pages were compared with nothing, and how many.
    """
    text = sheet(
        _environment(),
        "reextraction.html",
        tally=tally,
        now=now,
        subject=subject,
        rest=rest,
        names=names,
        is_applied=is_applied,
        verdicts=VERDICTS,
        few=FEW,
    )
    with atomic_file(path) as file:
        file.write(text.encode())


def rows(one: Judged) -> Iterator[Row]:
    """Yield two values of a field line by line, of what is the same only what is near.

    >>> (row,) = rows(Judged("authors", ["Ana Silva"], [], "worse", {}))
    >>> row.before[0].text, row.after[0].text
    ('Ana Silva', '–')
    """
    lines = list(differences(lines_of(one.before), lines_of(one.after)))
    differing = [place for place, line in enumerate(lines) if any(piece.kind != SAME for piece in line)]
    near = {place + by for place in differing for by in range(-AROUND, AROUND + 1)}
    for is_near, some in groupby(enumerate(lines), key=lambda numbered: numbered[0] in near):
        if not is_near:
            yield Row(passed_over=len(list(some)))
            continue
        yield from _beside(Row(_side(line, GONE), _side(line, NEW)) for _, line in some)


def lines_of(value: Any) -> list[str]:
    """Return the lines of a value of a field.

    >>> lines_of(None), lines_of(["Ana Silva", "Bo Berg"]), lines_of("One.\\n\\nTwo."), lines_of(True)
    (['–'], ['Ana Silva', 'Bo Berg'], ['One.', 'Two.'], ['true'])
    """
    if isinstance(value, list):
        return [str(one) for one in value] or [EMPTY]
    if isinstance(value, bool):
        return ["true" if value else "false"]
    return [line for line in str(value or "").split("\n") if line] or [EMPTY]


def _beside(some: Iterable[Row]) -> Iterator[Row]:
    """Yield rows so that lines which went and lines which came in their place stand side by side."""
    gone: list[Sequence[Piece]] = []
    come: list[Sequence[Piece]] = []

    def waiting() -> Iterator[Row]:
        yield from (Row(before, after) for before, after in zip_longest(gone, come, fillvalue=()))
        gone.clear()
        come.clear()

    for row in some:
        if row.before and row.after:
            yield from waiting()
            yield row
        elif row.before and come:
            yield from waiting()
            gone.append(row.before)
        else:
            (gone if row.before else come).append(row.before or row.after)
    yield from waiting()


def _side(line: Line, kind: str) -> list[Piece]:
    return [piece for piece in line if piece.kind in (SAME, kind)]


def _spaced(name: str) -> str:
    return name.replace("_", " ")


@cache
def _environment() -> Environment:
    environment = environment_of(Path(__file__).parent / "templates")
    environment.filters |= {"rows": rows, "spaced": _spaced, "stated": stated}
    return environment
