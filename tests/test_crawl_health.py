"""Runs that tell when a source is unlike itself, for as long as it is, and when it is well again."""

from __future__ import annotations

import sqlite3
import subprocess
from pathlib import Path

from conftest import run_scrapy, sources_file
from local_web import LocalWeb, article_page, local_web

FAST = ("-s", "DOWNLOAD_DELAY=0", "-s", "RETRY_TIMES=0", "-s", "NEWSBOT_EXTRACT_WORKERS=0", "-L", "WARNING")
SHELL = '<!doctype html><html lang="en"><title>The Harbour Herald</title><body><div id="app"></div></body></html>'


def put_articles(web: LocalWeb, *numbers: int, body: str = "") -> list[str]:
    return [
        web.put(f"/news/{number}", body or article_page(f"Money for pier {number}", f"pier {number}"))
        for number in numbers
    ]


def make_due(output: Path) -> None:
    with sqlite3.connect(output / "newsbot.db") as database:
        database.execute("update listings set due_at = '2020-01-01T00:00:00Z', answered_at = '2020-01-01T00:00:00Z'")
    database.close()


def told(run: subprocess.CompletedProcess[str]) -> str:
    """Return the lines of a run that are about the source."""
    return "\n".join(line for line in run.stderr.splitlines() if "source herald" in line)


def test_articles_that_lose_their_text_are_told_of_until_they_have_it_again(tmp_path: Path) -> None:
    output = tmp_path / "output"
    with local_web() as web:
        path = sources_file(tmp_path, herald={"home": f"{web.base}/", "feeds": [f"{web.base}/feed"]})
        due = ("crawl", "news", "-a", f"sources={path}", "-a", "due=1", *FAST)
        web.feed("/feed", put_articles(web, *range(10)))
        assert run_scrapy(output, *due).returncode == 0

        web.feed("/feed", put_articles(web, *range(10, 18), body=SHELL))
        make_due(output)
        redesigned = run_scrapy(output, *due)
        assert (redesigned.returncode, "8 of 8 new pages rejected" in told(redesigned)) == (3, True), redesigned.stderr
        resting = run_scrapy(output, *due)
        assert (resting.returncode, "still" in told(resting)) == (3, True), resting.stderr
        shown = run_scrapy(output, "health")
        assert shown.returncode == 3
        assert "\nfailing\nherald: no_body: 100 % of 8 new pages, usually 0 %, since" in shown.stdout
        assert f"\n  {web.base}/news/1" in shown.stdout, "an example to look at"

        web.feed("/feed", put_articles(web, *range(20, 28)))
        make_due(output)
        mended = run_scrapy(output, *due)
        assert (mended.returncode, "over" in told(mended)) == (0, True), mended.stderr
        assert run_scrapy(output, "health").returncode == 0


def test_a_feed_that_is_gone_fails_in_every_run_due_or_not_until_it_is_there_again(tmp_path: Path) -> None:
    output = tmp_path / "output"
    with local_web() as web:
        path = sources_file(tmp_path, herald={"home": f"{web.base}/", "feeds": [f"{web.base}/feed"]})
        due = ("crawl", "news", "-a", f"sources={path}", "-a", "due=1", *FAST)
        assert [run_scrapy(output, *due).returncode for _ in range(3)] == [3, 3, 3]
        web.feed("/feed", put_articles(web, 1))
        make_due(output)
        mended = run_scrapy(output, *due)
        assert (mended.returncode, "over" in told(mended)) == (0, True), mended.stderr
        assert run_scrapy(output, *due).returncode == 0
