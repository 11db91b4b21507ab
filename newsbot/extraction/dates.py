"""Read a timestamp as the page wrote it: its instant, its own offset where it states one, its precision."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

from newsbot.extraction.months import read_words

_ISO = re.compile(
    r"""^\s*(?P<year>\d{4})[-/.]?(?P<month>\d{2})[-/.]?(?P<day>\d{2})
        (?:(?:[T\s]|\s*at\s*|,\s*)\s*(?P<hour>\d{1,2}):?(?P<minute>\d{2})(?::?(?P<second>\d{2})(?:[.,:]\d+)?)?
        \s*(?P<zone>Z|UTC|GMT|[+-]\d{1,2}:?\d{2}|[+-]\d{2}|[A-Z]{2,5}\b)?)?""",
    re.VERBOSE | re.IGNORECASE,
)
_CJK = re.compile(
    r"(?P<year>\d{4})\s*[年년]\s*(?P<month>\d{1,2})\s*[月월]\s*(?P<day>\d{1,2})\s*[日일]?"
    r"(?:\D{0,8}?(?P<hour>\d{1,2})\s*[:時时시]\s*(?P<minute>\d{1,2})(?:\s*[:分분]\s*(?P<second>\d{2}))?)?"
)
_DAY_FIRST = re.compile(
    r"(?<!\d)(?P<day>\d{1,2})\s*[./-]\s*(?P<month>\d{1,2})\s*[./-]\s*(?P<year>\d{4})"
    r"(?:\D{1,12}?(?P<hour>\d{1,2})[:.h](?P<minute>\d{2})(?::(?P<second>\d{2}))?)?(?!\d)"
)
_RFC_2822 = re.compile(
    r"(?:[A-Za-z]{3},\s*)?\d{1,2}\s+[A-Za-z]{3}\s+\d{4}\s+\d{1,2}:\d{2}(?::\d{2})?\s*(?:[+-]\d{4}|[A-Z]{1,4})\s*$"
)
_EPOCH = re.compile(r"^\s*(\d{10}|\d{13})\s*$")
_ZONES = {
    "z": 0, "utc": 0, "gmt": 0, "est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420, "mdt": -360,
    "pst": -480, "pdt": -420, "cet": 60, "cest": 120, "mez": 60, "mesz": 120, "bst": 60, "wib": 420, "jst": 540,
    "kst": 540, "aest": 600, "aedt": 660, "eet": 120, "eest": 180, "msk": 180,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time as a page states it."""

    when: datetime
    """Without tzinfo where the page states no offset."""
    precision: str
    """second, minute or day (items.PRECISIONS)."""

    def isoformat(self) -> str:
        """Write it as RFC 3339 does; only the day, or no offset, where the page says no more."""
        if self.precision == "day":
            return self.when.date().isoformat()
        return self.when.isoformat(timespec="seconds")

    def in_future(self, now: datetime) -> bool:
        """Whether it lies after now (with five minutes for clocks, or a day's zones where no offset is known)."""
        if self.when.tzinfo is not None and self.precision != "day":
            return self.when > now + timedelta(minutes=5)
        return self.when.replace(tzinfo=UTC) > now + timedelta(hours=14)


def parse_moment(text: str | None) -> Moment | None:
    """Read an ISO 8601, RFC 2822, numeric or epoch timestamp; None for anything else or an absurd year.

    >>> parse_moment("2026-05-21T16:46:45.1+02:00").isoformat(), parse_moment("2026-05-21 16:46").isoformat()
    ('2026-05-21T16:46:45+02:00', '2026-05-21T16:46:00')
    >>> parse_moment("Thu, 21 May 2026 14:46:45 GMT").isoformat(), parse_moment("20260521").isoformat()
    ('2026-05-21T14:46:45+00:00', '2026-05-21')
    >>> parse_moment("1750680000000").isoformat(), parse_moment("2026年5月3日").isoformat()
    ('2025-06-23T12:00:00+00:00', '2026-05-03')
    >>> parse_moment("0001-01-01T00:00:00Z") is parse_moment("soon") is None
    True
    """
    if not text or len(text) > 300:
        return None
    text = text.translate(_DIGITS).strip()
    if match := _EPOCH.match(text):
        return _checked(datetime.fromtimestamp(int(match[1][:10]), UTC), "second")
    if _RFC_2822.match(text):
        try:
            parsed = parsedate_to_datetime(text)
        except (ValueError, TypeError, IndexError, OverflowError):
            return None
        return _checked(parsed.replace(tzinfo=UTC) if text.endswith("-0000") else parsed, "second")
    match = _ISO.match(text) or _CJK.search(text) or _DAY_FIRST.search(text)
    if match is None:
        words = read_words(text)
        return _from_parts(words) if words else None
    return _from_parts(match.groupdict())


def _from_parts(parts: dict[str, str | None]) -> Moment | None:
    try:
        year, month, day = (int(parts[name] or 0) for name in ("year", "month", "day"))
        if parts.get("hour") is None:
            return _checked(datetime(year, month, day), "day")
        hour, minute, second = (int(parts[name] or 0) for name in ("hour", "minute", "second"))
        extra = timedelta(days=1) if hour == 24 else timedelta()
        when = datetime(year, month, day, hour % 24, minute, min(second, 59), tzinfo=_zone(parts.get("zone")))
        return _checked(when + extra, "second" if parts["second"] is not None else "minute")
    except (ValueError, OverflowError):
        return None


def _zone(text: str | None) -> timezone | None:
    if not text:
        return None
    if text[0] in "+-":
        digits = text[1:].replace(":", "")
        hours, minutes = (int(digits), 0) if len(digits) <= 2 else (int(digits[:-2]), int(digits[-2:]))
        offset = timedelta(hours=hours, minutes=minutes)
        if offset > timedelta(hours=15):
            return None
        return timezone(-offset if text[0] == "-" else offset)
    minutes_east = _ZONES.get(text.lower())
    return None if minutes_east is None else timezone(timedelta(minutes=minutes_east))


def _checked(when: datetime, precision: str) -> Moment | None:
    return Moment(when, precision) if 1971 <= when.year <= 2100 else None


# Arabic-Indic, Persian, Devanagari, Bengali and Thai digits
_DIGITS = {ord(zero) + value: str(value) for zero in "\u0660\u06f0\u0966\u09e6\u0e50" for value in range(10)} | {
    0x2013: "-",
    0xA0: " ",
    0x202F: " ",
}
