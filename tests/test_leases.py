"""Two crawls on one store: never at one source at the same time, and what one is at is left to it."""

from __future__ import annotations

import multiprocessing
import subprocess
import sys
import threading
import time
from pathlib import Path

from conftest import ROOT, lines_of, run_scrapy, scrapy_environment, sources_file
from local_web import article_page, local_web
from sqlalchemy import Engine

from newsbot.store.database import open_engine
from newsbot.store.leases import leases_of, take_all


def hold(url: str, names: list[str], ready: object) -> None:
    """Take leases and keep them until killed, in another process."""
    leases = leases_of(open_engine(url))
    assert not take_all(leases, names)
    ready.set()  # type: ignore[attr-defined]
    time.sleep(600)


def test_a_lease_is_one_process_s_and_ends_with_it(store: Engine) -> None:
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
    url = store.url.render_as_string(hide_password=False)
    other = context.Process(target=hold, args=(url, ["a", "b"], ready))
    other.start()
    try:
        assert ready.wait(120)
        leases = leases_of(store)
        assert take_all(leases, ["a", "b", "c"], patience=0.1) == {"a", "b"}
        other.kill()
        assert take_all(leases, ["a", "b"]) == frozenset(), "however the holder died"
        again = leases_of(store)
        assert take_all(again, ["b", "c", "d"], patience=0.1) == {"b", "c"}, "of the same process, too"
        leases.close()
        assert take_all(again, ["b", "c"]) == frozenset()
        again.close()
    finally:
        other.kill()
        other.join()
        other.close()


def test_leases_on_many_sources_keep_one_file_open_and_leave_none(engine: Engine) -> None:
    leases = leases_of(engine)
    folder = Path(f"{engine.url.database}-crawls")
    (folder / "of-a-dead-crawl").write_bytes(b'["source-')
    names = [f"source-{number}" for number in range(2000)]
    assert take_all(leases, names) == frozenset()
    assert len(list(folder.iterdir())) == 1
    other = leases_of(engine)
    assert take_all(other, names, patience=0) == set(names)
    leases.close()
    other.close()
    assert list(folder.iterdir()) == []


def test_two_crawls_share_the_sources_of_one_store(tmp_path: Path) -> None:
    output = tmp_path / "output"
    with local_web() as web:
        urls = [web.put(f"/{n}", article_page(f"Money for {n}", f"project number {n}")) for n in range(3)]
        page, released = web.pages["/2"], threading.Event()
        web.pages["/2"] = lambda _web: (released.wait(300), page)[1]  # type: ignore[return-value]
        feeds = {"home": f"{web.base}/", "feeds": [web.feed("/feed", urls)]}
        other = {"home": f"{web.base}/", "feeds": [web.feed("/other", urls[:1])]}
        path = sources_file(tmp_path, slow=feeds, other=other)
        news = ("crawl", "news", "-a", f"sources={path}", "-s", "DOWNLOAD_DELAY=0", "-s", "NEWSBOT_EXTRACT_WORKERS=0")
        command = [sys.executable, "-m", "scrapy", *news, "-a", "only=slow", "-s", "DOWNLOAD_TIMEOUT=300"]
        first = subprocess.Popen(
            command, cwd=ROOT, env=scrapy_environment(output), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 120
        while "/2" not in web.paths():
            assert time.monotonic() < deadline
            time.sleep(0.02)
        alone = run_scrapy(output, *news, "-a", "only=slow")
        both = run_scrapy(output, *news)
        released.set()
        assert first.wait(120) == 0
    assert alone.returncode == 4
    assert "other crawls on this store are at every source" in alone.stderr
    assert "Traceback" not in alone.stderr
    assert both.returncode == 4, both.stderr
    assert "source slow: left out, another crawl on this store is at it" in both.stderr
    assert web.paths().count("/feed") == 1
    lines = [*lines_of(output, "articles"), *lines_of(output, "duplicates")]
    assert sorted(line["url"] for line in lines) == urls
