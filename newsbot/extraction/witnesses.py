"""What other witnesses say is the article's text, and whom to believe where newsbot's own result is doubtful.

They are what JSON-LD and the feed say that the text is, trafilatura, and HTML that a script carries, as in pages that
are built in the browser. This is the only module that imports trafilatura.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from configparser import ConfigParser
from dataclasses import dataclass
from typing import Any, TypeAlias

import trafilatura
from lxml import etree, html

from newsbot.extraction.container import weigh
from newsbot.extraction.document import Document
from newsbot.extraction.fields import Facts
from newsbot.extraction.render import Block, joined, render, select
from newsbot.sources import did_you_mean
from newsbot.web.text import HAN_AND_KANA, fold

Told: TypeAlias = tuple[str, str]
"""A text and the origin of the witness that tells it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What decides of texts, in characters.

    Chosen on 1,641 real pages in two parts without a common site: what did not pay on both is not here
    (docs/decisions/0025-witnesses.md).
    """

    doubtful: int = 500
    """A shorter result is doubtful; a character of Chinese or Japanese counts twice."""
    share_of_page: float = 0.35
    """A result that has less of the page's weight is doubtful."""
    share_of_witness: float = 0.5
    """So is one that is shorter than this share of what JSON-LD or the feed say."""
    promised: float = 0.45
    """So is one with fewer of the longer words of title and summary."""
    promised_word: int = 4
    """Characters from which a word is a longer one."""
    promised_words: int = 5
    """With fewer such words nothing is promised."""
    little_of_page: float = 0.5
    """A doubtful result that has less of the page's weight gives way to whatever is longer."""
    most_of_page: float = 0.7
    most_of_all: float = 0.3
    least: int = 120
    """One of so many characters that has most_of_page of the page's weight, and most_of_all of its text outside links,
    furniture or not, is in no doubt: there is no more to find."""
    short: int = 250
    """Another opinion takes a shorter result's place if it is longer; one that is shorter itself tells little."""
    much_longer: float = 1.5
    """An opinion is longer if it is so many times as long as the result, and not under half of short."""
    agreed: float = 0.95
    """A text of trafilatura's that shares so many words with newsbot's own (F1) is sure: of 772 pages 3 % are wrong."""
    doubted: float = 0.9
    """One that shares fewer is in doubt: of 156 pages 55 % are wrong; between the two, of 105 pages 7 %."""
    better: float = 0.1
    """A longer opinion wins if it has so much more of what is promised; another one needs much_better ..."""
    much_better: float = 0.2
    half: float = 0.5
    """... and so much of the result's length, or it is an excerpt."""
    told_words: int = 120
    told_length: tuple[float, float] = (0.5, 2.0)
    told_covered: float = 0.7
    """JSON-LD is heard against blocks if it has so many words, a length within such multiples of the result's, and such
    a share of it is in the result."""
    block_words: int = 6
    block_letters: int = 11
    known: float = 0.5
    stranger: float = 0.1
    """A block of so many words (they have as many letters together), below the first of whose phrases more than known
    are in JSON-LD, goes where no more than stranger of its own are."""
    smallest_script: int = 500
    largest_script: int = 3_000_000
    """A script that carries the article has such a length."""


LIMITS = Limits()
_PARSER = html.HTMLParser(encoding="utf-8")
_PARSER.set_element_class_lookup(etree.ElementDefaultClassLookup(element=html.HtmlElement, comment=html.HtmlComment))
"""One class for all elements: to look up those of forms and links takes a tenth of trafilatura's time."""
_PHRASE = 3
"""Words by which texts are compared."""
_WORD = re.compile(r"\w+")
_UNSPACED = re.compile(f"[{HAN_AND_KANA}]")
_ESCAPED_PARAGRAPH = re.compile(r"(?:\\u003cp|<p|\\u003Cp)\b")
_REST_OF_STRING = re.compile(r'(?:[^"\\]++|\\.)*+"', re.DOTALL)
"""After its opening quote; possessive, so that a string without end costs one pass."""
_UNICODE_ESCAPE = re.compile(r"\\+u([0-9a-fA-F]{4})")
_ESCAPE = re.compile(r"\\+([ntr\"/'])")
_ESCAPED = {"n": "\n", "t": " ", "r": ""}
OPTIONS: dict[str, tuple[type, ...]] = {
    "config": (ConfigParser,),
    "fast": (bool,),
    "favor_precision": (bool,),
    "favor_recall": (bool,),
    "include_comments": (bool,),
    "include_formatting": (bool,),
    "include_images": (bool,),
    "include_links": (bool,),
    "include_tables": (bool,),
    "prune_xpath": (str, list, tuple),
    "target_language": (str,),
}
"""Options of trafilatura.bare_extraction that shape its text, and what they take."""
WITHHELD = {
    "deduplicate": "it remembers earlier pages, and what a page says would depend on which these were",
    **dict.fromkeys(
        ("as_dict", "filecontent", "options", "output_format", "url"), "newsbot hands the page over and takes the text"
    ),
    **dict.fromkeys(
        ("author_blacklist", "date_extraction_params", "only_with_metadata", "url_blacklist", "with_metadata"),
        "newsbot reads the fields itself",
    ),
}
"""Its other options, and why there is no choice."""


def choose(
    own: str, weight: float, page: float, document: Document, facts: Facts, told: Sequence[Told] = ()
) -> tuple[str, str, float]:
    """Return newsbot's own result, or the opinion that is better where that is doubtful; its origin; who agrees.

    weight is that of the page's text without furniture, page with it; told is what JSON-LD and the feed say. A result
    is doubtful where it is short, a small part of the page's text or of what is told, or where it holds few of the
    words of title and summary, unless it is nearly all that the page has. Then the other witnesses are asked, and the
    first wins that is much longer or speaks far better of what title and summary promise. Last returned is the share
    of words that the result has in common with the nearest of those who were asked, 1 where nobody was.
    """
    if len(own) >= max(LIMITS.least, LIMITS.most_of_page * weight, LIMITS.most_of_all * page):
        return own, "html", 1.0
    promised = {
        word for word in fold(f"{facts.title} {facts.summary or ''}").split() if len(word) >= LIMITS.promised_word
    }
    kept = _share_kept(promised, own)
    length = len(own) * (2 if _UNSPACED.search(own[:200]) else 1)
    small = length < max(
        LIMITS.doubtful,
        LIMITS.share_of_page * weight,
        LIMITS.share_of_witness * max((len(text) for text, _ in told), default=0),
    )
    if not (small or kept < LIMITS.promised):
        return own, "html", 1.0
    agreed = 0.0
    for opinion, origin in _other_opinions(document, told, facts.site):
        other = _without_headline(opinion, facts.title)
        agreed = max(agreed, shared_words(other, own))
        better = _share_kept(promised, other) - kept
        longer = small and len(other) > max(LIMITS.much_longer * len(own), LIMITS.short / 2)
        little = len(own) < max(LIMITS.short, LIMITS.little_of_page * weight)
        if longer and (little or better > LIMITS.better or len(own) >= LIMITS.doubtful):
            return other, origin, agreed
        if better > LIMITS.much_better and len(other) > max(LIMITS.short, LIMITS.half * len(own)):
            return other, origin, agreed
    return own, "html", agreed


def without_strangers(blocks: list[Block], told: str) -> list[Block]:
    """Leave out the blocks that JSON-LD, where it has the rest of the text, does not have.

    >>> page = etree.HTML("<p>" + " ".join(map(str, range(200))) + "<p>one more story of another day begins here")
    >>> len(without_strangers(render(page, weigh(page)), " ".join(map(str, range(200)))))
    1
    """
    shortest, longest = (share * sum(len(block.text) for block in blocks) for share in LIMITS.told_length)
    if not shortest <= len(told) <= longest or told.count(" ") < LIMITS.told_words - 1:
        return blocks
    plain = " ".join(told.split())
    if all(block.text in plain for block in blocks if len(block.text) >= LIMITS.block_letters):
        return blocks
    said = _phrases(told)
    own = [_phrases(block.text) for block in blocks]
    if len(said & set().union(*own)) < LIMITS.told_covered * len(said):
        return blocks
    kept: list[Block] = []
    begun = False
    for block, phrases in zip(blocks, own, strict=True):
        share = len(phrases & said) / len(phrases) if phrases else 1.0
        strange = share <= LIMITS.stranger and len(_WORD.findall(block.text)) >= LIMITS.block_words
        if not (begun and strange):
            kept.append(block)
        begun = begun or (bool(phrases) and share > LIMITS.known)
    return kept


def _phrases(text: str) -> set[tuple[str, ...]]:
    words = _WORD.findall(text.casefold())
    return set(zip(*(words[at:] for at in range(_PHRASE)), strict=False))


def _without_headline(text: str, title: str) -> str:
    """Drop the lines that are the headline: it keeps what it promises itself, and is no part of the text."""
    folded = fold(title)
    return "\n".join(line for line in text.split("\n") if not line or fold(line) != folded).strip()


def _share_kept(promised: set[str], text: str) -> float:
    """Return the share of the promised words that a text has; 1 where next to nothing is promised."""
    if len(promised) < LIMITS.promised_words:
        return 1.0
    folded = text.casefold()
    return sum(word in folded for word in promised) / len(promised)


def _other_opinions(document: Document, told: Sequence[Told], site: str) -> Iterator[Told]:
    """Give what the other witnesses say is the text, the best first."""
    yield from ((text, origin) for text, origin in told if len(text) > LIMITS.short)
    yield _by_trafilatura(document), "html"
    carried = _carried_by(script.text or "" for script in document.others)
    if carried is not None:
        yield joined(select(render(carried, weigh(carried)), "", (), site)), "script"


def _by_trafilatura(document: Document) -> str:
    """Ask trafilatura for another opinion, without those whom it would ask itself.

    Nor for tables: it writes a page that is laid out as one in rows, all columns beside each other.
    """
    return ask_trafilatura(document, {"fast": True, "include_tables": False})


def ask_trafilatura(document: Document, options: Mapping[str, object]) -> str:
    """Return trafilatura's text of our tree (scripts and styles are gone already), empty where it finds none.

    options: some of OPTIONS. Without "fast" it asks readability and justext too where it doubts: a third more time,
    and on 785 web articles F1 .936 in place of .919, on 92 article bodies the same.
    """
    tree = html.document_fromstring(etree.tostring(document.root, encoding="utf-8"), parser=_PARSER)
    chosen: dict[str, Any] = {"include_comments": False, **options}
    found = trafilatura.bare_extraction(tree, with_metadata=False, **chosen)
    if found is None or isinstance(found, dict) or not found.text:
        return ""
    return "\n\n".join(line for line in found.text.splitlines() if line.strip())


def _carried_by(scripts: Iterable[str]) -> etree._Element | None:
    """Return the longest piece of HTML with paragraphs that a script carries as a string, parsed; or None."""
    best = ""
    for script in scripts:
        size = len(script)
        if not LIMITS.smallest_script <= size <= LIMITS.largest_script or not _ESCAPED_PARAGRAPH.search(script):
            continue
        for text in _strings(script):
            if len(text) > len(best) and text.count("003cp") + text.count("003Cp") + text.count("<p") >= 3:
                best = text
    if not best:
        return None
    # a string may stand within a string within a string: any run of backslashes is one escape
    best = _UNICODE_ESCAPE.sub(lambda match: chr(int(match[1], 16)), best)
    best = _ESCAPE.sub(lambda match: _ESCAPED.get(match[1], match[1]), best)
    inner = best[max(best.find("<p"), 0) : best.rfind("</p>") + 4]
    try:
        return html.fromstring(f"<div>{inner.encode('utf-8', 'ignore').decode()}</div>")
    except (etree.LxmlError, ValueError):
        return None


def _strings(script: str) -> Iterator[str]:
    """Give the script's double-quoted strings, escapes and all."""
    start = script.find('"')
    while start >= 0:
        rest = _REST_OF_STRING.match(script, start + 1)
        if rest is None:
            return
        yield rest[0][:-1]
        start = script.find('"', rest.end())


def text_of_html(markup: str) -> str:
    """Return the text of a piece of HTML, as feeds and JSON-LD carry it, by the same rules as a page's.

    >>> text_of_html("<p>One &amp; two.</p><p>Three.</p>")
    'One & two.\\n\\nThree.'
    """
    if "<" not in markup:
        return "\n\n".join(line.strip() for line in markup.splitlines() if line.strip())
    try:
        tree = etree.fromstring(f"<div>{markup}</div>", etree.HTMLParser(remove_comments=True, no_network=True))
    except (etree.LxmlError, ValueError):
        return ""
    if tree is None:
        return ""
    etree.strip_elements(tree, "script", "style", with_tail=False)
    return joined(render(tree, weigh(tree)))


def check_options(options: Mapping[str, object]) -> None:
    """Raise ValueError for what is no option of trafilatura that shapes its text, or cannot be its value.

    >>> check_options({"favour_recall": True})
    Traceback (most recent call last):
    ValueError: trafilatura has no option 'favour_recall' (did you mean favor_recall?); there are: config, fast, \
favor_precision, favor_recall, include_comments, include_formatting, include_images, include_links, include_tables, \
prune_xpath, target_language
    """
    for name, value in options.items():
        if name in WITHHELD:
            raise ValueError(f"{name} cannot be chosen: {WITHHELD[name]}")
        if name not in OPTIONS:
            there_are = f"there are: {', '.join(OPTIONS)}"
            raise ValueError(f"trafilatura has no option {name!r}{did_you_mean(name, OPTIONS)}; {there_are}")
        if not isinstance(value, OPTIONS[name]):
            wanted = " or ".join(kind.__name__ for kind in OPTIONS[name])
            raise ValueError(f"{name}: a {wanted}, not {value!r}")  # noqa: TRY004 - one error for all that is wrong
    for path in _paths(options.get("prune_xpath")):
        try:
            etree.XPath(path)
        except (TypeError, etree.XPathError) as error:
            raise ValueError(f"prune_xpath: {path!r}: {error}") from None


def _paths(prune_xpath: object) -> Iterable[Any]:
    return prune_xpath if isinstance(prune_xpath, list | tuple) else () if prune_xpath is None else (prune_xpath,)


def agreement(text: str, own: str) -> str:
    """Return how sure trafilatura's text is (items.CONFIDENCES), by the words that it shares with newsbot's own."""
    shared = shared_words(text, own)
    return "high" if shared >= LIMITS.agreed else "medium" if shared >= LIMITS.doubted else "low"


def shared_words(one: str, other: str) -> float:
    """Return the share of their words that two texts have in common."""
    words, others = Counter(one.split()), Counter(other.split())
    return 2 * (words & others).total() / max(1, words.total() + others.total())
