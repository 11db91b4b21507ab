"""The page that shows an operator how the collection stands."""

from newsbot.report.page import write

__all__ = ["write"]
