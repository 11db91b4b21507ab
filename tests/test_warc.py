"""Reading archives: whatever is damaged in a file, what the damage did not touch is read, in bounded memory."""

from __future__ import annotations

import gzip
import io
import tracemalloc
from pathlib import Path

import pytest
from backports import zstd
from hypothesis import given, settings
from hypothesis import strategies as st

from newsbot.archive.reading import Capture, Damage, captured_at, is_archive, read
from newsbot.items import MAX_BYTES

NUMBER = 6


def record(number: int, *, body: bytes = b"", head: str = "", length: int | None = None) -> bytes:
    """Return a record of a page, with what else its headers are to say."""
    page = body or f"<html><body>{f'page {number}, ' * (40 + number)}</body></html>".encode()
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(page) + page
    said = len(answer) if length is None else length
    return (
        (
            f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://e.org/{number}\r\n"
            f"WARC-Date: 2026-11-21T06:00:00Z\r\nContent-Type: application/http; msgtype=response\r\n{head}"
            f"Content-Length: {said}\r\n\r\n"
        ).encode()
        + answer
        + b"\r\n\r\n"
    )


RECORDS = [record(number) for number in range(NUMBER)]
PLAIN = [(len(b"".join(RECORDS[:number])), len(b"".join(RECORDS[: number + 1]))) for number in range(NUMBER)]
MEMBERS = [gzip.compress(one, mtime=0) for one in RECORDS]
PACKED = [(len(b"".join(MEMBERS[:number])), len(b"".join(MEMBERS[: number + 1]))) for number in range(NUMBER)]


def found_in(data: bytes) -> tuple[list[str], list[str]]:
    """Return the addresses of the pages that are whole, and what is said to be damaged."""
    found = list(read(io.BytesIO(data)))
    whole = [one.url for one in found if isinstance(one, Capture) and one.body and not one.reason]
    return whole, [one.fault for one in found if isinstance(one, Damage)]


@settings(max_examples=150)
@given(
    st.booleans(),
    st.floats(0, 1),
    st.integers(0, 900),
    st.binary(max_size=300),
)
def test_damage_costs_no_record_that_it_did_not_touch(is_packed: bool, where: float, cut: int, put_in: bytes) -> None:
    data, places = (b"".join(MEMBERS), PACKED) if is_packed else (b"".join(RECORDS), PLAIN)
    start = int(where * len(data))
    end = min(len(data), start + cut)
    whole, _ = found_in(data[:start] + put_in + data[end:])
    untouched = [
        f"https://e.org/{number}" for number, (first, last) in enumerate(places) if last <= start or first >= end
    ]
    assert set(untouched) <= set(whole)


@pytest.mark.parametrize(
    ("data", "whole", "faults"),
    [
        (RECORDS[0] + b"junk, junk\r\n" + RECORDS[1], [0, 1], 1),
        (record(0, length=10) + RECORDS[1], [1], 1),
        (record(0, length=len(RECORDS[0]) + 300) + RECORDS[1] + RECORDS[2], [1, 2], 1),
        (record(0, length=10**12) + RECORDS[1], [1], 1),
        (record(0, length=-5) + RECORDS[1], [1], 2),
        (RECORDS[0].replace(b"Content-Length: ", b"Content-Length: many") + RECORDS[1], [1], 2),
        (RECORDS[0].replace(b"WARC-Target-URI", b"X-Other") + RECORDS[1], [1], 2),
        (RECORDS[0].replace(b"https://e.org/0", b"<https://e.org/0>") + RECORDS[1], [0, 1], 0),
        (RECORDS[0].rstrip() + RECORDS[1].rstrip(), [0, 1], 0),
        (RECORDS[0] + RECORDS[1][:-200], [0], 1),
        (gzip.compress(RECORDS[0] + RECORDS[1]) + RECORDS[2], [0, 1, 2], 0),
        (zstd.compress(RECORDS[0]) + zstd.compress(RECORDS[1]), [0, 1], 0),
        (MEMBERS[0][:-3] + b"abc" + MEMBERS[1], [1], 1),
        (MEMBERS[0] + MEMBERS[1][:200] + MEMBERS[2], [0, 2], 1),
        (b"%PDF-1.7 and so on", [], 1),
        (b"", [], 0),
    ],
)
def test_a_fault_costs_its_record_and_is_told(data: bytes, whole: list[int], faults: int) -> None:
    found, told = found_in(data)
    assert found == [f"https://e.org/{number}" for number in whole]
    assert bool(told) == bool(faults)
    assert is_archive(io.BytesIO(data)) == (b"WARC" in data or data.startswith((b"\x1f\x8b", b"\x28\xb5")))


def test_a_large_record_is_told_and_passed_over(tmp_path: Path) -> None:
    size = 40_000_000
    head = record(0, length=size).partition(b"<html>")[0]
    for name in ("plain.warc", "packed.warc.gz"):
        path = tmp_path / name
        with path.open("wb") as file:
            if name.startswith("plain"):
                file.write(head)
                file.seek(size - len(head) + head.index(b"HTTP/1.1") + len(head))
                file.write(b"\r\n\r\n" + RECORDS[1])
            else:
                with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=1) as packed:
                    packed.write(head)
                    left = size - (len(head) - head.index(b"HTTP/1.1"))
                    while left:
                        left -= packed.write(bytes(min(left, 1_000_000)))
                    packed.write(b"\r\n\r\n")
                file.write(MEMBERS[1])
        tracemalloc.start()
        with path.open("rb") as file:
            found = [one for one in read(file) if isinstance(one, Capture)]
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert [(one.url, one.reason) for one in found] == [
            ("https://e.org/0", "too_large"),
            ("https://e.org/1", None),
        ]
        assert peak < MAX_BYTES, f"{name}: {peak} bytes"


@pytest.mark.parametrize(
    "stated", ["", "yesterday", "2026-13-01T00:00:00Z", "9" * 60, "9999-12-31T23:59:59Z", "2026-11"]
)
def test_an_odd_date_is_none(stated: str) -> None:
    assert captured_at(stated, "2026-11-28T00:00:00Z") is None
