"""Understand a release in which everything has its key: the text is the body alone, and nothing is looked for in it.

So is a release read that Distributor itself wrote out, and one from a form: what the officer has put right stays right.
"""

from __future__ import annotations

from datetime import datetime

from distributor.core.errors import BadInput
from distributor.core.language_of import language_said_or_guessed
from distributor.core.release import Dateline, Release
from distributor.core.source import Source, by_lines, to_block
from distributor.core.spoken import with_speakers

IS_OVER = "The embargo was over already when the release was taken in."


def as_said(source: Source, *, now: datetime) -> Release:
    """Return the release that the keys and the text give.

    Raises:
        BadInput: no headline, or no text.
    """
    said = source.metadata
    if not said.headline:
        raise BadInput("The release has no headline.", where="headline", remedy="Write it in one line.")
    if not source.blocks:
        raise BadInput(
            "The release has a headline and no text.", where="body", remedy="Write the text, each paragraph after a blank line."
        )
    body, spoken_remarks = with_speakers(tuple(to_block(block) for block in source.blocks), said.speakers)
    words = " ".join([said.headline, *(block.words for block in source.blocks)])
    language, language_remarks = language_said_or_guessed(said.language or source.language, words)
    lift_at = said.embargo.lift_at() if said.embargo else None
    return Release(
        headline=said.headline,
        language=language,
        body=body,
        subhead=said.subhead,
        dateline=Dateline(city=said.city, date=said.date) if said.city or said.date else None,
        embargo=said.embargo,
        embargo_line=said.embargo_line,
        end_mark=said.end_mark,
        call_to_action=by_lines(said.call_to_action),
        notes=by_lines(said.notes),
        boilerplate=by_lines(said.boilerplate),
        contacts=said.contacts,
        images=said.images or source.images,
        hashtags=said.hashtags,
        link=said.link,
        author=said.author,
        thread=said.thread,
        languages_wanted=said.languages,
        lists=said.lists,
        source_format=source.format,
        remarks=(
            *source.remarks, *((IS_OVER,) if lift_at is not None and lift_at <= now else ()), *language_remarks, *spoken_remarks
        ),
    )  # fmt: skip
