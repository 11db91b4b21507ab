"""The only way out for the browser: a SOCKS5 proxy (RFC 1928) on loopback, which keeps it out of private networks.

A browser resolves names and follows redirects by itself. Through this proxy it can do neither unseen: it hands over the
name, which is resolved here, through ssrf.py's resolver, and the address that was looked at is the one connected to.
"""

from __future__ import annotations

import asyncio
import ipaddress
from contextlib import suppress
from typing import Self

from newsbot.downloader.errors import Skipped
from newsbot.downloader.ssrf import addresses_of

MAX_TUNNELS = 256
"""Connections at the same time; a browser holds six a host and, through a proxy, 32 in all."""
CONNECT_TIMEOUT = 20.0
"""Seconds for a greeting, and for a connection to be made."""
_CONNECT = 1
"""The command of RFC 1928, 4 that is served; BIND and UDP ASSOCIATE are not."""
_DONE, _FAILED, _FORBIDDEN, _UNREACHABLE, _NO_SUCH_COMMAND, _NO_SUCH_ADDRESS = 0, 1, 2, 4, 7, 8
"""Replies of RFC 1928, 6."""


class SocksProxy:
    """Carries connections to the public web, and to where the sources of a crawl are, for as long as it is open."""

    def __init__(self) -> None:
        self._server: asyncio.Server | None = None
        self._tunnels: set[asyncio.Task[None]] = set()
        self.port = 0

    async def open(self) -> Self:
        """Listen on a free port of loopback."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=65_536)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def close(self) -> None:
        """Stop listening, and cut every tunnel."""
        if self._server:
            self._server.close()
        for tunnel in list(self._tunnels):
            tunnel.cancel()
        await asyncio.gather(*self._tunnels, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tunnels.add(task)
        try:
            if len(self._tunnels) <= MAX_TUNNELS:
                # Whoever breaks off, on either side, ends the tunnel and nothing else.
                with suppress(OSError, EOFError, TimeoutError):
                    await _tunnel(reader, writer)
        finally:
            self._tunnels.discard(task)
            writer.close()


async def _tunnel(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Greet, connect, and carry bytes both ways until one side has no more."""
    async with asyncio.timeout(CONNECT_TIMEOUT):
        asked = await _asked(reader, writer)
        if asked is None:
            return
        status, other = await _connect(*asked)
        _reply(writer, status)
        await writer.drain()
    if other is None:
        return
    there, back = other
    ways = [asyncio.ensure_future(_carry(reader, back)), asyncio.ensure_future(_carry(there, writer))]
    try:
        await asyncio.gather(*ways)
    finally:
        for way in ways:
            way.cancel()
        back.close()


async def _asked(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> tuple[str, int] | None:
    """Return host and port that a client wants; None, and the reason to the client, for what is no CONNECT."""
    version, methods = await reader.readexactly(2)
    if version != 5 or 0 not in await reader.readexactly(methods):
        return None
    writer.write(b"\x05\x00")
    _, command, _, kind = await reader.readexactly(4)
    if kind == 3:
        (length,) = await reader.readexactly(1)
        host = (await reader.readexactly(length)).decode("ascii", "replace")
    elif kind in (1, 4):
        host = str(ipaddress.ip_address(await reader.readexactly(4 if kind == 1 else 16)))
    else:
        _reply(writer, _NO_SUCH_ADDRESS)
        return None
    port = int.from_bytes(await reader.readexactly(2), "big")
    if command != _CONNECT:
        _reply(writer, _NO_SUCH_COMMAND)
        return None
    return host, port


async def _connect(host: str, port: int) -> tuple[int, tuple[asyncio.StreamReader, asyncio.StreamWriter] | None]:
    """Return a SOCKS status and, if it is well, a connection to an address that the resolver gives out."""
    try:
        addresses = await addresses_of(host, port)
    except Skipped:
        return _FORBIDDEN, None
    for address in addresses:
        with suppress(OSError):
            return _DONE, await asyncio.open_connection(address, port)
    return (_FAILED if addresses else _UNREACHABLE), None


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Carry bytes one way, as fast as they are taken."""
    while data := await reader.read(65_536):
        writer.write(data)
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()


def _reply(writer: asyncio.StreamWriter, status: int) -> None:
    writer.write(bytes((5, status, 0, 1)) + bytes(6))
