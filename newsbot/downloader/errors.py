"""From Scrapy's failures to the ledger's named reasons."""

from __future__ import annotations

import gc

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from scrapy.spidermiddlewares.httperror import HttpError

from newsbot.items import FAIL_REASONS


class Skipped(IgnoreRequest):
    """A request not sent or an answer not taken, for a reason of SKIP_REASONS or FAIL_REASONS."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


_BY_ERROR: tuple[tuple[type[BaseException], str], ...] = (
    (CannotResolveHostError, "dns"),
    (DownloadConnectionRefusedError, "refused"),
    (DownloadTimeoutError, "timeout"),
    (DownloadCancelledError, "too_large"),
    (DownloadFailedError, "connection"),
    (ResponseDataLossError, "connection"),
    (UnsupportedURLSchemeError, "bad_url"),
    (OSError, "connection"),
)


DOWNLOAD_ERRORS: tuple[type[BaseException], ...] = (IgnoreRequest, *(kind for kind, _ in _BY_ERROR))
"""What a download can raise."""


def outcome_of(error: BaseException) -> tuple[str, str, str]:
    """Return what a failed request comes to: outcome ("skipped" or "failed"), reason, detail."""
    outcome, reason, detail = _outcome_of(error)
    if reason == "too_large":
        gc.collect()  # Large bodies that were refused hang on the tracebacks of their errors, in cycles.
    return outcome, reason, detail


def _outcome_of(error: BaseException) -> tuple[str, str, str]:
    if isinstance(error, HttpError):
        return "failed", f"http_{error.response.status}", ""
    if isinstance(error, Skipped):
        return "failed" if error.reason in FAIL_REASONS else "skipped", error.reason, error.detail
    if isinstance(error, IgnoreRequest):
        if "max redirections" in str(error):
            return "failed", "too_many_redirects", ""
        if "exceeded DOWNLOAD_MAXSIZE" in str(error):  # while it was decompressed
            return "failed", "too_large", ""
        return "skipped", "ignored", str(error)[:200]
    if type(error).__name__ == "TimeoutError":  # the browser's is not Python's
        return "failed", "timeout", str(error)[:200]
    for kind, reason in _BY_ERROR:
        if isinstance(error, kind):
            return "failed", reason, str(error)[:200]
    return "failed", "error", f"{type(error).__name__}: {error}"[:200]
