"""The store as a site: what a reader looks for is found and read whole, nothing writes, and nobody else reads."""

from __future__ import annotations

import asyncio
import gc
import html
import re
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import httpx
import pytest
import yaml
from conftest import NOW, ROOT, collected, scrapy_environment
from sqlalchemy import Engine

from newsbot.browse.site import METADATA, Site, application
from newsbot.items import Removed
from newsbot.store import articles, runs, schema
from newsbot.store.database import sqlite_file
from newsbot.store.ledger import Account, Entry
from newsbot.web.urls import article_id, url_key

pytestmark = pytest.mark.filterwarnings("ignore:unclosed database:ResourceWarning")
"""Of datasette, which asks connections of its own what SQLite can do, and leaves them to the garbage collector."""

PORT = 8001
WALL = "The harbour wall of Küstrin\n\nwill be raised by a metre, the council said.\n\n" + "Work is to begin. " * 90


@pytest.fixture(autouse=True)
def left_open() -> Iterator[None]:
    """Let no later test meet what datasette left open."""
    yield
    gc.collect()


def save(engine: Engine, url: str, text: str, *, source: str = "example", now: str = NOW, **fields: Any) -> str:
    fields = {"title": f"Headline of {url[-1]}", "published": "2026-11-20T08:30:00+01:00", **fields}
    brought = collected(url, text, **fields)
    articles.save(engine, brought, Entry(f"run of {now}", source, url, "feed", url_key(url)), source=source, now=now)
    return article_id(url)


class Reader:
    """A browser without scripts: asks a site for pages."""

    def __init__(self, engine: Engine) -> None:
        shown = engine.url.render_as_string(hide_password=False)
        self.site = Site(engine, sqlite_file(shown), now=lambda: NOW)
        self.application = application(self.site, PORT)

    def ask(self, path: str, *, method: str = "GET", host: str = f"127.0.0.1:{PORT}") -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.application)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
                return await client.request(method, path, headers={"host": host})

        return asyncio.run(ask())

    def page(self, path: str, *, status: int = 200) -> str:
        """Return a page as a reader sees it: its markup on one line, character references read."""
        answer = self.ask(path)
        assert answer.status_code == status, answer.text
        return " ".join(html.unescape(answer.text).split())


def stocked(engine: Engine) -> Reader:
    """Return a reader of a store with a story of two outlets, a revised article, and some others."""
    save(engine, "https://example.org/a", WALL, language="en", section="Local", authors=["Ana Silva"])
    removed = [Removed(text="RELATED: Ferry fares", reason="related_link")]
    later = {"removed": removed, "origins": {"title": "json-ld"}, "language": "en", "now": "2026-11-20T12:00:00Z"}
    save(engine, "https://example.org/a", WALL.replace("a metre", "two metres"), title="Headline of it", **later)
    save(engine, "https://other.example/b", WALL.replace("a metre", "two metres"), source="other", language="en")
    save(engine, "https://example.org/c", "Les tarifs du bac montent.", language="fr", kind="opinion")
    save(engine, "https://example.org/d", "The council met.", language="en", published="2026-11-18")
    return Reader(engine)


@pytest.fixture
def either(store: Engine) -> Reader:
    """A reader of what either database holds."""
    return stocked(store)


@pytest.fixture
def reader(engine: Engine) -> Reader:
    return stocked(engine)


def test_the_front_page_shows_the_news_by_outlet_and_how_the_runs_went(either: Reader, store: Engine) -> None:
    good, bad = Account(Counter(discovered=3, fetched=3, new=3)), Account(notes=["feed https://e.org/f: timeout"])
    good.notes = ["feed https://e.org/g: gap: names nothing of what it named at 2026-11-19T08:00:00Z; it is asked more"]
    good.listings["read"], bad.listings["failed"] = 1, 1
    with store.begin() as connection:
        runs.begin_run(connection, "20261120T080000Z-1", place=".", spider="news", now=NOW)
    runs.close_books(store, "20261120T080000Z-1", {"example": good, "dark": bad}, {})
    page = either.page("/")
    assert "Search 3 articles" in page
    assert '<a href="/search?day=2026-11-20">20 November 2026</a> <span class="count">2 articles</span>' in page
    assert f'<a href="/article/{article_id("https://example.org/a")}">Headline of it</a>' in page
    assert 'aria-label="18 November 2026: 1 article"' in page
    assert "<dt>dark</dt><dd>could not be reached: feed https://e.org/f: timeout</dd>" in page
    assert "<dt>example</dt><dd>articles may have been missed: feed https://e.org/g: gap: names nothing of what" in page
    assert '<td>news</td><td>exporting</td><td class="n">2</td><td class="n">3</td>' in page


def test_an_empty_store_says_what_to_do(engine: Engine) -> None:
    reader = Reader(engine)
    assert "Collect some with <code>scrapy crawl news</code>" in reader.page("/")
    assert "No article" in reader.page("/search?q=wall")


def test_results_show_the_words_and_can_be_narrowed_and_widened_again(either: Reader) -> None:
    page = either.page("/search?q=COUNCIL")
    assert "2 articles with <q>COUNCIL</q>" in page
    assert "a metre, the <mark>council</mark> said" in page or "metres, the <mark>council</mark> said" in page
    assert '/search?q=COUNCIL&day=2026-11-18"><bdi>18 November 2026</bdi>' in page
    narrowed = either.page("/search?q=COUNCIL&day=2026-11-18&language=en")
    assert "1 article with" in narrowed
    assert 'href="/search?q=COUNCIL&language=en" aria-label="Remove: Day 2026-11-18"' in narrowed
    assert "<mark>Küstrin</mark>" in either.page("/search?q=kustrin")
    assert "3 articles" in either.page("/search")


def test_an_address_or_an_id_leads_to_its_article(reader: Reader) -> None:
    known = article_id("https://example.org/a")
    for named in ("https://example.org/a%3Futm_source=feed", known):
        answer = reader.ask(f"/search?q={named}")
        assert (answer.status_code, answer.headers["location"]) == (302, f"/article/{known}")
    assert "No article with" in reader.page("/search?q=https://example.org/never")


def test_results_come_in_pages(engine: Engine) -> None:
    for number in range(21):
        save(engine, f"https://example.org/{number}", f"The mill number {number} of {'abcdefghijklmnopqrstu'[number]}.")
    reader = Reader(engine)
    assert 'rel="next" href="/search?q=mill&page=2"' in reader.page("/search?q=mill")
    second = reader.page("/search?q=mill&page=2")
    assert "Page 2 of 2" in second
    assert second.count('<p class="lines"') == 1
    assert "There is no page 9 of these" in reader.page("/search?q=mill&page=9")


def test_a_query_that_cannot_be_meant_is_one_sentence_and_stays_in_the_box(reader: Reader) -> None:
    page = reader.page("/search?q=%22harbour", status=400)
    assert "a quotation mark is missing</p>" in page
    assert 'name="q" value=""harbour"' in page


def test_an_article_is_there_whole_with_all_that_is_known_of_it(either: Reader) -> None:
    page = either.page(f"/article/{article_id('https://example.org/a')}?q=metres")
    assert '<article lang="en" dir="ltr">' in page
    text = page.partition('<div class="text">')[2].partition("</div>")[0]
    assert text.count("Work is to begin.") == 90
    assert "raised by two <mark>metres</mark>" in text
    assert '<a href="https://example.org/a" rel="noopener noreferrer">' in page
    assert "raised by <del>a metre</del><ins>two metres</ins>" in page
    assert "Headline of <del>a</del><ins>it</ins>" in page
    assert "<dt>related link</dt><dd" in page
    assert "RELATED: Ferry fares</dd>" in page
    assert '<th scope="row">title</th><td><bdi>Headline of it</bdi></td><td>json-ld</td>' in page
    assert f'<a href="/article/{article_id("https://other.example/b")}">' in page
    page = either.page(f"/article/{article_id('https://other.example/b')}")
    assert "A copy (a copy on another site, 100 % alike) of" in page
    assert f'href="/article/{article_id("https://example.org/a")}"' in page


def test_what_is_not_there_is_said_with_what_to_do(either: Reader, store: Engine) -> None:
    page = either.page("/article/0123456789abcdefabcd", status=404)
    assert "There is no article 0123456789abcdefabcd in this store." in page
    assert '<a href="/search">all articles' in page
    assert "There is no page of that address." in either.page("/nothing/here/at/all", status=404)
    with store.begin() as connection:
        values = {"url_key": "x", "url": "https://example.org/x", "article_id": "f" * 20, "why": "a wish of a person's"}
        connection.execute(schema.forgotten.insert().values(**values, forgotten_at=NOW))
    removed = either.page(f"/article/{'f' * 20}", status=410)
    assert "removed from the store on 20 November 2026, and is never fetched again: a wish of a person's" in removed


def test_what_a_site_wrote_is_text_and_never_markup(engine: Engine) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    known = save(engine, "https://example.org/a", f"{evil}\n\nMill {evil}", title=evil, authors=[evil], section=evil)
    reader = Reader(engine)
    for path in (
        "/",
        "/search?q=mill",
        f"/search?source={evil}",
        f"/article/{known}",
        f"/article/{evil.replace('/', '')}",
    ):
        assert "<script" not in reader.ask(path).text
        assert "<img" not in reader.ask(path).text


@pytest.mark.parametrize(
    "host", ["evil.example", f"evil.example:{PORT}", "127.0.0.1", f"127.0.0.1:{PORT}.evil.example"]
)
def test_no_other_name_is_answered(reader: Reader, host: str) -> None:
    for path in ("/", "/search", "/newsbot/articles.json", "/static/newsbot.css"):
        answer = reader.ask(path, host=host)
        assert answer.status_code == 400
        assert answer.text == "This is not the site of that name; it is http://127.0.0.1:8001/\n"


def test_pages_forbid_what_they_do_not_need(reader: Reader) -> None:
    for path in (
        "/",
        "/newsbot",
        "/newsbot/articles",
        "/newsbot?sql=select+1",
        "/nothing/at/all",
        "/static/newsbot.css",
    ):
        answer = reader.ask(path, host=f"localhost:{PORT}")
        assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'; img-src")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert not re.search(r'<script|<style|<(?:link|img|iframe)[^>]*(?:href|src)="(?!/)', answer.text)
    assert reader.ask("/", method="POST").status_code == 405


def test_sql_is_a_click_away_where_the_store_is_a_file(either: Reader, store: Engine) -> None:
    is_file = store.dialect.name == "sqlite"
    assert ('href="/newsbot">Tables and SQL' in either.page("/")) == is_file
    assert either.ask("/newsbot").status_code == (200 if is_file else 404)


@pytest.fixture
def tables(engine: Engine) -> Reader:
    for letter in "abc":
        save(engine, f"https://example.org/{letter}", f"News of {letter}.", title=f'=HYPERLINK("{letter}")\n"quoted"')
    return Reader(engine)


def test_tables_that_are_newsbots_own_are_not_shown(tables: Reader) -> None:
    shown = set(re.findall(r'<h3><a href="/newsbot/(\w+)"', tables.ask("/newsbot").text))
    assert shown == {
        "articles", "revisions", "clusters", "runs", "coverage", "ledger", "listings", "forgotten", "findings", "days",
    }  # fmt: skip
    described = yaml.safe_load(METADATA.read_text("utf-8"))["databases"]["newsbot"]["tables"]
    assert set(described) == {*schema.metadata.tables, "bands", "alembic_version"}


@pytest.mark.parametrize("name", list(yaml.safe_load(METADATA.read_text("utf-8"))["databases"]["newsbot"]["queries"]))
def test_every_query_offered_can_be_run(tables: Reader, name: str) -> None:
    assert tables.ask(f"/newsbot/{name}.json").json()["rows"] is not None


def test_tables_as_csv_hold_no_formula(tables: Reader) -> None:
    for path in ("/newsbot/articles.csv?_stream=on&_size=2", "/newsbot.csv?sql=select+title,+-5+as+n+from+articles"):
        text = tables.ask(path).text
        assert text.count("'=HYPERLINK(") == 3
        assert text.count('""quoted""') == 3
    assert text.count(",-5\r\n") == 3


def test_sql_has_an_end_in_time_and_size(tables: Reader) -> None:
    tables.site.sql_time_limit_ms = 50
    endless = "/newsbot?sql=with+recursive+n(i)+as+(select+1+union+all+select+i%2B1+from+n)+select+count(*)+from+n"
    assert "seconds, and was stopped." in tables.page(endless, status=400)
    large = tables.page("/newsbot?sql=select+zeroblob(900000000)", status=400)
    assert "string or blob too big" in large
    many = "with+recursive+n(i)+as+(select+1+union+all+select+i%2B1+from+n+limit+5000)+select+i+from+n"
    tables.site.sql_time_limit_ms = 5000
    assert len(tables.ask(f"/newsbot.json?_shape=array&sql={many}").json()) == 1000


def test_nothing_can_be_written(tables: Reader) -> None:
    async def write() -> None:
        await tables.site.get_database("newsbot").execute("delete from articles")

    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        asyncio.run(write())


def test_pages_are_read_while_a_crawl_writes_and_see_what_it_has_committed(reader: Reader, engine: Engine) -> None:
    with engine.begin():  # BEGIN IMMEDIATE: a crawl in the middle of a decision
        assert "3 articles" in reader.page("/search")
    save(engine, "https://example.org/e", "Later news.")
    assert "4 articles" in reader.page("/search")


def test_a_fault_of_newsbot_is_told_without_its_insides(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("newsbot.store.views.front.last_runs", lambda *_, **__: 1 / 0)
    page = reader.page("/", status=500)
    assert "newsbot failed on this page (ZeroDivisionError); the terminal that it runs in says how." in page
    assert "ZeroDivisionError" in caplog.text


def test_the_command_serves_until_it_is_stopped_and_says_so_when_its_port_is_taken(
    engine: Engine, tmp_path: Path
) -> None:
    save(engine, "https://example.org/a", "Text.")
    engine.dispose()
    command = [sys.executable, "-m", "scrapy", "browse", "--port"]
    with ExitStack() as stack:
        server = subprocess.Popen(
            [*command, "0"], cwd=ROOT, env=scrapy_environment(tmp_path), stdout=subprocess.PIPE, text=True
        )
        stack.callback(server.wait)
        stack.callback(server.kill)
        assert server.stdout is not None
        stack.enter_context(server.stdout)
        address = re.search(r"http://127.0.0.1:(\d+)/", server.stdout.readline())
        assert address is not None
        with urlopen(address[0], timeout=60) as answer:
            assert b"Headline of a" in answer.read()
        again = subprocess.run(
            [*command, address[1]],
            cwd=ROOT,
            env=scrapy_environment(tmp_path),
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert again.returncode == 2
        (line,) = again.stderr.splitlines()
        assert line.startswith(f"port {address[1]} cannot be used (")
        server.send_signal(signal.SIGINT)
        assert server.wait(timeout=60) == 0
