"""Article pages of our own, of which the right record is known: stories in 18 languages, laid out as sites do.

A page has parts that a fault can be put into one at a time (head, headline, byline, body, what stands around it);
pages of the newsroom and of tests/pages are taken whole, and only their paragraphs and ends can be changed.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from newsbot.demo.answers import Answers
from newsbot.demo.newsroom import Newsroom
from newsbot.demo.stock import load_stock
from newsbot.demo.stories import write_story

ROOT = Path(__file__).parent.parent
DAY = "2025-11-28"
"""The day on which every made article was published."""
LAYOUTS = ("article", "main", "divs", "named", "table", "tables", "bare")
DATA = ("json-ld", "meta", "none")
"""Where a made page states title, author and day: in data, in meta tags, or only where readers see them."""
PARAGRAPHS = 6
"""Paragraphs of a made article, at most."""
_RIGHT_TO_LEFT = ("ar", "he", "fa")


@dataclass(frozen=True, slots=True)
class Story:
    """What an author handed in."""

    language: str
    site: str
    section: str
    by: str
    author: str
    title: str
    others: tuple[str, ...]
    """Headlines of other stories."""
    paragraphs: tuple[str, ...]


@cache
def stories() -> tuple[Story, ...]:
    """Return one story in each language: those of made_stories.toml, and the newsroom's."""
    told = tomllib.loads((ROOT / "benchmarks" / "made_stories.toml").read_text(encoding="utf-8"))
    made = [
        Story(language, **{key: tuple(value) if isinstance(value, list) else value for key, value in story.items()})
        for language, story in told.items()
    ]
    for outlet in Newsroom().outlets.values():
        language = outlet.spec.language
        if language in {story.language for story in made}:
            continue
        stock, day = load_stock(language), datetime.fromisoformat(DAY)
        written = [write_story(language, ("kinds", number), number, day) for number in range(4)]
        text = [block.text for block in written[0].blocks if block.kind == "paragraph" and block.text[-1] not in ":："]
        given, family = stock.names["female"][0], stock.names["family"][1]
        made.append(
            Story(
                language=language,
                site=outlet.spec.title,
                section=stock.sections[written[0].section],
                by=stock.labels["by"],
                author=f"{family}{given}" if language == "ja" else f"{given} {family}",
                title=written[0].headline,
                others=tuple(story.headline for story in written[1:]),
                paragraphs=tuple(text[:PARAGRAPHS]),
            )
        )
    return tuple(made)


@dataclass(slots=True)
class MadePage:
    """A page, in parts, and its right record. A fault changes parts; render() puts them together."""

    name: str
    url: str
    story: Story
    layout: str = "article"
    data: str = "json-ld"
    text: list[str] = field(default_factory=list)
    """The right text's paragraphs."""
    title: str | None = None
    authors: list[str] | None = None
    days: tuple[str | None, ...] = ()
    """The right days: more than one where both a day and none is right, none where nothing is known."""
    language: str = ""
    """What <html> states."""
    page_title: str = ""
    site_name: str = ""
    jsonld: dict[str, Any] = field(default_factory=dict)
    meta: dict[str, str] = field(default_factory=dict)
    headline: str = ""
    byline: str = ""
    dateline: str = ""
    blocks: list[str] = field(default_factory=list)
    """The HTML of the body's blocks."""
    head: str = ""
    header: str = ""
    before: str = ""
    """HTML between header and article."""
    below: str = ""
    """HTML right below the body, in the article."""
    aside: str = ""
    foot: str = ""
    source: str = ""
    """The HTML of a page that is taken whole."""

    def swap(self, paragraph: str, changed: str) -> None:
        """Put other HTML in the place of a paragraph's."""
        plain = escape(paragraph, quote=False)
        if self.source:
            self.source = self.source.replace(plain, changed, 1)
        else:
            self.blocks = [block.replace(plain, changed, 1) for block in self.blocks]

    def at_end(self, html: str) -> None:
        """Add HTML at the end of <body>."""
        if self.source:
            self.source = self.source.replace("</body>", f"{html}</body>", 1)
        else:
            self.foot += html

    def paragraphs(self) -> list[str]:
        """Return the text's paragraphs that stand in the page word for word, once."""
        if not self.source:
            return list(self.text)
        return [
            one for one in self.text if len(one) > 50 and self.source.count(f">{escape(one, quote=False)}</p>") == 1
        ]

    def render(self) -> bytes:
        """Write the page's HTML."""
        return (self.source or _laid_out(self)).encode()


def made_pages(layouts: tuple[str, ...] = LAYOUTS, data: tuple[str, ...] = DATA) -> Iterator[MadePage]:
    """Give a page for every story, layout and kind of data."""
    for story in stories():
        for layout in layouts:
            for stated in data:
                yield made_page(story, layout, stated)


def made_page(story: Story, layout: str, data: str) -> MadePage:
    """Lay out one story."""
    page = MadePage(
        name=f"{story.language}/{layout}/{data}",
        url=f"https://www.kinds-{story.language}.example/town/ferry-boats.html",
        story=story,
        layout=layout,
        data=data,
        text=list(story.paragraphs),
        title=story.title,
        authors=[story.author],
        days=(DAY,),
        language=story.language,
        page_title=f"{story.title} | {story.site}",
        site_name=story.site,
        headline=f"<h1>{escape(story.title)}</h1>",
        byline=f'<p class="byline">{escape(f"{story.by} {story.author}".strip())}</p>',
        dateline=f'<p><time datetime="{DAY}">{DAY}</time></p>',
        blocks=[f"<p>{escape(one, quote=False)}</p>" for one in story.paragraphs],
    )
    if data == "json-ld":
        page.jsonld = {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": story.title,
            "datePublished": f"{DAY}T10:00:00+00:00",
            "author": {"@type": "Person", "name": story.author},
            "publisher": {"@type": "Organization", "name": story.site},
        }
    elif data == "meta":
        page.meta = {
            "og:type": "article",
            "og:title": story.title,
            "article:published_time": f"{DAY}T10:00:00+00:00",
            "author": story.author,
        }
    return page


def unstated(page: MadePage) -> MadePage:
    """Take every statement of a day from a page; it has none, then."""
    page.dateline = ""
    page.jsonld.pop("datePublished", None)
    page.meta.pop("article:published_time", None)
    page.days = (None,)
    return page


def whole_pages() -> Iterator[MadePage]:
    """Give the pages of the newsroom and of tests/pages that are UTF-8 and have paragraphs as their text has them."""
    newsroom = Newsroom()
    answers, nothing = Answers(newsroom), stories()[0]
    outlets = {outlet.base: outlet for outlet in newsroom.outlets.values()}
    for number, truth in enumerate(newsroom.truth()):
        parts = urlsplit(truth.url)
        body = answers.answer(outlets[f"{parts.scheme}://{parts.netloc}"], parts.path).write()
        page = MadePage(f"newsroom/{truth.source}/{number}", truth.url, nothing, source=body.decode("utf-8", "replace"))
        page.text, page.title, page.authors = truth.text.split("\n\n"), truth.title, truth.authors
        page.days = (truth.published[:10],)
        if "�" not in page.source and "charset=utf-8" in page.source.lower().replace('"', "") and page.paragraphs():
            yield page
    for folder in sorted((ROOT / "tests" / "pages").iterdir()):
        told = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
        body = (folder / "page.html").read_bytes()
        page = MadePage(f"tests/{folder.name}", told["url"], nothing, source=body.decode("utf-8", "replace"))
        page.text, page.title, page.authors = told.get("text", "").split("\n\n"), told.get("title"), told.get("authors")
        if page.text[0] and "�" not in page.source and not told.get("charset") and page.paragraphs():
            yield page


def _laid_out(page: MadePage) -> str:
    story = page.story
    direction = ' dir="rtl"' if page.language in _RIGHT_TO_LEFT else ""
    links = "".join(f'<li><a href="/{number}/">{escape(story.section)} {number}</a></li>' for number in range(1, 7))
    top = page.headline + page.byline + page.dateline
    body = "\n".join(page.blocks) + page.below
    return f"""<!DOCTYPE html>
<html lang="{page.language}"{direction}><head><meta charset="utf-8"><title>{escape(page.page_title)}</title>
{_head(page)}</head><body>
<header class="site-header">{page.header}<a class="logo" href="/"><img src="/logo.svg" alt="{escape(story.site)}"></a>
<nav><ul>{links}</ul></nav></header>
{page.before}{_arranged(page, top, body)}
<footer class="site-footer"><p>© 2019 {escape(story.site)}</p><ul>{links}</ul></footer>{page.foot}
</body></html>"""


def _head(page: MadePage) -> str:
    tags = []
    for name, value in ({"og:site_name": page.site_name} | page.meta).items():
        key = "property" if name.partition(":")[0] in ("og", "article") else "name"
        if value:
            tags.append(f'<meta {key}="{name}" content="{escape(value)}">')
    if page.jsonld:
        data = json.dumps(page.jsonld, ensure_ascii=False).replace("</", "<\\/")
        tags.append(f'<script type="application/ld+json">{data}</script>')
    return "\n".join(tags) + page.head


def _arranged(page: MadePage, top: str, body: str) -> str:
    """Arrange headline, body and what is beside them as the page's layout does."""
    story = page.story
    items = "".join(
        f'<li><a href="/other-{number}.html">{escape(title)}</a></li>' for number, title in enumerate(story.others)
    )
    aside = f"<h3>{escape(story.section)}</h3><ul>{items}</ul>{page.aside}"
    if page.layout == "article":
        return f"<main><article>{top}{body}</article></main><aside>{aside}</aside>"
    if page.layout == "main":
        return f'<main id="main"><div class="wrap">{top}</div><div class="t7">{body}</div></main><div>{aside}</div>'
    if page.layout == "divs":
        column = f'<div class="c3">{top}{body}</div><div class="c4">{aside}</div>'
        return f'<div class="c1"><div class="c2">{column}</div></div>'
    if page.layout == "named":
        column = f'<div class="col-8">{top}<div class="article-body">{body}</div></div><div class="col-4">{aside}</div>'
        return f'<div class="container"><div class="row">{column}</div></div>'
    if page.layout == "table":
        cells = f'<td width="160">{escape(story.site)}</td><td>{top}{body}</td><td width="200">{aside}</td>'
        return f"<table><tr>{cells}</tr></table>"
    if page.layout == "tables":
        menu = "".join(
            f'<tr><td><a href="/{number}/">{escape(story.section)} {number}</a></td></tr>' for number in range(9)
        )
        left, text = f"<table>{menu}</table>", f"<table><tr><td>{top}</td></tr><tr><td>{body}</td></tr></table>"
        return f"<table><tr><td>{left}</td><td>{text}</td><td>{aside}</td></tr></table>"
    return f"{top}{body}<div>{aside}</div>"
