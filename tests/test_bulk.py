"""Work on archive files in parts: what comes of them is what one who reads each from its beginning would find."""

from __future__ import annotations

import gzip
import io
import os
import signal
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsbot.archive.reading import Capture, Damage, read
from newsbot.bulk import files
from newsbot.bulk.engines import Engine, Here, Local
from newsbot.bulk.files import Part, each_part
from newsbot.bulk.paths import archives_of
from newsbot.items import Page, Rejection

NOW = "2026-11-28T00:00:00Z"


def record(number: int, page: str = "", *, kind: str = "response") -> bytes:
    """Return a WARC record of a page, as long as its number says."""
    page = page or f"<html><body>{f'page {number}, ' * (number % 7) * 9}</body></html>"
    block = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n{page}".encode()
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: https://e.org/{number}\r\n"
        f"WARC-Date: 2026-11-21T06:00:00Z\r\nContent-Type: application/http\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def length_of(page: Page, _capture: Capture) -> int:
    return len(page.html)


def deadly(page: Page, _capture: Capture) -> str:
    """Kill the worker at one page, and hang it at another."""
    if page.url.endswith("/3"):
        os.kill(os.getpid(), signal.SIGKILL)
    if page.url.endswith("/5"):
        time.sleep(600)
    return page.url


def parts_of(path: Path, engine: Engine, work: files.Work[object] = length_of, start: int = 0) -> list[Part[object]]:
    return list(each_part(work, [(path, start)], engine, now=lambda: NOW))


# Inside a page may stand what looks like a record, and in a part nothing but the middle of one.
PIECES = [record(number) for number in range(12)] + [
    record(20, "x" * 3000),
    record(21, f"<html>{record(22).decode()}</html>" * 3),
    record(23, kind="request"),
    b"junk " * 200,
    record(24)[:-90],
    gzip.compress(b"".join(record(number) for number in range(30, 42)), mtime=0),
]


@settings(max_examples=120, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(PIECES), st.booleans()), max_size=14), st.integers(300, 2000))
def test_parts_give_what_the_whole_gives(chosen: list[tuple[bytes, bool]], size: int) -> None:
    data = b"".join(gzip.compress(piece, mtime=0) if packed else piece for piece, packed in chosen)
    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory() as folder:
        patch.setattr(files, "PART", size)
        patch.setattr(files, "MOST", 3)
        path = Path(folder) / "a.warc"
        path.write_bytes(data)
        parts = parts_of(path, Here())
        whole = list(read(io.BytesIO(data)))
        assert [(made.url, str(made.at)) for part in parts for made in part.made] == [
            (found.url, str(found.at)) for found in whole if isinstance(found, Capture)
        ]
        told = {damage.fault for part in parts for damage in part.damage}
        assert {found.fault for found in whole if isinstance(found, Damage) and "bytes" not in found.fault} <= told
        assert [part.is_last for part in parts] == [False] * (len(parts) - 1) + [True]
        for part in parts[:-1]:  # whoever begins anew behind a part finds the rest
            if part.next.inner == 0:
                rest = parts_of(path, Here(), start=part.next.offset)
                later = [made.url for other in parts[parts.index(part) + 1 :] for made in other.made]
                assert [made.url for one in rest for made in one.made] == later
                break


def test_a_record_that_kills_or_hangs_its_worker_costs_that_record_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(b"".join(gzip.compress(record(number)) for number in range(12)))
    engine = Local(2, timeout=1.0)
    try:
        made = [made for part in parts_of(path, engine, deadly) for made in part.made]
    finally:
        engine.close()
    assert [one.url for one in made] == [f"https://e.org/{number}" for number in range(12)]
    lost = {one.url[-1]: one.thing.reason for one in made if isinstance(one.thing, Rejection)}
    assert lost == {"3": "extractor_crashed", "5": "extractor_timeout"}


def test_a_path_names_archives_and_not_what_stands_beside_them(tmp_path: Path) -> None:
    (tmp_path / "day").mkdir()
    for name in ("a.warc", "a.warc.cdxj", "b.WARC.gz.open", "c.warc.gz", "day/d.arc", "notes.txt"):
        (tmp_path / name).write_text("")
    assert [file.name for file in archives_of(str(tmp_path))] == ["a.warc", "c.warc.gz", "d.arc"]
    assert [file.name for file in archives_of(f"{tmp_path}/**/*a*")] == ["a.warc", "c.warc.gz", "d.arc"]
    (tmp_path / "[odd].warc").write_text("")
    assert [file.name for file in archives_of(f"{tmp_path}/[odd].warc")] == ["[odd].warc"]
