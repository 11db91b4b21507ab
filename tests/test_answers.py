"""What is no answer to what was asked is asked again, and costs a source nothing that it had."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import lines_of, run_scrapy, sources_file
from local_web import Answer, LocalWeb, article_page, local_web
from scrapy import Request
from scrapy.http import Response
from test_web import let_time_pass

from newsbot.downloader.fetch import fault_of
from newsbot.spiders.listing import permanent_address
from newsbot.web.completeness import is_complete

QUICK = ("-s", "DOWNLOAD_DELAY=0", "-s", "NEWSBOT_EXTRACT_WORKERS=0", "-s", "NEWSBOT_REVISIT_HOURS=[0.01]")


class Outlet:
    """A site with a feed of some stories, crawled run by run; hours pass between them."""

    def __init__(self, web: LocalWeb, folder: Path) -> None:
        self.web = web
        self.output = folder / "output"
        self.sources = sources_file(folder, a={"home": f"{web.base}/", "feeds": [f"{web.base}/feed"]})
        self.crawl_options = ("crawl", "news", "-a", f"sources={self.sources}", *QUICK)

    def stories(self, *names: str) -> bytes:
        """Put stories up and return a feed of them."""
        urls = [self.web.put(f"/news/{name}", article_page(f"Money for the {name}", f"the {name}")) for name in names]
        self.web.feed("/unused", urls)
        _, _, body = self.web.pages.pop("/unused")  # type: ignore[misc]
        return body

    def crawl(self, *, after: int = 0) -> int:
        """Crawl some hours after the last time, and return the exit status."""
        if after:
            let_time_pass(self.output / "newsbot.db", after)
        return run_scrapy(self.output, *self.crawl_options).returncode

    def collected(self) -> set[str]:
        return {str(line["url"]).rpartition("/")[2] for line in lines_of(self.output, "articles")}

    def said(self) -> str:
        return "\n".join(str(line) for line in lines_of(self.output, "coverage"))

    def asked(self, path: str) -> list[dict[str, str]]:
        """Return the headers of all requests for a path."""
        return [headers for (_, asked), headers in zip(self.web.asked, self.web.headers, strict=True) if asked == path]


@pytest.fixture
def outlet(tmp_path: Path) -> Outlet:  # type: ignore[misc]
    with local_web() as web:
        yield Outlet(web, tmp_path)


def test_a_server_that_lies_with_its_etag_is_asked_without_it_after_a_day_and_not_trusted_again(outlet: Outlet) -> None:
    feed = outlet.stories("harbour")

    def lie(web: LocalWeb) -> Answer:
        is_conditional = "If-None-Match" in web.headers[-1]
        return (304, {"ETag": '"1"'}, b"") if is_conditional else (200, {"ETag": '"1"'}, feed)

    outlet.web.pages["/feed"] = lie
    outlet.crawl()
    feed = outlet.stories("museum", "harbour")
    outlet.crawl(after=2)
    assert outlet.collected() == {"harbour"}, "a quiet listing is asked conditionally"
    outlet.crawl(after=23)
    assert outlet.collected() == {"harbour", "museum"}
    feed = outlet.stories("bridge", "museum", "harbour")
    outlet.crawl(after=1)
    assert outlet.collected() == {"harbour", "museum", "bridge"}
    assert ["If-None-Match" in headers for headers in outlet.asked("/feed")] == [False, True, False, False]
    assert "its ETag or Last-Modified is wrong" in outlet.said()


def test_an_empty_feed_that_had_entries_is_a_failure_and_its_news_are_not_lost(outlet: Outlet) -> None:
    outlet.web.put("/feed", outlet.stories("harbour"), "text/xml")
    assert outlet.crawl() == 0
    outlet.web.put("/feed", outlet.stories(), "text/xml")
    assert outlet.crawl(after=2) == 3
    assert "it names nothing, and did at" in outlet.said()
    outlet.web.put("/feed", outlet.stories("museum", "harbour"), "text/xml")
    assert outlet.crawl(after=2) == 0
    assert outlet.collected() == {"harbour", "museum"}


def broken_off(body: bytes) -> Callable[[LocalWeb], Answer]:
    """Say that a body is compressed, and send three quarters of what it then is."""
    import gzip

    packed = gzip.compress(body)
    return lambda _web: (200, {"Content-Type": "text/html", "Content-Encoding": "gzip"}, packed[: len(packed) * 3 // 4])


def test_a_page_that_breaks_off_is_no_revision_and_no_article(outlet: Outlet) -> None:
    outlet.web.put("/feed", outlet.stories("harbour"), "text/xml")
    outlet.crawl()
    outlet.web.put("/feed", outlet.stories("harbour", "museum"), "text/xml")
    whole = {path: outlet.web.pages[path] for path in ("/news/harbour", "/news/museum")}
    for path, (_, _, body) in whole.items():  # type: ignore[misc]
        outlet.web.pages[path] = broken_off(body)
    outlet.crawl(after=2)
    assert outlet.collected() == {"harbour"}
    assert [line["revision"] for line in lines_of(outlet.output, "articles")] == [1]
    dropped = lines_of(outlet.output, "coverage", "*/*.dropped.jsonl")
    assert {line["reason"] for line in dropped} == {"cut_short"}
    assert len(outlet.asked("/news/museum")) == 2
    outlet.web.pages |= whole
    outlet.crawl(after=2)
    assert outlet.collected() == {"harbour", "museum"}


def test_a_feed_that_breaks_off_gives_what_had_come_and_is_read_in_full_later(outlet: Outlet) -> None:
    body = outlet.stories("harbour", "museum", "bridge")
    outlet.web.pages["/feed"] = (200, {"ETag": '"1"', "Content-Encoding": "gzip"}, _packed_without_end(body))
    outlet.crawl()
    assert {"harbour"} <= outlet.collected() < {"harbour", "museum", "bridge"}
    assert "cut_short" in outlet.said()
    outlet.web.pages["/feed"] = (200, {"ETag": '"1"'}, body)
    outlet.crawl(after=2)
    assert outlet.collected() == {"harbour", "museum", "bridge"}
    assert "If-None-Match" not in outlet.asked("/feed")[-1]


@pytest.mark.parametrize(
    ("body", "is_whole"),
    [
        (b"<rss><item><![CDATA[<html><p>A</html>]]></item>", False),
        (b"<?xml version='1.0'?><atom:feed xmlns:atom='a'><atom:entry/></atom:feed >\n", True),
        (b"<RDF xmlns='a'></RDF><!-- cached -->", True),
        (b"<!doctype html><p>A</BODY>", True),
        (b"<!doctype html><p>A</p>", False),
        (b' {"items": [{"id": 1}', False),
        (b"", False),
    ],
)
def test_the_end_of_a_document_is_told_from_its_middle(body: bytes, is_whole: bool) -> None:
    assert is_complete(body) == is_whole


@pytest.mark.parametrize("status", [301, 404, 410, 500])
def test_what_breaks_off_with_another_status_than_success_is_judged_by_its_status(status: int) -> None:
    cut = Response("https://e.org/a", status=status, body=b"<p>See th", flags=["dataloss"])
    assert fault_of(Request(cut.url), cut) is None


def test_a_listing_that_gives_a_cookie_at_another_address_has_not_moved() -> None:
    met = {"redirect_urls": ["https://e.org/feed", "https://e.org/gate"], "redirect_reasons": [301, 302]}
    back = Response("https://e.org/feed", request=Request("https://e.org/feed", meta=met))
    assert permanent_address(back) == "https://e.org/feed"
    on = Response("https://e.org/new", request=Request("https://e.org/new", meta=met))
    assert permanent_address(on) == "https://e.org/gate"


def _packed_without_end(body: bytes) -> bytes:
    """Return a body in gzip that goes no further than its middle."""
    import zlib

    packer = zlib.compressobj(wbits=31)
    return packer.compress(body[: len(body) // 2]) + packer.flush(zlib.Z_SYNC_FLUSH)


def test_a_page_that_is_not_there_yet_is_asked_for_again_at_once_and_later(outlet: Outlet) -> None:
    statuses = ("202", "204", "206", "304")
    outlet.web.put("/feed", outlet.stories(*statuses), "text/xml")
    pages = {name: outlet.web.pages[f"/news/{name}"] for name in statuses}
    for name in statuses:
        outlet.web.pages[f"/news/{name}"] = (int(name), {"Content-Type": "text/html"}, b"")
    outlet.crawl()
    dropped = lines_of(outlet.output, "coverage", "*/*.dropped.jsonl")
    assert {line["url"].rpartition("/")[2]: line["reason"] for line in dropped} == {
        name: f"http_{name}" for name in statuses
    }
    for name in statuses:
        asked = outlet.asked(f"/news/{name}")
        assert [headers.get("Cache-Control") for headers in asked] == [None, "no-cache"], name
        outlet.web.pages[f"/news/{name}"] = pages[name]
    outlet.crawl(after=2)
    assert outlet.collected() == set(statuses)


def test_a_part_that_nobody_asked_for_is_no_article(outlet: Outlet) -> None:
    outlet.web.put("/feed", outlet.stories("half", "all"), "text/xml")
    for name, stated in (("half", "bytes 0-899/5000"), ("all", "bytes 0-4999/5000")):
        page = outlet.web.pages[f"/news/{name}"][2]
        outlet.web.pages[f"/news/{name}"] = (206, {"Content-Type": "text/html", "Content-Range": stated}, page)
    outlet.crawl()
    (dropped,) = lines_of(outlet.output, "coverage", "*/*.dropped.jsonl")
    assert (dropped["url"].rpartition("/")[2], dropped["outcome"], dropped["reason"]) == ("half", "failed", "cut_short")
    assert outlet.collected() == {"all"}


def test_a_whole_feed_is_read_with_any_status(tmp_path: Path) -> None:
    statuses = (203, 226, 403, 404, 500)
    with local_web() as web:
        feeds, pages = [], []
        for status in statuses:
            pages.append(web.put(f"/{status}", article_page(f"Money for hall {status}", f"the hall of {status}")))
            feeds.append(web.feed(f"/feed/{status}", pages[-1:]))
            web.put(f"/feed/{status}", web.pages[f"/feed/{status}"][2], "text/xml", status)  # type: ignore[index]
        path = sources_file(tmp_path, a={"home": f"{web.base}/", "feeds": feeds})
        run = run_scrapy(tmp_path / "output", "crawl", "news", "-a", f"sources={path}", *QUICK)
    assert run.returncode == 0, run.stderr
    assert {line["url"] for line in lines_of(tmp_path / "output", "articles")} == set(pages)
