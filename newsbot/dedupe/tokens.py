"""The words of a text as near-duplicates are told by: folded, and single characters where no space parts words."""

from __future__ import annotations

import re
import unicodedata

# Han and kana; Thai, Lao, Burmese and Khmer: written without spaces, so every character is a token.
_UNSPACED_CHARS = (
    "\u3005-\u3007\u3041-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
    "\u0e01-\u0e3a\u0e40-\u0eff\u1000-\u109f\u1780-\u17ff"
)
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
