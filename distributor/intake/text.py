"""Plain text as pasted from a word processor, with Markdown's links and bold if there are any.

A blank line ends a paragraph. Lines without a blank one between them are one paragraph if they look as if an editor had broken
them, and paragraphs of their own otherwise, as a word processor pastes them.
"""

from __future__ import annotations

from collections.abc import Iterator

import regex
from markdown_it import MarkdownIt
from markdown_it.token import Token

from distributor.core.embargo_line import is_embargo_line
from distributor.core.release import SourceFormat
from distributor.core.source import Kind, Metadata, Source, SourceBlock
from distributor.intake.inline import Inline, is_wrapped

_BULLET = regex.compile(r"^\s{0,8}(?:[-*•·▪◦‣o–]|(?P<number>\d{1,2}[.)]))\s+(?=\S)")
_WIDEST = 100
#: Line numbers and lines of one piece of the text.
_Lines = list[tuple[int, str]]


def read_text(text: str, *, name: str, metadata: Metadata, first_line: int = 1) -> Source:
    """Return the blocks of a plain text whose first line has the given number."""
    inline = Inline()
    # Only looks are read: a line that begins with "#" or ">" is what it says.
    markdown = MarkdownIt("zero").enable(["link", "emphasis"])
    _take_every_target(markdown)
    blocks = tuple(_block(lines, markdown, inline) for chunk in _chunks(text, first_line) for lines in _pieces(chunk))
    return Source(
        name=name, format=SourceFormat.TEXT, blocks=blocks, metadata=metadata, remarks=tuple(dict.fromkeys(inline.remarks))
    )


def _take_every_target(markdown: MarkdownIt) -> None:
    """Let the reader hand over targets as written: what may be a link is decided, and told, in `Inline`."""
    markdown.validateLink = lambda url: True  # type: ignore[method-assign]  # the library's own documented hook
    markdown.normalizeLink = lambda url: url  # type: ignore[method-assign]  # the library's own documented hook


def _chunks(text: str, first_line: int) -> Iterator[_Lines]:
    chunk: _Lines = []
    for number, line in enumerate(text.split("\n"), start=first_line):
        if line.strip():
            chunk.append((number, line))
        elif chunk:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _pieces(chunk: _Lines) -> Iterator[_Lines]:
    """Cut a chunk into paragraphs and lists."""
    run: _Lines = []
    for number, line in chunk:
        is_alone = is_embargo_line(line)
        if (
            run
            and (is_alone or _is_item(line) != _is_item(run[0][1]))
            and not (_is_item(run[0][1]) and line.startswith((" ", "\t")))
        ):
            yield from _paragraphs(run)
            run = []
        run.append((number, line))
        if is_alone:
            yield run
            run = []
    if run:
        yield from _paragraphs(run)


def _paragraphs(run: _Lines) -> Iterator[_Lines]:
    lines = [line for _, line in run]
    if _is_item(lines[0]) or (max(map(len, lines)) <= _WIDEST and is_wrapped(lines)):
        yield run
    else:
        yield from ([pair] for pair in run)


def _is_item(line: str) -> bool:
    return _BULLET.match(line) is not None


def _block(lines: _Lines, markdown: MarkdownIt, inline: Inline) -> SourceBlock:
    number = lines[0][0]
    bullet = _BULLET.match(lines[0][1])
    if bullet is None:
        words = " ".join(line.strip() for _, line in lines)
        return SourceBlock(kind=Kind.PARAGRAPH, text=inline.read(_tokens(markdown, words), line=number), line=number)
    items: list[str] = []
    for _, line in lines:
        if _is_item(line):
            items.append(_BULLET.sub("", line).strip())
        else:
            items[-1] = f"{items[-1]} {line.strip()}"
    return SourceBlock(
        kind=Kind.LIST,
        items=tuple(inline.read(_tokens(markdown, item), line=number) for item in items),
        is_ordered=bullet["number"] is not None,
        line=number,
    )


def _tokens(markdown: MarkdownIt, words: str) -> list[Token]:
    return [child for token in markdown.parseInline(words) for child in token.children or []]
