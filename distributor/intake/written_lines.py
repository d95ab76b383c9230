"""A release with the lines on which its blocks stand in the text that is shown of it, so that "line 35" is found there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from distributor.core.errors import BadInput
from distributor.core.release import Block, Release
from distributor.intake.read import read_release_bytes


def with_lines_of(text: str, release: Release, *, now: datetime) -> Release:
    """Return the release with the lines of `text`, which is how it is written out.

    Where the text is not read as this release (an address that was taken in and is none) the lines stay as they are.
    """
    try:
        read = read_release_bytes(text.encode(), name="text", now=now)
    except BadInput:
        return release
    return replace(
        release,
        body=_placed(release.body, read.body),
        call_to_action=_placed(release.call_to_action, read.call_to_action),
        notes=_placed(release.notes, read.notes),
        boilerplate=_placed(release.boilerplate, read.boilerplate),
    )


def _placed(blocks: Sequence[Block], read: Sequence[Block]) -> tuple[Block, ...]:
    if len(blocks) != len(read):
        return tuple(blocks)
    return tuple(replace(block, line=one.line) for block, one in zip(blocks, read, strict=True))
