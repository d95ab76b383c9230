"""Fit texts into parts of a thread: whole sentences while they fit, a clause and an ellipsis where one alone does not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from distributor.core.counting import Counter, graphemes
from distributor.core.sentences import cuts, sentences

_ELLIPSIS = "…"
#: What numbering may take: "10/12" and a space. Counted in every part before the number of parts is known.
NUMBERING_ROOM = 6


def room(counter: Counter) -> int:
    """Return what a part may count before its number is put in front."""
    return counter.limit - NUMBERING_ROOM


def pack(texts: Iterable[str], *, counter: Counter) -> list[str]:
    """Return parts that hold the texts' sentences in order, each as full as whole sentences allow."""
    parts: list[str] = []
    for text in texts:
        current = ""
        for sentence in sentences(text):
            for piece in fit(sentence, counter=counter):
                joined = f"{current} {piece}".strip()
                if counter.count(joined) <= room(counter):
                    current = joined
                else:
                    parts.append(current)
                    current = piece
        if current:
            parts.append(current)
    return [part for part in parts if part]


def fit(sentence: str, *, counter: Counter) -> list[str]:
    """Return the sentence, in several pieces with ellipses if it alone is too long for a part."""
    pieces: list[str] = []
    rest = sentence
    while counter.count(rest) > room(counter):
        at = _last_fitting(rest, counter)
        pieces.append(f"{rest[:at].rstrip(' ,;:–—')}{_ELLIPSIS}")
        rest = f"{_ELLIPSIS}{rest[at:].lstrip()}"
    return [*pieces, rest]


def _last_fitting(text: str, counter: Counter) -> int:
    """Return the last position at which a piece may end and still fits with its ellipsis: a clause if one is not too early."""
    clauses, words = cuts(text)
    clause = _last(text, clauses, counter)
    word = _last(text, words, counter)
    if clause * 2 >= word and clause:
        return clause
    return word or _last_grapheme(text, counter)


def _last(text: str, positions: Sequence[int], counter: Counter) -> int:
    fitting = [at for at in positions if at > len(_ELLIPSIS) and counter.count(text[:at] + _ELLIPSIS) <= room(counter)]
    return max(fitting, default=0)


def _last_grapheme(text: str, counter: Counter) -> int:
    """Return where a text without any place to cut (a very long word or quotation) must be cut in spite of that."""
    at = 0
    for one in graphemes(text):
        if at and counter.count(text[: at + len(one)] + _ELLIPSIS) > room(counter):
            break
        at += len(one)
    return max(at, 2)


def number(parts: Sequence[str]) -> tuple[str, ...]:
    """Return the parts with their place in front, "2/5"; a single part needs none."""
    if len(parts) == 1:
        return tuple(parts)
    return tuple(f"{at}/{len(parts)} {part}" for at, part in enumerate(parts, 1))
