"""Articles in a plain script: `from newsbot import collect`. A child process runs the crawl.

So a script may have an event loop of its own, or none, and its signals; and the crawl is what `scrapy crawl` is:
polite, in a store that remembers, with files.

The child writes a line an article into a file, and a byte into a pipe that wakes the script; who is slow to read holds
up no crawl. It is asked to end by closing its standard input, which happens by itself when the script dies.
"""

from __future__ import annotations

import io
import logging
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from newsbot.process import ExitStatus, NewsbotError, UsageError

if TYPE_CHECKING:
    from newsbot.sources import Source

logger = logging.getLogger("newsbot")

UNREACHABLE = re.compile(r"source \S+: unreachable: ")
"""Begins the message on a source none of whose listings could be read."""
LEVEL = re.compile(r"(?:WARNING|ERROR|CRITICAL) ")
"""Begins a line of the child's log."""
MOST_TOLD = 20
"""Lines of the child's log that an error quotes."""

Article = dict[str, Any]
Sources = str | os.PathLike[str] | Iterable["str | Mapping[str, object] | Source"]


def collect(
    sources: Sources, *, output: str | os.PathLike[str] | None = None, settings: Mapping[str, object] | None = None
) -> Generator[Article, None, None]:
    """Collect what is new from some sources, and yield each article while the crawl goes on, as docs/data.md has it.

    Leaving the loop early ends the crawl in good order: what was stored is in files, the rest is left to the next one.

    Args:
        sources: a sources file; or the address of a site, whose feeds and sitemaps are found by themselves; or several
            of such addresses, and of dictionaries with the fields of a sources file ("name", "home", "feeds" ...).
        output: the folder of the store and the files, by default that of the settings (NEWSBOT_OUTPUT).
        settings: further settings of the crawl, by name.

    Raises:
        UsageError: what was asked for cannot be meant, such as a faulty source; at once, before anything is fetched.
        NewsbotError: the crawl could not be carried out, or no source could be reached; when its last article was
            yielded. A source that could not be reached, of several, is a warning in the log ("newsbot").
    """
    listed, homes = _sorted_out(sources)
    return _articles(listed, homes, _options(output, settings or {}))


def _sorted_out(sources: Sources) -> tuple[list[Source], list[str]]:
    """Return the sources that are described, and the addresses of sites that are to be found by themselves."""
    from pydantic import ValidationError

    from newsbot.sources import Source, SourcesError, load_sources

    if isinstance(sources, os.PathLike) or (isinstance(sources, str) and "://" not in sources):
        return load_sources(Path(sources)), []
    listed: list[Source] = []
    homes: list[str] = []
    for number, given in enumerate([sources] if isinstance(sources, str) else sources):
        if isinstance(given, str):
            homes.append(_home(given))
            continue
        try:
            source = given if isinstance(given, Source) else Source.model_validate(given)
        except ValidationError as error:
            faults = [f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()]
            raise SourcesError(f"sources[{number}]: {'; '.join(faults)}") from None
        if source.name in (known.name for known in listed):
            raise SourcesError(f"sources[{number}]: name: {source.name!r} is taken by another one")
        listed.append(source)
    if not listed and not homes:
        raise SourcesError("sources: name at least one")
    return listed, homes


def _home(address: str) -> str:
    from newsbot.web.urls import InvalidURL, canonical_url

    try:
        return canonical_url(address)
    except InvalidURL as error:
        raise UsageError(f"sources: {error}") from None


def _options(output: str | os.PathLike[str] | None, settings: Mapping[str, object]) -> list[str]:
    """Return what every crawl is told on its command line."""
    import orjson

    said = {"LOG_FORMAT": "%(levelname)s %(message)s", **settings}
    if output is not None:
        said["NEWSBOT_OUTPUT"] = os.fspath(Path(output).absolute())
    texts = {name: value if isinstance(value, str) else orjson.dumps(value).decode() for name, value in said.items()}
    settings_given = [word for name, value in texts.items() for word in ("-s", f"{name}={value}")]
    return ["-L", "WARNING", "-o", "-:jsonl", *settings_given]


def _articles(listed: Sequence[Source], homes: Sequence[str], options: Sequence[str]) -> Generator[Article, None, None]:
    from newsbot.sources import toml_block

    with tempfile.TemporaryDirectory(prefix="newsbot-") as folder:
        if listed:
            file = Path(folder) / "sources.toml"
            file.write_text("\n".join(map(toml_block, listed)), "utf-8")
            crawl = ["crawl", "news", "-a", f"sources={file}", *options]
            yield from _articles_of(crawl, Path(folder) / "news.jsonl", len(listed))
        for number, home in enumerate(homes):
            crawl = ["crawl", "site", "-a", f"url={home}", *options]
            yield from _articles_of(crawl, Path(folder) / f"{number}.jsonl", 1)


def _articles_of(crawl: Sequence[str], spool: Path, sources: int) -> Generator[Article, None, None]:
    """Yield the articles of one crawl of so many sources, and say how it ended."""
    import orjson

    spool.touch()
    command = [sys.executable, "-m", __name__, str(spool), *crawl]
    environment = {**os.environ, "SCRAPY_SETTINGS_MODULE": "newsbot.settings"}
    with spool.open("rb") as lines, tempfile.TemporaryFile() as log:
        # In a session of its own, so that Ctrl-C is the script's, which then ends the crawl in good order.
        with subprocess.Popen(  # noqa: S603 (our own command)
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, env=environment, start_new_session=True
        ) as child:
            assert child.stdin is not None
            assert child.stdout is not None
            try:
                torn = b""
                while os.read(child.stdout.fileno(), io.DEFAULT_BUFFER_SIZE):
                    *whole, torn = (torn + lines.read()).split(b"\n")
                    for line in whole:
                        yield orjson.loads(line)
            finally:
                child.stdin.close()
                child.wait()
        log.seek(0)
        _tell(child.returncode, log.read().decode(errors="replace").splitlines(), sources)


def _tell(status: int, said: Sequence[str], sources: int) -> None:
    """Log what was wrong with a crawl; raise NewsbotError where nothing could come of it."""
    errors = [line.partition(" ")[2] for line in said if line.startswith(("ERROR ", "CRITICAL "))]
    unreachable = [line for line in errors if UNREACHABLE.match(line)]
    if status < 0:
        raise NewsbotError(f"the crawl was ended by signal {-status} ({signal.strsignal(-status)})")
    is_refused = status == ExitStatus.ELSEWHERE and errors
    if status in (ExitStatus.CRASHED, ExitStatus.USAGE, ExitStatus.INTERRUPTED) or is_refused:
        raise _error(status, errors or said)
    if status == ExitStatus.UNREACHABLE and len(unreachable) >= sources:
        raise _error(status, unreachable)
    for line in said:
        logger.warning("%s", LEVEL.sub("", line, count=1))


def _error(status: int, messages: Sequence[str]) -> NewsbotError:
    message = "\n".join(messages[-MOST_TOLD:]) or f"the crawl exited with {status}"
    error = UsageError(message) if status == ExitStatus.USAGE else NewsbotError(message)
    error.exit_status = ExitStatus(status)
    return error


class _Spool(io.BufferedWriter):
    """Where the child's lines go: each is in the file before the script is woken."""

    def __init__(self, path: str, doorbell: int) -> None:
        super().__init__(io.FileIO(path, "a"))
        self._doorbell = doorbell
        os.set_blocking(doorbell, False)

    def write(self, data: Any, /) -> int:
        written = super().write(data)
        self.flush()
        with suppress(OSError):  # it has been woken often enough, or there is no script any more
            os.write(self._doorbell, b".")
        return written


def _end_with_script() -> None:
    """Ask this process to end, in good order, when the script closes the pipe or dies."""
    while os.read(0, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def _main(spool: str, command: Sequence[str]) -> None:
    sys.stdout = io.TextIOWrapper(_Spool(spool, 1), "utf-8")
    threading.Thread(target=_end_with_script, daemon=True).start()
    from scrapy.cmdline import execute

    execute(["scrapy", *command])


if __name__ == "__main__":
    _main(sys.argv[1], sys.argv[2:])
