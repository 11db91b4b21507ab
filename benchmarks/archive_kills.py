"""Is all that is stored archived, whenever a crawl is killed? Crawls of the newsroom that keep their pages, and die.

    python benchmarks/archive_kills.py [--kills 24] [--sites 30] [--articles 20] [--seed 1]

Each crawl goes on where the one before it was killed (SIGKILL, at a random instant after its first page was asked for).
After each, what it left is finished, every file is checked by warcio, and every address in the store has to have its
page in a file. The last crawl is left alone.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

from warcio.checker import Checker

from newsbot.archive.bounds import finished_files
from newsbot.archive.folder import Healed, heal
from newsbot.archive.index import entries_of
from newsbot.demo import Newsroom, serve
from newsbot.web.urls import InvalidURL, url_key


def stored(output: Path) -> set[str]:
    """Return the URL keys of all articles in a store."""
    if not (output / "newsbot.db").exists():
        return set()
    with contextlib.closing(sqlite3.connect(output / "newsbot.db")) as store:
        try:
            return {url_key(url) for (url,) in store.execute("select url from articles")}
        except sqlite3.OperationalError:  # it was killed before there were tables
            return set()


def archived(folder: Path) -> set[str]:
    """Return the URL keys of all captures. Raises SystemExit for a file that is not whole."""
    keys = set()
    for path in finished_files(folder):
        checker = Checker(SimpleNamespace(inputs=[str(path)], verbose=False))
        with contextlib.redirect_stdout(io.StringIO()) as said:
            checker.process_all()
        if checker.exit_value:
            raise SystemExit(f"{path} is not whole:\n{said.getvalue()}")
        for entry in entries_of(path):
            with contextlib.suppress(InvalidURL):
                keys.add(url_key(entry.url))
    return keys


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=24, help="crawls that are killed (%(default)s)")
    parser.add_argument("--sites", type=int, default=30, help="sites of the newsroom (%(default)s)")
    parser.add_argument("--articles", type=int, default=20, help="articles a site (%(default)s)")
    parser.add_argument("--within", type=float, default=10.0, help="seconds in which it dies (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the instants (%(default)s)")
    options = parser.parse_args()
    dice = random.Random(options.seed)
    torn = died_writing = 0
    with tempfile.TemporaryDirectory() as name, serve(Newsroom(sites=options.sites, articles=options.articles)) as web:
        folder = Path(name)
        output, archive, sources = folder / "output", folder / "archive", folder / "sources.toml"
        archive.mkdir()
        sources.write_text(web.newsroom.sources_toml(), "utf-8")
        settings = {"NEWSBOT_OUTPUT": str(output), "NEWSBOT_ARCHIVE": str(archive), "NEWSBOT_REPORT": ""}
        command = [sys.executable, "-m", "scrapy", "crawl", "news", "-a", f"sources={sources}", "-s", "LOG_LEVEL=ERROR"]
        command += ["-s", "DOWNLOAD_DELAY=0.3", "-s", "NEWSBOT_REVISIT_HOURS=[]"]
        for kill in range(options.kills + 1):
            asked = len(web.requests())
            crawl = subprocess.Popen(command, env={**os.environ, **settings})
            if kill < options.kills:
                while crawl.poll() is None and len(web.requests()) < asked + 5:
                    time.sleep(0.02)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    crawl.wait(dice.uniform(0, options.within))
                crawl.kill()
            crawl.wait()
            healed = [one for one in heal(archive) if isinstance(one, Healed)]
            torn += sum(one.cut > 0 for one in healed)
            died_writing += len(healed)
            articles = stored(output)
            if missing := articles - archived(archive):
                raise SystemExit(f"kill {kill + 1}: stored and not archived: {sorted(missing)[:5]}")
            print(
                f"{'kill' if kill < options.kills else 'the end'} {kill + 1}: {len(articles)} stored, all archived",
                flush=True,
            )
    print(f"{options.kills} kills, {died_writing} with a file open, {torn} with a torn page; nothing is missing")


if __name__ == "__main__":
    main()
