"""What an operator looks at."""

from newsbot.report.accounting import accounting_line

__all__ = ["accounting_line"]
