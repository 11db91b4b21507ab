"""The settings that say who makes the text reach the workers; what cannot be meant ends a crawl before it begins."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import lines_of, run_scrapy, sources_file
from local_web import LocalWeb, article_page, local_web

FAST = ("-s", "DOWNLOAD_DELAY=0", "-s", "RETRY_TIMES=0")
BY_TRAFILATURA = ("-s", "NEWSBOT_EXTRACTOR=trafilatura")
ROW = "<table><tr><td>Metres of wall</td><td>412</td></tr></table>"


def outlet(web: LocalWeb, folder: Path) -> Path:
    page = article_page("Harbour wall to be raised", "the harbour wall").replace("</article>", f"{ROW}</article>")
    url = web.put("/wall", page)
    return sources_file(folder, quay={"home": f"{web.base}/", "feeds": [web.feed("/feed.xml", [url])]})


@pytest.mark.parametrize(("workers", "options"), [(0, "{}"), (1, '{"include_tables": false}')])
def test_every_text_is_trafilaturas(tmp_path: Path, workers: int, options: str) -> None:
    with local_web() as web:
        crawl = ("crawl", "news", "-a", f"sources={outlet(web, tmp_path)}", *FAST, *BY_TRAFILATURA)
        settings = ("-s", f"NEWSBOT_EXTRACT_WORKERS={workers}", "-s", f"NEWSBOT_TRAFILATURA={options}")
        done = run_scrapy(tmp_path / "output", *crawl, *settings)
        assert done.returncode == 0, done.stderr
        (line,) = lines_of(tmp_path / "output", "articles")
        assert line["extractor"].startswith("trafilatura/")
        assert line["origins"]["text"] == "html"
        assert ("412" in line["text"]) == (options == "{}")


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("NEWSBOT_EXTRACTOR=trafilature", "NEWSBOT_EXTRACTOR: one of auto, trafilatura, not 'trafilature'"),
        ('NEWSBOT_TRAFILATURA={"favour_recall": true}', "no option 'favour_recall' (did you mean favor_recall?)"),
    ],
)
def test_what_cannot_be_meant_ends_a_crawl_before_it_begins(tmp_path: Path, setting: str, message: str) -> None:
    with local_web() as web:
        sources = outlet(web, tmp_path)
        done = run_scrapy(tmp_path / "output", "crawl", "news", "-a", f"sources={sources}", *FAST, "-s", setting)
        assert done.returncode == 2
        assert message in done.stderr.splitlines()[-1]
        assert not web.paths()
