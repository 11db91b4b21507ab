"""JSON-LD as sites write it: what extraction reads of it, discovery reads too."""

from __future__ import annotations

import json

import pytest

from newsbot.discovery import article_links, site_facts
from newsbot.extraction import extract_article

BASE = "https://zeitung.example"
ENTRY = {"@type": "ListItem", "url": f"{BASE}/lokales/bruecke-4711", "name": "Brücke wird im Mai geöffnet"}
LIST = {"@context": "https://schema.org", "@type": "ItemList", "itemListElement": [ENTRY]}
STORY = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": "Brücke wird im Mai geöffnet",
         "datePublished": "2026-04-13T10:00:00+02:00", "url": f"{BASE}/lokales/bruecke-4711"}  # fmt: skip
SITE = {"@context": "https://schema.org", "@type": "WebSite", "name": "Zeitung", "url": BASE}

BROKEN = {
    "as it should be": "{json}",
    "trailing commas": "[{json},]",
    "comma before the end": "{open},\n  }}",
    "line comment": "// written by our CMS, see https://cms.example/docs\n{json}",
    "comment behind": "{json} // the end",
    "block comment": "/* {{ */ {json} /* }} */",
    "comma and comment": "{open}, // no more\n }}",
    "CDATA": "//<![CDATA[\n{json}\n//]]>",
    "CDATA in comments": "/*<![CDATA[*/ {json} /*]]>*/",
    "HTML comment": "<!--\n{json}\n-->",
    "mark and semicolon": "\ufeff{json};",
    "another object before": '{{"@type": "Thing", "name": "/* none */ // none,}}"}}\n{json}',
    "another object behind": '{json}, {{"@type": "Thing"}}',
    "rubbish behind": "{json} window.done = true",
}


def script(form: str, data: dict[str, object]) -> str:
    """Return a script with an object in one of the forms above."""
    text = json.dumps(data, ensure_ascii=False, indent=1)
    return f'<script type="application/LD+json">{form.format(json=text, open=text[:-2])}</script>'


@pytest.mark.parametrize("form", BROKEN.values(), ids=BROKEN)
def test_what_is_commonly_broken_is_read_in_listings_on_home_pages_and_in_articles(form: str) -> None:
    page = f'<html><head><meta charset="utf-8"></head><body>{script(form, LIST)}<div id="app"></div>'.encode()
    (found,) = article_links(page, f"{BASE}/")
    assert (found.url, found.title) == (ENTRY["url"], ENTRY["name"])
    assert site_facts(f"<title>Start</title>{script(form, SITE)}".encode(), f"{BASE}/").name == "Zeitung"
    text = "".join(
        f"<p>Absatz {n} sagt, was an der Brücke {n} Tage lang gebaut und geprüft wurde.</p>" for n in range(9)
    )
    article = extract_article(f"<title>x</title>{script(form, STORY)}<article>{text}</article>".encode(), ENTRY["url"])
    assert (article.title, article.origins["title"]) == (STORY["headline"], "json-ld")
    assert article.published == "2026-04-13T10:00:00+02:00"


def test_line_breaks_tabs_and_entities_in_strings_are_no_fault() -> None:
    raw = (
        f'{{"@type": "ItemList", "itemListElement": [{{"@type": "ListItem", "url": "{BASE}/lokales/bruecke-4711",'
        '"name": "Brücke &amp; Steg:\n\twie es\x0b weitergeht\x07"}]}'
    )
    for body in (raw, raw.replace('"', "&quot;")):
        page = f'<meta charset="utf-8"><script type="application/ld+json">{body}</script>'.encode()
        (found,) = article_links(page, f"{BASE}/")
        assert found.title is not None
        assert found.title.startswith("Brücke & Steg: wie es")


def test_objects_of_one_script_are_all_read() -> None:
    listed = [
        {**ENTRY, "url": f"{BASE}/lokales/nachricht-{n}", "name": f"Was am Tag {n} geschah"} for n in (11, 22, 33)
    ]
    body = "\n".join(json.dumps({**LIST, "itemListElement": [entry]}) for entry in listed)
    page = f'<script type="application/ld+json">{body}</script>'.encode()
    assert [link.url for link in article_links(page, f"{BASE}/")] == [entry["url"] for entry in listed]


@pytest.mark.parametrize("body", ["", "null", "{broken", "[" * 50_000, "/*" * 200_000, '{"@type": ' * 20_000, "//" * 9])
def test_what_cannot_be_mended_is_left_out(body: str) -> None:
    page = (
        f'<script type="application/ld+json">{body}</script><h2><a href="/a-long-headline-9">A long headline stays</a>'
    )
    assert [link.url for link in article_links(page.encode(), f"{BASE}/")] == [f"{BASE}/a-long-headline-9"]
