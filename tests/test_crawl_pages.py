"""An article over several pages becomes one line, in the order of its pages; a section's pages are no article's."""

from __future__ import annotations

from pathlib import Path

from conftest import lines_of, run_scrapy
from local_web import LocalWeb, article_page, local_web

FAST = ("-s", "DOWNLOAD_DELAY=0", "-s", "ROBOTSTXT_OBEY=0", "-s", "NEWSBOT_EXTRACT_WORKERS=0")
PARTS = ("ferries", "lighthouses", "harbours")


def crawl(web: LocalWeb, folder: Path, urls: list[str]) -> list[dict[str, object]]:
    feed = web.feed("/feed.xml", urls)
    sources = folder / "sources.toml"
    sources.write_text(f'[[source]]\nname = "quay"\nhome = "{web.base}/"\nfeeds = ["{feed}"]\n', "utf-8")
    done = run_scrapy(folder / "output", "crawl", "news", "-a", f"sources={sources}", *FAST)
    assert done.returncode == 0, done.stderr
    return lines_of(folder / "output", "articles")


def test_an_article_over_three_pages_is_one_line_in_order(tmp_path: Path) -> None:
    with local_web() as web:
        for number, topic in enumerate(PARTS, 1):
            row = "".join(f'<a href="/coast?page={n}">{n}</a> ' for n in range(1, 4))
            page = article_page("The coast in three parts", topic).replace("</article>", f"</article><nav>{row}</nav>")
            web.put("/coast" if number == 1 else f"/coast?page={number}", page)
        lines = crawl(web, tmp_path, [web.base + "/coast"])
        assert [line["url"] for line in lines] == [web.base + "/coast"]
        text = str(lines[0]["text"])
        places = [text.index(topic) for topic in PARTS]
        assert places == sorted(places), text
        assert [path for path in web.paths() if path.startswith("/coast")] == [
            "/coast",
            "/coast?page=2",
            "/coast?page=3",
        ]


def test_the_pages_of_a_section_are_not_followed(tmp_path: Path) -> None:
    teasers = "".join(
        f'<div><h2><a href="/story-{n}">What happened on the coast on day number {n}</a></h2>'
        f"<p>Day {n} in a few words, from those who were there and saw all of it.</p></div>"
        for n in range(6)
    )
    section = (
        f'<html><title>Coast</title><body><h1>Coast</h1>{teasers}<nav><a href="/coast?page=2">2</a></nav></body></html>'
    )
    with local_web() as web:
        web.put("/coast", section)
        web.put("/coast?page=2", section)
        web.put("/ferry", article_page("The ferry", "ferries"))
        lines = crawl(web, tmp_path, [web.base + "/coast", web.base + "/ferry"])
        assert [line["url"] for line in lines] == [web.base + "/ferry"]
        assert "/coast?page=2" not in web.paths()
