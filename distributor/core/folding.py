"""Text as it is compared in a search: without accents, without upper case, and cut into words."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

#: Letters that Unicode does not take apart, though people type them without their strokes.
_STROKES: Final = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ŧ": "t"}
)
_WORD: Final = re.compile(r"[^\W_]+")


def fold(text: str) -> str:
    """Return the text in lower case without accents. What is no character (a lone surrogate) becomes a question mark.

    >>> fold("Žofia MÜLLER, Łódź, Straße")
    'zofia muller, lodz, strasse'
    """
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.encode("utf-8", "replace").decode("utf-8"))
    bare = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return bare.casefold().translate(_STROKES)


def words_of(text: str) -> tuple[str, ...]:
    """Return the folded words of a text in their order, each once.

    >>> words_of("Anna-Lena.Müller@news.example, Müller")
    ('anna', 'lena', 'muller', 'news', 'example')
    """
    return tuple(dict.fromkeys(_WORD.findall(fold(text))))
