"""Bodies are unpacked by what they are; what their headers say is a hint."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsbot.web.content_coding import TooLarge, unpack, zstd

PAGE = "".join(f"<p>On day {number} the council met, and {number * 7919} words were said.</p>" for number in range(400))
TEXT = f"<html>{PAGE}</html>".encode()


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


PACKED: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "br": brotli.compress,
    "zstd": zstd.compress,
    "deflate": zlib.compress,
    "raw deflate": raw_deflate,
}
CODINGS = ("gzip", "x-gzip", "br", "zstd", "deflate")


@pytest.mark.parametrize("kind", PACKED)
@pytest.mark.parametrize("stated", CODINGS)
def test_what_is_packed_is_unpacked_whatever_packing_is_stated(kind: str, stated: str) -> None:
    assert unpack(PACKED[kind](TEXT), [stated], 0).data == TEXT


@pytest.mark.parametrize("kind", ["gzip", "zstd"])
@pytest.mark.parametrize("stated", [[], ["identity"], ["utf-8"], ["UTF-8, GZIP"], ["none", "none"]])
def test_what_has_a_mark_of_its_own_needs_no_header(kind: str, stated: list[str]) -> None:
    assert unpack(PACKED[kind](TEXT), stated, 0).data == TEXT


@given(text=st.text(max_size=300), stated=st.sampled_from(CODINGS), charset=st.sampled_from(["utf-8", "utf-16"]))
def test_text_that_calls_itself_packed_is_text(text: str, stated: str, charset: str) -> None:
    body = f"<p>{text}".translate(dict.fromkeys(range(32))).encode(charset, "replace")
    assert unpack(body, [stated], 0).data == body


@given(text=st.text(max_size=300), stated=st.sampled_from(["gzip", "br", "zstd", "deflate"]))
def test_what_is_packed_comes_out_as_it_was(text: str, stated: str) -> None:
    body = f"<p>{text}".encode()
    assert unpack(PACKED[stated](body), [stated], 0).data == body


def test_packed_twice_is_unpacked_twice() -> None:
    assert unpack(gzip.compress(gzip.compress(TEXT)), ["gzip"], 0).data == TEXT
    assert unpack(gzip.compress(brotli.compress(TEXT)), ["br", "gzip"], 0).data == TEXT


@pytest.mark.parametrize("kind", PACKED)
def test_what_is_cut_off_is_kept_and_known_to_be_cut(kind: str) -> None:
    text = b"".join(b"<p>On day %d, %d words were said." % (number, number * 7919) for number in range(20_000))
    packed = PACKED[kind](text)
    found = unpack(packed[: len(packed) * 3 // 4], [kind.removeprefix("raw ")], 0)
    assert not found.is_whole
    assert len(found.data) > len(text) // 2
    assert text.startswith(found.data)


def test_junk_behind_wrong_checksums_and_named_members_of_gzip_are_as_in_browsers() -> None:
    packed = gzip.compress(TEXT)
    assert unpack(packed + b"<!-- 12 ms -->", ["gzip"], 0) == unpack(packed[:-8] + bytes(8), ["gzip"], 0)
    named = packed[:3] + b"\x1f" + packed[4:10] + b"\x02\0ab" + b"feed.xml\0" + b"why\0" + b"\0\0" + packed[10:]
    assert unpack(named, [], 0).data == TEXT
    assert unpack(gzip.compress(TEXT[:99]) + gzip.compress(TEXT[99:]), [], 0).data == TEXT


@pytest.mark.parametrize("kind", PACKED)
def test_no_more_comes_out_than_is_allowed(kind: str) -> None:
    with pytest.raises(TooLarge):
        unpack(PACKED[kind](bytes(10_000_000)), [kind.removeprefix("raw ")], 1_000_000)
