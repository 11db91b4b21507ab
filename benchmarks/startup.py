"""What does it cost to start? Commands of newsbot beside those of an empty Scrapy project, in seconds of CPU.

    python benchmarks/startup.py [--rounds 10] [--beside CHECKOUT]

Each command runs in a process of its own, user and system time, all files compiled and in memory; a crawl is stopped
when its first request arrives at a server of this process, and what its worker processes cost is not in its figure.
The projects take turns, a round each, and the least of all rounds counts: a shared machine only ever adds.
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
PLAIN = {
    "scrapy.cfg": "[settings]\ndefault = plain.settings\n",
    "plain/__init__.py": "",
    "plain/settings.py": 'BOT_NAME = "plain"\nSPIDER_MODULES = ["plain.spiders"]\nLOG_LEVEL = "INFO"\n',
    "plain/spiders/__init__.py": "",
    "plain/spiders/news.py": """
import scrapy


class News(scrapy.Spider):
    name = "news"

    def __init__(self, url=None, **given):
        super().__init__(**given)
        self.start_urls = [url]

    def parse(self, response):
        yield {"url": response.url}
""",
}
COMMANDS = ("version", "--help", "crawl --help", "list", "sources --help", "sources list")
OURS = ("sources",)
"""Commands that Scrapy has not."""


def cpu_of_command(project: Path, command: list[str]) -> float:
    """Run a command to its end; return the seconds of CPU that its process took."""
    process = _start(project, command)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"scrapy {' '.join(command)} ended with {process.returncode} in {project}")
    return used.ru_utime + used.ru_stime


def cpu_of_crawl(project: Path, command: Callable[[str], list[str]]) -> float:
    """Run a crawl of a server's page until its first request; return the seconds of CPU its process took by then."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(120)
        process = _start(project, command(f"http://127.0.0.1:{server.getsockname()[1]}/"))
        try:
            connection, _ = server.accept()
            connection.recv(1)
            used = time.clock_gettime(~process.pid << 3 | 2)  # clock_getcpuclockid(3), which Python has not
            connection.close()
        finally:
            process.kill()
            process.wait()
    return used


def _start(project: Path, command: list[str]) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(project), "NEWSBOT_DATABASE_URL": "", "PYTHONDONTWRITEBYTECODE": ""}
    silent = subprocess.DEVNULL
    program = [sys.executable, "-m", "scrapy", *command]
    return subprocess.Popen(program, cwd=project, env=environment, stdout=silent, stderr=silent)


def measures(folder: Path, checkouts: dict[str, Path]) -> dict[str, dict[str, Callable[[], float]]]:
    """Return what is measured: row -> project -> a function that measures it once."""
    for name, text in PLAIN.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    sources = folder / "sources.toml"

    def arguments(url: str, output: Path) -> list[str]:
        sources.write_text(f'[[source]]\nname = "a"\nhome = "{url}"\n', "utf-8")
        return ["crawl", "news", "-a", f"sources={sources}", "-s", f"NEWSBOT_OUTPUT={output}"]

    def crawl(checkout: Path, *, is_known: bool) -> Callable[[], float]:
        left = folder / f"left by {checkout.name}"

        def command(url: str) -> list[str]:
            output = Path(tempfile.mkdtemp(dir=folder))
            if is_known:
                if not left.exists():
                    _start(checkout, arguments("http://127.0.0.1:1/", left)).wait()
                shutil.copytree(left, output, dirs_exist_ok=True)
            return arguments(url, output)

        return lambda: cpu_of_crawl(checkout, command)

    plain_crawl = lambda: cpu_of_crawl(folder, lambda url: ["crawl", "news", "-a", f"url={url}"])  # noqa: E731
    rows: dict[str, dict[str, Callable[[], float]]] = {}
    for command in COMMANDS:
        projects = checkouts if command.startswith(OURS) else {"plain Scrapy": folder, **checkouts}
        rows[command] = {
            name: lambda project=project, command=command: cpu_of_command(project, command.split())
            for name, project in projects.items()
        }
    for row, is_known in (("crawl, a new store", False), ("crawl, its store is there", True)):
        rows[row] = {"plain Scrapy": plain_crawl} | {
            name: crawl(checkout, is_known=is_known) for name, checkout in checkouts.items()
        }
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--beside", type=Path, help="another checkout of newsbot, to compare with")
    parser.add_argument("--only", default="", help="rows whose name begins so")
    chosen = parser.parse_args()
    checkouts = {"newsbot": ROOT} | ({chosen.beside.name: chosen.beside.resolve()} if chosen.beside else {})
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PYTHONPYCACHEPREFIX"] = f"{folder}/compiled"
        rows = measures(Path(folder), checkouts)
        rows = {row: projects for row, projects in rows.items() if row.startswith(chosen.only)}
        least: dict[tuple[str, str], float] = {}
        for number in range(chosen.rounds + 1):  # the first one compiles
            for row, projects in rows.items():
                for name, measure in projects.items():
                    seconds = measure()
                    if number:
                        least[row, name] = min(seconds, least.get((row, name), seconds))
    names = ["plain Scrapy", *checkouts]
    print(f"{'scrapy …':<28}", *(f"{name:>14}" for name in names))
    for row in rows:
        print(f"{row:<28}", *(f"{least[row, name]:>14.2f}" if (row, name) in least else f"{'':>14}" for name in names))


if __name__ == "__main__":
    main()
