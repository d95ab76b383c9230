"""A saved filter: the people of one list who fit. Its text is its identity, and is what a dispatch seals.

    press?country=CH,FR&language=fr&priority=yes

Of several values of one field any may fit, of several fields all must.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from distributor.core.audience import Contact
from distributor.core.contact_row import country_of, language_of, tags_of
from distributor.core.errors import BadInput
from distributor.core.ids import ListName
from distributor.core.media_list import list_name

#: In the order in which the text names them.
FILTER_FIELDS = ("beat", "country", "language", "outlet", "priority", "tag")
#: What parts values, fields and the list in the text.
_MARKS = re.compile(r"[?&=,]")


@dataclass(frozen=True, slots=True, kw_only=True)
class AudienceFilter:
    """Whom of a list."""

    base: ListName
    #: Field to the values of which any may fit, each in its one form, sorted.
    wanted: tuple[tuple[str, tuple[str, ...]], ...]

    @classmethod
    def of(cls, base: str, wanted: Mapping[str, Sequence[str]]) -> Self:
        """Return the filter of what a person asked for.

        Raises:
            BadInput: no such field, a value that the field cannot have, or nothing to filter by.
        """
        forms = {field: tuple(sorted({_form(field, value) for value in values})) for field, values in wanted.items() if values}
        if not forms:
            raise BadInput("A filter filters by something.", where="filter", remedy=f"Name one of {', '.join(FILTER_FIELDS)}.")
        return cls(base=list_name(base), wanted=tuple(sorted(forms.items())))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the filter of its text.

        Raises:
            BadInput: this is no filter's text.
        """
        base, _, rest = text.partition("?")
        pairs = [pair.partition("=") for pair in rest.split("&")]
        return cls.of(base, {field: values.split(",") for field, _, values in pairs})

    def __str__(self) -> str:
        return f"{self.base}?" + "&".join(f"{field}={','.join(values)}" for field, values in self.wanted)

    def fits(self, contact: Contact) -> bool:
        """Say whether the contact is meant."""
        return all(_has(contact, field, values) for field, values in self.wanted)


def is_filter(text: str) -> bool:
    """Say whether the name of an audience is a filter's text; no list's name holds a question mark."""
    return "?" in text


def base_of(name: ListName) -> ListName:
    """Return the list behind an audience's name: itself, or the one that the filter is on."""
    return ListName(name.partition("?")[0])


def _form(field: str, value: str) -> str:
    word = " ".join(value.split())
    if field not in FILTER_FIELDS:
        raise BadInput(
            f"There is no filter by {field[:40]!r}.", where="filter", remedy=f"Name one of {', '.join(FILTER_FIELDS)}."
        )
    if not word or _MARKS.search(word):
        raise BadInput("This value cannot be filtered by.", where=field, remedy="Leave out ? & = and commas.")
    match field:
        case "country":
            return country_of(word)
        case "language":
            return language_of(word)
        case "priority":
            return "yes"
        case "tag":
            return "".join(tags_of(word)[:1])
        case _:
            return word.casefold()


def _has(contact: Contact, field: str, values: tuple[str, ...]) -> bool:
    match field:
        case "language":
            # "fr" is meant for readers of fr-CH, too.
            spoken = {tag for language in contact.languages for tag in (language, language.partition("-")[0])}
            return not spoken.isdisjoint(values)
        case "tag":
            return not set(contact.tags).isdisjoint(values)
        case "priority":
            return contact.is_priority
        case "country":
            return contact.country in values
        case _:
            return str(getattr(contact, field)).casefold() in values
