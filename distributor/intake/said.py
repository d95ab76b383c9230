"""Keys with their values, as a form sends them -> a release, or a release with some of them put right.

It is the front matter's own reader, without a file around it: what is wrong is told with the name of the key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Final

from distributor.core.errors import BadInput
from distributor.core.exact import IS_OVER, as_said
from distributor.core.link_edit import with_targets
from distributor.core.release import Block, Dateline, Release
from distributor.core.source import Metadata, Source, SourceBlock, by_lines, to_block
from distributor.core.spoken import to_be_said, with_speakers
from distributor.intake.characters import normal_lines, refuse_characters
from distributor.intake.front_matter import Value
from distributor.intake.link_target import is_allowed
from distributor.intake.markdown import read_markdown
from distributor.intake.metadata import metadata_from
from distributor.intake.read import refuse_in_blocks, refuse_text
from distributor.intake.write import BODY, Said, keys_of

#: As much as the front matter may hold.
_LONGEST = 64_000


def release_said(keys: Mapping[str, Said], *, now: datetime) -> Release:
    """Return the release that the keys and the text under `BODY` give.

    Raises:
        BadInput: something is missing or cannot be; `where` is the key, for the text with its line.
    """
    return as_said(replace(_source(keys), metadata=_metadata(keys)), now=now)


def amended(release: Release, keys: Mapping[str, Said], *, now: datetime) -> Release:
    """Return the release with what these keys say in place of what it said; all else stays as it is.

    Words whose speaker was put right keep that speaker when the text around them changes.

    Raises:
        BadInput: something cannot be; `where` is the key, for the text with its line.
    """
    if {"city", "date"} & set(keys):
        # The two are one thing in a release; whoever names one leaves the other as it is.
        now_said = keys_of(release)
        keys = {"city": now_said["city"], "date": now_said["date"], **keys}
    said = _metadata(keys)
    changed = release
    for key in keys:
        if key == BODY:
            changed = _with_body(changed, _source(keys))
        elif key in _PUT:
            changed = _PUT[key](changed, said)
        else:
            raise BadInput("There is no such key.", where=key[:40], remedy=f"Known are {', '.join((BODY, *_PUT))}.")
    if not changed.headline:
        raise BadInput("The release has no headline.", where="headline", remedy="Write it in one line.")
    stale = tuple(start for key, start in _REMARKS if key in keys)
    return _told_if_over(replace(changed, remarks=tuple(one for one in changed.remarks if not one.startswith(stale))), now)


def with_links(release: Release, targets: Sequence[str]) -> Release:
    """Return the release with these targets for its links, in reading order; "" makes the words plain text.

    Raises:
        BadInput: a target is something that no page is; `where` is the link.
    """
    cleaned = [_checked(f"links, {n}", target.strip()) for n, target in enumerate(targets, 1)]
    for number, target in enumerate(cleaned, 1):
        if not is_allowed(target) or "\n" in target:
            raise BadInput(
                "This is no web address.",
                where=f"links, {number}",
                remedy="Write it in full, such as https://example.org/report.",
            )
    return with_targets(release, cleaned)


def _unless_same(before: tuple[Block, ...], said: Iterable[SourceBlock]) -> tuple[Block, ...]:
    """Return what is said, or what was there before where only the lines differ on which it stands."""
    after = by_lines(said)
    return before if _without_lines(before) == _without_lines(after) else after


def _without_lines(blocks: Iterable[Block]) -> list[Block]:
    return [replace(block, line=0) for block in blocks]


def _with_dateline(release: Release, said: Metadata) -> Release:
    return replace(release, dateline=Dateline(city=said.city, date=said.date) if said.city or said.date else None)


_Put = Callable[[Release, Metadata], Release]
#: How each key of the front matter changes a release.
_PUT: Final[Mapping[str, _Put]] = MappingProxyType(
    {
        "headline": lambda release, said: replace(release, headline=said.headline),
        "subhead": lambda release, said: replace(release, subhead=said.subhead),
        "language": lambda release, said: replace(release, language=said.language or release.language),
        "city": _with_dateline,
        "date": _with_dateline,
        "embargo": lambda release, said: replace(release, embargo=said.embargo),
        "embargo_line": lambda release, said: replace(release, embargo_line=said.embargo_line),
        "end_mark": lambda release, said: replace(release, end_mark=said.end_mark),
        "author": lambda release, said: replace(release, author=said.author),
        "contacts": lambda release, said: replace(release, contacts=said.contacts),
        "hashtags": lambda release, said: replace(release, hashtags=said.hashtags),
        "link": lambda release, said: replace(release, link=said.link),
        "lists": lambda release, said: replace(release, lists=said.lists),
        "languages": lambda release, said: replace(release, languages_wanted=said.languages),
        "images": lambda release, said: replace(release, images=said.images),
        "thread": lambda release, said: replace(release, thread=said.thread),
        "call_to_action": lambda release, said: replace(
            release, call_to_action=_unless_same(release.call_to_action, said.call_to_action)
        ),
        "notes": lambda release, said: replace(release, notes=_unless_same(release.notes, said.notes)),
        "boilerplate": lambda release, said: replace(release, boilerplate=_unless_same(release.boilerplate, said.boilerplate)),
        "speakers": lambda release, said: replace(release, body=with_speakers(release.body, said.speakers)[0]),
    }
)
#: How remarks begin that say nothing any more once somebody has said what was in doubt.
_REMARKS: Final = (
    ("language", "The language "), ("embargo", "The embargo "), ("boilerplate", "The last paragraph "),
    ("speakers", "A speaker was named "), (BODY, "A speaker was named "), (BODY, "Line "),
)  # fmt: skip


def _with_body(release: Release, source: Source) -> Release:
    if not source.blocks:
        raise BadInput("The release has no text.", where=BODY, remedy="Write it, each paragraph after a blank line.")
    blocks = tuple(to_block(block) for block in source.blocks)
    body, remarks = with_speakers(blocks, to_be_said(release.body))
    if _without_lines(body) == _without_lines(release.body):
        body = release.body
    images = (*release.images, *(image for image in source.images if image not in release.images))
    return replace(release, body=body, images=images, remarks=(*release.remarks, *source.remarks, *remarks))


def _told_if_over(release: Release, now: datetime) -> Release:
    """Keep the remark on an embargo that is over, or begin it, as taking in does."""
    lift_at = release.embargo.lift_at() if release.embargo else None
    if lift_at is None or lift_at > now or IS_OVER in release.remarks:
        return release
    return replace(release, remarks=(*release.remarks, IS_OVER))


def _source(keys: Mapping[str, Said]) -> Source:
    text = keys.get(BODY, "")
    if not isinstance(text, str):
        raise BadInput("The text is wanted here.", where=BODY, remedy="Write it as one text.")
    text = normal_lines(text)
    refuse_text(text, BODY)
    source = read_markdown(text, name=BODY, metadata=Metadata())
    refuse_in_blocks(source)
    return source


def _metadata(keys: Mapping[str, Said]) -> Metadata:
    return metadata_from({key: _value(key, said) for key, said in keys.items() if key != BODY}, name="form")


def _value(place: str, said: Said) -> Value:
    if isinstance(said, str):
        return Value(line=0, place=place, text=_checked(place, said))
    items: list[str | Mapping[str, str]] = [*said]
    return Value(line=0, place=place, items=tuple(_item(f"{place}, {n}", one) for n, one in enumerate(items, 1)))


def _item(place: str, said: str | Mapping[str, str]) -> Value:
    if isinstance(said, str):
        return Value(line=0, place=place, text=_checked(place, said))
    fields = {key: Value(line=0, place=f"{place}, {key}", text=_checked(f"{place}, {key}", one)) for key, one in said.items()}
    return Value(line=0, place=place, fields=fields)


def _checked(place: str, text: str) -> str:
    if len(text) > _LONGEST:
        raise BadInput(f"This has more than {_LONGEST:,} characters.", where=place, remedy="Shorten it.")
    text = normal_lines(text)
    refuse_characters(text, where=place)
    return text
