"""What a download can come to, and the ledger's reason for it.

    Exception
    ├── IgnoreRequest                           skipped: ignored
    │   │                                       failed: too_many_redirects (told by Scrapy's words alone)
    │   ├── HttpError                           failed: http_<status>
    │   └── Skipped                             skipped or failed: the reason that it names
    ├── CannotResolveHostError                  failed: dns
    ├── DownloadConnectionRefusedError          failed: refused
    ├── DownloadTimeoutError                    failed: timeout
    ├── DownloadCancelledError                  failed: too_large (Scrapy cancels what exceeds DOWNLOAD_MAXSIZE)
    ├── DownloadFailedError                     failed: connection
    ├── ResponseDataLossError                   failed: connection
    ├── UnsupportedURLSchemeError               failed: bad_url
    └── OSError                                 failed: connection
        └── TimeoutError                        failed: timeout

All but Skipped are Scrapy's and Python's. Any other exception is a fault of newsbot or of a library: failed: error.
"""

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

MAX_DETAIL = 200
"""Characters of an error's own words that the ledger keeps."""


class Skipped(IgnoreRequest):
    """A request not sent or an answer not taken, for a reason of SKIP_REASONS or FAIL_REASONS (items.py)."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


_REASONS: dict[type[Exception], str] = {
    CannotResolveHostError: "dns",
    DownloadConnectionRefusedError: "refused",
    DownloadTimeoutError: "timeout",
    DownloadCancelledError: "too_large",
    DownloadFailedError: "connection",
    ResponseDataLossError: "connection",
    UnsupportedURLSchemeError: "bad_url",
    TimeoutError: "timeout",
    OSError: "connection",
}
"""The first that an error is an instance of; subclasses come before what they are subclasses of."""

DOWNLOAD_ERRORS: tuple[type[Exception], ...] = (IgnoreRequest, *_REASONS)
"""What a download can raise."""


def outcome_of(error: BaseException) -> tuple[str, str, str]:
    """Return what a failed request comes to: outcome ("skipped" or "failed"), reason, detail.

    >>> outcome_of(Skipped("robots_txt")), outcome_of(DownloadTimeoutError("took 30 s"))
    (('skipped', 'robots_txt', ''), ('failed', 'timeout', 'took 30 s'))
    """
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
        return "skipped", "ignored", str(error)[:MAX_DETAIL]
    reason = next((reason for kind, reason in _REASONS.items() if isinstance(error, kind)), None)
    if reason is None:
        return "failed", "error", f"{type(error).__name__}: {error}"[:MAX_DETAIL]
    return "failed", reason, str(error)[:MAX_DETAIL]
