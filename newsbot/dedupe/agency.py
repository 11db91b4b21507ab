"""Whose copy is it? The news agency that bylines and credit lines name."""

from __future__ import annotations

import re
from collections.abc import Iterable

_AGENCIES: dict[str, tuple[str, ...]] = {
    "AAP": ("AAP", "Australian Associated Press"),
    "AFP": ("AFP", "Agence France-Presse", "Agence France Presse"),
    "Anadolu": ("AA", "Anadolu", "Anadolu Agency", "Anadolu Ajansı"),
    "ANI": ("ANI", "Asian News International"),
    "ANP": ("ANP",),
    "ANSA": ("ANSA",),
    "Antara": ("Antara", "Antara News"),
    "AP": ("AP", "The Associated Press", "Associated Press"),
    "APA": ("APA", "Austria Presse Agentur"),
    "Belga": ("Belga",),
    "Bernama": ("Bernama",),
    "Bloomberg": ("Bloomberg", "Bloomberg News"),
    "BTA": ("BTA",),
    "The Canadian Press": ("The Canadian Press", "Canadian Press"),
    "ČTK": ("ČTK", "CTK"),
    "dpa": ("dpa", "Deutsche Presse-Agentur"),
    "EFE": ("EFE", "Agencia EFE"),
    "Europa Press": ("Europa Press",),
    "IANS": ("IANS",),
    "Interfax": ("Interfax", "Интерфакс"),
    "Jiji": ("Jiji", "Jiji Press", "時事通信"),
    "Keystone-SDA": ("SDA", "Keystone-SDA", "ATS"),
    "Kyodo": ("Kyodo", "Kyodo News", "共同通信"),
    "Lusa": ("Lusa", "Agência Lusa"),
    "MTI": ("MTI",),
    "NAN": ("NAN", "News Agency of Nigeria"),
    "NTB": ("NTB",),
    "PA Media": ("PA", "PA Media", "Press Association"),
    "PAP": ("PAP",),
    "PTI": ("PTI", "Press Trust of India"),
    "Reuters": ("Reuters", "Рейтер", "رويترز"),
    "RIA Novosti": ("RIA Novosti", "РИА Новости"),
    "Ritzau": ("Ritzau",),
    "SID": ("SID",),
    "STT": ("STT",),
    "TASR": ("TASR",),
    "TASS": ("TASS", "ТАСС"),
    "TT": ("TT", "TT-AFP", "TT-Reuters"),
    "Ukrinform": ("Ukrinform", "Укрінформ"),
    "UPI": ("UPI",),
    "Xinhua": ("Xinhua", "新华社", "新華社"),
    "Yonhap": ("Yonhap", "연합뉴스"),
}
_SITES: dict[str, tuple[str, ...]] = {
    "AAP": ("aap.com.au",),
    "AFP": ("afp.com",),
    "Anadolu": ("aa.com.tr",),
    "ANI": ("aninews.in",),
    "ANP": ("anp.nl",),
    "ANSA": ("ansa.it",),
    "Antara": ("antaranews.com",),
    "AP": ("apnews.com", "ap.org"),
    "APA": ("apa.at",),
    "Belga": ("belga.be", "belganewsagency.eu"),
    "Bernama": ("bernama.com",),
    "Bloomberg": ("bloomberg.com",),
    "BTA": ("bta.bg",),
    "The Canadian Press": ("thecanadianpress.com",),
    "ČTK": ("ctk.cz", "ceskenoviny.cz"),
    "dpa": ("dpa.com",),
    "EFE": ("efe.com",),
    "Europa Press": ("europapress.es",),
    "IANS": ("ians.in",),
    "Interfax": ("interfax.ru", "interfax.com"),
    "Jiji": ("jiji.com",),
    "Keystone-SDA": ("keystone-sda.ch",),
    "Kyodo": ("kyodonews.net", "kyodonews.jp", "kyodo.co.jp"),
    "Lusa": ("lusa.pt",),
    "MTI": ("mti.hu",),
    "NAN": ("nannews.ng",),
    "NTB": ("ntb.no",),
    "PA Media": ("pa.media",),
    "PAP": ("pap.pl",),
    "PTI": ("ptinews.com",),
    "Reuters": ("reuters.com",),
    "RIA Novosti": ("ria.ru",),
    "Ritzau": ("ritzau.dk", "ritzau.com"),
    "SID": ("sid.de",),
    "STT": ("stt.fi",),
    "TASR": ("tasr.sk", "teraz.sk"),
    "TASS": ("tass.com", "tass.ru"),
    "TT": ("tt.se",),
    "Ukrinform": ("ukrinform.net", "ukrinform.ua"),
    "UPI": ("upi.com",),
    "Xinhua": ("xinhuanet.com", "news.cn"),
    "Yonhap": ("yna.co.kr",),
}
_BY_NAME = {name: agency for agency, names in _AGENCIES.items() for name in names}
_BY_FOLDED = {name.casefold(): agency for name, agency in _BY_NAME.items()}
_NAME = "|".join(sorted(map(re.escape, _BY_NAME), key=len, reverse=True))
DATELINE, CREDIT = 120, 160
"""Characters of the first paragraph that may hold a dateline, and of a last line that may be a credit."""
BYLINE = 1_000
"""Characters of an author's name that are looked at."""
CREDITED = 2
"""Paragraphs at the end whose last line is looked at."""

# PARIS (AFP) – | BERLIN (dpa/lnw) - | (Reuters) - ; Chinese 新华社北京…电, Japanese 【共同通信】
_DATELINE = re.compile(rf"[(\[（【]\s*({_NAME})\b[^)\]）】]{{0,20}}[)\]）】]|^({_NAME})\s?[-–—:,，]\s|^(新华社|新華社)")
# A last line of its own: (AFP) | dpa/abc | Reporting by … – Reuters | Source: Xinhua | © 2026 AFP
_CREDIT = re.compile(rf"(?:^|[(\[（©/–—:：-]\s*(?:\d{{4}}\s+)?)({_NAME})(?:/[\w-]+)*\s*[)\]）.]?$")
_PARTS = re.compile(r"/|,|;|\||\+|&| - | – |\bwith\b|\bund\b|\band\b|\bstaff\b", re.IGNORECASE)


def agency_of(authors: Iterable[str], text: str) -> str | None:
    """Name the agency that an article's byline, dateline or credit line gives; None where none does.

    >>> agency_of(["Reuters"], ""), agency_of(["Ana Silva/AFP"], ""), agency_of(["Ana Silva"], "All well.")
    ('Reuters', 'AFP', None)
    >>> agency_of([], "BERLIN (dpa) - The wall will be raised."), agency_of([], "It rained.\\n\\ndpa/abc")
    ('dpa', 'dpa')
    """
    for author in authors:
        author = " ".join(author[:BYLINE].split())
        for part in [author, *_PARTS.split(author)]:
            if agency := _BY_FOLDED.get(part.strip(" ().").casefold()):
                return agency
    if dateline := _DATELINE.search(text[:DATELINE].partition("\n\n")[0]):
        return _BY_NAME[next(name for name in dateline.groups() if name)]
    for paragraph in reversed(text.rsplit("\n\n", CREDITED)[-CREDITED:]):
        last = paragraph.rpartition("\n")[2].strip()
        if len(last) <= CREDIT and (credit := _CREDIT.search(last)):
            return _BY_NAME[credit[1]]
    return None


def agency_named(name: str) -> str | None:
    """Return the agency that has a name.

    >>> agency_named("Associated Press"), agency_named("The Example")
    ('AP', None)
    """
    return _BY_FOLDED.get(name.strip().casefold())


def is_agencys_site(agency: str, site: str, source: str) -> bool:
    """Whether a site (registrable domain) is an agency's own; so is what the sources file calls by its name.

    >>> is_agencys_site("AP", "apnews.com", "apnews"), is_agencys_site("AP", "ap-news.example", "rival")
    (True, False)
    """
    return site in _SITES.get(agency, ()) or agency_named(source.replace("-", " ").replace("_", " ")) == agency
