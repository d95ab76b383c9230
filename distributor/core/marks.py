"""Quotation marks and brackets in running text: which open, which close, and what lies between a pair."""

from __future__ import annotations

#: What a mark may be closed by. German closes with the mark that opens in English, so the pair decides, not the mark.
_CLOSED_BY = {"“": "”", "„": "“”", "«": "»", "‘": "’", "‚": "‘", "「": "」", "『": "』", "(": ")", "[": "]", '"': '"'}

#: Marks nested deeper are a slip of the pen, and looking for their partners would take long.
_DEEPEST = 16


def pairs(text: str) -> tuple[tuple[int, int], ...]:
    """Return (opening, closing) positions of every pair, in the order in which they close. A mark without its pair is nothing.

    >>> pairs("He said “no (never)”.")
    ((12, 18), (8, 19))
    """
    found: list[tuple[int, int]] = []
    waiting: list[int] = []
    around = f" {text} "
    for at, (before, after) in enumerate(zip(around, around[2:], strict=False)):
        mark = text[at]
        opened = next((o for o in reversed(waiting) if mark in _CLOSED_BY[text[o]]), None)
        # An apostrophe inside a word closes nothing.
        if opened is not None and not (mark == "’" and after.isalpha()):
            del waiting[waiting.index(opened) :]
            found.append((opened, at))
        elif mark in _CLOSED_BY and not (mark in "‘(" and before.isalpha()):
            waiting = [*waiting[-_DEEPEST:], at]
    return tuple(found)


def inside(text: str) -> frozenset[int]:
    """Return the positions p for which a cut between p - 1 and p would divide a pair of marks."""
    outer: list[tuple[int, int]] = []
    for start, end in sorted(pairs(text)):
        if not outer or start > outer[-1][1]:
            outer.append((start, end))
    return frozenset(at for start, end in outer for at in range(start + 1, end + 1))
