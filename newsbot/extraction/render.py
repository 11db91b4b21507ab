"""Turn the article's element into its text: blocks in reading order, and those among them that are the article's.

What structure shows to be no part of the article is left out on the way (furniture, captions); what only the blocks
beside it show, after it (lists of links, labels, the headline's repetition, bylines, notes on the author).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree

from newsbot.extraction.container import Weights, is_furniture, is_link
from newsbot.web.text import fold, text_content

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_BLOCK = _HEADINGS | {
    "p", "div", "section", "article", "main", "header", "footer", "ul", "ol", "li", "dl", "dt", "dd", "blockquote",
    "pre", "table", "tbody", "thead", "tfoot", "tr", "caption", "figure", "figcaption", "address", "hr", "details",
    "summary", "center", "fieldset", "form", "body", "aside", "hgroup", "picture", "video",
}  # fmt: skip
_ITEMS = ("li", "tr", "dd", "dt")
_KINDS = _HEADINGS | {"li", "tr", "blockquote", "pre", "dt", "dd"}
_BREAK, _OPEN, _CLOSE, _CELL = "\ue002", "\ue000", "\ue001", "\ue003"
"""Private-use characters: they mark line breaks, links and table cells until a block is complete."""
_LINK = re.compile("\ue000([^\ue001]*)")
_PARAGRAPH = re.compile("\ue002\\s*(?:[\ue000\ue001]\\s*)*\ue002[\\s\ue000\ue001\ue002]*")
_COLONS = (":", "：")
_SENTENCE_END = re.compile(r"[.!?…。！？؟।॥۔։။\u0e00-\u0eff\u1780-\u17ff»”\"')\]:]$")
"""Thai, Lao and Khmer write none."""
_FULL_STOP = re.compile(r"[.。।۔][”\"'’»)]*$")
_LEADING_LABEL = re.compile(r"[^.,:：]{2,30}[:：]")
_COMMA = re.compile(r"[.,;:!?…。、，！？؟،؛।॥]")
_BARE_BY = re.compile(
    r"(?:by|von|vom|par|por|door|di|da|av|af|przez|oleh|(?:written|posted) by|skrevet av|skriven av)[\W_]{0,9}",
    re.IGNORECASE,
)
"""What is left of a byline whose names are nowhere in the page's text."""
_DATE_LINE = re.compile(
    r"\d{1,2}\s?[./-]\s?\d{1,2}\s?[./-]\s?\d{2,4}|\d{4}[./-]\d{1,2}[./-]\d{1,2}|\d{4}\s?[年년]"
    r"|\b\d{1,2}\.?\s+[^\W\d]{3,12}\.?,?\s+\d{4}\b|\b[^\W\d]{3,12}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4}\b"
    r"|\b\d+\s?min\b|\bmin(?:ute)?s? read\b|Lesezeit|Lesedauer"
)
_BARE_URL = re.compile(r"[^\W\d_ ]{0,20} ?[^\W\d_ ]{0,20}:?\s*(?:https?://\S+\s*)+$")
_LABELS = frozenset(label.casefold() for label in """
table of contents|contents|contents hide|inhaltsverzeichnis|sommaire|índice|indice|inhoudsopgave|目次|目录|
advertisement|advert|advertising|ad|sponsored|anzeige|werbung|publicidad|anuncio|publicité|pubblicità|publicidade|
reklama|reklam|reclame|advertentie|annons|annonse|annonce|mainos|реклама|広告|pr|광고|广告|廣告|إعلان|الإعلان|
פרסומת|विज्ञापन|โฆษณา|quảng cáo|iklan|διαφήμιση|hirdetés|
read more|read also|also read|see also|more|related|related articles|related stories|recommended|you may also like|
listen|share|share this|embed|
auch interessant|mehr zum thema|lesen sie auch|das könnte sie auch interessieren|empfohlener redaktioneller inhalt|
lire aussi|à lire aussi|lea también|lea además|te puede interesar|leia também|leia mais|leggi anche|
lees ook|les også|läs också|læs også|czytaj więcej|czytaj też|zobacz też|читайте также|читайте також|
اقرأ أيضا|اقرأ أيضًا|קרא גם|関連記事|あわせて読みたい|관련기사|相关阅读|相關新聞|baca juga|ayrıca okuyun|ilgili haberler
""".replace("\n", "").split("|"))  # fmt: skip
"""What stands alone on a line above an advertisement or a related link, case folded."""
_COMMENTS = re.compile(
    r"(?:\d+ )?(?:comments?|kommentare?|comentarios?|commentaires?|commenti|comentários?|reacties|kommentarer?|"
    r"komentarze|комментарии|коментарі|коментари|yorumlar|komentar|التعليقات|تعليقات|نظرات|תגובות|コメント|댓글|评论|"
    r"評論|टिप्पणियाँ|ความคิดเห็น|bình luận|σχόλια|hozzászólások|komentáře|komentáre|kommentit|comentarii|"
    r"leave a (?:comment|reply))(?: \d+)?"
)


@dataclass(frozen=True, slots=True)
class Limits:
    """What decides of a block, in characters or as the share of them that are within links.

    Chosen on the half of 376 real pages that rules were tuned on (docs/decisions/0002-extraction.md).
    """

    caption: int = 160
    """A picture in a block with fewer characters, and no sentence, is a picture with its caption."""
    caption_table: int = 300
    """The same for a picture in a table."""
    label: int = 40
    """What is longer is no label such as "Read also"."""
    comments: int = 30
    """A heading or label above the comments is shorter."""
    refrain: int = 60
    repeated: int = 2
    """What comes again in a run with so many paragraphs, none of them shorter than refrain, is no refrain."""
    teaser: int = 400
    """A heading with a link and fewer characters below it is another article's ..."""
    teasers: int = 2
    """... where the text ends in so many of them, ..."""
    above_teasers: int = 500
    """... and has more characters above."""
    quote: range = range(61, 400)
    """A quotation of such a length that a paragraph repeats is a pull quote."""
    link_heading: float = 0.9
    """A heading with a larger share of links is another article's."""
    short: int = 200
    link_short: float = 0.7
    """A block with a larger share of links is a link and nothing else; link_long for one that is not short."""
    link_long: float = 0.85
    announcement: int = 45
    """A shorter line that ends in a colon announces what is below it; a longer one of announced_by characters is the
    text's own sentence, and what it announces stays."""
    announced_by: int = 40
    away: float = 0.6
    """A list of links stays if a larger share leads to other sites."""
    phrase: int = 20
    """A link with fewer characters ("Learn more.") is no sentence, and no line of its own beside another."""
    flow: float = 0.3
    """A linked heading is the text's own if the element it stands in holds such a share of the running text."""
    running: int = 80
    """From such a length on a block is running text; what stands above the headline, or between it and the text, is
    shorter."""
    byline: int = 100
    """A byline or date line is shorter; beside the author's name it has fewer than beside_name characters."""
    beside_name: int = 40
    above_headline: int = 8
    """Blocks that are searched for the headline."""
    trailing: int = 45
    """A line at the end that is no sentence, and shorter, trails behind the text."""
    notes: int = 3
    """Blocks at the end that may tell of the author."""
    opening: int = 4
    """Blocks at the start that do not."""


LIMITS = Limits()


@dataclass(slots=True)
class Block:
    """A paragraph, heading, list item, table row or quotation."""

    text: str
    kind: str
    """The tag that it came from: p, h2, li, tr, …"""
    linked: int
    """Characters within links."""
    element: etree._Element

    @property
    def link_share(self) -> float:
        """The share of its characters that are within links."""
        return self.linked / max(len(self.text), 1)


def render(element: etree._Element, weights: Weights) -> list[Block]:
    """Return an element's blocks in reading order."""
    walk = _Walk(weights, _with_images(element))
    walk.enter(element, "p")
    walk.flush("p", element)
    return walk.blocks


class _Walk:
    """One walk over one element."""

    def __init__(self, weights: Weights, imaged: set[etree._Element]) -> None:
        self.blocks: list[Block] = []
        self._raw = weights.raw
        self._furniture = weights.furniture
        self._imaged = imaged
        self._buffer: list[str] = []
        self._number = ""

    def enter(self, element: etree._Element, kind: str) -> None:
        buffer, raw, furniture = self._buffer, self._raw, self._furniture
        if text := element.text:
            buffer.append(text)
        number = _first_number(element) if element.tag == "ol" else None
        for child in element:
            tag = child.tag
            if number is not None and tag == "li":
                self._number = f"{number}. "
                number += 1
            if tag == "br":
                buffer.append(_BREAK)
            elif child not in furniture if raw.get(child) else not is_furniture(child, 0.0, 1.0):
                if tag == "a" and is_link(child):
                    if buffer and buffer[-1] is _CLOSE and _adjoins(child):
                        buffer.append(_BREAK)
                    buffer.append(_OPEN)
                    self.enter(child, kind)
                    buffer.append(_CLOSE)
                elif tag in _BLOCK:
                    if buffer:
                        self.flush(kind, element)
                    if child not in self._imaged or not _is_captioned_image(child):
                        self._block(child, str(tag), kind)
                else:
                    if buffer and tag in ("td", "th"):
                        buffer.append(_CELL)
                    self.enter(child, kind)
            elif buffer and tag in _BLOCK:
                self.flush(kind, element)
            if tail := child.tail:
                buffer.append(tail)

    def _block(self, child: etree._Element, tag: str, kind: str) -> None:
        inner = tag if tag in _KINDS else kind
        if tag == "li" and self._number:
            self._buffer.append(self._number)
            self._number = ""
        self.enter(child, inner)
        if self._buffer:
            self.flush(inner, child)

    def flush(self, kind: str, element: etree._Element) -> None:
        """Close the block that is open, if it has any text."""
        text = "".join(self._buffer)
        self._buffer.clear()
        if not text or text.isspace():
            return
        if _BREAK not in text:
            line, linked = _line(text)
            if line:
                self.blocks.append(Block(line, kind, linked, element))
            return
        for part in _PARAGRAPH.split(text):
            lines = [line for line in map(_line, part.split(_BREAK)) if line[0]]
            if lines:
                joined = "\n".join(line[0] for line in lines)
                self.blocks.append(Block(joined, kind, sum(line[1] for line in lines), element))


def _line(text: str) -> tuple[str, int]:
    """Return a line without its link marks, and how many of its characters are within links."""
    linked = 0
    if _OPEN in text or _CLOSE in text:
        linked = sum(len(" ".join(match[1].split())) for match in _LINK.finditer(text))
        text = text.replace(_OPEN, "").replace(_CLOSE, "")
    if _CELL in text:
        return "\t".join(" ".join(cell.split()) for cell in text.split(_CELL)).strip(), linked
    return " ".join(text.split()), linked


def _adjoins(link: etree._Element) -> bool:
    """Whether a link follows another with nothing between, and both are lines rather than parts of a word."""
    previous = link.getprevious()
    return (
        previous is not None
        and is_link(previous)
        and all(len(text_content(one)) > LIMITS.phrase for one in (previous, link))
    )


def _first_number(ordered: etree._Element) -> int | None:
    """Return the number that readers see before the first item of an ordered list."""
    if "none" in (ordered.get("style") or ""):
        return None
    start = ordered.get("start") or "1"
    return int(start) if start.isdecimal() and len(start) < 6 else 1


def _with_images(element: etree._Element) -> set[etree._Element]:
    found: set[etree._Element] = set()
    for image in element.iter("img"):
        for above in image.iterancestors():
            if above in found or above is element:
                break
            found.add(above)
    return found


def _is_captioned_image(element: etree._Element) -> bool:
    """Whether a block is a picture with a few words under it."""
    if element.tag not in ("p", "div", "table"):
        return False
    words = text_content(element)
    if element.tag == "table":
        return len(words) < LIMITS.caption_table
    return 0 < len(words) < LIMITS.caption and not words.endswith((".", "!", "?", "…", "。", ":", ".”", '."'))


def without_repeats(blocks: Sequence[Block]) -> list[Block]:
    """Drop what the page has a second time, as in a layout for telephones: a run of blocks, or the one just read.

    What comes again alone and elsewhere is a refrain, or an answer that holds twice, and stays.
    """
    first: dict[str, int] = {}
    kept: list[Block] = []
    position, last = 0, -1
    while position < len(blocks):
        end, twin = position, first.setdefault(blocks[position].text, position)
        while end < len(blocks) and twin < position and blocks[twin].text == blocks[end].text:
            twin += 1
            end += 1
        run = blocks[position:end]
        prose = sum(block.kind == "p" and len(block.text) >= LIMITS.refrain for block in run)
        if prose < (1 if twin - 1 == last else LIMITS.repeated):
            end = max(end, position + 1)
            kept += blocks[position:end]
            last = end - 1
        position = end
    return kept


def select(blocks: Sequence[Block], title: str, authors: Sequence[str], site: str) -> list[Block]:
    """Leave out labels, link lists, comments, pull quotes, what repeats the headline, and notes on the author.

    >>> from newsbot.extraction.container import weigh
    >>> page = etree.HTML("<h1>Ferry stays</h1><p>By Ana Lind<p>The council met.<p>Read also<p><a href=/>Rain</a>")
    >>> [block.text for block in select(render(page, weigh(page)), "Ferry stays", ["Ana Lind"], "example.org")]
    ['The council met.']
    """
    kept = [block for block in blocks if not _is_label(block)]
    kept = _without_comments(kept)
    kept = _without_teasers(kept, site)
    kept = _without_pull_quotes(kept)
    kept = _without_link_lists(kept, site)
    kept = _without_head_lines(kept, title, authors)
    kept = _without_author_notes(kept, authors)
    while kept and (kept[-1].kind in _HEADINGS or _is_trailing(kept)):  # with nothing below
        kept.pop()
    return kept


def _is_trailing(blocks: list[Block]) -> bool:
    """Whether the last block is a short line below running text that is no sentence: a credit, a date, a button.

    Of 47 such lines on 1,036 real pages, 13 are the article's.
    """
    last = blocks[-1]
    if last.kind != "p" or len(last.text) >= LIMITS.trailing or "\n" in last.text or len(blocks) < 2:
        return False
    return len(blocks[-2].text) >= LIMITS.running and not _SENTENCE_END.search(last.text)


def _is_label(block: Block) -> bool:
    return len(block.text) <= LIMITS.label and block.text.strip(" :：…»>").casefold() in _LABELS


def _without_comments(blocks: list[Block]) -> list[Block]:
    """Cut what stands below a heading or label such as "Comments", if most of the text stands above it."""
    for position, block in enumerate(blocks):
        if position and len(block.text) < LIMITS.comments and _COMMENTS.fullmatch(fold(block.text)):
            above = sum(len(other.text) for other in blocks[:position])
            if above > sum(len(other.text) for other in blocks[position:]):
                return blocks[:position]
    return blocks


def _without_teasers(blocks: list[Block], site: str) -> list[Block]:
    """Cut what stands below the text: headings that lead to other articles, each with a few lines below it.

    Where the text is made of such headings from the beginning, they are a list of its own.
    """
    linked = [at for at, block in enumerate(blocks) if block.kind in _HEADINGS and _is_link(block, site)]
    end, teasers = len(blocks), 0
    for position in reversed(linked):
        if sum(len(block.text) for block in blocks[position + 1 : end]) > LIMITS.teaser:
            break
        end, teasers = position, teasers + 1
    if teasers < max(LIMITS.teasers, len(linked) / 2):
        return blocks
    return blocks[:end] if sum(len(block.text) for block in blocks[:end]) > LIMITS.above_teasers else blocks


def _without_pull_quotes(blocks: list[Block]) -> list[Block]:
    """Drop quotations that a paragraph has word for word: they are set beside it to catch the eye."""
    quotes = [block for block in blocks if block.kind == "blockquote" and len(block.text) in LIMITS.quote]
    if not quotes:
        return blocks
    rest = "\n".join(fold(block.text) for block in blocks if block.kind != "blockquote")
    repeated = {id(block) for block in quotes if fold(block.text) in rest}
    return [block for block in blocks if id(block) not in repeated]


def _without_link_lists(blocks: list[Block], site: str) -> list[Block]:
    """Drop blocks that are links and nothing else, and a heading right above a run of them.

    A list of links stays where the text announces it with a colon, or where most lead to other sites; a link stays
    that is a part of the text: see _Text.
    """
    fillers = [block.kind not in _HEADINGS and _is_filler(block) for block in blocks]
    links = [filler or _is_link(block, site) for filler, block in zip(fillers, blocks, strict=True)]
    if not any(links):
        return blocks
    text = _Text(blocks, links, site)
    kept: list[Block] = []
    position = 0
    while position < len(blocks):
        end = position
        while end < len(blocks) and links[end] and (fillers[end] or not text.has(end)):
            end += 1
        if end == position:
            kept.append(blocks[position])
            position += 1
            continue
        if _is_content(blocks[position:end], kept, site):
            kept.extend(blocks[position:end])
        elif kept and _announces(kept[-1], at_end=end == len(blocks) or blocks[end].kind in _HEADINGS):
            kept.pop()
        position = end
    return kept


class _Text:
    """What tells a link that is a part of the text from one that leads to another."""

    def __init__(self, blocks: list[Block], links: list[bool], site: str) -> None:
        self._blocks, self._links, self._site = blocks, links, site
        self._items: Counter[etree._Element | None] = Counter()
        self._linked_items: Counter[etree._Element | None] = Counter()
        self._flow: Counter[etree._Element | None] = Counter()
        self._end = running = offered = 0
        for position, (block, link) in enumerate(zip(blocks, links, strict=True)):
            length = len(block.text)
            if block.kind in _ITEMS:
                self._items[_list_of(block)] += 1
                self._linked_items[_list_of(block)] += link
            elif link:
                offered += length if self._is_offer(block) else 0
            elif block.kind not in _HEADINGS and length >= LIMITS.running:
                self._flow[block.element.getparent()] += length
                running += length
                self._end = position
        self._running, self._offers = running, offered > running

    def has(self, position: int) -> bool:
        """Whether a link is the text's own.

        It is an item of a list of which most are no links; a heading among the article's paragraphs; a sentence
        between them; or one of the offers that make up most of a gift guide.
        """
        block = self._blocks[position]
        if block.kind in _ITEMS:
            at = _list_of(block)
            return 2 * self._linked_items[at] < self._items[at]
        if block.kind in _HEADINGS:
            return position < self._end and self._flow[block.element.getparent()] > LIMITS.flow * self._running
        if self._offers and self._is_offer(block):
            return True
        beside = position + 1 < len(self._links) and not self._links[position - 1] and not self._links[position + 1]
        return 0 < position < self._end and beside and _is_sentence(block.text)

    def _is_offer(self, block: Block) -> bool:
        """Whether a link of some length leads to another site, or is a sentence."""
        if len(block.text) < LIMITS.running or not _COMMA.search(block.text):
            return False
        return _is_sentence(block.text) or _leads_away(_targets([block]), self._site)


def _list_of(block: Block) -> etree._Element | None:
    above = block.element.getparent()
    return above.getparent() if above is not None and above.tag in ("li", "td", "dd") else above


def _is_sentence(text: str) -> bool:
    """Whether a text ends in a full stop, and nothing such as "Read also:" leads to it."""
    return len(text) > LIMITS.phrase and _FULL_STOP.search(text) is not None and not _LEADING_LABEL.match(text)


def _is_link(block: Block, site: str) -> bool:
    """Whether a block is a link and nothing else."""
    if block.kind in _HEADINGS:  # a heading that leads to another page of the site is a teaser's
        targets = _targets([block]) if block.link_share > LIMITS.link_heading else []
        return any(target.startswith("/") or (target.startswith("http") and site in target) for target in targets)
    return block.link_share > (LIMITS.link_short if len(block.text) < LIMITS.short else LIMITS.link_long)


def _is_filler(block: Block) -> bool:
    """Whether a block shows nothing but an address, or the text that stands where one is to be written."""
    return ("http" in block.text and _BARE_URL.match(block.text) is not None) or (
        "lorem ipsum" in block.text[:400].lower()
    )


def _targets(blocks: Sequence[Block]) -> list[str]:
    return [href for block in blocks for link in block.element.iter("a") if (href := link.get("href"))]


def _is_content(run: Sequence[Block], before: list[Block], site: str) -> bool:
    """Whether a run of links is a list of the article's own."""
    if not all(block.kind in _ITEMS for block in run) or not before:
        return False
    above = before[-1]
    if above.kind not in _HEADINGS and above.text.endswith(_COLONS) and len(above.text) > LIMITS.announced_by:
        return True
    return _leads_away(_targets(run), site)


def _leads_away(targets: Sequence[str], site: str) -> bool:
    away = [target for target in targets if target.startswith("http") and site not in target]
    return len(away) > LIMITS.away * len(targets) > 0


def _announces(block: Block, *, at_end: bool) -> bool:
    """Whether a heading or a short label has nothing below it but the links that were dropped."""
    return (block.kind in _HEADINGS and at_end) or (
        len(block.text) < LIMITS.announcement and block.text.endswith(_COLONS)
    )


def _without_head_lines(blocks: list[Block], title: str, authors: Sequence[str]) -> list[Block]:
    """Drop what stands between the headline and the text: the headline itself, bylines, dates, reading times."""
    folded_title = fold(title)
    names = [name for author in authors if (name := fold(author))]
    blocks = _from_headline(blocks, folded_title)
    kept: list[Block] = []
    for position, block in enumerate(blocks):
        if not _is_head_line(block, folded_title, names):
            kept.append(block)
            if len(block.text) >= LIMITS.running and block.kind not in _HEADINGS:
                return kept + blocks[position + 1 :]
    return kept


def _from_headline(blocks: list[Block], folded_title: str) -> list[Block]:
    """Drop the slug, section or number that stands above the headline: short lines that are no sentences."""
    for position, block in enumerate(blocks[: LIMITS.above_headline]):
        if len(block.text) >= LIMITS.running or (block.kind != "h1" and _SENTENCE_END.search(block.text)):
            return blocks
        if block.kind == "h1" or (folded_title and fold(block.text) == folded_title):
            return blocks[position:]
    return blocks


def _is_head_line(block: Block, folded_title: str, names: list[str]) -> bool:
    folded = fold(block.text)
    if block.kind == "h1" or (folded and folded == folded_title):
        return True
    if len(block.text) >= LIMITS.byline or block.kind == "li":
        return False
    if any(name in folded and len(folded) < LIMITS.beside_name + len(name) for name in names):
        return True
    if _BARE_BY.fullmatch(block.text):
        return True
    return _DATE_LINE.search(block.text) is not None and not _SENTENCE_END.search(block.text)


def _without_author_notes(blocks: list[Block], authors: Sequence[str]) -> list[Block]:
    """Drop the last paragraphs where they begin with an author's name: they tell of the author."""
    names = tuple(author for author in authors if " " in author)
    for position in range(max(len(blocks) - LIMITS.notes, LIMITS.opening), len(blocks) if names else 0):
        if blocks[position].text.startswith(names):
            return blocks[:position]
    return blocks


def joined(blocks: Sequence[Block]) -> str:
    """Write the blocks as text: list items and table rows on lines of their own, paragraphs parted by a blank line.

    >>> from newsbot.extraction.container import weigh
    >>> page = etree.HTML("<p>Two<br>lines.<ol><li>one<li>two</ol>")
    >>> joined(render(page, weigh(page)))
    'Two\\nlines.\\n\\n1. one\\n2. two'
    """
    out: list[str] = []
    previous: Block | None = None
    for block in blocks:
        if previous is not None:
            close = block.kind == previous.kind and block.kind in ("li", "tr")
            out.append("\n" if close else "\n\n")
        out.append(block.text)
        previous = block
    return "".join(out)
