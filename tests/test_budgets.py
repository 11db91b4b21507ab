"""What a source may cost a run is bounded: pages, seconds, bytes; the rest is the next run's, and nothing is lost."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest
from conftest import lines_of, run_scrapy, sources_file
from local_web import LocalWeb, article_page, local_web

FAST = ("-s", "DOWNLOAD_DELAY=0", "-s", "NEWSBOT_EXTRACT_WORKERS=0", "-s", "NEWSBOT_REVISIT_HOURS=[]")


def put_articles(web: LocalWeb, count: int, what: str = "ward") -> list[str]:
    return [web.put(f"/{n}", article_page(f"Money for {what} {n}", f"{what} number {n}")) for n in range(count)]


def articles_asked(web: LocalWeb) -> list[str]:
    return [path for path in web.paths() if path[1:].isdigit()]


def account_of(output: Path, source: str) -> dict[str, Any]:
    """Return the sums of a source in the latest run that met it."""
    *_, last = (line for line in lines_of(output, "coverage", "*/*Z-????????.jsonl") if line["source"] == source)
    return last


def test_a_budget_of_pages_leaves_the_rest_to_the_next_runs_each_address_once(tmp_path: Path) -> None:
    output = tmp_path / "output"
    with local_web() as web, local_web() as other:
        urls, others = put_articles(web, 7), put_articles(other, 5, "street")
        path = sources_file(
            tmp_path,
            bounded={"home": f"{web.base}/", "feeds": [web.feed("/feed", urls)], "max_pages": 3},
            free={"home": f"{other.base}/", "feeds": [other.feed("/feed", others)], "max_pages": 0},
        )
        news = ("crawl", "news", "-a", f"sources={path}", *FAST, "-s", "NEWSBOT_SOURCE_PAGES=1")
        first = run_scrapy(output, *news)
        assert first.returncode == 0, first.stderr
        account = account_of(output, "bounded")
        assert (account["new"], account["reasons"]) == (3, {"skipped:over_budget": 4})
        assert "source bounded: over its budget, 4 addresses are left for the next run" in first.stderr
        assert account_of(output, "free")["new"] == 5, "a source's own bound holds, also that there is none"
        second = run_scrapy(output, *news)
        account = account_of(output, "bounded")
        assert (account["new"], account["discovered"]) == (3, 3), "of what waits no more is met than may be asked for"
        third = run_scrapy(output, *news)
        assert (second.returncode, third.returncode) == (0, 0)
        assert sorted(articles_asked(web)) == sorted(url.removeprefix(web.base) for url in urls), "each once"
    assert sorted(line["url"] for line in lines_of(output, "articles")) == sorted([*urls, *others])


def test_budgets_of_bytes_and_seconds_end_a_source_and_listings_it_did_not_come_to_are_asked_by_the_next_run(
    tmp_path: Path,
) -> None:
    output = tmp_path / "output"
    with local_web() as heavy, local_web() as slow:
        heavy.put("/robots.txt", "", "text/plain")
        feeds = [heavy.feed(f"/feed{n}", [heavy.put(f"/{n}", "x" * 70_000)]) for n in range(3)]
        feed = heavy.pages["/feed0"][2]
        body = feed.replace(b"<channel>", b"<channel><description>%s</description>" % (b"y" * 60_000))
        heavy.put("/feed0", body, "application/rss+xml")
        slow.put("/robots.txt", "User-agent: *\nCrawl-delay: 60", "text/plain")
        path = sources_file(
            tmp_path,
            heavy={"home": f"{heavy.base}/", "feeds": feeds, "max_bytes": 50_000},
            slow={"home": f"{slow.base}/", "feeds": [slow.feed("/feed", put_articles(slow, 3))], "max_seconds": 2},
        )
        run = run_scrapy(output, "crawl", "news", "-a", f"sources={path}", *FAST)
        assert run.returncode == 0, run.stderr
        assert heavy.paths().count("/feed0") == 1 and "/feed1" not in heavy.paths() and not articles_asked(heavy)
        assert account_of(output, "heavy")["listings"] == {"postponed": 2, "read": 1}
        assert "feed1: over_budget: 50000 bytes a run" in " ".join(account_of(output, "heavy")["notes"])
        assert not articles_asked(slow), "a delay of a minute is not waited for"
        run_scrapy(output, "crawl", "news", "-a", f"sources={path}", "-a", "only=heavy", "-a", "due=1", *FAST)
        assert "/feed1" in heavy.paths(), "it is due still"


def test_the_account_of_a_source_has_all_that_was_asked_for_it(tmp_path: Path) -> None:
    output = tmp_path / "output"
    with local_web() as web:
        packed = gzip.compress(article_page("Money for the harbour", "the harbour").encode())
        web.pages["/packed"] = (200, {"Content-Type": "text/html", "Content-Encoding": "gzip"}, packed)
        web.redirect("/moved", f"{web.base}/packed?from=moved")
        web.pages["/packed?from=moved"] = web.pages["/packed"]
        feed = web.feed("/feed", [f"{web.base}/moved"])
        path = sources_file(tmp_path, a={"home": f"{web.base}/", "feeds": [feed]})
        run = run_scrapy(output, "crawl", "news", "-a", f"sources={path}", *FAST)
        assert run.returncode == 0, run.stderr
        spent, asked = account_of(output, "a")["spent"], web.paths()
    assert sorted(asked) == ["/.well-known/tdmrep.json", "/feed", "/moved", "/packed?from=moved", "/robots.txt"]
    assert spent["requests"] == len(asked)
    not_found = 2 * len("<h1>Not found</h1>")
    assert spent["bytes"] == not_found + len(web.pages["/feed"][2]) + len(packed)  # type: ignore[index]
    assert spent["seconds"] > 0


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("max_pages", "-1", "Input should be greater than or equal to 0, not -1"),
        ("max_bytes", '"many"', "Input should be"),
    ],
)
def test_a_budget_of_nonsense_is_one_line_with_file_line_and_field(
    tmp_path: Path, field: str, value: str, said: str
) -> None:
    path = tmp_path / "outlets.toml"
    path.write_text(f'[[source]]\nname = "a"\nhome = "http://127.0.0.1:1/"\n{field} = {value}\n')
    run = run_scrapy(tmp_path / "output", "crawl", "news", "-a", f"sources={path}", "-L", "WARNING")
    assert run.returncode == 2
    (line,) = run.stderr.splitlines()
    assert f"{path}:4: {field}: {said}" in line
