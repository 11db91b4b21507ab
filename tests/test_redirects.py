"""Redirects are followed as browsers follow them; what a page says of its next reload is none."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from scrapy import Request
from scrapy.http import HtmlResponse, Response
from scrapy.utils.test import get_crawler

from newsbot.downloader.errors import Skipped
from newsbot.downloader.redirects import MAX_DELAY, ChainMiddleware, address_in, refresh_of

HERE = "https://example.org/news/a"
TEXT = "<p>The harbour wall is to be rebuilt next year, the council has said.</p>" * 10


def page(markup: str, url: str = HERE, **headers: str) -> Response:
    return HtmlResponse(url, body=markup.encode(), headers={"Content-Type": "text/html", **headers})


def meta(content: str) -> str:
    return f'<meta http-equiv="Refresh" content="{content}">'


@pytest.mark.parametrize(
    "content",
    ["0;url=/b", "0; URL='/b'", " 3 , url = /b", "0;/b", "0 /b", ".5;url=/b", f"{MAX_DELAY};url=https://example.org/b"],
)
def test_a_page_that_soon_goes_on_to_another_one_is_a_redirect(content: str) -> None:
    assert refresh_of(page(meta(content))) == "https://example.org/b"
    assert refresh_of(page("<p>Text", Refresh=content)) == "https://example.org/b"


@pytest.mark.parametrize(
    "content",
    [
        "60;url=/b",
        f"{MAX_DELAY + 1};url=/b",
        "0",
        "0;",
        "0;url=",
        f"0;url={HERE}",
        "0;url=a#top",
        "0;url=?utm_source=x",
        "0;url=mailto:a@example.org",
        "0;url=javascript:next()",
        "now",
    ],
)
def test_a_page_that_stays_for_a_while_or_reloads_itself_is_none(content: str) -> None:
    assert refresh_of(page(meta(content))) is None
    assert refresh_of(page("<p>Text", Refresh=content)) is None


@pytest.mark.parametrize(
    "markup",
    [
        f"<!-- {meta('0;url=/b')} -->",
        f"<script>document.write('{meta('0;url=/b')}')</script>",
        f"<textarea>{meta('0;url=/b')}</textarea>",
        f"<template>{meta('0;url=/b')}</template>",
        f"<title>{meta('0;url=/b')}</title>",
        f"<noscript>{meta('0;url=/b')}</noscript>{TEXT}",
        f"<rss><item><![CDATA[{meta('0;url=/b')}]]></item></rss>",
        "<meta name='refresh' content='0;url=/b'>",
    ],
)
def test_what_is_not_meant_for_us_is_no_redirect(markup: str) -> None:
    assert refresh_of(page(markup)) is None


def test_a_page_that_is_nothing_without_scripts_may_say_where_to_go_without_them() -> None:
    assert refresh_of(page(f"<script>go()</script><noscript>{meta('0;url=/b')}</noscript>")) == "https://example.org/b"


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("https://straße.example/a".encode(), "https://xn--strae-oqa.example/a"),
        ("https://straße.example/ä".encode("latin-1"), "https://xn--strae-oqa.example/%E4"),
        (b"//e.org/a b", "https://e.org/a b"),
        (b"?page=2", "https://example.org/news/a?page=2"),
        (b" ../b\t", "https://example.org/b"),
        (b"///e.org/a", "https://e.org/a"),
        (b"https:\\\\e.org\\a?b=\\", "https://e.org/a?b=\\"),
        (b"HTTPS://E.org/a#b", "https://E.org/a#b"),
    ],
)
def test_a_location_is_read_as_browsers_read_it(location: bytes, url: str) -> None:
    assert address_in(HERE, location) == url


class Walk:
    """Follows redirects through answers that a test gives by address and cookie."""

    def __init__(self, answer: Callable[[str, str], Response]) -> None:
        self.answer = answer
        self.middleware = ChainMiddleware.from_crawler(get_crawler())
        self.asked: list[tuple[str, str]] = []

    def __call__(self, url: str) -> Response:
        request = Request(url)
        while True:
            cookies = (request.headers.get("Cookie") or b"").decode()
            self.asked.append((request.url, cookies))
            result = self.middleware.process_response(request, self.answer(request.url, cookies))
            if isinstance(result, Response):
                return result
            request = result


def to(location: str, status: int = 302, *cookies: str) -> Response:
    return Response(HERE, status=status, headers={"Location": location, "Set-Cookie": list(cookies)})


@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308])
def test_every_redirect_is_followed(status: int) -> None:
    there = Walk(lambda url, _: to("/b", status) if url == HERE else page("<p>Text", url))(HERE)
    assert there.url == "https://example.org/b"


def test_a_page_that_wants_its_cookie_back_at_its_own_address_is_read() -> None:
    walk = Walk(lambda url, cookies: page("<p>Text", url) if cookies == "a=1; b=2" else to(url, 302, "a=1", "b=2"))
    assert walk(HERE).url == HERE
    assert walk(HERE).url == HERE
    assert [cookies for _, cookies in walk.asked] == ["", "a=1; b=2"] * 2, "no cookie outlives its chain"


@pytest.mark.parametrize("content", ["0", f"1;url={HERE}"])
def test_a_page_may_ask_for_its_cookie_by_reloading_itself_once(content: str) -> None:
    walk = Walk(lambda url, cookies: page(meta(content), url, **{"Set-Cookie": f"visit={len(cookies)}"}))
    assert walk(HERE).url == HERE
    assert [cookies for _, cookies in walk.asked] == ["", "visit=0"]


def test_no_cookie_goes_to_another_site() -> None:
    ways = {
        "https://example.org/": to(
            "https://www.example.org/", 302, "all=1; Domain=example.org", "here=1", "x=1; Path=/x"
        ),
        "https://www.example.org/": to("https://example.net/", 302, "org=1; Domain=org", "net=1; Domain=example.net"),
        "https://example.net/": to("http://127.0.0.1:81/", 302, "b=1"),
        "http://127.0.0.1:81/": to("http://127.0.0.1:82/", 302, "c=1"),
        "http://127.0.0.1:82/": to("https://example.org/b"),
    }
    walk = Walk(lambda url, _: ways.get(url) or page("<p>Text", url))
    walk("https://example.org/")
    assert [cookies for _, cookies in walk.asked] == ["", "all=1", "", "", "", "here=1; all=1"]


def test_a_loop_is_left_at_its_second_turn() -> None:
    walk = Walk(lambda url, _: to("/b" if url.endswith("/a") else "/a"))
    with pytest.raises(Skipped, match="too_many_redirects: a loop"):
        walk("https://example.org/a")
    assert len(walk.asked) == 4


@pytest.mark.parametrize("location", ["file:///etc/passwd", "https://example.org:port/", "mailto:a@b.org"])
def test_a_redirect_that_leads_nowhere_on_the_web_is_refused(location: str) -> None:
    with pytest.raises(Skipped, match="bad_url"):
        Walk(lambda _url, _cookies: to(location))(HERE)
