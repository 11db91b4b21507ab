"""``python -m newsbot.web``: write date_names.json anew from CLDR, by Babel (of the test extra; no run loads it).

Babel takes 0.06 s of CPU to import and 0.2 s to load the locales of the bundled outlets, in every worker; the
file takes half a millisecond.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from datetime import time
from typing import Any

from babel import Locale
from babel.dates import get_period_id

from newsbot.web.dates import NAMES_FILE, plain_name

LANGUAGES = (
    # The languages that the bundled outlets publish in, by number of outlets: the first to use a name has it.
    "de", "en", "es", "ja", "fr", "it", "no", "tr", "nl", "zh", "hi", "ko", "sv", "sw", "cs", "da", "kl", "id", "he",
    "is", "ar", "lt", "ms", "pl", "pt", "ru", "uk", "vi",
    # Other names in the same languages: Jänner, Sept, el 3 de set., the Arab east and west, Taiwan's clock.
    "de_AT", "en_GB", "en_AU", "es_MX", "pt_PT", "fr_CA", "ar_LB", "ar_DZ", "ar_MA", "zh_Hant",
    # Their neighbours', for sources of the user's own.
    "el", "fi", "hu", "ro", "sk", "hr", "sr", "sr_Latn", "bg", "mk", "bs", "sl", "sq", "be", "et", "lv", "ca",
    "gl", "ga", "hy", "ka", "az", "kk", "fa", "ur", "bn", "gu", "pa", "mr", "ne", "ta", "te", "kn", "ml", "si", "th",
    "fil", "af",
)  # fmt: skip
HALVES_OF_THE_DAY = ("ja",)
"""Languages that write the half of the day, though CLDR's clock of theirs has 24 hours."""

# Names that CLDR lacks and pages write: German without its letters, Austria's, the old spelling of Spanish and
# Indonesian, longer and shorter abbreviations, the Serbian genitive, WordPress's three letters in Russian and Ukrainian
# and its words in Vietnamese, Arabic without articles and the Egyptian spelling, Hindi and Bengali spellings of before.
MORE_MONTHS = {
    1: ["jaenner", "genn", "jänn", "tammik", "stycz", "tháng một", "tháng giêng", "كانون ثاني", "জানুয়ারি"],
    2: ["feber", "febb", "pebruari", "helmik", "tháng hai", "फेब्रुअरी", "ফেব্রুয়ারি"],
    3: ["mrz", "maerz", "maalisk", "tháng ba"],
    4: ["huhtik", "kwiec", "кві", "tháng tư", "अप्रै"],
    5: ["toukok", "тра", "tháng năm"],
    6: ["kesäk", "giugn", "czerw", "чер", "tháng sáu", "يونيه"],
    7: ["heinäk", "lugl", "tháng bảy", "يوليه"],
    8: ["avgusta", "aoû", "elok", "agt", "ags", "sierp", "сер", "tháng tám", "اغشت"],
    9: ["setiembre", "sett", "syysk", "wrzes", "сен", "tháng chín", "सितम्बर"],
    10: ["lokak", "paźdz", "жов", "tháng mười", "تشرين اول", "अक्तूबर"],
    11: ["nopember", "marrask", "listop", "ноя", "tháng mười một", "تشرين ثاني", "नवम्बर"],
    12: ["jouluk", "grudz", "гру", "tháng mười hai", "tháng chạp", "كانون اول", "दिसम्बर"],
}

_OF = re.compile(r"^d(?:e\s|['’])")  # CLDR's Catalan months carry their preposition
_ONE_WORD = re.compile(r"[^\s\d]{2,}|[^\W\d_a-z]")


def date_names() -> dict[str, Any]:
    """Return what date_names.json holds: the names of months, weekdays and halves of the day, folded.

    months has a list a month; elsewhere the names that mean another month in some language, with its code. Of the
    halves of the day only those stand here that lie on one side of noon; in clocks are, by language, words that mean
    other things in others, with whether they are after noon.
    """
    months = {plain_name(name): number for number, names in MORE_MONTHS.items() for name in names}
    elsewhere: dict[str, dict[str, int]] = defaultdict(dict)
    weekdays: set[str] = set()
    halves: dict[str, set[bool]] = defaultdict(set)
    clocks: dict[str, dict[str, bool]] = {}
    for code in LANGUAGES:
        locale = Locale.parse(code)
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in locale.months[context][width].items():
                    name = _OF.sub("", plain_name(name))
                    if name[0].isdigit():  # 11月
                        continue
                    if months.setdefault(name, number) != number:
                        elsewhere[locale.language][name] = number
                weekdays.update(word for name in locale.days[context][width].values() for word in _words(name))
        clock = re.sub("'[^']*'", "", locale.time_formats["short"].pattern)
        if code in HALVES_OF_THE_DAY or re.search("[abB]", clock):
            for name, late in _halves(locale):
                halves[name].add(late)
        clocks.setdefault(locale.language, {}).update(_clock(locale))
    late_names = {True: set[str](), False: set[str]()}
    for name, sides in halves.items():
        if len(sides) == 1 and _ONE_WORD.fullmatch(name):
            late_names[sides.pop()].add(name)
    for names in clocks.values():
        for name, late in names.items():
            if not name.isascii():
                late_names[late].add(name)
    known = late_names[True] | late_names[False]
    clocks = {code: {name: late for name, late in names.items() if name not in known} for code, names in clocks.items()}
    return {
        "languages": sorted({Locale.parse(code).language for code in LANGUAGES} - {"nb"} | {"no"}),
        "months": [sorted(name for name, number in months.items() if number == month) for month in range(1, 13)],
        "elsewhere": {code: dict(sorted(names.items())) for code, names in sorted(elsewhere.items())},
        "weekdays": sorted(weekdays),
        "forenoon": sorted(late_names[False]),
        "afternoon": sorted(late_names[True]),
        "clocks": {code: dict(sorted(names.items())) for code, names in sorted(clocks.items()) if names},
    }


def _words(name: str) -> list[str]:
    """Part a weekday's name; not into single letters and figures, which say other things."""
    return [word for part in re.split(r"[\s-]+", name) if not re.fullmatch("[a-z]?|\\d+", word := plain_name(part))]


def _clock(locale: Locale) -> dict[str, bool]:
    """Map what a clock of twelve hours has beside its figures, to whether it is after noon: SA and CH in Vietnamese."""
    widths = [width for widths in locale.day_periods.values() for width in widths.values()]
    return {
        name: key == "pm"
        for width in widths
        for key in ("am", "pm")
        if len(name := plain_name(width.get(key, "")).replace(".", "")) > 1 and _ONE_WORD.fullmatch(name)
    }


def _halves(locale: Locale) -> list[tuple[str, bool]]:
    """Pair the names of the parts of a day with whether they lie after noon; without those that lie on both sides."""
    hours = {"am": {False}, "pm": {True}}
    for minute in range(0, 24 * 60, 30):
        part = get_period_id(time(minute // 60, minute % 60), locale=locale)
        hours.setdefault(part, set()).add(minute >= 12 * 60)
    return [
        (plain_name(name), late)
        for widths in locale.day_periods.values()
        for width in ("wide", "abbreviated")
        for part, name in widths.get(width, {}).items()
        for late in hours.get(part, ())
        # Latin words of the day stand in names too: 10:00 Evening Standard.
        if len(hours[part]) == 1 and (part in ("am", "pm") or not plain_name(name).isascii())
    ]


def written(names: dict[str, Any]) -> str:
    """Lay the names out for people who read the changes: a line a list."""
    months = ",\n  ".join(json.dumps(row, ensure_ascii=False) for row in names["months"])
    rest = [f' "{key}": {json.dumps(value, ensure_ascii=False)}' for key, value in names.items() if key != "months"]
    return "{\n" + ",\n".join([f' "months": [\n  {months}\n ]', *rest]) + "\n}\n"


if __name__ == "__main__":
    NAMES_FILE.write_text(written(date_names()), encoding="utf-8")
