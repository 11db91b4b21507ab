"""Which group of a robots.txt speaks to a crawler, and what it says (RFC 9309).

A group is chosen by the crawler's product token alone: ``newsbot/0.1.0`` names newsbot, ``News`` and ``newsbot-image``
do not. Protego matches the paths of the group that was chosen; its own choice compares beginnings of names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from protego import Protego

ANYBODY = "*"
"""The group for every crawler that no other group names."""

_AGENT_LINE = re.compile(r"user[ -]?agents?\s*(?::|\s)\s*(.*)", re.I)
_RULE_LINE = re.compile(r"(?:allow|diss?all?ow|dissalow|diasllow|disallaw)\s*(?::|\s)", re.I)
"""What ends the names of a group, in Protego's spellings."""
_DELAY_LINE = re.compile(r"crawl[ -]?delay\s*(?::|\s)\s*(.*)", re.I)
_RATE_LINE = re.compile(r"request[ -]?rate\s*(?::|\s)\s*(.*)", re.I)
_TOKEN = re.compile(r"[\w.-]+")
_SPAN = r"(\d+(?:[.,]\d+)?|[.,]\d+)\s*(ms|milli\w*|[smhd](?![a-z])|sec\w*|min\w*|hour\w*|hrs?|day\w*)?"
_DELAY = re.compile(rf"\+?{_SPAN}", re.I)
_RATE = re.compile(rf"(\d{{1,9}})\s*(?:/|per\b)\s*{_SPAN}", re.I)
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}


class RobotsGroup:
    """What a robots.txt says to one crawler.

    >>> text = "User-agent: *\\nDisallow: /\\n\\nUser-agent: NewsBot/0.1.0\\nDisallow: /private/\\nCrawl-delay: 1,5 sec"
    >>> group = RobotsGroup(text, "newsbot/0.1.0 (+https://example.org/bot)")
    >>> group.allows("https://e.org/a"), group.allows("https://e.org/private/a"), group.seconds
    (True, False, 1.5)
    """

    def __init__(self, text: str, user_agent: str) -> None:
        """``text``: a robots.txt; ``user_agent``: the crawler's product token, or the header that it sends."""
        lines = lines_for(text, product_token(user_agent))
        self._rules = Protego.parse("\n".join([f"User-agent: {ANYBODY}", *lines]))
        self.seconds = max((wait for line in lines if (wait := _wait(line)) is not None), default=None)
        """Seconds between two requests that are asked for, by Crawl-delay or Request-rate, the longest; or None.

        A Request-rate that holds for some hours of the day ("1/10m 0600-0845") is kept all day long."""

    def allows(self, url: str) -> bool:
        """Whether an address may be fetched: the longest rule that matches it decides, Allow among equals."""
        return self._rules.can_fetch(url, ANYBODY)


def product_token(user_agent: str) -> str:
    """Return the name that a crawler goes by, in lower case: what stands before a version or a comment.

    >>> product_token("NewsBot/0.1.0 (+https://example.org/bot)"), product_token("newsbot-image"), product_token("*")
    ('newsbot', 'newsbot-image', '*')
    """
    name = user_agent.strip().strip("\"'").strip()
    found = _TOKEN.match(name.strip("*").lstrip())
    return found[0].lower() if found else ANYBODY if ANYBODY in name else ""


def lines_for(text: str, token: str) -> list[str]:
    """Return the lines of all groups of a robots.txt that name a crawler; where none does, of those for anybody.

    Comments are gone. Rules that stand before any name are nobody's.

    >>> lines_for("User-agent: a\\nUser-agent: b\\nAllow: /\\nUser-agent: A/2.0\\nDisallow: /x # why", "a")
    ['Allow: /', 'Disallow: /x']
    """
    groups: dict[str, list[str]] = {}
    names: set[str] = set()
    is_naming = False
    for line in _lines(text):
        if agents := _AGENT_LINE.fullmatch(line):
            found = {name for part in agents[1].split(",") if (name := product_token(part))}
            names = names | found if is_naming else found
            is_naming = True
            for name in found:
                groups.setdefault(name, [])
            continue
        if is_naming and any(kind.match(line) for kind in (_RULE_LINE, _DELAY_LINE, _RATE_LINE)):
            is_naming = False
        for name in names:
            groups[name].append(line)
    return groups.get(token, groups.get(ANYBODY, []))


def _lines(text: str) -> Iterator[str]:
    for line in re.split(r"[\r\n]+", text.replace("\ufeff", "")):
        if kept := " ".join(line.partition("#")[0].replace("\0", "").split()):
            yield kept


def _wait(line: str) -> float | None:
    """Return the seconds between two requests that a line asks for.

    >>> [_wait(f"Crawl-delay: {text}") for text in ("10s", "1,5", "1.5 seconds", "0", "2 min", "-3", "none")]
    [10.0, 1.5, 1.5, 0.0, 120.0, None, None]
    >>> [_wait(f"Request-rate : {text}") for text in ("1/10s", "30/1m", "1/5 0600-0845", "0/5", "2 per minute")]
    [10.0, 2.0, 5.0, None, 30.0]
    """
    if said := _DELAY_LINE.fullmatch(line):
        delay = _DELAY.match(said[1].strip("\"' "))
        return _seconds(delay[1], delay[2]) if delay else None
    if said := _RATE_LINE.fullmatch(line):
        rate = _RATE.match(re.sub(r"(?i)\bper\s+(?=[a-z])", "per 1 ", said[1]))
        return _seconds(rate[2], rate[3]) / int(rate[1]) if rate and int(rate[1]) else None
    return None


def _seconds(number: str, unit: str | None) -> float:
    unit = (unit or "s").lower()
    scale = 0.001 if unit.startswith(("ms", "mil")) else _SECONDS[unit[0]]
    return float(number.replace(",", ".")) * scale
