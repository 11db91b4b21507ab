"""The one reader of dates: what feeds, sitemaps, pages and addresses say of when, as RFC 3339 writes it.

ISO 8601 and RFC 822 are what the specifications ask for and take the fast way. Any other text is searched for its
first day of the calendar, for a clock beside it and for a zone behind the clock. A month's name counts beside a day
and a year only, so that "mar., 20 oct. 2026" is in October ("mar." is Tuesday in French) and "By April Jones 20 May
2026" in May. Names come from CLDR (date_names.json, written by ``python -m newsbot.web``).

- Days in figures: the year first where it has three or four digits, else the day first (20.11.2026, 3/4/2026); the
  month first where no other reading is left (11/20/2026), and in the languages of MONTH_FIRST. What one date of a
  listing proves holds for all of them (proven_order).
- Years of two digits (20.11.26) and of three (Minguo, 115/11/20) count where the text says nothing but a date; with a
  clock behind, one word more. The Buddhist years 2400 to 2699 and the years of Japanese eras are turned into common
  ones.
- A clock or an offset that was meant for a program and is none (09:xx, +00:zz) makes the text no date.
- What is stated is kept, nothing is invented: no clock, no time; no zone, or an unknown one, no offset.
- Digits alone are 20261120, 202611201000 and 20261120100000, or Unix time in seconds (10 digits), milliseconds (13)
  or microseconds (16). Shorter ones are likelier to be something else.
"""

from __future__ import annotations

import calendar
import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from newsbot.web.zones import is_zone, offset_of, zone_after, zone_in

NAMES_FILE = Path(__file__).with_name("date_names.json")
EARLIEST, LATEST = 1700, 2100
"""Years outside are nonsense: no newspaper is older, and a clock error is more likely than foresight."""
MAX_LENGTH = 300
"""Characters of the longest text that is searched for a date."""
MONTH_FIRST = frozenset({"en-us", "en-ph", "en-pr", "en-gu", "fil", "fil-ph"})
"""Languages (BCP 47, lower case) that write 3/4/2026 for March 4; plain "en" says nothing of its region."""
CLOSE = 5
"""Characters from a short year to a clock, with which one word more may stand there: Stand: 20.11.26, 10:05 Uhr."""
UNSET = frozenset({(1970, 1, 1), (1969, 12, 31), (1900, 1, 1), (1899, 12, 30), (1899, 12, 31), (1753, 1, 1)})
"""What an empty field prints as: time zero of Unix and its shifts by zones, of spreadsheets, of SQL Server."""

_NAMES: dict[str, Any] = json.loads(NAMES_FILE.read_text("utf-8"))
MONTHS: dict[str, int] = {name: number for number, names in enumerate(_NAMES["months"], 1) for name in names}
"""Folded name -> number of the month."""
WEEKDAYS = frozenset(_NAMES["weekdays"])
"""The folded words of which the names of weekdays are made."""
_ELSEWHERE: dict[str, dict[str, int]] = _NAMES["elsewhere"]
"""Language -> the names that mean another month in it: listopad is November in Polish, October in Croatian."""
_LATE: dict[str, bool] = {
    name.replace(".", ""): late
    for late, names in ((True, (*_NAMES["afternoon"], "noon")), (False, (*_NAMES["forenoon"], "midnight")))
    for name in names
}
"""Name of a half of the day, without dots -> whether it is the later one."""
_LATE_IN: dict[str, dict[str, bool]] = _NAMES["clocks"]
"""Language -> the names that say so in it alone: CH in Vietnamese, em in Swedish."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time as a text states it."""

    when: datetime
    """Without tzinfo where the text states no offset; at midnight where it states a day alone."""
    precision: str
    """second, minute or day (items.PRECISIONS)."""

    def isoformat(self) -> str:
        """Write it as RFC 3339 does; only the day, or no offset, where the text says no more."""
        return _written(self.when, self.precision)

    @property
    def instant(self) -> datetime:
        """The point in time to compare by: UTC where no offset is known."""
        return self.when if self.when.tzinfo is not None else self.when.replace(tzinfo=UTC)

    def in_future(self, now: datetime) -> bool:
        """Whether it lies after now (with five minutes for clocks, or a day's zones where no offset is known)."""
        exact = self.when.tzinfo is not None and self.precision != "day"
        return self.instant > now + (timedelta(minutes=5) if exact else timedelta(hours=14))


def parse_moment(text: str | None, *, language: str | None = None, order: str | None = None) -> Moment | None:
    """Read the first date of a text, or None when it says nothing that can be believed.

    language (BCP 47), where it is known, tells whether figures have the month first, which month listopad is and which
    zone CST; order (of proven_order) is what other dates beside this one tell of figures.

    >>> parse_moment("Publié le 12 mars 2024 à 14h05")
    Moment(when=datetime.datetime(2024, 3, 12, 14, 5), precision='minute')
    >>> parse_moment("3/4/2026", language="en-US").isoformat(), parse_moment("3/4/2026").isoformat()
    ('2026-03-04', '2026-04-03')
    """
    found = _read(text, language, order)
    return Moment(*found) if found else None


def parse_date(text: str | None, *, language: str | None = None, order: str | None = None) -> str | None:
    """Read a date as parse_moment does, into RFC 3339.

    >>> parse_date("Fri, 20 Nov 2026 10:00:00 EST"), parse_date("2026-11-20T10:00+0200")
    ('2026-11-20T10:00:00-05:00', '2026-11-20T10:00:00+02:00')
    >>> parse_date("20. März 2026, 7.30 Uhr"), parse_date("2026年11月20日"), parse_date("1750680000000")
    ('2026-03-20T07:30:00', '2026-11-20', '2025-06-23T12:00:00+00:00')
    >>> parse_date("mar., 20 oct. 2026"), parse_date("20 พฤศจิกายน 2569"), parse_date("04/13/2026")
    ('2026-10-20', '2026-11-20', '2026-04-13')
    >>> parse_date("0000-00-00 00:00:00"), parse_date("yesterday"), parse_date("20 May 2026 25:61")
    (None, None, None)
    """
    found = _read(text, language, order)
    return _written(*found) if found else None


def as_instant(text: str | None) -> datetime | None:
    """Return an RFC 3339 text as a point in time to compare by; UTC where it states no offset, None for nonsense.

    >>> as_instant("2026-11-20T10:00:00+02:00") == as_instant("2026-11-20T08:00:00")
    True
    """
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if not EARLIEST <= moment.year <= LATEST:  # nor can it be turned to UTC in the years 1 and 9999
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def exact_utc(text: str | None) -> str | None:
    """Return the point in time that a stated time is, RFC 3339 in UTC; None where it leaves that open.

    >>> exact_utc("2026-11-20T08:30:00+01:00"), exact_utc("2026-11-20T08:30:00.5Z")
    ('2026-11-20T07:30:00Z', '2026-11-20T08:30:00.500000Z')
    >>> exact_utc("2026-11-20T08:30:00"), exact_utc("2026-11-20"), exact_utc(None)
    (None, None, None)
    """
    if not text or len(text) <= len("2026-11-20T08:30:00") or as_instant(text) is None:
        return None
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment.tzinfo else None


def plain_name(name: str) -> str:
    """Return a month's or weekday's name without case, accents and last dot: names are compared so.

    >>> plain_name("FÉVR."), plain_name("Şubat"), plain_name("أبريل") == plain_name("ابريل")
    ('fevr', 'subat', True)
    """
    return _plain(name).casefold().replace("ı", "i").strip(" .॰׳’'")


def month_of(word: str, language: str | None = None) -> int | None:
    """Return the number of the month that a word names, or None.

    >>> month_of("Févr."), month_of("listopad"), month_of("listopad", "hr"), month_of("marras")
    (2, 11, 10, 11)
    """
    name = plain_name(word)
    if language and (own := _ELSEWHERE.get(language[:2].lower())) and name in own:
        return own[name]
    return MONTHS.get(name) or (MONTHS.get(name[1:]) if name.startswith("ב") else None)  # Hebrew: in November


_ENGLISH_WORDS = frozenset(("ago", "bal", "dub", "gen", "led", "lip", "mag", "out", "pro", "set", "sub", "tem"))
"""Names of months that between spaces are words of English: Top 10 led 2026."""

# The two forms of the specifications.

_ISO = re.compile(
    r"\s*(\d{4})-(\d\d)-(\d\d)"
    r"(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,]\d*)?)?\s?([Zz]|[+-]\d\d(?::?\d\d)?)?|[Zz]|[+-]\d\d:\d\d)?\s*"
)
_RFC822 = re.compile(
    r"\s*(?:[A-Za-z]{3,9},?\s+)?(\d{1,2})\s+([A-Za-z]{3,9})\s+(\d{4})\s+(\d{1,2}):(\d\d)(?::(\d\d))?"
    r"(?:\s+([A-Za-z]{1,5}|[+-]\d{4}))?\s*"
)


def _read(text: str | None, language: str | None, order: str | None) -> tuple[datetime, str] | None:
    if not text or len(text) > MAX_LENGTH:
        return None
    try:
        if match := _ISO.fullmatch(text):
            year, month, day, hour, minute, second, zone = match.groups()
            return _moment(int(year), int(month), int(day), hour, minute, second, zone)
        if match := _RFC822.fullmatch(text):
            day, name, year, hour, minute, second, zone = match.groups()
            number = month_of(name, language)
            if number and (zone is None or zone[0] in "+-" or is_zone(zone)):
                zone = zone and zone_in(zone, language)
                return _moment(int(year), number, int(day), hour, minute, second, zone)
        return _read_loosely(_plain(unescape(text) if "&" in text else text).strip(), language, order)
    except (ValueError, OverflowError):
        return None


def _moment(
    year: int, month: int, day: int, hour: str | int | None, minute: str | None, second: str | None, zone: str | None
) -> tuple[datetime, str] | None:
    """Put the parts together; ValueError for no day of the calendar or no time of day, None for a day unbelieved."""
    year = _common_era(year)
    if not EARLIEST <= year <= LATEST or (year, month, day) in UNSET:
        return None
    if hour is None:
        return datetime(year, month, day), "day"
    when = datetime(year, month, day, int(hour) % 24, int(minute or 0), min(int(second or 0), 59))
    if int(hour) >= 24:
        if int(hour) > 24 or when.minute or when.second:
            raise ValueError("no such time of day")
        when += timedelta(days=1)
    if int(second or 0) > 60:
        raise ValueError("no such second")
    if zone:
        when = when.replace(tzinfo=offset_of(zone, when))
    return when, "minute" if second is None else "second"


def _common_era(year: int) -> int:
    if 2400 <= year < 2700:  # Buddhist era, Thailand
        return year - 543
    return year


def _written(when: datetime, precision: str) -> str:
    return when.date().isoformat() if precision == "day" else when.isoformat()


_ASCII = {
    **{ord(zero) + value: str(value) for zero in "٠۰०০੦૦୦௦౦೦൦๐໐" for value in range(10)},
    **dict.fromkeys((0x2010, 0x2011, 0x2212), "-"),
    0x060C: ",",
    **dict.fromkeys((*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A))),
}
_MARKS = re.compile("[\u0300-\u036f\u064b-\u0655\u093c\u09bc\u0a3c\u0abc]")  # accents, vowel signs and hamza, nuktas


def _plain(text: str) -> str:
    """Return a text in ASCII digits, hyphens and spaces, without accents and the like."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFKD", text.translate(_ASCII))))


# Any other text: its first day, then a clock beside it, then a zone.

_WORD = r"[^\W\d_][^\s\d,;:/()\[\]|<>–-]*"
_FIGURES = r"(?<!\d)(?<!\d[.,:])(?P<{}>\d{{1,2}})(?:(?:st|nd|rd|th|er|re|eme|e|o|a|:e|-го)(?![^\W\d_]))?"
_DAY = re.compile(
    rf"""
    # 20.11.2026, 11/20/2026, 2026-11-20, 20.11.26
    (?<!\d)(?<!\d[-/.])(?P<d0>(?!0\d\d)\d{{1,4}})\s*[-–/.]\s*(?P<m0>0?\d{{1,2}})\s*[-–/.]\s*
        (?P<y0>\d{{4}}(?!\d|:\d\d(?!:)|[./]\d{{1,3}}(?![\d:.]))|\d{{1,2}}(?!\d|[a-su-z]t\d|-\d\d$))
    # 2026年11月20日, 令和8年11月20日
    | (?P<era>令和|平成|昭和|民國|民国)?\s*(?<!\d)(?P<y1>\d{{1,4}}|元)\s*[年년]\s*
        (?P<m1>\d{{1,2}})\s*[月월]\s*(?P<d1>\d{{1,2}})(?!\d)
    # 20 November 2026, 20 de noviembre de 2026
    | {_FIGURES.format("d2")}[\s.,/–-]*(?:(?:de|(?:day\s)?of)\s+|d['’])?
        (?P<m2>{_WORD})(?:\s?/\s?{_WORD})?[\s.,/–-]*(?:(?:del?|of|nam|ค\.ศ\.|พ\.ศ\.)\s*)?(?P<y2>\d{{4}}(?!\d)|['’]?\d\d(?!\d|[:h.]\d))
    # 20 11月 2026, by programs that translate names of months alone
    | (?<!\d)(?P<d6>\d{{1,2}})\s+(?P<m6>\d{{1,2}})\s?[月월]\s+(?P<y6>\d{{4}})(?!\d)
    # November 20th, 2026
    | (?<!\w)(?P<m3>{_WORD})[\s.,/–-]*{_FIGURES.format("d3")}[\s.,/–-]+(?P<y3>\d{{4}})(?!\d)
    # 2026. gada 20. novembris
    | (?<!\d)(?P<y4>\d{{4}})\.?\s(?:gada|ж\.)\s{_FIGURES.format("d4")}[\s.]*(?P<m4>{_WORD})
    # 2026 m. lapkričio 20 d., 2026. november 20.
    | (?<!\d)(?P<y5>\d{{4}})(?:[\s.,/–-]|m\.|թ\.)*
        (?P<m5>{_WORD})[\s.,/–-]*{_FIGURES.format("d5")}(?!:\d|[\s,]*\d{{4}})
    """,
    re.VERBOSE,
)
"""A day, its parts in groups that are numbered by its form; _plain() has made the text, and it is in small letters."""
_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "民國": 1911, "民国": 1911, "พ.ศ.": 1957}
"""What is added to a year of the era; to a short year of the Buddhist one, 69 for 2569."""
_ERA_LETTERS = {"r": "令和", "h": "平成", "s": "昭和"}
_YEAR_TWICE = re.compile(r"\(\s*(?:令和|平成|昭和|民國|民国)?\s*(?:\d{1,4}|元)\s*年?\s*\)(?=\s*年?\s*\d)")
"""The year in brackets behind a year, in another count: 2026年(令和8年)11月20日."""
_NUMERAL = re.compile(r"[〇零一二三四五六七八九十]+(?=\s*[年月日號号時时點点分])")
_PLACES = {"dmy": (2, 1, 0), "mdy": (2, 0, 1), "ymd": (0, 1, 2)}
"""Order -> where the year, the month and the day stand in it."""
_LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_FIGURES_ALONE = re.compile(r"(?<![\d:.,/-])(\d{1,2})\s*[-–/.]\s*(\d{1,2})\s*[-–/.]\s*(\d{4}|\d{2})(?![\d/-])")
_YEAR_FIRST = frozenset(("hu", "ja", "ko", "lt", "ne", "zh"))
"""Languages that write 26.11.20 for 20 November 2026."""
_SHORT_YEARS = range(31, 95)
"""Two figures that are no year where another reading is left: no news site is as old, nor dates so far ahead."""
_TIME = (  # 10:00:05, 10h00, 10.00, 10時00分; each with three groups
    r"(?:(?<![\d.])(\d{1,2})\s?[:hu]\s?(\d{1,2})(?:(?::|\s?min\s)(\d{1,2})(?:[.,]\d*|:\d{2,3})?)?"
    r"|(?<![\d.])([01]?\d|2[0-4])\.([0-5]\d)(?:\.([0-5]\d)(?:\.\d{3,})?)?(?!\.\d)"
    r"|(?<!\d)(\d{1,2})\s?[時时点點시](?:\s?(\d{1,2})\s?[分분]?)?(?:\s?(\d{1,2})\s?[秒초])?)(?!\d)"
)
# 10 Uhr, 10 pm, 10 +0100, 1005 GMT; with empty groups
_HOUR = (
    r"(?<!\d)(?:(\d{1,2})()()(?=\s?(?:uhr|[ap]\.?\s?m)\b|\s[+-]\d{4}(?!\d)|\s(?:noon|midnight)\b)"
    r"|([01]\d|2[0-3])([0-5]\d)()(?=\s?(?:gmt|utc|hrs|ist|e[sd]?t)\b))"
)
_TIME_AFTER = re.compile(
    rf"(?:\s00:00:00(?:\.0+)?(?=\s\d\d?:\d\d))?\D{{0,24}}?{_TIME}|\W{{0,3}}(?:(?:at|um)\s)?{_HOUR}"
)
_TIME_BEFORE = re.compile(
    rf"{_TIME}(?=(?:\W{{0,2}}(?:gmt|utc)?[+-]\d{{1,2}}(?::?\d\d)?)?\D{{0,40}}$)"
    rf"|{_HOUR}(?=[^\d(]{{0,8}}(?:\(\d{{4}}\s\w{{2,5}}\))?\D{{0,12}}$)"
)
_TIME_AMID = re.compile(r"(?<=\s)(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?(?=\s)")
_WEEKDAY_AMID = re.compile(rf"(?<=\d)[\s.,]+({_WORD})[\s,]+(?={_WORD}[\s,]+\d{{4}})")
_HALF_AFTER = re.compile(rf"\s{{0,2}}(?:([ap])\.?\s?m\b\.?|({_WORD}))")
_HALVES_BEFORE = tuple(
    name if name > "\u2fff" else f" {name}"
    for name in sorted({*_LATE, *_NAMES["afternoon"], *_NAMES["forenoon"]}, key=len, reverse=True)
)
_HOURS = re.compile(r"\s?(?:uhr|hrs?|h|น|ч)(?![^\W\d_])\.?")
_OFFSET_AMID = re.compile(r"[^\d+-]{0,12}([+-]\d\d:?\d\d)(?=\s\d{1,2}:\d\d)")
_BROKEN = re.compile(
    r"\dt(?:[\d:]*:[a-y]|[a-y]{2}:|\d[a-gi-y])"  # 2026-11-20T09:xx
    r"|:\d\d?\s?[+-](?:\d\d:[a-z]|[a-z]{2}:)"  # 10:00 +00:xx
    r"|(?<![\d:])\d\d?:\d\d?:\d\d?:\d(?!\d)"  # 1:2:3:4
    r"|t\d\d:\d\d(?::\d\d)?(?:z|[+-]\d\d:?\d\d)(?!z\b)[a-z]"  # 2026-11-20T09:00Ztext
)
"""A clock or an offset that was meant for a program, and is none: nothing beside it is believed either."""
_ZONE_AMID = re.compile(r"(?<![A-Za-z/])[A-Z]{2,5}(?![A-Za-z/])")
_COMPACT = re.compile(
    r"(\d{4})[-:_]?(\d\d)[-:_]?(\d\d)(?:[t ]?(\d\d):?(\d\d)(?::?(\d\d)(?:[.,]\d+)?)?\s?(z|[+-]\d\d(?::?\d\d)?)?)?",
)
_HOURLY = re.compile(r"(20\d\d)-?(0[1-9]|1[0-2])-?(0[1-9]|[12]\d|3[01])t?([01]\d|2[0-3])\s?(z|[+-]\d\d(?::?\d\d)?)?")
"""2026-11-20T10Z; 2026112010, which would be Unix time of 2034; nor is any longer figure that starts so."""
_UNIX = re.compile(
    r"(?:\\?/date\(|@)?((?!20[0-4]\d(?:0[1-9]|1[0-2]))[12]\d{9})(?:\d{3}|\d{6}|\d{9})?(?:\.\d+|(?:[+-]\d{4})?\)\\?/)?"
)
_DIGIT = re.compile(r"\d")
_WORDS = re.compile(_WORD)
_BESIDE = frozenset(
    ("a", "am", "at", "den", "el", "g", "h", "hrs", "kl", "klo", "le", "on", "om", "ore", "r", "saat", "um", "uhr", "г",
     "р", "ч", "日", "일", "号", "號")
)  # fmt: skip
"""Words beside a date that say nothing more than it, as weekdays do."""
# Names of more than one word, تشرين الثاني and tháng 11, give way to one word before a text is searched.
_MONTH_WORDS = [min(filter(re.compile("[a-z]+").fullmatch, names)) for names in _NAMES["months"]]
_PHRASES = {name: _MONTH_WORDS[number - 1] for name, number in MONTHS.items() if " " in name}
_PHRASE = re.compile(
    r"(?<!\w)(?:" + "|".join(sorted(_PHRASES, key=len, reverse=True)).replace(" ", r"\s?") + r")(?!\w)", re.IGNORECASE
)
_BEFORE_FIGURES = re.compile(r"\s|(?<=[^\W\d])(?=\d)")
_PHRASE_HEADS = tuple({name.partition(" ")[0] for name in _PHRASES})


class _Day(NamedTuple):
    year: int
    month: int
    day: int
    sure: bool
    """Whether it counts in any text; a short year counts where the text says nothing else."""
    start: int
    end: int


class _Time(NamedTuple):
    hour: int
    minute: str | None
    second: str | None
    zone: str | None
    start: int
    end: int


def _read_loosely(cased: str, language: str | None, order: str | None) -> tuple[datetime, str] | None:
    """Read a text that _plain() has made; its capitals tell zones from words."""
    if "年" in cased:
        cased = _YEAR_TWICE.sub("", _NUMERAL.sub(_in_figures, cased))
    if not _DIGIT.search(cased):
        return None
    text = cased.lower()
    if match := _COMPACT.fullmatch(text):
        year, month, number, *clock = match.groups()
        return _moment(int(year), int(month), int(number), *clock)
    if match := _HOURLY.fullmatch(text):
        year, month, number, hour, zone = match.groups()
        return _moment(int(year), int(month), int(number), hour, None, None, zone)
    if match := _UNIX.fullmatch(text):
        return datetime.fromtimestamp(int(match[1]), UTC), "second"
    if _BROKEN.search(text):
        return None
    if any(head in text for head in _PHRASE_HEADS):
        cased = _PHRASE.sub(lambda found: _PHRASES[_BEFORE_FIGURES.sub(" ", found[0].lower())], cased)
        text = cased.lower()
    if day := _find_day(text, language, order):
        time = _time_beside(text, cased, day, language)
        if not day.sure and not _is_alone(text, day, time):
            return None
    elif (amid := _WEEKDAY_AMID.search(text)) and plain_name(amid[1]) in WEEKDAYS:  # 20 Friday, Nov 2026
        return _read_loosely(cased[: amid.start(1)] + cased[amid.end(1) :], language, order)
    elif amid := _TIME_AMID.search(text):  # Fri Nov 20 10:00:00 CET 2026
        time = _read_time(text, cased, amid, language)
        unknown = _ZONE_AMID.match(cased, time.end + 1)
        day = _find_day(f"{text[: time.start]} {text[unknown.end() if unknown else time.end :]}", language, order)
        if day is None or not day.sure:
            return None
    else:
        return None
    if time is None:
        return _moment(day.year, day.month, day.day, None, None, None, None)
    zone = time.zone and zone_in(time.zone, language)
    return _moment(day.year, day.month, day.day, time.hour, time.minute, time.second, zone)


def _in_figures(numeral: re.Match[str]) -> str:
    """Write a numeral of Chinese in figures: 二〇二六 is 2026, 十一 is 11, 二十 is 20."""
    tens, ten, ones = (
        "".join(str(int(unicodedata.numeric(sign))) for sign in part) for part in numeral[0].partition("十")
    )
    return str(int(tens or 1) * 10 + int(ones or 0)) if ten else tens


def _find_day(text: str, language: str | None, order: str | None) -> _Day | None:
    """Find the first day that is one of the calendar; one with a short year only where there is no other."""
    position, unsure = 0, None
    while match := _DAY.search(text, position):
        if found := _day_of(match, language, order):
            if found.sure:
                return found
            unsure = unsure or found
        position = match.start() + 1
    return unsure


def _day_of(match: re.Match[str], language: str | None, order: str | None) -> _Day | None:
    kind = str(match.lastgroup)[1]
    year, month, day = match[f"y{kind}"].lstrip("'’"), match[f"m{kind}"], match[f"d{kind}"]
    tag = (language or "").replace("_", "-").lower()
    era = match["era"] if kind == "1" else None
    if kind == "0":
        letter = match.string[: match.start()][-1:] if len(year) < 3 else ""
        if letter.isalpha():  # R8.11.20 in Japanese; else a version, v2.11.26
            year, day, era = day, year, _ERA_LETTERS.get(letter) if tag[:2] == "ja" else None
            if era is None:
                return None
        else:
            year, month, day = _arranged((day, month, year), tag, order)
    if len(year) == 2 and int(year) > 43 and (tag[:2] == "th" or "\u0e00" <= month[0] < "\u0e80"):
        era = "พ.ศ."
    if tag[:2] == "en" and month in _ENGLISH_WORDS and f" {month} " in match[0]:
        return None
    number = int(month) if kind in "016" else month_of(month, language)
    common = _full_year(year, era)
    try:
        date(common or 0, number or 0, int(day))
    except ValueError:
        return None
    if not number or not EARLIEST <= common <= LATEST:
        return None
    return _Day(common, number, int(day), era is not None or len(year) == 4, match.start(), match.end())


def _arranged(figures: tuple[str, str, str], tag: str, order: str | None) -> tuple[str, str, str]:
    """Return year, month and day of figures, in the order that is told, that the language has, or that is left."""
    if len(figures[0]) > 2:
        return figures
    orders = _orders(*figures)
    usual = "ymd" if tag[:2] in _YEAR_FIRST else "mdy" if tag in MONTH_FIRST else "dmy"
    year, month, day = _PLACES[next((one for one in (order, usual, *orders) if one in orders), "dmy")]
    return figures[year], figures[month], figures[day]


def _orders(*figures: str) -> list[str]:
    """Return the orders in which three groups of one or two figures, the last also of four, can be a day of a year.

    The likelier ones come first.
    """
    first, middle, last = figures
    orders = ["dmy", "mdy", "ymd"] if len(last) < 3 else ["dmy", "mdy"]
    if first[0] == "0" and len(first) > len(middle) == len(last):  # 06/1/2: who pads days would pad months too
        orders.reverse()
    fitting, likely = [], []
    for order in orders:
        year, month, day = (figures[place] for place in _PLACES[order])
        if 1 <= int(month) <= 12 and 1 <= int(day) <= _LONGEST[int(month) - 1]:
            fitting.append(order)
            if len(year) == 4 or int(year) not in _SHORT_YEARS:
                likely.append(order)
    return likely or fitting


def proven_order(texts: Iterable[str | None]) -> str | None:
    """Return the order of day, month and year that a listing's dates prove to have, if they have one.

    Of 11/20/2026 and 3/4/2026 in one listing the first says what the second one is. Names of months prove nothing,
    and where two dates contradict each other, neither do figures.

    >>> proven_order(["3/4/2026", "11/20/2026"]), proven_order(["3/4/2026", "20/11/2026"]), proven_order(["3/4/2026"])
    ('mdy', 'dmy', None)
    """
    proven = set()
    for text in texts:
        if text and len(text) <= MAX_LENGTH and (match := _FIGURES_ALONE.search(_plain(text))):
            orders = _orders(*match.groups())
            if len(orders) == 1:
                proven.add(orders[0])
    return proven.pop() if len(proven) == 1 else None


def _full_year(figures: str, era: str | None) -> int:
    """Turn a year as it is written into one of the common era; one figure is no year."""
    if era:
        return _ERAS[era] + int(figures.replace("元", "1"))
    year = int(figures)
    if len(figures) == 4:
        return _common_era(year)
    if len(figures) == 3:
        return year + _ERAS["民國"]
    return year + (2000 if year < 70 else 1900) if len(figures) == 2 else 0


def _time_beside(text: str, cased: str, day: _Day, language: str | None) -> _Time | None:
    """Read the clock that follows a day, or the one that leads to it; a zone may stand between both."""
    match = _TIME_AFTER.match(text, day.end) or _TIME_BEFORE.search(text, 0, day.start)
    if match is None:
        return None
    time = _read_time(text, cased, match, language)
    if time.start <= day.end:
        return time
    if text[time.start - 1] in "+-" and (amid := _OFFSET_AMID.match(text, day.end)):  # 11月20日 GMT+08:00 10:00:05
        match = _TIME_AFTER.match(text, amid.end())
        return _read_time(text, cased, match, language)._replace(zone=amid[1]) if match else None
    if time.zone is None:
        zones = (word for word in _ZONE_AMID.findall(cased, day.end, time.start) if is_zone(word))
        return time._replace(zone=next(zones, None))
    return time


def _read_time(text: str, cased: str, match: re.Match[str], language: str | None) -> _Time:
    """Read a clock's figures, the half of the day before or behind them, and the zone."""
    groups = match.groups()
    first = next(place for place in range(0, len(groups), 3) if groups[place])
    hour, minute, second = groups[first : first + 3]
    start, end = match.start(first + 1), match.end()
    late = _half_before(text[:start].rstrip(), language)
    if late is None and (word := _HALF_AFTER.match(text, end)):
        late = word[1] == "p" if word[1] else _is_late(word[2], language)
        end = end if late is None else word.end()
    if hours := _HOURS.match(text, end):
        end = hours.end()
    zone, end = zone_after(text, cased, end, has_seconds=second is not None)
    return _Time(_whole_day(int(hour), late), minute, second or None, zone, start, end)


def _half_before(before: str, language: str | None) -> bool | None:
    """Whether the words before a clock say that it is after noon; None where they do not say."""
    if before.endswith(_HALVES_BEFORE):
        return _is_late(next(name for name in _HALVES_BEFORE if before.endswith(name)), language)
    return _is_late(before.rpartition(" ")[2], language) if language and language[:2].lower() in _LATE_IN else None


def _is_late(word: str, language: str | None) -> bool | None:
    name = plain_name(word).replace(".", "")
    own = _LATE_IN.get(language[:2].lower(), {}) if language else {}
    return _LATE.get(name, own.get(name))


def _whole_day(hour: int, late: bool | None) -> int:
    """Turn an hour of a half of the day into one of 24."""
    return hour if hour > 12 or late is None else hour % 12 + 12 * late


def _is_alone(text: str, day: _Day, time: _Time | None) -> bool:
    """Whether a text has nothing in it but a day, a clock, words that belong to them, and one more for both."""
    rest = f"{text[: day.start]} {text[day.end :]}"
    if time:
        first, last = sorted(((day.start, day.end), (time.start, time.end)))
        rest = f"{text[: first[0]]} {text[first[1] : last[0]]} {text[last[1] :]}"
    if _DIGIT.search(rest):
        return False
    words = {plain_name(word) for word in _WORDS.findall(rest)}
    others = sum(not (word in WEEKDAYS or word in _BESIDE or is_zone(word)) for word in words)
    return others <= (time is not None and time.minute is not None and day.end < time.start < day.end + CLOSE)


# Days, months and years in addresses.

_YEAR = r"(?<!\d)((?:19|20)\d\d)"
_PARAMETERS = re.compile(r"(?:^|[&?])(y{2,4}|year|m{1,2}|month|d{1,2}|day|date|from|to|start|end)=(\d[\d-]*)", re.I)
_PATH_DAY = re.compile(_YEAR + r"[-_/.]?(0[1-9]|1[0-2])[-_/.]?(0[1-9]|[12]\d|3[01])(?!\d)")
_PATH_DAY_SPARSE = re.compile(_YEAR + r"[-_/.](1[0-2]|0?[1-9])[-_/.](3[01]|[12]\d|0?[1-9])(?!\d)")
_PATH_DAY_NAMED = re.compile(_YEAR + r"[-_/.]?([a-z]{3,9})[-_/.]?(3[01]|[12]\d|0?[1-9])(?!\d)", re.I)
_ARTICLE_DAY = re.compile(
    rf"(?<![^\W_]){_YEAR}(?:[-_/.]?(0[1-9]|1[0-2])[-_/.]?(0[1-9]|[12]\d|3[01])"
    r"|[-_/.](1[0-2]|[1-9])[-_/.](3[01]|[12]\d|[1-9])(?=[/.]|$))(?![^\W_])"
)
_PATH_WEEK = re.compile(_YEAR + r"[-_/.]?(?:w|kw|week)[-_]?(\d{1,2})(?!\d)", re.I)
_PATH_QUARTER = re.compile(_YEAR + r"[-_/.]?q([1-4])(?!\d)", re.I)
_PATH_MONTH = re.compile(_YEAR + r"[-_/.]?(0[1-9]|1[0-2])(?!\d)")
_PATH_PLAIN_MONTH = re.compile(_YEAR + r"[-/](?:0?[1-9]|1[0-2])(?=[-/_.]|$)")
_PATH_MONTH_SPARSE = re.compile(_YEAR + r"[-_/.]([1-9])(?!\d)")
_PATH_WORD_AFTER = re.compile(r"[-_/.]?([^\W\d_]{3,12})(?![^\W\d_])")
_PATH_WORD_BEFORE = re.compile(r"(?<![^\W\d_])([^\W\d_]{3,12})[-_/.]?$")
_ENGLISH_MONTHS = frozenset(name.lower() for name in (*calendar.month_name, *calendar.month_abbr) if name)
_PATH_YEARS = re.compile(_YEAR + r"[-_]((?:19|20)\d\d)(?!\d)")
_PATH_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")


def period_of(url: str) -> tuple[date, date] | None:
    """Return the first and last day that an address of a list names, or None when it names none.

    >>> period_of("https://example.org/sitemap-2026-11.xml.gz")
    (datetime.date(2026, 11, 1), datetime.date(2026, 11, 30))
    >>> period_of("https://example.org/2026/11/20/sitemap.xml")
    (datetime.date(2026, 11, 20), datetime.date(2026, 11, 20))
    >>> period_of("https://example.org/sitemap.xml?yyyy=2026&mm=2&dd=3")
    (datetime.date(2026, 2, 3), datetime.date(2026, 2, 3))
    >>> period_of("https://example.org/post-sitemap12.xml") is None
    True
    """
    parts = urlsplit(url)
    path = unquote(parts.path)
    try:
        # A year alone in a query may be the number of a page: there, only named parameters and whole dates count.
        return _from_parameters(parts.query) or _from_path(path) or _from_path(parts.query, years=False)
    except ValueError:
        return None


def day_of(url: str) -> date | None:
    """Return the day that the path of an article's address names as a part of its own, or None.

    >>> day_of("https://example.org/2026/11/28/ferry"), day_of("https://example.org/ferry-resumes-20261128.html")
    (datetime.date(2026, 11, 28), datetime.date(2026, 11, 28))
    >>> [day_of(f"https://example.org/{path}") for path in ("2026/11/ferry", "wissen/2014113", "2023/10/3-questions")]
    [None, None, None]
    """
    for match in _ARTICLE_DAY.finditer(unquote(urlsplit(url).path)):
        year, month, day, sparse_month, sparse_day = match.groups()
        try:
            return date(int(year), int(month or sparse_month), int(day or sparse_day))
        except ValueError:
            continue
    return None


def names_day(path: str) -> bool:
    """Whether a path has a day in it.

    >>> [names_day(path) for path in ("/2026/11/20/", "/ferry-20261120", "/2026/nov/20/", "/2026/11/ferry", "/2026113")]
    [True, True, True, False, False]
    """
    if "20" not in path and "19" not in path:  # many times as fast as an expression, for every link of a page
        return False
    return _PATH_DAY.search(path) is not None or _PATH_DAY_SPARSE.search(path) is not None or bool(_named_days(path))


def names_month(path: str) -> bool:
    """Whether a path has a month among its parts: /2026/11/."""
    return ("20" in path or "19" in path) and _PATH_PLAIN_MONTH.search(path) is not None


def _from_parameters(query: str) -> tuple[date, date] | None:
    named = {key.lower(): value for key, value in _PARAMETERS.findall(query)}
    start, end = named.get("from") or named.get("start"), named.get("to") or named.get("end")
    if start and end:
        first, last = _from_path(start), _from_path(end)
        return (first[0], last[1]) if first and last else None
    if "date" in named:
        return _from_path(named["date"])
    year = next((value for key, value in named.items() if key[0] == "y"), None)
    if year is None or not _PATH_YEAR.fullmatch(year):
        return None
    month = next((value for key, value in named.items() if key[0] == "m"), None)
    day = next((value for key, value in named.items() if key in ("d", "dd", "day")), None)
    if month is None:
        return _whole_year(int(year))
    return _whole_month(int(year), int(month)) if day is None else (date(int(year), int(month), int(day)),) * 2


def _from_path(text: str, *, years: bool = True) -> tuple[date, date] | None:
    days = [date(int(y), int(m), int(d)) for y, m, d in _PATH_DAY.findall(text) or _PATH_DAY_SPARSE.findall(text)]
    days = days or _named_days(text)
    if days:
        return min(days), max(days)
    if match := _PATH_WEEK.search(text):
        monday = date.fromisocalendar(int(match[1]), int(match[2]), 1)
        return monday, monday + timedelta(days=6)
    if match := _PATH_QUARTER.search(text):
        quarter = int(match[2])
        return _whole_month(int(match[1]), 3 * quarter - 2)[0], _whole_month(int(match[1]), 3 * quarter)[1]
    if match := _PATH_YEARS.search(text):
        return _whole_year(int(match[1]))[0], _whole_year(int(match[2]))[1]
    months = [_whole_month(int(y), int(m)) for y, m in _PATH_MONTH.findall(text) or _PATH_MONTH_SPARSE.findall(text)]
    if months:
        return min(months)[0], max(months)[1]
    for year in _PATH_YEAR.finditer(text):
        after, before = _PATH_WORD_AFTER.match(text, year.end()), _PATH_WORD_BEFORE.search(text, 0, year.start())
        if after and (number := _path_month(text, after[1], year.start(), after.end())):
            return _whole_month(int(year[1]), number)
        if before and (number := _path_month(text, before[1], before.start(), year.end())):
            return _whole_month(int(year[1]), number)
    # "sitemap2019.xml" may be page 2,019 of a sitemap: a year alone needs a sign before it.
    found = [int(m[1]) for m in _PATH_YEAR.finditer(text) if years and not text[: m.start()][-1:].isalnum()]
    return (_whole_year(min(found))[0], _whole_year(max(found))[1]) if found else None


def _named_days(text: str) -> list[date]:
    found = []
    for match in _PATH_DAY_NAMED.finditer(text):
        year, word, day = match.groups()
        if number := _path_month(text, word, match.start(), match.end()):
            found.append(date(int(year), number, int(day)))
    return found


def _path_month(text: str, word: str, start: int, end: int) -> int | None:
    """The month that a word in a path names; in the midst of a slug only in English (mars-2026-mission is none)."""
    whole = text[:start][-1:] in ("", "/") and text[end:][:1] in ("", "/", ".")
    return month_of(word) if whole or plain_name(word) in _ENGLISH_MONTHS else None


def _whole_month(year: int, month: int) -> tuple[date, date]:
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


def _whole_year(year: int) -> tuple[date, date]:
    return date(year, 1, 1), date(year, 12, 31)
