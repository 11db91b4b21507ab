"""What stands at the bottom of a terminal and is drawn anew as things go on; the log goes above it."""

from __future__ import annotations

import atexit
import logging
import sys
from collections.abc import Iterator, Sequence

from rich.console import Console, ConsoleOptions, RenderableType
from rich.live import Live
from rich.text import Text

from newsbot.extensions.standing import Standing, Standings

FEW = 8
"""Sources that have a line of their own at most."""
AROUND = 4
"""Lines of a terminal that are not theirs: the head, "and N more", the sums, and the one where the log goes on."""
FIGURES = ("pages", "new", "duplicates", "rejected", "errors", "left", "about")
FIRST_TO_GO = ("rejected", "duplicates", "new", "pages", "errors", "about", "left")
"""What is left out first where a terminal is too narrow for all."""
GAPS = (2, 1)
"""Columns between two figures: as many as there is room for."""


class Display:
    """A picture at the bottom of the terminal that stderr is, from its making until it is cleared."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        self._live = Live(console=self._console, auto_refresh=False, transient=True)
        self._live.start()
        _log_to(_Above(self._console))
        atexit.register(self.clear)  # what is stopped at once would leave the terminal without its cursor

    def show(self, picture: RenderableType) -> None:
        """Draw a picture in the place of the last one."""
        self._live.update(picture, refresh=True)

    def clear(self) -> None:
        """Take the picture away for good."""
        atexit.unregister(self.clear)
        self._live.stop()
        _log_to(sys.stderr)


class CrawlPicture:
    """A line a source that is at work, and one of sums, with as many figures as the terminal has room for."""

    def __init__(self, standings: Standings, names: Sequence[str]) -> None:
        """``names``: of all sources of the crawl, so that no column moves as they come and go."""
        self._standings = standings
        self._names = names

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        total, at_work = self._standings.total, self._standings.at_work
        shown = at_work[: max(min(FEW, console.height - AROUND), 0)]
        sums = ", ".join([*self._standings.extent.values(), f"{self._standings.rate:.1f}/s"])
        rows = [("source", "dim", FIGURES), *((source.name, "", _figures(source)) for source in shown)]
        if len(shown) < len(at_work):
            rows.append((f"and {len(at_work) - len(shown)} more", "dim", [""] * len(FIGURES)))
        rows.append((sums, "bold", _figures(total)))
        longest = max(map(len, self._names), default=0)
        room = max(min(longest, options.max_width // 2), len(sums))
        columns = zip(FIGURES, *(figures for _, _, figures in rows), strict=True)
        fitting, gap = _fitting({name: max(map(len, column)) for name, *column in columns}, options.max_width - room)
        for name, style, figures in rows:
            cells = dict(zip(FIGURES, figures, strict=True))
            line = Text(name, style, no_wrap=True, overflow="ellipsis")
            line.truncate(room, overflow="ellipsis", pad=True)
            line.append("".join(f"{cells[figure]:>{gap + width}}" for figure, width in fitting.items()))
            line.rstrip()
            yield line


def _figures(standing: Standing) -> list[str]:
    return [str(getattr(standing, figure)) for figure in FIGURES]


def _fitting(widths: dict[str, int], room: int) -> tuple[dict[str, int], int]:
    """Return the figures that there is room for, each with its width, and the gap between them."""
    for dropped in range(len(FIRST_TO_GO)):
        fitting = {figure: width for figure, width in widths.items() if figure not in FIRST_TO_GO[:dropped]}
        for gap in GAPS:
            if sum(fitting.values()) + gap * len(fitting) <= room:
                return fitting, gap
    return {}, 0


def _log_to(stream: object) -> None:
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.StreamHandler) and not isinstance(handler, logging.FileHandler):
            handler.setStream(stream)


class _Above:
    """A stream that leads above the picture, and leaves long lines to the terminal: whole, they can be copied."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def write(self, text: str) -> None:
        self._console.print(Text(text.removesuffix("\n")), soft_wrap=True)

    def flush(self) -> None:
        self._console.file.flush()
