"""How the report writes numbers, shares, spans and times; all times are UTC."""

from __future__ import annotations

from datetime import date, datetime

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
"""Whatever the locale of the process."""
SPANS = ((86_400, 172_800, "d"), (3600, 3600, "h"), (60, 120, "min"))
"""Seconds of a unit, seconds from which on it is used, and its name."""
NONE = "–"
"""Where there is nothing to tell."""


def number(count: float | None) -> str:
    """Return a count as people read it.

    >>> number(1234), number(12.6), number(None)
    ('1,234', '13', '–')
    """
    return NONE if count is None else f"{round(count):,}"


def percent(share: float | None) -> str:
    """Return a share in percent; what is little, and not nothing, says so.

    >>> percent(0.973), percent(0.002), percent(0), percent(0.997), percent(None)
    ('97 %', '<1 %', '0 %', '>99 %', '–')
    """
    if share is None:
        return NONE
    if 0 < share < 0.01:
        return "<1 %"
    return ">99 %" if 0.99 < share < 1 else f"{100 * share:.0f} %"


def span(seconds: float | None) -> str:
    """Return how long something takes.

    >>> span(0.34), span(42), span(540), span(7300), span(400_000), span(None)
    ('0.3 s', '42 s', '9 min', '2 h', '5 d', '–')
    """
    if seconds is None:
        return NONE
    for length, least, name in SPANS:
        if seconds >= least:
            return f"{round(seconds / length)} {name}"
    return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.1f} s"


def ago(moment: str | None, now: str) -> str:
    """Return how long ago a moment was; of one that states the hour alone ("2026-11-20T07"), so many hours.

    >>> ago("2026-11-20T05", "2026-11-20T08:20:00Z"), ago("2026-11-20T08", "2026-11-20T08:20:00Z")
    ('3 h ago', '<1 h ago')
    >>> ago("2026-11-20T07:59:50Z", "2026-11-20T08:00:00Z"), ago(None, "2026-11-20T08:00:00Z")
    ('now', '–')
    """
    if moment is None:
        return NONE
    if len(moment) == len("2026-11-20T07"):
        seconds = (datetime.fromisoformat(f"{now[:13]}:00Z") - datetime.fromisoformat(f"{moment}:00Z")).total_seconds()
        return f"{span(seconds)} ago" if seconds > 0 else "<1 h ago"
    seconds = (datetime.fromisoformat(now) - datetime.fromisoformat(moment)).total_seconds()
    return f"{span(seconds)} ago" if seconds >= 60 else "now"


def size(octets: float) -> str:
    """Return how much data something is.

    >>> size(800), size(45_300), size(2_340_000)
    ('800 bytes', '45 kB', '2.3 MB')
    """
    if octets < 1000:
        return f"{octets:.0f} bytes"
    if octets < 1e6:
        return f"{octets / 1e3:.0f} kB"
    return f"{octets / 1e6:.1f} MB" if octets < 1e9 else f"{octets / 1e9:.1f} GB"


def moment(stated: str) -> str:
    """Return a day, or a moment of UTC, as people write it; what is neither as it stands.

    >>> moment("2026-11-20T08:41:02Z"), moment("2026-11-05"), moment("long ago")
    ('20 Nov 2026, 08:41', '5 Nov 2026', 'long ago')
    """
    try:
        day = date.fromisoformat(stated[:10])
    except ValueError:
        return stated
    clock = f", {stated[11:16]}" if len(stated) > 10 else ""
    return f"{short_day(stated[:10])} {day.year}{clock}"


def short_day(day: str) -> str:
    """Return a day without its year.

    >>> short_day("2026-11-05")
    '5 Nov'
    """
    return f"{int(day[8:10])} {MONTHS[int(day[5:7]) - 1]}"
