"""The words of a text as near-duplicates are told by: folded, and single characters where no space parts words."""

from __future__ import annotations

import re
import unicodedata

from newsbot.web.text import HAN_AND_KANA, THAI_LAO_BURMESE_KHMER

_UNSPACED_CHARS = HAN_AND_KANA + THAI_LAO_BURMESE_KHMER
_UNSPACED = re.compile(f"[{_UNSPACED_CHARS}]")
_WORD = re.compile(r"\w+")
_TOKEN = re.compile(rf"[{_UNSPACED_CHARS}]|(?:(?![{_UNSPACED_CHARS}])\w)+")


def tokens_of(text: str) -> list[str]:
    """Return the tokens of a text, whatever its case, punctuation, spacing and Unicode form.

    >>> tokens_of("“Yes,” she said at 10:30.")
    ['yes', 'she', 'said', 'at', '10', '30']
    >>> tokens_of("東京で2つ")
    ['東', '京', 'で', '2', 'つ']
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return (_TOKEN if _UNSPACED.search(folded) else _WORD).findall(folded)


def is_unspaced(tokens: list[str]) -> bool:
    """Whether most tokens are characters of a script without spaces (told from a sample).

    >>> is_unspaced(tokens_of("東京で新しい橋")), is_unspaced(tokens_of("A bridge in 東京"))
    (True, False)
    """
    sample = tokens[:200]
    return 2 * sum(_UNSPACED.match(token) is not None for token in sample) > len(sample)
