"""What the newsroom's pages and listings show agrees with its truth."""

from __future__ import annotations

import gzip
import re
import tomllib
from datetime import datetime

import lxml.html
import pytest
from lxml import etree
from served import document, entries, flat, locations, page

from newsbot.demo import Newsroom
from newsbot.demo.answers import Answers


@pytest.fixture(scope="module")
def newsroom() -> Newsroom:
    return Newsroom()


@pytest.fixture(scope="module")
def answers(newsroom: Newsroom) -> Answers:
    return Answers(newsroom)


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


def test_metadata_comes_in_every_form(newsroom: Newsroom, answers: Answers) -> None:
    first = {expected.source: page(answers, expected.url).decode("utf-8", "replace") for expected in newsroom.truth()}
    assert '"@graph"' in first["prairie-today"]
    assert "NewsArticle" in first["harbour-herald"]
    assert "ld+json" not in first["kuestenblick"] and "article:published_time" in first["kuestenblick"]
    assert 'itemprop="articleBody"' in first["courrier-des-cimes"]
    for bare in ("minato-shimpo", "old-mill-gazette"):
        assert "<time datetime=" in first[bare] and "og:" not in first[bare] and "ld+json" not in first[bare]


def test_a_large_newsroom_is_there_at_once() -> None:
    newsroom = Newsroom(sites=200, articles=50, page_bytes=250_000)
    assert len(tomllib.loads(newsroom.sources_toml())["source"]) == 200
    assert len({outlet.spec.name for outlet in newsroom.outlets.values()}) == 200
    answers = Answers(newsroom)
    outlet = newsroom.outlets["echo-191"]
    assert len(entries(page(answers, outlet.base + "/feed.xml"))) == 50


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
