"""Why a page gave no article.

Exception
└── ExtractionError       .reason names the case (items.REJECTION_REASONS), .detail tells the page's own facts
"""

from __future__ import annotations

from newsbot.items import REJECTION_REASONS


class ExtractionError(Exception):
    """A page that is no article; both arguments stay in ``args``, so it travels between processes.

    >>> import pickle
    >>> pickle.loads(pickle.dumps(ExtractionError("no_body", "nothing in <main>"))).reason
    'no_body'
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        if reason not in REJECTION_REASONS:
            raise ValueError(f"no such rejection reason: {reason!r}")
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail or REJECTION_REASONS[self.reason]}"
