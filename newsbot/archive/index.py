"""The index of an archive file (CDXJ): which captures are in it, and where. pywb and other tools read it.

A line has the address as SURT writes it, the time, and JSON; the lines are sorted, so that an address is found by
bisection. The index of ``x.warc.gz`` is ``x.warc.gz.cdxj`` beside it.
"""

from __future__ import annotations

import mmap
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self
from urllib.parse import quote_from_bytes, unquote_to_bytes, urlsplit

import orjson

from newsbot.archive.members import Member, members
from newsbot.atomic import atomic_file
from newsbot.web.urls import InvalidURL, with_ascii_host

SUFFIX = ".cdxj"
REVISIT = "warc/revisit"
"""What stands for the media type of a capture whose page is that of an earlier one."""
INDEXED = frozenset({"response", "resource", "revisit"})
"""Types of the records that are captures."""

_SAFE = "!\"$&'()*+,-./:;<=>?@[\\]^_`{|}~"
_WWW = re.compile(r"www\d*\.")
_SESSION = re.compile(
    r"(?:(?:jsessionid|phpsessid|sid)=[0-9a-z]{32}|aspsessionid[a-z]{8}=[a-z]{24}|cfid=[^&]+&cftoken=[^&]+)(?:&|$)",
    re.IGNORECASE,
)
_PORTS = {"http": 80, "https": 443}


class DamagedIndex(ValueError):
    """An index that says what cannot be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A capture in a file."""

    url: str
    date: str
    """RFC 3339, UTC, whole seconds."""
    mime: str
    status: str
    """Of the answer; "-" of a document that no server sent so."""
    digest: str
    """Of the payload, as WARC-Payload-Digest states it."""
    offset: int
    length: int

    @property
    def is_revisit(self) -> bool:
        """Whether its page is that of an earlier capture."""
        return self.mime == REVISIT

    def at(self, offset: int) -> Self:
        """Return it as of a capture that stands elsewhere."""
        return replace(self, offset=offset)

    @classmethod
    def of(cls, member: Member) -> Self | None:
        """Return the entry of a record; None for one that is no capture."""
        said = member.headers
        if (kind := said.get("warc-type")) not in INDEXED:
            return None
        line, http = member.http if kind != "resource" else ("", {})
        mime = said.get("content-type", "") if kind == "resource" else http.get("content-type", "")
        return cls(
            url=said.get("warc-target-uri", ""),
            date=said.get("warc-date", ""),
            mime=REVISIT if kind == "revisit" else mime_of(mime),
            status=[*line.split(), "-", "-"][1],
            digest=said.get("warc-payload-digest", ""),
            offset=member.offset,
            length=member.length,
        )

    @classmethod
    def read(cls, line: bytes) -> Self:
        """Return the entry that a line of an index states. Raises DamagedIndex."""
        try:
            _, stamp, stated = line.split(b" ", 2)
            said = orjson.loads(stated)
            date = f"{stamp[:4].decode()}-{stamp[4:6].decode()}-{stamp[6:8].decode()}T"
            time = f"{stamp[8:10].decode()}:{stamp[10:12].decode()}:{stamp[12:14].decode()}Z"
            return cls(
                url=said["url"],
                date=date + time,
                mime=said["mime"],
                status=said["status"],
                digest=said["digest"],
                offset=int(said["offset"]),
                length=int(said["length"]),
            )
        except (ValueError, KeyError, TypeError) as error:
            raise DamagedIndex(f"{line[:80]!r}: {error}") from None

    def line(self, filename: str) -> bytes:
        """Return it as a line of the index of a file."""
        said = {
            "url": self.url,
            "mime": self.mime,
            "status": self.status,
            "digest": self.digest,
            "length": str(self.length),
            "offset": str(self.offset),
            "filename": filename,
        }
        stamp = re.sub(r"\D", "", self.date)[:14]
        return b"%b %b %b\n" % (surt(self.url).encode(), stamp.encode(), orjson.dumps(said))


def mime_of(stated: str) -> str:
    """Return the media type that a Content-Type header states, without its parameters and in lower case."""
    return (re.split(r"[;,\s]", stated.strip(), maxsplit=1)[0] or "unk").lower()


def index_path(path: Path) -> Path:
    """Return where the index of a file is."""
    return path.with_name(path.name + SUFFIX)


def write_index(path: Path, entries: Iterable[Entry]) -> None:
    """Write the index of a file, whole or not at all. Raises OSError."""
    lines = sorted(entry.line(path.name) for entry in entries)
    with atomic_file(index_path(path)) as file:
        file.writelines(lines)


def entries_of(path: Path) -> Iterator[Entry]:
    """Yield what is in a file, read from the file itself. Raises OSError."""
    return (entry for member in members(path) if (entry := Entry.of(member)))


def is_sound(path: Path) -> bool:
    """Whether the index of a file is there and, by its first and last lines, of this file."""
    try:
        with index_path(path).open("rb") as file:
            first = file.readline()
            file.seek(max(0, file.seek(0, 2) - 65_536))
            last = file.read().splitlines(keepends=True)[-1:]
        for line in (first, *last):
            Entry.read(line)
            if not line.endswith(b'"%b"}\n' % path.name.encode()):
                return False
    except (FileNotFoundError, DamagedIndex):
        return False
    return True


class Index:
    """An index that is looked up in."""

    def __init__(self, path: Path) -> None:
        """Open the index of a file. Raises OSError, DamagedIndex for one that is empty."""
        with index_path(path).open("rb") as file:
            try:
                self._lines = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            except ValueError:
                raise DamagedIndex(f"{index_path(path).name} is empty") from None

    def find(self, url: str) -> list[Entry]:
        """Return the captures of an address, the oldest first. Raises DamagedIndex."""
        key = surt(url).encode() + b" "
        low, high = 0, len(self._lines)
        while low < high:  # the first line of the key, or behind it, begins in low..high
            start = self._lines.rfind(b"\n", low, (low + high) // 2) + 1 or low
            end = self._lines.find(b"\n", start) + 1 or len(self._lines)
            if self._lines[start : start + len(key)] < key:
                low = end
            else:
                high = start
        found: list[Entry] = []
        self._lines.seek(low)
        while (line := self._lines.readline()).startswith(key):
            found.append(Entry.read(line))
        return found

    def close(self) -> None:
        """Let go of the file."""
        self._lines.close()


def surt(url: str) -> str:
    """Return an address as indexes sort it: host first and turned round, in lower case, without what names no page.

    The rules are those of the Internet Archive's canonicalizer, which pywb uses; an address that is none stays as it
    is.

    >>> surt("https://www.Example.org:443/a//b/?b=2&a=1#part"), surt("http://e.org:8080")
    ('org,example)/a/b?a=1&b=2', 'org,e:8080)/')
    """
    try:
        parts = urlsplit(with_ascii_host(url))
        port = parts.port
    except (InvalidURL, ValueError):
        return url.replace(" ", "%20")
    host = _WWW.sub("", (parts.hostname or "").strip("."), count=1) if parts.hostname else ""
    number = f":{port}" if port and port != _PORTS.get(parts.scheme) else ""
    query = "&".join(sorted(_SESSION.sub("", _escaped(parts.query)).lower().split("&"), key=_pair))
    path = _path(parts.path)
    return f"{','.join(reversed(host.split('.')))}{number}){path}" + (f"?{query}" if query else "")


def _path(path: str) -> str:
    kept: list[bytes] = []
    for name in _unescaped(path).split(b"/")[1:]:
        if name == b"..":
            kept[-1:] = []
        elif name not in (b".", b""):
            kept.append(name)
    return quote_from_bytes(b"/" + b"/".join(kept), safe=_SAFE).lower()


def _pair(argument: str) -> tuple[str, ...]:
    return tuple(argument.split("=", 1))


def _escaped(text: str) -> str:
    return quote_from_bytes(_unescaped(text), safe=_SAFE)


def _unescaped(text: str) -> bytes:
    given, plain = b"", text.encode(errors="surrogatepass")
    while plain != given:
        given, plain = plain, unquote_to_bytes(plain)
    return plain
