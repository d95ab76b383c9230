"""What the templates of an e-mail write: the release in pieces, in reading order, with every decision about them taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from distributor.core.ids import Language
from distributor.core.message import Sender
from distributor.core.release import Block, BulletList, Image, Paragraph, PressContact, Release, Subheading, plain
from distributor.render.catalogue import primary
from distributor.render.moment import MomentWords, day_words, moment_words
from distributor.render.phrases import Phrases, direction_of, phrases_for
from distributor.render.plain_text import text_line, text_lines
from distributor.render.wording import (
    Run,
    joined_lines,
    link_target,
    mail_target,
    one_line,
    phone_target,
    runs_of,
    shortened,
)

#: Inboxes show about that much behind the subject.
_LONGEST_PREHEADER = 140
#: From this share of a paragraph's characters on, its quotations are what it is about.
_MOSTLY_QUOTED = 0.5


class Kind(StrEnum):
    """How a piece is set."""

    PARAGRAPH = "paragraph"
    QUOTATION = "quotation"
    HEADING = "heading"
    LIST = "list"
    NUMBERED = "numbered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One block of the release."""

    kind: Kind
    #: One per paragraph, several per list.
    texts: tuple[tuple[Run, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactCard:
    """A press contact with the targets that a tap opens, None where there is none."""

    name: str
    role: str
    email: str
    email_href: str | None
    phone: str
    phone_href: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """An image from the web. It may be missing without loss: the words beside it say what it shows."""

    url: str
    alt: str
    caption: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """The line above everything: until when nobody may publish, or that everybody may."""

    label: str
    #: None for immediate release.
    moment: MomentWords | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """An e-mail before it is HTML or plain text. No field holds a control character."""

    language: Language
    direction: Literal["ltr", "rtl"]
    phrases: Phrases
    phrases_direction: Literal["ltr", "rtl"]
    #: Whether the phrases are in another language than the release, so that they must be marked as such.
    is_foreign: bool
    sender_name: str
    #: The lines of the postal address.
    postal_lines: tuple[str, ...]
    preheader: str
    #: None when the release does not say whether there is an embargo: then nothing is claimed.
    band: Band | None
    headline: str
    subhead: str
    #: "Geneva, 23 November 2026", "" when there is none.
    dateline: str
    pictures: tuple[Picture, ...]
    body: tuple[Piece, ...]
    end_mark: str
    call_to_action: tuple[Piece, ...]
    notes: tuple[Piece, ...]
    #: "" when the boilerplate opens with a heading of its own, or there is none.
    boilerplate_title: str
    boilerplate: tuple[Piece, ...]
    contacts: tuple[ContactCard, ...]
    body_lines: tuple[str, ...]
    call_to_action_lines: tuple[str, ...]
    notes_lines: tuple[str, ...]
    boilerplate_lines: tuple[str, ...]


def letter_of(release: Release, *, sender: Sender, lift_at: datetime | None) -> Letter:
    """Return the release as a letter. `lift_at` is the instant at which it leaves, None when it is not decided yet.

    Raises:
        BadInput: the embargo's wall time does not exist or occurs twice.
    """
    phrases = phrases_for(release.language)
    return Letter(
        language=release.language,
        direction=direction_of(release.language),
        phrases=phrases,
        phrases_direction=direction_of(phrases.language),
        is_foreign=phrases.language != primary(release.language),
        sender_name=one_line(sender.name),
        postal_lines=tuple(joined_lines([sender.postal_address])),
        preheader=preheader_of(release),
        band=_band(release, phrases, lift_at),
        headline=one_line(release.headline),
        subhead=one_line(release.subhead),
        dateline=_dateline(release),
        pictures=tuple(picture for image in release.images if (picture := _picture(image))),
        body=_pieces(release.body),
        end_mark=one_line(release.end_mark),
        call_to_action=_pieces(release.call_to_action),
        notes=_pieces(release.notes),
        boilerplate_title=_boilerplate_title(release, phrases),
        boilerplate=_pieces(release.boilerplate),
        contacts=tuple(_card(contact) for contact in release.contacts),
        body_lines=_opened(text_lines(release.body), release),
        call_to_action_lines=tuple(text_lines(release.call_to_action)),
        notes_lines=tuple(text_lines(release.notes)),
        boilerplate_lines=tuple(text_lines(release.boilerplate)),
    )


def _band(release: Release, phrases: Phrases, lift_at: datetime | None) -> Band | None:
    if release.embargo is None:
        return None
    local = release.embargo.local
    instant = lift_at or release.embargo.lift_at()
    if local is None or instant is None:
        return Band(label=phrases.immediate_release, moment=None)
    # In the phrases' language, for label and moment are one sentence.
    language = release.language if phrases.language == primary(release.language) else phrases.language
    return Band(label=phrases.embargoed_until, moment=moment_words(instant, zone=local.zone, language=language))


def _dateline(release: Release) -> str:
    if release.dateline is None:
        return ""
    day = release.dateline.date
    pieces = (one_line(release.dateline.city), day_words(day, language=release.language) if day else "")
    comma = "، " if direction_of(release.language) == "rtl" and primary(release.language) != "he" else ", "
    return comma.join(piece for piece in pieces if piece)


def _boilerplate_title(release: Release, phrases: Phrases) -> str:
    return phrases.about if release.boilerplate and not isinstance(release.boilerplate[0], Subheading) else ""


def preheader_of(release: Release) -> str:
    """Return what inboxes show behind the subject."""
    first = next((block for block in release.body if isinstance(block, Paragraph)), None)
    return shortened(one_line(release.subhead) or (one_line(plain(first.text)) if first else ""), _LONGEST_PREHEADER)


def _picture(image: Image) -> Picture | None:
    url = link_target(image.url)
    if url is None or not url.startswith(("http:", "https:")):
        return None
    return Picture(url=url, alt=one_line(image.alt), caption=one_line(image.caption))


def _pieces(blocks: Sequence[Block]) -> tuple[Piece, ...]:
    return tuple(_piece(block) for block in blocks)


def _piece(block: Block) -> Piece:
    match block:
        case BulletList():
            kind = Kind.NUMBERED if block.is_ordered else Kind.LIST
            return Piece(kind=kind, texts=tuple(runs_of(item) for item in block.items))
        case Paragraph():
            kind = Kind.QUOTATION if _is_mostly_quoted(block) else Kind.PARAGRAPH
            return Piece(kind=kind, texts=(runs_of(block.text),))
        case _:
            return Piece(kind=Kind.HEADING, texts=(runs_of(block.text),))


def _is_mostly_quoted(paragraph: Paragraph) -> bool:
    quoted = sum(len(quotation.words) for quotation in paragraph.quotations)
    return quoted > 0 and quoted >= _MOSTLY_QUOTED * len(plain(paragraph.text))


def _card(contact: PressContact) -> ContactCard:
    email, phone = one_line(contact.email), one_line(contact.phone)
    return ContactCard(
        name=one_line(contact.name),
        role=one_line(contact.role),
        email=email,
        email_href=mail_target(email),
        phone=phone,
        phone_href=phone_target(phone),
    )


def _opened(lines: list[str], release: Release) -> tuple[str, ...]:
    """Return the lines of the body with the dateline before the first sentence, or above what is no paragraph."""
    dateline = _dateline(release)
    if not dateline:
        return tuple(lines)
    if release.body and isinstance(release.body[0], Paragraph):
        return (f"{dateline} – {text_line(release.body[0].text)}", *lines[1:])
    return (dateline, "", *lines)
