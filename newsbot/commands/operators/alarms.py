"""`scrapy alarms`: the channels that alarms go to, and whether they take one."""

from __future__ import annotations

import argparse
import sys

from scrapy.commands import ScrapyCommand

from newsbot.commands._base import NewsbotCommand, printable
from newsbot.process import ExitStatus, UsageError, utc_now

MOST_SAID = 4_000
"""Characters of standard input that are sent, the last ones: what a message of most chats may have."""


class Command(NewsbotCommand, ScrapyCommand):
    """Lists the channels of NEWSBOT_ALARMS, or tries them."""

    example = "scrapy alarms --test"

    def syntax(self) -> str:
        return "[--test | --say SUBJECT]"

    def short_desc(self) -> str:
        return "Show where alarms go, or try it"

    def long_desc(self) -> str:
        return (
            "Show the channels of NEWSBOT_ALARMS, by names that hold no password, when each was told something last, "
            "and which of them fail. With --test each gets a message that says that it is a test, with --say what "
            "comes on standard input; exits with 1 if one does not take it."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        sent = parser.add_mutually_exclusive_group()
        sent.add_argument("--test", action="store_true", help="send a message to every channel (default: list them)")
        sent.add_argument(
            "--say",
            metavar="SUBJECT",
            help="send what comes on standard input under this subject, as of a run that crashed (default: nothing)",
        )

    def handle(self, opts: argparse.Namespace) -> ExitStatus:
        addresses = self.setting("NEWSBOT_ALARMS")
        if not addresses:
            raise UsageError(
                "there is no channel: set NEWSBOT_ALARMS, such as mailto://user:password@example.org?to=me@example.org"
            )
        if opts.test:
            return _send(addresses, "newsbot: a test", "This channel is told what is wrong with the sources.", "info")
        if opts.say is not None:
            text = "" if sys.stdin.isatty() else sys.stdin.read()
            return _send(addresses, printable(opts.say), printable(text[-MOST_SAID:].strip()) or opts.say, "failure")
        return self._list(addresses)

    def _list(self, addresses: str) -> ExitStatus:
        from newsbot.alarms.channels import channels
        from newsbot.commands._terminal import age
        from newsbot.store.database import sqlite_file
        from newsbot.store.health import open_findings
        from newsbot.store.told import CHANNEL, last_told

        listed = channels(addresses)
        told: dict[str, str] = {}
        failing: dict[str, str] = {}
        store = sqlite_file(self.store_url)
        if store is None or store.exists():  # before the first crawl there is none
            with self.open_store() as engine:
                told = last_told(engine)
                found = [one.finding for one in open_findings(engine, [""])]
            failing = {finding.subject: f"; {finding.now}" for finding in found if finding.kind == CHANNEL}
        for channel in listed:
            at = told.get(channel.name)
            last = f"told {at[:16].replace('T', ' ')} UTC ({age(at, utc_now())})" if at else "never told anything"
            print(printable(f"{channel.name}: {last}{failing.get(channel.name, '')}"))
        return ExitStatus.WHOLE


def _send(addresses: str, subject: str, text: str, gravity: str) -> ExitStatus:
    from newsbot.alarms.telling import send

    faults = send(addresses, subject, text, gravity=gravity)
    for channel, fault in faults.items():
        print(printable(f"{channel.name}: {f'failed: {fault}' if fault else 'has taken the message'}"))
    return ExitStatus.CRASHED if any(faults.values()) else ExitStatus.WHOLE
