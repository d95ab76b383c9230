"""Where a text may be cut when a sentence is too long: from the places that a reader hardly feels to the last resort."""

from __future__ import annotations

from collections.abc import Iterable

import regex

from distributor.core.marks import inside
from distributor.core.sentences import BREAKING

_NUMBER = r"\d(?:[\d.,:’'/]*\d)?(?:[ \u00A0\u202F]\d{3}(?!\d))*"
_SCALE = (
    r"(?:million|billion|trillion|thousand|hundred|millions?|milliards?|mille|Millionen|Milliarden|Mio|Mrd|millones|mil|milhões)"
)
#: A currency with its sum, a sum with its scale, a number with its unit, a date, a time with its zone.
_QUANTITY = regex.compile(
    rf"""(?:(?:\b[A-Z]{{0,3}}[$€£¥₹]|\b(?:CHF|EUR|USD|GBP|JPY)|[$€£¥₹§])\s?)?{_NUMBER}
        (?:\s?(?:[-–]|to|à|bis|bis\szu|a)\s{_NUMBER}|\s?[-–]\s?{_NUMBER})?
        (?:\s{_SCALE}\.?(?:\sd[e’'])?)?
        (?:\s(?:square|cubic|metric|nautical|per|sq\.?|pour|por|a\.m\.|p\.m\.))?
        (?:\s(?=[\p{{L}}%°²³$€£¥‰]))
      | (?:{_NUMBER}\s)?\b\p{{Lu}}\p{{L}}{{2,8}}\.?\s(?:\d{{1,2}},?\s)?(?=\d{{4}}\b)
      | \b(?:Article|Articles|Protocol|Resolution|Figure|Table|Chapter|Section|Artikel|Artículo|Artigo|No|Nos|Nr|nº|n°|Art|Fig
        |p|pp)\.?\s(?=\d) | §\s?(?=\d)
      | \b\p{{Ll}}+\s(?={_SCALE}\b)""",
    regex.VERBOSE,
)
_TITLES = (
    "Dr|Dra|Prof|Professor|Mr|Mrs|Ms|Mx|M|Mme|Mlle|Sr|Sra|Srta|Don|Doña|Herr|Frau|Sir|Dame|Lord|Lady|Queen|King|Prince|Princess|Pope|St|Ste"
    "|Gen|General|Col|Colonel|Capt|Captain|Major|Lt|Lieutenant|Sgt|Rev|Hon|Amb|Ambassador|Gov|Governor|Sen|Senator|Rep|Pres|President"
    "|Vice-President|Minister|Chancellor|Secretary|Secretary-General|Commissioner|Director|Chair|Chairman|Chairwoman|Mayor|Judge|Spokesperson"
    "|Président|Présidente|Ministre|Directeur|Directrice|Presidente|Presidenta|Ministro|Ministra|Directora"
    "|Präsident|Präsidentin|Ministerin|Direktorin?|Doktor|med|phil"
)
#: A title with its name, also behind a comma ("Director, Ana Roe"), and initials.
_TITLED = regex.compile(
    rf"\b(?:{_TITLES})\.?,?\s(?:\p{{Lu}}[\p{{L}}’'-]*\s(?=\p{{Lu}})){{0,2}}(?=(?:(?:de|da|do|von|van|di|el|al)\s)?\p{{Lu}}|med\.|phil\.)|\b\p{{Lu}}\.\s(?=\p{{Lu}})"
)
#: A person's or a body's name: capitals in a row.
_NAME = regex.compile(
    r"\p{Lu}[\p{L}\p{M}’'-]*(?:\s(?:of|d[aeiou]s?|del|von|van|der|bin|al|el|la|le|y)\b){0,2}\s(?=\p{Lu}[\p{L}\p{M}’'-]+)"
)
_CAPITAL = regex.compile(r"(?<![\p{L}\p{M}’'-])\p{Lu}")
_WORD = regex.compile(r"(?<![\p{L}\p{M}’'-])\p{L}")
#: So few words say nothing about the way of writing.
_FEWEST_WORDS = 8
#: A space that a mark is joined to is part of a letter for the reader.
_SPACE = regex.compile(rf"{BREAKING}(?![\p{{M}}\p{{Grapheme_Extend}}\u200D])")
_CLAUSE = regex.compile(rf"(?<=[,;:،؛–—]){BREAKING}|{BREAKING}(?=[–—(]\s?)|(?<=[、，；：])(?=\S)")
_IDEOGRAPHS = r"[\p{Han}\p{Hiragana}\p{Katakana}ー]"
_BETWEEN_IDEOGRAPHS = regex.compile(rf"(?<={_IDEOGRAPHS})(?={_IDEOGRAPHS})(?!ー)")
_URL = regex.compile(r"https?://\S+|www\.\S+")
_GRAPHEME = regex.compile(r"\X")


def cuts(text: str) -> tuple[tuple[int, ...], ...]:
    """Return positions at which the text may be cut, ascending, in four levels from the best to the last resort.

    0: at clauses. 1: between words. Neither divides quotation marks or brackets, a number and its unit, a title and its name, or
    a name. 2: between words, still never inside a number and its unit or a title and its name. 3: between graphemes, never
    inside a URL. A cut takes the white space behind its position with it.
    """
    spaces = [match.start() for match in _SPACE.finditer(text)]
    between = sorted({*spaces, *(match.start() for match in _BETWEEN_IDEOGRAPHS.finditer(text))})
    clauses = [match.start() for match in _CLAUSE.finditer(text)]
    firm = _within([*_QUANTITY.finditer(text), *_TITLED.finditer(text)])
    urls = _within(_URL.finditer(text))
    loose = firm | inside(text) | (frozenset() if _is_all_capitals(text) else _within(_NAME.finditer(text)))
    allowed = frozenset(between)
    return (
        tuple(at for at in clauses if at not in loose and (at in allowed or not text[at].isspace())),
        tuple(at for at in between if at not in loose),
        tuple(at for at in between if at not in firm),
        tuple(match.end() for match in _GRAPHEME.finditer(text) if match.end() not in urls and match.end() < len(text)),
    )


def _within(matches: Iterable[regex.Match[str]]) -> frozenset[int]:
    """Return the positions inside the matches; each ends with the space that must not become a cut."""
    return frozenset(at for match in matches for at in range(match.start() + 1, match.end()))


def _is_all_capitals(text: str) -> bool:
    """Say whether most words begin with a capital, as in an English headline: then a capital does not mean a name."""
    words = len(_WORD.findall(text))
    return words >= _FEWEST_WORDS and 2 * len(_CAPITAL.findall(text)) > words
