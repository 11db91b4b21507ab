"""Decide once how a page's bytes are read as text.

Order of belief: a byte-order mark; bytes that are valid UTF-8 (other encodings hardly ever are by chance);
then what the HTTP header and the page's <meta> name, the one that yields the more plausible text first; then
detection. Labels mean what browsers take them to mean (WHATWG Encoding Standard): iso-8859-1 is windows-1252.
"""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_META = re.compile(rb"""<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*["']?\s*([\w:.-]{2,40})""", re.IGNORECASE)
_WHATWG = {
    "iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254", "gb2312": "gb18030", "gbk": "gb18030",
    "euc_kr": "cp949", "shift_jis": "cp932", "tis-620": "cp874", "iso8859-11": "cp874", "big5": "big5hkscs",
}  # fmt: skip
# Python codecs that are no character encodings of the web, or that browsers refuse (UTF-7 smuggles markup)
_REFUSED = {"utf-7", "idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem", "utf-16",
            "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"}  # fmt: skip
_MOJIBAKE = re.compile(r"[\u00a0-\u00ff]{3,}|[A-Za-z][\u0370-\u04ff]|[\u0370-\u04ff][A-Za-z]|[\x80-\x9f]|\ufffd")
_SAMPLE = 200_000


def decode(data: bytes, charset: str | None = None) -> tuple[str, str]:
    """Return the page's text and the name of the codec that read it.

    charset is what the HTTP header said, which may be wrong; a byte that the encoding cannot read becomes
    U+FFFD. Never raises.

    >>> decode("Grüße".encode("latin-1"), "utf-8")[0], decode("Grüße".encode(), "iso-8859-1")[0]
    ('Grüße', 'Grüße')
    """
    for mark, name in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(name, "replace"), name
    if wide := _unmarked_utf16(data):
        return data.decode(wide, "replace"), wide
    if b"\x1b" in data and (b"\x1b$" in data or b"\x1b(" in data):
        try:
            return data.decode("iso2022_jp_ext"), "iso2022_jp_ext"
        except UnicodeDecodeError:
            pass
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    text = data.decode("utf-8", "replace")
    # a page cut off in the middle of a character, or one bad byte in a thousand good ones
    if text.count("\ufffd") * 20 < len(data) - len(text):
        return text, "utf-8"
    name = _plausible(data, charset)
    return data.decode(name, "replace"), name


def _unmarked_utf16(data: bytes) -> str | None:
    head = data[:400]
    if len(head) < 20 or head.count(b"\0") < len(head) // 3:
        return None
    even, odd = head[::2].count(b"\0"), head[1::2].count(b"\0")
    if odd > len(head) // 3 and even < odd // 4:
        return "utf-16-le"
    return "utf-16-be" if even > len(head) // 3 and odd < even // 4 else None


def _plausible(data: bytes, charset: str | None) -> str:
    """Choose among the named encodings by the text they yield, or detect one."""
    declared = _META.search(data[:8192])
    named = [_codec(label) for label in (charset, declared[1].decode("ascii", "replace") if declared else None)]
    candidates = list(dict.fromkeys(name for name in (*named, "cp1252") if name and name != "utf-8"))
    sample = data[:_SAMPLE]
    penalties = {name: _penalty(sample, name) for name in candidates}
    best = min(candidates, key=lambda name: penalties[name])
    if penalties[best] < 0.02:
        return best
    found = from_bytes(_telling(sample)).best()
    detected = _codec(found.encoding) if found else None
    return detected if detected and _penalty(sample, detected) < penalties[best] else best


def _telling(sample: bytes) -> bytes:
    """Keep the stretches around bytes above ASCII: the rest says nothing of the encoding."""
    pieces = re.findall(rb"[^<>]{0,30}[\x80-\xff][^<>]{0,60}", sample)
    return b" ".join(pieces[:200]) or sample[:4096]


def _codec(label: str | None) -> str | None:
    if not label:
        return None
    try:
        name = codecs.lookup(label.strip().strip("\"'")).name
    except (LookupError, ValueError):
        return None
    name = _WHATWG.get(name, name)
    return None if name in _REFUSED or not _is_text(name) else name


def _is_text(name: str) -> bool:
    try:
        b"a".decode(name)
    except (LookupError, ValueError):
        return False
    return True


def _penalty(sample: bytes, name: str) -> float:
    """Return the share of the characters above ASCII that make no sense in this encoding."""
    text = sample.decode(name, "replace")
    high = sum(1 for character in text if character > "\x7f") or 1
    return sum(len(match[0]) for match in _MOJIBAKE.finditer(text)) / high
