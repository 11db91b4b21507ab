"""deploy/: what puts newsbot on a schedule is whole, shut in, and does what docs/deploy.md says."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
import yaml
from conftest import ROOT, lines_of, scrapy_environment
from local_web import LocalWeb, article_page, local_web

from newsbot import settings as defaults
from newsbot.commands.init import files, make
from newsbot.process import ExitStatus

DEPLOY = ROOT / "deploy"
UNITS = DEPLOY / "systemd"
PAGE = (ROOT / "docs" / "deploy.md").read_text("utf-8")
MOST_EXPOSED = 3.0
"""What `systemd-analyze security` may say of a unit: 0 is shut in, 10 is open to all."""
PATIENCE = 300
"""Seconds for what takes five on a machine that has nothing else to do."""

TRIED = """\
systemd-tmpfiles --create --prefix=/run/log
cp /out/outlets.toml /var/lib/newsbot/
echo NEWSBOT_ALARMS=json://127.0.0.1:9/ >> /var/lib/newsbot/.env
systemctl start newsbot.service
cp -r /var/lib/newsbot/output /out/
cd /var/lib/newsbot && stat -c %U:%a . .env output/newsbot.db > /out/owners
echo nonsense > outlets.toml
systemctl start newsbot.service || echo refused
log="journalctl -o cat -u newsbot-alarm@newsbot.service"
for try in $(seq 100); do $log | grep -q "not valid TOML" && break; sleep 0.1; done
$log > /out/alarm
"""
"""What is tried when all is set up: a whole run, and one that is refused."""

needs_systemd = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd-analyze")


def block(heading: str) -> list[str]:
    """The lines of the first shell block below a heading of docs/deploy.md."""
    return PAGE.partition(f"\n## {heading}\n")[2].partition("```sh\n")[2].partition("```")[0].splitlines()


def test_every_file_of_deploy_is_in_the_docs_and_every_one_there_exists() -> None:
    named = {Path(path) for pattern in re.findall(r"deploy/[\w./*@-]+\w", PAGE) for path in ROOT.glob(pattern)}
    assert {ROOT / path for path in re.findall(r"deploy/[\w./@-]+\w", PAGE) if "*" not in path} <= {*DEPLOY.rglob("*")}
    assert {path for path in DEPLOY.rglob("*") if path.is_file()} <= named


@needs_systemd
def test_the_units_are_whole(tmp_path: Path) -> None:
    there = tmp_path / "etc" / "systemd" / "system"
    shutil.copytree(UNITS, there)
    shutil.copytree("/lib/systemd/system", tmp_path / "lib" / "systemd" / "system", symlinks=True)
    for command in ("bin/sh", "opt/newsbot/bin/newsbot"):
        path = tmp_path / command
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("#!/bin/sh\n")
        path.chmod(0o755)
    units = [
        path.name.replace("@.", "@newsbot.") for suffix in ("service", "timer") for path in there.glob(f"*.{suffix}")
    ]
    run = subprocess.run(
        ["systemd-analyze", "verify", f"--root={tmp_path}", *units], capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stdout + run.stderr) == (0, ""), "a name misspelt, a unit that is not there"
    assert len(units) == 7


@needs_systemd
@pytest.mark.parametrize("unit", sorted(path.name for path in UNITS.glob("*.service")))
def test_the_units_are_shut_in(unit: str) -> None:
    command = ["systemd-analyze", "security", "--offline=true", f"--threshold={int(MOST_EXPOSED * 10)}", UNITS / unit]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout
    rated = re.search(r"exposure level for \S+: ([\d.]+)", run.stdout)
    assert rated
    assert rated[1] in PAGE


def test_both_units_are_alike_but_for_the_command_and_only_what_newsbot_tells_itself_is_no_failure() -> None:
    crawl, prune = ((UNITS / f"{name}.service").read_text().splitlines() for name in ("newsbot", "newsbot-prune"))
    other = [(one, another) for one, another in zip(crawl, prune, strict=True) if one != another]
    assert [one.partition("=")[0] for one, _ in other[1:]] == ["Description", "ExecStart"]
    told = {ExitStatus.UNREACHABLE, ExitStatus.ELSEWHERE, ExitStatus.ENDED_EARLY}
    assert f"SuccessExitStatus={' '.join(str(int(status)) for status in sorted(told))}" in crawl


def test_the_units_of_many_machines_may_do_what_a_run_may_and_begin_again_by_themselves() -> None:
    shut_in = "NoNewPrivileges"
    run = (UNITS / "newsbot.service").read_text().partition(shut_in)
    for command in ("work", "beat"):
        unit = (UNITS / f"newsbot-{command}.service").read_text().partition(shut_in)
        assert unit[2] == run[2]
        assert {"Restart=always", f"ExecStart=/opt/newsbot/bin/newsbot scale {command}"} <= set(unit[0].splitlines())


@contextmanager
def one_article() -> Iterator[LocalWeb]:
    with local_web() as web:
        web.feed("/feed", [web.put("/harbour", article_page("Money for the harbour", "the harbour wall"))])
        yield web


def outlets_of(web: LocalWeb) -> str:
    return f'[[source]]\nname = "harbour"\nhome = "{web.base}/"\nfeeds = ["{web.base}/feed"]\n'


@pytest.mark.boots
def test_what_the_page_says_sets_newsbot_up_under_a_real_systemd_that_lets_it_work_and_sends_the_alarm(
    tmp_path: Path,
) -> None:
    lines = [line for line in block("systemd") if "venv" not in line and "pip" not in line]
    assert len(lines) == 7
    lines[-1] = lines[-1].replace("--now ", "")  # else all that a machine starts with is started here
    for unit in ("newsbot.service", "newsbot-prune.service", "newsbot-alarm@.service"):
        alone = f"/run/systemd/system/{unit}.d"
        lines.insert(-2, f"mkdir -p {alone}; printf '[Unit]\\nDefaultDependencies=no\\n' > {alone}/alone.conf")
    script, out = tmp_path / "script", tmp_path / "out"
    out.mkdir()
    with one_article() as web:
        (out / "outlets.toml").write_text(outlets_of(web))
        script.write_text("\n".join(("trap 'touch /out/ended' EXIT", "set -e", *lines, TRIED)))
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHON_HOME": sys.base_prefix,
            "PYTHON_PATH": str(Path(pytest.__file__).parents[1]),
        }
        alone = ["unshare", "--mount", "--pid", "--fork", "--uts", "--ipc", "--cgroup", "--kill-child"]
        command = [*alone, "sh", str(ROOT / "tests" / "booted.sh"), str(out), str(script), str(ROOT)]
        with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as booted:
            try:
                wait_for(out / "ended")
            finally:
                booted.kill()
        forget_its_groups()
    said = (out / "said").read_text()
    (article,) = lines_of(out / "output", "articles")
    assert article["title"] == "Money for the harbour", said
    assert (out / "owners").read_text().splitlines() == ["newsbot:750", "newsbot:600", "newsbot:640"]
    assert said.splitlines().count("refused") == 1, said
    alarm = (out / "alarm").read_text()
    assert re.search("^--notification-type failure --title newsbot failed on .* json://127.0.0.1:9/$", alarm, re.M)
    assert "outlets.toml: not valid TOML" in alarm, "the end of the log"


def forget_its_groups() -> None:
    """Remove the groups of processes that a systemd leaves behind which was booted here and killed."""
    deadline = time.monotonic() + PATIENCE
    while not Path("/run/systemd/system").exists() and time.monotonic() < deadline:  # else they are the machine's
        tops = [top for name in ("system.slice", "init.scope") for top in Path("/sys/fs/cgroup").glob(f"*/{name}")]
        groups = [path for top in tops for path in (top, *top.rglob("*")) if path.is_dir()]
        if not groups:
            return
        for path in sorted(groups, reverse=True):
            with suppress(OSError):  # its processes are not gone yet
                path.rmdir()
        time.sleep(0.1)


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while not path.exists():
        assert time.monotonic() < deadline, f"{path.name} has not come"
        time.sleep(0.1)


def test_the_cron_lines_say_nothing_as_long_as_all_is_well(tmp_path: Path) -> None:
    environment = project_in(tmp_path / "news")
    text = (DEPLOY / "cron" / "newsbot").read_text()
    lines = [line.split(None, 6) for line in text.splitlines() if re.match(r"[\d*]", line)]
    assert [line[:6] for line in lines] == [["3-58/5", *"****", "newsbot"], ["10", "4", *"***", "newsbot"]]
    assert re.search("^MAILTO=", text, re.M)
    with one_article() as web:
        (tmp_path / "news" / "outlets.toml").write_text(outlets_of(web))
        (tmp_path / "news" / ".env").write_text(
            "NEWSBOT_SOURCES=outlets.toml\nNEWSBOT_CONTACT=https://example.org/bot\n"
        )
        for line in lines:
            command = line[6].replace("/opt/newsbot/bin/newsbot", f"{sys.executable} -m newsbot")
            command = command.replace("/var/lib/newsbot", str(tmp_path / "news"))
            run = subprocess.run(["sh", "-c", command], env=environment, capture_output=True, text=True, check=False)
            assert (run.returncode, run.stdout, run.stderr) == (0, "", ""), command
    assert len(lines_of(tmp_path / "news" / "output", "articles")) == 1


@pytest.mark.skipif(not shutil.which("logrotate"), reason="there is no logrotate")
def test_a_log_is_rotated_and_the_next_run_begins_a_new_one(tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    logs.mkdir(mode=0o750)
    log = logs / "newsbot.log"
    rules = (DEPLOY / "cron" / "newsbot.logrotate").read_text()
    named = rules.replace("/var/log/newsbot", str(logs)).replace("    su newsbot newsbot\n", "")
    (tmp_path / "rules").write_text(named)
    (tmp_path / "rules").chmod(0o644)
    assert named != rules
    for run in range(3):
        log.write_text(f"run {run}\n")
        rotate = ["logrotate", "--force", "--state", str(tmp_path / "state"), str(tmp_path / "rules")]
        rotated = subprocess.run(rotate, capture_output=True, text=True, check=False)
        assert (rotated.returncode, rotated.stderr) == (0, "")
        assert not log.exists(), "the next run makes it"
    assert (logs / "newsbot.log.1").read_text() == "run 2\n"
    assert (logs / "newsbot.log.2.gz").exists()


def test_a_real_scrapyd_runs_newsbot_as_the_page_says(tmp_path: Path) -> None:
    environment = project_in(tmp_path)
    port = free_port()
    configuration = (DEPLOY / "scrapyd.conf").read_text()
    (tmp_path / "scrapyd.conf").write_text(configuration.replace("6800", str(port)))
    base = f"http://127.0.0.1:{port}"
    asked = re.search(r"^curl http://127.0.0.1:6800(/schedule.json) (.*)$", PAGE, re.M)
    assert asked
    fields = dict(field.split("=", 1) for field in re.findall(r"-d (\S+)", asked[2]))
    with (
        one_article() as web,
        subprocess.Popen(
            [sys.executable, "-m", "scrapyd"],
            env=environment,
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as scrapyd,
    ):
        try:
            (tmp_path / "outlets.toml").write_text(outlets_of(web))
            assert scrapyd.stdout
            next(line for line in scrapyd.stdout if "Launcher" in line or "starting on" in line)
            answer = told(f"{base}/listspiders.json?project=default")
            assert answer["spiders"] == ["archive", "news", "site"], answer
            job = told(f"{base}{asked[1]}", **fields)
            assert job["status"] == "ok", job
            lines = []
            for line in scrapyd.stdout:
                lines.append(line)
                if "Process finished" in line or "Process died" in line:
                    break
            log = next((tmp_path / "logs" / "default" / "news").glob("*.log")).read_text()
            assert "Process finished" in lines[-1], log
        finally:
            scrapyd.kill()
    assert len(lines_of(tmp_path / "output", "articles")) == 1, log
    assert job["jobid"] in lines[-1]


def project_in(folder: Path) -> dict[str, str]:
    """Make a folder a project, as `newsbot init` does, and return the environment that its commands have."""
    make(folder, files())
    return scrapy_environment(folder / "output")


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


def told(url: str, **fields: str) -> dict[str, Any]:
    """What Scrapyd answers, once it listens."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            with urlopen(url, urlencode(fields).encode() or None) as answer:
                found: dict[str, Any] = json.load(answer)
                return found
        except URLError:
            assert time.monotonic() < deadline, f"no answer from {url}"
            time.sleep(0.1)


CONTAINER = DEPLOY / "container"


def test_the_image_is_written_as_images_should_be_and_built_where_there_is_a_daemon() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    rated = subprocess.run(
        [hadolint, "--no-color", CONTAINER / "Containerfile"], capture_output=True, text=True, check=False
    )
    assert (rated.returncode, rated.stdout) == (0, "")
    text = (CONTAINER / "Containerfile").read_text()
    last = text.rpartition("\nFROM ")[2]
    assert "pip install" not in last, "what builds it stays in the first stage"
    assert re.search(r"^USER [1-9]\d*:[1-9]\d*$", last, re.M), "it does not run as root"
    copied = re.findall(r"^COPY (?!--from)(?:--\S+ )?(.+) \S+$", text, re.M)
    names = [name for line in copied for name in line.split()]
    assert [name for name in names if not (ROOT / name).exists()] == []
    let_in = (CONTAINER / "Containerfile.dockerignore").read_text().splitlines()
    assert {f"!{name}" for name in names} == {line for line in let_in if line.startswith("!")}
    if shutil.which("docker") and subprocess.run(["docker", "info"], capture_output=True, check=False).returncode == 0:
        build = ["docker", "build", "--quiet", "--file", str(CONTAINER / "Containerfile"), str(ROOT)]
        image = subprocess.run(build, capture_output=True, text=True, check=True).stdout.strip()
        ran = subprocess.run(
            ["docker", "run", "--rm", "--entrypoint", "newsbot", image, "--version"],
            capture_output=True,
            text=True,
            check=True,
        )
        assert ran.stdout.startswith("newsbot ")


def test_compose_is_what_its_specification_allows_and_names_settings_that_there_are() -> None:
    schema = ["--builtin-schema", "vendor.compose-spec", str(CONTAINER / "compose.yaml")]
    run = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", *schema], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    compose = yaml.safe_load((CONTAINER / "compose.yaml").read_text())
    service = compose["services"]["newsbot"]
    assert service["build"] == {"context": "../..", "dockerfile": "deploy/container/Containerfile"}
    assert set(service["environment"]) <= {name for name in vars(defaults) if name.startswith("NEWSBOT_")}
    assert compose["services"]["postgres"]["profiles"] == ["postgres"], "who asks for nothing has SQLite"
    assert {volume.partition(":")[0] for one in compose["services"].values() for volume in one["volumes"]} == set(
        compose["volumes"]
    )


def test_a_container_runs_again_and_again_passes_a_stop_on_and_says_whether_it_is_well(tmp_path: Path) -> None:
    every = str(CONTAINER / "every")
    environment = {"PATH": os.environ["PATH"], "TMPDIR": str(tmp_path)}
    well = [every, "--healthy", "90"]
    assert subprocess.run(well, env=environment, check=False).returncode == 1, "nothing was done yet"
    (tmp_path / "work").write_text(WORK)
    command = [every, "0.1", "sh", str(tmp_path / "work"), str(tmp_path)]
    with subprocess.Popen(command, env=environment) as running:
        try:
            wait_for(tmp_path / "second")
            assert subprocess.run(well, env=environment, check=False).returncode == 0, "a source that fails is no fault"
            running.terminate()
            assert running.wait(PATIENCE) == 0
        finally:
            running.kill()
    assert (tmp_path / "ended").exists(), "in good order, and waited for"


WORK = """\
[ -e $1/first ] || { touch $1/first; exit 3; }
trap 'sleep 0.3; touch $1/ended; exit 5' TERM
touch $1/second
while :; do sleep 0.1; done
"""
"""A command that finds a source failing the first time, and the second time goes on until it is stopped."""
