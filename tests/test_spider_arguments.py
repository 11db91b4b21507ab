"""What is given with `-a` is understood or refused, in one line that names the nearest right thing."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from conftest import run_scrapy, sources_file
from local_web import local_web
from scrapy.settings import Settings
from scrapy.spiderloader import SpiderLoader

from newsbot.sources import SourcesError, load_sources
from newsbot.spiders import SpidersByName
from newsbot.spiders.archive import ArchiveArguments
from newsbot.spiders.arguments import ArgumentError, SpiderArguments
from newsbot.spiders.news import NewsArguments
from newsbot.spiders.site import SiteArguments


@pytest.mark.parametrize(
    ("model", "given", "message"),
    [
        (
            NewsArguments,
            {"source": "my.toml"},
            "there is no argument 'source' (did you mean sources?); there are: sources, only, tags, due",
        ),
        (NewsArguments, {"due": "maybe"}, "due: 1 or 0, not 'maybe'"),
        (NewsArguments, {"name": "bbc"}, "there is no argument 'name'; there are: sources, only, tags, due"),
        (
            SiteArguments,
            {"url": "example.org", "untill": "2026-01-31", "since": "2026-02-30"},
            "since: a day such as 2026-01-31, not '2026-02-30'; there is no argument 'untill' (did you mean until?); "
            "there are: url, since, until, limit",
        ),
        (SiteArguments, {"URL": "example.org"}, "which site? say -a url=https://example.org; there is no argument "
         "'URL'; there are: url, since, until, limit"),
        (SiteArguments, {"url": "ftp://example.org"}, "url: not an http or https address: ftp://example.org"),
        (SiteArguments, {"url": "a.org", "limit": "-1"}, "limit: a whole number, 0 or more, not '-1'"),
        (
            SiteArguments,
            {"url": "a.org", "since": "2026-02-01", "until": "2026-01-01"},
            "since: 2026-02-01 is after until, 2026-01-01",
        ),
        (NewsArguments, {"only": ","}, "only: a name, or several with commas between, not ','"),
        (ArchiveArguments, {}, "which files? say -a path='warc/*.warc.gz'"),
        (
            ArchiveArguments,
            {"paths": "x"},
            "which files? say -a path='warc/*.warc.gz'; there is no argument 'paths' (did you mean path?); "
            "there are: path, again, engine, address",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_in_one_line(model: type[SpiderArguments], given: dict[str, str], message: str) -> None:
    with pytest.raises(ArgumentError) as refused:
        model.parse(given)
    assert str(refused.value) == message


def test_what_is_given_is_read_once_for_all() -> None:
    news = NewsArguments.parse({"only": "bbc, npr,", "tags": "", "due": "1"})
    assert (news.sources, news.only, news.tags, news.due) == ("", ("bbc", "npr"), (), True)
    site = SiteArguments.parse({"url": "example.org", "since": "2026-01-01", "until": "", "limit": "3"})
    assert (site.url, site.since, site.until, site.limit) == ("https://example.org/", date(2026, 1, 1), None, 3)


@pytest.mark.parametrize(
    "command",
    [("news", "-a", "source={file}"), ("site", "-a", "url={home}", "-a", "utnil=2026-01-01"), ("archive", "-a", "p=x")],
    ids=lambda command: command[0],
)
def test_a_spider_with_a_wrong_argument_asks_nobody_and_writes_nothing(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    with local_web() as web:
        file = sources_file(tmp_path, a={"home": f"{web.base}/"})
        arguments = [word.format(file=file, home=web.base) for word in command]
        run = run_scrapy(tmp_path / "output", "crawl", *arguments, NEWSBOT_SOURCES=str(file))
    assert run.returncode == 2, run.stderr
    (line,) = [line for line in run.stderr.splitlines() if " ERROR " in line]
    assert "there is no argument" in line
    assert "Traceback" not in run.stderr
    assert not web.asked
    assert not (tmp_path / "output").exists()


def test_a_wrong_source_name_or_tag_is_told_the_nearest_one(tmp_path: Path) -> None:
    file = sources_file(tmp_path, guardian={"home": "https://example.org/", "tags": ["english"]})
    with pytest.raises(SourcesError, match=r"gaurdian \(did you mean guardian\?\); there are: guardian"):
        load_sources(file, only=["gaurdian"])
    with pytest.raises(SourcesError, match=r"englisch \(did you mean english\?\); tags are: english"):
        load_sources(file, tags=["englisch"])


def test_every_spider_is_found_by_its_name() -> None:
    settings = Settings()
    settings.setmodule("newsbot.settings")
    by_name, scrapys = SpidersByName.from_settings(settings), SpiderLoader.from_settings(settings)
    assert by_name.list() == sorted(scrapys.list())
    assert [by_name.load(name) for name in by_name.list()] == [scrapys.load(name) for name in by_name.list()]
    with pytest.raises(KeyError, match="newz"):
        by_name.load("newz")


def test_spiders_of_other_modules_are_found_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "their_spiders.py").write_text("import scrapy\nclass Theirs(scrapy.Spider):\n    name = 'theirs'\n")
    monkeypatch.syspath_prepend(tmp_path)
    values = {"SPIDER_MODULES": ["newsbot.spiders", "their_spiders"]}
    spiders = SpidersByName.from_settings(Settings(values))
    assert spiders.list() == ["archive", "news", "site", "theirs"]
    assert spiders.load("theirs").name == "theirs"
