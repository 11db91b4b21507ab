"""Section pages: which links lead to articles, to further sections, to the next page of the list.

No rule here is one site's. What an address looks like, where its links stand and what they show is
weighed; links of one shape or one list support each other; and where articles of the site are known
already, their pattern counts most.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from newsbot.discovery.anchors import Link, Tree, as_tree, links_of
from newsbot.discovery.feed_record import bounded
from newsbot.discovery.url_shape import LISTING_SEGMENTS, SERVICE_WORDS, Learned, Shape, is_page, learn, shape_of
from newsbot.items import Candidate
from newsbot.web.dates import parse_date, proven_order
from newsbot.web.urls import canonical_url, site_of

_SECTION_WORDS = frozenset(
    {"category", "categories", "section", "sections", "rubrik", "rubrique", "rubriques", "topic", "topics", "thema",
     "themen", "latest", "categoria", "kategorie"}
)  # fmt: skip
"""Listing words of which a navigation's entries are sections all the same: /category/politics."""
_RELATIONS_AGAINST = frozenset({"tag", "author", "category", "sponsored", "next", "prev", "license", "search"})


@dataclass(frozen=True, slots=True)
class Weights:
    """What is added to the score of a link's address, for an article or against one, and what decides in the end.

    Chosen by hand: with them, each style of address on each make of page in tests/test_links.py is told right.
    """

    article: float = 2.0
    """Score from which a link leads to an article."""
    known: float = 99.0
    """The score of an address that is known to be an article's."""
    heading: float = 2.0
    """The link is a heading, or within one."""
    story: float = 0.7
    """It stands in the frame of a story (<article>, a teaser, a card)."""
    chrome: float = -2.5
    """It stands in navigation alone; chrome_headline with headline_words over an address with an identifier."""
    chrome_headline: float = -0.8
    headline_words: int = 6
    words: float = 1.5
    """Its text has five words or more; few_words for three or four, label for less, silent for none."""
    few_words: float = 0.6
    label: float = -1.0
    silent: float = -0.5
    relation: float = -3.0
    """rel says tag, author, license and the like."""
    service: float = -4.0
    """Its text is the name of a service page."""
    other_host: float = -0.7
    """Another host of the same site."""
    group: int = 3
    """Links of one shape, one kind of row or one list, the least that speak for each other."""
    group_share: float = 0.5
    """How much of what the others' scores are over article, or under it, is added; of at most group_most."""
    group_most: float = 2.0
    sentences: tuple[tuple[float, float], ...] = ((4.5, 0.7), (3.5, 0.4))
    """Mean words of a group's texts, at least, and what that adds to each of its links."""
    menu: tuple[float, float] = (2.0, -0.7)
    """Mean words of a group's texts, at most, and what that adds."""
    many: int = 4
    """Links of one list, or of one shape with an identifier: where most_of_many are articles, the others are."""
    most_of_many: float = 0.75
    lift_with_id: float = 2.0
    """What that adds to those with an identifier, and to those with two words in their address."""
    lift: float = 1.2
    learned_in_chrome: float = 0.6
    """Share that is added of what known articles say for a link in navigation."""


@dataclass(frozen=True, slots=True)
class SectionLimits:
    """What the link of a section has at most."""

    depth: int = 3
    """Parts of its address."""
    slug_words: int = 3
    """Words of one of them."""
    words: int = 4
    """Words of its text, and characters."""
    characters: int = 40
    navigation: int = 3
    """Sections that a page's navigation has, at least; else they are looked for in all of the page."""


WEIGHTS, SECTION = Weights(), SectionLimits()


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
    language, order = tree.get("lang"), proven_order(link.time for link in links.values())
    return [
        bounded(
            Candidate(
                url=link.url,
                via="section",
                title=link.text or None,
                published=parse_date(link.time, language=language, order=order),
            )
        )
        for link in links.values()
        if scores[link.url] >= WEIGHTS.article
    ]


def scored(links: Iterable[Link], url: str, known: Sequence[str] = ()) -> dict[str, float]:
    """Return how much each link looks like an article's: from WEIGHTS.article on it does."""
    site = site_of(url)
    articles = {canonical_url(address) for address in known if site_of(address) == site}
    learned = learn(articles)
    own = urlsplit(url).path if shape_of(url).slug_words >= 3 else None
    # Views of the page itself (to share, to print, to comment) carry its slug and are no further article.
    links = [link for link in links if is_page(link.url) and urlsplit(link.url).path != own]
    shapes = {link.url: shape_of(link.url) for link in links}
    host = _bare_host(url)
    alone = {link.url: _alone(link, shapes[link.url], host) for link in links}
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
            if count >= WEIGHTS.group:
                mean = (total - alone[link.url]) / (count - 1) - WEIGHTS.article
                value = WEIGHTS.group_share * max(-WEIGHTS.group_most, min(WEIGHTS.group_most, mean)) + wordiness
                by_kind[group[0]] = max(value, by_kind.get(group[0], value))
        score = alone[link.url] + sum(by_kind.values()) + _learned(learned, shape, link)
        scores[link.url] = WEIGHTS.known if link.url in articles else score
    _follow_the_many(links, shapes, scores)
    return scores


def _alone(link: Link, shape: Shape, host: str) -> float:
    """Return the score of a link by its address, its text and its place, without the others."""
    score = shape.score
    score += WEIGHTS.heading if link.heading else 0.0
    score += WEIGHTS.story if link.story else 0.0
    if link.in_chrome:
        # Menus hold words; a sentence over an address with an identifier is a headline even there.
        headline = link.length >= WEIGHTS.headline_words and shape.has_id
        score += WEIGHTS.chrome_headline if headline else WEIGHTS.chrome
    if link.length >= 5:
        score += WEIGHTS.words
    elif link.length >= 3:
        score += WEIGHTS.few_words
    else:
        score += WEIGHTS.label if link.text else WEIGHTS.silent
    if not _RELATIONS_AGAINST.isdisjoint(link.relations):
        score += WEIGHTS.relation
    if "-".join(link.text.casefold().split()) in SERVICE_WORDS:
        score += WEIGHTS.service
    if _bare_host(link.url) != host:
        score += WEIGHTS.other_host
    return score


def _bare_host(url: str) -> str:
    """Return the host without www. and m., which are the same site."""
    return (urlsplit(url).hostname or "").removeprefix("www.").removeprefix("m.")


def _groups(link: Link, shape: Shape) -> set[tuple[str, Hashable]]:
    """The groups whose members speak for each other: one shape, one kind of list row, one list."""
    return {
        ("shape", shape.pattern),
        *(("row", container) for container in link.containers),
        *(("list", number) for number in link.lists),
    }


def _wordiness(members: list[Link]) -> float:
    """Return what the length of a group's texts adds: headlines are sentences, the entries of a menu are words."""
    texts = {link.text: link.length for link in members if link.text}
    if len(texts) < WEIGHTS.group:
        return 0.0
    mean = sum(texts.values()) / len(texts)
    few, against = WEIGHTS.menu
    return next((added for words, added in WEIGHTS.sentences if mean >= words), against if mean <= few else 0.0)


def _learned(learned: Learned, shape: Shape, link: Link) -> float:
    """Return what known articles say of a link."""
    judged = learned.judge(shape)
    # A link in the navigation whose shape is an article's only by its few words is still navigation.
    return judged if judged < 0 or not link.in_chrome else judged * WEIGHTS.learned_in_chrome


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
        passing = sum(scores[link.url] >= WEIGHTS.article for link in members)
        if len(members) >= WEIGHTS.many and passing >= WEIGHTS.most_of_many * len(members):
            for link in members:
                shape = shapes[link.url]
                if shape.has_id or shape.slug_words >= 2:
                    lifted[link.url] = WEIGHTS.lift_with_id if shape.has_id else WEIGHTS.lift
    for url, lift in lifted.items():
        scores[url] += lift


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
    if len(navigation) < SECTION.navigation:
        navigation = [link for link in links.values() if _is_section(link, scores[link.url])]
    return [link.url for link in navigation]


def _is_section(link: Link, score: float) -> bool:
    """Whether a link looks like a section's: short in address and text, and no article, service page or list."""
    parts = urlsplit(link.url)
    segments = [segment.lower() for segment in parts.path.split("/") if segment]
    return (
        0 < len(segments) <= SECTION.depth
        and score < WEIGHTS.article
        and 0 < link.length <= SECTION.words
        and len(link.text) <= SECTION.characters
        and is_page(link.url)
        and not parts.query
        and not any(segment.rpartition(".")[0] in SERVICE_WORDS or segment in SERVICE_WORDS for segment in segments)
        and not any(segment in LISTING_SEGMENTS - _SECTION_WORDS for segment in segments)
        and _RELATIONS_AGAINST.isdisjoint(link.relations)
        and shape_of(link.url).slug_words <= SECTION.slug_words
    )
