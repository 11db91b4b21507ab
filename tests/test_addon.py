"""newsbot in somebody else's Scrapy project, by its add-on, and spiders that inherit from newsbot's."""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT, lines_of, typed
from local_web import LocalWeb, article_page, local_web
from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.http import HtmlResponse
from scrapy.settings import BaseSettings, Settings

from newsbot.addon import Newsbot, page_of
from newsbot.spiders.news import NewsSpider
from newsbot.store.ledger import OF_DISCOVERED, OF_FETCHED

EXTENDING = (ROOT / "docs" / "extending.md").read_text("utf-8")
FILES = dict(re.findall(r"`(shop/\S+\.py)`\n\n```python\n(.*?)```", EXTENDING, re.S))
THEIRS = {
    "scrapy.cfg": "[settings]\ndefault = shop.settings\n",
    "shop/__init__.py": "",
    "shop/spiders/__init__.py": "",
    "shop/pipelines.py": (
        "class Prices:\n"
        "    def process_item(self, item):\n"
        "        with open('seen.txt', 'a') as file:\n"
        "            print(type(item).__name__, file=file)\n"
        "        return item\n"
    ),
    "shop/spiders/prices.py": (
        "import scrapy\n"
        "class Prices(scrapy.Spider):\n"
        "    name = 'prices'\n"
        "    start_urls = ['https://example.org/story-0']\n"
        "    def parse(self, response):\n"
        "        yield {'price': response.css('h1::text').get()}\n"
    ),
}
QUICK = ("-s", "DOWNLOAD_DELAY=0", "-s", "NEWSBOT_EXTRACT_WORKERS=0", "-s", "NEWSBOT_REPORT=")


@pytest.fixture
def web() -> Iterator[LocalWeb]:
    """A magazine of three stories, one of them on sport, with a page, a feed and an API that name them."""
    with local_web() as web:
        paths = ["/story-0", "/story-1", "/sport/story-2"]
        for number, path in enumerate(paths):
            web.put(path, article_page(f"Story {number} of the day", f"topic{number}"))
        titles = {path: f"Story {number} of the day" for number, path in enumerate(paths)}
        web.put("/", "".join(f'<a class="story" href="{path}">{title}</a>' for path, title in titles.items()))
        web.feed("/feed.xml", [web.base + path for path in paths])
        named = [{"url": web.base + path, "title": title} for path, title in titles.items()]
        web.put("/api/latest.json", json.dumps(named), "application/json")
        yield web


@pytest.fixture
def shop(tmp_path: Path, web: LocalWeb) -> Path:
    """The project of the docs, of the site of these tests."""
    for name, text in {**THEIRS, **FILES}.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("https://example.org/", f"{web.base}/"))
    with (tmp_path / "shop" / "settings.py").open("a") as settings:
        settings.write('ITEM_PIPELINES = {"shop.pipelines.Prices": 300}\n')
    outlet = f'[[source]]\nname = "a"\nhome = "{web.base}/"\nfeeds = ["{web.base}/feed.xml"]\n'
    (tmp_path / "outlets.toml").write_text(outlet)
    return tmp_path


def crawl(folder: Path, *args: str, program: str = "scrapy") -> subprocess.CompletedProcess[str]:
    run = typed(folder, program, "crawl", *args, *QUICK)
    assert "Traceback" not in run.stderr, run.stderr
    return run


def titles(shop: Path) -> list[str]:
    return sorted(line["title"] for line in lines_of(shop / "news", "articles"))


def test_pages_of_a_spider_of_the_project_become_stored_articles(shop: Path, web: LocalWeb) -> None:
    first = crawl(shop, "magazine")
    assert first.returncode == 0, first.stderr
    lines = lines_of(shop / "news", "articles")
    assert titles(shop) == [f"Story {n} of the day" for n in range(3)]
    assert {(line["source"], line["discovered_via"]) for line in lines} == {("magazine", "site")}
    assert Counter((shop / "seen.txt").read_text().split()) == {"Article": 3, "dict": 3}, (
        "their pipelines see all items"
    )
    web.put("/story-0", article_page("Story 0 of the day", "another topic"))
    time.sleep(1)  # a page of the same second is none that came later
    second = crawl(shop, "magazine", program="newsbot")
    assert second.returncode == 0, second.stderr
    assert [line["revision"] for line in lines_of(shop / "news", "articles")] == [1, 1, 1, 2]
    sums = [line for line in lines_of(shop / "news", "coverage") if "discovered" in line]
    assert [account["source"] for account in sums] == ["magazine"] * 2
    for account in sums:
        assert account["discovered"] == 3 == sum(account[name] for name in OF_DISCOVERED)
        assert account["fetched"] == 3 == sum(account[name] for name in OF_FETCHED)
    exported = typed(shop / "shop", "newsbot", "export", "all.csv")
    assert (exported.returncode, exported.stdout) == (0, "all.csv: 3 articles\n"), exported.stderr


def test_spiders_that_yield_no_page_are_as_they_were(shop: Path, web: LocalWeb) -> None:
    run = crawl(shop, "prices", program="newsbot")
    assert run.returncode == 0, run.stderr
    assert (shop / "seen.txt").read_text() == "dict\n"
    assert not (shop / "news").exists(), "no store is made for them"
    assert "newsbot" not in web.headers[-1]["User-Agent"]


def test_a_store_that_cannot_be_opened_ends_the_crawl_with_one_message(shop: Path) -> None:
    (shop / "news").write_text("a file")
    run = crawl(shop, "magazine", program="newsbot")
    assert run.returncode == 1
    assert [line for line in run.stderr.splitlines() if " ERROR" in line and "news" in line]
    assert "'finish_reason': 'refused'" in run.stderr


def test_a_spider_that_inherits_from_newsbots_brings_its_manners_along(shop: Path, web: LocalWeb) -> None:
    run = crawl(shop, "outlets", "-a", "sources=outlets.toml", "-s", "NEWSBOT_CONTACT=https://shop.example/bot")
    assert run.returncode == 0, run.stderr
    assert titles(shop) == ["Story 0 of the day", "Story 1 of the day"]
    assert {headers["User-Agent"] for headers in web.headers} == {"newsbot/0.1.0 (+https://shop.example/bot)"}
    assert set((shop / "seen.txt").read_text().split()) == {"Article"}
    (dropped,) = lines_of(shop / "news", "coverage", "*/*.dropped.jsonl")
    assert (dropped["url"], dropped["reason"]) == (f"{web.base}/sport/story-2", "denied_by_pattern")


@pytest.mark.parametrize("where", ["shop", "newsbots own"])
def test_a_spider_with_listings_of_its_own_works_in_both_kinds_of_project(
    shop: Path, web: LocalWeb, where: str
) -> None:
    if where != "shop":
        (shop / "scrapy.cfg").write_text("[settings]\ndefault = my_settings\n")
        own = 'from newsbot.settings import *\nSPIDER_MODULES = [*SPIDER_MODULES, "shop.spiders"]\n'
        (shop / "my_settings.py").write_text(f'{own}NEWSBOT_OUTPUT = "news"\n')
    web.put("/story-1", "", status=503)
    first = crawl(shop, "council", program="newsbot")
    assert first.returncode == 0, first.stderr
    assert titles(shop) == ["Story 0 of the day", "Story 2 of the day"]
    if where != "shop":
        return
    asked = Counter(web.paths())
    again = crawl(shop, "council", program="newsbot")
    assert again.returncode == 0, again.stderr
    assert titles(shop) == ["Story 0 of the day", "Story 2 of the day"]
    assert Counter(web.paths())["/story-0"] == asked["/story-0"] == 1, "what is known is not fetched again"


def settled(spider: type[Spider], **project: object) -> BaseSettings:
    """Return the settings of a crawl in a project that has the add-on."""
    values = {"ADDONS": {"newsbot.addon.Newsbot": 300}, **project}
    settings = Settings(values)
    Newsbot.update_pre_crawler_settings(settings)
    crawler = Crawler(spider, settings)
    crawler.addons.load_settings(crawler.settings)
    return crawler.settings


def test_what_the_project_sets_itself_stands() -> None:
    project = {
        "USER_AGENT": "shop",
        "DOWNLOAD_DELAY": 7,
        "NEWSBOT_MAX_NEW": 3,
        "DOWNLOADER_MIDDLEWARES": {
            "newsbot.downloader.tdmrep.ReservationMiddleware": None,
            "scrapy.downloadermiddlewares.cookies.CookiesMiddleware": 610,
        },
        "DOWNLOAD_HANDLERS": {"https": "shop.Handler"},
        "ITEM_PIPELINES": {"newsbot.pipelines.StorePipeline": 900},
    }
    settings = settled(NewsSpider, **project)
    for name in ("USER_AGENT", "DOWNLOAD_DELAY", "NEWSBOT_MAX_NEW"):
        assert settings[name] == project[name]
    found = dict(settings)
    middlewares = found["DOWNLOADER_MIDDLEWARES"]
    assert middlewares["scrapy.downloadermiddlewares.cookies.CookiesMiddleware"] == 610
    assert middlewares["newsbot.downloader.tdmrep.ReservationMiddleware"] is None
    assert found["DOWNLOAD_HANDLERS"]["https"] == "shop.Handler"
    assert found["ITEM_PIPELINES"]["newsbot.pipelines.StorePipeline"] == 900
    assert settings["BOT_NAME"] == "scrapybot"


def test_a_spider_that_is_not_newsbots_keeps_scrapys_settings() -> None:
    plain = Settings()
    settings = settled(Spider)
    changed = {name for name in plain if plain[name] != settings[name]}
    assert changed == {"ADDONS", "ITEM_PIPELINES", "EXTENSIONS"}
    assert settings["NEWSBOT_MAX_NEW"] == 2000


def test_a_page_is_made_of_a_response() -> None:
    request = Request("https://e.org/b", meta={"redirect_urls": ["https://e.org/a"]})
    headers = {"Content-Type": "text/html; charset=latin-1", "X-Robots-Tag": "noai"}
    page = page_of(HtmlResponse("https://e.org/b", body=b"<p>", headers=headers, request=request), title="A headline")
    assert (page.url, page.source, list(page.aliases)) == (
        "https://e.org/b",
        "e.org",
        ["https://e.org/a", "https://e.org/b"],
    )
    assert (page.charset, page.opt_outs, page.announced) == ("latin-1", ["noai"], "A headline")
    assert "<p>" not in repr(page), "a log that names the page is not filled by it"
