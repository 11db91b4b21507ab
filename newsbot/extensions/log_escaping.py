"""Log lines that a page cannot forge: what would move the cursor, colour the terminal or begin a line is escaped."""

from __future__ import annotations

import logging
from typing import Self

from scrapy.crawler import Crawler

from newsbot.web.text import escaped


class EscapedLog:
    """Escapes control characters in the messages of every log handler."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:  # noqa: ARG003 (Scrapy's interface)
        for handler in logging.getLogger().handlers:
            if not isinstance(handler.formatter, EscapingFormatter):
                handler.setFormatter(EscapingFormatter(handler.formatter or logging.Formatter()))
        return cls()


class EscapingFormatter(logging.Formatter):
    """Formats as another formatter does, and escapes what the message brings along."""

    def __init__(self, inner: logging.Formatter) -> None:
        super().__init__()
        self.inner = inner

    def format(self, record: logging.LogRecord) -> str:
        safe = logging.makeLogRecord({**record.__dict__, "msg": escaped(record.getMessage()), "args": None})
        if record.exc_info and not safe.exc_text:
            safe.exc_text = self.inner.formatException(record.exc_info)
        if safe.exc_text:
            safe.exc_text = "\n".join(escaped(line) for line in safe.exc_text.split("\n"))
        return self.inner.format(safe)
