"""`scrapy browse`: the store in a web browser, to read and to query."""

from __future__ import annotations

import argparse
import contextlib
import socket

from scrapy.commands import ScrapyCommand

from newsbot.commands._base import NewsbotCommand, whole_number
from newsbot.process import ExitStatus, MissingExtra, NewsbotError

HOST, PORT = "127.0.0.1", 8001


class Command(NewsbotCommand, ScrapyCommand):
    """Serves the SQLite store with Datasette, read-only, to this machine alone."""

    example = "scrapy browse --port 8080"

    def syntax(self) -> str:
        return "[options]"

    def short_desc(self) -> str:
        return "Show the store in a web browser, read-only"

    def long_desc(self) -> str:
        return (
            "Show the store in a web browser: tables, full-text search, SQL. It is opened read-only and never "
            f"locked, so crawls may run meanwhile. It is served on {HOST} alone."
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

        path = sqlite_file(self.store_url)
        if path is None:
            raise NewsbotError("browse shows SQLite stores, and NEWSBOT_DATABASE_URL names another database")
        with self.open_store():
            pass  # it is there, and brought up to date
        try:
            import uvicorn

            from newsbot.export.datasette import application
        except ImportError:
            raise MissingExtra("browse needs", "browse") from None
        with _bound(opts.port) as taken:
            print(f"{path}: http://{HOST}:{taken.getsockname()[1]}/newsbot/articles (Ctrl-C ends it)", flush=True)
            server = uvicorn.Server(uvicorn.Config(application(path), log_level="warning", lifespan="on"))
            with contextlib.suppress(KeyboardInterrupt):  # uvicorn raises it again, once it has ended
                server.run(sockets=[taken])
        return ExitStatus.WHOLE


def _bound(port: int) -> socket.socket:
    """Return a socket that listens on a port of this machine. Raises NewsbotError where that cannot be had."""
    taken = socket.socket()
    try:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind((HOST, port))
        taken.listen(100)
    except (OSError, OverflowError) as error:
        taken.close()
        raise NewsbotError(f"port {port} cannot be used ({error}); try scrapy browse --port {PORT + 10}") from None
    return taken
