"""What has changed between two texts, word by word, for whoever approves the newer one.

The work is bounded whatever the texts are: what is too long to be compared is shown as a whole, once removed and once added.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import groupby
from typing import Final

import regex

#: A word with the space behind it, a single mark, or a character of a script that puts no space between words.
_TOKEN: Final = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]\s*|[\w'’\-]+\s*|[^\w\s]\s*|\s+")
#: A blank line ends a paragraph, and a mark at the beginning of a line begins an item.
_BETWEEN: Final = regex.compile(r"\n\s*\n|\n(?=\s*(?:[-*•–]|\d{1,3}[.)])\s)")
#: Characters that change what is read and cannot be seen: controls, zero-width ones, and those that turn the direction round.
#: The two marks of direction are not among them: right-to-left text is full of them, and they turn nothing round.
_UNSEEN: Final = regex.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b\u202a-\u202e\u2060-\u2069\ufeff]")
#: The most pairs of blocks, and of words, that are compared.
_MOST_BLOCK_PAIRS: Final = 1_000_000
_MOST_WORD_PAIRS: Final = 300_000
#: Unchanged blocks that stay in sight on either side of a change.
_CONTEXT: Final = 1


class Change(StrEnum):
    """What became of some words."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    #: Unchanged blocks that are left out; the text says how many.
    LEFT_OUT = "left-out"


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring words that share a fate."""

    change: Change
    text: str


#: The runs of one paragraph, or of several that were changed together.
Block = tuple[Run, ...]


def compare(before: Sequence[str], after: Sequence[str]) -> tuple[Block, ...]:
    """Return the newer blocks with what was removed in its place; () when nothing has changed.

    >>> [(run.change.value, run.text) for run in compare(["One two"], ["One three"])[0]]
    [('same', 'One '), ('removed', 'two'), ('added', 'three')]
    """
    if list(before) == list(after):
        return ()
    if len(before) * len(after) > _MOST_BLOCK_PAIRS:
        return _whole("\n\n".join(before), "\n\n".join(after))
    return tuple(_folded(list(_blocks(before, after))))


def blocks_of(text: str) -> tuple[str, ...]:
    """Return the paragraphs and items of a plain text that was folded to a width, each on one line.

    >>> blocks_of("One\\ntwo.\\n\\n- three\\n- four\\n")
    ('One two.', '- three', '- four')
    """
    return tuple(words for block in _BETWEEN.split(text) if (words := " ".join(block.split())))


def seen(text: str) -> str:
    """Return the text with names for what cannot be seen.

    >>> seen("pay\\u202eevil")
    'pay⟨U+202E⟩evil'
    """
    return _UNSEEN.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", text)


def _blocks(before: Sequence[str], after: Sequence[str]) -> Iterator[Block]:
    for what, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        match what:
            case "equal":
                yield from ((Run(Change.SAME, block),) for block in after[j1:j2])
            case "insert":
                yield from ((Run(Change.ADDED, seen(block)),) for block in after[j1:j2])
            case "delete":
                yield from ((Run(Change.REMOVED, seen(block)),) for block in before[i1:i2])
            case _ if i2 - i1 == j2 - j1:
                for one, other in zip(before[i1:i2], after[j1:j2], strict=True):
                    yield from _words(one, other)
            case _:
                yield from _words("\n\n".join(before[i1:i2]), "\n\n".join(after[j1:j2]))


def _words(before: str, after: str) -> tuple[Block, ...]:
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    if len(old) * len(new) > _MOST_WORD_PAIRS:
        return _whole(before, after)
    pieces: list[tuple[Change, str]] = []
    # Which kind of space follows a word is no change of the word.
    bare_old, bare_new = [token.strip() for token in old], [token.strip() for token in new]
    for what, i1, i2, j1, j2 in SequenceMatcher(None, bare_old, bare_new, autojunk=False).get_opcodes():
        if what == "equal":
            pieces.append((Change.SAME, "".join(new[j1:j2])))
            continue
        pieces += [
            (change, "".join(words)) for change, words in ((Change.REMOVED, old[i1:i2]), (Change.ADDED, new[j1:j2])) if words
        ]
    return (tuple(_joined(pieces)),)


def _joined(pieces: Sequence[tuple[Change, str]]) -> Iterator[Run]:
    for change, group in groupby(pieces, key=lambda piece: piece[0]):
        text = "".join(words for _, words in group)
        yield Run(change, text if change is Change.SAME else seen(text))


def _whole(before: str, after: str) -> tuple[Block, ...]:
    return ((Run(Change.REMOVED, seen(before)),), (Run(Change.ADDED, seen(after)),))


def _folded(blocks: Sequence[Block]) -> Iterator[Block]:
    """Yield the blocks with long stretches of unchanged ones left out."""
    changed = [at for at, block in enumerate(blocks) if any(run.change is not Change.SAME for run in block)]
    near = {at + step for at in changed for step in range(-_CONTEXT, _CONTEXT + 1)}
    for is_near, group in groupby(range(len(blocks)), key=lambda at: at in near):
        if is_near:
            yield from (blocks[at] for at in group)
        else:
            yield (Run(Change.LEFT_OUT, str(len(list(group)))),)
