"""Markdown -> neutral blocks."""

from __future__ import annotations

from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token

from distributor.core.release import Image, SourceFormat, Span, Text
from distributor.core.source import Kind, Metadata, Source, SourceBlock
from distributor.intake.html import html_blocks
from distributor.intake.inline import Inline, is_wrapped
from distributor.intake.link_target import with_bare_links


def read_markdown(text: str, *, name: str, metadata: Metadata, first_line: int = 1) -> Source:
    """Return the blocks of a Markdown text whose first line has the given number."""
    walk = _walk(text, first_line)
    return Source(
        name=name,
        format=SourceFormat.MARKDOWN,
        blocks=tuple(walk.blocks),
        images=(*walk.inline.images, *walk.more_images),
        metadata=metadata,
        remarks=tuple(dict.fromkeys(walk.inline.remarks)),
    )


def markdown_blocks(text: str, *, first_line: int) -> tuple[SourceBlock, ...]:
    """Return the blocks of a piece of Markdown, such as the front matter's notes."""
    return tuple(_walk(text, first_line).blocks)


@dataclass(slots=True)
class _Walk:
    """Goes through the tokens once; a list gathers its items, also those of lists inside it, until it ends."""

    first_line: int
    inline: Inline = field(default_factory=Inline)
    blocks: list[SourceBlock] = field(default_factory=list)
    more_images: list[Image] = field(default_factory=list)
    heading: int = 0
    lists: list[bool] = field(default_factory=list)
    items: list[Text] = field(default_factory=list)
    list_line: int = 0

    def take(self, token: Token) -> None:
        line = self.first_line + (token.map[0] if token.map else 0)
        match token.type:
            case "heading_open" | "heading_close":
                self.heading = int(token.tag[1:]) if token.nesting > 0 else 0
            case "bullet_list_open" | "ordered_list_open":
                self._open_list(line, is_ordered=token.type == "ordered_list_open")
            case "bullet_list_close" | "ordered_list_close":
                self._close_list()
            case "list_item_open":
                self.items.append(())
            case "inline":
                self._text(token, line)
            case "html_block" | "fence" | "code_block":
                self._verbatim(token, line)

    def _open_list(self, line: int, *, is_ordered: bool) -> None:
        if not self.lists:
            self.items, self.list_line = [], line
        self.lists.append(is_ordered)

    def _close_list(self) -> None:
        is_ordered = self.lists.pop()
        if not self.lists:
            items = tuple(item for item in self.items if item)
            if items:
                self.blocks.append(SourceBlock(kind=Kind.LIST, items=items, is_ordered=is_ordered, line=self.list_line))

    def _text(self, token: Token, line: int) -> None:
        soft_break = " " if is_wrapped(token.content.split("\n")) else "\n"
        self._add(self.inline.read(token.children or [], line=line, soft_break=soft_break), line)

    def _add(self, text: Text, line: int) -> None:
        if self.lists:
            self.items[-1] = (*self.items[-1], Span(text="\n"), *text) if self.items[-1] else text
        elif self.heading:
            self.blocks.append(SourceBlock(kind=Kind.HEADING, text=text, level=self.heading, line=line))
        elif text:
            self.blocks.append(SourceBlock(kind=Kind.PARAGRAPH, text=text, line=line))

    def _verbatim(self, token: Token, line: int) -> None:
        if token.type != "html_block":
            self._add(with_bare_links((Span(text=token.content),)), line)
            return
        part = html_blocks(token.content, first_line=line)
        self.blocks += part.blocks
        self.more_images += part.images
        self.inline.remarks += [f"Line {line}: HTML inside the text was read for its words only.", *part.remarks]


def _walk(text: str, first_line: int) -> _Walk:
    markdown = MarkdownIt("commonmark")
    markdown.validateLink = lambda url: True  # type: ignore[method-assign]  # what may be a link is decided, and told, in `Inline`
    markdown.normalizeLink = lambda url: url  # type: ignore[method-assign]  # targets stay as written
    walk = _Walk(first_line=first_line)
    for token in markdown.parse(text):
        walk.take(token)
    return walk
