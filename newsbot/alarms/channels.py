"""Channels: where alarms go, each a command that is given a digest and exits with 0 once it is delivered.

An address is one of apprise's (``mailto://``, ``slack://`` ..., which newsbot.alarms.__main__ delivers to) or a program
(``exec:/usr/local/bin/page-me --urgent``). Both are child processes, so that a time limit ends them for certain. Most
addresses hold passwords or tokens: a channel is shown and kept by a name that holds none.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from urllib.parse import unquote

import orjson

from newsbot.process import MissingExtra, UsageError, dying_with_parent
from newsbot.web.text import escaped

PROGRAM = "exec:"
"""What the address of a program begins with."""
TIME_LIMIT = 20.0
"""Seconds for one digest, from the start of the child: apprise gives a mail server 15, a web server 4 and 4."""
LONGEST_FAULT = 200
"""Characters of what a channel that fails has said that are kept."""
MOST_SAID = 65_536
"""Bytes of it that are read."""
SHORTEST_SECRET = 4
"""Characters of a part of an address that is not shown, whatever quotes it."""

_BETWEEN = re.compile(rf"[\s,]+(?=[a-z][a-z0-9]*://|{PROGRAM})", re.I)
_SCHEME = re.compile(rf"([a-z][a-z0-9]*)://|{PROGRAM}", re.I)
_FOLDER = str(Path(__file__).parents[2])
"""Where this newsbot is: a child is to find the same one, from whatever folder."""


class ChannelFailed(Exception):
    """A channel has not taken a digest; the message says why, and holds nothing of its address."""


@dataclass(frozen=True, slots=True)
class Channel:
    """Somebody who is told of findings, by way of one command."""

    name: str
    """Its service or program and the beginning of a hash of its address: "slack-1f0c2a"."""
    command: tuple[str, ...] = field(repr=False)
    address: str = field(repr=False)

    def deliver(self, digest: dict[str, object], *, time_limit: float = TIME_LIMIT) -> None:
        """Deliver a digest. Raises ChannelFailed, after so many seconds at most.

        The child has the digest as JSON on its standard input, and nothing of other channels. What is left of its
        session when it has ended, or is late, is killed.
        """
        given = digest if self.address.startswith(PROGRAM) else {**digest, "address": self.address}
        environment = {name: value for name, value in os.environ.items() if name != "NEWSBOT_ALARMS"}
        path = os.pathsep.join(part for part in (_FOLDER, environment.get("PYTHONPATH")) if part)
        with TemporaryFile() as said:
            try:
                child = subprocess.Popen(  # noqa: S603 (the operator's own program, without a shell)
                    dying_with_parent(self.command),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.DEVNULL,
                    stderr=said,  # no pipe, which would be waited for as long as a grandchild has it open
                    env={**environment, "PYTHONPATH": path},
                    start_new_session=True,
                )
            except OSError as error:
                raise ChannelFailed(f"cannot be started: {error.strerror}") from None
            try:
                child.communicate(orjson.dumps(given), time_limit)
            except subprocess.TimeoutExpired:
                raise ChannelFailed(f"not delivered within {time_limit:g} s") from None
            finally:
                _end(child)
            if child.returncode:
                said.seek(0)
                raise ChannelFailed(self._fault(child.returncode, said.read(MOST_SAID).decode("utf-8", "replace")))

    def _fault(self, status: int, said: str) -> str:
        """Say why a child has failed: its last words, without what is in the address."""
        last = next((line.strip() for line in reversed(said.splitlines()) if line.strip()), "")
        how = f"exit status {status}" if status > 0 else f"signal {signal.Signals(-status).name}"
        return escaped(f"{how}: {hidden(last, self.address)}" if last else how)[:LONGEST_FAULT]


def channels(setting: str | Iterable[str]) -> list[Channel]:
    """Return the channels of NEWSBOT_ALARMS: addresses parted by blanks or commas, or a list of them.

    Raises UsageError for what is no address of a service or program that there is, MissingExtra where a service is
    named and apprise is not installed.
    """
    given = [setting] if isinstance(setting, str) else setting
    addresses = [address for one in given for address in _BETWEEN.split(one.strip(", \t\r\n")) if address]
    found = [_channel(address, number) for number, address in enumerate(addresses, 1)]
    return list({channel.name: channel for channel in found}.values())


def hidden(text: str, address: str) -> str:
    """Return a text without what an address holds, but for its scheme: each part of it may be a token or a password.

    >>> hidden("no answer from hooks.example.org/T0K3N, slack is down", "slack://hooks.example.org/T0K3N?to=%23news")
    'no answer from ***/***, slack is down'
    """
    parts = re.split(r"[/:@?&=#,\s]+", _SCHEME.sub("", address, count=1))
    secrets = {part for raw in parts for part in (raw, unquote(raw)) if len(part) >= SHORTEST_SECRET}
    for secret in sorted(secrets, key=len, reverse=True):
        text = re.sub(re.escape(secret), "***", text, flags=re.I)
    return text


def _channel(address: str, number: int) -> Channel:
    where = f"NEWSBOT_ALARMS: address {number}"
    scheme = _SCHEME.match(address)
    if scheme is None:
        raise UsageError(f"{where} has no scheme; there are mailto://, slack://, json:// ... and {PROGRAM}PROGRAM")
    if scheme[1] is None:
        command = _program(address[len(PROGRAM) :], where)
        kind = Path(command[0]).name
    else:
        _check_service(address, scheme[1].lower(), where)
        command = [sys.executable, "-m", "newsbot.alarms"]
        kind = scheme[1].lower()
    digits = hashlib.sha256(address.encode()).hexdigest()[:6]
    return Channel(f"{kind[:40]}-{digits}", tuple(command), address)


def _program(line: str, where: str) -> Sequence[str]:
    try:
        command = shlex.split(line)
    except ValueError as error:
        raise UsageError(f"{where}: {error} ({PROGRAM}...)") from None
    if not command or (path := shutil.which(command[0])) is None:
        raise UsageError(f"{where}: there is no program {command[0] if command else ''!r} that can be run")
    return [str(Path(path).absolute()), *command[1:]]


def _check_service(address: str, scheme: str, where: str) -> None:
    """Raise UsageError for an address that apprise does not take; what it says of it may quote a token."""
    try:
        from apprise import Apprise
        from apprise.manager_plugins import NotificationManager
    except ImportError:
        raise MissingExtra(f"NEWSBOT_ALARMS ({scheme}://) needs", "alarms") from None
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    services = NotificationManager()
    if scheme not in services:
        from newsbot.sources import did_you_mean

        raise UsageError(f"{where}: there is no service {scheme}://{did_you_mean(scheme, services.schemas())}")
    if Apprise.instantiate(address) is None:
        raise UsageError(
            f"{where}: {scheme}:// takes no such address; {services[scheme].setup_url} shows what it takes"
        )


def _end(child: subprocess.Popen[bytes]) -> None:
    """Kill what is left of a child and of its own children."""
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    if child.stdin is not None:
        child.stdin.close()
