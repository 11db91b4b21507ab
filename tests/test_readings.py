"""How far archives were read: kept in the store, and told from files that were replaced."""

from __future__ import annotations

import gzip
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import NOW
from sqlalchemy import Engine

from newsbot.archive.reading import Capture, Place
from newsbot.bulk.bookmarks import Bookmarks
from newsbot.bulk.engines import Here
from newsbot.bulk.files import each_part
from newsbot.crawl.context import FilesRead
from newsbot.items import Page
from newsbot.store.readings import Bookmark, keep, kept


def test_a_bookmark_is_kept_with_what_a_run_owes_of_its_file(store: Engine) -> None:
    first = Bookmark("/a/b.warc", "d" * 64, 900, 400, 7, is_whole=False, owed=frozenset({Place(3), Place(5, 70)}))
    other = replace(first, path="/a/b.warc.gz", owed=frozenset())
    keep(store, [(None, first), (None, other)], "r1", now=NOW)
    assert kept(store, [first.path, other.path, "/a"]) == {first.path: first, other.path: other}
    later = replace(first, offset=900, pages=9, is_whole=True, owed=frozenset({Place(5, 70), Place(800)}))
    keep(store, [(first, later)], "r2", now=NOW)
    assert kept(store, [first.path]) == {first.path: later}
    keep(store, [(later, replace(later, owed=frozenset()))], "r2", now=NOW)
    assert kept(store, [first.path])[first.path].owed == frozenset()


@pytest.mark.parametrize("path", ["/long/" + "x" * 3000 + ".warc", "/odd/\udcff.warc", "/a/100%_.warc"])
def test_a_bookmark_of_any_path_is_kept(store: Engine, path: str) -> None:
    mark = Bookmark(path, "d" * 64, 900, 400, 7, is_whole=False, owed=frozenset({Place(3)}))
    keep(store, [(None, mark)], "r1", now=NOW)
    assert kept(store, [path]) == {path: mark}


def record(number: int) -> bytes:
    block = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>{number}</p>".encode()
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://e.org/{number}\r\n"
        "WARC-Date: 2026-11-01T00:00:00Z\r\nContent-Type: application/http\r\n"
        f"Content-Length: {len(block)}\r\n\r\n"
    )
    return gzip.compress(head.encode() + block + b"\r\n\r\n", mtime=0)


def address_of(page: Page, _capture: Capture) -> str:
    return page.url


def read(store: Engine, path: Path) -> tuple[list[str], Bookmarks]:
    """Read a file on from where it was read before; return the ends of the addresses that were met."""
    marks = Bookmarks(store, [path], "r1", now=lambda: NOW)
    work = [(path, marks.start_of(path)) for path in marks.unread]
    met = []
    for part in each_part(address_of, work, Here(), now=lambda: NOW):
        met += [made.url.rpartition("/")[2] for made in part.made]
        marks.passed(part)
    marks.save()
    return met, marks


def test_a_file_that_grows_is_read_on_and_one_that_was_replaced_is_read(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    whole = b"".join(map(record, range(4)))
    path.write_bytes(whole)
    assert read(engine, path)[0] == ["0", "1", "2", "3"]
    met, marks = read(engine, path)
    assert (met, marks.read_already) == ([], [path])
    path.write_bytes(whole + record(4)[:40])  # somebody writes still
    assert read(engine, path)[0] == ["3"]
    path.write_bytes(whole + record(4) + record(5))
    met, marks = read(engine, path)
    assert met == ["3", "4", "5"], "the record that was torn is read, now that it is whole"
    left = sum(len(record(number)) for number in (3, 4, 5))
    assert marks.far() == FilesRead(done=1, files=1, read=left, size=left), "what was read before is not counted"
    path.write_bytes(whole[: len(record(0))])
    assert read(engine, path)[0] == ["0"], "what is shorter than it was read is another file"
    path.write_bytes(record(7) + record(8))
    assert read(engine, path)[0] == ["7", "8"]
    path.unlink()
    assert read(engine, path)[0] == []
