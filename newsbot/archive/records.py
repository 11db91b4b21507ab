"""What is written of a page: the records of its requests and answers, and of how newsbot came to it (WARC/1.1)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from io import BytesIO
from typing import Any

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from newsbot import __version__
from newsbot.archive.index import REVISIT, Entry, mime_of
from newsbot.archive.members import packed
from newsbot.archive.provenance import MEDIA_TYPE, Provenance
from newsbot.items import Exchange

VERSION = "WARC/1.1"
PROFILES = "http://netpreserve.org/warc/1.1/revisit/"
SAME_PAYLOAD, NOT_MODIFIED = f"{PROFILES}identical-payload-digest", f"{PROFILES}server-not-modified"
"""Why the page of a capture is that of an earlier one: the bytes are the same, or its server says so (304)."""
SECRETS = frozenset({b"authorization", b"proxy-authorization"})
"""Headers of a request that are nobody's business."""

_LENGTHS = frozenset({b"content-length", b"transfer-encoding"})


@dataclass(slots=True)
class Group:
    """The records of one page, which are written together."""

    data: bytearray = field(default_factory=bytearray)
    entries: list[Entry] = field(default_factory=list)
    """Of the captures in it, with offsets from its beginning."""

    def add(
        self, kind: str, url: str, date: str, head: bytes = b"", body: bytes = b"", media_type: str = "", **said: str
    ) -> str:
        """Append a record and return its id.

        ``head``: of the request or the answer in it; ``said``: its headers, without the "WARC-" that they begin with.
        """
        headers = {f"WARC-{name.replace('_', '-')}": value for name, value in said.items() if value}
        writer = WARCWriter(BytesIO(), gzip=False, warc_version=VERSION)
        record = writer.create_warc_record(
            url,
            kind,
            payload=BytesIO(body),
            length=len(body),
            warc_content_type=media_type,
            warc_headers_dict={"WARC-Type": kind, "WARC-Date": date, **headers},
            http_headers=_Head(head) if head else None,
        )
        writer.write_record(record)
        self.data += packed(writer.out.getvalue())
        return str(record.rec_headers.get_header("WARC-Record-ID"))


class _Head(StatusAndHeaders):  # type: ignore[misc] # warcio has no types
    """The head of a request or an answer as it is, byte for byte; warcio would write its headers anew."""

    def __init__(self, head: bytes) -> None:
        super().__init__("", [("", "")])
        self._head = head

    def compute_headers_buffer(self, _filter: Any = None) -> None:
        self.headers_buff = self._head


def warcinfo(filename: str, *, date: str, run: str) -> bytes:
    """Return the record that a file begins with."""
    said = {
        "software": f"newsbot/{__version__}",
        "format": "WARC File Format 1.1",
        "conformsTo": "https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
        "robots": "obey",
        "isPartOf": run,
    }
    group = Group()
    block = "".join(f"{name}: {value}\r\n" for name, value in said.items()).encode()
    group.add("warcinfo", "", date, body=block, Filename=filename)
    return bytes(group.data)


def group_of(exchanges: Sequence[Exchange], provenance: Provenance, *, date: str, earlier: Entry | None) -> Group:
    """Return the records of a page.

    Args:
        exchanges: redirects first; the last one is the page's, or says that it is as it was (304).
        date: when it was fetched, RFC 3339, UTC.
        earlier: the capture that has its page, if one has.
    """
    group = Group()
    *redirects, last = exchanges
    for exchange in redirects:
        _add(group, exchange, date, None)
    identity = _add(group, last, date, earlier)
    group.add("metadata", last.url, date, body=provenance.to_bytes(), media_type=MEDIA_TYPE, Concurrent_To=identity)
    return group


def digest_of_payload(body: bytes) -> str:
    """Return a digest as WARC headers state it.

    >>> digest_of_payload(b"")
    'sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ'
    """
    return "sha1:" + base64.b32encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode()


def _add(group: Group, exchange: Exchange, date: str, earlier: Entry | None) -> str:
    """Append an exchange: the answer, then the request; return the id of the answer's record."""
    start, mime, status = len(group.data), _media_type(exchange), str(exchange.status)
    digest = digest_of_payload(exchange.body) if earlier is None else earlier.digest
    if earlier is not None:
        profile = NOT_MODIFIED if exchange.status == HTTPStatus.NOT_MODIFIED else SAME_PAYLOAD
        mime = REVISIT
        identity = group.add(
            "revisit",
            exchange.url,
            date,
            _head_of(exchange),
            Profile=profile,
            Refers_To_Target_URI=earlier.url,
            Refers_To_Date=earlier.date,
            Payload_Digest=digest,
            IP_Address=exchange.ip_address or "",
        )
    elif exchange.is_rendered:
        status = "-"
        identity = group.add(
            "resource", exchange.url, date, body=exchange.body, media_type=mime or "text/html", Payload_Digest=digest
        )
    else:
        identity = group.add(
            "response",
            exchange.url,
            date,
            _head_of(exchange),
            exchange.body,
            Payload_Digest=digest,
            IP_Address=exchange.ip_address or "",
        )
    group.entries.append(
        Entry(
            url=exchange.url,
            date=date,
            mime=mime if mime == REVISIT else mime_of(mime),
            status=status,
            digest=digest,
            offset=start,
            length=len(group.data) - start,
        )
    )
    group.add("request", exchange.url, date, exchange.request, Concurrent_To=identity)
    return identity


def _head_of(exchange: Exchange) -> bytes:
    """Return the head of an answer, whose lengths are those of the body as it is kept: without its chunks."""
    try:
        phrase = HTTPStatus(exchange.status).phrase
    except ValueError:
        phrase = ""
    lines = [f"{exchange.protocol} {exchange.status} {phrase}".encode()]
    lines += [b"%b: %b" % pair for pair in exchange.headers if pair[0].lower() not in _LENGTHS]
    if exchange.status != HTTPStatus.NOT_MODIFIED:
        lines.append(b"Content-Length: %d" % len(exchange.body))
    return b"\r\n".join(lines) + b"\r\n\r\n"


def _media_type(exchange: Exchange) -> str:
    return next((value.decode("latin-1") for name, value in exchange.headers if name.lower() == b"content-type"), "")
