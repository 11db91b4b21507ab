"""The bundled newsroom: its truth agrees with what it serves, and it behaves as a web of sites does."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from datetime import datetime
from itertools import combinations
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import lxml.html
import py3langid
import pytest
from lxml import etree

from newsbot.demo import Expected, Newsroom, Running, serve
from newsbot.demo.answers import Answers
from newsbot.items import CHANNELS, REJECTION_REASONS


@pytest.fixture(scope="module")
def newsroom() -> Newsroom:
    return Newsroom()


@pytest.fixture(scope="module")
def answers(newsroom: Newsroom) -> Answers:
    return Answers(newsroom)


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with serve(Newsroom()) as served:
        yield served


def page(answers: Answers, url: str) -> bytes:
    """Return what a site answers, without a server between."""
    for outlet in answers.newsroom.outlets.values():
        if url.startswith(outlet.base + "/"):
            target = url.removeprefix(outlet.base)
            return answers.body(outlet, target, answers.answer(outlet, target), gzipped=False)
    raise AssertionError(url)


def document(answers: Answers, expected: Expected) -> lxml.html.HtmlElement:
    charset = answers.newsroom.outlets[expected.source].spec.charset
    return lxml.html.document_fromstring(page(answers, expected.url).decode(charset))


def flat(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def get(url: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    request = Request(url, headers={name.replace("_", "-"): value for name, value in headers.items()})
    try:
        with urlopen(request, timeout=10) as response:
            return response.status, dict(response.headers), response.read()
    except HTTPError as error:
        with error:
            return error.code, dict(error.headers), error.read()


def test_the_truth_is_the_same_for_the_same_seed_and_another_for_another() -> None:
    assert Newsroom().truth() == Newsroom().truth()
    titles = {expected.title for expected in Newsroom().truth()}
    others = {expected.title for expected in Newsroom(seed=1).truth()}
    assert len(titles & others) < len(titles) / 10


def test_every_block_title_author_and_day_of_the_truth_stands_on_its_page(newsroom: Newsroom, answers: Answers) -> None:
    for expected in newsroom.truth():
        tree = document(answers, expected)
        shown = flat(tree.text_content())
        assert flat(expected.title) in [flat(h1.text_content()) for h1 in tree.iter("h1")]
        for block in expected.text.split("\n\n"):
            assert flat(block) in shown, (expected.url, block)
        for author in expected.authors:
            assert author in shown
        assert str(int(expected.published[8:10])) in shown


def test_instants_that_pages_state_are_those_of_the_truth(newsroom: Newsroom, answers: Answers) -> None:
    for expected in newsroom.truth():
        tree = document(answers, expected)
        machine = re.findall(r"20\d\d-\d\d-\d\dT[\d:]+(?:Z|[+-]\d\d:\d\d)", etree.tostring(tree, encoding="unicode"))
        if expected.published_precision == "day":
            assert tree.xpath("//h1/following::time/@datetime")[0] == expected.published and not machine
            continue
        stated = {datetime.fromisoformat(found) for found in machine}
        assert datetime.fromisoformat(expected.published) in stated
        assert datetime.fromisoformat(expected.modified or expected.published) in stated


def test_articles_are_many_long_enough_and_in_six_languages(newsroom: Newsroom) -> None:
    truth = newsroom.truth()
    assert len(newsroom.outlets) >= 10
    assert {expected.language for expected in truth} == {"en", "de", "ar", "ja", "es", "fr"}
    assert {expected.discovered_via for expected in truth} == {"feed", "news_sitemap", "sitemap", "section"}
    assert {expected.discovered_via for expected in truth} <= set(CHANNELS)
    assert len({expected.url for expected in truth}) == len(truth)
    for expected in truth:
        assert 5 <= expected.text.count("\n\n") + 1 <= 22
        # A Japanese character counts for about two fifths of an English word.
        words = len(expected.text) * 2 // 5 if expected.language == "ja" else len(expected.text.split())
        assert words > 140, expected.url


def test_each_text_reads_as_its_language(newsroom: Newsroom) -> None:
    for expected in newsroom.truth():
        assert py3langid.classify(expected.text)[0] == expected.language, expected.url


def shingles(expected: Expected) -> set[tuple[str, ...]]:
    units = list(expected.text) if expected.language == "ja" else re.findall(r"\w+", expected.text.lower())
    size = 12 if expected.language == "ja" else 5
    return {tuple(units[start : start + size]) for start in range(len(units) - size)}


def test_only_agency_copy_is_alike(newsroom: Newsroom) -> None:
    truth = newsroom.truth()
    by_url = {expected.url: expected for expected in truth}
    copies = [expected for expected in truth if expected.duplicate_of]
    assert len(copies) == 3
    for copy in copies:
        original = by_url[copy.duplicate_of or ""]
        assert (original.source, original.text) == ("northwire", copy.text)
    sets = {expected.url: shingles(expected) for expected in truth if not expected.duplicate_of}
    for one, two in combinations(sets, 2):
        if by_url[one].language == by_url[two].language:
            shared = len(sets[one] & sets[two]) / len(sets[one] | sets[two])
            assert shared < 0.2, (shared, one, two)


def test_no_paragraph_of_a_large_site_looks_like_boilerplate() -> None:
    """With digits masked, no paragraph may come back: a learner of site boilerplate must not see any."""
    outlet = Newsroom(sites=1, articles=60).outlets["harbour-herald"]
    seen: dict[str, int] = {}
    for piece in outlet.pieces:
        for block in piece.blocks:
            if block.kind == "paragraph":
                key = re.sub(r"\d+", "0", block.text)
                seen[key] = seen.get(key, 0) + 1
    assert max(seen.values()) == 1


def test_each_channel_lists_exactly_the_articles_twins_and_traps(newsroom: Newsroom, answers: Answers) -> None:
    for source in tomllib.loads(newsroom.sources_toml())["source"]:
        listed: set[str] = set()
        for feed in source.get("feeds", ()):
            listed |= entries(page(answers, feed))
        for sitemap in source.get("news_sitemaps", ()):
            listed |= locations(page(answers, sitemap))
        for index in source.get("sitemaps", ()):
            for sub in locations(page(answers, index)):
                assert sub.endswith(".xml.gz")
                listed |= locations(gzip.decompress(page(answers, sub)))
        for section in source.get("sections", ()):
            listed |= walk(answers, section)
        name = source["name"]
        expected = {url for item in newsroom.truth() if item.source == name for url in (item.url, *item.twins)}
        traps = {item.url for item in newsroom.non_articles() if item.source == name}
        assert listed == expected | traps, name


def entries(feed: bytes) -> set[str]:
    """Return the addresses that a feed of any of the four kinds lists."""
    if feed.startswith(b"{"):
        return {item["url"] for item in json.loads(feed)["items"]}
    found = set()
    for node in etree.fromstring(feed).iter("item", "{*}item", "{*}entry"):
        (link,) = node.findall("{*}link")
        found.add(link.get("href") or link.text or "")
        assert any(node.find(f"{{*}}{name}") is not None for name in ("pubDate", "date", "published"))
    return found


def locations(sitemap: bytes) -> set[str]:
    root = etree.fromstring(sitemap)
    return {loc.text or "" for loc in root.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")}


def walk(answers: Answers, url: str | None) -> set[str]:
    """Follow a section's pages by their rel=next links and collect the article links."""
    found: set[str] = set()
    pages = 0
    while url:
        tree = lxml.html.document_fromstring(page(answers, url))
        tree.make_links_absolute(url)
        found |= set(tree.xpath("//ul[@class='list']//a/@href"))
        pages += 1
        url = next(iter(tree.xpath("//a[@rel='next']/@href")), None)
    assert pages > 1
    return found


def test_traps_are_what_they_are_said_to_be(newsroom: Newsroom, running: Running) -> None:
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


def test_twins_name_the_article_as_canonical(newsroom: Newsroom, answers: Answers) -> None:
    twins = [(twin, expected) for expected in newsroom.truth() for twin in expected.twins]
    assert len(twins) == 2
    for twin, expected in twins:
        tree = lxml.html.document_fromstring(page(answers, twin))
        assert tree.xpath("//link[@rel='canonical']/@href") == [expected.url]
        assert flat(expected.text.split("\n\n")[-1]) in flat(tree.text_content())


def test_the_residue_site_leaves_its_residue_in_every_body(newsroom: Newsroom, answers: Answers) -> None:
    articles = [expected for expected in newsroom.truth() if expected.source == "prairie-today"]
    titles = {expected.title for expected in articles}
    for expected in articles:
        (body,) = document(answers, expected).find_class("entry-content")
        lines = [flat(line.text_content().replace("\xa0", " ")).strip() for line in body.iter("p", "h3", "h4", "a")]
        assert lines[0] == "Today News ||"
        related = [line for line in lines if line.startswith("RELATED:")]
        assert len(related) == 2
        assert {line.removeprefix("RELATED:").strip() for line in related} <= titles - {expected.title}
        assert any(re.fullmatch(r"More .* News Updates of Today Check Below", line) for line in lines)
        assert any(line.count(" || ") == 5 for line in lines)
        assert {"Show More", "Related Articles", "Back to top button"} <= set(lines)
        assert "||" not in expected.text


def test_the_latin_1_site_lies_in_its_header(running: Running) -> None:
    expected = next(item for item in running.newsroom.truth() if item.source == "voz-del-valle")
    _, headers, body = get(expected.url)
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert b"charset=iso-8859-1" in body
    with pytest.raises(UnicodeDecodeError):
        body.decode("utf-8")
    assert expected.title in body.decode("iso-8859-1")


def test_metadata_comes_in_every_form(newsroom: Newsroom, answers: Answers) -> None:
    first = {expected.source: page(answers, expected.url).decode("utf-8", "replace") for expected in newsroom.truth()}
    assert '"@graph"' in first["prairie-today"]
    assert "NewsArticle" in first["harbour-herald"]
    assert "ld+json" not in first["kuestenblick"] and "article:published_time" in first["kuestenblick"]
    assert 'itemprop="articleBody"' in first["courrier-des-cimes"]
    for bare in ("minato-shimpo", "old-mill-gazette"):
        assert "<time datetime=" in first[bare] and "og:" not in first[bare] and "ld+json" not in first[bare]


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
    before = len(running.requests())
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
    assert 0 <= second.time - first.time < 5 and abs(time.time() - second.time) < 60


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

        running.remove(new[0])
        assert get(new[0])[0] == 404
        assert new[0] not in get(feed)[2].decode()
        assert new[0] not in {item.url for item in running.newsroom.truth()}


def test_a_large_newsroom_is_there_at_once() -> None:
    start = time.process_time()
    newsroom = Newsroom(sites=200, articles=50, page_bytes=250_000)
    assert len(tomllib.loads(newsroom.sources_toml())["source"]) == 200
    assert len({outlet.spec.name for outlet in newsroom.outlets.values()}) == 200
    answers = Answers(newsroom)
    outlet = newsroom.outlets["echo-191"]
    assert len(entries(page(answers, outlet.base + "/feed.xml"))) == 50
    assert time.process_time() - start < 3


def test_pages_are_filled_up_to_size_and_compress_to_the_same_bytes() -> None:
    newsroom = Newsroom(sites=6, articles=3, page_bytes=200_000)
    answers = Answers(newsroom)
    for expected in newsroom.truth():
        outlet = newsroom.outlets[expected.source]
        target = expected.url.removeprefix(outlet.base)
        answer = answers.answer(outlet, target)
        plain = answers.body(outlet, target, answer, gzipped=False)
        assert gzip.decompress(answers.body(outlet, target, answer, gzipped=True)) == plain
        assert 180_000 < len(plain) < 230_000
        shown = flat(lxml.html.document_fromstring(plain.decode(outlet.spec.charset)).text_content())
        assert all(flat(block) in shown for block in expected.text.split("\n\n"))


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
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30)
    base = done.stdout.split()[0]
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            get(base + "/")
        except OSError:
            return
        time.sleep(0.05)
    raise AssertionError("the server outlived its parent")
