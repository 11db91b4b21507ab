"""Choose, among the blocks of the article's element, those that are its text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from newsbot.extraction.render import Block
from newsbot.extraction.title import fold

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
