"""What commands print for a person: colours on a terminal alone, nothing cut, nothing that commands a terminal.

Scrapy imports it with the commands, whatever is run; so what draws is imported by whoever draws.
"""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from pkgutil import walk_packages
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

PLAIN_WIDTH = 80
"""Columns where there is no terminal to ask."""
UNBOUNDED = 100_000
"""Columns where a table must not be cut."""
UNITS = (("d", 86_400, 172_800), ("h", 3600, 5400), ("min", 60, 60))
"""Units of an age: name, seconds, and the seconds from which on it is used."""


def screen() -> Console:
    """Return standard output as rich writes to it, of a known width: what is printed is no markup and not wrapped."""
    from rich.console import Console

    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
    if not console.is_terminal:
        console.width = PLAIN_WIDTH
    return console


def is_rich(console: Console) -> bool:
    """Whether block characters and colours say something there: on a terminal that shows both, and wants them."""
    return console.is_terminal and not console.no_color and console.encoding.startswith("utf")


def print_table(table: Table) -> None:
    """Print a table as wide as the terminal; where there is none, as wide as it is, so that no name in it is cut."""
    from rich.console import Console

    console = Console()
    if console.is_terminal:
        console.print(table)
        return
    console.width = UNBOUNDED
    with console.capture() as captured:
        console.print(table)
    print("\n".join(row.rstrip() for row in captured.get().splitlines()))


def as_typed(text: str) -> str:
    """Return a text of ours with the commands in it as the person types them: `scrapy crawl` or `newsbot crawl`.

    >>> as_typed("collect something first (scrapy crawl news)")
    'collect something first (scrapy crawl news)'
    """
    if Path(sys.argv[0]).stem != "newsbot":
        return text
    return re.sub(rf"\bscrapy(?= (?:{'|'.join(command_modules())})\b)", "newsbot", text)


def command_modules() -> dict[str, str]:
    """Return the names of newsbot's commands with the modules that hold them, none of which is imported."""
    import newsbot.commands as package

    found = walk_packages(package.__path__, f"{package.__name__}.")
    names = ((module.name.rpartition(".")[2], module) for module in found if not module.ispkg)
    return {name: module.name for name, module in names if not name.startswith("_")}


def say(what: str) -> None:
    """Say to a person at a terminal what takes its time now."""
    if sys.stderr.isatty():
        print(what, file=sys.stderr)


def print_json(value: object) -> None:
    """Print a value for programs: JSON, indented, one key a line."""
    import orjson

    print(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())


def line(*parts: str | tuple[str, str]) -> Text:
    """Return a line of texts, some of them with a style; what stands in them is printed as it is.

    >>> line("red: ", ("\\x1b[31m", "bold")).plain
    'red: \\\\x1b[31m'
    """
    from rich.text import Text

    from newsbot.web.text import escaped

    pieces = [(part, "") if isinstance(part, str) else part for part in parts]
    return Text.assemble(*((escaped(text), style) for text, style in pieces))


def wrapped(text: str, width: int, indent: str = "") -> list[str]:
    """Return a text in lines of at most so many columns, behind the first one indented; no word is cut, nor an address.

    >>> wrapped("The harbour wall is to be raised.", 22, "  ")
    ['The harbour wall is to', '  be raised.']
    """
    from newsbot.web.text import escaped

    lines = textwrap.wrap(
        escaped(text), width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
    return lines or [""]


def columns(rows: Sequence[Sequence[str]], width: int, *, least: int = 12) -> Iterable[str]:
    """Yield rows of a table, the first cell to the left and the others to the right, in columns as wide as they need.

    A first cell for which there is no room in so many columns stands on a line of its own, whole.

    >>> print("\\n".join(columns([("source", "new"), ("bbc", "12"), ("the-harbour-herald", "7")], 16)))
    source       new
    bbc           12
    the-harbour-herald
                   7
    """
    from rich.cells import cell_len

    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)][1:]
    rest = sum(widths) + len(widths)
    first = min(max(cell_len(row[0]) for row in rows), max(width - rest, least))
    for name, *cells in rows:
        figures = "".join(f" {cell:>{wide}}" for cell, wide in zip(cells, widths, strict=True))
        if cell_len(name) > first:
            yield name
            name = ""
        yield f"{name}{' ' * (first - cell_len(name))}{figures}".rstrip()


def age(moment: str | None, now: str) -> str:
    """Say how long ago a moment was, both RFC 3339.

    >>> age("2026-11-20T05:00:00Z", "2026-11-20T08:00:00Z"), age("2026-11-01T00:00:00Z", "2026-11-20T08:00:00Z")
    ('3 h', '19 d')
    """
    if not moment:
        return "-"
    seconds = (datetime.fromisoformat(now) - datetime.fromisoformat(moment)).total_seconds()
    unit = next(((name, length) for name, length, least in UNITS if seconds >= least), None)
    return f"{int(seconds // unit[1])} {unit[0]}" if unit else "now"
