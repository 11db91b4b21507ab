"""WARC files (ISO 28500), plain or compressed by gzip or Zstandard, and ARC files before them: page by page.

Damage costs the record that it is in. Reading goes on at the next beginning of a record, whatever is in between, so
that a file that was cut, overwritten or joined with others gives all that is whole in it. No more of a file is in
memory than one page; what is read twice, because a length was wrong, is read twice and not more often.
"""

from __future__ import annotations

import re
import sys
import zlib
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import BinaryIO

from newsbot.items import MAX_BYTES
from newsbot.web.content_coding import GZIP, ZSTD, Unpacked

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MAX_HEAD = 262_144
"""Bytes of a record's own headers, and of those of the answer in it; Heritrix stops at 16 KB, browsers at 256."""
MAX_RESTARTS = 8
"""Times that a compression that holds many records is begun anew, after lengths that were wrong."""
PAGE_STATUSES = frozenset({200, 203, 206})
"""Statuses of answers that have a page in them, of 206 if the part is all of it."""
REVISIT = "revisit"
"""Why a capture has no body that says it has that of another one."""
BEHIND = 4
"""Records behind a page in which may stand what is said of it: those of one fetch follow each other."""

FIRST_YEAR = "1990"
"""No page was fetched before there were pages."""
CLOCKS = timedelta(days=1)
"""How much later than now a capture may say it was made: clocks are wrong, and some state their own zone's time."""

_DATE = re.compile(
    r"(\d{4})-?(\d\d)-?(\d\d)[Tt ]?(\d\d):?(\d\d)(?::?(\d\d)(?:[.,]\d{1,12})?)?([Zz]|[+-]\d\d:?\d\d)?", re.ASCII
)
_CHUNK = 65_536
_SEEN_AHEAD = 4_096
"""Bytes behind a record that show whether another one follows, and those that a beginning may have at most."""
_MAX_DICTIONARY = 16_777_216
_WINDOW = 24
"""Logarithm of the memory that Zstandard may ask for: 16 MB, twice what RFC 8878 recommends (3.1.1.1.2)."""
_ARC_SCHEMES = (b"http", b"https", b"filedesc", b"dns", b"ftp")
_ARC_REST = rb":[^\s]{1,2100} [0-9A-Fa-f.:]{2,45} \d{8,14} [^\r\n]{1,600} \d{1,18}\r?\n"
# Each way begins with a letter, so that the search runs from one of these letters to the next.
_MARK = re.compile(
    b"|".join(
        [
            rb"WARC/[01]\.\d\d?[ \t]*\r?\n[A-Za-z-]{1,40}[ \t]*:",
            *(
                rb"%b(?:(?<=\n%b)|(?<=^%b))%b" % (name[:1], name[:1], name[:1], name[1:] + _ARC_REST)
                for name in _ARC_SCHEMES
            ),
        ]
    )
)
"""The beginning of a record: of WARC with its first header, of ARC its line."""
_START = re.compile(_MARK.pattern + rb"|\x1f\x8b\x08[\x00-\x1f]|\x28\xb5\x2f\xfd")
_ARC_LINE = re.compile(rb"(\S+) \S+ (\d+) ([^\r\n ]+)[^\r\n]* (\d+)\r?\n")
_SKIPPABLE = re.compile(rb"[\x50-\x5f]\x2a\x4d\x18")
_DICTIONARY = b"\x5d\x2a\x4d\x18"
"""The skippable frame that begins a .warc.zst whose frames share a dictionary."""
_KINDS = frozenset({"warcinfo", "response", "resource", "request", "metadata", "revisit", "conversion", "continuation"})
_AROUND = "<> \t"
"""What stands around an address or an id in a header."""
_GAP = re.compile(rb"[\s\0]*")
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_STATUS = re.compile(rb"HTTP/\d(?:\.\d)?[ \t]+(\d{3})\b")
_SIZE = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,8})[^\r\n]{0,200}\r?\n")


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where in a file something begins."""

    offset: int
    """In the file, in bytes; of a compressed record, where its compression begins."""
    inner: int = 0
    """In what comes out of the compression there."""

    def __str__(self) -> str:
        return f"byte {self.offset}" + (f" (byte {self.inner} of what is compressed there)" if self.inner else "")


BEGINNING = Place(0)


@dataclass(frozen=True, slots=True)
class Damage:
    """Something that is no record, or a record that is damaged."""

    at: Place
    fault: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """The answer that a server gave for a page, or why it is none that could be read."""

    at: Place
    url: str
    """As the record states it."""
    date: str
    """The same; empty if there is none."""
    status: int
    headers: list[tuple[str, str]]
    """Of the answer, names in lower case, in their order."""
    body: bytes = b""
    """As it was stored: perhaps in chunks, perhaps compressed."""
    reason: str | None = None
    """Why there is no body: cut_short, too_large, or revisit for one that is that of another capture."""
    detail: str = ""
    is_doubtful: bool = False
    """Whether no other record follows where this one ends, so that its length may be wrong."""
    id: str = ""
    """Of its record; empty if it has none."""
    digest: str = ""
    """Of its page, as the record states it; empty if it does not."""
    refers_to: str = ""
    """The address of the capture that has the body of a revisit, if it says so."""
    provenance: bytes | None = None
    """The block of the record behind it in which newsbot noted how it was found (newsbot.archive.provenance)."""

    def all_of(self, name: str) -> list[str]:
        """Return the values of every header of a name."""
        return [value for other, value in self.headers if other == name]

    def header(self, name: str) -> str | None:
        """Return the first header of a name."""
        return next(iter(self.all_of(name)), None)


class _Bytes:
    """Bytes that are read in their order, any number of them ahead."""

    def __init__(self) -> None:
        self.offset = 0
        """Of the first byte of ``ahead``."""
        self.ahead = bytearray()
        self.fault: str | None = None
        """Why the bytes end where they do, if that is not their end."""
        self._pieces = self._from(0)

    def _from(self, offset: int) -> Iterator[bytes]:
        raise NotImplementedError

    def place(self, offset: int) -> Place:
        raise NotImplementedError

    def fill(self, size: int) -> int:
        """Have at least so many bytes ahead, if there are so many; return how many there are."""
        while len(self.ahead) < size and (piece := next(self._pieces, b"")):
            self.ahead += piece
        return len(self.ahead)

    def go_to(self, offset: int) -> None:
        """Have what begins at an offset ahead, as far as there is anything."""
        if offset < self.offset:
            self.ahead.clear()
            self.offset, self.fault, self._pieces = offset, None, self._from(offset)
        while offset > self.offset + len(self.ahead):
            self.offset += len(self.ahead)
            self.ahead.clear()
            if not self.fill(1):
                return
        del self.ahead[: offset - self.offset]
        self.offset = offset

    def find(self, pattern: re.Pattern[bytes], offset: int, end: int | None = None) -> tuple[int | None, bool]:
        """Return where a pattern is found from an offset on, and whether nothing but blanks is before it."""
        self.go_to(offset)
        is_blank = True
        while self.fill(_CHUNK + _SEEN_AHEAD):
            found = pattern.search(self.ahead)
            if end is not None and self.offset + (found.start() if found else 0) >= end:
                break
            is_blank = is_blank and _GAP.match(self.ahead).end() >= (  # type: ignore[union-attr]
                found.start() if found else min(_CHUNK, len(self.ahead))
            )
            if found:
                return self.offset + found.start(), is_blank
            if len(self.ahead) <= _SEEN_AHEAD:
                break
            self.go_to(self.offset + min(_CHUNK, len(self.ahead)))
        return None, is_blank

    def pass_over(self, end: int) -> tuple[int, int | None]:
        """Go to an offset; return how many bytes are missing, and where a record begins on the way."""
        mark = None
        while self.offset < end and self.fill(_CHUNK + _SEEN_AHEAD):
            found = _MARK.search(self.ahead) if mark is None else None
            if found and self.offset + found.start() < end:
                mark = self.offset + found.start()
            beyond = len(self.ahead) - _SEEN_AHEAD
            self.go_to(min(end, self.offset + (beyond if beyond > 0 else len(self.ahead))))
        return max(0, end - self.offset), mark

    def may_go_back(self) -> bool:
        """Whether reading may go on before where it is."""
        return True


class _File(_Bytes):
    """A file as it is."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.size = file.seek(0, 2)
        self.dictionary: zstd.ZstdDict | None = None
        super().__init__()

    def _from(self, offset: int) -> Iterator[bytes]:
        while piece := self.read(offset, _CHUNK):
            yield piece
            offset += len(piece)

    def read(self, offset: int, size: int) -> bytes:
        """Return bytes from an offset on, wherever reading is."""
        self._file.seek(offset)
        return self._file.read(size)

    def place(self, offset: int) -> Place:
        return Place(offset)

    def go_to(self, offset: int) -> None:
        if not self.offset <= offset <= self.offset + len(self.ahead):
            self.ahead.clear()
            self.offset, self._pieces = offset, self._from(offset)
        super().go_to(offset)

    def pass_over(self, end: int) -> tuple[int, int | None]:
        """Go to an offset without reading what is on the way, unless the record does not end there."""
        start, missing = self.offset, max(0, end - self.size)
        self.go_to(min(end, self.size))
        if not missing and _follows(self) is not False:
            return 0, None
        mark, _ = self.find(_MARK, start, end)
        self.go_to(min(end, self.size))
        return missing, mark


class _Packed(_Bytes):
    """What comes out of one compression, a gzip member or a Zstandard frame."""

    def __init__(self, file: _File, start: int) -> None:
        self._file = file
        self._start = start
        self._restarts = -1
        self.end: int | None = None
        """Where the compression ends in the file, once that is known."""
        super().__init__()

    def _from(self, offset: int) -> Iterator[bytes]:
        self._restarts += 1
        for piece in self._unpacked():
            if offset < len(piece):
                yield piece[offset:]
            offset = max(0, offset - len(piece))

    def _unpacked(self) -> Iterator[bytes]:
        position, pending = self._start, self._file.read(self._start, _CHUNK)
        is_gzip = pending.startswith(GZIP)
        gzip = zlib.decompressobj(zlib.MAX_WBITS | 16)
        options: dict[int, int] = {zstd.DecompressionParameter.window_log_max: _WINDOW}
        frame = zstd.ZstdDecompressor(zstd_dict=self._file.dictionary, options=options)
        position += len(pending)
        while True:
            try:
                piece = gzip.decompress(pending, _CHUNK) if is_gzip else frame.decompress(pending, _CHUNK)
            except (zlib.error, zstd.ZstdError) as error:
                self.fault = f"its compression is damaged ({error})"
                return
            if piece:
                yield piece
            if gzip.eof or frame.eof:
                self.end = position - len(gzip.unused_data if is_gzip else frame.unused_data)
                return
            pending = gzip.unconsumed_tail
            if not pending and (is_gzip or frame.needs_input):
                pending = self._file.read(position, _CHUNK)
                position += len(pending)
                if not pending and not piece:
                    self.fault = "its compression breaks off"
                    return

    def place(self, offset: int) -> Place:
        return Place(self._start, offset)

    def may_go_back(self) -> bool:
        return self._restarts < MAX_RESTARTS


@dataclass(frozen=True, slots=True)
class _Note:
    """What a record says of a capture."""

    of: str
    """The id of the capture's record."""
    block: bytes


@dataclass(slots=True)
class _Head:
    """What a record says of itself."""

    end: int
    """Where its block begins."""
    kind: str
    length: int | None
    url: str = ""
    date: str = ""
    media_type: str = ""
    truncated: str | None = None
    id: str = ""
    beside: str = ""
    """The id of the record that it says something of."""
    refers_to: str = ""
    """The address of the capture that has the body of a revisit."""
    digest: str = ""
    """Of the page in it."""


@dataclass(slots=True)
class _Answer:
    """The head of the answer in a record."""

    status: int
    length: int
    """Of the head, in bytes."""
    headers: list[tuple[str, str]] = field(default_factory=list)


class Reading:
    """An archive as it is read in its order, the whole of it or a part: its pages, and what is damaged in it.

    A file that is no archive gives damage alone, an empty one nothing. Parts give together what the whole gives, where
    each begins at the ``next`` of the one before it. Raises OSError.
    """

    def __init__(
        self,
        file: BinaryIO,
        start: Place = BEGINNING,
        end: int | None = None,
        *,
        most: int | None = None,
        is_guess: bool = False,
    ) -> None:
        """Take the records that begin at a place or behind it, before a byte ``end``, and no more than ``most`` pages.

        ``is_guess``: nothing is known of the place. The part begins with the first record that is found from there on.
        """
        self._file = _File(file)
        self._start = start
        self._end = end
        self._most = most
        self._is_guess = is_guess
        self.began: Place | None = None
        """Where the first record begins, once it was met."""
        self.last: Place | None = None
        """Where the last record begins that was taken."""
        self.next: Place | None = None
        """Where the first record begins that was not taken, or the file ends; known when all has been read."""

    def __iter__(self) -> Iterator[Capture | Damage]:
        waiting: Capture | None = None
        pages = behind = 0
        for found in self._found():
            if isinstance(found, Place):
                self.began = self.began or found
                if self.next is None and (self._is_behind(found) or pages == self._most):
                    self.next = found
                if self.next is None:
                    self.last = found
                behind += self.next is not None
                if self.next is not None and (waiting is None or behind > BEHIND):
                    break
            elif isinstance(found, _Note):
                if waiting is not None and found.of == waiting.id:
                    waiting = replace(waiting, provenance=found.block)
            elif self.next is not None:
                break
            else:
                if waiting is not None:
                    yield waiting
                    waiting = None
                if isinstance(found, Damage):
                    yield found
                else:
                    waiting, pages = found, pages + 1
        else:
            self.next = self.next or Place(self._file.size)
        if waiting is not None:
            yield waiting

    def _is_behind(self, place: Place) -> bool:
        return self._end is not None and place.offset >= self._end

    def _found(self) -> Iterator[Place | Capture | Damage | _Note]:
        """Yield what is in the file, and before each record where it begins."""
        file, is_guess, inner = self._file, self._is_guess, self._start.inner
        position = max(_behind_dictionary(file), self._start.offset)
        while True:
            start, is_blank = file.find(_START, position, self._end if is_guess else None)
            if not is_blank and not is_guess:
                gap = (file.size if start is None else start) - position
                yield Damage(Place(position), f"{gap} bytes are no record")
            if start is None:
                return
            file.go_to(start)
            file.fill(len(ZSTD))
            if file.ahead.startswith((GZIP, ZSTD)):
                position = yield from _compressed(file, start, inner, is_expected=is_blank and not is_guess)
            else:
                yield Place(start)
                position = yield from _record(file, start)
            inner = 0
            is_guess = is_guess and position <= start + len(GZIP)  # what looked like a compression was none


def read(file: BinaryIO) -> Iterator[Capture | Damage]:
    """Yield the pages of an archive in their order, and what is damaged in it. Raises OSError."""
    return iter(Reading(file))


def is_archive(file: BinaryIO) -> bool:
    """Whether there is a record in a file. Raises OSError."""
    archive, position = _File(file), 0
    while True:
        start, _ = archive.find(_START, position)
        if start is None:
            return False
        head = archive.read(start, len(ZSTD))
        if not head.startswith((GZIP, ZSTD)) or _Packed(archive, start).find(_MARK, 0)[0] is not None:
            return True
        position = start + len(GZIP)


def captured_at(stated: str, now: str) -> str | None:
    """Return a WARC-Date as records state times, RFC 3339 in UTC; None for what is no time or lies in the future.

    >>> captured_at("2026-11-20T10:00:00.123+02:00", "2026-11-21T00:00:00Z")
    '2026-11-20T08:00:00Z'
    >>> captured_at("20261120080000", "2026-11-21T00:00:00Z"), captured_at("2026-11-20", "2026-11-21T00:00:00Z")
    ('2026-11-20T08:00:00Z', None)
    """
    if not (parts := _DATE.fullmatch(stated.strip())):
        return None
    zone = (parts[7] or "Z").upper().replace("Z", "+00:00")
    try:
        when = datetime.fromisoformat(
            f"{parts[1]}-{parts[2]}-{parts[3]}T{parts[4]}:{parts[5]}:{parts[6] or '00'}{zone}"
        )
        written = when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError):
        return None
    return written if written[:4] >= FIRST_YEAR and when <= datetime.fromisoformat(now) + CLOCKS else None


def _behind_dictionary(archive: _File) -> int:
    """Read the dictionary that a file begins with, and return where its records begin."""
    head = archive.read(0, 8)
    if not _SKIPPABLE.match(head) or len(head) < 8:
        return 0
    size = int.from_bytes(head[4:], "little")
    if head.startswith(_DICTIONARY) and size <= _MAX_DICTIONARY:
        stored = archive.read(8, size)
        try:
            if stored.startswith(ZSTD):
                stored = zstd.ZstdDecompressor().decompress(stored, _MAX_DICTIONARY)
            archive.dictionary = zstd.ZstdDict(stored)
        except (zstd.ZstdError, ValueError):
            return 0
    return 8 + size


_Found = Generator[Place | Capture | Damage | _Note, None, int]


def _compressed(archive: _File, start: int, position: int, *, is_expected: bool) -> _Found:
    """Yield what is in a compression from a position on, and return where the next one may begin.

    Only where one is expected may it begin with something else than a record: elsewhere its mark is often chance.
    """
    inside = _Packed(archive, start)
    inside.fill(_SEEN_AHEAD)
    gap = _GAP.match(inside.ahead)
    assert gap
    if not _MARK.match(inside.ahead, gap.end()) and not is_expected:
        return start + len(GZIP)
    met = False
    while True:
        found, is_blank = inside.find(_MARK, position)
        if not is_blank:
            yield Damage(inside.place(position), "a compression holds something else than records")
        if found is None:
            break
        met = True
        yield inside.place(found)
        position = yield from _record(inside, found)
    if inside.fault and not met and is_blank:
        yield Damage(Place(start), inside.fault)
    return inside.end or start + len(GZIP)


def _record(source: _Bytes, start: int) -> _Found:
    """Yield the page of a record or what it says of one, and its damage; return where the next one may begin."""
    source.go_to(start)
    at = source.place(start)
    head = _head_of(source, start)
    if isinstance(head, str):
        yield Damage(at, head)
        return start + 5
    source.go_to(head.end)
    if head.length is None:
        yield Damage(at, "its Content-Length is none")
        return head.end
    end = head.end + head.length
    if head.beside and head.length <= MAX_HEAD and source.fill(head.length) >= head.length:
        yield _Note(head.beside, bytes(memoryview(source.ahead)[: head.length]))
    answer = _answer_of(source, head)
    body, swallowed = b"", None
    if isinstance(answer, _Answer) and answer.status in PAGE_STATUSES and head.length <= MAX_BYTES + MAX_HEAD:
        missing = max(0, head.length - source.fill(head.length + _SEEN_AHEAD))
        follows = _follows(source, head.length) if not missing else False
        if follows:
            swallowed = _second_witness(source, head, answer)
        elif (found := _MARK.search(source.ahead)) and found.start() < head.length:
            swallowed = head.end + found.start()
        if not missing and swallowed is None and follows is not False:
            body = bytes(memoryview(source.ahead)[answer.length : head.length])
        source.go_to(min(end, head.end + len(source.ahead)))
    else:
        missing, swallowed = source.pass_over(end)
        follows = _follows(source) if not missing else False
        if follows:
            swallowed = None
    fault = None
    if missing:
        fault = source.fault or f"it breaks off, {missing} bytes before its end"
    if source.fault and follows is not True:
        fault = source.fault
    elif swallowed is not None or (follows is False and not missing):
        fault = "its Content-Length is wrong"
    if fault:
        yield Damage(at, fault)
    if isinstance(answer, str):
        if not fault:
            yield Damage(at, answer)
    elif answer and (answer.status in PAGE_STATUSES or (head.kind == REVISIT and answer.status == 304)):
        yield _capture(at, head, answer, body, fault, is_doubtful=follows is None)
    if swallowed is not None and source.may_go_back():
        return swallowed
    return max(source.offset, start + 5)


def _capture(at: Place, head: _Head, answer: _Answer, body: bytes, fault: str | None, *, is_doubtful: bool) -> Capture:
    reason, detail = None, ""
    assert head.length is not None
    if head.kind == REVISIT:
        reason, detail, body = REVISIT, f"its page is that of {head.refers_to or 'an earlier capture'}", b""
    elif fault:
        reason, detail = "cut_short", fault
    elif head.truncated is not None:
        reason, detail, body = "cut_short", f"WARC-Truncated: {head.truncated}", b""
    elif head.length - answer.length > MAX_BYTES:
        reason, detail, body = "too_large", f"{head.length - answer.length} bytes", b""
    return Capture(
        at=at,
        url=head.url,
        date=head.date,
        status=answer.status,
        headers=answer.headers,
        body=body,
        reason=reason,
        detail=detail[:200],
        is_doubtful=is_doubtful,
        id=head.id,
        digest=head.digest,
        refers_to=head.refers_to,
    )


def _follows(source: _Bytes, skipped: int = 0) -> bool | None:
    """Whether a record, or the end, is behind so many bytes ahead; None if there is a blank line and something else."""
    there = source.fill(skipped + _SEEN_AHEAD)
    gap = _GAP.match(source.ahead, skipped)
    assert gap
    if gap.end() == there:
        return source.fault is None
    if _MARK.match(source.ahead, gap.end()):
        return True
    if isinstance(source, _File) and source.ahead.startswith((GZIP, ZSTD), gap.end()):
        return True
    return None if _BLANK_LINE.match(source.ahead, skipped) else False


def _second_witness(source: _Bytes, head: _Head, answer: _Answer) -> int | None:
    """Return where a record begins in the block of another one, behind the length that the answer in it states."""
    stated = next((value for name, value in answer.headers if name == "content-length"), "")
    if head.length is None or not re.fullmatch(r"\d{1,9}", stated):
        return None
    gap = _GAP.match(source.ahead, min(answer.length + int(stated), head.length), head.length)
    assert gap
    return head.end + gap.end() if _MARK.match(source.ahead, gap.end(), head.length) else None


def _head_of(source: _Bytes, start: int) -> _Head | str:
    """Return what a record says of itself, or what is wrong with its head."""
    source.fill(_SEEN_AHEAD)
    if not source.ahead.startswith(b"WARC/"):
        line = _ARC_LINE.match(source.ahead)
        assert line
        kind = "response" if line[1].startswith(b"http") else "metadata"
        return _Head(start + line.end(), kind, int(line[4]), _text(line[1]), line[2].decode(), "application/http", None)
    length = _head_length(source, MAX_HEAD)
    if length is None:
        return "its headers have no end"
    headers = _headers(bytes(memoryview(source.ahead)[:length]))
    first: dict[str, str] = {}
    for name, value in headers:
        first.setdefault(name, value)
    kind, url = first.get("warc-type", "").lower(), first.get("warc-target-uri", "").strip(_AROUND)
    stated = first.get("content-length", "")
    truncated = first.get("warc-truncated")
    if truncated is None and "warc-segment-number" in first:
        truncated = f"segment {first['warc-segment-number']}"
    if kind in ("response", "resource") and not url:
        return "it has no WARC-Target-URI"
    if kind not in _KINDS:
        return f"its WARC-Type is unknown: {kind[:40]}" if kind else "it has no WARC-Type"
    return _Head(
        start + length,
        kind,
        int(stated) if re.fullmatch(r"[0-9]{1,18}", stated) else None,
        url,
        first.get("warc-date", ""),
        first.get("content-type", ""),
        truncated,
        first.get("warc-record-id", "").strip(_AROUND),
        first.get("warc-concurrent-to", "").strip(_AROUND) if kind == "metadata" else "",
        first.get("warc-refers-to-target-uri", "").strip(_AROUND),
        first.get("warc-payload-digest", "").strip(),
    )


def _answer_of(source: _Bytes, head: _Head) -> _Answer | str | None:
    """Return the head of the answer in a record, what is wrong with it, or None for a record that has none."""
    if not re.match(r"https?:", head.url, re.IGNORECASE) or not head.length:
        return None
    if head.kind == "resource":
        return _Answer(200, 0, [("content-type", head.media_type)])
    if head.kind not in ("response", REVISIT) or "http" not in head.media_type.lower():
        return None
    size = min(head.length, MAX_HEAD)
    length = _head_length(source, size)
    stated = bytes(memoryview(source.ahead)[: length or size])
    if not (status := _STATUS.match(stated)):
        return "there is no HTTP answer in it"
    return _Answer(int(status[1]), len(stated), _headers(stated))


def _head_length(source: _Bytes, most: int) -> int | None:
    """Return how long the headers ahead are, with the blank line behind them; None if there is none soon enough."""
    looked_at = 0
    while True:
        there = min(source.fill(min(most, looked_at + _SEEN_AHEAD)), most)
        if found := _BLANK_LINE.search(source.ahead, max(0, looked_at - 4), there):
            return found.end()
        if there <= looked_at or there >= most:
            return None
        looked_at = there


def _headers(head: bytes) -> list[tuple[str, str]]:
    """Return names, in lower case, and values of headers, without the first line."""
    found: list[tuple[str, str]] = []
    for line in re.split(rb"\r?\n", head)[1:]:
        name, colon, value = line.partition(b":")
        if line[:1] in (b" ", b"\t") and found:
            found[-1] = (found[-1][0], f"{found[-1][1]} {_text(line).strip()}")
        elif colon:
            found.append((_text(name).strip().lower(), _text(value).strip()))
    return found


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


def without_chunks(body: bytes) -> Unpacked:
    """Undo the chunks of a body (RFC 9112, 7.1); one that is in none comes back as it is.

    >>> without_chunks(b"4\\r\\nHalf\\r\\n0\\r\\n\\r\\n"), without_chunks(b"4\\r\\nHa")
    (Unpacked(data=b'Half', is_whole=True), Unpacked(data=b'Ha', is_whole=False))
    >>> without_chunks(b"<p>whole</p>")
    Unpacked(data=b'<p>whole</p>', is_whole=True)
    """
    position = 0
    pieces: list[bytes] = []
    while size := _SIZE.match(body, position):
        length, start = int(size[1], 16), size.end()
        if not length:
            return Unpacked(b"".join(pieces))
        pieces.append(body[start : start + length])
        position = start + length
        if body.startswith(b"\r\n", position):
            position += 2
        elif body.startswith(b"\n", position):
            position += 1
        else:
            break
    return Unpacked(b"".join(pieces), is_whole=False) if pieces else Unpacked(body)
