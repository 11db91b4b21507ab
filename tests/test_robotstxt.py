"""What a robots.txt disallows is not fetched, and neither is what it cannot be asked for."""

from __future__ import annotations

from pathlib import Path

from conftest import lines_of, run_scrapy, sources_file
from local_web import article_page, local_web

FAST = ("-s", "DOWNLOAD_DELAY=0", "-s", "RETRY_TIMES=0", "-s", "NEWSBOT_EXTRACT_WORKERS=0")


def test_a_host_without_robots_txt_answer_is_left_alone_and_tried_again(tmp_path: Path) -> None:
    with local_web() as web:
        url = web.put("/a", article_page("Money for the harbour", "the harbour wall"))
        feed = web.feed("/feed", [url])
        web.put("/robots.txt", "busy", status=503)
        path = sources_file(tmp_path, a={"home": f"{web.base}/", "feeds": [feed]})
        news = ("crawl", "news", "-a", f"sources={path}", *FAST)
        run = run_scrapy(tmp_path / "output", *news)
        assert run.returncode == 3
        assert "robots_unreachable" in run.stderr
        assert set(web.paths()) == {"/robots.txt"}, "RFC 9309: a server error disallows all"
        del web.pages["/robots.txt"]
        assert run_scrapy(tmp_path / "output", *news).returncode == 0
    assert [line["url"] for line in lines_of(tmp_path / "output", "articles")] == [url]
