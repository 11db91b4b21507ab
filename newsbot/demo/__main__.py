"""Serve the bundled newsroom: ``python -m newsbot.demo``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from newsbot.demo.newsroom import ARTICLES, TODAY, Newsroom


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m newsbot.demo",
        description="Serve a small web of news sites on 127.0.0.1 for trying and testing newsbot. "
        "Prints one JSON line with the addresses when it is ready; open the first one in a browser.",
    )
    parser.add_argument(
        "--port", type=int, default=8600, help="port of the index; the sites follow it; 0: free ones (%(default)s)"
    )
    parser.add_argument("--seed", type=int, default=0, help="another seed writes other stories (%(default)s)")
    parser.add_argument("--sites", type=int, help="how many sites (the hand-made ones)")
    parser.add_argument("--articles", type=int, default=ARTICLES, help="articles a site (%(default)s)")
    parser.add_argument("--shown", type=int, help="lists name the newest articles alone, so many (all)")
    parser.add_argument("--page-bytes", type=int, help="fill article pages up to this size, as real pages are")
    parser.add_argument(
        "--today", type=date.fromisoformat, default=TODAY, help="day of the newest articles (%(default)s)"
    )
    parser.add_argument("--sources-file", type=Path, help="write a sources file for `scrapy crawl news` here")
    parser.add_argument("--log", type=Path, help="append one JSON line a request to this file")
    parser.add_argument("--warm", action="store_true", help="write all article pages before saying ready")
    parser.add_argument(
        "--latency", type=float, default=0.0, metavar="SECONDS", help="answer so long after a request (%(default)s)"
    )
    parser.add_argument("--with-parent", action="store_true", help="stop when standard input ends")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; return the exit status."""
    options = _arguments(argv)
    newsroom = Newsroom(
        seed=options.seed,
        sites=options.sites,
        articles=options.articles,
        page_bytes=options.page_bytes,
        today=options.today,
        shown=options.shown,
    )
    from twisted.internet.error import CannotListenError

    from newsbot.demo.server import run

    try:
        run(
            newsroom,
            port=options.port,
            log=options.log,
            sources_file=options.sources_file,
            with_parent=options.with_parent,
            warm=options.warm,
            latency=options.latency,
        )
    except CannotListenError as error:
        sys.stderr.write(f"newsroom: port {error.port} on 127.0.0.1 is taken; choose another with --port\n")
        return 1
    except OverflowError:
        sys.stderr.write("newsroom: ports end at 65535; choose a lower one with --port\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
