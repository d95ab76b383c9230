"""What of a release's words in quotation marks is a quotation, and whose: as it is heard, and as somebody has put it right.

Every pair of quotation marks in a paragraph is either a quotation, of somebody or of nobody named, or a term. Listening decides;
a person's word about a pair wins over it. A pair is told by its words, and words that stand several times by their order, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from distributor.core.quotation import marked_words, with_quotations
from distributor.core.release import Block, Paragraph, Quotation, plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """One pair of quotation marks."""

    #: What stands between the marks.
    words: str
    #: None: nobody is named.
    speaker: str | None = None
    #: False: a term in marks, which nobody speaks.
    is_quotation: bool = True

    @property
    def key(self) -> str:
        """Return the words as they are compared: kinds and runs of white space tell nothing."""
        return " ".join(self.words.split())


def spoken_in(blocks: Sequence[Block]) -> tuple[Spoken, ...]:
    """Return every pair of quotation marks in the paragraphs, in reading order, as the blocks have it."""
    return tuple(one for block in blocks if isinstance(block, Paragraph) for one in _of(block))


def with_speakers(blocks: Sequence[Block], said: Sequence[Spoken]) -> tuple[tuple[Block, ...], tuple[str, ...]]:
    """Return the blocks with their quotations as heard and as somebody said, and remarks on words that were not found."""
    heard = with_quotations(blocks)
    left = list(said)
    told = tuple(_told(block, left) if isinstance(block, Paragraph) else block for block in heard)
    remark = "A speaker was named for words that are not, or no longer, in quotation marks in the text."
    return told, (remark,) if left else ()


def to_be_said(blocks: Sequence[Block]) -> tuple[Spoken, ...]:
    """Return what must be said for the blocks to be heard as they are; nothing where listening is enough."""
    is_so, heard = spoken_in(blocks), spoken_in(with_quotations(blocks))
    other = {one.key for one, by_itself in zip(is_so, heard, strict=True) if one != by_itself}
    return tuple(one for one in is_so if one.key in other)


def _of(paragraph: Paragraph) -> list[Spoken]:
    waiting = list(paragraph.quotations)
    pairs = []
    for words in marked_words(plain(paragraph.text)):
        is_quotation = bool(waiting) and waiting[0].words == words
        speaker = waiting.pop(0).speaker if is_quotation else None
        pairs.append(Spoken(words=words, speaker=speaker, is_quotation=is_quotation))
    return pairs


def _told(paragraph: Paragraph, left: list[Spoken]) -> Paragraph:
    quotations = []
    for pair in _of(paragraph):
        said = next((one for one in left if one.key == pair.key), None)
        if said is not None:
            left.remove(said)
        taken = said or pair
        if taken.is_quotation:
            quotations.append(Quotation(words=pair.words, speaker=taken.speaker))
    return replace(paragraph, quotations=tuple(quotations))
