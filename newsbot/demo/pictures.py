"""Draw the newsroom's pictures: a landscape for each article and a logo for each site, as SVG."""

from __future__ import annotations

from newsbot.demo.dice import Dice
from newsbot.demo.sites import SiteSpec

_SKIES = (
    ("#f6d9a8", "#e98a5b"),
    ("#cfe4f3", "#7fa8c9"),
    ("#e9e3f2", "#8f88b8"),
    ("#dff0e4", "#79ab92"),
    ("#f3e2d7", "#b98a77"),
)
_LANDS = (("#54707f", "#36505e", "#1e3440"), ("#6f7d54", "#4d5c3a", "#2f3d26"), ("#7a5f6b", "#57424e", "#382a33"))


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


def _ridge(dice: Dice, height: int) -> str:
    steps = [f"{height + dice.between(-40, 40)}"]
    steps += [f"L{x} {height + dice.between(-45, 45)}" for x in range(80, 801, 80)]
    return " ".join(steps)
