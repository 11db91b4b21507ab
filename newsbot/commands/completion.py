"""`newsbot completion`: the script by which a shell completes commands, options and spiders."""

from __future__ import annotations

import argparse
from importlib import import_module
from typing import Any

from scrapy.commands import ScrapyCommand

from newsbot.commands._base import NewsbotCommand
from newsbot.commands._terminal import command_modules
from newsbot.process import ExitStatus

SHELLS = ("bash", "zsh", "tcsh", "fish")


class Command(NewsbotCommand, ScrapyCommand):
    """Writes a script for a shell, made of the parsers of all commands; so Tab starts no program."""

    needs_project = False
    example = "scrapy completion bash > ~/.local/share/bash-completion/completions/newsbot"

    def syntax(self) -> str:
        return "SHELL"

    def short_desc(self) -> str:
        return "Print the script by which a shell completes newsbot's commands and options"

    def long_desc(self) -> str:
        return (
            "Print the script by which a shell completes what is typed behind newsbot: commands, their options, "
            "files and spiders. It knows what there is when it is printed: print it again after an upgrade."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("shell", metavar="SHELL", choices=SHELLS, help=", ".join(SHELLS))

    def handle(self, opts: argparse.Namespace) -> ExitStatus:
        import shtab

        print(shtab.complete(self.parser_of_all(), opts.shell))
        return ExitStatus.WHOLE

    def parser_of_all(self) -> argparse.ArgumentParser:
        """Return one parser that has every command of newsbot's as a subcommand."""
        import shtab
        from scrapy.spiderloader import get_spider_loader

        assert self.settings is not None
        spiders = get_spider_loader(self.settings).list()

        class Parser(argparse.ArgumentParser):
            """A parser that knows what its arguments can be completed to."""

            def add_argument(self, *names: Any, **declared: Any) -> argparse.Action:
                action: argparse.Action = super().add_argument(*names, **declared)
                match action.metavar:
                    case "FILE" | "PATH":
                        action.complete = shtab.FILE  # type: ignore[attr-defined]
                    case "DIR":
                        action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]
                    case "SPIDER":
                        action.choices = spiders
                return action

        everything = Parser(prog="newsbot")
        everything.add_argument("--version", action="store_true", help="which versions are at work")
        commands = everything.add_subparsers()
        for name, module in sorted(command_modules().items()):
            command: NewsbotCommand = import_module(module).Command()
            command.settings = self.settings
            parser = commands.add_parser(name, help=command.short_desc(), conflict_handler="resolve")
            command.add_options(parser)
        return everything
