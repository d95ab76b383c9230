"""Where a text may be cut: at ends of sentences, then at clauses, then between words; never inside what belongs together."""

from __future__ import annotations

from collections.abc import Iterator

import regex

#: Ends of sentences in the scripts we send, with whatever closes behind them.
_END = regex.compile(r"""(?:[.!?…]+|[。！？]|[؟۔])["”’»“)\]]*(?=\s|$)|[。！？]["”’」』]*""")
#: Words before a full stop that end no sentence, in English, French, Spanish, German and Portuguese.
_ABBREVIATIONS = frozenset(
    """
    a.m ap approx art av bzw ca capt cf ch col d.h dec dept dr dra e.g ed eds ee.uu est et.al etc feb fig gen gov hon i.e inc
    jan jr lt ltd m.e max mgr mio mlle mm mme mr mrs ms mt nº no nos nov nr num oct p p.ej p.m p.s pág pp prof ptl rep rev sen
    sept sgt sr sra srta st ste str tel u.a u.k u.n u.s usw v vol vs z.b
    """.split()  # noqa: SIM905 - a list of words reads best as words
)
_LAST_WORD = regex.compile(r"([\p{L}\p{M}º.]+)$")
_INITIAL = regex.compile(r"(?:^|[\s(“\"])\p{Lu}$")
#: What belongs together although there is a space in it: a number with its unit, a currency with its sum, a title with its name.
_TOGETHER = regex.compile(
    r"""(?:(?:US|A|C)?[$€£]|CHF|EUR|USD|GBP)?\s?\d[\d.,\u202f\u00a0]*
          (?:\s(?:million|billion|thousand|Mio\.?|millions?|milliards?|millones))?\s(?=[\p{L}%°²³$€£])
    | \b(?:Dr|Prof|Mr|Mrs|Ms|Mme|Mlle|M|Sr|Sra|Herr|Frau|President|Minister|Director|Ambassador|General|Sir|Dame|No|Nr|nº)
          \.?\s(?=[\p{Lu}\d])
    """,
    regex.VERBOSE,
)
_PERSON = regex.compile(r"\p{Lu}[\p{L}’'-]+(?:\s(?:d[aeiou]s?|von|van|bin|al|el|la|le|de)\b)*\s(?=\p{Lu}[\p{L}’'-]+)")
_CLAUSE = regex.compile(r"(?<=[,;:])\s|\s(?=[–—]\s)|(?<=[–—])\s")
_SPACE = regex.compile(r"\s")
_OPENING, _CLOSING = "“«„‘(", "”»’)"


def sentences(text: str) -> tuple[str, ...]:
    """Return the sentences, without the space between them; joined by one space they are the text with its spaces folded.

    >>> sentences("Dr. Roe left at 5 p.m. on Monday. “It is over,” she said! Fin.")
    ('Dr. Roe left at 5 p.m. on Monday.', '“It is over,” she said!', 'Fin.')
    """
    folded = " ".join(text.split())
    found: list[str] = []
    start = 0
    for end in _ends(folded):
        found.append(folded[start:end].strip())
        start = end
    if rest := folded[start:].strip():
        found.append(rest)
    return tuple(found)


def _ends(text: str) -> Iterator[int]:
    for match in _END.finditer(text):
        if not _is_abbreviation(text, match.start(), match.group()) and not _is_open(text[: match.end()]):
            yield match.end()


def _is_abbreviation(text: str, at: int, mark: str) -> bool:
    if mark[0] != ".":
        return False
    before = text[:at]
    word = _LAST_WORD.search(before)
    if word is None:
        return False
    is_known = word.group(1).lower().strip(".") in _ABBREVIATIONS or bool(_INITIAL.search(before))
    rest = text[at + len(mark) :].lstrip()
    # "5 p.m. The …" ends a sentence all the same: a capital after an abbreviation of lower case. A name after "Dr." does not.
    is_lower_then_capital = word.group(1).islower() and "." in word.group(1) and rest[:1].isupper()
    return is_known and not is_lower_then_capital


def _is_open(text: str) -> bool:
    """Say whether a quotation is still open, so that its own full stops end nothing outside it."""
    return text.count("“") > text.count("”") or text.count("«") > text.count("»")


def cuts(text: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return where the text may be cut: (at clauses, between words), as positions of the space that goes.

    Nowhere inside quotation marks or brackets, a number with its unit, a name with its title, a person's name.
    """
    together = (*_TOGETHER.finditer(text), *_PERSON.finditer(text))
    closed = {at for match in together for at in range(match.start() + 1, match.end())}
    closed |= _inside_marks(text)
    clauses = tuple(match.start() for match in _CLAUSE.finditer(text) if match.start() not in closed)
    words = tuple(match.start() for match in _SPACE.finditer(text) if match.start() not in closed)
    return clauses, words


def _inside_marks(text: str) -> set[int]:
    inside: set[int] = set()
    depth, straight = 0, False
    for at, character in enumerate(text):
        if character in _CLOSING and depth:
            # An apostrophe is no closing mark when nothing is open.
            depth -= 1
        elif character in _OPENING:
            depth += 1
        elif character == '"':
            straight = not straight
        if depth or straight:
            inside.add(at)
    return inside
