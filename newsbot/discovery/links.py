"""Section pages: which links lead to articles, to further sections, to the next page of the list.

No rule here is one site's. What an address looks like, where its links stand and what they show is
weighed; links of one shape or one list support each other; and where articles of the site are known
already, their pattern counts most.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from urllib.parse import urlsplit

from newsbot.discovery.anchors import Link, Tree, as_tree, links_of
from newsbot.discovery.url_shape import LISTING_SEGMENTS, SERVICE_WORDS, Learned, Shape, is_page, learn, shape_of
from newsbot.items import Candidate
from newsbot.web.dates import parse_date
from newsbot.web.urls import canonical_url, site_of

THRESHOLD = 2.0
"""Score from which a link counts as an article's; benchmarks of precision and recall are in tests/test_links.py."""

_SECTION_WORDS = frozenset(
    {"category", "categories", "section", "sections", "rubrik", "rubrique", "rubriques", "topic", "topics", "thema",
     "themen", "latest", "categoria", "kategorie"}
)  # fmt: skip
"""Listing words of which a navigation's entries are sections all the same: /category/politics."""
_RELATIONS_AGAINST = frozenset({"tag", "author", "category", "sponsored", "next", "prev", "license", "search"})


def article_links(
    page: Tree | bytes, url: str, *, charset: str | None = None, known: Sequence[str] = ()
) -> list[Candidate]:
    """Return the links of a section page that lead to articles of the same site, in document order.

    page is the HTML or its lxml tree, url its address; known are addresses of articles of this site,
    from which its pattern is learned. A page that cannot be parsed has no links.

    >>> page = b'<nav><a href="/sport">Sport</a></nav><h2><a href="/2026/11/20/harbour-strike-ends">Strike ends</a>'
    >>> [(c.url, c.title) for c in article_links(page, "https://example.org/")]
    [('https://example.org/2026/11/20/harbour-strike-ends', 'Strike ends')]
    """
    tree = as_tree(page, charset)
    if tree is None:
        return []
    links = links_of(tree, url)
    scores = scored(links.values(), url, known)
    return [
        Candidate(url=link.url, via="section", title=link.text or None, published=parse_date(link.time))
        for link in links.values()
        if scores[link.url] >= THRESHOLD
    ]


def scored(links: Iterable[Link], url: str, known: Sequence[str] = ()) -> dict[str, float]:
    """Return how much each link looks like an article's: over THRESHOLD it does."""
    site = site_of(url)
    articles = {canonical_url(address) for address in known if site_of(address) == site}
    learned = learn(articles)
    own = urlsplit(url).path if shape_of(url).slug_words >= 3 else None
    # Views of the page itself (to share, to print, to comment) carry its slug and are no further article.
    links = [link for link in links if is_page(link.url) and urlsplit(link.url).path != own]
    shapes = {link.url: shape_of(link.url) for link in links}
    host = _bare_host(url)
    alone = {link.url: _alone(link, shapes[link.url]) - 0.7 * (_bare_host(link.url) != host) for link in links}
    groups: dict[Hashable, list[Link]] = defaultdict(list)
    for link in links:
        for group in _groups(link, shapes[link.url]):
            groups[group].append(link)
    support = {
        group: (sum(alone[link.url] for link in members), len(members), _wordiness(members))
        for group, members in groups.items()
    }
    scores: dict[str, float] = defaultdict(lambda: float("-inf"))
    for link in links:
        shape = shapes[link.url]
        by_kind: dict[str, float] = {}
        for group in _groups(link, shape):
            total, count, wordiness = support[group]
            if count >= 3:
                mean = (total - alone[link.url]) / (count - 1) - THRESHOLD
                value = 0.5 * max(-2.0, min(2.0, mean)) + wordiness
                by_kind[group[0]] = max(value, by_kind.get(group[0], value))
        score = alone[link.url] + sum(by_kind.values()) + _learned(learned, shape, link)
        scores[link.url] = 99.0 if link.url in articles else score
    _follow_the_many(links, shapes, scores)
    return scores


def _follow_the_many(links: list[Link], shapes: dict[str, Shape], scores: dict[str, float]) -> None:
    """Lift the few that fall short where nearly all of their like are articles.

    A short headline says little; but its address has an identifier where its neighbours have one, or
    it stands in a list that holds nothing but articles.
    """
    kinds: dict[Hashable, list[Link]] = defaultdict(list)
    for link in links:
        shape = shapes[link.url]
        if link.in_chrome:
            continue
        if shape.has_id:
            kinds[shape.pattern].append(link)
        for number in set(link.lists):
            kinds[number].append(link)
    lifted: dict[str, float] = {}
    for members in kinds.values():
        passing = sum(scores[link.url] >= THRESHOLD for link in members)
        if len(members) >= 4 and passing >= 0.75 * len(members):
            for link in members:
                shape = shapes[link.url]
                if shape.has_id or shape.slug_words >= 2:
                    lifted[link.url] = 2.0 if shape.has_id else 1.2
    for url, lift in lifted.items():
        scores[url] += lift


def _groups(link: Link, shape: Shape) -> set[tuple[str, Hashable]]:
    """The groups whose members speak for each other: one shape, one kind of list row, one list."""
    return {
        ("shape", shape.pattern),
        *(("row", container) for container in link.containers),
        *(("list", number) for number in link.lists),
    }


def _wordiness(members: list[Link]) -> float:
    """Headlines are sentences, the entries of a menu are words."""
    texts = {link.text: link.length for link in members if link.text}
    if len(texts) < 3:
        return 0.0
    mean = sum(texts.values()) / len(texts)
    return 0.7 if mean >= 4.5 else 0.4 if mean >= 3.5 else -0.7 if mean <= 2.0 else 0.0


def section_links(page: Tree | bytes, url: str, *, charset: str | None = None) -> list[str]:
    """Return the links of a page's navigation that look like section pages of the site, in document order.

    >>> page = b'<nav><a href="/">Home</a><a href="/sport/">Sport</a><a href="/privacy">Privacy</a></nav>'
    >>> section_links(page, "https://example.org/")
    ['https://example.org/sport/']
    """
    tree = as_tree(page, charset)
    if tree is None:
        return []
    links = links_of(tree, url)
    scores = scored(links.values(), url)
    navigation = [link for link in links.values() if link.chrome and _is_section(link, scores[link.url])]
    if len(navigation) < 3:
        navigation = [link for link in links.values() if _is_section(link, scores[link.url])]
    return [link.url for link in navigation]


def _is_section(link: Link, score: float) -> bool:
    parts = urlsplit(link.url)
    segments = [segment.lower() for segment in parts.path.split("/") if segment]
    return (
        0 < len(segments) <= 3
        and score < THRESHOLD
        and 0 < link.length <= 4
        and len(link.text) <= 40
        and is_page(link.url)
        and not parts.query
        and not any(segment.rpartition(".")[0] in SERVICE_WORDS or segment in SERVICE_WORDS for segment in segments)
        and not any(segment in LISTING_SEGMENTS - _SECTION_WORDS for segment in segments)
        and _RELATIONS_AGAINST.isdisjoint(link.relations)
        and shape_of(link.url).slug_words <= 3
    )


def _alone(link: Link, shape: Shape) -> float:
    score = shape.score
    score += 2.0 if link.heading else 0.0
    score += 0.7 if link.story else 0.0
    length = link.length
    if link.in_chrome:
        # Menus hold words; a sentence over an address with an identifier is a headline even there.
        score -= 0.8 if length >= 6 and shape.has_id else 2.5
    score += 1.5 if length >= 5 else 0.6 if length >= 3 else -1.0 if link.text else -0.5
    if not _RELATIONS_AGAINST.isdisjoint(link.relations):
        score -= 3.0
    if "-".join(link.text.casefold().split()) in SERVICE_WORDS:
        score -= 4.0
    return score


def _bare_host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.").removeprefix("m.")


def _learned(learned: Learned, shape: Shape, link: Link) -> float:
    judged = learned.judge(shape)
    # A link in the navigation whose shape is an article's only by its few words is still navigation.
    return judged if judged < 0 or not link.in_chrome else judged * 0.6
