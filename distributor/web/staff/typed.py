"""The fields of the forms about a release, as typed: from what the release says, and back to the keys that intake reads.

A field's name is the key's; of a list of records it is "contacts.0.email", of the embargo "embargo.date". Everything stays text
until intake reads it, so that a form can always show again what was typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from distributor.core.civil_zones import is_zone
from distributor.core.errors import BadInput
from distributor.core.item import Item
from distributor.core.link_edit import links_in
from distributor.core.release import Release
from distributor.core.spoken import spoken_in
from distributor.intake.write import BODY, Said, keys_of

Typed = Mapping[str, str]

#: What the form for a whole release asks for; the rest stays as it is, or is said elsewhere.
FORM_KEYS: Final = (
    "headline", "subhead", "language", "city", "date", "embargo", BODY, "call_to_action", "notes", "boilerplate", "contacts",
    "link", "hashtags", "images",
)  # fmt: skip
RECORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "contacts": ("name", "role", "email", "phone"),
    "images": ("url", "alt", "caption"),
    "speakers": ("words", "speaker", "is"),
    "links": ("words", "target"),
}
_SPACE_OR_COMMA: Final = re.compile(r"[\s,;]+")
_EMBARGO: Final = re.compile(r"(?P<date>\S+) (?P<time>\d\d:\d\d(?::\d\d)?) ?(?P<zone>\S.*)")
_NUMBERED: Final = re.compile(r"(?P<key>[a-z_]+)\.(?P<number>[0-9]{1,3})\.[a-z]+")
#: Records that a form can hold; a form has at most 500 fields.
_MOST: Final = 120
_SPARE: Final = 2


def typed_of(release: Release) -> dict[str, str]:
    """Return every field as if somebody had typed what the release says."""
    typed: dict[str, str] = {}
    for key, said in keys_of(release).items():
        if key == "embargo":
            typed |= _embargo_fields(str(said))
        elif isinstance(said, str):
            typed[key] = said
        elif key in {"contacts", "images"}:
            typed |= _numbered(key, (one for one in said if not isinstance(one, str)))
        elif key != "speakers":
            typed[key] = ", ".join(str(one) for one in said)
    typed |= _numbered(
        "speakers",
        (
            {"words": one.words, "speaker": one.speaker or "", "is": "" if one.is_quotation else "term"}
            for one in spoken_in(release.body)
        ),
    )
    return typed | _numbered("links", ({"words": one.words, "target": one.target} for one in links_in(release)))


def said_in(typed: Typed, keys: Sequence[str]) -> dict[str, Said]:
    """Return what was typed for these keys.

    Raises:
        BadInput: a part of the embargo is missing.
    """
    return {key: _said(typed, key) for key in keys}


def targets_in(typed: Typed) -> list[str]:
    """Return the targets of the links, in their order."""
    return [record["target"] for record in _records(typed, "links")]


def rows(typed: Typed, key: str, *, spare: int = _SPARE) -> range:
    """Return the numbers of the records of a form: those that are filled in, and some to spare."""
    return range(min(_count(typed, key) + spare, _MOST))


def keys_in(item: Item) -> tuple[str, ...]:
    """Return the keys whose fields the form of an item has."""
    return item.keys or (item.name,)


def _said(typed: Typed, key: str) -> Said:
    if key == "embargo":
        return _embargo(typed)
    if key in RECORDS:
        return [record for record in _records(typed, key) if any(value.strip() for value in record.values())]
    text = typed.get(key, "")
    return [word for word in _SPACE_OR_COMMA.split(text) if word] if key == "hashtags" else text


def _embargo(typed: Typed) -> str:
    kind = typed.get("embargo.kind", "")
    day, time, zone = (typed.get(f"embargo.{part}", "").strip() for part in ("date", "time", "zone"))
    if kind == "immediate":
        return kind
    if kind != "until" and (day or time):
        # Whoever writes a date means an embargo; nothing may leave early because a button beside it was not pressed.
        raise BadInput(
            "A date or time is written, and no embargo is chosen.", where="embargo",
            remedy="Choose “Until this time”, or empty the date and the time.",
        )  # fmt: skip
    if kind != "until":
        return ""
    for part, name, example in (
        (day, "date", "2027-03-30"),
        (time, "time of day", "00:01"),
        (zone, "time zone", "Europe/Zurich"),
    ):
        if not part:
            raise BadInput(f"The embargo has no {name}.", where="embargo", remedy=f"Write one, such as {example}.")
    if not is_zone(zone):
        raise BadInput(
            "The embargo's time zone is not one that is known.", where="embargo",
            remedy='Name it by its place, such as "Europe/Zurich", "America/New_York" or "UTC".',
        )  # fmt: skip
    return f"{day} {time} {zone}"


def _embargo_fields(words: str) -> dict[str, str]:
    found = _EMBARGO.fullmatch(words)
    if found is None:
        return {"embargo.kind": words}
    return {"embargo.kind": "until"} | {f"embargo.{part}": value for part, value in found.groupdict().items()}


def _numbered(key: str, records: Iterable[Mapping[str, str]]) -> dict[str, str]:
    return {f"{key}.{n}.{name}": record.get(name, "") for n, record in enumerate(records) for name in RECORDS[key]}


def _records(typed: Typed, key: str) -> list[dict[str, str]]:
    records = [
        {name: value for name in RECORDS[key] if (value := typed.get(f"{key}.{n}.{name}", "")) or name not in {"is"}}
        for n in range(_count(typed, key))
    ]
    return records[:_MOST]


def _count(typed: Typed, key: str) -> int:
    """Return how many records there are: one more than the highest number with something in it."""
    found = (_NUMBERED.fullmatch(name) for name, value in typed.items() if value)
    return max((int(one["number"]) + 1 for one in found if one and one["key"] == key), default=0)
