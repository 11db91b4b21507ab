"""Work on archive files in parts: what comes of them is what one who reads each from its beginning would find."""

from __future__ import annotations

import gc
import gzip
import io
import os
import signal
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsbot.archive.index import entries_of, index_path, write_index
from newsbot.archive.provenance import Provenance
from newsbot.archive.reading import Capture, Damage, read
from newsbot.archive.records import group_of, warcinfo
from newsbot.bulk import files, originals
from newsbot.bulk.engines import Engine, Here, Local
from newsbot.bulk.files import Part, each_part
from newsbot.bulk.on_ray import OnRay
from newsbot.bulk.paths import archives_of
from newsbot.items import Candidate, Exchange, Page, Rejection
from newsbot.process import NewsbotError

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


def length_of(page: Page, _own: Provenance | None) -> int:
    return len(page.html)


def deadly(page: Page, _own: Provenance | None) -> str:
    """Kill the worker at one page, and hang it at another."""
    if page.url.endswith("/3"):
        os.kill(os.getpid(), signal.SIGKILL)
    if page.url.endswith("/5"):
        time.sleep(600)
    return page.url


def deadly_at_3(page: Page, own: Provenance | None) -> str:
    return page.url if page.url.endswith("/5") else deadly(page, own)


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
    engine = Local(2, timeout=0.5)
    try:
        made = [made for part in parts_of(path, engine, deadly) for made in part.made]
    finally:
        engine.close()
    assert [one.url for one in made] == [f"https://e.org/{number}" for number in range(12)]
    lost = {one.url[-1]: one.thing.reason for one in made if isinstance(one.thing, Rejection)}
    assert lost == {"3": "extractor_crashed", "5": "extractor_timeout"}


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """A Ray cluster of one machine and one worker; skips where its processes do not start in time."""
    pytest.importorskip("ray")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]))
    why = ""
    try:
        engine = OnRay(timeout=60.0, workers=1)
    except NewsbotError as fault:
        why = str(fault)
    if not why:
        yield engine
        engine.close()
    with warnings.catch_warnings():  # Ray does not wait for the processes that it ends
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
    if why:
        pytest.skip(why)


@pytest.mark.services
def test_a_ray_cluster_gives_what_this_process_gives_and_outlives_its_workers(tmp_path: Path, cluster: Engine) -> None:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(b"".join(gzip.compress(record(number)) for number in range(12)))
    assert parts_of(path, cluster) == parts_of(path, Here())
    killed = [made for part in parts_of(path, cluster, deadly_at_3) for made in part.made]
    assert [one.url for one in killed] == [f"https://e.org/{number}" for number in range(12)]
    lost = {one.url[-1]: one.thing.reason for one in killed if isinstance(one.thing, Rejection)}
    assert lost == {"3": "extractor_crashed"}


def test_a_path_names_archives_and_not_what_stands_beside_them(tmp_path: Path) -> None:
    (tmp_path / "day").mkdir()
    for name in ("a.warc", "a.warc.cdxj", "b.WARC.gz.open", "c.warc.gz", "day/d.arc", "notes.txt"):
        (tmp_path / name).write_text("")
    assert [file.name for file in archives_of(str(tmp_path))] == ["a.warc", "c.warc.gz", "d.arc"]
    assert [file.name for file in archives_of(f"{tmp_path}/**/*a*")] == ["a.warc", "c.warc.gz", "d.arc"]
    (tmp_path / "[odd].warc").write_text("")
    assert [file.name for file in archives_of(f"{tmp_path}/[odd].warc")] == ["[odd].warc"]


def exchange(url: str, text: str) -> Exchange:
    page = gzip.compress(f"<html><body>{text}</body></html>".encode(), mtime=0)
    headers = [(b"Content-Type", b"text/html"), (b"Content-Encoding", b"gzip")]
    return Exchange(url=url, request=b"GET / HTTP/1.1\r\n\r\n", status=200, headers=headers, body=page)


def html_of(page: Page, _own: Provenance | None) -> bytes:
    return page.html


@pytest.mark.parametrize("index", ["sound", "damaged", "missing"])
def test_a_revisit_has_the_page_of_another_capture_of_its_folder(
    tmp_path: Path, index: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if index == "sound":
        monkeypatch.setattr(originals, "SEARCHED", 0)
    first, second = tmp_path / "a.warc.gz", tmp_path / "b.warc.gz"
    at, copy = "https://e.org/one", "https://e.org/two"
    told = Provenance(candidate=Candidate(url=copy, via="feed"), aliases=(copy,), source="paper", run="r1")
    other, kept = (
        group_of([exchange(at, text)], told, date=NOW, earlier=None) for text in ("x", "Money for the lido.")
    )
    first.write_bytes(warcinfo("a.warc.gz", date=NOW, run="r1") + other.data + kept.data)
    earlier = list(entries_of(first))[-1]
    second.write_bytes(group_of([exchange(copy, "y")], told, date="2026-11-28T01:00:00Z", earlier=earlier).data)
    if index != "missing":
        write_index(first, entries_of(first))
    if index == "damaged":
        index_path(first).write_bytes(index_path(first).read_bytes()[:-30])
    (part,) = parts_of(second, Here(), html_of)
    (made,) = part.made
    assert (made.url, made.source, made.date) == (copy, "paper", "2026-11-28T01:00:00Z")
    assert made.thing == b"<html><body>Money for the lido.</body></html>"
    assert [f"the index {index_path(first)} is damaged" in one.fault for one in part.damage] == [True] * (
        index == "damaged"
    )
    first.unlink()
    ((lost,),) = (part.made for part in parts_of(second, Here(), html_of))
    assert isinstance(lost.thing, Rejection)
    assert lost.thing.reason == "revisit"


def heritrix(kind: str, url: str, block: bytes, media_type: str, **said: str) -> bytes:
    """Return a record as Heritrix writes it."""
    headers = {"WARC-Type": kind, "WARC-Target-URI": url, "WARC-Date": "2026-11-21T06:00:00Z", **said}
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items() if value)
    head += f"Content-Type: {media_type}\r\nContent-Length: {len(block)}\r\n\r\n"
    return gzip.compress(b"WARC/1.0\r\n" + head.encode() + block + b"\r\n\r\n", mtime=0)


def test_archives_of_heritrix_are_read(tmp_path: Path) -> None:
    url, http = "https://e.org/story", "application/http; msgtype="
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
    page = head + b"6\r\n<html>\r\na;x=y\r\n<p>Lido.</\r\n9\r\np></html>\r\n0\r\n\r\n"
    robots = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nUser-agent: *\r\n"
    identity = "<urn:uuid:00000000-0000-4000-8000-000000000001>"
    beside = {"WARC_Concurrent_To": identity}
    path = tmp_path / "WEB-20261121060000000-00000-1~crawler~8443.warc.gz"
    path.write_bytes(
        heritrix("warcinfo", "", b"software: Heritrix/3.4.0\r\n", "application/warc-fields")
        + heritrix("response", "dns:e.org", b"20261121060000\ne.org. 60 IN A 192.0.2.1\n", "text/dns")
        + heritrix("response", url, page, f"{http}response", WARC_Record_ID=identity)
        + heritrix("request", url, b"GET /story HTTP/1.0\r\n\r\n", f"{http}request", **beside)
        + heritrix("metadata", url, b"via: https://e.org/\r\nhopsFromSeed: L\r\n", "application/warc-fields", **beside)
        + heritrix("response", f"{url}/2", page[:-20], f"{http}response", WARC_Truncated="length")
        + heritrix("response", f"{url}/3", page[:-20], f"{http}response")
        + heritrix("response", "https://e.org/robots.txt", robots, f"{http}response")
    )
    (part,) = parts_of(path, Here(), html_of)
    first, *cut = part.made
    assert (first.url, first.source, first.thing) == (url, "e.org", b"<html><p>Lido.</p></html>")
    assert [one.thing.reason for one in cut if isinstance(one.thing, Rejection)] == ["cut_short", "cut_short"]
    assert part.damage == []
