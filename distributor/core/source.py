"""What every format of a release is turned into before its structure is understood: neutral blocks and metadata.

The readers in `intake` make it; `core.structure` turns it into a `Release`. A line that ends inside a block stays as "\\n" in its
text, since an address or a contact is told by its lines.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

import regex

from distributor.core.embargo import Embargo
from distributor.core.ids import Language, ListName
from distributor.core.release import (
    Block,
    BulletList,
    Image,
    Paragraph,
    PressContact,
    SourceFormat,
    Span,
    Subheading,
    Text,
    plain,
)
from distributor.core.spoken import Spoken

#: How most words look.
_NO_LOOK = Span(text="")


class Kind(StrEnum):
    """What a block of the source is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST = "list"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceBlock:
    """One block of the source, in reading order."""

    kind: Kind
    #: Of a heading or paragraph.
    text: Text = ()
    #: Of a list.
    items: tuple[Text, ...] = ()
    is_ordered: bool = False
    #: Of a heading: 1 is the highest. 0 otherwise.
    level: int = 0
    #: Line of the source, from 1; 0 when the source has no lines.
    line: int = 0

    @property
    def words(self) -> str:
        """Return the text of a heading or paragraph without looks, lines joined; "" for a list."""
        return " ".join(plain(self.text).split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What the front matter says. None and empty: it does not say."""

    headline: str = ""
    subhead: str = ""
    language: Language | None = None
    city: str = ""
    date: date | None = None
    embargo: Embargo | None = None
    author: str = ""
    contacts: tuple[PressContact, ...] = ()
    hashtags: tuple[str, ...] = ()
    link: str = ""
    lists: tuple[ListName, ...] = ()
    images: tuple[Image, ...] = ()
    thread: tuple[str, ...] = ()
    languages: tuple[Language, ...] = ()
    boilerplate: tuple[SourceBlock, ...] = ()
    notes: tuple[SourceBlock, ...] = ()
    call_to_action: tuple[SourceBlock, ...] = ()
    #: As it stood in the text before everything had its key.
    embargo_line: str = ""
    end_mark: str = ""
    #: What the text leaves open, or would be heard wrongly.
    speakers: tuple[Spoken, ...] = ()
    #: Whether everything has its key, so that the text is the body alone and nothing is looked for in it.
    is_exact: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A release as read, before it is understood."""

    #: The file's name, for messages.
    name: str
    format: SourceFormat
    blocks: tuple[SourceBlock, ...]
    images: tuple[Image, ...] = ()
    metadata: Metadata = Metadata()
    #: The language that the document itself declares (HTML's lang).
    language: Language | None = None
    remarks: tuple[str, ...] = ()

    def where(self, line: int) -> str:
        """Return the place for a message: "release.md:4", or the file alone when it has no lines."""
        return f"{self.name}:{line}" if line else self.name


def tidy(text: Text, *, keep_lines: bool = False) -> Text:
    """Return the text with white space squeezed, without any at its ends, and neighbours of one look joined; spaces have no look.

    >>> tidy((Span(text=" One  "), Span(text=" two ")))
    (Span(text='One two', href=None, is_strong=False, is_emphasis=False),)
    >>> [span.text for span in tidy((Span(text="One ", is_strong=True), Span(text="two")))]
    ['One', ' two']
    """
    pattern, blank = (r"[ \t]+", " ") if keep_lines else (r"[ \t\n]+", " ")
    joined: list[Span] = []
    for span in (piece for whole in text for piece in _without_looks_at_ends(whole)):
        words = regex.sub(pattern, blank, span.text)
        if joined and joined[-1].text[-1:].isspace():
            words = words.lstrip(" ")
        if not joined:
            words = words.lstrip(" \n")
        if not words:
            continue
        if joined and replace(joined[-1], text="") == replace(span, text=""):
            joined[-1] = replace(span, text=joined[-1].text + words)
        else:
            joined.append(replace(span, text=words))
    return _without_blank_end(joined)


def _without_looks_at_ends(span: Span) -> Text:
    """Return the span, the white space at its ends as spans of no look: nobody sees whether a space is bold."""
    words = span.text.strip(" \t\n")
    if replace(span, text="") == _NO_LOOK or words == span.text:
        return (span,)
    before, _, after = span.text.partition(words) if words else (span.text, "", "")
    return tuple(piece for piece in (Span(text=before), replace(span, text=words), Span(text=after)) if piece.text)


def cut(text: Text, start: int, end: int | None = None) -> Text:
    """Return the part of the text between two positions of `plain(text)`, looks kept."""
    stop = len(plain(text)) if end is None else end
    parts: list[Span] = []
    at = 0
    for span in text:
        piece = span.text[max(start - at, 0) : max(stop - at, 0)]
        if piece:
            parts.append(replace(span, text=piece))
        at += len(span.text)
    return tuple(parts)


def lines_of(text: Text) -> tuple[Text, ...]:
    """Return the lines of the text, looks kept, blank ones left out."""
    lines: list[list[Span]] = [[]]
    for span in text:
        first, *others = span.text.split("\n")
        lines[-1].append(replace(span, text=first))
        lines += [[replace(span, text=other)] for other in others]
    return tuple(line for line in map(tidy, map(tuple, lines)) if line)


def to_block(block: SourceBlock) -> Paragraph | Subheading | BulletList:
    """Return the release's block for a block of the source."""
    match block.kind:
        case Kind.LIST:
            items = tuple(item for item in map(tidy, block.items) if item)
            return BulletList(items=items, is_ordered=block.is_ordered, line=block.line)
        case Kind.HEADING:
            return Subheading(text=tidy(block.text), line=block.line)
        case Kind.PARAGRAPH:
            return Paragraph(text=tidy(block.text), line=block.line)


def by_lines(blocks: Iterable[SourceBlock]) -> tuple[Block, ...]:
    """Return the release's blocks; lines of a paragraph become paragraphs, for each is a statement of its own."""
    return tuple(
        to_block(replace(block, text=line))
        for block in blocks
        for line in ((tidy(block.text),) if block.kind is not Kind.PARAGRAPH else lines_of(block.text))
    )


def _without_blank_end(spans: list[Span]) -> Text:
    while spans:
        words = spans[-1].text.rstrip(" \n")
        if words:
            return (*spans[:-1], replace(spans[-1], text=words))
        spans.pop()
    return ()
