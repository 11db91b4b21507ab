"""A job: one source to be crawled, as it travels through the queue with all that a worker needs for it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from pydantic import ValidationError

from newsbot.sources import Source, toml_block


class Unreadable(Exception):
    """A job that this version of newsbot cannot read; another one may."""


@dataclass(frozen=True, slots=True)
class Job:
    """One source to be crawled."""

    source: Source
    only_due: bool
    """Whether those of its listings are asked alone that are due."""
    roster: str
    """Digest of the roster that it was enqueued with (newsbot.scale.roster)."""

    @property
    def block(self) -> str:
        """The digest of its block in the sources file."""
        return digest_of(self.source)

    def as_message(self) -> dict[str, Any]:
        """Return it as it is put into the queue.

        >>> job = Job(Source(name="x", home="https://x.org/"), only_due=True, roster="")
        >>> Job.from_message(job.as_message()) == job
        True
        """
        return {
            "source": block_of(self.source),
            "block": self.block,
            "only_due": self.only_due,
            "roster": self.roster,
        }

    @classmethod
    def from_message(cls, message: Mapping[str, Any]) -> Job:
        """Return the job that a message is. Raises Unreadable.

        >>> Job.from_message({"source": {"name": "x", "home": "https://x.org/", "since_version": 9}})
        Traceback (most recent call last):
        newsbot.scale.job.Unreadable: the block of source x cannot be read here: since_version: Extra inputs are not \
permitted; this newsbot may be older than the one that enqueued it
        """
        try:
            return cls(Source.model_validate(message["source"]), bool(message["only_due"]), message["roster"])
        except ValidationError as error:
            fault = error.errors()[0]
            told = f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}"
            name = str(message["source"].get("name", ""))[:64]
            raise Unreadable(
                f"the block of source {name} cannot be read here: {told}; this newsbot may be older than the one that "
                "enqueued it"
            ) from None
        except (KeyError, TypeError, AttributeError) as error:
            raise Unreadable(f"it is no message of this newsbot ({error!r})") from None

    def sources_file(self, outlets: Iterable[Source]) -> str:
        """Return the sources file of its crawl: the source, and of all other outlets what tells whose an article is.

        >>> other = Source(name="y", home="https://y.org/", feeds=["https://y.org/rss"])
        >>> print(Job(Source(name="x", home="https://x.org/", delay=2), only_due=True, roster="").sources_file([other]))
        [[source]]
        name = "x"
        home = "https://x.org/"
        delay = 2.0
        <BLANKLINE>
        [[source]]
        name = "y"
        home = "https://y.org/"
        <BLANKLINE>
        """
        others = (
            f"[[source]]\nname = {_quoted(outlet.name)}\nhome = {_quoted(outlet.home)}\n"
            for outlet in outlets
            if outlet.name != self.source.name
        )
        return "\n".join([toml_block(self.source), *others])


def block_of(source: Source) -> dict[str, Any]:
    """Return the block of a source as plain values, without what is as it is by itself."""
    return source.model_dump(exclude_defaults=True)


def digest_of(source: Source) -> str:
    """Return what tells the block of a source from any other: SHA-256, hexadecimal, whatever the order of its lines."""
    return hashlib.sha256(orjson.dumps(block_of(source), option=orjson.OPT_SORT_KEYS)).hexdigest()


def _quoted(text: str) -> str:
    """Return a text as a string of JSON, which is one of TOML."""
    return orjson.dumps(text).decode()
