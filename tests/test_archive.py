"""Writing archives: what is written is whole for other readers, after any death, within bounds, and goes when asked."""

from __future__ import annotations

import gzip
import io
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator, WarcRecordType
from warcio.checker import Checker

from newsbot.archive import folder as folders
from newsbot.archive.bounds import Bounds, finished_files
from newsbot.archive.folder import Archive, Healed, heal
from newsbot.archive.index import Index, index_path
from newsbot.archive.members import members
from newsbot.archive.provenance import Provenance
from newsbot.archive.reading import Capture, read
from newsbot.archive.removal import remove
from newsbot.items import Candidate, Exchange
from newsbot.process import UsageError
from newsbot.web.urls import url_key

RUN = "20261129T073000Z-9f3c21aa"
NOW = "2026-11-29T07:30:00Z"
LIMITS = Bounds(file_bytes=1_000_000)


def address(number: int) -> str:
    return f"https://www.example.org/News/{number}?b=2&a=1"


def exchange(number: int, *, text: str = "", url: str = "", status: int = 200) -> Exchange:
    """Return how a page came: compressed, with a header that is no ASCII, and one that names a wrong length."""
    page = f"<html><body><p>{text or f'Page {number}. '} {random.Random(number).randbytes(400).hex()}</p></body></html>"
    return Exchange(
        url=url or address(number),
        request=b"GET /News/%d?b=2&a=1 HTTP/1.1\r\nHost: www.example.org\r\n\r\n" % number,
        status=status,
        headers=[
            (b"Content-Type", b"text/html; charset=utf-8"),
            (b"Content-Encoding", b"gzip"),
            (b"Content-Length", b"7"),
            (b"X-Stra\xc3\x9fe", b"\xff"),
        ],
        body=b"" if status == 304 else gzip.compress(page.encode(), mtime=0),
        ip_address="192.0.2.1",
    )


def provenance(number: int) -> Provenance:
    return Provenance(
        candidate=Candidate(url=address(number), via="feed"), aliases=(address(number),), source="example", run=RUN
    )


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[..., Archive]]:
    archives: list[Archive] = []

    def opened(limits: Bounds = LIMITS, run: str = RUN) -> Archive:
        archives.append(Archive(tmp_path, run, limits, told=lambda _line: None))
        return archives[-1]

    yield opened
    for archive in archives:
        archive.close()


def captures(*paths: Path) -> list[Capture]:
    """Return the captures that newsbot's own reader finds, which finds no damage."""
    found = [one for path in paths for one in read(io.BytesIO(path.read_bytes()))]
    assert all(isinstance(one, Capture) for one in found)
    return [one for one in found if isinstance(one, Capture)]


def checked(path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """Return what `warcio check -v` says of a file."""
    checker = Checker(type("Asked", (), {"inputs": [str(path)], "verbose": True}))
    checker.process_all()
    assert checker.exit_value == 0
    return capsys.readouterr().out


def test_three_readers_find_every_page_and_every_digest_right(
    opened: Callable[..., Archive], capsys: pytest.CaptureFixture[str]
) -> None:
    archive = opened()
    for number in range(5):
        assert archive.write([exchange(number)], provenance(number), date=NOW)
    archive.close()
    (path,) = archive.files
    assert path.name == "newsbot-20261129T073000Z-9f3c21aa-00001.warc.gz"
    assert checked(path, capsys).count("digest pass") == 1 + 3 * 5
    with path.open("rb") as file:
        records = list(ArchiveIterator(file, record_types=WarcRecordType.response, parse_http=True))
        assert [record.headers["WARC-Target-URI"] for record in records] == [address(number) for number in range(5)]
    for number, capture in enumerate(captures(path)):
        assert (capture.url, capture.date, capture.status) == (address(number), NOW, 200)
        assert gzip.decompress(capture.body).startswith(b"<html><body><p>Page %d." % number)
        assert capture.header("content-length") == str(len(capture.body))
        assert Provenance.from_bytes(capture.provenance or b"") == provenance(number)


def test_the_index_finds_each_capture_where_it_stands(opened: Callable[..., Archive]) -> None:
    archive = opened()
    for number in random.Random(1).sample(range(60), 60):
        archive.write([exchange(number)], provenance(number), date=NOW)
    archive.close()
    (path,) = archive.files
    lines = index_path(path).read_bytes().splitlines()
    assert lines == sorted(lines)
    assert lines[0].startswith(b'org,example)/news/0?a=1&b=2 20261129073000 {"url":"https://www.example.org/News/0?b=2')
    index = Index(path)
    for number in range(60):
        (entry,) = index.find(address(number))
        alone = path.read_bytes()[entry.offset : entry.offset + entry.length]
        assert f"WARC-Target-URI: {address(number)}\r\n".encode() in gzip.decompress(alone)
        assert (entry.mime, entry.status, entry.date) == ("text/html", "200", NOW)
    assert index.find("https://www.example.org/News/6") == []
    index.close()


def test_an_unchanged_page_is_a_revisit_of_the_run_that_kept_it(
    opened: Callable[..., Archive], capsys: pytest.CaptureFixture[str]
) -> None:
    first = opened()
    first.write([exchange(1)], provenance(1), date=NOW)
    first.close()
    second = opened(run="20261129T083000Z-0b0b0b0b")
    assert second.write([exchange(1)], provenance(1), date="2026-11-29T08:30:00Z")
    assert second.write([exchange(1, status=304)], provenance(1), date="2026-11-29T09:30:00Z")
    assert second.write([exchange(1, text="Corrected.")], provenance(1), date="2026-11-29T10:30:00Z")
    assert not second.write([exchange(2, status=304)], provenance(2), date="2026-11-29T10:30:00Z"), "of which page?"
    second.close()
    (path,) = second.files
    checked(path, capsys)
    said = [member.headers for member in members(path) if member.headers["warc-type"] in ("revisit", "response")]
    assert [one["warc-type"] for one in said] == ["revisit", "revisit", "response"]
    assert [one["warc-profile"].rpartition("/")[2] for one in said[:2]] == [
        "identical-payload-digest",
        "server-not-modified",
    ]
    (kept,) = Index(first.files[0]).find(address(1))
    for one in said[:2]:
        assert one["warc-refers-to-target-uri"] == address(1)
        assert one["warc-refers-to-date"] == NOW
        assert one["warc-payload-digest"] == kept.digest
    assert len(path.read_bytes()) < 3 * len(first.files[0].read_bytes())


def test_redirects_are_kept_with_the_page_that_they_led_to(opened: Callable[..., Archive]) -> None:
    archive = opened()
    archive.write([exchange(1, url="https://example.org/old", status=301), exchange(1)], provenance(1), date=NOW)
    archive.close()
    (path,) = archive.files
    assert [member.headers["warc-type"] for member in members(path)] == [
        "warcinfo", "response", "request", "response", "request", "metadata",
    ]  # fmt: skip
    assert [capture.url for capture in captures(path)] == [address(1)]
    (hop,) = Index(path).find("https://example.org/old")
    assert hop.status == "301"


def test_a_page_that_a_browser_rendered_is_no_answer_of_its_server(
    opened: Callable[..., Archive], capsys: pytest.CaptureFixture[str]
) -> None:
    archive = opened()
    headers = [(b"Content-Type", b"text/html; charset=utf-8")]
    rendered = replace(exchange(1), headers=headers, body=b"<html><p>Rendered</p></html>", is_rendered=True)
    archive.write([rendered], provenance(1), date=NOW)
    archive.close()
    (path,) = archive.files
    checked(path, capsys)
    assert [member.headers["warc-type"] for member in members(path)][1:] == ["resource", "request", "metadata"]
    (capture,) = captures(path)
    assert (capture.body, capture.header("content-type")) == (rendered.body, "text/html; charset=utf-8")
    assert [(entry.mime, entry.status) for entry in Index(path).find(address(1))] == [("text/html", "-")]


def test_files_are_closed_by_size_and_by_day(opened: Callable[..., Archive]) -> None:
    archive = opened(Bounds(file_bytes=10_000))
    for number in range(30):
        archive.write([exchange(number)], provenance(number), date=NOW)
    archive.write([exchange(30)], provenance(30), date="2026-11-30T00:00:01Z")
    archive.write([exchange(31)], provenance(31), date="2026-11-29T23:59:59Z")  # a slow one
    archive.close()
    assert len(archive.files) > 3
    assert all(path.stat().st_size <= 10_000 for path in archive.files)
    assert [path.name[8:16] for path in archive.files] == ["20261129"] * (len(archive.files) - 1) + ["20261130"]
    assert len(captures(*archive.files)) == 32


def test_the_oldest_files_go_when_the_folder_is_full_or_they_are_too_old(
    opened: Callable[..., Archive], tmp_path: Path
) -> None:
    limits = Bounds(file_bytes=10_000, folder_bytes=50_000, days=2)
    for day in range(1, 10):
        archive = opened(limits, run=f"run-{day:08}")
        for number in range(20):
            archive.write([exchange(100 * day + number)], provenance(number), date=f"2026-11-{day:02}T08:00:00Z")
        archive.close()
        total = sum(path.stat().st_size for path in tmp_path.iterdir())
        assert total < 50_000
        assert {path.name[8:16] for path in finished_files(tmp_path)} <= {f"202611{day - back:02}" for back in range(3)}
    assert len(finished_files(tmp_path)) * 2 == len(list(tmp_path.iterdir()))
    with pytest.raises(UsageError, match="at least two files"):
        Bounds(file_bytes=10_000, folder_bytes=15_000)


def test_what_is_being_written_is_neither_removed_nor_healed(opened: Callable[..., Archive], tmp_path: Path) -> None:
    limits = Bounds(file_bytes=10_000, folder_bytes=20_000)
    one, other, third = (opened(limits, run=f"run-{number}") for number in range(3))
    one.write([exchange(1)], provenance(1), date=NOW)
    other.write([exchange(2)], provenance(2), date=NOW)
    assert list(heal(tmp_path)) == []
    with pytest.raises(OSError, match="NEWSBOT_ARCHIVE_MAX_GB has no room"):
        third.write([exchange(3)], provenance(3), date=NOW)
    one.close()
    other.close()
    assert len(captures(*finished_files(tmp_path))) == 2


def test_a_full_disk_leaves_the_file_whole_and_is_tried_again(
    opened: Callable[..., Archive], monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = opened()
    archive.write([exchange(1)], provenance(1), date=NOW)
    write = os.write
    left = 700

    def scarce(descriptor: int, data: memoryview) -> int:
        nonlocal left
        if not left:
            raise OSError(28, "No space left on device")
        size = min(left, len(data))
        left -= size
        return write(descriptor, data[:size])

    with monkeypatch.context() as patched:
        patched.setattr(folders.os, "write", scarce)
        for number in (2, 3):
            with pytest.raises(OSError, match="No space left"):
                archive.write([exchange(number)], provenance(number), date=NOW)
    archive.write([exchange(4)], provenance(4), date=NOW)
    archive.close()
    assert [capture.url for capture in captures(*archive.files)] == [address(1), address(4)]
    assert Index(archive.files[0]).find(address(2)) == []


@pytest.mark.parametrize("cut", [1, 200, 700, 1100])
def test_a_torn_page_is_cut_and_the_file_finished(cut: int, opened: Callable[..., Archive], tmp_path: Path) -> None:
    archive = opened()
    for number in range(4):
        archive.write([exchange(number)], provenance(number), date=NOW)
    archive.sync()
    (growing,) = tmp_path.iterdir()
    assert growing.name.endswith(".warc.gz.open")
    left = tmp_path / "left"
    left.mkdir()
    torn = left / growing.name
    torn.write_bytes(growing.read_bytes()[:-cut])
    (healed,) = heal(left)
    assert isinstance(healed, Healed)
    assert (healed.captures, healed.cut > 0) == (3, True)
    assert [capture.url for capture in captures(healed.path)] == [address(number) for number in range(3)]
    assert len(Index(healed.path).find(address(2))) == 1
    assert list(heal(left)) == []


@pytest.mark.parametrize("damage", ["missing", "empty", "torn", "of another file"])
def test_an_index_that_is_damaged_is_made_anew(damage: str, opened: Callable[..., Archive], tmp_path: Path) -> None:
    archive = opened()
    archive.write([exchange(1)], provenance(1), date=NOW)
    archive.close()
    (path,) = archive.files
    index = index_path(path)
    whole = index.read_bytes()
    if damage == "missing":
        index.unlink()
    else:
        damaged = {"empty": b"", "torn": whole[:-9], "of another file": whole.replace(b"-00001", b"-00002")}
        index.write_bytes(damaged[damage])
    assert list(heal(tmp_path)) == [path]
    assert index.read_bytes() == whole


def test_an_address_that_is_to_be_forgotten_is_in_no_file(
    opened: Callable[..., Archive], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = opened(Bounds(file_bytes=10_000))
    for number in range(30):
        archive.write([exchange(number % 15)], provenance(number % 15), date=NOW)
    living = opened(run="living")
    living.write([exchange(3)], provenance(3), date=NOW)
    archive.close()
    before = captures(*archive.files)
    removed = remove(tmp_path, {url_key(address(3)), "elsewhere.example/a"})
    assert removed.captures == sum(capture.url == address(3) for capture in before) == 2
    assert [path.name for path in removed.left] == ["newsbot-20261129T073000Z-living-00001.warc.gz.open"]
    files = finished_files(tmp_path)
    for path in files:
        checked(path, capsys)
        assert address(3).encode() not in gzip.decompress(path.read_bytes())
        for capture in captures(path):
            found = [entry.offset for entry in Index(path).find(capture.url)]
            assert capture.at.offset in found
    assert len(captures(*files)) == len(before) - 2
    living.close()
    assert remove(tmp_path, {url_key(address(3))}).captures == 1
    assert not living.files[0].exists(), "nothing else was in it"
    assert list(heal(tmp_path)) == []


WRITER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from test_archive import LIMITS, exchange, provenance
from newsbot.archive.bounds import Bounds
from newsbot.archive.folder import Archive

archive = Archive(Path(sys.argv[1]), sys.argv[2], Bounds(file_bytes=60_000), told=print)
number = 0
while True:
    archive.write([exchange(number)], provenance(number), date="2026-11-29T07:30:00Z")
    archive.sync()
    print(number, flush=True)  # the store decides
    number += 1
"""


def test_whatever_the_instant_a_writer_is_killed_at_all_that_was_stored_is_archived(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = random.Random(7)
    stored: dict[str, int] = {}
    for kill in range(6):
        run = f"run-{kill:08}"
        command = [sys.executable, "-c", WRITER, str(tmp_path), run, str(Path(__file__).parent)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(clock.uniform(0.02, 0.25))  # at any instant
            writer.send_signal(signal.SIGKILL)
            last = re.findall(r"^\d+$", writer.stdout.read(), re.MULTILINE)
            stored[run] = int(last[-1]) if last else 0
        assert all(isinstance(healed, Healed) for healed in heal(tmp_path))
    assert sum(stored.values()) > 6
    files = finished_files(tmp_path)
    assert len(files) * 2 == len(list(tmp_path.iterdir())), "each has its index, and nothing else is left"
    for run, last in stored.items():
        mine = [path for path in files if run.removeprefix("run-") in path.name]
        kept = {capture.url for capture in captures(*mine)}
        assert {address(number) for number in range(last + 1)} <= kept
    checked(files[0], capsys)
