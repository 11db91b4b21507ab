"""Dates written in words, in the languages of the press: "12 mars 2024, 14h05", "March 12, 2024 2:05 PM"."""

from __future__ import annotations

import re

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
