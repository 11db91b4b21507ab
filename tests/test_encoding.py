"""One decision on the encoding of feeds, sitemaps, section pages and articles, whoever names it or nobody."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from webencodings.labels import LABELS

from newsbot.discovery import article_links, parse_feed, parse_sitemap
from newsbot.extraction import extract_article
from newsbot.web.encoding import codec_of, to_utf8

URL = "https://bote.example/stadt/neue-bruecke-2026"
# A headline that each encoding can write, by Python's name of what the label is read as.
GERMAN = "Die neue Brücke ist größer und für Fußgänger geöffnet"
CYRILLIC = "Новый мост через реку открыт для пешеходов"
POLISH = "Nowy most już otwarty, przejście możliwe także w nocy"
LATVIAN = "Jaunais tilts pār upi šodien atvērts gājējiem"
GREEK, HEBREW = "Η νέα γέφυρα άνοιξε σήμερα για τους πεζούς", "הגשר החדש נפתח היום להולכי רגל"
ARABIC, JAPANESE = "افتتاح الجسر الجديد اليوم أمام المشاة", "新しい橋が今日開通し、歩いて渡れる"
HEADLINES = {
    **dict.fromkeys(
        ("utf-8", "utf-16-le", "utf-16-be", "cp1251", "cp866", "koi8-r", "mac-cyrillic", "iso8859-5"), CYRILLIC
    ),
    **dict.fromkeys(("cp1252", "mac-roman"), GERMAN),
    **dict.fromkeys(("cp1250", "iso8859-2"), POLISH),
    **dict.fromkeys(("cp1257", "iso8859-4", "iso8859-10", "iso8859-13"), LATVIAN),
    **dict.fromkeys(("cp1253", "iso8859-7"), GREEK),
    **dict.fromkeys(("cp1255", "iso8859-8"), HEBREW),
    **dict.fromkeys(("cp1256", "iso8859-6"), ARABIC),
    **dict.fromkeys(("cp932", "euc_jp", "iso2022_jp"), JAPANESE),
    "cp1254": "Yeni köprü bugün açıldı, yayalar için geniş yol",
    "cp1258": "Cây câu đưa nơi xưa vê bên kia sông",
    "cp874": "สะพานใหม่เปิดให้คนเดินข้ามแล้ววันนี้",
    "koi8-u": "Новий міст через ріку відкрито, є їзда",
    "iso8859-3": "La nova ponto ĉe la ĝardeno estas ŝanĝita ĵaŭde",
    "iso8859-14": "Pont newydd dros y dŵr ger y tŷ ar agor heddiw",
    "iso8859-15": "Le cœur du pont a coûté 5 € par habitant, dit-on",
    "iso8859-16": "Podul nou aduce liniște în oraș și în țară",
    "gb18030": "新的大桥今天向行人开放通行",
    "big5hkscs": "新的大橋今天向行人開放通行",
    "cp949": "새 다리가 오늘 개통되어 걸어서 건널 수 있다",
}
PARTS = {"utf-8": "utf-8", "utf-16le": "utf-16-le", "utf-16be": "utf-16-be"}
KNOWN = {label: codec for label, name in LABELS.items() if (codec := PARTS.get(name) or codec_of(label)) in HEADLINES}


def feed(headline: str, declaration: str) -> str:
    item = f"<item><title>{headline}</title><link>{URL}</link></item>"
    return f"{declaration}<rss><channel><title>Bote</title>{item}</channel></rss>"


def sitemap(headline: str, declaration: str) -> str:
    news = f"<news:news><news:title>{headline}</news:title></news:news>"
    space = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
    return f"{declaration}<urlset {space}><url><loc>{URL}</loc>{news}</url></urlset>"


def section(headline: str, declaration: str) -> str:
    start, meta = ("", declaration) if "<meta" in declaration else (declaration, "")
    return f'{start}<html><head>{meta}</head><body><h2><a href="{URL}">{headline}</a></h2></body></html>'


def article(headline: str, declaration: str) -> str:
    start, meta = ("", declaration) if "<meta" in declaration else (declaration, "")
    text = "".join(f"<p>{headline}. {headline}, {number}. {headline} ({number + 1}).</p>" for number in range(8))
    head = f"{start}<html><head>{meta}<title>{headline}</title></head>"
    return f"{head}<body><article><h1>{headline}</h1>{text}</article></body></html>"


READERS: dict[str, tuple[Callable[[str, str], str], Callable[[bytes, str | None], str | None]]] = {
    "feed": (feed, lambda data, charset: parse_feed(data, URL, charset=charset).candidates[0].title),
    "sitemap": (sitemap, lambda data, charset: parse_sitemap(data, URL, charset=charset).candidates[0].title),
    "section": (section, lambda data, charset: article_links(data, "https://bote.example/", charset=charset)[0].title),
    "article": (article, lambda data, charset: extract_article(data, URL, charset=charset).title),
}


def declarations(reader: str, label: str) -> list[tuple[str, str | None]]:
    """Return what a document and its header may say of its encoding: either, or the header the wrong thing."""
    said = f'<?xml version="1.0" encoding="{label}"?>'
    if reader in ("section", "article"):
        metas = [f'<meta charset="{label}">', f"<META HTTP-EQUIV=Content-Type CONTENT='text/html; charset={label}'>"]
        return [("", label), (said, None), *((meta, None) for meta in metas), (metas[0], "ISO-8859-1")]
    return [("", label), (said, None), (said, "ISO-8859-1")]


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("codec", HEADLINES)
def test_every_label_of_the_web_is_read_alike_everywhere_whoever_says_it(codec: str, reader: str) -> None:
    write, read = READERS[reader]
    for number, label in enumerate(label for label, known in KNOWN.items() if known == codec):
        said = declarations(reader, label)
        for declaration, charset in said if number == 0 else [said[number % len(said)]]:
            data = write(HEADLINES[codec], declaration).encode(codec)
            assert read(data, charset) == HEADLINES[codec], (declaration, charset)


def test_no_label_is_left_out_but_those_that_browsers_refuse() -> None:
    assert {LABELS[label] for label in LABELS.keys() - KNOWN} == {"replacement", "x-user-defined"}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
    "codec", ["cp1251", "koi8-r", "cp1253", "cp1255", "cp1256", "cp874", "gb18030", "euc_jp", "cp949"]
)
@pytest.mark.parametrize("said", [None, "iso-8859-1", "utf-8", "no-such-charset"])
def test_what_nobody_or_somebody_wrongly_names_is_detected(codec: str, reader: str, said: str | None) -> None:
    write, read = READERS[reader]
    data = f"{write(HEADLINES[codec], '')}<!-- {' '.join([HEADLINES[codec]] * 9)} -->".encode(codec)
    assert read(data, said) == HEADLINES[codec]


@pytest.mark.parametrize("codec", ["cp1251", "gb18030", "cp932"])
def test_what_tells_may_stand_far_behind(codec: str) -> None:
    line = f"<p>{HEADLINES[codec]}</p>"
    data = (f"<html><script>{'var a = 1;' * 60_000}</script>{line * 20}<!-- {'x' * 300_000} -->{line}").encode(codec)
    assert to_utf8(data, "iso-8859-1").data.decode().count(HEADLINES[codec]) == 21


@pytest.mark.parametrize(
    ("data", "charset", "text"),
    [
        ("Brücken – größer".encode("cp1252"), "iso-8859-1", "Brücken – größer"),
        ("Brücke".encode(), "iso-8859-1", "Brücke"),
        ("\ufeffčtyři".encode(), "windows-1252", "čtyři"),
        ("most".encode("utf-16"), "utf-8", "most"),
        ("Über die Brücke ".encode() * 9 + b"\x93so\x94 caf\xe9", None, "Über die Brücke " * 9 + "“so” café"),
        ("Über die Brücke ".encode() * 9 + "“so".encode()[:2] + b"...", None, "Über die Brücke " * 9 + "\ufffd..."),
        ("Новый мост ".encode() * 9 + "о".encode()[:1] + b"...", None, "Новый мост " * 9 + "\ufffd..."),
        ("Über die Brücke".encode() + "ü".encode()[:1], None, "Über die Brücke"),
        ("橋".encode("iso2022_jp"), None, "橋"),
        (b"price \x80 5 " + "桥梁今天开放".encode("gbk"), "gbk", "price € 5 桥梁今天开放"),
        (b"", "x-sjis", ""),
    ],
)
def test_marks_bad_bytes_and_cuts(data: bytes, charset: str | None, text: str) -> None:
    assert to_utf8(data, charset).data.decode() == text


def test_a_header_of_a_proxy_and_the_template_of_a_page_may_both_be_wrong_the_plausible_one_counts() -> None:
    polish = HEADLINES["iso8859-2"]
    page = article(polish, '<meta charset="iso-8859-1">').encode("iso-8859-2")
    assert extract_article(page, URL, charset="iso-8859-2").title == polish
    page = article(CYRILLIC, '<meta charset="iso-8859-2">').encode("koi8-r")
    assert extract_article(page, URL, charset="koi8-r").title == CYRILLIC
    page = article(GERMAN, '<meta charset="gb2312">').encode("cp1252")
    assert extract_article(page, URL).title == GERMAN


@pytest.mark.parametrize("declared", ["", ' encoding="utf-8"', ' encoding="iso-8859-1"'])
@pytest.mark.parametrize(
    ("language", "codec", "title"),
    [
        ("pl", "cp1250", "Zamknięcie granic jedynie kwestią czasu"),
        ("cs-CZ", "iso8859_2", "Žluťoučký kůň vyhrál závod"),
        ("hu", "cp1250", "Ettől kitör a frász"),
        ("tr", "cp1254", "Soruşturması: 4 şüpheli tutuklandı"),
        ("ru", "koi8_r", "Новый мост"),
        ("ru", "cp1251", "Мост открыт"),
        ("el", "cp1253", "Νέα γέφυρα στο λιμάνι"),
        ("he", "cp1255", "גשר חדש נפתח בנמל"),
        ("ar", "cp1256", "افتتاح جسر جديد"),
        ("th", "cp874", "เปิดสะพานใหม่"),
        ("ja", "euc_jp", "港の新しい橋が開通"),
        ("zh-TW", "big5", "港口新橋正式通車"),
        ("zh", "gb18030", "港口新桥正式通车"),
        ("ko", "cp949", "항구에 새 다리"),
        ("fr", "cp1252", "Un pont tout neuf au port, c’est fêté"),
        ("ru", "cp1252", "Ein Brückenschlag für Mühlhausen"),
    ],
)
def test_one_headline_is_enough_where_the_document_says_its_language(
    language: str, codec: str, title: str, declared: str
) -> None:
    text = f'<?xml version="1.0"{declared}?><rss><language>{language}</language><title>{title}</title></rss>'
    assert to_utf8(text.encode(codec)).data.decode() == text
    assert to_utf8(text.replace(f"<language>{language}</language>", f"<r lang='{language}'/>").encode(codec)).codec
