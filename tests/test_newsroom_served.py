"""The newsroom over HTTP: it behaves as a web of sites does."""

from __future__ import annotations

import gzip
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator

import lxml.html
import pytest
from served import flat, get, locations

from newsbot.demo import Newsroom, Running, serve
from newsbot.items import REJECTION_REASONS


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with serve(Newsroom()) as served:
        yield served


def test_traps_are_what_they_are_said_to_be(running: Running) -> None:
    traps = running.newsroom.non_articles()
    assert {trap.reason for trap in traps} == {
        "section_page", "video_shell", "error_page", "http_404", "robots_txt", "not_html", "login_wall",
    }  # fmt: skip
    for trap in traps:
        assert trap.outcome != "rejected" or trap.reason in REJECTION_REASONS
        status, headers, body = get(trap.url)
        assert status == (404 if trap.reason == "http_404" else 200)
        assert headers["Content-Type"].startswith("application/pdf" if trap.reason == "not_html" else "text/html")
        assert body
    walled = [trap for trap in traps if trap.reason == "login_wall"]
    assert len(walled) == 6
    assert all(b'type="password"' in get(trap.url)[2] for trap in walled)
    private = next(trap for trap in traps if trap.reason == "robots_txt")
    assert "/private/" in private.url


def test_the_latin_1_site_lies_in_its_header(running: Running) -> None:
    expected = next(item for item in running.newsroom.truth() if item.source == "voz-del-valle")
    _, headers, body = get(expected.url)
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert b"charset=iso-8859-1" in body
    with pytest.raises(UnicodeDecodeError):
        body.decode("utf-8")
    assert expected.title in body.decode("iso-8859-1")


def test_everything_answers_304_to_its_own_validators(running: Running) -> None:
    base = running.urls["harbour-herald"]
    article = next(item.url for item in running.newsroom.truth() if item.source == "harbour-herald")
    index = running.urls["courrier-des-cimes"] + "sitemap.xml"
    sub = sorted(locations(get(index)[2]))[0]
    picture, style = base + "media/104000.svg", base + "assets/broadsheet.css"
    for url in (base, base + "robots.txt", base + "feed.xml", base + "news/", article, picture, style, index, sub):
        status, headers, body = get(url)
        assert status == 200 and body, url
        assert get(url, If_None_Match=headers["ETag"])[::2] == (304, b""), url
        assert get(url, If_None_Match="W/" + headers["ETag"])[0] == 304, url
        assert get(url, If_Modified_Since=headers["Last-Modified"])[0] == 304, url
        assert get(url, If_None_Match='"other"', If_Modified_Since=headers["Last-Modified"])[0] == 200, url
        assert get(url, If_Modified_Since="Thu, 01 Jan 2015 00:00:00 GMT")[0] == 200, url


def test_gzip_is_given_where_it_is_taken(running: Running) -> None:
    url = running.urls["tideline"]
    _, headers, packed = get(url, Accept_Encoding="gzip, deflate")
    _, plain_headers, plain = get(url)
    assert headers["Content-Encoding"] == "gzip" and "Content-Encoding" not in plain_headers
    assert gzip.decompress(packed) == plain


def test_robots_txt_names_private_delay_and_sitemaps(running: Running) -> None:
    robots = {name: get(url + "robots.txt")[2].decode() for name, url in running.urls.items()}
    assert all("Disallow: /private/" in text for text in robots.values())
    assert "Crawl-delay: 0.2" in robots["capital-brief"]
    assert f"Sitemap: {running.urls['al-mina']}news-sitemap.xml" in robots["al-mina"]


def test_home_pages_lead_to_feeds_and_articles(running: Running) -> None:
    for name, url in running.urls.items():
        tree = lxml.html.document_fromstring(get(url)[2])
        tree.make_links_absolute(url)
        feeds = set(tree.xpath("//link[@rel='alternate']/@href"))
        source = next(s for s in tomllib.loads(running.newsroom.sources_toml())["source"] if s["name"] == name)
        assert feeds == set(source.get("feeds", ()))
        links = set(tree.xpath("//a/@href"))
        assert len(links & {item.url for item in running.newsroom.truth() if item.source == name}) >= 5
    assert all(url in get(running.base + "/")[2].decode() for url in running.urls.values())


def test_requests_are_logged(running: Running) -> None:
    before, before_asking = len(running.requests()), time.time()
    url = running.urls["northwire"]
    etag = get(url)[1]["ETag"]
    get(url, If_None_Match=etag)
    first, second = running.requests()[before:]
    assert (first.site, first.method, first.path, first.status, first.conditional) == (
        "northwire",
        "GET",
        "/",
        200,
        False,
    )
    assert (second.status, second.conditional) == (304, True)
    assert before_asking <= first.time <= second.time <= time.time()


def test_the_web_changes_when_told_to() -> None:
    with serve(Newsroom(sites=2, articles=4), warm=True) as running:
        feed = running.urls["harbour-herald"] + "feed.xml"
        _, headers, _ = get(feed)
        new = running.publish("harbour-herald", 2)
        status, later, body = get(feed, If_None_Match=headers["ETag"], If_Modified_Since=headers["Last-Modified"])
        assert status == 200 and all(url in body.decode() for url in new)
        assert later["Last-Modified"] != headers["Last-Modified"]
        truth = {item.url: item for item in running.newsroom.truth()}
        assert set(new) <= set(truth)
        assert all(get(url)[0] == 200 for url in new)

        url = next(item.url for item in truth.values() if item.source == "prairie-today")
        etag = get(url)[1]["ETag"]
        running.revise(url)
        status, _, body = get(url, If_None_Match=etag)
        revised = next(item for item in running.newsroom.truth() if item.url == url)
        assert status == 200 and revised.revision == 2 and revised.modified
        assert revised.text.startswith(truth[url].text)
        assert flat(revised.text.split("\n\n")[-1]) in flat(lxml.html.document_fromstring(body).text_content())

        running.retitle(url)
        (retitled,) = [item for item in running.newsroom.truth() if item.url == url]
        assert retitled.title != truth[url].title and retitled.text == revised.text and retitled.revision == 3
        assert flat(retitled.title) in flat(lxml.html.document_fromstring(get(url)[2]).text_content())

        running.remove(new[0])
        assert get(new[0])[0] == 404
        assert new[0] not in get(feed)[2].decode()
        assert new[0] not in {item.url for item in running.newsroom.truth()}


def test_a_taken_port_is_one_clear_error(running: Running) -> None:
    taken = int(running.base.rsplit(":", 1)[1])
    with pytest.raises(RuntimeError, match=f"port {taken} on 127.0.0.1 is taken"), serve(Newsroom(sites=1), port=taken):
        pass


def test_the_server_ends_with_the_process_that_started_it() -> None:
    code = (
        "import os, sys\n"
        "from newsbot.demo import Newsroom, serve\n"
        "with serve(Newsroom(sites=1)) as running:\n"
        "    print(running.base, running.process.pid, flush=True)\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    base = done.stdout.split()[0]
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            get(base + "/")
        except OSError:
            return
        time.sleep(0.05)
    raise AssertionError("the server outlived its parent")
