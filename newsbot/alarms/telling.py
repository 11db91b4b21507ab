"""Telling the channels what they are owed: all at once, within a bound, each finding once until it clears."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import Engine

from newsbot.alarms.channels import TIME_LIMIT, Channel, ChannelFailed, channels
from newsbot.alarms.digest import Digest, digest_of
from newsbot.health import FAILING, Finding
from newsbot.store import health, told
from newsbot.store.health import Opened
from newsbot.store.told import CHANNEL, Owed

MOST_AT_ONCE = 8
"""Channels that are told at the same time, a child process each."""
ADVICE = "send a message with `scrapy alarms --test`; the address may have changed, or its token been revoked"
"""What to do about a channel that fails."""

logger = logging.getLogger("newsbot")


def tell(engine: Engine, addresses: str | Iterable[str], *, now: str, time_limit: float = TIME_LIMIT) -> None:
    """Tell every channel of NEWSBOT_ALARMS what it was not told yet of what opened and what was cleared.

    A channel that fails is a finding itself; those that there was nothing to tell are told of it at once, the others
    in their next digest, and so of its recovery. No channel is tried twice, and each round of MOST_AT_ONCE takes at
    most ``time_limit`` seconds. Raises StoreError; UsageError or MissingExtra for addresses that cannot be meant.
    """
    waiting = channels(addresses)
    _forget_others(engine, waiting, now)
    for _ in range(2):  # the second time those that had nothing to be told, of channels that have failed or recovered
        tried = _tell(engine, waiting, now, time_limit)
        waiting = [channel for channel in waiting if channel not in tried]


def send(
    addresses: str | Iterable[str], subject: str, text: str, *, gravity: str, time_limit: float = TIME_LIMIT
) -> dict[Channel, ChannelFailed | None]:
    """Send a message to every channel, whatever it was told before; return how that ended. Errors as of tell()."""
    return _deliver(dict.fromkeys(channels(addresses), Digest(subject, text, gravity, [])), time_limit)


def _tell(engine: Engine, waiting: Sequence[Channel], now: str, time_limit: float) -> list[Channel]:
    """Tell some channels what they are owed, and return those that there was something for."""
    owed = {channel: one for channel in waiting if (one := told.claim(engine, channel.name, now=now))}
    if not owed:
        return []
    still = health.open_findings(engine)
    digests = {channel: digest_of(some, _others(still, some, channel)) for channel, some in owed.items()}
    for channel, fault in _deliver(digests, time_limit).items():
        if fault is None:
            told.confirm(engine, channel.name, owed[channel], now=now)
            logger.info("told %s: %s", channel.name, digests[channel].subject)
            if health.clear_finding(engine, ("", CHANNEL, channel.name), now=now):
                logger.warning("channel %s: takes alarms again", channel.name)
        else:
            told.release(engine, channel.name, owed[channel], now=now)
            health.raise_finding(engine, _failing(channel, fault, still, now), now=now)
            logger.error("channel %s: %s; what it was to be told waits for the next run", channel.name, fault)
    return list(owed)


def _deliver(digests: dict[Channel, Digest], time_limit: float) -> dict[Channel, ChannelFailed | None]:
    def deliver(channel: Channel) -> ChannelFailed | None:
        try:
            channel.deliver(digests[channel].as_dict(), time_limit=time_limit)
        except ChannelFailed as fault:
            return fault
        return None

    with ThreadPoolExecutor(MOST_AT_ONCE) as pool:
        return dict(zip(digests, pool.map(deliver, digests), strict=True))


def _others(still: Iterable[Opened], owed: Sequence[Owed], channel: Channel) -> list[Finding]:
    """Return what holds and is no news to a channel, nor about itself."""
    news = {one.opened.id for one in owed}
    found = [one.finding for one in still if one.id not in news]
    return [finding for finding in found if (finding.kind, finding.subject) != (CHANNEL, channel.name)]


def _failing(channel: Channel, fault: ChannelFailed, still: Iterable[Opened], now: str) -> Finding:
    """Return the finding that a channel fails, since when it does."""
    before = [one.opened_at for one in still if one.finding.key == ("", CHANNEL, channel.name)]
    since = min([now, *before])
    return Finding("", CHANNEL, channel.name, FAILING, f"cannot be told: {fault}", "", since, advice=ADVICE)


def _forget_others(engine: Engine, mine: Sequence[Channel], now: str) -> None:
    """Clear what was found of channels that are in use no more."""
    names = {channel.name for channel in mine}
    for one in health.open_findings(engine, [""]):
        if mine and one.finding.kind == CHANNEL and one.finding.subject not in names:
            health.clear_finding(engine, one.finding.key, now=now)
