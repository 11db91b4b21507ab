"""`from newsbot import collect`: articles in a plain script, while a child process crawls."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT, lines_of, sources_file
from local_web import LocalWeb, article_page, local_web

import newsbot
from newsbot import collect
from newsbot.export.record import NAMES
from newsbot.process import ExitStatus, NewsbotError, UsageError

FAST = {"DOWNLOAD_DELAY": 0}
STORIES = 20
"""More than a crawl with a second between them gets before it is stopped, on however slow a machine."""
EXTENDING = (ROOT / "docs" / "extending.md").read_text("utf-8")


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand where there is no project; crawls have no worker processes, which take longer to start than a few pages."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    for name in [name for name in os.environ if name.startswith("NEWSBOT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("NEWSBOT_EXTRACT_WORKERS", "0")
    monkeypatch.setenv("NEWSBOT_REPORT", "")


@pytest.fixture
def web() -> Iterator[LocalWeb]:
    """A site with a feed of some stories."""
    with local_web() as web:
        pages = {f"/2026/11/20/story-{n}": article_page(f"Story {n} of the day", f"topic{n}") for n in range(STORIES)}
        web.feed("/feed.xml", [web.put(path, page) for path, page in pages.items()])
        yield web


def outlet(web: LocalWeb) -> dict[str, object]:
    return {"name": "example", "home": f"{web.base}/", "feeds": [f"{web.base}/feed.xml"]}


def children() -> list[str]:
    """Return the processes that this one has started and not waited for."""
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()


def test_articles_are_records_and_come_once(web: LocalWeb, tmp_path: Path) -> None:
    before = children()
    articles = list(collect([outlet(web)], output="news", settings=FAST))
    assert {article["title"] for article in articles} == {f"Story {n} of the day" for n in range(STORIES)}
    assert all(tuple(article) == NAMES for article in articles)
    lines = lines_of(tmp_path / "news", "articles")
    assert {line["id"] for line in lines} == {article["id"] for article in articles}
    assert list(collect([outlet(web)], output="news", settings=FAST)) == []
    assert children() == before


def test_an_article_comes_while_the_crawl_goes_on_and_a_break_ends_it_in_good_order(
    web: LocalWeb, tmp_path: Path
) -> None:
    before = children()
    got = []
    for article in collect([outlet(web)], output="news", settings={**FAST, "DOWNLOAD_DELAY": 1}):
        got.append(article["url"])
        assert len(children()) == len(before) + 1, "the crawl is at work still"
        if len(got) == 2:
            break
    assert children() == before
    asked = [path for path in web.paths() if path.startswith("/2026/")]
    assert 2 <= len(asked) < STORIES
    lines = [line["url"] for line in lines_of(tmp_path / "news", "articles")]
    assert set(got) <= set(lines)
    assert len(lines) == len(asked), "what was under way is stored, and in a whole file"
    rest = [article["url"] for article in collect([outlet(web)], output="news", settings=FAST)]
    assert sorted(lines + rest) == sorted(f"{web.base}/2026/11/20/story-{n}" for n in range(STORIES))


def test_sources_may_be_a_file_or_an_address(web: LocalWeb, tmp_path: Path) -> None:
    file = sources_file(tmp_path, example={"home": f"{web.base}/", "feeds": [f"{web.base}/feed.xml"]})
    first = collect(file.name, output="by-file", settings=FAST)
    assert next(first)["source"] == "example"
    first.close()
    web.put(
        "/", '<html><head><link rel="alternate" type="application/rss+xml" href="/feed.xml"></head><body></body></html>'
    )
    assert len(list(collect(web.base, output="by-address", settings=FAST))) == STORIES


@pytest.mark.parametrize(
    ("sources", "said"),
    [
        ("none.toml", "none.toml: cannot be read"),
        ([], "sources: name at least one"),
        ([{"name": "a"}], r"sources\[0\]: home: Field required"),
        ([{"name": "a", "home": "https://a.example/"}] * 2, r"sources\[1\]: name: 'a' is taken"),
        (["ftp://a.example"], "sources: not an http or https address"),
    ],
)
def test_what_cannot_be_meant_is_said_at_once(sources: object, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        collect(sources)  # type: ignore[arg-type]


def test_a_crawl_that_is_refused_raises_with_its_message(web: LocalWeb, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="NEWSBOT_MAX_NEW: a whole number, not 'many'") as refused:
        list(collect([outlet(web)], output="news", settings={"NEWSBOT_MAX_NEW": "many"}))
    assert refused.value.exit_status == ExitStatus.USAGE
    (tmp_path / "file").touch()
    with pytest.raises(NewsbotError, match="file/news") as refused:
        list(collect([outlet(web)], output="file/news", settings=FAST))
    assert refused.value.exit_status == ExitStatus.CRASHED


def test_a_source_that_cannot_be_reached_is_a_warning_and_all_of_them_an_error(
    web: LocalWeb, caplog: pytest.LogCaptureFixture
) -> None:
    gone = {"name": "gone", "home": f"{web.base}/gone/", "feeds": [f"{web.base}/gone.xml"]}
    assert len(list(collect([outlet(web), gone], output="news", settings=FAST))) == STORIES
    assert [line for line in caplog.messages if line.startswith("source gone: unreachable: feed ")]
    with pytest.raises(NewsbotError, match=r"source gone: unreachable: feed .*http_404") as failed:
        list(collect([gone], output="other", settings=FAST))
    assert failed.value.exit_status == ExitStatus.UNREACHABLE


def test_a_crawl_that_is_killed_is_an_error(web: LocalWeb) -> None:
    before = children()
    articles = collect([outlet(web)], output="news", settings={**FAST, "DOWNLOAD_DELAY": 1})
    next(articles)
    (child,) = set(children()) - set(before)
    os.kill(int(child), signal.SIGKILL)
    with pytest.raises(NewsbotError, match=r"ended by signal 9 \(Killed\)"):
        list(articles)
    assert children() == before


def test_it_works_beside_an_event_loop(web: LocalWeb) -> None:
    async def main() -> list[str]:
        articles = collect([outlet(web)], output="news", settings=FAST)
        ticks = asyncio.create_task(asyncio.sleep(0))
        titles = []
        while article := await asyncio.to_thread(next, articles, None):
            titles.append(article["title"])
        await ticks
        return titles

    assert len(asyncio.run(main())) == STORIES


def test_a_script_that_dies_leaves_no_crawl_behind(web: LocalWeb, tmp_path: Path) -> None:
    code = (
        "import os, sys\nfrom newsbot import collect\n"
        f"articles = collect([{outlet(web)!r}], output='news', settings={{'DOWNLOAD_DELAY': 1}})\n"
        "next(articles)\n"
        "print(*open(f'/proc/self/task/{os.getpid()}/children').read().split(), flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    script = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert script.returncode == -signal.SIGKILL, script.stderr
    (crawl,) = script.stdout.split()
    subprocess.run(["tail", "--pid", crawl, "-f", "/dev/null"], timeout=120, check=True)
    asked = [path for path in web.paths() if path.startswith("/2026/")]
    assert len(asked) < STORIES
    assert len(lines_of(tmp_path / "news", "articles")) == len(asked)


def test_a_script_that_ends_with_an_iterator_in_hand_ends_the_crawl(web: LocalWeb, tmp_path: Path) -> None:
    code = (
        "from newsbot import collect\n"
        f"articles = collect([{outlet(web)!r}], output='news', settings={{'DOWNLOAD_DELAY': 1}})\n"
        "print(next(articles)['title'])\n"
    )
    script = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert (script.returncode, script.stderr) == (0, "")
    assert 1 <= len(lines_of(tmp_path / "news", "articles")) < STORIES


def test_the_example_of_the_docs_prints_titles(web: LocalWeb) -> None:
    web.feed("/feed.xml", [f"{web.base}/2026/11/20/story-{n}" for n in range(2)])
    example = EXTENDING.partition("```python\n")[2].partition("```")[0]
    code = example.replace("https://example.org/", f"{web.base}/")
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    assert sorted(run.stdout.splitlines()) == [f"2026-11-20 Story {n} of the day" for n in range(2)]


def test_newsbot_itself_stays_light() -> None:
    code = "import sys, newsbot; print(*[name for name in sys.modules if name.startswith(('newsbot', 'pydantic'))])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["newsbot"]
    assert "collect" in newsbot.__all__
    with pytest.raises(AttributeError, match="no attribute 'colect'"):
        newsbot.colect  # noqa: B018
