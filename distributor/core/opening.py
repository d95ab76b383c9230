"""The opening of a release: embargo line, headline, subhead, dateline. Each function takes its piece out of the blocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import regex

from distributor.core.dateline import FoundDateline, dated_line, only_date, undated_line
from distributor.core.embargo_line import is_embargo_line, is_only_a_moment, lacks_a_moment
from distributor.core.errors import BadInput
from distributor.core.release import Dateline, plain
from distributor.core.source import Kind, Source, SourceBlock, cut, lines_of, tidy

Blocks = tuple[SourceBlock, ...]

_LABEL = regex.compile(
    r"^\W*(?:(?:press|media|news)\s+(?:release|statement)|communiqué\s+de\s+presse|(?:nota|comunicado)\s+de\s+prensa"
    r"|(?:presse|medien)mitteilung)\W*$",
    regex.IGNORECASE,
)
_LONGEST_HEADLINE = 300
#: A first paragraph that is longer and ends like a sentence is text, not a headline.
_LONGEST_SENTENCE = 150
_LONGEST_SUBHEAD = 250
_NEAR_THE_TOP = 6
#: Lines that follow each other are joined up to this length; three languages need some 300 characters.
_LONGEST_EMBARGO = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbargoLine:
    """The embargo as it stands in the text; lines that follow each other are one."""

    words: str
    line: int


def without_labels(blocks: Blocks) -> Blocks:
    """Return the blocks without the empty ones at the top and those that only say "Press release"."""
    top = [block for block in blocks[:_NEAR_THE_TOP] if not _LABEL.match(block.words) and (block.words or block.items)]
    return (*top, *blocks[_NEAR_THE_TOP:])


def take_embargo_lines(blocks: Blocks) -> tuple[tuple[EmbargoLine, ...], Blocks]:
    """Return the embargo lines, wherever they stand, and the other blocks."""
    found: list[EmbargoLine] = []
    others: list[SourceBlock] = []
    was_embargo = False
    for block in _unfolded(blocks):
        words = block.words
        is_sequel = was_embargo and bool(words) and lacks_a_moment(found[-1].words) and is_only_a_moment(words)
        if block.kind is Kind.LIST or not (is_sequel or is_embargo_line(words)):
            others.append(block)
            was_embargo = False
        elif was_embargo and len(found[-1].words) < _LONGEST_EMBARGO:
            found[-1] = replace(found[-1], words=f"{found[-1].words} {words}")
        else:
            found.append(EmbargoLine(words=words, line=block.line))
            was_embargo = True
    return tuple(found), tuple(others)


def take_headline(source: Source, blocks: Blocks) -> tuple[str, Blocks]:
    """Return the headline and the other blocks. The front matter's headline replaces a heading at the top.

    Raises:
        BadInput: there is none.
    """
    wanted = source.metadata.headline
    at = next((n for n, block in enumerate(blocks[:4]) if block.kind is Kind.HEADING and block.level == 1 and block.words), 0)
    block = blocks[at] if blocks else None
    if wanted:
        is_double = block is not None and (block.level == 1 or block.words.casefold() == wanted.casefold())
        return wanted, blocks[:at] + blocks[at + 1 :] if is_double else blocks
    if block is None or not _is_headline(block):
        raise BadInput(
            "The release has no headline.",
            where=source.where(block.line if block else 0),
            remedy='Put the headline on a line of its own above the text, or write "headline:" in the front matter.',
        )
    return block.words, blocks[:at] + blocks[at + 1 :]


def take_subhead(body: Blocks) -> tuple[str, Blocks]:
    """Return the subhead, "" if there is none, and the other blocks.

    A heading under the headline is one; so is a paragraph before the dateline's, or a short one that ends like no sentence.
    """
    if not body or body[0].kind is Kind.LIST or _dateline_at(body) == 0:
        return "", body
    first, rest = body[0], body[1:]
    if only_date(first.words) is not None:
        return "", body
    is_above_dateline = _dateline_at(body) is not None
    is_like_one = len(first.words) <= _LONGEST_SUBHEAD and first.words[-1:] not in {".", "”", '"', "»", ":"} and bool(rest)
    if first.kind is Kind.HEADING or (is_above_dateline and len(first.words) <= _LONGEST_SUBHEAD) or is_like_one:
        return first.words, rest
    return "", body


def take_dateline(source: Source, body: Blocks) -> tuple[Dateline | None, Blocks]:
    """Return the dateline, cut off the paragraph it opens; what the front matter says about it wins.

    Raises:
        BadInput: its date can be read in two ways or does not exist.
    """
    day, body = _take_date(source, body)
    at = _dateline_at(body)
    found: FoundDateline | None = None
    if at is not None:
        found = _of(source, body[at])
    elif body and body[0].kind is Kind.PARAGRAPH:
        at, found = 0, undated_line(body[0].words)
    city = source.metadata.city or (found.dateline.city if found else "")
    issued = source.metadata.date or (found.dateline.date if found else None) or day
    if found is not None and at is not None:
        rest = cut(tidy(body[at].text), found.end)
        body = (*body[:at], *((replace(body[at], text=tidy(rest)),) if plain(rest).strip() else ()), *body[at + 1 :])
    return (Dateline(city=city, date=issued) if city or issued else None), body


def _take_date(source: Source, body: Blocks) -> tuple[date | None, Blocks]:
    """Take out a line near the top that holds a date and nothing else."""
    for at, block in enumerate(body[:2]):
        try:
            day = only_date(block.words)
        except BadInput as error:
            raise BadInput(error.problem, where=source.where(block.line), remedy=error.remedy) from error
        if day is not None:
            return day, body[:at] + body[at + 1 :]
    return None, body


def _dateline_at(body: Sequence[SourceBlock]) -> int | None:
    for at, block in enumerate(body[:_NEAR_THE_TOP]):
        try:
            if block.kind is not Kind.LIST and dated_line(block.words):
                return at
        except BadInput:
            return at
    return None


def _of(source: Source, block: SourceBlock) -> FoundDateline | None:
    try:
        return dated_line(block.words)
    except BadInput as error:
        raise BadInput(error.problem, where=source.where(block.line), remedy=error.remedy) from error


def _is_headline(block: SourceBlock) -> bool:
    words = block.words
    if block.kind is Kind.LIST or not words or len(words) > _LONGEST_HEADLINE or _dateline_at([block]) is not None:
        return False
    return block.kind is Kind.HEADING or len(words) <= _LONGEST_SENTENCE or not words.endswith(".")


def _unfolded(blocks: Blocks) -> Blocks:
    """Return the blocks, with each of several lines that holds an embargo line cut into its lines."""
    return tuple(
        piece
        for block in blocks
        for piece in (_lines(block) if any(is_embargo_line(plain(line)) for line in lines_of(block.text)) else (block,))
    )


def _lines(block: SourceBlock) -> Blocks:
    return tuple(replace(block, text=line) for line in lines_of(block.text))
