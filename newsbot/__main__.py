"""The command `newsbot`: Scrapy's, with newsbot's settings, on the store of the project that one stands in."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import entry_points, version
from pkgutil import iter_modules

import scrapy.commands
from scrapy.cmdline import execute
from scrapy.settings import Settings
from scrapy.utils.project import get_project_settings

from newsbot import __version__, project
from newsbot.commands._base import NewsbotCommand, printable
from newsbot.commands._terminal import command_modules
from newsbot.process import NewsbotError, UsageError

STANDALONE = frozenset({"completion", "init"})
"""Commands that are carried out wherever one stands, be it in somebody else's project."""
GROUPS = {
    "newsbot.commands": "Set up and collect",
    "newsbot.commands.analysts": "Read what was collected",
    "newsbot.commands.operators": "Look after it",
}
"""Headings of the overview, by the package that a command is in."""
COMMANDS = {"COMMANDS_MODULE": "newsbot.commands"}
"""The setting by which Scrapy finds newsbot's commands."""
STORE = ("NEWSBOT_OUTPUT", "NEWSBOT_DATABASE_URL")
"""Settings that say where the store is, without a project."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Carry out a command line, and exit with its status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    sys.argv[0] = "newsbot"  # also where it is `python -m newsbot`: helps say what is to be typed
    if not given or given[0] in ("-h", "--help", "help"):
        print(overview())
    elif given[0] == "--version":
        print(versions())
    else:
        try:
            settings = choose_settings(given)
        except NewsbotError as error:
            print(printable(f"newsbot: {error}"), file=sys.stderr)
            sys.exit(error.exit_status)
        execute(["newsbot", *given], settings)


def versions() -> str:
    """Return in one line what is installed."""
    libraries = ", ".join(f"{name} {version(name)}" for name in ("scrapy", "trafilatura"))
    return f"newsbot {__version__}, {libraries}, Python {platform.python_version()}"


def overview() -> str:
    """Return what newsbot is for and which commands there are, a line each."""
    lines = [
        "newsbot collects the news: every article of a list of outlets, once, clean, as JSON lines.",
        "",
        "  newsbot init            makes a project in this folder, with outlets to begin with",
        "  newsbot crawl news      collects what is new",
        "  newsbot browse          shows what was collected in your web browser",
    ]
    commands = {name: _command(module) for name, module in command_modules().items()}
    width = max(map(len, commands))
    for package, heading in GROUPS.items():
        lines += ["", f"{heading}:"]
        for name, command in sorted(commands.items()):
            if type(command).__module__.rpartition(".")[0] == package:
                lines.append(f"  {name:<{width}}  {command.short_desc()}")
    lines += [
        "",
        "Scrapy's own work too (list, fetch, shell, settings and the rest: scrapy --help).",
        "newsbot COMMAND --help says more of one, newsbot --version which versions are at work.",
    ]
    return "\n".join(lines)


def choose_settings(given: Sequence[str]) -> Settings | None:
    """See to it that Scrapy takes newsbot's settings for a command line, or those of a project that is built on them.

    Returns the settings of a project that has newsbot by its add-on, completed by newsbot's own.

    Raises UsageError for a command that there is not, for one that needs a project where there is none, and in
    somebody else's project.
    """
    name = next((word for word in given if not word.startswith("-")), "")
    ours = command_modules()
    if name not in ours and name not in _scrapys():
        from newsbot.sources import did_you_mean

        raise UsageError(
            f"there is no command {name!r}{did_you_mean(name, ours)}; newsbot --help shows which there are"
        )
    is_chosen = project.CHOSEN in os.environ
    file = project.configuration()
    named = os.environ.get(project.CHOSEN) or (project.settings_named(file) if file else project.SETTINGS_MODULE)
    settings = None
    if named == project.SETTINGS_MODULE:
        os.environ[project.CHOSEN] = named
    elif name in STANDALONE:
        os.environ[project.CHOSEN] = project.SETTINGS_MODULE
    elif (settings := _theirs()) is None:
        whose = f"{file} is" if file else f"{project.CHOSEN} is"
        raise project.ForeignProject(
            f"{whose} of another Scrapy project ({named}), which newsbot leaves alone; "
            "newsbot init DIR makes a project of its own in another folder"
        )
    is_told = is_chosen or any(setting in os.environ or f"{setting}=" in "".join(given) for setting in STORE)
    if name in ours and _command(ours[name]).needs_project and project.folder() is None and not is_told:
        raise UsageError(f"{name}: there is no project in this folder or above it; newsbot init makes one here")
    return settings


def _theirs() -> Settings | None:
    """Return the settings of the project that one stands in, if newsbot has a part in it."""
    try:
        settings = get_project_settings()
    except ImportError:
        return None
    addons = {getattr(path, "__qualname__", path) for path in settings.getdict("ADDONS")}
    if addons & {"newsbot.addon.Newsbot", "Newsbot"}:
        from newsbot.addon import Newsbot

        Newsbot.update_pre_crawler_settings(settings)
        settings.setdict(COMMANDS)
        return settings
    return settings if settings["COMMANDS_MODULE"] == COMMANDS["COMMANDS_MODULE"] else None


def _command(module: str) -> NewsbotCommand:
    command: NewsbotCommand = import_module(module).Command()
    return command


def _scrapys() -> set[str]:
    """Return the names of Scrapy's own commands, and of those that other packages bring."""
    own = {module.name for module in iter_modules(scrapy.commands.__path__)} - command_modules().keys()
    return own | {entry.name for entry in entry_points(group="scrapy.commands")}


if __name__ == "__main__":
    main()
