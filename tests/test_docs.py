"""README and docs tell the truth of today: their examples run, and nothing a user holds is left out."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import jsonschema
import orjson
import pytest
from conftest import ROOT
from scrapy.settings import BaseSettings

from newsbot.export.record import NAMES, schema
from newsbot.sources import Source, load_sources
from newsbot.spiders.archive import ArchiveSpider
from newsbot.spiders.arguments import SpiderArguments
from newsbot.spiders.news import NewsSpider
from newsbot.spiders.site import SiteSpider

README = (ROOT / "README.md").read_text("utf-8")
OPERATIONS = (ROOT / "docs" / "operations.md").read_text("utf-8")
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text("utf-8")
HEADINGS = ("The rooms", "The way of an article", "I want to change ...")
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def block(language: str) -> str:
    return README.partition(f"```{language}\n")[2].partition("```")[0]


def test_the_record_shown_is_a_whole_and_valid_one() -> None:
    record = orjson.loads(block("json"))
    jsonschema.Draft202012Validator(schema()).validate(record)
    assert list(record) == list(NAMES)


def test_the_sources_shown_are_read_and_show_every_field_that_matters(tmp_path: Path) -> None:
    path = tmp_path / "sources.toml"
    path.write_text(block("toml"), "utf-8")
    (source,) = load_sources(path)
    assert source.model_fields_set == set(Source.model_fields)


def test_the_python_shown_gives_what_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    result = doctest.testfile(str(ROOT / "README.md"), module_relative=False)
    assert result.attempted >= 6
    assert result.failed == 0


def test_every_setting_is_documented_with_its_default() -> None:
    settings = BaseSettings()
    settings.setmodule("newsbot.settings")
    for name in (name for name in settings if name.startswith("NEWSBOT_")):
        assert re.search(
            rf"\| `{name}` \| `{re.escape(repr(settings[name])).replace(chr(39), chr(34))}` \|", OPERATIONS
        ), name


def test_no_setting_is_documented_that_there_is_not() -> None:
    settings = BaseSettings()
    settings.setmodule("newsbot.settings")
    shown = {name for page in PAGES for name in re.findall(r"\bNEWSBOT_[A-Z_]+\b", page.read_text("utf-8"))}
    assert {name for name in shown if not name.startswith("NEWSBOT_TEST_")} <= set(settings)


def test_every_command_is_documented_and_no_other_is_named() -> None:
    commands = {path.stem for path in (ROOT / "newsbot" / "commands").rglob("[a-z]*.py")}
    named = {name for page in PAGES for name in re.findall(r"`(?:scrapy|newsbot) ([a-z]+)", page.read_text("utf-8"))}
    assert commands == named


SPIDERS: dict[str, type[SpiderArguments]] = {
    spider.name: spider.arguments for spider in (NewsSpider, SiteSpider, ArchiveSpider)
}


def test_every_spider_and_argument_shown_exists() -> None:
    shown = re.findall(r"scrapy crawl (\w+)((?: \[?-a \w+=[^\s\]`]+\]?)*)", README + OPERATIONS)
    assert {spider for spider, _ in shown} == set(SPIDERS)
    for spider, arguments in shown:
        assert set(re.findall(r"-a (\w+)=", arguments)) <= set(SPIDERS[spider].model_fields)


def test_every_argument_of_every_spider_is_documented() -> None:
    rows = re.findall(r"^\| `(\w+)` \| `(\w+)=\S+` \| ", OPERATIONS, re.M)
    assert rows == [(spider, name) for spider, model in SPIDERS.items() for name in model.model_fields]


def test_the_map_of_the_house_names_rooms_and_modules_that_exist() -> None:
    rooms, way, changes = (ARCHITECTURE.partition(f"## {heading}")[2].partition("\n## ")[0] for heading in HEADINGS)
    packages = {path.parent.name for path in (ROOT / "newsbot").glob("*/__init__.py")}
    assert packages <= set(re.findall(r"<b>([a-z]+)</b>", rooms)), "every room is in the picture"
    stops = re.findall(r'\["([a-z]+)/((?:[a-z_]+\.py ?)+)', way)
    assert len(stops) >= 12
    named = {f"newsbot/{room}/{name}" for room, names in stops for name in names.split()}
    rows = [line for line in changes.splitlines() if line.startswith("| ")][2:]
    assert len(rows) >= 15
    for row in rows:
        paths = re.findall(r"`(newsbot/[^`]+)`", row)
        assert paths, row
        named.update(paths)
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []


def test_every_module_that_a_page_names_exists() -> None:
    for page in PAGES:
        for path in re.findall(r"`((?:newsbot|tests|benchmarks)/[\w/.]+\.\w+)`", page.read_text("utf-8")):
            assert (ROOT / path).exists(), f"{page.name}: {path}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_between_pages_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?://)([^)#]+)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), target
