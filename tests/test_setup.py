"""Set up in minutes: `newsbot init` makes a project, and every command in it or below it works on the same store."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, fresh_environment, lines_of, scrapy_here, sources_file, typed
from local_web import LocalWeb, article_page, local_web
from scrapy.settings import BaseSettings

from newsbot import project
from newsbot.__main__ import choose_settings, main, overview, versions
from newsbot.commands.init import ENVIRONMENT, files
from newsbot.sources import load_sources

NAMES = ("scrapy.cfg", "outlets.toml", ".env")


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """A project, as `init` makes it, with a folder below it."""
    assert scrapy_here(monkeypatch, tmp_path, "init", str(tmp_path / "news")) == 0
    capsys.readouterr()
    monkeypatch.delenv("SCRAPY_SETTINGS_MODULE", raising=False)
    (tmp_path / "news" / "deep" / "below").mkdir(parents=True)
    return tmp_path / "news"


def reading(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Read the settings in a process that stands in a folder, and print the few that these tests ask for."""
    names = ("NEWSBOT_OUTPUT", "NEWSBOT_DATABASE_URL", "NEWSBOT_MAX_NEW", "NEWSBOT_METRICS_FILE")
    code = f"import newsbot.settings as settings; print(*(getattr(settings, name) for name in {names}), sep='\\n')"
    command, fresh = [sys.executable, "-c", code], fresh_environment(**environment)
    return subprocess.run(command, cwd=folder, env=fresh, capture_output=True, text=True, timeout=300, check=False)


def settings_in(folder: Path, **environment: str) -> list[str]:
    """Return NEWSBOT_OUTPUT, _DATABASE_URL, _MAX_NEW and _METRICS_FILE of a process that stands in a folder."""
    shown = reading(folder, **environment)
    assert shown.returncode == 0, shown.stderr
    return shown.stdout.splitlines()


def test_init_writes_three_files_that_say_what_they_are_for(made: Path) -> None:
    assert {path.name for path in made.iterdir() if path.is_file()} == set(NAMES)
    assert [source.name for source in load_sources(made / "outlets.toml")] == ["the-guardian", "srf", "le-monde"]
    assert (made / ".env").stat().st_mode & 0o077 == 0, "it may hold passwords"
    settings = BaseSettings()
    settings.setmodule("newsbot.settings")
    named = {line.lstrip("#").partition("=")[0] for line in ENVIRONMENT.splitlines() if "NEWSBOT_" in line[:9]}
    assert named <= set(settings)
    assert {"NEWSBOT_CONTACT", "NEWSBOT_SOURCES", "NEWSBOT_DATABASE_URL"} <= named


def test_what_init_says_to_do_next_can_be_typed(tmp_path: Path) -> None:
    said = typed(tmp_path, "newsbot", "init")
    assert (said.returncode, said.stderr) == (0, "")
    commands = [line.split("#")[0].strip() for line in said.stdout.splitlines() if line.startswith("    ")]
    assert commands == [
        "newsbot crawl news",
        "newsbot sources add https://example.org",
        "newsbot browse",
        "newsbot --help",
    ]
    listed = typed(tmp_path, "newsbot", "sources", "list")
    assert "the-guardian" in listed.stdout


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_that_is_taken_is_left_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    (tmp_path / name).write_text("mine")
    assert scrapy_here(monkeypatch, tmp_path, "init", str(tmp_path)) == 2
    assert capsys.readouterr().err == f"{tmp_path} has {name} already; nothing was written\n"
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [(name, "mine")]


def test_what_cannot_be_written_is_one_line_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    for folder in (f"{tmp_path}/file", f"{tmp_path}/file/news", "/proc/news"):
        assert scrapy_here(monkeypatch, tmp_path, "init", folder) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith(f"{folder} cannot be made a project: ")
    written = 0

    def no_more_than_one(path: str, flags: int, mode: int = 0o777) -> int:
        nonlocal written
        written += 1
        if written > 1:
            raise OSError(28, "No space left on device")
        return real(path, flags, mode)

    real = os.open
    monkeypatch.setattr("newsbot.commands.init.os.open", no_more_than_one)
    assert scrapy_here(monkeypatch, tmp_path, "init", f"{tmp_path}/my/news") == 2
    assert "No space left on device; nothing was written" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_newsbot_and_scrapy_work_on_one_store_from_every_folder_of_the_project(made: Path) -> None:
    below = made / "deep" / "below"
    with local_web() as web:
        stories(web, made, 2)
        quick = {"NEWSBOT_EXTRACT_WORKERS": "0"}
        first = typed(below, "newsbot", "crawl", "news", "-s", "DOWNLOAD_DELAY=0", **quick)
        assert first.returncode == 0, first.stderr
        assert "fetched 2 = new 2" in first.stderr
        again = typed(made, "scrapy", "crawl", "news", "-s", "DOWNLOAD_DELAY=0", **quick)
    assert again.returncode == 0, again.stderr
    assert "fetched 0 = 0" in again.stderr
    assert len(lines_of(made / "output", "articles")) == 2
    for folder, program in ((below, "scrapy"), (made, "newsbot")):
        exported = typed(folder, program, "export", "all.csv")
        assert (exported.returncode, exported.stdout) == (0, "all.csv: 2 articles\n"), exported.stderr
        assert (folder / "all.csv").exists(), "a path that is typed is meant from where one stands"
    assert {path.name for path in below.iterdir()} == {"all.csv", "all.csv.datapackage.json"}


def stories(web: LocalWeb, made: Path, count: int) -> None:
    """Put a site up that has some stories, and make it the only outlet of a project."""
    urls = [web.put(f"/2026/11/20/story-{n}", article_page(f"Story {n} of the day", f"topic{n}")) for n in range(count)]
    file = sources_file(made, a={"home": f"{web.base}/", "feeds": [web.feed("/feed.xml", urls)]})
    file.replace(made / "outlets.toml")


def test_a_sources_file_that_is_typed_is_meant_from_where_one_stands(made: Path) -> None:
    below = made / "deep"
    (below / "mine.toml").write_text('[[source]]\nname = "mine"\nhome = "https://mine.example/"\n')
    listed = typed(below, "newsbot", "sources", "list", "--file", "mine.toml")
    assert "https://mine.example/" in listed.stdout
    assert "the-guardian" in typed(below, "newsbot", "sources", "list").stdout


def test_the_env_file_sets_and_the_environment_wins(made: Path) -> None:
    text = 'NEWSBOT_OUTPUT=found\nexport NEWSBOT_MAX_NEW=7 # few\nNEWSBOT_DATABASE_URL="sqlite:///a.db"\n'
    (made / ".env").write_text(text)
    assert settings_in(made)[:3] == ["found", "sqlite:///a.db", "7"]
    below = made / "deep"
    assert settings_in(below)[:3] == [str(made / "found"), f"sqlite:///{made / 'a.db'}", "7"]
    given = {"NEWSBOT_OUTPUT": "/data", "NEWSBOT_MAX_NEW": "8", "NEWSBOT_DATABASE_URL": "postgresql+psycopg:///a"}
    assert settings_in(below, **given)[:3] == ["/data", "postgresql+psycopg:///a", "8"]
    assert settings_in(below, NEWSBOT_OUTPUT="other")[0] == str(made / "other")
    assert settings_in(below, NEWSBOT_METRICS_FILE="news.prom")[3] == str(made / "news.prom")


def test_the_command_line_wins_over_all_of_them(made: Path) -> None:
    (made / ".env").write_text("NEWSBOT_MAX_NEW=7\n")
    asked = ("settings", "--get", "NEWSBOT_MAX_NEW", "-s", "NEWSBOT_MAX_NEW=3")
    assert typed(made / "deep", "newsbot", *asked, NEWSBOT_MAX_NEW="8").stdout == "3\n"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("A=1\n\n# fine\nNEWSBOT_OUTPUT\n", ":4: expected NAME=VALUE, or a comment behind #, not 'NEWSBOT_OUTPUT'"),
        ("NEWSBOT_OUTPUT='open\n", ":1: expected NAME=VALUE, or a comment behind #, not \"NEWSBOT_OUTPUT='open\""),
        ("A=1\nNEWSBOT_OTUPUT=x\n", ":2: there is no setting NEWSBOT_OTUPUT (did you mean NEWSBOT_OUTPUT?)"),
        ("NEWSBOT_CONTACT=caf\xe9\n", ": is not UTF-8 text (byte 19)"),
    ],
)  # fmt: skip
def test_a_broken_line_of_the_env_file_is_one_clear_message(made: Path, text: str, fault: str) -> None:
    (made / ".env").write_bytes(text.encode("latin-1"))
    refused = reading(made / "deep")
    assert (refused.returncode, refused.stdout, refused.stderr) == (2, "", f"{made / '.env'}{fault}\n")


@pytest.mark.parametrize("program", ["newsbot", "scrapy"])
def test_every_command_says_what_is_wrong_with_the_env_file(made: Path, program: str) -> None:
    (made / ".env").write_text("NEWSBOT_OUTPUT\n")
    refused = typed(made, program, "list")
    assert (refused.returncode, refused.stdout, refused.stderr.count("\n")) == (2, "", 1)
    assert refused.stderr.startswith(f"{made / '.env'}:1: expected NAME=VALUE")


def test_a_setting_of_the_environment_that_is_of_another_kind_is_refused(made: Path) -> None:
    refused = typed(made, "newsbot", "sources", "list", NEWSBOT_MAX_NEW="many")
    assert (refused.returncode, refused.stderr) == (2, "NEWSBOT_MAX_NEW: a whole number, not 'many'\n")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, in which this process stands; nothing says where a store is."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["newsbot"])
    for name in ("SCRAPY_SETTINGS_MODULE", "NEWSBOT_OUTPUT", "NEWSBOT_DATABASE_URL"):
        monkeypatch.setenv(name, "")  # so that it is put back, whatever it is set to
        monkeypatch.delenv(name)
    return tmp_path


@pytest.mark.parametrize("command", ["crawl news", "export all.csv", "coverage", "browse"])
def test_outside_of_a_project_it_says_what_to_do(here: Path, capsys: pytest.CaptureFixture[str], command: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(command.split())
    name, _, _ = command.partition(" ")
    said = f"newsbot: {name}: there is no project in this folder or above it; newsbot init makes one here\n"
    assert (ended.value.code, capsys.readouterr().err) == (2, said)
    assert not list(here.iterdir())


@pytest.mark.parametrize("command", ["sources list", "demo", "list", "export all.csv -s NEWSBOT_OUTPUT=elsewhere"])
def test_what_needs_no_project_or_is_told_of_a_store_works_everywhere(here: Path, command: str) -> None:
    choose_settings(command.split())
    assert os.environ["SCRAPY_SETTINGS_MODULE"] == "newsbot.settings"


def test_somebody_elses_project_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "scrapy.cfg").write_text("[settings]\ndefault = theirs.settings\n")
    (tmp_path / ".env").write_text("this is = no business of ours\nNOT A LINE\n")
    below = tmp_path / "theirs" / "data"
    below.mkdir(parents=True)
    (tmp_path / "theirs" / "settings.py").write_text('BOT_NAME = "theirs"\n')
    refused = typed(below, "newsbot", "crawl", "news")
    assert refused.returncode == 2
    whose = f"newsbot: {tmp_path / 'scrapy.cfg'} is of another Scrapy project (theirs.settings), which newsbot leaves"
    assert refused.stderr.startswith(whose)
    assert "newsbot init DIR makes" in refused.stderr
    said = typed(below, "newsbot", "init", "news")
    assert said.returncode == 0, said.stderr
    assert f"{tmp_path / 'scrapy.cfg'} is of a project above this one" in said.stdout
    chosen = settings_in(below, SCRAPY_SETTINGS_MODULE="newsbot.settings")
    assert chosen[0] == "output", "nothing is put into their folder"


def test_a_project_with_settings_and_spiders_of_its_own_is_newsbots_still(made: Path) -> None:
    (made / "scrapy.cfg").write_text("[settings]\ndefault = mine\n")
    (made / "mine.py").write_text(
        'from newsbot.settings import *\nSPIDER_MODULES = [*SPIDER_MODULES, "spiders"]\nDOWNLOAD_DELAY = 3\n'
    )
    (made / "spiders.py").write_text("import scrapy\nclass Mine(scrapy.Spider):\n    name = 'mine'\n")
    (made / ".env").write_text("NEWSBOT_OUTPUT=found\n")
    listed = typed(made / "deep", "newsbot", "list")
    assert listed.stdout.split() == ["archive", "mine", "news", "site"], listed.stderr
    assert settings_in(made / "deep")[0] == str(made / "found")


def test_a_command_that_there_is_not_names_the_nearest(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["exprot", "all.csv"])
    assert ended.value.code == 2
    said = "newsbot: there is no command 'exprot' (did you mean export?); newsbot --help shows which there are\n"
    assert capsys.readouterr().err == said


def test_newsbot_alone_names_every_command_with_a_line(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commands = {path.stem for path in (ROOT / "newsbot" / "commands").rglob("[a-z]*.py")}
    main([])
    alone = capsys.readouterr().out
    main(["--help"])
    assert alone == capsys.readouterr().out == f"{overview()}\n"
    rows = [line.split(maxsplit=1) for line in alone.splitlines() if line.startswith("  ") and "  newsbot " not in line]
    assert {name for name, does in rows if len(does) > 10} == commands
    assert max(map(len, alone.splitlines())) <= 100


def test_the_version_is_one_line_of_all_that_a_report_needs(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["--version"])
    assert capsys.readouterr().out == f"{versions()}\n"
    assert [word for word in versions().replace(",", "").split() if word.isalpha()] == [
        "newsbot", "scrapy", "trafilatura", "Python",
    ]  # fmt: skip


def test_helps_say_what_is_typed(made: Path) -> None:
    asked = typed(made, "newsbot", "sources", "check", "--help")
    assert "newsbot sources check [options] [NAME ...]" in asked.stdout
    assert asked.stdout.rstrip().endswith("Example: newsbot sources check the-bbc the-guardian")
    assert "scrapy " not in asked.stdout
    refused = typed(made, "newsbot", "export", "all.csv", "--since", "never")
    assert refused.stderr.startswith("newsbot export: argument --since: ")
    assert refused.stderr.endswith("; newsbot export --help shows how\n")


def test_bash_completes_commands_options_and_spiders(made: Path, tmp_path: Path) -> None:
    script = typed(made, "newsbot", "completion", "bash")
    assert script.returncode == 0, script.stderr
    (tmp_path / "completion.bash").write_text(script.stdout)

    def completed(*words: str) -> set[str]:
        line = " ".join(f"'{word}'" for word in words)
        code = f"source completion.bash; COMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; COMPREPLY=(); "
        code += f"_shtab_newsbot newsbot '{words[-1]}' '{words[-2]}'; printf '%s\\n' \"${{COMPREPLY[@]}}\""
        run = subprocess.run(["bash", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
        return set(run.stdout.split())

    assert completed("newsbot", "revi") == {"revisions"}
    assert {"crawl", "export", "init", "sources"} <= completed("newsbot", "")
    assert "--since" in completed("newsbot", "export", "all.csv", "--s")
    assert completed("newsbot", "crawl", "n") == {"news"}
    assert completed("newsbot", "sources", "ch") == {"check"}
    assert completed("newsbot", "sources", "list", "--file", "compl") == {"completion.bash"}


def test_the_parts_of_a_project_are_what_the_docs_say(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("SCRAPY_SETTINGS_MODULE", raising=False)
    for name, text in files().items():
        (tmp_path / name).write_text(text)
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    assert project.folder() == tmp_path
    assert project.located("output") == str(tmp_path / "output")
    assert [project.located(path) for path in ("/data", "", "s3://a/b")] == ["/data", "", "s3://a/b"]
    for url in ("postgresql+psycopg:///news", "sqlite:////data/a.db", "sqlite:///:memory:"):
        assert project.located(url) == url
    monkeypatch.chdir(tmp_path)
    assert project.located("output") == "output"
