"""Blocks of a release -> Markdown that is read back as the same blocks.

Each block is written as a person would write it, and read again at once. Where that gives something else (an emphasis that ends
within a word, a link that begins with a space) it is written with every mark and edge as an entity, which is read as meant.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from enum import IntEnum
from itertools import groupby, pairwise

import regex

from distributor.core.release import Block, BulletList, Paragraph, Span, Subheading, Text
from distributor.core.source import to_block
from distributor.intake.markdown import markdown_blocks


class _Care(IntEnum):
    """How much of the text is written otherwise than it reads."""

    #: As people write; a bare address stays one.
    PLAIN = 0
    #: A bare address is written as a link.
    LINKED = 1
    #: Every mark, and both edges of each look, are entities.
    STRICT = 2


#: What Markdown would take for itself within a line, and at its beginning.
_MARKS = regex.compile(r"[\\`*\[\]<]|&(?=#|\w+;)|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])")
_OPENING = regex.compile(r"^(?P<before>\d{0,9})(?P<mark>#(?=#{0,5}(?:\s|$))|>|[-+](?=[\s-]|$)|~(?=~~)|(?<=\d)[.)](?=\s|$))")
_TRAILING_HASH = regex.compile(r"#$")
_LINE_ENDS = regex.compile("[\u2028\u2029\u0085]")
_EDGES = regex.compile(r"^\s|\s$")
_NOT_PLAIN = regex.compile(r"[^\p{L}\p{N} ,;’‘“”«»„–—]")
_TARGET = regex.compile(r"[^\p{L}\p{N}:/?=.,;@%+~#!$'&_-]|&(?=[#\w]*;)")


def markdown_of(blocks: Sequence[Block]) -> str:
    """Return the blocks as Markdown, each after a blank line; no line end at the end."""
    return "\n\n".join(_careful(block, mark) for block, mark in zip(blocks, _list_marks(blocks), strict=True))


def inline_of(text: Text) -> str:
    """Return one line of text as Markdown."""
    return _careful(Paragraph(text=text), "-")


def _list_marks(blocks: Sequence[Block]) -> Iterator[str]:
    """Return the mark of each block if it is a list: neighbours with one mark would be read as one list."""
    mark = "-"
    for before, block in pairwise([None, *blocks]):
        follows_its_like = isinstance(before, BulletList) and isinstance(block, BulletList) and _is_alike(before, block)
        mark = {"-": "*", "*": "-"}[mark] if follows_its_like else "-"
        yield mark


def _is_alike(one: BulletList, other: BulletList) -> bool:
    return one.is_ordered == other.is_ordered


def _careful(block: Block, mark: str) -> str:
    written = ""
    for care in _Care:
        written = _write(block, mark, care)
        if _reads_as(written, block):
            break
    return written


def _reads_as(written: str, block: Block) -> bool:
    read = tuple(to_block(one) for one in markdown_blocks(written, first_line=0))
    meant = replace(block, quotations=()) if isinstance(block, Paragraph) else block
    return [replace(one, line=0) for one in read] == [replace(meant, line=0)]


def _write(block: Block, mark: str, care: _Care) -> str:
    match block:
        case Paragraph():
            return _opened(_line(block.text, care))
        case Subheading():
            return f"## {_TRAILING_HASH.sub(chr(92) + '#', _line(block.text, care))}".rstrip()
        case BulletList():
            close = "." if mark == "-" else ")"
            marks = [f"{number}{close}" if block.is_ordered else mark for number in range(1, len(block.items) + 1)]
            return "\n".join(f"{one} {_opened(_line(item, care))}" for one, item in zip(marks, block.items, strict=True))


def _opened(line: str) -> str:
    """Return the line so that its beginning opens nothing but a paragraph."""
    return _OPENING.sub(lambda found: f"{found['before']}\\{found['mark']}", line)


def _line(text: Text, care: _Care) -> str:
    return "".join(_linked(href, tuple(run), care) for href, run in groupby(text, key=lambda span: span.href))


def _linked(href: str | None, text: Text, care: _Care) -> str:
    if href is None:
        return _strong(text, care)
    if care is _Care.PLAIN and len(text) == 1 and text[0].text == href:
        return _wrapped(href, text[0])
    return f"[{_strong(text, care)}]({_target(href)})"


def _target(href: str) -> str:
    written = _TARGET.sub(lambda found: _entity(found[0]), href)
    return written if written and "&" not in written else f"<{written}>"


def _strong(text: Text, care: _Care) -> str:
    return "".join(
        f"**{_emphasis(tuple(run), care)}**" if is_strong else _emphasis(tuple(run), care)
        for is_strong, run in groupby(text, key=lambda span: span.is_strong)
    )


def _emphasis(text: Text, care: _Care) -> str:
    return "".join(f"_{_words(span.text, care)}_" if span.is_emphasis else _words(span.text, care) for span in text)


def _wrapped(words: str, look: Span) -> str:
    """Return words that are written as they are, in their look."""
    emphasised = f"_{words}_" if look.is_emphasis else words
    return f"**{emphasised}**" if look.is_strong else emphasised


def _words(words: str, care: _Care) -> str:
    if care is _Care.STRICT:
        inner = _NOT_PLAIN.sub(lambda found: _entity(found[0]), words[1:-1])
        return _entities(words[:1]) + inner + _entities(words[-1:] if len(words) > 1 else "")
    escaped = _MARKS.sub(r"\\\g<0>", words)
    return _EDGES.sub(_edge, _LINE_ENDS.sub(lambda found: _entity(found[0]), escaped))


def _edge(found: regex.Match[str]) -> str:
    # A plain space at an edge may stand between two looks; at the line's own edges there is none.
    return found[0] if found[0] == " " else _entity(found[0])


def _entities(characters: Iterable[str]) -> str:
    return "".join(map(_entity, characters))


def _entity(character: str) -> str:
    return f"&#x{ord(character):X};"
