"""Dates as feeds and sitemaps write them, read into RFC 3339 with the offset that they state.

RFC 822 and ISO 8601 are what the specifications ask for and take the fast way. Behind them stands a
reader that takes a date apart into words and numbers, and knows month names of some twenty
languages, named zones, Unix times and the Buddhist and Minguo years.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache

# The words of dates: month names, zone names and the words for the afternoon, in many languages.

# One line a month; abbreviations are listed where they are no three-letter Latin prefix of the name.
_MONTH_NAMES = (
    "january jan januar januari janvier janv enero ene gennaio gen janeiro ocak oca styczeń stycznia "
    "sty январь января янв січень січня січ ιανουάριος ιανουαρίου ιαν يناير ינואר जनवरी มกราคม ม.ค "
    "leden ledna led január ianuarie tammikuu tammikuuta siječanj siječnja januára tháng1",
    "february feb februar februari février fevrier févr fevr fév febrero febbraio fevereiro fev şubat "
    "şub luty lutego lut февраль февраля фев февр лютий лютого лют φεβρουάριος φεβρουαρίου φεβ فبراير "
    "פברואר फरवरी กุมภาพันธ์ únor února febbr február helmikuu helmikuuta veljača veljače",
    "march mar mrt maart märz maerz mär mars marzo março marco mart marzec marca март марта мар "
    "березень березня бер μάρτιος μαρτίου μαρ مارس מרץ मार्च มีนาคม březen března marzec martie "
    "maaliskuu maaliskuuta ožujak ožujka",
    "april apr avril avr abril abr aprile nisan nis kwiecień kwietnia kwi апрель апреля апр квітень "
    "квітня кві απρίλιος απριλίου απρ أبريل ابريل אפריל अप्रैल เมษายน duben dubna április aprilie "
    "huhtikuu huhtikuuta travanj travnja",
    "may mai mei mayo maggio mag maio mayıs maj maja май мая травень травня тра μάιος μαΐου μαϊ مايو "
    "מאי मई พฤษภาคม květen května május mája toukokuu toukokuuta svibanj svibnja",
    "june jun juni juin junio giugno giu junho haziran haz czerwiec czerwca cze июнь июня июн червень "
    "червня чер ιούνιος ιουνίου ιουν يونيو יוני जून มิถุนายน červen června június iunie kesäkuu "
    "kesäkuuta lipanj lipnja",
    "july jul juli juillet juil julio luglio lug julho temmuz tem lipiec lipca lip июль июля июл липень "
    "липня лип ιούλιος ιουλίου ιουλ يوليو יולי जुलाई กรกฎาคม červenec července július iulie heinäkuu "
    "heinäkuuta srpanj srpnja",
    "august aug août aout agosto ago agustus augustus ağustos ağu sierpień sierpnia sie август августа "
    "авг серпень серпня сер αύγουστος αυγούστου αυγ أغسطس اغسطس אוגוסט अगस्त สิงหาคม srpen srpna "
    "augusztus elokuu elokuuta kolovoz kolovoza",
    "september sep sept septembre septiembre setiembre settembre set setembro eylül eyl wrzesień "
    "września wrz сентябрь сентября сен сент вересень вересня вер σεπτέμβριος σεπτεμβρίου σεπ سبتمبر "
    "ספטמבר सितंबर กันยายน září szeptember septembrie syyskuu syyskuuta rujan rujna",
    "october oct okt oktober octobre octubre ottobre ott outubro out ekim eki październik października "
    "paź октябрь октября окт жовтень жовтня жов οκτώβριος οκτωβρίου οκτ أكتوبر اكتوبر אוקטובר अक्टूबर "
    "ตุลาคม říjen října október octombrie lokakuu lokakuuta",
    "november nov novembre noviembre novembro kasım kas listopad listopada lis ноябрь ноября ноя нояб "
    "листопад листопада νοέμβριος νοεμβρίου νοε نوفمبر נובמבר नवंबर พฤศจิกายน noiembrie marraskuu "
    "marraskuuta studeni studenoga",
    "december dec dez dezember décembre decembre déc diciembre dic dicembre dezembro desember aralık "
    "ara grudzień grudnia gru декабрь декабря дек грудень грудня гру δεκέμβριος δεκεμβρίου δεκ ديسمبر "
    "דצמבר दिसंबर ธันวาคม prosinec prosince december decembrie joulukuu joulukuuta prosinac prosinca",
)

MONTHS: dict[str, int] = {
    name.casefold(): number for number, names in enumerate(_MONTH_NAMES, 1) for name in names.split()
}

PM_WORDS = frozenset({"pm", "午後", "下午", "오후", "م", "मध्याह्न"})
"""Words that put a clock time under twelve into the afternoon."""

_ZONE_HOURS: dict[str, float] = {
    "Z": 0, "GMT": 0, "UT": 0, "UTC": 0, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "MEZ": 1, "MET": 1,
    "CEST": 2, "MESZ": 2, "MEST": 2, "EET": 2, "EEST": 3, "MSK": 3, "TRT": 3, "SAST": 2, "CAT": 2, "WAT": 1,
    "EAT": 3, "GST": 4, "PKT": 5, "IST": 5.5, "NPT": 5.75, "BDT": 6, "ICT": 7, "WIB": 7, "WITA": 8, "WIT": 9,
    "HKT": 8, "SGT": 8, "MYT": 8, "PHT": 8, "AWST": 8, "JST": 9, "KST": 9, "ACST": 9.5, "AEST": 10, "ACDT": 10.5,
    "AEDT": 11, "NZST": 12, "NZDT": 13, "NST": -3.5, "NDT": -2.5, "AST": -4, "ADT": -3, "EST": -5, "EDT": -4,
    "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8, "HST": -10,
    "BRT": -3, "BRST": -2, "ART": -3, "CLT": -4, "CLST": -3, "COT": -5, "PET": -5, "VET": -4,
}  # fmt: skip

ZONES: dict[str, int] = {name: round(hours * 60) for name, hours in _ZONE_HOURS.items()}
"""Zone name -> minutes east of UTC. RFC 822's names mean what it says (EST is -0500); of names that several
countries use (IST, CST, BST) the one that most feeds mean."""

EARLIEST, LATEST = 1700, 2100
"""Years outside are nonsense: no newspaper is older, and a clock error is more likely than foresight."""

_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?\s?(Z|z|[+-]\d\d(?::?\d\d)?)?)?")
_RFC822 = re.compile(
    r"(?:[A-Za-z]{3,9},?\s+)?(\d{1,2})\s+([A-Za-z]{3,9})\s+(\d{4})\s+(\d{1,2}):(\d\d)(?::(\d\d))?"
    r"(?:\s+([A-Za-z]{1,5}|[+-]\d{4}))?"
)
_OFFSET = re.compile(r"(?:(?:gmt|utc?)\s*)?([+\-\u2212])(\d{1,2})(?::?(\d\d))?(?::?\d\d)?$", re.IGNORECASE)
_CLOCK = re.compile(
    r"(?<!\d)(\d{1,2})\s*[:h時点시.]\s*(\d\d)(?:\s*[:分.]\s*(\d\d)(?:[.,]\d+)?)?(?!\d)\s*([ap]\.?\s?m\b\.?)?",
    re.IGNORECASE,
)
_ZONE_AT_END = re.compile(r"(?:(?:GMT|UTC?)\s*)?[+\-\u2212]\d{1,2}(?::?\d\d)?(?::00)?\s*$", re.IGNORECASE)
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T?(\d\d)(\d\d)(\d\d)?(Z|[+-]\d\d:?\d\d)?)?")
_NUMERIC = re.compile(r"(?<!\d)(\d{1,4})\s*(?:[-/.年년]|tháng)\s*(\d{1,2})\s*[-/.,月월]\s*(\d{1,4})(?!\d)")
_WORD = re.compile(r"[^\W\d_][^\s\d,:/()\-]*")
_NUMBER = re.compile(r"\d+")


def parse_date(text: str | None, *, month_first: bool = False) -> str | None:
    """Return a date as RFC 3339, or None when it says nothing that can be believed.

    The stated offset is kept. A date without a clock time stays a full-date, and a clock time
    without a zone stays without an offset: neither is invented. month_first reads 3/4/2026 as
    4 March, for feeds in American English.

    >>> parse_date("Fri, 20 Nov 2026 10:00:00 EST"), parse_date("2026-11-20T10:00+0200")
    ('2026-11-20T10:00:00-05:00', '2026-11-20T10:00:00+02:00')
    >>> parse_date("20. März 2026, 7.30 Uhr"), parse_date("2026年11月20日")
    ('2026-03-20T07:30:00', '2026-11-20')
    >>> parse_date("0000-00-00 00:00:00"), parse_date("yesterday"), parse_date("1970-01-01T00:00:00Z")
    (None, None, None)
    """
    moment = parse_moment(text, month_first=month_first)
    return moment.isoformat() if moment is not None else None


def parse_moment(text: str | None, *, month_first: bool = False) -> datetime | date | None:
    """Read a date as parse_date does, into a datetime or (with no clock time) a date."""
    text = (text or "").strip()
    if not text or len(text) > 120:
        return None
    try:
        moment = _read(text, month_first)
    except (ValueError, OverflowError):
        return None
    if moment is None or not EARLIEST <= moment.year <= LATEST:
        return None
    # Time zero of Unix and its zone shifts are what an unset field prints as.
    epoch_day = moment.year == 1970 and moment.timetuple().tm_yday == 1
    return None if epoch_day or (moment.year, moment.month, moment.day) == (1969, 12, 31) else moment


def as_instant(text: str | None) -> datetime | None:
    """Return an RFC 3339 text as a point in time to compare by; UTC where it states no offset.

    >>> as_instant("2026-11-20T10:00:00+02:00") == as_instant("2026-11-20T08:00:00")
    True
    """
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _read(text: str, month_first: bool) -> datetime | date | None:
    iso = _ISO.fullmatch(text)
    if iso:
        year, month, day, hour, minute, second, zone = iso.groups()
        return _moment(year, month, day, hour, minute, second, zone)
    rfc = _RFC822.fullmatch(text)
    if rfc:
        day, name, year, hour, minute, second, zone = rfc.groups()
        month_number = MONTHS.get(name.lower()) or MONTHS.get(name[:3].lower())
        if month_number and (zone is None or _zone(zone) is not None):
            return _moment(year, month_number, day, hour, minute, second, zone)
    return _read_loosely(text, month_first)


def _moment(
    year: str | int,
    month: str | int,
    day: str | int,
    hour: str | int | None,
    minute: str | int | None,
    second: str | int | None,
    zone: str | None,
) -> datetime | date:
    calendar_day = date(_common_era(int(year)), int(month), int(day))
    if hour is None:
        return calendar_day
    clock = timedelta(hours=int(hour), minutes=int(minute or 0), seconds=min(int(second or 0), 59))
    if clock > timedelta(hours=24):
        raise ValueError("no such time of day")
    return datetime.combine(calendar_day, time(), tzinfo=_zone(zone) if zone else None) + clock


@lru_cache(maxsize=256)
def _zone(name: str) -> tzinfo | None:
    """The offset a zone name or number stands for; None for names that mean nothing here."""
    offset = _OFFSET.fullmatch(name.strip())
    if offset:
        sign = 1 if offset[1] == "+" else -1
        hours, minutes = int(offset[2]), int(offset[3] or 0)
        if hours > 14 or minutes > 59:
            return None
        return timezone(sign * timedelta(hours=hours, minutes=minutes)) if hours or minutes else UTC
    known = ZONES.get(name.strip().upper())
    return None if known is None else (timezone(timedelta(minutes=known)) if known else UTC)


def _read_loosely(text: str, month_first: bool) -> datetime | date | None:
    text = "".join(str(unicodedata.decimal(c, c)) if not c.isascii() else c for c in text)
    text = unicodedata.normalize("NFKC", text).strip()
    if text.replace(".", "", 1).lstrip("-").isdigit():
        return _read_number(text)
    compact = _COMPACT.fullmatch(text)
    if compact:
        return _moment(*compact.groups())
    text = re.sub(r"\([^)]*\)\s*$", "", text).strip()
    if re.match(r"-?0{1,4}\d?-\d\d-\d\d", text):
        return None

    zone = None
    numbered = _ZONE_AT_END.search(text)
    if numbered and _has_clock(text[: numbered.start()]):
        zone, text = numbered[0].strip(), text[: numbered.start()]
    numeric = _NUMERIC.search(text)
    rest = text[: numeric.start()] + " " + text[numeric.end() :] if numeric else text
    clock = _CLOCK.search(rest)
    hour: int | None = None
    minute = second = 0
    if clock:
        hour, minute, second = int(clock[1]), int(clock[2]), int(clock[3] or 0)
        rest = rest[: clock.start()] + " " + rest[clock.end() :]
    words = [word.rstrip(".").casefold() for word in _WORD.findall(rest)]
    if hour is not None:
        half = (clock[4] or "").lower().replace(".", "").strip() if clock else ""
        if (half.startswith("p") or not PM_WORDS.isdisjoint(words)) and hour < 12:
            hour += 12
        elif half.startswith("a") and hour == 12:
            hour = 0
    if zone is None:
        zone = next((word for word in words if word.upper() in ZONES and word not in MONTHS), None)
    parts = _numeric_day(numeric, month_first) if numeric else _named_day(words, rest)
    return _moment(*parts, hour, minute, second, zone) if parts else None


def _has_clock(text: str) -> bool:
    return _CLOCK.search(text) is not None


def _read_number(text: str) -> datetime | None:
    """Unix time in seconds, milliseconds or microseconds."""
    value = float(text)
    for scale in (1, 1_000, 1_000_000):
        if 100_000_000 <= value / scale < 4_200_000_000:
            return datetime.fromtimestamp(int(value / scale), tz=UTC)
    return _moment(text[:4], text[4:6], text[6:8], None, None, None, None) if len(text) == 8 else None  # type: ignore[return-value]


def _numeric_day(match: re.Match[str], month_first: bool) -> tuple[int, int, int] | None:
    first, second, third = int(match[1]), int(match[2]), int(match[3])
    if len(match[1]) >= 3 or first > 31:
        return first, second, third
    if second > 12 or (month_first and first <= 12):
        first, second = second, first
    return _full_year(third, len(match[3])), second, first


def _named_day(words: list[str], rest: str) -> tuple[int, int, int] | None:
    month = next((MONTHS[word] for word in words if word in MONTHS), None) or next(
        (MONTHS[word[:3]] for word in words if word.isascii() and len(word) > 2 and word[:3] in MONTHS), None
    )
    numbers = _NUMBER.findall(rest)
    if month is None or len(numbers) < 2:
        return None
    year = next((n for n in numbers if len(n) == 4), None)
    if year is None:
        day, year = numbers[0], numbers[1]
    else:
        day = next(n for n in numbers if n is not year)
    return _full_year(int(year), len(year)), month, int(day)


def _full_year(year: int, digits: int) -> int:
    if digits > 2:
        return year
    return year + (2000 if year < 70 else 1900)


def _common_era(year: int) -> int:
    if 2400 <= year < 2700:  # Buddhist era, Thailand
        return year - 543
    if 100 <= year < 200:  # Minguo, Taiwan
        return year + 1911
    return year
