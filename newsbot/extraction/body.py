"""Find the article's text: newsbot's own walk first, trafilatura where its result is doubtful.

This is the only module that imports trafilatura.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import trafilatura
from lxml import etree, html

from newsbot.extraction.class_names import names_lead
from newsbot.extraction.container import Weights, locate, weigh
from newsbot.extraction.document import Document
from newsbot.extraction.fields import Facts
from newsbot.extraction.render import Block, render
from newsbot.web.text import fold, text_content

# Find an article's text where the page carries it only in a script's data, as pages built in the browser do.

_ESCAPED = re.compile(r"(?:\\u003cp|<p|\\u003Cp)\b")
_REST = re.compile(r'(?:[^"\\]++|\\.)*+"', re.DOTALL)
"""The rest of a string after its opening quote; possessive, so that a string without end costs one pass."""
_UNICODE = re.compile(r"\\+u([0-9a-fA-F]{4})")
_SIMPLE = re.compile(r"\\+([ntr\"/'])")
_MEANS = {"n": "\n", "t": " ", "r": ""}
MAX_SCRIPT = 3_000_000


def html_in_scripts(scripts: Iterable[str]) -> etree._Element | None:
    """Return the longest piece of HTML with paragraphs that a script carries as a string, parsed; or None."""
    best = ""
    for script in scripts:
        if len(script) < 500 or len(script) > MAX_SCRIPT or not _ESCAPED.search(script):
            continue
        for text in _strings(script):
            if len(text) > len(best) and text.count("003cp") + text.count("003Cp") + text.count("<p") >= 3:
                best = text
    if not best:
        return None
    # a string may stand within a string within a string: any run of backslashes is one escape
    best = _UNICODE.sub(lambda match: chr(int(match[1], 16)), best)
    best = _SIMPLE.sub(lambda match: _MEANS.get(match[1], match[1]), best)
    inner = best[max(best.find("<p"), 0) : best.rfind("</p>") + 4]
    try:
        return html.fromstring(f"<div>{inner[:MAX_SCRIPT].encode('utf-8', 'ignore').decode()}</div>")
    except (etree.LxmlError, ValueError):
        return None


def _strings(script: str) -> Iterator[str]:
    """Give the script's double-quoted strings, escapes and all."""
    start = script.find('"')
    while start >= 0:
        rest = _REST.match(script, start + 1)
        if rest is None:
            return
        yield rest[0][:-1]
        start = script.find('"', rest.end())


# Find the article's lead (standfirst) where it stands apart from the body.

_MIN, _MAX = 40, 1200
_STOPS = (".", "!", "?", "…", "。", "।", "؟", "”", "»")
_INTRO = 270
"""Characters of running text with which an element between headline and body is part of the article."""


def find_lead(weights: Weights, container: etree._Element, text: str, summary: str) -> str:
    """Return the lead's text, or an empty string where there is none or the body has it already.

    A lead stands before the body, and either is named so or says what the page's description says.
    """
    told = fold(summary)[:80]
    limit = weights.order.get(container, 0)
    inside = set(container.iterancestors())
    for element, position in weights.order.items():
        if position >= limit:
            break
        if (
            element in inside
            or element.tag in ("h1", "a", "body", "figcaption", "figure")
            or not _MIN / 2 <= weights.raw[element] <= _MAX
        ):
            continue
        named = element not in weights.furniture and names_lead(
            f"{element.get('class') or ''} {element.get('itemprop') or ''} {element.get('id') or ''}"
        )
        if not named and not told:
            continue
        if any(above.tag in ("figure", "figcaption", "aside") for above in element.iterancestors()):
            continue
        words = text_content(element)
        if not _MIN <= len(words) <= _MAX:
            continue
        folded = fold(words)
        if not named and not (len(told) > 30 and folded.startswith(told) and len(folded) < len(fold(summary)) + 100):
            continue
        return "" if folded[:200] in fold(text[:3000]) else words
    return ""


def find_intro(
    weights: Weights, container: etree._Element, headings: list[etree._Element], title: str
) -> list[etree._Element]:
    """Return the elements with running text that stand between the headline and the body, in order."""
    folded = fold(title)
    heading = next((h for h in headings if fold("".join(h.itertext())) == folded), None)
    if heading is None or not folded:
        return []
    above_heading = set(heading.iterancestors())
    found: list[etree._Element] = []
    node = container
    while (parent := node.getparent()) is not None and node not in above_heading:
        before = []
        for sibling in node.itersiblings(preceding=True):
            if sibling in above_heading or sibling is heading:
                break
            if weights.clean.get(sibling, 0.0) >= _INTRO and sibling not in weights.furniture:
                before.append(sibling)
        found = [*reversed(before), *found]
        if parent in above_heading:
            return found
        node = parent
    return []


def find_standfirst(
    weights: Weights, container: etree._Element, headings: list[etree._Element], title: str, summary: str
) -> str:
    """Return the sentences right below the headline, in a paragraph of the headline's own block, or an empty string.

    What the page's description says too is a teaser, and so is what is named a lead: see find_lead.
    """
    folded = fold(title)
    heading = next((h for h in headings if fold("".join(h.itertext())) == folded), None)
    if heading is None or not folded or container in heading.iterancestors():
        return ""
    for element in itertools.islice(heading.itersiblings(), 3):
        if element.tag != "p" or element in weights.furniture or element is container:
            continue
        words = text_content(element)
        if not _MIN <= len(words) <= _MAX or not words.endswith(_STOPS) or weights.clean.get(element, 0.0) < _MIN:
            continue
        if names_lead(f"{element.get('class') or ''} {element.get('itemprop') or ''} {element.get('id') or ''}"):
            return ""
        said, told = fold(words), fold(summary)
        return "" if said[:60] in told or (told and told[:60] in said) else words
    return ""


# Choose, among the blocks of the article's element, those that are its text.

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_SENTENCE_END = re.compile(r"[.!?…。！？؟।»”\"')\]:]$")
_DATE_LINE = re.compile(
    r"\d{1,2}\s?[./-]\s?\d{1,2}\s?[./-]\s?\d{2,4}|\d{4}[./-]\d{1,2}[./-]\d{1,2}|\d{4}\s?[年년]"
    r"|\b\d{1,2}\.?\s+[^\W\d]{3,12}\.?,?\s+\d{4}\b|\b[^\W\d]{3,12}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4}\b"
    r"|\b\d+\s?min\b|\bmin(?:ute)?s? read\b|Lesezeit|Lesedauer"
)
_BARE_URL = re.compile(r"[^\W\d_ ]{0,20} ?[^\W\d_ ]{0,20}:?\s*(?:https?://\S+\s*)+$")
_LABELS = frozenset(label.casefold() for label in """
table of contents|contents|contents hide|inhaltsverzeichnis|sommaire|índice|indice|inhoudsopgave|目次|目录|
advertisement|advert|advertising|ad|sponsored|anzeige|werbung|publicidad|anuncio|publicité|pubblicità|
publicidade|
reklama|reklam|reclame|advertentie|
annons|annonse|annonce|mainos|реклама|広告|pr|광고|广告|廣告|إعلان|الإعلان|פרסומת|विज्ञापन|โฆษณา|quảng cáo|
iklan|διαφήμιση|
hirdetés|
read more|read also|also read|see also|more|related|related articles|related stories|recommended|
you may also like|
listen|share|share this|embed|
auch interessant|mehr zum thema|lesen sie auch|das könnte sie auch interessieren|
empfohlener redaktioneller inhalt|
lire aussi|à lire aussi|lea también|
lea además|te puede interesar|leia também|leia mais|leggi anche|lees ook|les også|läs också|læs også|
czytaj więcej|
czytaj też|zobacz też|
читайте также|читайте також|اقرأ أيضا|اقرأ أيضًا|קרא גם|関連記事|あわせて読みたい|관련기사|相关阅读|
相關新聞|baca juga|ayrıca okuyun|
ilgili haberler
""".replace("\n", "").split("|"))  # fmt: skip
"""What stands alone on a line above an advertisement or a related link, case folded."""
LONG = 80
_COMMENTS = re.compile(
    r"(?:\d+ )?(?:comments?|kommentare?|comentarios?|commentaires?|commenti|comentários?|reacties|kommentarer?|"
    r"komentarze|комментарии|коментарі|коментари|yorumlar|komentar|التعليقات|تعليقات|نظرات|תגובות|コメント|댓글|评论|"
    r"評論|टिप्पणियाँ|ความคิดเห็น|bình luận|σχόλια|hozzászólások|komentáře|komentáre|kommentit|comentarii|"
    r"leave a (?:comment|reply))(?: \d+)?"
)


def select(blocks: Sequence[Block], title: str, authors: Sequence[str], site: str) -> list[Block]:
    """Leave out the headline's repetition, bylines and dates on top, link lists, and headings with nothing below."""
    shown = [block for block in blocks if len(block.text) > 40 or block.text.strip(" :：…»>").casefold() not in _LABELS]
    kept = _without_link_lists(_without_pull_quotes(_without_comments(shown)), site)
    kept = _without_head_lines(kept, title, authors)
    return _without_empty_headings(_without_author_notes(kept, authors))


def _without_comments(blocks: list[Block]) -> list[Block]:
    """Cut what stands below a heading or label such as "Comments", if most of the text stands above it."""
    for position, block in enumerate(blocks):
        if position and len(block.text) < 30 and _COMMENTS.fullmatch(fold(block.text)):
            above = sum(len(other.text) for other in blocks[:position])
            if above > sum(len(other.text) for other in blocks[position:]):
                return blocks[:position]
    return blocks


def _without_pull_quotes(blocks: list[Block]) -> list[Block]:
    """Drop quotations that a paragraph has word for word: they are set beside it to catch the eye."""
    quotes = [block for block in blocks if block.kind == "blockquote" and 60 < len(block.text) < 400]
    if not quotes:
        return blocks
    rest = "\n".join(fold(block.text) for block in blocks if block.kind != "blockquote")
    repeated = {id(block) for block in quotes if fold(block.text) in rest}
    return [block for block in blocks if id(block) not in repeated]


def _is_linky(block: Block, site: str) -> bool:
    if block.kind in _HEADINGS:  # a heading that leads to another page of the site is a teaser's
        targets = [a.get("href") or "" for a in block.element.iter("a")] if block.link_share > 0.9 else []
        return any(t.startswith("/") or (t.startswith("http") and site in t) for t in targets)
    if ("http" in block.text and _BARE_URL.match(block.text)) or "lorem ipsum" in block.text[:400].lower():
        return True
    return block.link_share > 0.7 if len(block.text) < 200 else block.link_share > 0.85


def _without_link_lists(blocks: Sequence[Block], site: str) -> list[Block]:
    """Drop blocks that are links and nothing else, and a heading right above a run of them.

    A list of links stays where the text announces it with a colon, or where most lead to other sites.
    """
    kept: list[Block] = []
    position = 0
    while position < len(blocks):
        end = position
        while end < len(blocks) and _is_linky(blocks[end], site):
            end += 1
        if end > position:
            if _is_content(blocks[position:end], kept, site):
                kept.extend(blocks[position:end])
            elif kept and _announces(kept[-1], end == len(blocks) or blocks[end].kind in _HEADINGS):
                kept.pop()
            position = end
            continue
        kept.append(blocks[position])
        position += 1
    return kept


def _announces(block: Block, ends: bool) -> bool:
    """Whether a heading or a short label has nothing below it but the links that were dropped."""
    return (block.kind in _HEADINGS and ends) or (len(block.text) < 45 and block.text.endswith((":", "：")))


def _is_content(run: Sequence[Block], before: list[Block], site: str) -> bool:
    if not all(block.kind in ("li", "tr", "dd", "dt") for block in run) or not before:
        return False
    if before[-1].kind not in _HEADINGS and before[-1].text.endswith((":", "：")) and len(before[-1].text) > 40:
        return True
    targets = [a.get("href") or "" for block in run for a in block.element.iter("a")]
    away = [t for t in targets if t.startswith("http") and site not in t]
    return len(away) > 0.6 * len(targets) > 0


def _without_head_lines(blocks: list[Block], title: str, authors: Sequence[str]) -> list[Block]:
    """Drop what stands between the headline and the text: the headline itself, bylines, dates, reading times."""
    folded_title = fold(title)
    blocks = _from_headline(blocks, folded_title)
    names = [name for author in authors if (name := fold(author))]
    kept: list[Block] = []
    started = False
    for block in blocks:
        if not started:
            folded = fold(block.text)
            if block.kind == "h1" or (folded and folded == folded_title):
                continue
            short = len(block.text) < 100 and block.kind != "li"
            if short and any(name in folded and len(folded) < 40 + len(name) for name in names):
                continue
            if short and _DATE_LINE.search(block.text) and not _SENTENCE_END.search(block.text):
                continue
            started = len(block.text) >= LONG and block.kind not in _HEADINGS
        kept.append(block)
    return kept


def _from_headline(blocks: list[Block], folded_title: str) -> list[Block]:
    """Drop the slug, section or number that stands above the headline: short lines that are no sentences."""
    for position, block in enumerate(blocks[:8]):
        if len(block.text) >= LONG or (block.kind != "h1" and _SENTENCE_END.search(block.text)):
            return blocks
        if block.kind == "h1" or (folded_title and fold(block.text) == folded_title):
            return blocks[position:]
    return blocks


def _without_author_notes(blocks: list[Block], authors: Sequence[str]) -> list[Block]:
    """Drop the last paragraphs where they begin with an author's name: they tell of the author."""
    names = tuple(author for author in authors if " " in author)
    end = len(blocks)
    for position in range(len(blocks) - 1, max(len(blocks) - 4, 3), -1):
        if names and blocks[position].text.startswith(names):
            end = position
    return blocks[:end]


def _without_empty_headings(blocks: list[Block]) -> list[Block]:
    while blocks and blocks[-1].kind in _HEADINGS:
        blocks.pop()
    return blocks


def joined(blocks: Sequence[Block]) -> str:
    """Write the blocks as text: list items and table rows on lines of their own, paragraphs parted by a blank line."""
    out: list[str] = []
    previous: Block | None = None
    for block in blocks:
        if previous is not None:
            close = block.kind == previous.kind and block.kind in ("li", "tr")
            out.append("\n" if close else "\n\n")
        out.append(block.text)
        previous = block
    return "".join(out)


_UNSPACED = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
MIN_TEXT = 250
"""Characters below which a result is doubtful."""
MIN_KEPT = 0.35
"""Share of the longer words of title and summary below which it is: of 376 pages ten, three of them wrong."""
MIN_SHARE = 0.35
"""Share of the page's weight below which it is."""


@dataclass(slots=True)
class Body:
    """The article's text, and what the search for it saw."""

    text: str
    origin: str
    weights: Weights
    container: etree._Element
    own: str = ""
    """What newsbot's own walk gave, before another opinion was heard."""
    blocks: list[Block] = field(default_factory=list)
    """What that walk met, before it chose."""


def find_body(document: Document, facts: Facts, witnesses: Sequence[tuple[str, str]] = ()) -> Body:
    """Return the article's text; witnesses are texts and origins: what JSON-LD and the feed say that it is.

    A result is doubtful where it is short, a small part of the page's text or of the witness, or where it
    holds few of the words of title and summary. Then the other witnesses are asked, and the first that is much
    longer, or speaks far better of what title and summary promise, wins.
    """
    title, summary, authors, site = facts.title, facts.summary or "", facts.authors, facts.site
    weights = weigh(document.body, document.elements)
    container = locate(document.body, weights, title)
    blocks = render(container, weights)
    told = fold(summary)[:60]
    for intro in reversed(find_intro(weights, container, document.h1, title)):
        before = render(intro, weights)
        if not (told and fold(joined(before)).startswith(told)):  # that is the lead, see with_lead
            blocks = [*before, *blocks]
    text = joined(select(blocks, title, authors, site))
    opening = find_standfirst(weights, container, document.h1, title, summary)
    if opening and fold(opening) not in fold(text[:3000]):
        text = f"{opening}\n\n{text}"
    own, origin = text, "html"
    promised = {word for word in fold(f"{title} {summary}").split() if len(word) > 3}
    kept = _kept(promised, text)
    # a character of Chinese or Japanese says more than a letter does
    small = len(text) * (2 if _UNSPACED.search(text[:200]) else 1) < max(
        2 * MIN_TEXT, MIN_SHARE * weights.total, 0.5 * max((len(told) for told, _ in witnesses), default=0)
    )
    if small or kept < MIN_KEPT:
        for other, source in _other_opinions(document, witnesses, site):
            better = _kept(promised, other) - kept
            longer = small and len(other) > max(1.5 * len(text), MIN_TEXT / 2)
            if longer and (len(text) < MIN_TEXT or better > 0.1 or len(text) >= 2 * MIN_TEXT):
                text, origin = other, source
                break
            if len(other) > MIN_TEXT and better > 0.2:
                text, origin = other, source
                break
    return Body(text, origin, weights, container, own, blocks)


def _kept(promised: set[str], text: str) -> float:
    """Return the share of the promised words that a text has; 1 where next to nothing is promised."""
    if len(promised) <= 4:
        return 1.0
    folded = text.casefold()
    return sum(word in folded for word in promised) / len(promised)


def with_lead(body: Body, summary: str, language: str | None) -> str:
    """Return the text with the article's lead before it, where the lead is a part of it.

    In English-language journalism a standfirst is a teaser that the first paragraph tells again; elsewhere it
    opens the text, which goes on from it.
    """
    if language == "en" or body.origin != "html":
        return body.text
    lead = find_lead(body.weights, body.container, body.text, summary)
    return f"{lead}\n\n{body.text}" if lead else body.text


def _other_opinions(document: Document, witnesses: Sequence[tuple[str, str]], site: str) -> Iterator[tuple[str, str]]:
    """Give what the other witnesses say is the text, the best first."""
    yield from ((told, origin) for told, origin in witnesses if len(told) > MIN_TEXT)
    yield _second_opinion(document), "html"
    carried = html_in_scripts(script.text or "" for script in document.others)
    if carried is not None:
        weights = weigh(carried)
        blocks = render(carried, weights)
        yield joined(select(blocks, "", (), site)), "script"


def plain_text(markup: str) -> str:
    """Return the text of a piece of HTML, as feeds and JSON-LD carry it, by the same rules as a page's.

    >>> plain_text("<p>One &amp; two.</p><p>Three.</p>")
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


def _second_opinion(document: Document) -> str:
    """Ask trafilatura, on our tree (scripts and styles are gone already), without its metadata."""
    tree = html.document_fromstring(
        etree.tostring(document.root, encoding="utf-8"), parser=html.HTMLParser(encoding="utf-8")
    )
    found = trafilatura.bare_extraction(tree, fast=True, include_comments=False, with_metadata=False)
    if found is None or isinstance(found, dict) or not found.text:
        return ""
    return "\n\n".join(line for line in found.text.splitlines() if line.strip())
