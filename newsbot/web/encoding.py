"""Decide once how bytes off the web are read as text: pages, feeds and sitemaps alike.

Order of belief: a byte-order mark; zero bytes or escapes that only UTF-16 and ISO-2022 have; valid UTF-8, which other
text hardly ever is by chance, with a few bad bytes forgiven; then what the document and the HTTP header name, the one
that yields the most plausible text first, and before Western ones what the language that the document states is
written in; then detection. Labels mean what browsers take them to mean (WHATWG
Encoding Standard): iso-8859-1 is windows-1252, x-sjis is windows-31j.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import webencodings
from charset_normalizer import from_bytes
from w3lib.encoding import read_bom, resolve_encoding, to_unicode

_HEADER = re.compile(r"""(?:^|;)\s*charset\s*=\s*["']?\s*([\w:.+-]{2,40})""", re.IGNORECASE)
_DECLARED = re.compile(
    rb"""<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*["']?\s*([\w:.+-]{2,40})""", re.IGNORECASE
)
_PROLOGUE = 8192
"""Bytes of a document that may declare its encoding; browsers look at 1,024."""
_CHARSETS = re.compile(r"cp\d|iso8859|iso2022_jp|koi8|gb|big5|euc_|shift_jis|mac-|tis-620|johab|kz1048|ptcp")
"""Python's registry holds more than character sets (rot13, idna, unicode-escape), and some that browsers refuse."""
_WESTERN = frozenset({"cp1252", "iso8859-15", "mac-roman"})
"""What servers and templates name by default, knowing nothing of the text."""
_DETECTED = (
    "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp874", "iso8859_2", "iso8859_5",
    "iso8859_6", "iso8859_7", "iso8859_15", "koi8_r", "koi8_u", "mac_cyrillic", "gb18030", "big5hkscs", "cp932",
    "euc_jp", "cp949",
)  # fmt: skip
"""What text may be in that nobody named the encoding of."""

_SPOKEN: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("pl", "cs", "sk", "hu", "sl", "hr", "bs", "ro", "sq"), ("cp1250", "iso8859_2")),
    **dict.fromkeys(("ru", "be"), ("cp1251", "koi8_r", "iso8859_5", "mac_cyrillic")),
    **dict.fromkeys(("bg", "mk", "sr", "kk", "mn"), ("cp1251", "iso8859_5")),
    **dict.fromkeys(("tr", "az"), ("cp1254",)),
    **dict.fromkeys(("lt", "lv", "et"), ("cp1257",)),
    **dict.fromkeys(("ar", "fa", "ur"), ("cp1256", "iso8859_6")),
    "uk": ("cp1251", "koi8_u"), "el": ("cp1253", "iso8859_7"), "he": ("cp1255",), "th": ("cp874",), "vi": ("cp1258",),
    "ja": ("cp932", "euc_jp"), "zh": ("gb18030", "big5hkscs"), "ko": ("cp949",),
}  # fmt: skip
"""What text in a language is in that nobody named the encoding of, where that is no Western one."""
_LANGUAGE = re.compile(
    rb"""<language>\s*([a-z]{2})(?=[-_<\s])|\s(?:xml:)?lang\s*=\s*["']?([a-z]{2})(?=["'-_\s>])""", re.I
)

_HIGH = bytes(range(128, 256))
_FOREIGN = re.compile("[\u0370-\u1fff\u3040-\ud7ff]")
"""Letters of scripts that text with pieces of windows-1252 in it is not written in."""
_BAD = re.compile("[\udc80-\udcff]+")
"""Bytes that are no UTF-8, as the error handler "surrogateescape" keeps them."""
_MARKS = dict.fromkeys((0xFE, 0xFF), "\ufffd")
"""Bytes of another encoding's mark rather than the Western letters that hardly any language has."""

_MOJIBAKE = re.compile(
    r"[\xa0-\xff]{3,}|[A-Za-z][\u0370-\u04ff]|[\u0370-\u04ff][A-Za-z]|[\x80-\x9f\u2500-\u257f\ufffd]"
    r"|[\u03ac-\u03ce\u0430-\u045f][\u0386-\u03ab\u0400-\u042f]"
    r"|[a-z][\u3400-\u9fff\uac00-\ud7a3](?=[a-z])|(?<=[a-z])[\xa2-\xb8\xbc-\xbf](?=[a-z])"
)
"""What hardly stands in text: Western letters in a row, scripts mixed in a word, capitals within one, signs in one."""
_NO_LETTER = re.compile(r"[\x80-\xb4\xb6-\xbf\xd7\xf7\u2500-\u257f\ufffd\uff61-\uff9f\ue000-\uf8ff]")
"""Signs, controls, narrow kana and what could not be read: of two readings, the wrong one has more of them."""
_PLAUSIBLE = 0.02
"""Share of mojibake among the characters above ASCII up to which a reading is taken without looking further."""
_GAP = re.compile(rb"[<>\x00-\x20]")
_FIRST_HIGH = re.compile(rb"[\x80-\xff]")
_STRETCH = re.compile(rb"[^<>]{0,80}[^<>\x00-\x20]{0,4000}")
"""Below 0x40 no byte but a digit is the second of a character: text is cut there, in whatever encoding it is."""
_BEFORE = 30
_SLICES, _SAMPLE = 16, 32_000
"""Bytes that a reading is judged by, from as many slices of the text: what is above ASCII, and what is around it."""


@dataclass(frozen=True, slots=True)
class Utf8:
    """A text as UTF-8, whatever it was."""

    data: bytes
    """Without a byte-order mark."""
    codec: str
    """Python's name of the encoding that it was read in."""
    note: str = ""
    """What was odd, as "encoding: detail"; empty for text that is what it says, or UTF-8."""


def to_utf8(data: bytes, charset: str | None = None) -> Utf8:
    """Read a text in the encoding that it is in; charset is what the HTTP header said, which may be wrong.

    A byte that the encoding cannot read becomes U+FFFD. Never raises.

    >>> to_utf8("Grüße".encode("latin-1"), "utf-8").data.decode(), to_utf8("Grüße".encode(), "iso-8859-1").codec
    ('Grüße', 'utf-8')
    >>> to_utf8('<meta charset="x-sjis">橋'.encode("cp932")).data.decode()
    '<meta charset="x-sjis">橋'
    """
    return _wide(data) or _escaped(data) or _utf8(data) or _nearly_utf8(data, charset) or _named(data, charset)


def codec_of(label: str | None) -> str | None:
    """Return Python's codec for what an encoding's label is used for; None for UTF-8, UTF-16 and what is no encoding.

    >>> codec_of("ISO-8859-1"), codec_of("x-gbk"), codec_of("ks_c_5601-1987"), codec_of("utf-7"), codec_of("rot13")
    ('cp1252', 'gb18030', 'cp949', None, None)
    """
    if not label:
        return None
    known = webencodings.lookup(label)
    name = resolve_encoding(known.codec_info.name if known else label.strip())
    return name if name and _CHARSETS.match(name) else None


def header_charset(content_type: str | None) -> str | None:
    """Return the label that a Content-Type header names as its charset.

    >>> header_charset('text/html; Charset="x-sjis"'), header_charset("text/html")
    ('x-sjis', None)
    """
    found = _HEADER.search(content_type or "")
    return found[1] if found else None


def _wide(data: bytes) -> Utf8 | None:
    """Read what has a byte-order mark, and UTF-16 that has none: every other byte of its markup is zero."""
    name, mark = read_bom(data)
    if name and mark:
        rest = data[len(mark) :]
        whole = _utf8(rest) if name == "utf-8" else None
        return whole or Utf8(rest.decode(name, "replace").encode("utf-8", "replace"), name)
    head = data[:400]
    zeros = head.count(b"\0")
    if not zeros:
        return None
    even, odd = head[::2].count(b"\0"), head[1::2].count(b"\0")
    if head.startswith(b"<\0") or (len(head) >= 20 and odd > len(head) // 3 and even < odd // 4):
        name = "utf-16-le"
    elif head.startswith(b"\0<") or (len(head) >= 20 and even > len(head) // 3 and odd < even // 4):
        name = "utf-16-be"
    else:
        return None
    return Utf8(data.decode(name, "replace").encode("utf-8", "replace"), name, f"encoding: {name}, no mark")


def _escaped(data: bytes) -> Utf8 | None:
    """Read ISO-2022-JP: seven bits, with escapes."""
    if b"\x1b" not in data or not (b"\x1b$" in data or b"\x1b(" in data):
        return None
    try:
        return Utf8(data.decode("iso2022_jp_ext").encode(), "iso2022_jp_ext")
    except UnicodeDecodeError:
        return None


def _utf8(data: bytes) -> Utf8 | None:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data":
            return Utf8(data[: error.start], "utf-8", "encoding: cut inside a character")
        return None
    return Utf8(data, "utf-8")


def _nearly_utf8(data: bytes, charset: str | None) -> Utf8 | None:
    """Read UTF-8 with bad bytes in it: characters cut in pieces, or a word processor's quotes pasted in.

    Whole characters of UTF-8 do not come about by chance in Western text: it is UTF-8, whatever it calls itself.
    """
    text = data.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    whole = len(text) - bad - len(data.translate(None, _HIGH))
    if bad * 20 >= len(data) - len(text) and not (
        whole >= max(bad, 2) and _WESTERN.issuperset(_codecs(data, charset)[:1])
    ):
        return None
    sample = text[:: len(text) // _SAMPLE + 1]
    if 2 * len(_FOREIGN.findall(sample)) < len(sample) - len(sample.encode("ascii", "ignore")):
        text = _BAD.sub(_as_cp1252, data.decode("utf-8", "surrogateescape"))
    return Utf8(text.encode("utf-8", "replace"), "utf-8", "encoding: some bytes are no UTF-8")


def _as_cp1252(bad: re.Match[str]) -> str:
    if bad[0].startswith("\udce2\udc80"):  # a quote or a dash, cut
        return "\ufffd"
    text = bad[0].encode("utf-8", "surrogateescape").decode("cp1252", "replace")
    return text.translate(_MARKS)


def _named(data: bytes, charset: str | None) -> Utf8:
    """Read what is no UTF-8 in the encoding that is named and makes sense, or in the one that it looks like."""
    name = _plausible(_telling(data), _codecs(data, charset), _spoken(data))
    note = "" if name in _codecs(data, None) else f"encoding: read as {name}"
    return Utf8(to_unicode(data, name).encode("utf-8", "replace"), name, note)


def _codecs(data: bytes, charset: str | None) -> list[str]:
    """Return the codecs that header and document name; Western ones, which are often nobody's choice, come last."""
    labels = [charset, *(label.decode("ascii", "replace") for label in _DECLARED.findall(data[:_PROLOGUE])[:4])]
    named = [name for label in labels if (name := codec_of(label))]
    return list(dict.fromkeys(sorted(named, key=lambda name: (name in _WESTERN, name == "cp1252"))))


def _spoken(data: bytes) -> tuple[str, ...]:
    """Return the codecs of the language that a document says that it is in."""
    found = _LANGUAGE.search(data[:_PROLOGUE])
    return _SPOKEN.get((found[1] or found[2]).decode().lower(), ()) if found else ()


def _plausible(sample: bytes, named: list[str], spoken: tuple[str, ...]) -> str:
    """Return what is named and makes sense, before a Western one what the language is written in; or what it seems."""
    penalties: dict[str, float] = {}
    likely = _likeliest(sample, spoken) if spoken and _WESTERN.issuperset(named) else None
    order: list[str] = [likely, *named, "cp1252"] if likely else [*named, "cp1252"]
    for name in dict.fromkeys(order):
        penalties[name] = _penalty(sample, name)
        if penalties[name] < _PLAUSIBLE:
            return name
    best = min(penalties, key=lambda name: penalties[name])
    detected = _detected(sample, _DETECTED)
    return detected if detected and _penalty(sample, detected) < penalties[best] else best


def _likeliest(sample: bytes, codecs: tuple[str, ...]) -> str | None:
    """Return which of a language's codecs a text is in: the one that makes letters of it, or what it looks like."""
    odd = {name: len(_NO_LETTER.findall(to_unicode(sample, name))) for name in codecs}
    least = min(odd.values())
    best = tuple(name for name in codecs if odd[name] == least)
    return best[0] if len(best) == 1 else _detected(sample, best)


def _detected(sample: bytes, codecs: tuple[str, ...]) -> str | None:
    """Return which of some codecs a text looks most like it is in."""
    # the threshold of its own that keeps what looks like noise out is for files of any kind; here is text
    found = from_bytes(sample, threshold=0.5, cp_isolation=list(codecs), preemptive_behaviour=False).best()
    return codec_of(found.encoding) if found else None


def _penalty(sample: bytes, name: str) -> float:
    """Return the share of the characters above ASCII that make no sense in this encoding."""
    text = to_unicode(sample, name)
    high = sum(1 for character in text if character > "\x7f") or 1
    return sum(len(match[0]) for match in _MOJIBAKE.finditer(text)) / high


def _telling(data: bytes) -> bytes:
    """Keep stretches around bytes above ASCII, from all over the text: the rest says nothing of the encoding."""
    slices = 1 if len(data) <= _SAMPLE else _SLICES
    size = len(data) // slices + 1
    pieces: list[bytes] = []
    for start in range(0, len(data), size):
        gap = _GAP.search(data, start, start + size) if start else None
        at, room = gap.end() if gap else start, _SAMPLE // slices
        while room > 0 and (high := _FIRST_HIGH.search(data, at, start + size)):
            before = data[max(at, high.start() - _BEFORE) : high.start()].rpartition(b">")[2]
            stretch = _STRETCH.match(data, high.start())
            assert stretch is not None
            at = stretch.end()
            pieces.append(before + stretch[0])
            room -= len(pieces[-1])
    return b" ".join(pieces)
