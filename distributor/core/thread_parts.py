"""Fit texts into parts of a thread: whole sentences while they fit, a clause and an ellipsis where one alone does not."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import regex

from distributor.core.counting import Counter
from distributor.core.cuts import cuts
from distributor.core.sentences import folded, followed_by, sentences

#: Says whether a text can be a part.
Holds = Callable[[str], bool]

ELLIPSIS = "…"
#: The longest number that a part can get; a thread has fewer than a hundred parts.
_WIDEST_NUMBER = "00/00 "
#: No part looks farther into a text than this, in characters; more than the longest URL that X takes (4,096).
_WINDOW = 5_000
#: A piece that ends at a clause may be this much shorter than one that ends at a word.
_CLAUSE_SHARE = 0.5
_MENTION_FIRST = regex.compile(r"^(?=[@＠]\w)")
CASHTAG = regex.compile(r"(?<![\w$])\$(?=[A-Za-z]{1,6}(?![A-Za-z\d]))")


@dataclass(frozen=True, slots=True)
class Room:
    """What a part can hold on one platform, with its number in front."""

    counter: Counter

    def holds(self, text: str) -> bool:
        """Say whether the text can be a part."""
        return self.counter.fits(_WIDEST_NUMBER + one_cashtag(text))


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """The text of one part."""

    text: str
    #: Whether its last sentence is whole; False when the next part goes on with it.
    is_whole: bool


def one_cashtag(text: str) -> str:
    """Return the text with at most one cashtag, since X refuses more; the others get an invisible joiner behind the $.

    >>> one_cashtag("$ABC and $DEF").count("$\\u2060")
    1
    """
    first = CASHTAG.search(text)
    if first is None:
        return text
    return text[: first.end()] + CASHTAG.sub("$\u2060", text[first.end() :])


def pack(texts: Iterable[str], *, holds: Holds) -> Iterator[Piece]:
    """Yield parts that hold the texts' sentences in order, each as full as whole sentences allow; texts keep a line between them.

    A sentence that must be cut starts a part, so that it can be left out without touching the one before.
    """
    current = ""
    for text in texts:
        is_new = True
        for sentence in sentences(text):
            joined = f"{current}\n\n{sentence}" if is_new and current else followed_by(current, sentence)
            is_new = False
            if holds(joined):
                current = joined
                continue
            if current:
                yield Piece(text=current, is_whole=True)
            current = ""
            # One by one: who takes three parts of a text without end must not wait for all of it.
            for piece in fit(sentence, holds=holds):
                if current:
                    yield Piece(text=current, is_whole=False)
                current = piece
    if current:
        yield Piece(text=current, is_whole=True)


def fit(sentence: str, *, holds: Holds) -> Iterator[str]:
    """Yield the sentence, in several pieces with ellipses if it alone is too long. No word is lost, none is added."""
    rest = folded(sentence)
    while len(rest) > _WINDOW or not holds(rest):
        at = _last_fitting(rest[:_WINDOW], holds)
        yield rest[:at].rstrip(" ,;:–—،、，") + ELLIPSIS
        rest = ELLIPSIS + rest[at:].lstrip()
    yield rest


def _last_fitting(text: str, holds: Holds) -> int:
    """Return the last position at which a piece may end and still fits with its ellipsis: a clause if one is not too early."""
    clauses, words, spaces, graphemes = cuts(text)
    clause, word = _last(text, clauses, holds), _last(text, words, holds)
    if clause and clause >= _CLAUSE_SHARE * word:
        return clause
    return word or _last(text, spaces, holds) or _last(text, graphemes, holds) or (graphemes or (len(text),))[0]


def _last(text: str, positions: Sequence[int], holds: Holds) -> int:
    """Return the last of the positions that fits, 0 for none.

    Found by halving, since counting is what takes time. What fits at a position nearly always fits before it; where it does
    not (a word that would become a URL by its end), a shorter piece is found, never a longer one.
    """
    usable = [at for at in positions if text[:at].strip(ELLIPSIS + " ,;:–—،、，")]
    found = bisect_left(usable, True, key=lambda at: not holds(text[:at] + ELLIPSIS)) - 1
    while found >= 0 and not holds(text[: usable[found]].rstrip(" ,;:–—،、，") + ELLIPSIS):
        found -= 1
    return usable[found] if found >= 0 else 0


def number(parts: Sequence[str]) -> tuple[str, ...]:
    """Return the parts with their place in front, "2/5"; a single part needs none."""
    if len(parts) == 1:
        return tuple(parts)
    return tuple(f"{at}/{len(parts)} {part}" for at, part in enumerate(parts, 1))


def tidy(parts: Iterable[str]) -> tuple[str, ...]:
    """Keep a mention from the very start, where X shows a post to few; a number in front does the same."""
    return tuple(_MENTION_FIRST.sub(".", part) for part in parts)
