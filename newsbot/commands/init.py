"""`newsbot init`: make a folder a project, with outlets to begin with and settings to fill in."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping
from pathlib import Path

from scrapy.commands import ScrapyCommand

from newsbot.commands._base import NewsbotCommand, printable
from newsbot.process import ExitStatus, UsageError

FIRST_OUTLETS = ("the-guardian", "srf", "le-monde")
"""Of the bundled file, one of a language each."""
CONFIGURATION = """\
# This folder is a newsbot project: `newsbot ...` and `scrapy ...` work here and in every folder below.
[settings]
default = newsbot.settings
"""
ENVIRONMENT = """\
# The settings of this project, a line each. What the environment says comes first, and -s NAME=VALUE before that.
# Every setting whose name begins with NEWSBOT_ may stand here; paths are meant from this folder.

# A page or an address where the people of a site can reach you. It goes into the user agent.
NEWSBOT_CONTACT=

# Which outlets `newsbot crawl news` collects.
NEWSBOT_SOURCES=outlets.toml

# Where all files go.
#NEWSBOT_OUTPUT=output

# The store: by default SQLite, in that folder.
#NEWSBOT_DATABASE_URL=postgresql://user:password@host/news

# Whom to tell when an outlet breaks: addresses of apprise (pip install 'newsbot[alarms]'), parted by blanks.
#NEWSBOT_ALARMS=mailto://user:password@mail.example.org?to=ops@example.org
"""
OUTLETS = """\
# The outlets that `newsbot crawl news` collects, a block each. These are to begin with: remove them and add yours.
#
#   newsbot sources add https://example.org     finds the feeds and sitemaps of a site, and appends a block here
#   newsbot sources check                       tries every one of them
#
# A block needs a name and a home; everything else may be left out:
#
#   [[source]]
#   name = "example"                                  # in every record; lower case
#   title = "The Example"
#   home = "https://example.org/"
#   language = "en"
#   country = "gb"
#   feeds = ["https://example.org/feed.xml"]          # RSS, Atom or JSON Feed
#   news_sitemaps = ["https://example.org/news.xml"]
#   sitemaps = ["https://example.org/sitemap.xml"]
#   sections = ["https://example.org/politics/"]      # pages with links to articles
#   allow = ["/20[0-9][0-9]/"]                        # regular expressions on the address
#   deny = ["/shop/"]
#   delay = 2                                         # seconds between requests
#   tags = ["public"]                                 # newsbot crawl news -a tags=public
"""


class Command(NewsbotCommand, ScrapyCommand):
    """Writes scrapy.cfg, outlets.toml and .env."""

    needs_project = False
    example = "scrapy init news"

    def syntax(self) -> str:
        return "[DIR]"

    def short_desc(self) -> str:
        return "Make a folder a project of newsbot's: scrapy.cfg, outlets.toml, .env"

    def long_desc(self) -> str:
        return (
            "Make a folder a project of newsbot's, by three files with comments: scrapy.cfg, outlets.toml, which names "
            "outlets to begin with, and .env, which has the settings. What is there is never written over: a folder "
            "that has one of them is left as it is."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("folder", metavar="DIR", nargs="?", default=".", help="made if need be (default: this one)")

    def handle(self, opts: argparse.Namespace) -> ExitStatus:
        from newsbot.project import configuration

        folder = Path(opts.folder)
        above = configuration(folder.absolute().parent)
        make(folder, files())
        for name, what in (
            ("scrapy.cfg", "makes this folder a project"),
            ("outlets.toml", f"the outlets: {', '.join(FIRST_OUTLETS)} to begin with"),
            (".env", "the settings; say in it where sites can reach you (NEWSBOT_CONTACT)"),
        ):
            print(printable(f"{folder / name!s:<24} {what}"))
        if above is not None:
            print(printable(f"{above} is of a project above this one; in this folder it has no say from now on"))
        print("\nNow, there and in every folder below:\n")
        if folder.resolve() != Path.cwd().resolve():
            print(printable(f"    cd {folder}"))
        print("    newsbot crawl news                         # collects what is new")
        print("    newsbot sources add https://example.org    # adds an outlet")
        print(
            "    newsbot browse                             # shows what was collected (pip install 'newsbot[browse]')"
        )
        print("    newsbot --help")
        return ExitStatus.WHOLE


def files() -> dict[str, str]:
    """Return what a new project has, by name."""
    return {"scrapy.cfg": CONFIGURATION, "outlets.toml": f"{OUTLETS}\n{_first_outlets()}", ".env": ENVIRONMENT}


def make(folder: Path, texts: Mapping[str, str]) -> None:
    """Write files into a folder, all of them or none. Raises UsageError where one is there, or none can be written."""
    if taken := [name for name in texts if os.path.lexists(folder / name)]:
        raise UsageError(f"{_called(folder)} has {', '.join(taken)} already; nothing was written")
    made: list[Path] = []
    new = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            # Who else may read it is the operator's to say: there may be passwords in .env.
            descriptor = os.open(
                folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if name == ".env" else 0o666
            )
            made.append(folder / name)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
    except OSError as error:
        for path in made:
            path.unlink()
        for path in filter(Path.is_dir, new):
            path.rmdir()
        raise UsageError(f"{_called(folder)} cannot be made a project: {error.strerror}; nothing was written") from None


def _called(folder: Path) -> str:
    return "this folder" if folder == Path() else str(folder)


def _first_outlets() -> str:
    """Return the blocks of a few outlets as they stand in the bundled file."""
    from newsbot.sources import BUNDLED

    _, *blocks = BUNDLED.read_text("utf-8").split("[[source]]\n")
    by_name = {block.split('"', 2)[1]: f"[[source]]\n{block.strip()}\n" for block in blocks}
    return "\n".join(by_name[name] for name in FIRST_OUTLETS)
