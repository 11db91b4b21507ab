"""A project of newsbot's: the folder of a scrapy.cfg, where its files are, and the .env that its settings stand in.

`newsbot init` makes one. Every command that is typed in it, or in a folder below it, works on the same store.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from configparser import ConfigParser
from configparser import Error as NoConfiguration
from pathlib import Path

from newsbot.process import UsageError

SETTINGS_MODULE = "newsbot.settings"
"""The settings of a project that has none of its own."""
CHOSEN = "SCRAPY_SETTINGS_MODULE"
"""The environment's word for another module; Scrapy puts there what it took of a scrapy.cfg."""
SQLITE = "sqlite:///"
"""Begins the address of a store that is a file."""
PREFIX = "NEWSBOT_"
"""Begins the names of newsbot's settings."""


class ForeignProject(UsageError):
    """A Scrapy project that is not newsbot's, and not to be worked in as if it were."""


def configuration(start: Path | None = None) -> Path | None:
    """Return the scrapy.cfg of a folder (by default the working folder), or the nearest above it."""
    start = (start or Path.cwd()).resolve()
    return next((file for folder in (start, *start.parents) if (file := folder / "scrapy.cfg").is_file()), None)


def settings_named(file: Path) -> str | None:
    """Return the settings module that a scrapy.cfg names; None for one that names none, or that cannot be read."""
    parser = ConfigParser()
    try:
        parser.read_string(file.read_text("utf-8"), str(file))
        return parser.get("settings", os.environ.get("SCRAPY_PROJECT", "default"), fallback=None)
    except (NoConfiguration, OSError, UnicodeDecodeError):
        return None


def folder() -> Path | None:
    """Return the folder of the project whose settings are in use; None outside of any.

    A scrapy.cfg of other settings than those that the environment chose is nobody's here.
    """
    file = configuration()
    if file is None:
        return None
    named = settings_named(file)
    return file.parent if os.environ.get(CHOSEN, named) == named else None


def located(path: str) -> str:
    """Return a path, or the address of a store in a file, of the settings as it is meant: from the project's folder.

    It stays as it is where one stands in that folder, where it is not relative, and where it is another address.
    """
    base = folder()
    start = SQLITE if path.startswith(SQLITE) else ""
    relative = path.removeprefix(start)
    if not relative or base is None or base == Path.cwd().resolve() or Path(relative).is_absolute():
        return path
    return path if "://" in relative or relative == ":memory:" else f"{start}{base / relative}"


def load_environment(known: Collection[str]) -> None:
    """Put what the .env of the project says into the environment, whose own word stands.

    ``known``: the names of settings. The .env of a project that has other settings than newsbot's is read if it names
    one of newsbot's. Raises UsageError, a line a fault.
    """
    if (base := folder()) is None or not (file := base / ".env").is_file():
        return
    from dotenv import load_dotenv  # not above: few processes have a use for it

    is_own = settings_named(base / "scrapy.cfg") == SETTINGS_MODULE
    try:
        text = file.read_text("utf-8")
        if not is_own and PREFIX not in text:
            return
        if faults := list(_faults(text, known)):
            raise UsageError("\n".join(f"{file}:{line}: {fault}" for line, fault in faults))
        load_dotenv(file, override=False)
    except UnicodeDecodeError as error:
        raise UsageError(f"{file}: is not UTF-8 text (byte {error.start})") from None
    except OSError as error:
        raise UsageError(f"{file}: cannot be read ({error.strerror})") from None


def stated(defaults: Mapping[str, object], paths: Collection[str]) -> dict[str, str]:
    """Return the settings that the environment states, of those that there are, as texts like those of ``-s``.

    ``paths``: the names of those that are located, whether they are stated or not.
    """
    found = {name: os.environ[name] for name in defaults if name.startswith(PREFIX) and name in os.environ}
    return found | {name: located(found.get(name, str(defaults[name]))) for name in paths}


def _faults(text: str, known: Collection[str]) -> Iterator[tuple[int, str]]:
    """Yield what is wrong with a .env: the number of a line, and what."""
    from io import StringIO

    from dotenv.parser import parse_stream

    for binding in parse_stream(StringIO(text)):
        stated = binding.original.string
        line = binding.original.line + stated[: len(stated) - len(stated.lstrip())].count("\n")
        name = binding.key or ""
        if binding.error or (name and binding.value is None):
            yield line, f"expected NAME=VALUE, or a comment behind #, not {stated.strip().partition(chr(10))[0]!r:.80}"
        elif name.startswith(PREFIX) and name not in known:
            from newsbot.sources import did_you_mean

            yield line, f"there is no setting {name}{did_you_mean(name, known)}"
