"""Timestamps as pages write them."""

from datetime import UTC, datetime

import pytest

from newsbot.web.dates import parse_moment


@pytest.mark.parametrize(
    ("text", "expected", "precision"),
    [
        ("2026-05-12T21:40:05+02:00", "2026-05-12T21:40:05+02:00", "second"),
        ("2026-05-12T21:40:05.123Z", "2026-05-12T21:40:05+00:00", "second"),
        ("2026-05-12 21:40:05 -0300", "2026-05-12T21:40:05-03:00", "second"),
        ("2026-05-12T21:40+0530", "2026-05-12T21:40:00+05:30", "minute"),
        ("2026-05-12 21:40", "2026-05-12T21:40:00", "minute"),
        ("2026-05-12", "2026-05-12", "day"),
        ("20260512", "2026-05-12", "day"),
        ("2026/05/12", "2026-05-12", "day"),
        ("Tue, 12 May 2026 21:40:00 GMT", "2026-05-12T21:40:00+00:00", "second"),
        ("12.05.2026, 21:40 Uhr", "2026-05-12T21:40:00", "minute"),
        ("12. Mai 2026 um 21:40", "2026-05-12T21:40:00", "minute"),
        ("May 12, 2026 9:40 PM", "2026-05-12T21:40:00", "minute"),
        ("May 12th, 2026", "2026-05-12", "day"),
        ("mardi 12 mai 2026 à 21h40", "2026-05-12T21:40:00", "minute"),
        ("12 de mayo de 2026", "2026-05-12", "day"),
        ("12 мая 2026, 21:40", "2026-05-12T21:40:00", "minute"),
        ("12 Mayıs 2026", "2026-05-12", "day"),
        ("١٢ مايو ٢٠٢٦", "2026-05-12", "day"),
        ("12 พฤษภาคม 2569", "2026-05-12", "day"),
        ("2026年5月12日 21時40分", "2026-05-12T21:40:00", "minute"),
        ("2026년 5월 12일 21:40", "2026-05-12T21:40:00", "minute"),
        ("१२ मई २०२६", "2026-05-12", "day"),
        ("1778614800", "2026-05-12T19:40:00+00:00", "second"),
        ("2026-05-12T24:00:00Z", "2026-05-13T00:00:00+00:00", "second"),
    ],
)
def test_moment(text: str, expected: str, precision: str) -> None:
    moment = parse_moment(text)
    assert moment is not None
    assert (moment.isoformat(), moment.precision) == (expected, precision)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "yesterday",
        "0001-01-01T00:00:00Z",
        "1970-01-01T00:00:00Z",
        "2026-13-45",
        "99/99/2026",
        "© 2019",
        "5 min read",
        "x" * 400,
    ],
)
def test_no_moment(text: str | None) -> None:
    assert parse_moment(text) is None


@pytest.mark.parametrize(
    ("text", "future"),
    [
        ("2026-05-12T12:04:00Z", False),
        ("2026-05-12T12:06:00Z", True),
        ("2026-05-13", False),
        ("2026-05-14", True),
        ("2026-05-12T23:00", False),
    ],
)
def test_future(text: str, future: bool) -> None:
    moment = parse_moment(text)
    assert moment is not None
    assert moment.in_future(datetime(2026, 5, 12, 12, tzinfo=UTC)) is future
