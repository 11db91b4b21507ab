"""The site in a browser: found, narrowed, opened and compared without scripts; on every screen, in every script."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import NOW, ROOT, collected, scrapy_environment
from playwright.sync_api import Browser, Page, expect, sync_playwright
from sqlalchemy import Engine

from newsbot.demo import Expected, Newsroom
from newsbot.downloader.rendering import BROWSERS
from newsbot.items import Removed
from newsbot.store import articles
from newsbot.store.database import open_engine
from newsbot.store.ledger import Entry
from newsbot.web.urls import article_id, url_key

CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)
pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")]


@dataclass(frozen=True)
class Shown:
    """A site that shows the newsroom of the demo, and articles in it."""

    address: str
    revised: Expected
    """It has a second version, and a copy by another outlet."""
    arabic: Expected
    japanese: Expected

    def pages(self) -> list[str]:
        read = (self.revised, self.arabic, self.japanese)
        return ["/", "/search?q=harbour+OR+council", *(f"/article/{article_id(article.url)}" for article in read)]


def keep(engine: Engine, article: Expected, now: str = NOW) -> None:
    stated = ("title", "authors", "published", "published_precision", "modified", "language", "section", "tags")
    fields = {name: getattr(article, name) for name in stated}
    removed = [Removed(text="Read on: all about it", reason="related_link")]
    brought = collected(article.url, article.text, **fields, removed=removed, origins={"title": "json-ld"})
    entry = Entry(f"run of {now}", article.source, article.url, "feed", url_key(article.url))
    articles.save(engine, brought, entry, source=article.source, now=now)


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    output = tmp_path_factory.mktemp("browse")
    newsroom = Newsroom(articles=4)
    truth = newsroom.truth()
    copied = {article.duplicate_of for article in truth}
    revised = next(article for article in truth if article.url in copied)
    engine = open_engine(f"sqlite:///{output / 'newsbot.db'}")
    for article in truth:
        keep(engine, article)
    newsroom.revise(revised.url)
    keep(engine, next(article for article in newsroom.truth() if article.url == revised.url), "2026-11-20T12:00:00Z")
    engine.dispose()
    command = [sys.executable, "-m", "scrapy", "browse", "--port", "0"]
    with subprocess.Popen(
        command, cwd=ROOT, env=scrapy_environment(output), stdout=subprocess.PIPE, text=True
    ) as browse:
        try:
            assert browse.stdout is not None
            address = re.search(r"http://127\.0\.0\.1:\d+", browse.stdout.readline())
            assert address is not None
            of = {language: next(it for it in truth if it.language == language) for language in ("ar", "ja")}
            yield Shown(address[0], revised, of["ar"], of["ja"])
        finally:
            browse.terminate()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, shown: Shown) -> Iterator[Page]:
    """A page without scripts, which asks nobody but the site, and of which Chromium has nothing to complain."""
    context = browser.new_context(java_script_enabled=False, base_url=shown.address)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("request", lambda request: complaints.extend([request.url] * (not request.url.startswith(shown.address))))
    yield page
    context.close()
    assert complaints == []


def test_a_reader_searches_narrows_opens_compares_and_comes_back(page: Page, shown: Shown) -> None:
    page.goto("/")
    page.get_by_role("searchbox").fill(f'"{shown.revised.title}"')
    page.get_by_role("searchbox").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("1 article with")
    page.get_by_role("searchbox").fill("the")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("navigation", name="Narrow down").get_by_role("link", name=shown.revised.source).click()
    expect(page.get_by_role("link", name=f"Remove: Outlet {shown.revised.source}")).to_be_visible()
    page.get_by_role("heading", level=2).get_by_role("link", name=shown.revised.title).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(shown.revised.title)
    expect(page.locator("article .text mark").first).to_have_text(re.compile("the", re.IGNORECASE))
    expect(page.locator("ins").first).to_be_visible()
    cleaned = page.get_by_text("Read on: all about it")
    expect(cleaned).to_be_hidden()
    page.get_by_text("What cleaning took out").click()
    expect(cleaned).to_be_visible()
    page.locator(".members").get_by_role("link").click()
    expect(page.locator("article .note")).to_contain_text("A copy (a copy on another site,")
    page.go_back()
    page.go_back()
    page.get_by_role("link", name="Remove: Outlet").click()
    expect(page.get_by_role("link", name="Remove: Outlet")).to_have_count(0)


def test_no_page_is_wider_than_its_screen(page: Page, shown: Shown) -> None:
    beyond = {}
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 800})
        for path in shown.pages():
            page.goto(path)
            beyond[width, path] = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert {where: pixels for where, pixels in beyond.items() if pixels > 0} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_keeps_a_reader_out(browser: Browser, shown: Shown, scheme: Literal["light", "dark"]) -> None:
    context = browser.new_context(color_scheme=scheme, base_url=shown.address)
    page = context.new_page()
    faults: list[Any] = []
    for path in shown.pages()[:3]:
        page.goto(path)
        page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
        found = Axe().run(page).response
        assert found["passes"]
        grave = [rule for rule in found["violations"] if rule["impact"] in ("serious", "critical")]
        faults += [(path, rule["id"], [node["html"] for node in rule["nodes"]]) for rule in grave]
    context.close()
    assert faults == []


def test_every_script_is_set_as_its_readers_have_it(page: Page, shown: Shown) -> None:
    page.goto(f"/article/{article_id(shown.arabic.url)}")
    for part in (page.locator("article h1"), page.locator("article .text p").first):
        expect(part).to_have_css("direction", "rtl")
    assert page.locator("article").get_attribute("lang") == "ar"
    expect(page.locator("article .text p").first).to_have_text(shown.arabic.text.partition("\n\n")[0])
    page.goto(f"/search?q={shown.japanese.title[:2]}")
    expect(page.locator(".list mark").first).to_have_text(shown.japanese.title[:2])
    page.get_by_role("link", name=shown.japanese.title).click()
    expect(page.locator("article")).to_have_attribute("lang", "ja")
    expect(page.locator("article .text p").first).to_have_css("line-break", "strict")


def test_an_article_is_worth_printing(page: Page, shown: Shown) -> None:
    page.goto(f"/article/{article_id(shown.revised.url)}")
    page.emulate_media(media="print")
    expect(page.locator("article .text")).to_be_visible()
    for part in ("header.masthead", "footer.colophon", ".apparatus"):
        expect(page.locator(part)).to_be_hidden()
