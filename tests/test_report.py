"""The report: it says what the store knows, is whole by itself, and what a site sent stays text in it."""

from __future__ import annotations

import html
import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from conftest import NOW, collected, run_scrapy, scrapy_here, sources_file
from lxml import html as markup
from scrapy.settings import BaseSettings
from sqlalchemy import Engine, insert

from newsbot.extensions.aftercare import Aftercare
from newsbot.health.findings import CHANGED, FAILING, Finding
from newsbot.health.measures import Measures
from newsbot.report import interactive, write
from newsbot.report.charts import stack
from newsbot.report.figures import OTHERS, TOP, figures, origins
from newsbot.store import articles, health, schema
from newsbot.store.database import as_json
from newsbot.store.ledger import Account, Entry
from newsbot.store.views.operators import Carried
from newsbot.web.urls import url_key

RUN = "20261120T075500Z-1c9a07e3"
TODAY, YESTERDAY = "2026-11-20", "2026-11-19"
HOSTILE = """</script></style><script>alert("x")</script><img src=x onerror='alert(1)'> & "quoted" \u202edrawkcab"""
BROKEN = Finding(
    "bbc", "field", "authors", CHANGED, "0 % of 24 articles", "97 %", TODAY, ("https://bbc.example/1",), "Look at one."
)


def day_of(engine: Engine, source: str, day: str, **measures: Any) -> None:
    values = Measures(runs=1, **measures).as_dict()
    with engine.begin() as connection:
        connection.execute(insert(schema.days).values(source=source, day=day, measures=as_json(values)))


def article_of(engine: Engine, url: str, title: str, **fields: Any) -> None:
    articles.save(
        engine,
        collected(url, f"Text of {url}.", title=title, **fields),
        Entry(RUN, "bbc", url, "feed", url_key(url)),
        now=NOW,
    )


def run_of(engine: Engine, run_id: str, **account: int) -> None:
    run = {"id": run_id, "place": "x", "spider": "news", "version": "1", "started_at": "2026-11-20T07:55:00Z"}
    with engine.begin() as connection:
        connection.execute(insert(schema.runs).values(**run, status="finished", finished_at="2026-11-20T07:56:30Z"))
        counts = as_json(Account(Counter(account)).as_dict())
        connection.execute(insert(schema.coverage).values(run_id=run_id, source="bbc", counts=counts))


def written(engine: Engine, folder: Path, **asked: Any) -> str:
    write(engine, folder / "report.html", now=NOW, **asked)
    return (folder / "report.html").read_text("utf-8")


def text_of(page: str, part: str = "main") -> str:
    (found,) = markup.fromstring(page).cssselect(part)
    return re.sub(r" (?=[:,])", "", " ".join(" ".join(found.itertext()).split()))


@pytest.fixture(autouse=True)
def without_altair(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Write the page that every installation has; making Vega takes seconds."""
    if "altair" not in request.node.name:
        monkeypatch.setitem(sys.modules, "altair", None)


def test_a_source_is_told_by_its_own_figures(store: Engine) -> None:
    day_of(store, "bbc", "2026-11-10", articles=4, hours=Counter({"05": 3, "20": 1}))
    day_of(store, "bbc", "2026-11-18", articles=6, hours=Counter({"07": 5, "08": 1}))
    counts = Counter(fetched=40, new=30, rejected=10)
    spent = Counter(requests=50, seconds=100, bytes=4_000_000)
    like = {"filled": Counter(authors=24, published=30), "delays": Counter({"16": 9}), "spent": spent}
    day_of(store, "bbc", YESTERDAY, articles=30, counts=counts, hours=Counter({"09": 30}), **like)
    day_of(store, "bbc", TODAY, articles=2, hours=Counter({"06": 2}))
    (bbc,) = figures(store, now=NOW, days=30).sources
    assert bbc.articles[-4:] == [None, 6, 30, 2]
    assert (bbc.today, bbc.usual) == (2, 3), "by eight o'clock, the middle one of 3, 5 and 0"
    assert (bbc.rejected, bbc.filled("authors"), bbc.filled("published")) == (0.25, 24 / 38, 30 / 38)
    assert (bbc.delay, bbc.last_seen, bbc.busiest) == (16, f"{TODAY}T06", 9)
    assert bbc.week.spent == spent


def test_today_is_measured_by_days_of_its_name(engine: Engine) -> None:
    for day in range(1, 20):
        day_of(engine, "bbc", f"2026-11-{day:02}", articles=9, hours=Counter({"07": 9}))
    assert figures(engine, now=NOW).sources[0].usual == 9, "two Fridays are too few"
    for friday, early in (("2026-10-30", 1), ("2026-10-23", 1), ("2026-10-16", 1)):
        day_of(engine, "bbc", friday, articles=9, hours=Counter({"07": early, "08": 9 - early}))
    report = figures(engine, now=NOW)
    assert (report.sources[0].usual, report.usual) == (1, 1)


def test_what_is_wrong_comes_first_and_what_is_over_is_told(engine: Engine, tmp_path: Path) -> None:
    for name in ("aftenposten", "bbc", "npr", "zeit"):
        for day in range(10, 21):
            day_of(engine, name, f"2026-11-{day}", articles=3)
    health.raise_finding(engine, BROKEN, now=NOW)
    dead = Finding("zeit", "unreachable", "", FAILING, "no answer in 9 visits", "", "2026-11-19T20:00:00Z")
    health.raise_finding(engine, dead, now=NOW)
    over = Finding("npr", "rejected", "no_body", CHANGED, "80 % of 5 pages", "2 %", YESTERDAY)
    health.raise_finding(engine, over, now="2026-11-19T08:00:00Z")
    health.clear_finding(engine, over.key, now="2026-11-20T07:00:00Z")
    report = figures(engine, now=NOW)
    assert [(one.name, one.state) for one in report.sources] == [
        ("zeit", "failing"), ("bbc", "changed"), ("aftenposten", "well"), ("npr", "well")
    ]  # fmt: skip
    page = written(engine, tmp_path)
    assert "2 of 4 sources need a look" in text_of(page, "h1")
    alarms = text_of(page, "#alarms")
    assert "failing zeit since 19 Nov 2026, 20:00 unreachable: no answer in 9 visits" in alarms
    assert (
        "bbc since 20 Nov 2026 authors: 0 % of 24 articles, usually 97 % Look at one. https://bbc.example/1" in alarms
    )
    assert "cleared 20 Nov 2026, 07:00: npr, rejected: no_body, was 80 % of 5 pages since 19 Nov 2026" in alarms
    assert alarms.index("zeit") < alarms.index("bbc") < alarms.index("npr")


def test_a_source_that_is_asked_no_more_and_one_that_is_new_are_told(engine: Engine) -> None:
    day_of(engine, "young", TODAY, articles=3)
    health.raise_finding(engine, BROKEN, now=NOW)
    assert [(one.name, one.state, one.today) for one in figures(engine, now=NOW).sources] == [
        ("bbc", "changed", None), ("young", "new", 3)
    ]  # fmt: skip


def test_the_sources_with_most_are_told_apart_and_the_rest_is_one(engine: Engine) -> None:
    for number in range(TOP + 3):
        day_of(engine, f"s{number}", TODAY, articles=10 + number)
    report = figures(engine, now=NOW, days=5)
    series = report.series()
    assert [name for name, _ in series] == [*(f"s{number}" for number in range(TOP + 2, 2, -1)), OTHERS]
    assert series[-1][1] == [0, 0, 0, 0, 10 + 11 + 12]
    picture = stack(series, report.days[-5:])
    assert picture.hints[-1].startswith("20 Nov: 145 (others 33, s9 19, ")
    assert picture.top == 160
    heights = [float(height) for _, _, path in picture.series for height in re.findall(r"v-([\d.]+)h", path)]
    assert sum(heights) == pytest.approx(100 * 145 / 160, abs=0.1)


def test_a_story_is_its_agencys_and_who_had_it_first_carries_it_too() -> None:
    told = origins([
        Carried("1", "Reuters", "valle", "tideline"),
        Carried("1", "Reuters", "valle", "echo"),
        Carried("2", "Reuters", "reuters", "echo"),
        Carried("3", None, "valle", "echo"),
        Carried("4", None, None, "echo"),
    ])  # fmt: skip
    assert [(one.name, one.is_agency, one.stories, one.carriers) for one in told] == [
        ("Reuters", True, 2, [("echo", 2), ("tideline", 1), ("valle", 1)]),
        ("valle", False, 1, [("echo", 1)]),
    ]


def test_copies_in_the_store_are_told_by_their_origin(store: Engine) -> None:
    text = "The harbour wall is to be raised by a metre, the council said on Friday. " * 20
    for source, at in (("herald", "2026-11-20T06:00:00Z"), ("echo", "2026-11-20T07:00:00Z")):
        url = f"https://{source}.example/wall"
        articles.save(store, collected(url, text), Entry(RUN, source, url, "feed", url_key(url)), now=at)
    (origin,) = figures(store, now=NOW).origins
    assert (origin.name, origin.carriers) == ("herald", [("echo", 1)])


def test_runs_are_told_with_how_long_they_took(engine: Engine, tmp_path: Path) -> None:
    run_of(engine, RUN, discovered=9, fetched=1234, new=1200, rejected=34)
    assert "20 Nov 2026, 07:55 news finished 90 s 1 1,200 0 0 34 0" in text_of(written(engine, tmp_path), "#runs tbody")


def test_nothing_that_a_site_sent_is_more_than_text(engine: Engine, tmp_path: Path) -> None:
    article_of(engine, "https://bbc.example/1", HOSTILE, language="ar")
    day_of(engine, "bbc", TODAY, articles=1, hours=Counter({"07": 1}))
    bad = Finding("bbc", "rejected", HOSTILE, FAILING, HOSTILE, HOSTILE, TODAY, ("javascript:alert(1)",), HOSTILE)
    health.raise_finding(engine, bad, now=NOW)
    page = written(engine, tmp_path)
    tree = markup.fromstring(page)
    assert (len(tree.cssselect("script")), len(tree.cssselect("img"))) == (0, 0)
    assert not [name for element in tree.iter() for name in element.attrib if name.startswith("on")]
    (headline,) = tree.cssselect(".headline")
    assert headline.text_content() == HOSTILE
    assert (headline.get("dir"), headline.get("lang")) == ("auto", "ar")
    targets = {element.get("href") for element in tree.cssselect("a[href]")}
    assert {target for target in targets if not target.startswith("#")} == {"https://bbc.example/1"}
    assert "script-src" not in tree.cssselect("meta[http-equiv]")[0].get("content")


def test_the_page_needs_nothing_but_itself(engine: Engine, tmp_path: Path) -> None:
    day_of(engine, "bbc", TODAY, articles=1, hours=Counter({"07": 1}))
    tree = markup.fromstring(written(engine, tmp_path))
    assert not tree.cssselect("link, script, iframe, object, [src]")
    assert "url(" not in tree.cssselect("style")[0].text_content()
    assert tree.cssselect("meta[http-equiv]")[0].get("content").startswith("default-src 'none'")


def test_an_empty_store_and_a_first_run_have_a_page_that_says_so(engine: Engine, tmp_path: Path) -> None:
    assert "Nothing has been collected yet" in text_of(written(engine, tmp_path))
    day_of(engine, "bbc", TODAY, articles=1, hours=Counter({"07": 1}))
    run_of(engine, RUN, discovered=1, fetched=1, new=1)
    page = text_of(written(engine, tmp_path, days=1))
    assert "No source needs a look" in page
    assert "Nothing is unlike its normal. 1 source is too new to be judged" in page
    assert not {"None", "nan", "inf"} & set(page.replace("None yet.", "").split())


def test_what_is_forgotten_is_not_told(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    article_of(engine, "https://bbc.example/1", "Quillfeather sues")
    article_of(engine, "https://bbc.example/2", "A choir sings")
    assert "Quillfeather" in written(engine, tmp_path)
    assert scrapy_here(monkeypatch, tmp_path, "forget", "https://bbc.example/1", "--why", "asked for", "--yes") == 0
    page = (tmp_path / "report.html").read_text("utf-8")
    assert ("Quillfeather" in page, "A choir sings" in page) == (False, True)


def test_with_altair_the_picture_answers_and_vega_is_made_once(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("vl_convert")
    made: list[int] = []

    def bundle() -> str:
        made.append(1)
        return "window.vegaEmbed = () => '</script>';"

    monkeypatch.setattr(interactive, "_bundle", bundle)
    day_of(engine, "bbc", TODAY, articles=5)
    for _ in range(2):
        tree = markup.fromstring(written(engine, tmp_path))
        vega, picture, draw = tree.cssselect("script")
        assert vega.text_content() == r"window.vegaEmbed = () => '<\/script>';"
        assert [row["articles"][-1] for (row,) in json.loads(picture.text_content())["datasets"].values()] == [5]
        assert "vegaEmbed(" in draw.text_content()
    assert len(made) == 1
    assert len(tree.cssselect("svg[role=img]")) >= 1, "the still picture is there for who has no scripts"


def test_the_command_writes_where_it_is_told_and_says_so(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    day_of(engine, "bbc", TODAY, articles=5)
    assert scrapy_here(monkeypatch, tmp_path, "report") == 0
    assert re.fullmatch(rf"{tmp_path}/report.html \(\d+ kB\)\n", capsys.readouterr().out)
    assert scrapy_here(monkeypatch, tmp_path, "report", str(tmp_path / "x" / "page.html"), "--days", "3") == 0
    assert (tmp_path / "x" / "page.html").exists()


@pytest.mark.parametrize(
    ("arguments", "status", "line"),
    [
        (["FOLDER/newsbot.db/x.html"], 1, "FOLDER/newsbot.db/x.html cannot be written: File exists"),
        (["FOLDER"], 2, "FOLDER is a folder; name a file, such as FOLDER/report.html"),
        (["--days", "9999999"], 2, "--days: 3660 at most, not 9999999"),
        (["-s", "NEWSBOT_REPORT="], 2, "NEWSBOT_REPORT is empty; say where the report goes: scrapy report PATH"),
    ],
)
def test_a_path_that_cannot_be_written_is_one_line(
    engine: Engine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    status: int,
    line: str,
) -> None:
    given = [argument.replace("FOLDER", str(tmp_path)) for argument in arguments]
    assert scrapy_here(monkeypatch, tmp_path, "report", *given) == status
    assert capsys.readouterr().err.replace(str(tmp_path), "FOLDER") == f"{line}\n"
    assert not list(tmp_path.glob("*.html"))


@pytest.mark.parametrize("path", ["", "pages/report.html"])
def test_a_run_writes_it_where_the_setting_says_or_not_at_all(engine: Engine, tmp_path: Path, path: str) -> None:
    settings = BaseSettings({"NEWSBOT_OUTPUT": str(tmp_path), "NEWSBOT_REPORT": path})
    Aftercare.from_settings(settings).take(engine)
    assert [found.relative_to(tmp_path).as_posix() for found in tmp_path.rglob("*.html")] == [path] * bool(path)


def test_every_run_writes_it_and_none_fails_where_it_cannot(tmp_path: Path) -> None:
    nobody = {"home": "http://127.0.0.1:1/", "feeds": ["http://127.0.0.1:1/feed"], "private_network": True}
    listed = sources_file(tmp_path, gone=nobody)
    crawl = ["crawl", "news", "-a", f"sources={listed}", "-s", "RETRY_TIMES=0"]
    output = tmp_path / "output"
    refused = run_scrapy(output, *crawl, "-s", "NEWSBOT_REPORT=newsbot.db/report.html")
    assert refused.returncode == 3
    assert [line for line in refused.stderr.splitlines() if "report" in line and "ERROR" in line], refused.stderr
    assert "Traceback" not in refused.stderr
    assert not list(output.rglob("*.html"))
    assert run_scrapy(output, *crawl, NEWSBOT_REPORT="report.html").returncode == 3
    assert "gone" in html.unescape((output / "report.html").read_text("utf-8"))
