"""`scrapy browse`: the store as a site to search and to read."""

from __future__ import annotations

import argparse
import contextlib
import socket

from scrapy.commands import ScrapyCommand

from newsbot.commands._base import NewsbotCommand, whole_number
from newsbot.process import ExitStatus, MissingExtra, UsageError

HOST, PORT = "127.0.0.1", 8001


class Command(NewsbotCommand, ScrapyCommand):
    """Serves the store as a web site, read-only, to this machine alone."""

    example = "scrapy browse --port 8080"

    def syntax(self) -> str:
        return "[options]"

    def short_desc(self) -> str:
        return "Show the store in a web browser, read-only"

    def long_desc(self) -> str:
        return (
            "Show the store in a web browser: search, the latest articles by outlet, every article with its versions "
            "and copies, and SQL (of a SQLite store). It is only read and never locked, so crawls may run meanwhile. "
            f"It is served on {HOST} alone."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument(
            "--port",
            type=whole_number(0),
            default=PORT,
            metavar="N",
            help="port to serve on; 0: a free one (default: %(default)s)",
        )

    def handle(self, opts: argparse.Namespace) -> ExitStatus:
        from newsbot.store.database import sqlite_file

        with self.open_store() as engine:
            try:
                import uvicorn

                from newsbot.browse.site import Site, application
            except ImportError:
                raise MissingExtra("browse needs", "browse") from None
            with _bound(opts.port) as taken:
                port = taken.getsockname()[1]
                site = application(Site(engine, sqlite_file(self.store_url)), port)
                print(f"The store is at http://{HOST}:{port}/ (Ctrl-C ends it)", flush=True)
                config = uvicorn.Config(site, log_level="warning", lifespan="on", ws="none", server_header=False)
                with contextlib.suppress(KeyboardInterrupt):  # uvicorn raises it again, once it has ended
                    uvicorn.Server(config).run(sockets=[taken])
        return ExitStatus.WHOLE


def _bound(port: int) -> socket.socket:
    """Return a socket that listens on a port of this machine. Raises UsageError where that cannot be had."""
    taken = socket.socket()
    try:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind((HOST, port))
        taken.listen(100)
    except (OSError, OverflowError) as error:
        taken.close()
        raise UsageError(f"port {port} cannot be used ({error}); try scrapy browse --port {PORT + 10}") from None
    return taken
