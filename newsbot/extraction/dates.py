"""Read a timestamp as the page wrote it: its instant, its own offset where it states one, its precision."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

# Dates written in words, in the languages of the press: "12 mars 2024, 14h05", "March 12, 2024 2:05 PM".

_NAMES = """
jan january januar janvier janv enero ene gennaio gen janeiro januari janeiro styczeń stycznia
    января январь січня ocak leden ledna tammikuu tammikuuta ianuarie január januára januára
    ιανουαρίου يناير جانفي ינואר जनवरी มกราคม ม.ค. জানুয়ারি જાન્યુઆરી ژانویه siječnja januara
    јануар ;
feb february februar février févr fév febrero febbraio fevereiro fev februari luty lutego февраля
    февраль лютого şubat únor února helmikuu helmikuuta februarie február februára φεβρουαρίου
    فبراير فيفري פברואר फरवरी กุมภาพันธ์ ก.พ. ফেব্রুয়ারি فوریه veljače februara фебруар ;
mar march märz mrz maerz mars marzo março maart marzec marca марта март березня mart březen března
    maaliskuu maaliskuuta martie március marec μαρτίου مارس מרץ मार्च มีนาคม มี.ค. মার্চ ožujka
    marts ;
apr april avril avr abril abr aprile kwiecień kwietnia апреля апрель квітня nisan duben dubna
    huhtikuu huhtikuuta aprilie április apríl apríla απριλίου أبريل ابريل أفريل אפריל अप्रैल เมษายน
    เม.ย. এপ্রিল آوریل travnja aprila април ;
may mai mayo maggio mag maio mei maj maja мая май травня mayıs květen května toukokuu toukokuuta
    május máj mája μαΐου مايو ماي מאי मई พฤษภาคม พ.ค. মে مه svibnja maj мај ;
jun june juni juin junio giugno giu junho czerwiec czerwca июня июнь червня haziran červen června
    kesäkuu kesäkuuta iunie június jún júna ιουνίου يونيو جوان יוני जून มิถุนายน มิ.ย. জুন ژوئن
    lipnja juna јун ;
jul july juli juillet juil julio luglio lug julho lipiec lipca июля июль липня temmuz červenec
    července heinäkuu heinäkuuta iulie július júl júla ιουλίου يوليو جويلية יולי जुलाई กรกฎาคม ก.ค.
    জুলাই ژوئیه srpnja jula јул ;
aug august août aout agosto ago augustus augusti sierpień sierpnia августа август серпня ağustos
    srpen srpna elokuu elokuuta augusztus augusta αυγούστου أغسطس اغسطس أوت אוגוסט अगस्त สิงหาคม
    ส.ค. আগস্ট اوت kolovoza avgusta август ;
sep sept september septembre septiembre settembre set setembro wrzesień września сентября сентябрь
    вересня eylül září syyskuu syyskuuta septembrie szeptember septembra σεπτεμβρίου سبتمبر ספטמבר
    सितंबर सितम्बर กันยายน ก.ย. সেপ্টেম্বর سپتامبر rujna septembra септембар ;
oct october oktober okt octobre octubre ottobre ott outubro out październik października октября
    октябрь жовтня ekim říjen října lokakuu lokakuuta octombrie október októbra οκτωβρίου أكتوبر
    اكتوبر אוקטובר अक्टूबर ตุลาคม ต.ค. অক্টোবর اکتبر oktobra октобар ;
nov november novembre noviembre novembro listopad listopada ноября ноябрь листопада kasım listopadu
    marraskuu marraskuuta noiembrie novembra νοεμβρίου نوفمبر נובמבר नवंबर नवम्बर พฤศจิกายน พ.ย.
    নভেম্বর نوامبر studenoga новембар ;
dec december dezember dez décembre déc diciembre dic dicembre dezembro grudzień grudnia декабря
    декабрь грудня aralık prosinec prosince joulukuu joulukuuta decembrie decembra δεκεμβρίου ديسمبر
    דצמבר दिसंबर दिसम्बर ธันวาคม ธ.ค. ডিসেম্বর دسامبر prosinca децембар ;
"""
MONTHS: dict[str, int] = {}
for _number, _line in enumerate(_NAMES.split(";")[:12], 1):
    for _name in _line.split():
        MONTHS.setdefault(_name.casefold().rstrip("."), _number)

_MONTH = "|".join(sorted((re.escape(name) for name in MONTHS), key=len, reverse=True))
_CLOCK = (
    r"(?:\D{1,16}?(?P<hour>\d{1,2})\s?[:.h]\s?(?P<minute>\d{2})(?::(?P<second>\d{2}))?\s*(?P<half>[ap]\.?m\.?)?\s*"
    r"(?P<zone>UTC|GMT|[ECMP][SD]T|CES?T|MES?Z|BST|[+-]\d{2}:?\d{2})?)?"
)
DAY_MONTH = re.compile(
    r"(?<!\d)(?P<day>\d{1,2})(?:st|nd|rd|th|er|\.|º)?\s*(?:de\s+|of\s+|ב|-)?\s*"
    rf"(?P<month>{_MONTH})\b\.?,?\s*(?:de\s+|del\s+)?,?-?\s*(?P<year>\d{{4}})(?!\d){_CLOCK}",
    re.IGNORECASE,
)
MONTH_DAY = re.compile(
    rf"(?<!\w)(?P<month>{_MONTH})\b\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})(?!\d){_CLOCK}",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\d{4}")  # spares most lines the search through hundreds of names
_BUDDHIST = 543


def read_words(text: str) -> dict[str, str | None] | None:
    """Return the parts of the first date in words, or None.

    >>> read_words("Publié le 12 mars 2024 à 14h05")["month"], read_words("March 12, 2024 2:05 PM")["hour"]
    ('3', '14')
    >>> read_words("12 มีนาคม 2567")["year"], read_words("May 2024")
    ('2024', None)
    """
    if not _YEAR.search(text):
        return None
    found = min(
        (m for m in (DAY_MONTH.search(text), MONTH_DAY.search(text)) if m), key=lambda m: m.start(), default=None
    )
    if found is None:
        return None
    parts = found.groupdict()
    parts["month"] = str(MONTHS[str(parts["month"]).casefold().rstrip(".")])
    if int(parts["year"] or 0) > 2400:
        parts["year"] = str(int(parts["year"] or 0) - _BUDDHIST)
    half = (parts.pop("half") or "").lower().replace(".", "")
    if half and parts["hour"]:
        parts["hour"] = str(int(parts["hour"]) % 12 + (12 if half == "pm" else 0))
    return parts


_ISO = re.compile(
    r"""^\s*(?P<year>\d{4})[-/.]?(?P<month>\d{2})[-/.]?(?P<day>\d{2})
        (?:(?:[T\s]|\s*at\s*|,\s*)\s*(?P<hour>\d{1,2}):?(?P<minute>\d{2})(?::?(?P<second>\d{2})(?:[.,:]\d+)?)?
        \s*(?P<zone>Z|UTC|GMT|[+-]\d{1,2}:?\d{2}|[+-]\d{2}|[A-Z]{2,5}\b)?)?""",
    re.VERBOSE | re.IGNORECASE,
)
_CJK = re.compile(
    r"(?P<year>\d{4})\s*[年년]\s*(?P<month>\d{1,2})\s*[月월]\s*(?P<day>\d{1,2})\s*[日일]?"
    r"(?:\D{0,8}?(?P<hour>\d{1,2})\s*[:時时시]\s*(?P<minute>\d{1,2})(?:\s*[:分분]\s*(?P<second>\d{2}))?)?"
)
_DAY_FIRST = re.compile(
    r"(?<!\d)(?P<day>\d{1,2})\s*[./-]\s*(?P<month>\d{1,2})\s*[./-]\s*(?P<year>\d{4})"
    r"(?:\D{1,12}?(?P<hour>\d{1,2})[:.h](?P<minute>\d{2})(?::(?P<second>\d{2}))?)?(?!\d)"
)
_RFC_2822 = re.compile(
    r"(?:[A-Za-z]{3},\s*)?\d{1,2}\s+[A-Za-z]{3}\s+\d{4}\s+\d{1,2}:\d{2}(?::\d{2})?\s*(?:[+-]\d{4}|[A-Z]{1,4})\s*$"
)
_EPOCH = re.compile(r"^\s*(\d{10}|\d{13})\s*$")
_ZONES = {
    "z": 0, "utc": 0, "gmt": 0, "est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420, "mdt": -360,
    "pst": -480, "pdt": -420, "cet": 60, "cest": 120, "mez": 60, "mesz": 120, "bst": 60, "wib": 420, "jst": 540,
    "kst": 540, "aest": 600, "aedt": 660, "eet": 120, "eest": 180, "msk": 180,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time as a page states it."""

    when: datetime
    """Without tzinfo where the page states no offset."""
    precision: str
    """second, minute or day (items.PRECISIONS)."""

    def isoformat(self) -> str:
        """Write it as RFC 3339 does; only the day, or no offset, where the page says no more."""
        if self.precision == "day":
            return self.when.date().isoformat()
        return self.when.isoformat(timespec="seconds")

    def in_future(self, now: datetime) -> bool:
        """Whether it lies after now (with five minutes for clocks, or a day's zones where no offset is known)."""
        if self.when.tzinfo is not None and self.precision != "day":
            return self.when > now + timedelta(minutes=5)
        return self.when.replace(tzinfo=UTC) > now + timedelta(hours=14)


def parse_moment(text: str | None) -> Moment | None:
    """Read an ISO 8601, RFC 2822, numeric or epoch timestamp; None for anything else or an absurd year.

    >>> parse_moment("2026-05-21T16:46:45.1+02:00").isoformat(), parse_moment("2026-05-21 16:46").isoformat()
    ('2026-05-21T16:46:45+02:00', '2026-05-21T16:46:00')
    >>> parse_moment("Thu, 21 May 2026 14:46:45 GMT").isoformat(), parse_moment("20260521").isoformat()
    ('2026-05-21T14:46:45+00:00', '2026-05-21')
    >>> parse_moment("1750680000000").isoformat(), parse_moment("2026年5月3日").isoformat()
    ('2025-06-23T12:00:00+00:00', '2026-05-03')
    >>> parse_moment("0001-01-01T00:00:00Z") is parse_moment("soon") is None
    True
    """
    if not text or len(text) > 300:
        return None
    text = text.translate(_DIGITS).strip()
    if match := _EPOCH.match(text):
        return _checked(datetime.fromtimestamp(int(match[1][:10]), UTC), "second")
    if _RFC_2822.match(text):
        try:
            parsed = parsedate_to_datetime(text)
        except (ValueError, TypeError, IndexError, OverflowError):
            return None
        return _checked(parsed.replace(tzinfo=UTC) if text.endswith("-0000") else parsed, "second")
    match = _ISO.match(text) or _CJK.search(text) or _DAY_FIRST.search(text)
    if match is None:
        words = read_words(text)
        return _from_parts(words) if words else None
    return _from_parts(match.groupdict())


def _from_parts(parts: dict[str, str | None]) -> Moment | None:
    try:
        year, month, day = (int(parts[name] or 0) for name in ("year", "month", "day"))
        if parts.get("hour") is None:
            return _checked(datetime(year, month, day), "day")
        hour, minute, second = (int(parts[name] or 0) for name in ("hour", "minute", "second"))
        extra = timedelta(days=1) if hour == 24 else timedelta()
        when = datetime(year, month, day, hour % 24, minute, min(second, 59), tzinfo=_zone(parts.get("zone")))
        return _checked(when + extra, "second" if parts["second"] is not None else "minute")
    except (ValueError, OverflowError):
        return None


def _zone(text: str | None) -> timezone | None:
    if not text:
        return None
    if text[0] in "+-":
        digits = text[1:].replace(":", "")
        hours, minutes = (int(digits), 0) if len(digits) <= 2 else (int(digits[:-2]), int(digits[-2:]))
        offset = timedelta(hours=hours, minutes=minutes)
        if offset > timedelta(hours=15):
            return None
        return timezone(-offset if text[0] == "-" else offset)
    minutes_east = _ZONES.get(text.lower())
    return None if minutes_east is None else timezone(timedelta(minutes=minutes_east))


def _checked(when: datetime, precision: str) -> Moment | None:
    return Moment(when, precision) if 1971 <= when.year <= 2100 else None


# Arabic-Indic, Persian, Devanagari, Bengali and Thai digits
_DIGITS = {ord(zero) + value: str(value) for zero in "\u0660\u06f0\u0966\u09e6\u0e50" for value in range(10)} | {
    0x2013: "-",
    0xA0: " ",
    0x202F: " ",
}
