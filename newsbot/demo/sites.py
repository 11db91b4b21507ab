"""The sites of the newsroom as data, and more sites of the same kinds for benchmarks."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, timedelta, timezone, tzinfo
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from newsbot.demo.stock import Dice, frozen, load_stock

_PAPERS = {
    "en": ("Courier", "Examiner", "Bulletin", "Messenger", "Post", "Argus"),
    "de": ("Anzeiger", "Tageblatt", "Kurier", "Nachrichten", "Bote"),
    "fr": ("Éclair", "Dépêche", "Tribune", "Quotidien"),
    "es": ("Diario", "Heraldo", "Noticiero", "Correo"),
    "ar": ("الأخبار", "الصباح", "المنبر"),
    "ja": ("新聞", "日報", "タイムス"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSpec:
    """What is fixed about one site."""

    name: str
    title: str
    tagline: str
    language: str
    country: str
    theme: str
    offset: str
    """From UTC, in November."""
    precision: str
    path: str
    timezone: str = ""
    """Name of the time zone, of a site that has summer time."""
    states_modified: bool = False
    feeds: tuple[str, ...] = ()
    news_sitemap: bool = False
    sitemap: bool = False
    sections: bool = False
    traps: tuple[str, ...] = ()
    twins: str = ""
    copies: str = ""
    charset: str = "utf-8"
    header_charset: str = ""
    crawl_delay: float | None = None
    number: int = 0

    @property
    def zone(self) -> tzinfo:
        """Return the site's time zone: its offset alone where it has no summer time, or the machine knows no zones."""
        if self.offset == "Z":
            return UTC
        if self.timezone:
            try:
                return ZoneInfo(self.timezone)
            except ZoneInfoNotFoundError:
                pass
        sign = -1 if self.offset[0] == "-" else 1
        hours, minutes = self.offset[1:].split(":")
        return timezone(sign * timedelta(hours=int(hours), minutes=int(minutes)))

    @property
    def shows_standfirst(self) -> bool:
        """Return whether the site prints the standfirst above the article, as part of it."""
        return self.theme in ("cimes", "tideline")

    @property
    def channel(self) -> str:
        """Return the channel (items.CHANNELS) through which the site lets its articles be found."""
        if self.feeds:
            return "feed"
        if self.news_sitemap:
            return "news_sitemap"
        return "sitemap" if self.sitemap else "section"

    @property
    def rtl(self) -> bool:
        """Return whether the site's language is written from right to left."""
        return self.language == "ar"


@cache
def hand_made() -> tuple[SiteSpec, ...]:
    """Return the sites of sites.toml, in order."""
    data = tomllib.loads(files("newsbot.demo").joinpath("sites.toml").read_text("utf-8"))
    return tuple(SiteSpec(number=number, **frozen(entry)) for number, entry in enumerate(data["site"]))


def site_specs(count: int | None, seed: int) -> Iterator[SiteSpec]:
    """Yield ``count`` sites: the hand-made ones first, then sites of the same kinds without their traps."""
    models = hand_made()
    total = len(models) if count is None else count
    yield from models[:total]
    for number in range(len(models), total):
        model = models[number % len(models)]
        dice = Dice("site", seed, number)
        stock = load_stock(model.language)
        place = dice.pick(stock.names["places"])
        paper = dice.pick(_PAPERS[model.language])
        title = f"{place}{paper}" if model.language == "ja" else f"{place} {paper}"
        yield replace(
            model,
            number=number,
            name=f"{model.theme}-{number:03d}",
            title=title,
            traps=(),
            twins="",
            copies="",
            crawl_delay=None,
        )
