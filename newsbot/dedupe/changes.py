"""What a later version of an article changed, if anything that matters to a reader."""

from __future__ import annotations

import re
from collections import Counter

from newsbot.dedupe.tokens import is_unspaced, tokens_of

SHORTENED = 0.8
"""A version with at most this share of the words, and at least this share of them old ones, is shortened."""
CORRECTED = 0.03
"""Largest share of words that a correction puts right in place."""
FEW = 3
"""Words that a correction may always put right, however short the text."""
CHROME_WORDS, CHROME_CHARACTERS = 12, 40
"""A longer paragraph is prose, whatever it ends in."""

_SENTENCE_END = re.compile(r"[.!?…。！？।؟:;][\"'”’»“)\]）】」』]*$")
# Lines about the page, not of the article: a time of update, a count of comments or readers.
_MOVING = re.compile(
    r"\b(?:ago|updated|published|posted|modified|comments?|views?|reads?|shares?|min(?:ute)?s? read|"
    r"aktualisiert|veröffentlicht|stand|kommentare?|mis à jour|publié|commentaires?|il y a|lu|"
    r"actualizado|publicado|comentarios?|hace|atualizado|comentários?|há|aggiornato|pubblicato|commenti|"
    r"bijgewerkt|geplaatst|reacties|uppdaterad|publicerad|oppdatert|opdateret|päivitetty|aktualizováno|aktualizacja|"
    r"обновлено|опубликовано|комментари\w+|просмотр\w+|оновлено|güncelleme|yorum)\b"
    r"|更新|发布|發布|阅读|閱讀|评论|コメント|配信|公開|조회|입력|수정|댓글|تحديث|نشر|مشاهدة|อัปเดต|cập nhật|अपडेट",
    re.IGNORECASE,
)
_NOTICE = re.compile(
    r"\b(?:correction|corrected|corrects|clarification|erratum|editor['’]s note|"
    r"this (?:article|story) (?:has been|was) (?:amended|corrected|updated to correct)|"
    r"korrektur|berichtigung|korrigiert|rectificatif|rectification|correctif|"
    r"fe de errata|fe de errores|corrección|correção|correzione|rettifica|rectificatie|correctie|rättelse|rettelse|"
    r"oikaisu|sprostowanie|oprava|исправлен\w*|виправлен\w*|düzeltme|ralat)\b|更正|订正|訂正|정정|تصحيح|सुधार",
    re.IGNORECASE,
)


def change_between(title: str, text: str, new_title: str, new_text: str) -> str | None:
    """Name what the new version changed: a class of newsbot.items.CHANGES, or None if nothing material.

    Short lines that are no sentences (headings, counters, times of update) may come, go and change
    without being a change. A change of headline and body is one of the body.

    >>> change_between("Wall to rise", "Four were hurt.", "Wall to rise", "Five were hurt.")
    'correction'
    >>> change_between("Wall", "It rose.\\n\\n12 comments", "Wall", "It rose.\\n\\n15 comments") is None
    True
    >>> change_between("Wall", "It rose.", "Wall falls", "It rose.")
    'headline'
    """
    before, after = _prose(text), _prose(new_text)
    if before == after:
        return None if tokens_of(title) == tokens_of(new_title) else "headline"
    if len(_NOTICE.findall(new_text)) > len(_NOTICE.findall(text)):
        return "correction"
    if len(after) <= SHORTENED * len(before) and _share_kept(after, before) >= SHORTENED:
        return "shortened"
    return "correction" if _few_put_right(before, after) else "body"


def _prose(text: str) -> list[str]:
    """Return the tokens of a text without lines about the page; all of them if nothing else is there."""
    prose = [token for line in text.split("\n") if _is_prose(line) for token in tokens_of(line)]
    return prose or tokens_of(text)


def _is_prose(line: str) -> bool:
    line = line.strip()
    tokens = tokens_of(line)
    if len(tokens) > (CHROME_CHARACTERS if is_unspaced(tokens) else CHROME_WORDS):
        return True
    return bool(_SENTENCE_END.search(line)) and not (_MOVING.search(line) and any(c.isdecimal() for c in line))


def _share_kept(tokens: list[str], of: list[str]) -> float:
    """Return the share of the tokens that come, order aside, from another text."""
    return (Counter(tokens) & Counter(of)).total() / max(1, len(tokens))


def _few_put_right(before: list[str], after: list[str]) -> bool:
    """Whether a few words were replaced in place, and nothing came or went."""
    allowed = max(FEW, CORRECTED * len(before))
    if len(before) != len(after):
        return False
    return sum(one != other for one, other in zip(before, after, strict=True)) <= allowed
