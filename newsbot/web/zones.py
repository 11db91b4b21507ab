"""The offsets that names and figures of time zones stand for: EST, ET, MESZ, Europe/Berlin, Pacific Time, +0100.

RFC 822's names mean what it says (EST is -0500, not Australia's). Of names that several countries use the one stands
here that most news means: IST is India's (not Ireland's or Israel's), CST the central time of North America (not
China's), BST Britain's summer, AST the Atlantic's, GST the Gulf's, PST the Pacific's. A name that news uses in two
senses, such as AMT, SST, ECT, is none: no offset is better than a wrong one.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

_HOURS = {
    -10: "HST HAST TAHT", -9: "AKST HDT HADT", -8: "PST AKDT HNP", -7: "PDT MST HAP HNR",
    -6: "MDT CST HAR HNC GALT", -5: "CDT EST HAC HNE COT PET", -4: "EDT AST HAE HNA CLT VET BOT GYT FKT",
    -3.5: "NST HNT", -3: "ADT HAA BRT ART CLST UYT SRT GFT", -2.5: "NDT HAT", -2: "BRST UYST FNT", -1: "CVT AZOT",
    0: "Z GMT UT UTC WET WEZ", 1: "WEST WESZ BST CET MEZ MET WAT", 2: "CEST MESZ MEST EET OEZ SAST CAT",
    3: "EEST OESZ IDT MSK МСК TRT TSI EAT FET", 3.5: "IRST", 4: "GST AZT SAMT", 4.5: "IRDT AFT",
    5: "PKT UZT TMT TJT MVT YEKT", 5.5: "IST SLST", 5.75: "NPT", 6: "BDT BTT KGT OMST", 6.5: "MMT",
    7: "ICT WIB KRAT NOVT HOVT", 8: "WITA HKT SGT MYT PHT PHST AWST IRKT ULAT BNT", 9: "WIT JST KST YAKT TLT PWT",
    9.5: "ACST", 10: "AEST PGT VLAT CHST", 10.5: "ACDT", 11: "AEDT SBT VUT NCT MAGT SAKT", 12: "NZST FJT PETT",
    13: "NZDT WSST",
}  # fmt: skip
ZONES = {
    name: timezone(timedelta(hours=hours)) if hours else UTC
    for hours, names in _HOURS.items()
    for name in names.split()
}
"""Zone name -> offset."""
_WORDS_TOO = frozenset(("ART", "BOT", "CAT", "COT", "EAT", "HAR", "HAT", "MET", "PET", "SRT", "WAT", "WIT"))
"""Zone names that are words of some language, and count in capitals alone."""
SEASONAL = {
    "NT": "America/St_Johns", "AT": "America/Halifax", "ET": "America/New_York", "CT": "America/Chicago",
    "MT": "America/Denver", "PT": "America/Los_Angeles", "AKT": "America/Anchorage", "AET": "Australia/Sydney",
    "NZT": "Pacific/Auckland",
}  # fmt: skip
"""Zone names that leave open whether it is summer, with the region whose calendar tells."""
ELSEWHERE = {
    "zh": {"CST": "+0800"}, "he": {"IST": "Asia/Jerusalem"}, "ar": {"AST": "+0300"}, "bn": {"BST": "+0600"},
    "ur": {"PST": "+0500"}, "en-pk": {"PST": "+0500"}, "fil": {"PST": "+0800"}, "en-ph": {"PST": "+0800"},
    "ga": {"IST": "+0100"}, "en-ie": {"IST": "+0100"}, "en-au": {"EST": "+1000", "EDT": "+1100", "CST": "+0930"},
}  # fmt: skip
"""Language (BCP 47, lower case) -> the names that mean another zone in it."""
_REGION = r"(?:africa|america|antarctica|arctic|asia|atlantic|australia|etc|europe|indian|pacific)/[a-z_/+-]+\d*"
_IS_REGION = re.compile(_REGION, re.IGNORECASE)
_OFFSET = re.compile(
    r"[\s,]{0,2}[(\[]?(?:(?:gmt|utc?)\]?\s?([+-]\d{1,2}(?::?\d\d)?)"
    r"|([+-](?:\d\d:?|\d:|[1-9])\d\d(?!:)|[+-]\d\d(?=\W*$)|(?<=\d:\d\d:\d\d\s)[+-]\s\d{4})"
    r"|(?<=\d:\d\d:\d\d\s)(?:([01]\d:[0-5]\d)|(0\d[034][05]|1[0-4]00))(?=\W*$))(?!\d)"
)
_UNTIL = re.compile(r"(?<!t\d:\d\d)(?<!t\d\d:\d\d)-\d\d:\d\d")
"""No offset but a second clock, behind one without seconds, as it stands in prose: 10:30-11:30."""
_REGION_AFTER = re.compile(rf"\s?[(\[]?!?({_REGION})")
_WORDS_AFTER = re.compile(r"[\s,]{0,2}[(\[]?((?:[a-z]+\s){1,3})time\b")
_ZONE_AFTER = re.compile(r"[\s,]{0,2}[(\[]?(?:u\.s\.\s)?([a-z]{1,5}|мск)(?![^\W\d_]|/|\]?\s?[+-]\d)(?:\W*($))?")
_WORDS = {
    f"{region}{kind}": f"{region[0]}{kind[1:2]}t".upper()
    for region in ("eastern", "central", "mountain", "pacific", "atlantic")
    for kind in ("", " standard", " daylight")
} | {
    "greenwich mean": "GMT", "coordinated universal": "UTC", "universal": "UTC", "british summer": "BST",
    "irish standard": "+0100", "central european": "CET", "central european standard": "CET",
    "central european summer": "CEST", "eastern european": "EET", "eastern european standard": "EET",
    "eastern european summer": "EEST", "western european": "WET", "western european standard": "WET",
    "western european summer": "WEST", "moscow": "MSK", "moscow standard": "MSK", "israel standard": "+0200",
    "israel daylight": "IDT", "gulf standard": "GST", "arabian standard": "+0300", "pakistan standard": "PKT",
    "india standard": "IST", "indian standard": "IST", "nepal": "NPT", "indochina": "ICT", "western indonesia": "WIB",
    "hong kong": "HKT", "hong kong standard": "HKT", "china standard": "+0800", "singapore": "SGT",
    "singapore standard": "SGT", "philippine standard": "PHT", "japan standard": "JST", "korean standard": "KST",
    "korea standard": "KST", "australian eastern standard": "AEST", "australian eastern daylight": "AEDT",
    "australian western standard": "AWST", "new zealand standard": "NZST", "new zealand daylight": "NZDT",
    "east africa": "EAT", "central africa": "CAT", "west africa": "WAT", "west africa standard": "WAT",
    "south africa standard": "SAST", "alaska standard": "AKST", "alaska daylight": "AKDT", "hawaii standard": "HST",
    "brasilia standard": "BRT", "argentina standard": "ART", "newfoundland standard": "NST",
    "newfoundland daylight": "NDT",
}  # fmt: skip
"""Name of a zone in words, without its "time" -> its short name or offset. Initials would not do: Moscow Standard Time
is not MST."""


def is_zone(name: str) -> bool:
    """Whether a word is the name of a zone; no figures, no region.

    >>> [is_zone(name) for name in ("CET", "et", "MESZ", "SST", "UHR")]
    [True, True, True, False, False]
    """
    name = name.upper()
    return name in ZONES or name in SEASONAL


def zone_in(name: str, language: str | None) -> str:
    """Return the zone that a name means in a language: Java writes CST in China too.

    >>> zone_in("CST", "zh-CN"), zone_in("CST", "en-US"), zone_in("IST", None)
    ('+0800', 'CST', 'IST')
    """
    if not language:
        return name
    tag = language.replace("_", "-").lower()
    return (ELSEWHERE.get(tag) or ELSEWHERE.get(tag.partition("-")[0], {})).get(name.upper(), name)


def zone_after(text: str, cased: str, end: int, *, has_seconds: bool) -> tuple[str | None, int]:
    """Read the zone behind a clock that ends at a place of a text; return it, and the place where it ends.

    text is in small letters, cased the same with its capitals; has_seconds says whether the clock has them.

    >>> [zone_after(text.lower(), text, 5, has_seconds=False)[0] for text in ("10:00 CET", "10:00 et", "10:00 et puis")]
    ['CET', 'ET', None]
    >>> texts = "10:00 (Central European Standard Time)", "10:00 GMT+0100", "10:00[Europe/Berlin]", "10:00-11:30"
    >>> [zone_after(text.lower(), text, 5, has_seconds=False)[0] for text in texts]
    ['CET', '+0100', 'Europe/Berlin', None]
    """
    if (offset := _OFFSET.match(text, end)) and (has_seconds or not _UNTIL.match(text, end)):
        lost_sign = offset[3] or offset[4]  # the plus of an address that was decoded: 10:00:00 01:00
        return offset[1] or offset[2] or f"+{lost_sign}", offset.end()
    if text.find("/", end) >= 0 and (region := _REGION_AFTER.match(text, end)):
        return cased[region.start(1) : region.end(1)], region.end()
    if "time" in text and (words := _WORDS_AFTER.match(text, end)) and (zone := _WORDS.get(" ".join(words[1].split()))):
        return zone, words.end()
    if name := _ZONE_AFTER.match(text, end):
        # French "et" and "est" are no zones: in the midst of a text, a zone is in capitals.
        written, upper = cased[name.start(1) : name.end(1)], name[1].upper()
        if is_zone(upper) and (
            written == upper or not upper.isascii() or (name[2] is not None and upper not in _WORDS_TOO)
        ):
            return upper, name.end(1)
    return None, end


def offset_of(name: str, when: datetime) -> timezone | None:
    """Return the offset that a zone's name, region or figures mean at a time of its clock; None for what means nothing.

    >>> offset_of("ET", datetime(2026, 7, 3, 10)), offset_of("Europe/Berlin", datetime(2026, 11, 20, 10))
    (datetime.timezone(datetime.timedelta(days=-1, seconds=72000)), datetime.timezone(datetime.timedelta(seconds=3600)))
    >>> offset_of("+0530", datetime(2026, 11, 20)), offset_of("+25:00", datetime(2026, 11, 20))
    (datetime.timezone(datetime.timedelta(seconds=19800)), None)
    """
    if (region := SEASONAL.get(name.upper())) or _IS_REGION.fullmatch(name):
        return _offset_in(region or name, when)
    return _fixed(name)


@lru_cache(maxsize=256)
def _fixed(name: str) -> timezone | None:
    if name[0] not in "+-":
        return ZONES.get(name.upper())
    digits = re.sub(r"[:\s]", "", name[1:])
    hours, minutes = int(digits[:-2] if len(digits) > 2 else digits), int(digits[-2:] if len(digits) > 2 else 0)
    if hours > 14 or minutes > 59:
        return None
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if name[0] == "-" else offset) if offset else UTC


def _offset_in(region: str, when: datetime) -> timezone | None:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # 3 ms that few dates need

    try:
        zone = ZoneInfo("/".join(part.title() if part.islower() else part for part in region.split("/")))
    except (ZoneInfoNotFoundError, ValueError):
        return None
    offset = when.replace(tzinfo=zone, fold=1).utcoffset()  # an hour that is left out is of the summer that begins
    if offset is None or offset % timedelta(minutes=1):  # before zones there were, each town had a time of its own
        return None
    return timezone(offset) if offset else UTC
