"""A release -> its keys and its text, as a person would write them; read again, they give the same release.

What differs afterwards: the lines on which blocks stand, the format it came in by, and remarks on how it was read the first time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache

import yaml

from distributor.core.embargo import Embargo, LocalTime, zone_of
from distributor.core.embargo_line import embargo_in_line
from distributor.core.errors import BadInput
from distributor.core.release import Image, PressContact, Release
from distributor.core.spoken import Spoken, to_be_said
from distributor.intake.write_markdown import markdown_of

#: One key's value: a text, several, or several records of texts by name.
Said = str | Sequence[str] | Sequence[Mapping[str, str]]
#: The text below the keys has this name among them.
BODY = "body"
#: Longer text stands below its key.
_LINE = 90
_HEAD = "# Every part has its key; below stands the text alone, and nothing is looked for in it.\n"


@lru_cache(maxsize=64)
def written(release: Release) -> str:
    """Return the release as Markdown with front matter. Remembered for a while, since every page of a release shows it."""
    keys = {key: value for key, value in keys_of(release).items() if value and key != BODY}
    matter = yaml.dump({**keys, "reading": "exact"}, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10**9)
    return f"---\n{_HEAD}{matter}---\n\n{markdown_of(release.body)}\n"


def says_the_same(one: Release, other: Release) -> bool:
    """Say whether two releases differ in nothing but lines, format and remarks: an approval is not voided for those."""
    return written(one) == written(other)


def keys_of(release: Release) -> dict[str, Said]:
    """Return what each key of the front matter says, and the text as `BODY`; empty where the release says nothing."""
    day = release.dateline.date if release.dateline else None
    return {
        "headline": release.headline,
        "subhead": release.subhead,
        "language": release.language,
        "city": release.dateline.city if release.dateline else "",
        "date": day.isoformat() if day else "",
        "embargo": embargo_words(release.embargo),
        "embargo_line": release.embargo_line,
        "end_mark": release.end_mark,
        "author": release.author,
        "contacts": [_filled(_contact(one)) for one in release.contacts],
        "hashtags": list(release.hashtags),
        "link": release.link,
        "lists": list(release.lists),
        "languages": list(release.languages_wanted),
        "images": [_filled(_image(one)) for one in release.images],
        "thread": list(release.thread),
        "call_to_action": markdown_of(release.call_to_action),
        "notes": markdown_of(release.notes),
        "boilerplate": markdown_of(release.boilerplate),
        "speakers": [_spoken(one) for one in to_be_said(release.body)],
        BODY: markdown_of(release.body),
    }


def embargo_words(embargo: Embargo | None) -> str:
    """Return the embargo as it is written: "2026-03-30 00:01 Europe/Zurich", "immediate", or "" for none.

    In the hour that occurs twice the zone is told by what its clocks are called then, or by the distance from UTC.
    """
    if embargo is None or embargo.local is None:
        return "" if embargo is None else "immediate"
    local = embargo.local
    wall = local.wall.isoformat(" ", "seconds" if local.wall.second else "minutes")
    words = (f"{wall} {zone}" for zone in (local.zone, _called(local)))
    return next((one for one in words if _means(one, embargo)), f"{wall}{_moment(local):%z}")


def _called(local: LocalTime) -> str:
    return _moment(local).tzname() or ""


def _moment(local: LocalTime) -> datetime:
    return local.wall.replace(tzinfo=zone_of(local.zone), fold=local.fold or 0)


def _means(words: str, embargo: Embargo) -> bool:
    try:
        return embargo_in_line(words, release_date=None) == embargo
    except BadInput:
        return False


def _contact(contact: PressContact) -> dict[str, str]:
    return {"name": contact.name, "role": contact.role, "email": contact.email, "phone": contact.phone}


def _image(image: Image) -> dict[str, str]:
    return {"url": image.url, "alt": image.alt, "caption": image.caption}


def _spoken(one: Spoken) -> dict[str, str]:
    return {"words": one.key, "speaker": one.speaker or ""} if one.is_quotation else {"words": one.key, "is": "term"}


def _filled(record: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in record.items() if value}


class _Dumper(yaml.SafeDumper):
    """Writes text of several lines as it stands, and never a reference to what stood before."""

    def ignore_aliases(self, data: object) -> bool:
        """Write everything out."""
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text or len(text) > _LINE else None)


_Dumper.add_representer(str, _text)
