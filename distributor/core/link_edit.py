"""The links of a release, one by one, and the release with other targets for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from distributor.core.errors import BadInput
from distributor.core.release import Block, BulletList, Release, Text, plain, texts_of
from distributor.core.source import tidy


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Words that lead somewhere; a link whose words have several looks is one."""

    words: str
    target: str


def links_in(release: Release) -> tuple[Link, ...]:
    """Return every link, in reading order."""
    return tuple(
        Link(words=plain(run), target=href)
        for block in release.all_blocks()
        for text in texts_of(block)
        for href, run in _runs(text)
        if href is not None
    )


def with_targets(release: Release, targets: Sequence[str]) -> Release:
    """Return the release with these targets, one for each of `links_in`; "" makes the words plain text.

    Raises:
        BadInput: there are more or fewer than links.
    """
    if len(targets) != len(links_in(release)):
        raise BadInput("The links are not those of this text.", where="links", remedy="Load the page anew, and mend them again.")
    left = iter(targets)
    return replace(
        release,
        body=_each(release.body, left),
        call_to_action=_each(release.call_to_action, left),
        notes=_each(release.notes, left),
        boilerplate=_each(release.boilerplate, left),
    )


def _each(blocks: Sequence[Block], left: Iterator[str]) -> tuple[Block, ...]:
    return tuple(_retargeted(block, lambda text: _with(text, left)) for block in blocks)


def _retargeted(block: Block, change: Callable[[Text], Text]) -> Block:
    if isinstance(block, BulletList):
        return replace(block, items=tuple(change(item) for item in block.items))
    return replace(block, text=change(block.text))


def _with(text: Text, left: Iterator[str]) -> Text:
    changed: list[Text] = []
    for href, run in _runs(text):
        target = href if href is None else (next(left) or None)
        changed.append(tuple(replace(span, href=target) for span in run))
    return tidy(tuple(span for run in changed for span in run))


def _runs(text: Text) -> Iterator[tuple[str | None, Text]]:
    return ((href, tuple(run)) for href, run in groupby(text, key=lambda span: span.href))
