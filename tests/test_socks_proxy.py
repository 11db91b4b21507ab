"""The browser's way out carries what the guard lets through, and is gone with the crawl."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest

from newsbot.downloader import socks_proxy
from newsbot.downloader.errors import Skipped
from newsbot.downloader.socks_proxy import SocksProxy

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
GREETING = b"\x05\x01\x00"


def with_proxy(monkeypatch: pytest.MonkeyPatch, story: Callable[[SocksProxy, int], Awaitable[None]]) -> None:
    """Tell a story with a proxy, and a server behind it that answers with what it got, in capitals."""

    async def addresses_of(host: str, _port: int) -> list[str]:
        if host in ("10.0.0.1", "inside.test", "::1"):
            raise Skipped("private_address", host)
        return {"web.test": ["127.0.0.1"], "turned.test": ["127.0.0.9", "127.0.0.1"]}.get(host, [])

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(100):
            writer.write(data.upper())
        writer.close()

    async def tell() -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        proxy = await SocksProxy().open()
        try:
            await story(proxy, server.sockets[0].getsockname()[1])
        finally:
            await proxy.close()
            server.close()

    monkeypatch.setattr(socks_proxy, "addresses_of", addresses_of)
    asyncio.run(asyncio.wait_for(tell(), 20))


async def asked(proxy: SocksProxy, request: bytes) -> tuple[bytes, Streams]:
    """Return what the proxy says to a request, and the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    writer.write(GREETING + request)
    return await reader.read(2) + await reader.read(10), (reader, writer)


def connect(host: str, port: int, command: int = 1) -> bytes:
    return bytes((5, command, 0, 3, len(host))) + host.encode() + port.to_bytes(2, "big")


def test_a_tunnel_carries_bytes_both_ways_and_tries_every_address(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(proxy: SocksProxy, port: int) -> None:
        for host in ("web.test", "turned.test"):
            said, (reader, writer) = await asked(proxy, connect(host, port))
            assert said[:4] == b"\x05\x00\x05\x00"
            writer.write(b"hello " * 5000)
            writer.write_eof()
            assert await reader.read(-1) == b"HELLO " * 5000
            writer.close()

    with_proxy(monkeypatch, story)


def test_what_is_private_and_what_is_no_connect_gets_an_answer_and_no_tunnel(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def story(proxy: SocksProxy, port: int) -> None:
        by_number = b"\x05\x01\x00\x01\x0a\x00\x00\x01" + port.to_bytes(2, "big")
        by_number6 = b"\x05\x01\x00\x04" + bytes(15) + b"\x01" + port.to_bytes(2, "big")
        for request, status in (
            (connect("inside.test", port), 2),
            (by_number, 2),
            (by_number6, 2),
            (connect("nowhere.test", port), 4),
            (connect("web.test", 1), 1),
            (connect("web.test", port, command=2), 7),
            (connect("web.test", port, command=3), 7),
            (b"\x05\x01\x00\x09", 8),
        ):
            said, (reader, writer) = await asked(proxy, request)
            assert said[3] == status, request
            assert await reader.read(-1) == b""
            writer.close()
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        writer.write(b"GET http://web.test/ HTTP/1.1\r\nHost: web.test\r\n\r\n" * 2000)
        said = b""
        with suppress(ConnectionResetError):  # since nobody reads it
            said = await reader.read(-1)
        assert said == b""
        writer.close()

    with_proxy(monkeypatch, story)


def test_no_more_tunnels_than_a_browser_needs_and_none_after_the_crawl(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socks_proxy, "MAX_TUNNELS", 3)

    async def story(proxy: SocksProxy, port: int) -> None:
        tunnels = [await asked(proxy, connect("web.test", port)) for _ in range(3)]
        one_more, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        assert await one_more.read(-1) == b""
        writer.close()
        await proxy.close()
        for _, (reader, writer) in tunnels:
            assert await reader.read(-1) == b""
            writer.close()
        with pytest.raises(OSError, match=r"refused|Connect"):
            await asyncio.open_connection("127.0.0.1", proxy.port)

    with_proxy(monkeypatch, story)
