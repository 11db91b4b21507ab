"""What was learned of a source's own blocks, for a person to look at and to overrule."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Engine

from newsbot.cleaning import boilerplate
from newsbot.cleaning.site_state import SiteBlock
from newsbot.store import sites


@dataclass(frozen=True, slots=True)
class Learned:
    """One remembered block of a site, and what becomes of it."""

    site: str
    block: SiteBlock
    recent: int
    """Recent articles of the site, of which ``block.articles`` had it."""
    is_removed: bool

    @property
    def key(self) -> str:
        """The name by which a person tells it: 16 hexadecimal digits, as in a record's ``removed``."""
        return f"{self.block.fingerprint:016x}"


def learned_blocks(engine: Engine, source: str) -> Iterator[Learned]:
    """Yield what is remembered of a source's sites and was seen more than once, the most frequent first."""
    for site in sites.sites_of(engine, source):
        state = sites.load_blocks(engine, site)
        decided = boilerplate.site_blocks(state)
        removed = decided.anywhere | decided.at_edges | decided.at_end
        told = (block for block in state if block.sample and (block.articles > 1 or block.verdict))
        for block in sorted(told, key=lambda block: -block.articles):
            yield Learned(site, block, state.recent, block.fingerprint in removed)
