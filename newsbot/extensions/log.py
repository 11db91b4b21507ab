"""Log lines that no page can forge or fill.

What would move the cursor, colour the terminal or begin a line is escaped; of an item the log has its address; and
no line is longer than LONGEST_LINE, whatever an error quotes.
"""

from __future__ import annotations

import logging
from typing import Any, Self

from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.logformatter import LogFormatter, LogFormatterResult
from twisted.python.failure import Failure

from newsbot.items import Collected
from newsbot.web.text import escaped

LONGEST_LINE = 1_500
"""Characters of a message, and of each line of a traceback."""
LONGEST_NAME = 200
"""Characters of the address that an item goes by."""


class EscapedLog:
    """Escapes control characters in the messages of every log handler, and cuts what is too long."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:  # noqa: ARG003 (Scrapy's interface)
        for handler in logging.getLogger().handlers:
            if not isinstance(handler.formatter, EscapingFormatter):
                handler.setFormatter(EscapingFormatter(handler.formatter or logging.Formatter()))
        return cls()


class EscapingFormatter(logging.Formatter):
    """Formats as another formatter does, and escapes and bounds what the message brings along."""

    def __init__(self, inner: logging.Formatter) -> None:
        super().__init__()
        self.inner = inner

    def format(self, record: logging.LogRecord) -> str:
        safe = logging.makeLogRecord({**record.__dict__, "msg": one_line(record.getMessage()), "args": None})
        if record.exc_info and not safe.exc_text:
            safe.exc_text = self.inner.formatException(record.exc_info)
        if safe.exc_text:
            safe.exc_text = "\n".join(map(one_line, safe.exc_text.split("\n")))
        return self.inner.format(safe)


class ItemNames(LogFormatter):
    """Says which item it is that something happened to, and never what it holds (LOG_FORMATTER)."""

    def scraped(self, item: Any, response: Response | Failure | None, spider: Spider) -> LogFormatterResult:
        return super().scraped(name_of(item), response, spider)

    def dropped(
        self, item: Any, exception: BaseException, response: Response | Failure | None, spider: Spider
    ) -> LogFormatterResult:
        return super().dropped(name_of(item), exception, response, spider)

    def item_error(
        self, item: Any, exception: BaseException, response: Response | Failure | None, spider: Spider
    ) -> LogFormatterResult:
        return super().item_error(name_of(item), exception, response, spider)


def name_of(item: object) -> str:
    """Return what an item goes by in the log: its kind and its address, shortened.

    >>> from newsbot.items import Rejection
    >>> name_of(Rejection(url="https://example.org/a", reason="no_body", detail="<p>" * 9000))
    'Rejection https://example.org/a'
    """
    url = item.aliases[0] if isinstance(item, Collected) else getattr(item, "url", "")
    return f"{type(item).__name__} {str(url)[:LONGEST_NAME]}".rstrip()


def one_line(text: str) -> str:
    r"""Return the beginning of a text as one line that can be shown.

    >>> print(one_line("a\nb"), len(one_line("\n" * 3_000_000)))
    a\x0ab 1500
    """
    line = escaped(text[: LONGEST_LINE + 1])
    return line if len(line) <= LONGEST_LINE else line[: LONGEST_LINE - 1] + "…"
