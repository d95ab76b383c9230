"""Understand a release: neutral blocks and front matter in, a `Release` out.

The front matter wins over the text. Where both speak about the embargo and disagree, both stay visible: `Release.embargo` is the
front matter's, `Release.embargo_line` the text's, and a check compares them. Whatever was read in a way that the officer may
not expect is a remark. Nothing of the text is lost: a line that no part claims ends up in the notes.
"""

from __future__ import annotations

from datetime import date, datetime

import regex

from distributor.core.contact_lines import contacts_in
from distributor.core.embargo import Embargo
from distributor.core.embargo_line import embargo_in_line
from distributor.core.errors import BadInput, must_be_aware
from distributor.core.exact import IS_OVER, as_said
from distributor.core.language_of import language_said_or_guessed
from distributor.core.opening import (
    EmbargoLine,
    take_dateline,
    take_embargo_lines,
    take_headline,
    take_subhead,
    without_labels,
)
from distributor.core.release import Block, Paragraph, PressContact, Release, plain
from distributor.core.section import Parts, divide
from distributor.core.source import Kind, Source, SourceBlock, by_lines, lines_of, to_block
from distributor.core.spoken import with_speakers

_ORGANISATION = r"\p{Lu}[\p{L}’'&.-]*(?:\s+(?:(?:of|for|to|and|the|de|des|du|la|para|y|für|und|der)\s+){0,2}\p{Lu}[\p{L}’'&.-]*)*"
_DESCRIBES = regex.compile(
    rf"^(?:The\s+|La\s+|Le\s+|El\s+|Die\s+|Der\s+|Das\s+)?(?P<name>{_ORGANISATION})\s*(?:\([^)]*\))?,?\s+"
    r"(?:(?P<plain>is\s+(?:an?|the)|are|has\s+been|est|es\s+una?|ist\s+eine?)|works?|was\s+(?:founded|established|created|set\s+up)|unites"
    r"|brings\s+together|campaigns|provides|operates|supports|promotes|seeks|aims|œuvre|travaille|regroupe|trabaja|reúne|arbeitet"
    r"|setzt\s+sich)\b"
)
#: A release has at least this many blocks of text before the one that describes its sender.
_FEWEST_BLOCKS = 3


def understand(source: Source, *, now: datetime) -> Release:
    """Return the release that the source holds.

    Raises:
        BadInput: no headline, no text, or an embargo line that must be asked about; `where` names the file and the line.
    """
    must_be_aware(now, name="now")
    metadata = source.metadata
    if metadata.is_exact:
        return as_said(source, now=now)
    lines, blocks = take_embargo_lines(without_labels(source.blocks))
    headline, blocks = take_headline(source, without_labels(blocks))
    parts = divide(blocks)
    subhead, body = take_subhead(parts.body)
    dateline, body = take_dateline(source, body)
    embargo, embargo_remarks = _embargo(source, lines, issued=dateline.date if dateline else None, now=now)
    body, boilerplate, boilerplate_remarks = _boilerplate(source, parts, body)
    if not body:
        raise BadInput(
            "The release has a headline and no text below it.",
            where=source.name,
            remedy="Add the text, each paragraph after a blank line.",
        )
    contacts, rest = _contacts(parts)
    words = " ".join([headline, *(block.words for block in body)])
    language, language_remarks = language_said_or_guessed(metadata.language or source.language, words)
    spoken_body, spoken_remarks = with_speakers(tuple(to_block(block) for block in body), metadata.speakers)
    return Release(
        headline=headline,
        language=language,
        body=spoken_body,
        subhead=metadata.subhead or subhead,
        dateline=dateline,
        embargo=embargo,
        embargo_line=lines[0].words if lines else metadata.embargo_line,
        end_mark=parts.end_mark or metadata.end_mark,
        call_to_action=by_lines(metadata.call_to_action or parts.call_to_action),
        notes=(*by_lines(metadata.notes or parts.notes), *rest),
        boilerplate=by_lines(boilerplate),
        contacts=metadata.contacts or contacts,
        images=metadata.images or source.images,
        hashtags=metadata.hashtags or parts.hashtags,
        link=metadata.link,
        author=metadata.author,
        thread=metadata.thread,
        languages_wanted=metadata.languages,
        lists=metadata.lists,
        source_format=source.format,
        remarks=(*source.remarks, *embargo_remarks, *boilerplate_remarks, *language_remarks, *spoken_remarks),
    )


def _embargo(
    source: Source, lines: tuple[EmbargoLine, ...], *, issued: date | None, now: datetime
) -> tuple[Embargo | None, tuple[str, ...]]:
    chosen = source.metadata.embargo
    if chosen is None and lines:
        read = [_read(source, line, issued) for line in lines]
        if len({embargo.lift_at() for embargo in read}) > 1:
            raise BadInput(
                "The text holds embargo lines that mean different instants.",
                where=source.where(lines[1].line),
                remedy="Leave one of them, or write the embargo in the front matter.",
            )
        chosen = read[0]
    lift_at = chosen.lift_at() if chosen else None
    is_over = lift_at is not None and lift_at <= now
    return chosen, (IS_OVER,) if is_over else ()


def _read(source: Source, line: EmbargoLine, issued: date | None) -> Embargo:
    try:
        return embargo_in_line(line.words, release_date=issued)
    except BadInput as error:
        raise BadInput(error.problem, where=source.where(line.line), remedy=error.remedy) from error


def _boilerplate(
    source: Source, parts: Parts, body: tuple[SourceBlock, ...]
) -> tuple[tuple[SourceBlock, ...], tuple[SourceBlock, ...], tuple[str, ...]]:
    """Return the body, the boilerplate, and a remark when a paragraph was taken for it that nothing marks as such."""
    if source.metadata.boilerplate or parts.boilerplate:
        return body, source.metadata.boilerplate or parts.boilerplate, ()
    if len(body) < _FEWEST_BLOCKS or not _describes_sender(body[-1], body[:-1]):
        return body, (), ()
    return body[:-1], body[-1:], ("The last paragraph describes an organisation and was taken for the boilerplate.",)


def _describes_sender(block: SourceBlock, before: tuple[SourceBlock, ...]) -> bool:
    match = _DESCRIBES.match(block.words) if block.kind is Kind.PARAGRAPH else None
    if match is None or regex.search(r"[“”\"«»„]", block.words):
        return False
    name = match["name"]
    # "Russia is a …" describes a country: a single word that is no acronym needs a verb that only organisations have.
    is_compound = sum(letter.isupper() for letter in name) > 1
    return (is_compound or not match["plain"]) and any(name in earlier.words for earlier in before)


def _contacts(parts: Parts) -> tuple[tuple[PressContact, ...], tuple[Block, ...]]:
    """Return the press contacts, and as notes the lines among them that say something else."""
    lines = [(line, block.line) for block in parts.contacts for line in (block.items or lines_of(block.text))]
    found = contacts_in(line for line, _ in lines)
    numbers = {plain(line): number for line, number in lines}
    return found.contacts, tuple(Paragraph(text=line, line=numbers.get(plain(line), 0)) for line in found.rest)
