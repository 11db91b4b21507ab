"""What two readings of the same pages come to, as lines on a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from newsbot.commands._terminal import columns, line, wrapped

if TYPE_CHECKING:
    from collections import Counter

    from rich.text import Text

    from newsbot.bulk.reextraction.page import Row
    from newsbot.bulk.reextraction.tally import Moved, Tally

MOST = 1
"""Examples of a field and verdict."""
MOST_LINES = 6
"""Lines of an example in which something differs."""
MOST_LISTED = 10
"""Pages that are gained or lost, and notes."""
STYLES = {"better": "green", "worse": "red", "undecided": "yellow"}
MARKS = {"gone": "red", "new": "green"}
INDENT = "    "


def picture(tally: Tally, names: tuple[str, str], *, width: int, most: int = MOST) -> Iterator[Text]:
    """Yield the sums field by field, examples with both readings one below the other, and what is an article no more.

    ``names``: of the two readings; ``most``: examples of a field and verdict.
    """
    yield line((_sum(tally), "bold"))
    if tally.fields:
        yield line()
        yield from _table(tally)
        yield line()
        yield from _rules(tally, width)
        for name, counts in tally.ranked():
            yield from _examples(tally, name, counts, names, width, most)
    for what, said in (("gained", "rejected before, an article now"), ("lost", "an article before, rejected now")):
        if count := tally.pages[what]:
            yield line()
            yield line((f"{said}: {_plural(count, 'page')}", "bold"))
            yield from _listed(tally.kept(what), count, width)
    if tally.notes:
        yield line()
        yield line(("notes", "bold"))
        yield from (line("  ", part) for note in tally.notes[:MOST_LISTED] for part in wrapped(note, width - 2, "  "))
        if len(tally.notes) > MOST_LISTED:
            yield line(f"  and {len(tally.notes) - MOST_LISTED:,} more")


def _sum(tally: Tally) -> str:
    """Say in a line how many pages were compared, and what came of that."""
    compared = f"{_plural(tally.compared, 'page')} compared"
    if not tally.has_moved:
        return f"{compared}: all are read as before" if tally.compared else compared
    differ = tally.pages["changed"]
    judged = ", ".join(f"{tally.verdicts[verdict]:,} {verdict}" for verdict in STYLES if tally.verdicts[verdict])
    parts = [f"{tally.pages['same']:,} read as before"]
    parts += [f"{differ:,} otherwise ({judged})"] if differ else []
    parts += [f"{tally.pages[what]:,} {said}" for what, said in _STATUS if tally.pages[what]]
    return f"{compared}: {', '.join(parts)}"


_STATUS = (("gained", "articles that were rejected before"), ("lost", "rejected that were articles before"))


def _plural(count: int, word: str) -> str:
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"


def _table(tally: Tally) -> Iterator[Text]:
    rows = [("field", "differs", *STYLES)]
    for name, counts in tally.ranked():
        rows.append((name, f"{counts.total():,}", *(f"{counts[verdict]:,}" for verdict in STYLES)))
    yield from (line(row) for row in columns(rows, 80))


def _rules(tally: Tally, width: int) -> Iterator[Text]:
    from newsbot.bulk.reextraction.judgement import stated

    for name, counts in sorted(tally.rules.items()):
        told = f"{name}: {counts['better']:,} better, {counts['worse']:,} worse. {stated(name)}"
        yield from (line(part) for part in wrapped(told, width, "  "))


def _examples(
    tally: Tally, name: str, counts: Counter[str], names: tuple[str, str], width: int, most: int
) -> Iterator[Text]:
    for verdict in ("worse", "undecided", "better"):
        for page in tally.examples_of(name, verdict)[:most]:
            yield line()
            rules = ", ".join(f"{rule} {said}" for rule, said in page.fields[0].rules.items())
            told = f" (1 of {counts[verdict]:,})" if most == 1 and counts[verdict] > 1 else ""
            yield line((name, "bold"), ": ", (verdict, STYLES[verdict]), told, f"; {rules}" if rules else "")
            yield from (line("  ", part) for part in wrapped(page.title, width - 2, "  "))
            yield line("  ", page.url, f", {page.source}" if page.source else "")
            yield from _beside(page, names)


def _beside(page: Moved, names: tuple[str, str]) -> Iterator[Text]:
    """Yield what differs in an example: of each line what stood there, and what stands there now."""
    from newsbot.bulk.reextraction.page import rows

    wide = max(map(len, names))
    differing = [row for row in rows(page.fields[0]) if not row.passed_over and not row.is_same]
    for row in differing[:MOST_LINES]:
        yield from _sides(row, [f"{name:>{wide}}" for name in names])
    if len(differing) > MOST_LINES:
        yield line(f"{INDENT}and {len(differing) - MOST_LINES} lines more")


def _sides(row: Row, names: list[str]) -> Iterator[Text]:
    for name, pieces in zip(names, (row.before, row.after), strict=True):
        if pieces:
            told = ((piece.text, MARKS.get(piece.kind, "")) for piece in pieces)
            yield line(INDENT, (name, "dim"), "  ", *told)


def _listed(pages: list[Moved], count: int, width: int) -> Iterator[Text]:
    for page in pages[:MOST_LISTED]:
        yield from (line("  ", part) for part in wrapped(f"{page.title} ({page.reason})", width - 2, "  "))
        yield line(INDENT, page.url)
    if count > MOST_LISTED:
        yield line(f"  and {count - MOST_LISTED:,} more")
