"""What keeping media lists in order needs of the store, beside reading them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from distributor.core.audience import Contact
from distributor.core.ids import AddressKey, ContactNumber, ListName
from distributor.ports import Suppression


class ContactEdits(Protocol):
    """Changes of single people, and what is remembered about lists."""

    def everyone(self) -> Iterator[tuple[ContactNumber, Contact]]:
        """Yield every contact, in the order of their first import."""
        ...

    def get(self, address: str) -> tuple[ContactNumber, Contact] | None:
        """Return the contact of a normalised address."""
        ...

    def put(self, number: ContactNumber, contact: Contact) -> None:
        """Store the contact in place of what was stored under the number; the address must be the same."""
        ...

    def lists_of(self, number: ContactNumber) -> tuple[ListName, ...]:
        """Return the lists that the contact is on."""
        ...

    def set_on_list(self, number: ContactNumber, name: ListName, *, is_on: bool) -> bool:
        """Put the contact on a list or take it off. False: it was so already."""
        ...

    def erase(self, address: str) -> bool:
        """Forget everything of a person but the hash of the address, by which running dispatches find them. False: nobody."""
        ...

    def filters(self) -> Mapping[str, str]:
        """Return the text of every saved filter, by name."""
        ...

    def save_filter(self, name: str, text: str) -> None:
        """Save a filter's text under a name."""
        ...

    def remove_filter(self, name: str) -> bool:
        """Remove a saved filter. False: there was none."""
        ...

    def mapping_of(self, name: ListName) -> Mapping[str, str]:
        """Return column to field, as the last import onto the list was told."""
        ...

    def save_mapping(self, name: ListName, mapping: Mapping[str, str]) -> None:
        """Remember what the next import onto the list need not be told."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleWanted:
    """Whom somebody looks for."""

    #: Folded words (core.contact_words), each of which begins a word of the person; none: everybody.
    words: tuple[str, ...] = ()
    #: Only those on this list; a list that is not there has nobody on it.
    on: ListName | None = None
    #: The number where the page before ended, as that page says; 0 begins with the first.
    after: int = 0
    count: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class PeoplePage:
    """One page of those who fit."""

    #: In the order of their first import.
    people: tuple[tuple[ContactNumber, Contact], ...]
    #: Where the next page begins; 0 when there is none. A page may be short, or empty, and not the last.
    after: int
    #: How many there are in all; None when nobody has counted.
    total: int | None


class ContactSearch(Protocol):
    """Finding people, and paging through lists, without reading everybody."""

    def page(self, wanted: PeopleWanted) -> PeoplePage:
        """Return one page; it reads a bounded number of people, however many there are."""
        ...


class LeftLists(Protocol):
    """Who has left which list by their own word: no import puts them back."""

    def leave(self, name: ListName, key: AddressKey, number: ContactNumber, *, reason: str, by: str, at: datetime) -> bool:
        """Take the person off the list and write the journal, atomically. False if they had left before."""
        ...

    def come_back(self, name: ListName, key: AddressKey, number: ContactNumber) -> bool:
        """Put a person who had left on the list again, atomically. False if they had not left."""
        ...

    def left(self, key: AddressKey, names: Sequence[ListName]) -> Mapping[ListName, Suppression]:
        """Return which of the lists the person has left, with when and why."""
        ...

    def left_among(self, name: ListName, keys: Sequence[AddressKey]) -> int:
        """Return how many of the people have left the list, in one round trip."""
        ...

    def everybody(self) -> Iterator[tuple[ListName, Suppression]]:
        """Yield everybody who has left a list, newest first."""
        ...


class ManySuppressions(Protocol):
    """Suppressing whole files."""

    def add_many(self, addresses: Sequence[str], *, reason: str, by: str, at: datetime) -> int:
        """Suppress normalised addresses; atomic for each thousand, safe to repeat. Return how many were not suppressed."""
        ...
