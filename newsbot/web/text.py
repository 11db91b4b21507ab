"""Plain text: out of markup that is escaped once, twice or not at all, compared by its words, counted in any script,
and named by its language."""

from __future__ import annotations

import html
import re

from lxml import etree

HAN_AND_KANA = "\u3005-\u3007\u3041-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""For a class of characters; a word has about two of them (Chinese 1.6, Japanese 2.2 in newspaper corpora)."""
THAI_LAO_BURMESE_KHMER = "\u0e01-\u0e3a\u0e40-\u0eff\u1000-\u109f\u1780-\u17ff"
"""For a class of characters; a word has about five of them, marks included. No spaces part words here either."""
DENSE = re.compile(f"[{HAN_AND_KANA}{THAI_LAO_BURMESE_KHMER}\uac00-\ud7a3]")
"""Scripts in which a character says about as much as three letters do."""
_UNSPACED = re.compile(f"([{HAN_AND_KANA}]+)|([{THAI_LAO_BURMESE_KHMER}\u200b]+)")
_MAY_BE_UNSPACED = re.compile("[\u0e01-\u17ff\u200b\u3005-\ufaff\U00020000-\U0003ffff]")
_LETTER = re.compile(r"\w")
_WORD = re.compile(r"\w+")

_LANGUAGE = re.compile(r"([a-z]{2,3})(?:[-_]([A-Za-z0-9]{2,8}))?(?:[-_][A-Za-z0-9]+)*$", re.I)

_HIDDEN = re.compile(r"<(script|style|noscript|iframe|svg)\b.*?(?:</\1\s*>|$)|<!--.*?(?:-->|$)", re.I | re.S)
# Tags are taken out by name, so that "3 < 4 and 5 > 2" and "Vec<String>" stay text.
_INLINE = (
    "a|abbr|acronym|applet|b|basefont|bdi|bdo|big|blink|cite|code|del|dfn|em|font|i|img|ins|kbd|map|mark|marquee|nobr|o:p|q|ruby|s|samp|small|span|strike|"
    "strong|sub|sup|time|tt|u|var|wbr"
)
_BLOCK = (
    "address|article|aside|audio|blockquote|body|br|button|canvas|caption|center|dd|div|dl|dt|embed|fieldset|"
    "figcaption|figure|footer|form|frame|frameset|h[1-6]|header|hr|html|input|label|li|link|main|meta|nav|noframes|object|ol|option|p|param|"
    "picture|pre|rp|rt|section|select|source|table|tbody|td|textarea|tfoot|th|thead|title|tr|track|ul|video"
)
_INLINE_TAG = re.compile(rf"</?(?:{_INLINE})(?:\s[^<>]*)?/?>", re.I)
_BLOCK_TAG = re.compile(rf"</?(?:{_BLOCK})(?:\s[^<>]*)?/?>", re.I)
_PAIRED_TAG = re.compile(rf"<({_INLINE}|{_BLOCK})(?:\s[^<>]*)?>[^<]*</\1\s*>|<br\s*/?>", re.I)
_ENTITY = re.compile(r"&(?:#x?[0-9a-f]{1,7}|[a-z][a-z0-9]{1,31});", re.I)
_SPACE = re.compile(r"\s+")
_INVISIBLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\ufeff\u2060\u00ad]")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters (C0 without the tab, C1), what turns the direction of writing, and halves of characters."""


def well_formed(text: str) -> str:
    r"""Return a text that can be encoded and stored: Unicode scalar values alone, and no NUL.

    As ECMAScript's toWellFormed() does, half of a surrogate pair that has lost the other becomes U+FFFD; what escapes
    of JSON left as two halves is joined. NUL is dropped, which PostgreSQL takes in no text.

    >>> ascii(well_formed("Half \ud83d of one, \ud83d\ude00 whole\0"))
    "'Half \\ufffd of one, \\U0001f600 whole'"
    """
    try:
        text.encode()  # a tenth of the time that a search for surrogates takes
    except UnicodeEncodeError:
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text.replace("\0", "")


def text_content(element: etree._Element, between: str = "") -> str:
    """Return the text of an element and all below it, on one line.

    between stands where one text ends and the next begins: a blank there parts the words of two elements.

    >>> text_content(etree.XML("<p> One <b>head</b>line<br/>\\n</p>"))
    'One headline'
    """
    if not len(element):
        text = element.text or ""
    else:
        text = between.join(element.itertext()) if between else raw_text(element)
    return " ".join(text.split())


def raw_text(element: etree._Element) -> str:
    """Return the text of an element and all below it as it stands, without that of comments.

    The serializer gives it in a tenth of the time that itertext() takes.

    >>> raw_text(etree.XML("<p> One <b>head</b>line<!-- 2 --></p>"))
    ' One headline'
    """
    return etree.tostring(element, method="text", encoding="unicode", with_tail=False)


def fold(text: str) -> str:
    """Return a text's words alone, in one case: texts are compared so.

    >>> fold("“Hello”,  World!")
    'hello world'
    """
    return " ".join(_WORD.findall(text.casefold()))


def count_words(text: str) -> int:
    """Count the words of a text, so that lengths in different scripts can be compared.

    Words are what stands between spaces and holds a letter or digit. Scripts without spaces are
    estimated from their length: two characters a word in Chinese and Japanese, five in Thai, Lao,
    Burmese and Khmer. Korean has spaces and is counted by them.

    >>> count_words("Don’t panic – it is 3.5 km to Saint-Malo.")
    8
    >>> count_words("हिन्दी में समाचार")
    3
    >>> count_words("東京で新しい橋が開通した")
    6
    """
    words = 0

    def blank(match: re.Match[str]) -> str:
        nonlocal words
        length = match.end() - match.start()
        words += -(-length // 2) if match.group(1) else -(-length // 5)
        return " "

    if _MAY_BE_UNSPACED.search(text):
        text = _UNSPACED.sub(blank, text)
    # Anything between spaces or dashes that holds a letter or digit. Not \w+ alone: vowel signs of
    # Devanagari and its sisters are no \w, and "don't" is one word.
    pieces = text.replace("—", " ").replace("–", " ").replace("…", " ").split()
    empty = [piece for piece in pieces if not piece[0].isalnum() and not _LETTER.search(piece)]
    return words + len(pieces) - len(empty)


def language_tag(text: str | None) -> str | None:
    """Return a language tag in its usual case (BCP 47), or None for what is none.

    >>> language_tag("EN_us"), language_tag("de"), language_tag("English")
    ('en-US', 'de', None)
    """
    match = _LANGUAGE.match(text.strip()) if text else None
    if not match:
        return None
    region = match[2]
    if not region:
        return match[1].lower()
    return f"{match[1].lower()}-{region.upper() if len(region) == 2 else region.title()}"


def plain_text(text: str | None, *, literal: bool = False) -> str | None:
    """Return the words of a text that may be HTML, on one line; None when none are left.

    literal says that the format declares plain text (Atom's type="text"): then markup goes only where a
    tag is opened and closed, for many feeds say so and send HTML.

    >>> plain_text("<p>Fish &amp;amp; <b>Chips</b></p><p>3 &lt; 4</p>")
    'Fish & Chips 3 < 4'
    >>> plain_text("How to use the <video> tag", literal=True)
    'How to use the <video> tag'
    >>> plain_text(" <img src=x> ") is None
    True
    """
    if not text:
        return None
    if "<" not in text and "&" not in text:
        return _tidy(text)
    if "<![CDATA[" in text:
        # A section inside a section: no reader of XML takes the inner marks away.
        text = text.replace("<![CDATA[", "").replace("]]>", "")
    for _ in range(3):
        if "<" in text and (not literal or _PAIRED_TAG.search(text)):
            text = _HIDDEN.sub(" ", text)
            text = _BLOCK_TAG.sub(" ", _INLINE_TAG.sub("", text))
        if not _ENTITY.search(text):
            break
        unescaped = html.unescape(text)
        if unescaped == text:
            break
        text = unescaped
        # "&lt;" written for a less-than sign ends here; a second layer of escaping goes round again.
        if not _ENTITY.search(text) and not _PAIRED_TAG.search(text):
            break
    return _tidy(text)


def shortened(text: str | None, limit: int) -> str | None:
    """Cut a text at a word's end, with an ellipsis, when it is longer than limit characters.

    >>> shortened("one two three", 9)
    'one two…'
    """
    if text is None or len(text) <= limit:
        return text
    head = text[: limit - 1]
    cut = head.rfind(" ")
    return (head[:cut] if cut > limit // 2 else head).rstrip(" ,;:–-") + "…"


def escaped(text: str) -> str:
    r"""Return a text that a terminal or a log may show: what would move the cursor or begin a line is written out.

    >>> print(escaped("a\nERROR \x1b[31mred"))
    a\x0aERROR \x1b[31mred
    """
    return _UNPRINTABLE.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def looks_like_html(text: str) -> bool:
    """Whether a text carries block markup, as a body does and a summary seldom.

    >>> looks_like_html("<p>one</p>"), looks_like_html("a < b")
    (True, False)
    """
    return "<" in text and _BLOCK_TAG.search(text) is not None


def _tidy(text: str) -> str | None:
    if text.isprintable() and "  " not in text:
        return text.strip() or None
    return _SPACE.sub(" ", _INVISIBLE.sub("", text)).strip() or None
