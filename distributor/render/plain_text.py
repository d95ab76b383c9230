"""The release as plain text that a reporter can paste: a line for a paragraph, link targets in parentheses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from distributor.core.release import Block, BulletList, Text
from distributor.render.wording import Run, one_line, runs_of

#: RFC 5322 §2.1.1: no line of a message may have more than 998 octets, without its line end.
LONGEST_LINE_BYTES: Final = 998


def text_lines(blocks: Sequence[Block]) -> list[str]:
    """Return the blocks as lines, one per paragraph or item, with an empty line between blocks."""
    lines: list[str] = []
    for block in blocks:
        lines += ["", *_lines_of(block)] if lines else _lines_of(block)
    return lines


def _lines_of(block: Block) -> list[str]:
    if not isinstance(block, BulletList):
        return [text_line(block.text)]
    marks = (f"{number}. " for number in range(1, len(block.items) + 1)) if block.is_ordered else ("- " for _ in block.items)
    return [mark + text_line(item) for mark, item in zip(marks, block.items, strict=True)]


def text_line(text: Text) -> str:
    """Return the text on one line, each link followed by its target unless it is the target already."""
    return one_line("".join(_with_target(run) for run in runs_of(text)))


def _with_target(run: Run) -> str:
    if run.href is None:
        return run.words
    shown = run.href.removeprefix("mailto:")
    is_shown_already = run.words.strip().rstrip("/") in {shown.rstrip("/"), shown.partition("://")[2].rstrip("/")}
    if is_shown_already:
        return run.words
    # The space that belongs to the sentence comes behind the target.
    words = run.words.rstrip()
    return f"{words} ({shown}){run.words[len(words) :]}"


def folded(text: str) -> str:
    """Return the text with lines that mail servers would refuse cut into shorter ones, at spaces where there are any."""
    return "\n".join(piece for line in text.split("\n") for piece in _folded_line(line))


def _folded_line(line: str) -> Iterator[str]:
    while len(line.encode()) > LONGEST_LINE_BYTES:
        head = line.encode()[:LONGEST_LINE_BYTES].decode(errors="ignore")
        at = head.rfind(" ")
        cut = at if at > 0 else len(head)
        yield line[:cut]
        line = line[cut:].removeprefix(" ")
    yield line
