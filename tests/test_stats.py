"""Scrapy's stats tell what becomes of addresses from the first request on, and Spidermon's suites read them."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

from conftest import ROOT, run_scrapy, sources_file
from local_web import article_page, local_web
from scrapy.utils.test import get_crawler

from newsbot.extensions.stats import Stats
from newsbot.store.ledger import Ledger

RECORDER = """
import json
from scrapy import signals

class Recorder:
    @classmethod
    def from_crawler(cls, crawler):
        recorder = cls()
        recorder.stats, recorder.path = crawler.stats, crawler.settings["RECORDED"]
        crawler.signals.connect(recorder.scheduled, signal=signals.request_scheduled)
        return recorder

    def scheduled(self):
        with open(self.path, "a") as file:
            print(json.dumps({k: v for k, v in self.stats.get_stats().items() if k.startswith("newsbot/")}), file=file)
"""


def documented(name: str) -> str:
    """Return the file of this name that docs/monitoring.md shows."""
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "monitoring.md").read_text("utf-8"), re.S)
    (block,) = (block for block in blocks if block.startswith(f"# {name}\n"))
    return block


def test_the_suite_of_the_manual_reads_stats_that_are_there_from_the_first_request_on(tmp_path: Path) -> None:
    recorded = tmp_path / "recorded"
    (tmp_path / "monitors.py").write_text(documented("monitors.py"), "utf-8")
    (tmp_path / "recorder.py").write_text(RECORDER, "utf-8")
    more = f"EXTENSIONS['recorder.Recorder'] = 600\nRECORDED = {str(recorded)!r}\nDOWNLOAD_DELAY = 0\n"
    (tmp_path / "watched.py").write_text(documented("watched.py") + more, "utf-8")
    path = os.pathsep.join([str(tmp_path), str(ROOT)])
    with local_web() as web:
        pages = [web.put("/news/one-of-them", article_page("One", "harbour")), web.put("/news/two-of-them", "<p>No.")]
        sources = sources_file(tmp_path, herald={"home": web.base, "feeds": [web.feed("/feed", pages)]})
        news = ("crawl", "news", "-a", f"sources={sources}")
        ran = run_scrapy(tmp_path / "output", *news, SCRAPY_SETTINGS_MODULE="watched", PYTHONPATH=path)
    assert ran.returncode == 0, ran.stderr
    assert "Outcomes/test_few_pages_are_rejected... FAIL" in ran.stderr
    assert "Outcomes/test_every_page_has_a_text... OK" in ran.stderr
    first, *_, last = map(json.loads, recorded.read_text("utf-8").splitlines())
    assert first["newsbot/outcome/new"] == first["newsbot/source/herald/new"] == 0
    assert first["newsbot/reason/rejected/no_body"] == 0
    assert last["newsbot/outcome/discovered"] == 2, "and they go along"
    assert first.keys() == last.keys()


def test_stats_say_what_the_ledger_says() -> None:
    crawler = get_crawler()
    assert crawler.stats is not None
    ledger = Ledger("run", ["bbc", "npr"])
    Stats(crawler, crawler.stats).begin(ledger)
    for source, url in (("bbc", "https://x.org/a"), ("bbc", "https://x.org/b"), ("npr", "https://x.org/a")):
        ledger.discover(source, url, "feed")
    first, second = ledger.open_entries()
    ledger.fetched(first)
    ledger.close(first, "new")
    ledger.close(second, "failed", "http_404")
    told = {name: value for name, value in crawler.stats.get_stats().items() if value and name.startswith("newsbot/")}
    assert told == {
        "newsbot/outcome/discovered": 3,
        "newsbot/outcome/fetched": 1,
        "newsbot/outcome/new": 1,
        "newsbot/outcome/failed": 1,
        "newsbot/outcome/skipped": 1,
        "newsbot/reason/failed/http_404": 1,
        "newsbot/reason/skipped/found_by_another_source": 1,
        "newsbot/source/bbc/discovered": 2,
        "newsbot/source/bbc/fetched": 1,
        "newsbot/source/bbc/new": 1,
        "newsbot/source/bbc/failed": 1,
        "newsbot/source/npr/discovered": 1,
        "newsbot/source/npr/skipped": 1,
    }
