"""`scrapy browse`: the store in a web browser, to read and to query."""

from __future__ import annotations

import argparse
import contextlib
import socket
import sys
from pathlib import Path

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from newsbot.store import StoreError
from newsbot.store.database import open_existing, sqlite_file, store_url

HOST, PORT = "127.0.0.1", 8001


class Command(ScrapyCommand):
    """Serves the SQLite store with Datasette, read-only, to this machine alone."""

    requires_project = True
    requires_crawler_process = False

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
        parser.add_argument("--port", type=int, default=PORT, help=f"port to serve on ({PORT})")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if args:
            raise UsageError("browse takes no arguments", print_help=False)
        assert self.settings is not None
        url = store_url(self.settings["NEWSBOT_DATABASE_URL"], Path(self.settings["NEWSBOT_OUTPUT"]))
        path = sqlite_file(url)
        if path is None:
            self._fail("browse shows SQLite stores, and NEWSBOT_DATABASE_URL names another database")
            return
        try:
            open_existing(url).dispose()
            import uvicorn

            from newsbot.export.datasette import application
        except StoreError as error:
            self._fail(str(error))
            return
        except ImportError:
            self._fail("browse needs an extra: pip install 'newsbot[browse]'")
            return
        with socket.socket() as taken:
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                taken.bind((HOST, opts.port))
                taken.listen(100)
            except (OSError, OverflowError) as error:
                self._fail(f"port {opts.port} cannot be used ({error}); try scrapy browse --port {PORT + 10}")
                return
            print(f"{path}: http://{HOST}:{taken.getsockname()[1]}/newsbot/articles (Ctrl-C ends it)", flush=True)
            server = uvicorn.Server(uvicorn.Config(application(path), log_level="warning", lifespan="on"))
            with contextlib.suppress(KeyboardInterrupt):  # uvicorn raises it again, once it has ended
                server.run(sockets=[taken])

    def _fail(self, message: str) -> None:
        print(message, file=sys.stderr)
        self.exitcode = 1
