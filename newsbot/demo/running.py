"""Run a newsroom's server in a child process, watch its requests and change its web."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from newsbot.demo.newsroom import Newsroom


class LoggedRequest(NamedTuple):
    """One request that a site of the newsroom has answered."""

    site: str
    method: str
    path: str
    status: int
    conditional: bool
    """Whether it carried If-None-Match or If-Modified-Since."""
    time: float
    """When it had come, in seconds since the epoch."""
    client: str
    """The IP address from which it came."""


@dataclass
class Running:
    """A newsroom that is being served."""

    newsroom: Newsroom
    base: str
    """Address of the index of all sites."""
    urls: dict[str, str]
    """Home page of each site by its name."""
    process: subprocess.Popen[str]
    log: Path

    def requests(self) -> list[LoggedRequest]:
        """Return every request answered so far, in order."""
        return [LoggedRequest(*json.loads(line)) for line in self.log.read_text("utf-8").splitlines()]

    def publish(self, site: str, count: int = 1) -> list[str]:
        """Publish new articles on a site and return their addresses; the truth grows with it."""
        self._control("publish", site=site, n=str(count))
        return self.newsroom.publish(site, count)

    def revise(self, url: str) -> None:
        """Bring out a later version of the article at this address."""
        self._control("revise", url=url)
        self.newsroom.revise(url)

    def retitle(self, url: str) -> None:
        """Give the article at this address another headline."""
        self._control("retitle", url=url)
        self.newsroom.retitle(url)

    def remove(self, url: str) -> None:
        """Take the article at this address offline."""
        self._control("remove", url=url)
        self.newsroom.remove(url)

    def break_down(self, site: str, kind: str) -> None:
        """Let something go wrong with a site (a key of newsbot.demo.faults.FAULTS) until it is mended."""
        self._control("break", site=site, kind=kind)
        self.newsroom.break_down(site, kind)

    def mend(self, site: str) -> None:
        """Let a site be again as it was made."""
        self._control("mend", site=site)
        self.newsroom.mend(site)

    def set_clock(self, now: datetime) -> None:
        """Say what time it is: what is published and changed from now on says that it was just then."""
        self._control("clock", now=now.isoformat())
        self.newsroom.set_clock(now)

    def stop(self) -> None:
        """End the server process and wait for its end; harmless when it has ended already."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()

    def _control(self, name: str, **query: str) -> dict[str, Any]:
        request = Request(f"{self.base}/__newsroom__/{name}?{urlencode(query)}", method="POST")  # noqa: S310 - our own server
        with urlopen(request, timeout=30) as response:  # noqa: S310 # nosec B310
            result: dict[str, Any] = json.load(response)
        return result


@contextmanager
def serve(
    newsroom: Newsroom, port: int = 0, *, log: Path | None = None, warm: bool = False, latency: float = 0.0
) -> Iterator[Running]:
    """Serve the newsroom from a child process for the length of a with block.

    Args:
        newsroom: is bound to the addresses that the child got, so that its truth names them. It must not
            have been changed yet: the child builds the same newsroom from the same arguments.
        port: first of the ports (index, then the sites); 0 takes free ones.
        log: where the request log goes; None means a temporary file.
        warm: write all article pages before the block begins, for benchmarks.
        latency: seconds from a request to a site to its answer, as of servers that are far away.

    Raises:
        RuntimeError: the server did not come up (a port is taken, for instance); carries its message.
    """
    with tempfile.TemporaryDirectory(prefix="newsroom-") as folder:
        log_path = log or Path(folder) / "requests.jsonl"
        log_path.touch()
        command = [sys.executable, "-m", "newsbot.demo", "--port", str(port), "--with-parent", "--log", str(log_path)]
        command += ["--seed", str(newsroom.seed), "--today", newsroom.today.isoformat()]
        command += ["--articles", str(newsroom.articles)]
        if newsroom.sites is not None:
            command += ["--sites", str(newsroom.sites)]
        if newsroom.page_bytes is not None:
            command += ["--page-bytes", str(newsroom.page_bytes)]
        if newsroom.shown is not None:
            command += ["--shown", str(newsroom.shown)]
        if warm:
            command.append("--warm")
        if latency:
            command += ["--latency", str(latency)]
        with (Path(folder) / "stderr.txt").open("w+", encoding="utf-8") as errors:
            process = subprocess.Popen(  # noqa: S603 - our own module
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True,
                cwd=Path(__file__).resolve().parents[2],
            )  # fmt: skip
            running = Running(newsroom, "", {}, process, log_path)
            try:
                line = process.stdout.readline() if process.stdout else ""
                if not line:
                    process.wait(timeout=10)
                    errors.seek(0)
                    raise RuntimeError(f"the newsroom's server did not start: {errors.read().strip()[-2000:]}")
                ready = json.loads(line)
                newsroom.bind([site["base"] for site in ready["sites"]])
                running.base = ready["base"]
                running.urls = {site["name"]: f"{site['base']}/" for site in ready["sites"]}
                yield running
            finally:
                running.stop()
