"""Where sentences end, in English, French, Spanish, German and Portuguese, and in scripts with a full stop of their own.

In doubt a sentence goes on: a part that holds two sentences reads well, a part that ends at "Dr." does not.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import regex

from distributor.core.marks import inside

#: White space at which a line may break; no-break spaces stay what they are.
BREAKING = r"[^\S\u00A0\u2007\u202F\u2060]"
_FOLD = regex.compile(rf"{BREAKING}+")
#: Full stops with whatever closes behind them. In Chinese and Japanese no space follows.
_END = regex.compile(r"""(?:[.!?…]+|[؟۔।])(?:[ \u00A0\u202F]»)?["”’»“)\]]*(?=\s|$)|[。！？]+["”’」』）]*""")
#: These end no sentence, whatever follows.
_NEVER = frozenset(
    """
    amb bzw ca capt cf col d.h dr dra e.g fr gen gov hon i.e ing lt m med messrs mgr mlle mm mme mr mrs ms mt p.ej phil
    pres prof pte rep rev sen sgt sr sra srta st ste u.a v vs z.b
    """.split()  # noqa: SIM905 - a list of words reads best as words
)
#: These end no sentence when a number follows.
_BEFORE_NUMBER = frozenset(
    """
    abs al approx apr art aug ch dec feb fig figs jan jul jun mar no nos nov nr num núm nº oct op p pp pág para sec sect
    sept tel vol ziff
    """.split()  # noqa: SIM905 - a list of words reads best as words
)
#: These may end a sentence or not, as may a single letter: the next word tells.
_EITHER = frozenset(
    """
    a.m co corp d.c ee.uu et.al etc inc jr ltd p.m ph.d s.a u.a.e u.k u.n u.s u.s.a usw
    """.split()  # noqa: SIM905 - as above
)
#: Words that begin sentences, and no name or noun.
_OPENERS = frozenset(
    """
    A After All Although An And As At Before But By During Each Every For From He Her His However I If In It Its Many
    More No Now On Our She Since So Some That The Their Then There These They This Those To We When Where While With You
    Your Au Ce Ces Cette Dans De Depuis Des Elle Elles En Et Il Ils La Le Les Mais Nous Pour Sur Un Une Desde El Ella
    Ellos Entre Esta Este Los Las Para Pero Por Según Su Sus Y Aber Als Am Auch Das Dem Den Der Die Dies Diese Ein Eine
    Er Es Für Im Ist Mit Nach Seit Sie Und Von Wir Zu Ao As Com Da Do Ele Ela Eles Mas Na O Os Uma
    """.split()  # noqa: SIM905 - a list of words reads best as words
)
_LAST_WORD = regex.compile(r"(?:^|[^\p{L}\p{M}\p{N}.º])((?:\p{L}[\p{L}\p{M}º]*\.)*\p{L}[\p{L}\p{M}º]*)$")
_NEXT_WORD = regex.compile(r"[\s«“\"„(‘]*([\p{L}\p{M}\p{N}’']+)")
#: German ordinals ("am 3. Mai", "die 20. Konferenz") and the number in front of an item.
_ORDINAL = regex.compile(
    r"(?:(?:^|\b(?:am|ab|bis|der|die|das|dem|den|des|vom|zum|zur|im|beim|und|Am|Der|Die|Das|Dem|Den|Ab|Zum|Vom|Im))\s*\d{1,3}$)"
)
_GERMAN_MONTH = regex.compile(r"\s+(?:Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember)\b")
_ZONE = regex.compile(r"\s+(?:[A-Z]{2,5}\b|Eastern|Central|Pacific|Mountain|British|Geneva|local)")
_NO_SPACE_BETWEEN = regex.compile(r"[。！？」』）][\p{Han}\p{Hiragana}\p{Katakana}「『（]")
#: As far as a word and its neighbours reach; keeps long texts linear.
_NEAR = 40


def folded(text: str) -> str:
    """Return the text with every run of breaking white space as one space."""
    return _FOLD.sub(" ", text).strip()


def sentences(text: str) -> tuple[str, ...]:
    """Return the sentences, without the space between them. None ends inside quotation marks or brackets.

    >>> sentences("Dr. Roe left at 5 p.m. on Monday. “It is over,” she said! Fin.")
    ('Dr. Roe left at 5 p.m. on Monday.', '“It is over,” she said!', 'Fin.')
    >>> sentences("Am 3. Mai kam Prof. Dr. Weber. „Gut. Sehr gut.“ Er ging.")
    ('Am 3. Mai kam Prof. Dr. Weber.', '„Gut. Sehr gut.“', 'Er ging.')
    """
    whole = folded(text)
    ends = [0, *_ends(whole), len(whole)]
    pieces = (whole[start:end].strip() for start, end in pairwise(ends))
    return tuple(piece for piece in pieces if piece)


def followed_by(text: str, sentence: str) -> str:
    """Return the text and the next sentence; Chinese and Japanese put no space between them.

    >>> followed_by("One.", "Two."), followed_by("", "One."), followed_by("一。", "二。")
    ('One. Two.', 'One.', '一。二。')
    """
    is_close = not text or _NO_SPACE_BETWEEN.search(text[-1] + sentence[:1]) is not None
    return f"{text}{'' if is_close else ' '}{sentence}"


def _ends(text: str) -> Iterator[int]:
    closed = inside(text)
    for match in _END.finditer(text):
        end = match.end()
        # Where no space follows a closing mark, the sentence around the quotation goes on (「…。」と述べた).
        is_spoken = match[0][-1] in "”’」』" and text[end : end + 1].strip() != ""
        if (
            end not in closed
            and not is_spoken
            and _is_end(text[max(0, match.start() - _NEAR) : match.start()], match[0], text[end : end + _NEAR])
        ):
            yield end


def _is_end(before: str, mark: str, after: str) -> bool:
    """Say whether a full stop between two stretches of text ends a sentence."""
    if mark[0] in "。！？":
        return True
    following = _NEXT_WORD.match(after)
    word = following[1] if following else ""
    if word[:1].islower():
        return False
    if not mark.startswith(".") or mark.startswith(".."):
        return True
    if _ORDINAL.search(before) or (before[-1:].isdigit() and _GERMAN_MONTH.match(after)):
        return False
    return not _abbreviates(before, word, after)


def _abbreviates(before: str, following: str, after: str) -> bool:
    found = _LAST_WORD.search(before)
    if found is None:
        return False
    word = found[1].casefold()
    is_lone_letter = len(found[1]) == 1 and found[1].isupper()
    if word in _BEFORE_NUMBER:
        return following[:1].isdigit() or word in _NEVER
    if word in {"a.m", "p.m"}:
        return _ZONE.match(after) is not None
    if word in _NEVER and not is_lone_letter:
        return True
    # "J. F. Kennedy" and "M. Le Goff" against "plan B. It works."
    return (word in _EITHER or is_lone_letter) and following not in _OPENERS and bool(following)
