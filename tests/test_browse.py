"""The store in a web browser: useful pages, nothing that writes, nothing that waits."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
import yaml
from conftest import NOW, ROOT, collected, scrapy_environment
from sqlalchemy import Engine

from newsbot.export.datasette import METADATA, datasette_of
from newsbot.store import articles, schema
from newsbot.store.ledger import Entry
from newsbot.web.urls import url_key

pytestmark = pytest.mark.filterwarnings("ignore:unclosed database:ResourceWarning")
"""Of datasette, which asks connections of its own what SQLite can do, and leaves them to the garbage collector."""


@pytest.fixture(autouse=True)
def left_open() -> Iterator[None]:
    """Let no later test meet what datasette left open."""
    yield
    gc.collect()


def store(engine: Engine, url: str, text: str) -> None:
    brought = collected(url, text, title=f"Headline of {url[-1]}")
    articles.save(engine, brought, Entry(text, "example", url, "feed", url_key(url)), now=NOW)


def get(datasette: Any, path: str) -> Any:
    async def ask() -> Any:
        response = await datasette.client.get(path)
        assert response.status_code == 200, response.text
        return response.json() if ".json" in path else response.text

    return asyncio.run(ask())


@pytest.fixture
def datasette(engine: Engine, tmp_path: Path) -> Any:
    store(engine, "https://example.org/a", "The harbour wall\n\nwill be raised.")
    store(engine, "https://example.org/b", "Ferry fares rise.")
    store(engine, "https://example.org/c", "Ferry fares rise.")
    return datasette_of(tmp_path / "newsbot.db")


def test_a_person_finds_articles_their_texts_and_what_is_said_in_them(datasette: Any) -> None:
    page = get(datasette, "/newsbot/articles")
    assert "Headline of a" in page
    assert 'href="https://example.org/a"' in page
    latest = get(datasette, "/newsbot/latest.json?_shape=array&source=")
    assert sorted(row["title"] for row in latest) == ["Headline of a", "Headline of b"]
    (found,) = get(datasette, "/newsbot/search.json?_shape=array&words=HARBOUR")
    assert found["title"] == "Headline of a"
    (article,) = get(datasette, f"/newsbot/article.json?_shape=array&id={found['id']}")
    assert article["text"] == "The harbour wall\n\nwill be raised."
    (source,) = get(datasette, "/newsbot/sources.json?_shape=array")
    assert (source["articles"], source["copies"]) == (2, 1)


def test_pages_are_read_while_a_crawl_writes_and_see_what_it_has_committed(datasette: Any, engine: Engine) -> None:
    with engine.begin():  # BEGIN IMMEDIATE: a crawl in the middle of a decision
        assert len(get(datasette, "/newsbot/articles.json?_shape=array")) == 3
    store(engine, "https://example.org/d", "Later news.")
    assert len(get(datasette, "/newsbot/articles.json?_shape=array")) == 4


def test_nothing_can_be_written(datasette: Any) -> None:
    async def write() -> None:
        await datasette.get_database("newsbot").execute("delete from articles")

    with pytest.raises(Exception, match="readonly"):
        asyncio.run(write())


def test_every_table_described_exists() -> None:
    described = yaml.safe_load(METADATA.read_text("utf-8"))["databases"]["newsbot"]["tables"]
    assert set(described) <= {*schema.metadata.tables, "alembic_version"}


def test_the_command_serves_until_it_is_stopped(engine: Engine, tmp_path: Path) -> None:
    store(engine, "https://example.org/a", "Text.")
    engine.dispose()
    server = subprocess.Popen(
        [sys.executable, "-m", "scrapy", "browse", "--port", "0"],
        cwd=ROOT,
        env=scrapy_environment(tmp_path),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    with server.stdout, contextlib.ExitStack() as stack:
        stack.callback(server.wait)
        stack.callback(server.kill)
        address = re.search(r"http://\S+", server.stdout.readline())
        assert address is not None
        with urlopen(address[0], timeout=60) as answer:
            assert b"Headline of a" in answer.read()
        server.send_signal(signal.SIGINT)
        assert server.wait(timeout=60) == 0
