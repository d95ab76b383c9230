"""A press release as the desk understands it: values only, one immutable revision.

Everything that `intake` recognises and everything that `checks`, `thread` and `render` read is here.
Text is a sequence of spans, never markup: a renderer escapes it, so that text cannot become markup.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from distributor.core.embargo import Embargo
from distributor.core.ids import Language, ListName


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A run of text with one look. `href` is the link target exactly as written, also when it leads nowhere."""

    text: str
    href: str | None = None
    is_strong: bool = False
    is_emphasis: bool = False


#: One paragraph's or item's text, in reading order.
Text = tuple[Span, ...]


def plain(text: Text) -> str:
    """Return the words without their looks.

    >>> plain((Span(text="One "), Span(text="two", is_strong=True)))
    'One two'
    """
    return "".join(span.text for span in text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotation:
    """Somebody's words inside a paragraph, verbatim."""

    #: The words without the quotation marks around them.
    words: str
    #: The speaker's full name as the release gives it, None when nobody is named.
    speaker: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    text: Text
    #: The quotations in this paragraph, in order; their words are substrings of `plain(text)`.
    quotations: tuple[Quotation, ...] = ()
    #: Line of the source on which the paragraph starts, from 1; 0 when the source has no lines.
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Subheading:
    text: Text
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BulletList:
    items: tuple[Text, ...]
    is_ordered: bool = False
    line: int = 0


Block = Paragraph | Subheading | BulletList


@dataclass(frozen=True, slots=True, kw_only=True)
class Dateline:
    """Where and when the release says that it was issued."""

    city: str
    date: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PressContact:
    """Somebody whom a reporter can reach. At least one of e-mail and phone is set."""

    name: str
    role: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    url: str
    #: What the picture shows, for those who cannot see it; empty fails a check.
    alt: str = ""
    caption: str = ""


class SourceFormat(StrEnum):
    """How the release came in."""

    MARKDOWN = "markdown"
    TEXT = "text"
    DOCX = "docx"
    HTML = "html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One revision of a press release. Body blocks exclude what has a field of its own."""

    headline: str
    language: Language
    body: tuple[Block, ...]
    subhead: str = ""
    dateline: Dateline | None = None
    #: None when neither the text nor the metadata says; then the lift must be given when scheduling.
    embargo: Embargo | None = None
    #: The embargo line exactly as it stood in the text ("" when there was none).
    embargo_line: str = ""
    #: The mark that closed the text ("Ends", "###", "-30-"), "" when there was none.
    end_mark: str = ""
    call_to_action: tuple[Block, ...] = ()
    notes: tuple[Block, ...] = ()
    boilerplate: tuple[Block, ...] = ()
    contacts: tuple[PressContact, ...] = ()
    images: tuple[Image, ...] = ()
    #: Without "#".
    hashtags: tuple[str, ...] = ()
    #: The one link that threads close with; "" means: the first working link of the call to action or body.
    link: str = ""
    #: Who wrote it; the two-person rule compares approvers with this name.
    author: str = ""
    #: Parts of the thread written by hand, in order; empty means that the thread is composed.
    thread: tuple[str, ...] = ()
    #: Languages that must be there before approval; the release's own language is always.
    languages_wanted: tuple[Language, ...] = ()
    #: Lists that the officer already named in the front matter.
    lists: tuple[ListName, ...] = ()
    source_format: SourceFormat = SourceFormat.MARKDOWN
    #: What intake was unsure about or left out, one sentence each, to show the officer.
    remarks: tuple[str, ...] = field(default=())

    def all_blocks(self) -> tuple[Block, ...]:
        """Return every block that a reader sees, in reading order."""
        return (*self.body, *self.call_to_action, *self.notes, *self.boilerplate)

    def links(self) -> tuple[tuple[str, str, int], ...]:
        """Return (words, target, line) of every link, in reading order."""
        return tuple(
            (span.text, span.href, block.line)
            for block in self.all_blocks()
            for text in texts_of(block)
            for span in text
            if span.href is not None
        )


def texts_of(block: Block) -> tuple[Text, ...]:
    """Return the block's own text, or those of its items."""
    return block.items if isinstance(block, BulletList) else (block.text,)
