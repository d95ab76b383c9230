"""What of a release can be put right by itself: each item with the keys it is written by, and the checks that it mends."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from distributor.core.release import Release
from distributor.core.understood import understood


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing that was understood."""

    #: Stands in addresses; stays.
    name: str
    label: str
    #: Labels of the rows of `understood` that show it.
    rows: tuple[str, ...]
    #: Keys of the front matter, "body" for the text.
    keys: tuple[str, ...]
    #: Whether translations take it from the release, so that they stay when it changes.
    is_shared: bool = False


ITEMS: Final[tuple[Item, ...]] = (
    Item(name="headline", label="Headline", rows=("Headline",), keys=("headline",)),
    Item(name="subhead", label="Subhead", rows=("Subhead",), keys=("subhead",)),
    Item(name="embargo", label="Embargo", rows=("Embargo", "Embargo line"), keys=("embargo", "embargo_line"), is_shared=True),
    Item(name="dateline", label="Dateline", rows=("Dateline",), keys=("city", "date")),
    Item(name="body", label="Text", rows=("Body", "End mark"), keys=("body", "end_mark")),
    Item(name="speakers", label="Quotations", rows=("Quotation",), keys=("speakers",)),
    Item(name="links", label="Links", rows=("Link",), keys=()),
    Item(name="call_to_action", label="Call to action", rows=("Call to action",), keys=("call_to_action",)),
    Item(name="notes", label="Notes to editors", rows=("Notes to editors",), keys=("notes",)),
    Item(name="boilerplate", label="Boilerplate", rows=("Boilerplate",), keys=("boilerplate",)),
    Item(name="contacts", label="Press contacts", rows=("Press contact",), keys=("contacts",), is_shared=True),
    Item(name="images", label="Images", rows=("Image",), keys=("images",), is_shared=True),
    Item(name="link", label="Link of the thread", rows=("Link of the thread",), keys=("link",), is_shared=True),
    Item(name="hashtags", label="Hashtags", rows=("Hashtags",), keys=("hashtags",), is_shared=True),
    Item(name="language", label="Language", rows=("Language",), keys=("language",)),
    Item(name="languages", label="Languages wanted", rows=("Languages wanted",), keys=("languages",), is_shared=True),
    Item(name="lists", label="Media lists", rows=("Media lists",), keys=("lists",), is_shared=True),
    Item(name="author", label="Author", rows=("Author",), keys=("author",), is_shared=True),
)  # fmt: skip
BY_NAME: Final = MappingProxyType({item.name: item for item in ITEMS})
#: The item that mends what a check found; checks of the settings and the account are not here.
MENDED_AT: Final = MappingProxyType(
    {
        "embargo-agrees": "embargo", "dead-links": "links", "image-alt": "images", "placeholder": "body", "email-size": "body",
        "press-contact": "contacts", "quotation-speaker": "speakers", "subject-length": "headline", "embargo-stated": "embargo",
        "lift-ahead": "embargo", "midnight-noon": "embargo", "clock-change": "embargo",
    }
)  # fmt: skip


def are_shared(keys: Iterable[str]) -> bool:
    """Say whether translations take all of these keys from the release, so that they stay when they change."""
    shared = {key for item in ITEMS if item.is_shared for key in item.keys}
    return set(keys) <= shared


def items_of(release: Release) -> tuple[tuple[Item, tuple[str, ...]], ...]:
    """Return every item with what was understood of it; nothing where the release says nothing."""
    rows = understood(release)
    return tuple((item, tuple(value for label, value in rows if label in item.rows)) for item in ITEMS)
