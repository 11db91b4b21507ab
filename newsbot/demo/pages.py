"""Turn an outlet's articles, lists and odd pages into HTML through the themes' templates, with JSON-LD and pictures."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader
from markupsafe import Markup, escape

from newsbot.demo.feeds import FEED_TYPES, stamp
from newsbot.demo.outlet import Outlet, Piece
from newsbot.demo.sites import SiteSpec
from newsbot.demo.stock import Dice, load_stock
from newsbot.demo.stories import Block

HEAD_PADDING = Markup("<!--padding:head-->")
FOOT_PADDING = Markup("<!--padding:foot-->")
"""Where padding.py fills a page up to the size of real ones."""
_SKIES = (
    ("#f6d9a8", "#e98a5b"),
    ("#cfe4f3", "#7fa8c9"),
    ("#e9e3f2", "#8f88b8"),
    ("#dff0e4", "#79ab92"),
    ("#f3e2d7", "#b98a77"),
)
_LANDS = (("#54707f", "#36505e", "#1e3440"), ("#6f7d54", "#4d5c3a", "#2f3d26"), ("#7a5f6b", "#57424e", "#382a33"))


@dataclass(frozen=True, slots=True)
class Teaser:
    """One line of a list: what a home or section page says of an article."""

    href: str
    title: str
    summary: str
    date: str
    datetime: str
    section: str
    image: str
    byline: str


def render(outlet: Outlet, page: str, **more: Any) -> bytes:
    """Fill a page (article, listing, video, missing, login, info) of the outlet's theme."""
    theme = outlet.spec.theme
    name = f"{theme}/{page}.html.j2" if page in ("article", "listing") else f"{page}.html.j2"
    html = environment().get_template(name).render(_common(outlet) | more | {"page": page})
    return html.encode(outlet.spec.charset, "xmlcharrefreplace")


@cache
def environment() -> Environment:
    """Return the template environment (templates/ beside this module, autoescape on)."""
    return Environment(
        loader=PackageLoader("newsbot.demo", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def _common(outlet: Outlet) -> dict[str, Any]:
    spec = outlet.spec
    stock = load_stock(spec.language)
    return {
        "site": spec,
        "base": outlet.base,
        "L": stock.labels,
        "dir": "rtl" if spec.rtl else "ltr",
        "nav": [(f"/{key}/", stock.sections[key]) for key in outlet.sections],
        "feeds": [(FEED_TYPES[kind].split(";")[0], outlet.feed_path(kind)) for kind in spec.feeds],
        "forgets": outlet.fault.forgets,
        "year": outlet.day.year,
        "today": date_text(outlet, datetime.combine(outlet.day, datetime.min.time(), spec.zone)).split(",")[0],
        "padding_head": HEAD_PADDING,
        "padding_foot": FOOT_PADDING,
    }


def article_context(outlet: Outlet, piece: Piece, *, path: str) -> dict[str, Any]:
    """Return what an article's template needs beside the common values."""
    spec, story = outlet.spec, piece.story
    labels = load_stock(spec.language)
    others = [other for other in outlet.pieces[: outlet.articles] if other is not piece]
    near = Dice("related", spec.name, piece.number).shuffled(others)
    return {
        "a": piece,
        "title": piece.headline,
        "summary": story.summary,
        "dek": story.dek,
        "section": labels.sections[story.section],
        "section_href": f"/{story.section}/",
        "canonical": outlet.url(piece.path),
        "amp": outlet.url(piece.twin) if piece.twin.startswith("/amp") and path != piece.twin else "",
        "image": outlet.url(piece.image),
        "caption": labels.labels["caption"].format(place=story.place),
        "photographer": labels.names["family"][piece.id % len(labels.names["family"])],
        "blocks": _grouped(outlet, piece),
        "tags": story.tags,
        "byline": byline(outlet, piece),
        "date": date_text(outlet, piece.published),
        "datetime": stamp(piece.published, precision=spec.precision),
        "modified": stamp(piece.modified) if piece.modified else "",
        "modified_date": date_text(outlet, piece.modified) if piece.modified else "",
        "minutes": max(1, len(story.text) // 1100),
        "related": [teaser(outlet, other) for other in near[:5]],
        "popular": [teaser(outlet, other) for other in near[5:10] or near[:3]],
        "jsonld": lambda **changes: script(news_article(outlet, piece, **changes)),
        "jsonld_list": lambda: script([_crumbs(outlet, piece), news_article(outlet, piece)]),
        "jsonld_graph": lambda: script(graph(outlet, piece)),
        "full_text": story.text,
    }


def _grouped(outlet: Outlet, piece: Piece) -> list[tuple[str, Any]]:
    """Return the blocks as (kind, HTML), neighbouring items joined to one ("list", [HTML, ...])."""
    groups: list[tuple[str, Any]] = []
    for number, block in enumerate(piece.blocks):
        html = rich(outlet, piece, block, number)
        if block.kind != "item":
            groups.append((block.kind, html))
        elif groups and groups[-1][0] == "list":
            groups[-1][1].append(html)
        else:
            groups.append(("list", [html]))
    return groups


def rich(outlet: Outlet, piece: Piece, block: Block, number: int) -> Markup:
    """Mark up a block as editors do: now and then a link or emphasis on a place. The text stays the same."""
    html = escape(block.text)
    place = escape(piece.story.place)
    dice = Dice("rich", outlet.spec.name, piece.number, number)
    if block.kind == "paragraph" and place in html and dice.chance(30):
        tag = Markup('<a href="/tag/{}/">{}</a>').format(piece.id % 97, place)
        marked = dice.pick((tag, tag, Markup("<strong>{}</strong>").format(place), Markup("<em>{}</em>").format(place)))
        html = html.replace(place, marked, 1)
    return html


def news_article(outlet: Outlet, piece: Piece, **changes: Any) -> dict[str, Any]:
    """Return the NewsArticle record of a piece; ``changes`` replace fields, None drops one."""
    spec = outlet.spec
    people = [{"@type": "Person", "name": name} for name in piece.authors]
    record: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "mainEntityOfPage": {"@type": "WebPage", "@id": outlet.url(piece.path)},
        "headline": piece.headline,
        "description": piece.story.summary,
        "image": [outlet.url(piece.image)],
        "datePublished": stamp(piece.published),
        "dateModified": stamp(piece.modified or piece.published),
        "author": people[0] if len(people) == 1 else people or None,
        "publisher": {
            "@type": "NewsMediaOrganization",
            "name": spec.title,
            "url": f"{outlet.base}/",
            "logo": {"@type": "ImageObject", "url": outlet.url("/media/logo.svg")},
        },
        "articleSection": piece.story.section,
        "keywords": list(piece.story.tags),
        "inLanguage": spec.language,
        "isAccessibleForFree": not piece.walled,
    }
    record |= changes
    return {key: value for key, value in record.items() if value is not None}


def graph(outlet: Outlet, piece: Piece) -> dict[str, Any]:
    """Return the @graph that WordPress SEO plugins write: article, page, site, people by reference."""
    url = outlet.url(piece.path)
    people = [
        {"@type": "Person", "@id": f"{outlet.base}/#/schema/person/{number}", "name": name}
        for number, name in enumerate(piece.authors, start=1)
    ]
    article = news_article(
        outlet,
        piece,
        **{"@context": None, "@id": f"{url}#article", "isPartOf": {"@id": url}, "isAccessibleForFree": None},
        author=[{"name": person["name"], "@id": person["@id"]} for person in people] or None,
        publisher={"@id": f"{outlet.base}/#organization"},
    )
    page = {
        "@type": "WebPage",
        "@id": url,
        "url": url,
        "name": f"{piece.headline} - {outlet.spec.title}",
        "isPartOf": {"@id": f"{outlet.base}/#website"},
        "datePublished": stamp(piece.published),
        "inLanguage": "en-US",
    }
    site = {
        "@type": "WebSite",
        "@id": f"{outlet.base}/#website",
        "url": f"{outlet.base}/",
        "name": outlet.spec.title,
        "description": outlet.spec.tagline,
    }
    organization = {"@type": "Organization", "@id": f"{outlet.base}/#organization", "name": outlet.spec.title}
    return {"@context": "https://schema.org", "@graph": [article, page, site, organization, *people]}


def _crumbs(outlet: Outlet, piece: Piece) -> dict[str, Any]:
    stock = load_stock(outlet.spec.language)
    steps = [
        (f"{outlet.base}/", stock.labels["home"]),
        (outlet.url(f"/{piece.story.section}/"), stock.sections[piece.story.section]),
    ]
    return {
        "@context": "https://schema.org",
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": position, "item": {"@id": url, "name": name}}
            for position, (url, name) in enumerate(steps, start=1)
        ],
    }


def script(record: dict[str, Any] | list[dict[str, Any]]) -> Markup:
    """Return a JSON-LD script element; ``</`` cannot close it early."""
    body = json.dumps(record, ensure_ascii=False).replace("</", "<\\/")
    return Markup(f'<script type="application/ld+json">{body}</script>')  # noqa: S704 # nosec B704


def listing_context(
    outlet: Outlet, pieces: list[Piece], *, heading: str, number: int, pages: int, path: str
) -> dict[str, Any]:
    """Return what a list's template needs: teasers and the way to the neighbouring pages."""
    return {
        "title": heading or outlet.spec.title,
        "heading": heading,
        "teasers": [teaser(outlet, piece) for piece in pieces],
        "number": number,
        "next_href": f"{path}?page={number + 1}" if number < pages else "",
        "previous_href": (f"{path}?page={number - 1}" if number > 2 else path) if number > 1 else "",
        "canonical": outlet.url(path),
    }


def teaser(outlet: Outlet, piece: Piece) -> Teaser:
    """Return the teaser of an article."""
    forgets = outlet.fault.forgets
    return Teaser(
        href=piece.path,
        title=piece.headline,
        summary=piece.story.summary,
        date="" if forgets == "dates" else date_text(outlet, piece.published),
        datetime="" if forgets == "dates" else stamp(piece.published, precision=outlet.spec.precision),
        section=load_stock(outlet.spec.language).sections[piece.story.section],
        image=piece.image,
        byline="" if forgets == "authors" else byline(outlet, piece),
    )


def byline(outlet: Outlet, piece: Piece) -> str:
    """Return the names of the authors as one phrase, without "By"."""
    stock = load_stock(outlet.spec.language)
    return f"{stock.joiner}{stock.labels['and']}{stock.joiner}".join(piece.authors)


def date_text(outlet: Outlet, moment: datetime) -> str:
    """Return the date, and the time where the site gives one, as the language writes it."""
    labels = load_stock(outlet.spec.language).labels
    local = moment.astimezone(outlet.spec.zone)
    text = labels["date"].format(day=local.day, month=labels["months"][local.month - 1], year=local.year)
    return text if outlet.spec.precision == "day" else f"{text}, {local:%H:%M}"


def draw_picture(site: SiteSpec, path: str) -> bytes:
    """Draw the picture of an article: a sky, a sun and three ridges."""
    dice = Dice("picture", site.name, path)
    top, bottom = dice.pick(_SKIES)
    ridges = "".join(
        f'<path fill="{colour}" d="M0 450 L0 {_ridge(dice, 210 + 60 * row)} L800 450 Z"/>'
        for row, colour in enumerate(dice.pick(_LANDS))
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 450" width="800" height="450">'
        f'<defs><linearGradient id="s" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="{bottom}"/>'
        f'<stop offset="1" stop-color="{top}"/></linearGradient></defs>'
        '<rect width="800" height="450" fill="url(#s)"/>'
        f'<circle cx="{dice.between(120, 680)}" cy="{dice.between(90, 190)}" r="{dice.between(28, 52)}"'
        f' fill="#fff3d6"/>'
        f"{ridges}</svg>"
    ).encode()


def _ridge(dice: Dice, height: int) -> str:
    steps = [f"{height + dice.between(-40, 40)}"]
    steps += [f"L{x} {height + dice.between(-45, 45)}" for x in range(80, 801, 80)]
    return " ".join(steps)


def draw_logo(site: SiteSpec, path: str) -> bytes:
    """Draw the logo of a site: its first letter on a disc."""
    del path
    hue = Dice("logo", site.name).between(0, 359)
    letter = site.title.removeprefix("The ")[0]
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" width="64" height="64">'
        f'<circle cx="32" cy="32" r="32" fill="hsl({hue} 45% 34%)"/>'
        f'<text x="32" y="44" font-family="serif" font-size="36" text-anchor="middle" fill="#fff">{letter}</text></svg>'
    ).encode()
