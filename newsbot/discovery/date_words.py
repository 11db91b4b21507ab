"""The words of dates: month names, zone names and the words for the afternoon, in many languages."""

from __future__ import annotations

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
