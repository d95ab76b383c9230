"""What the doors need of the store to show people a page at a time: lists, suppressions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from distributor.core.ids import AddressKey, ContactNumber, ListName
from distributor.ports import Suppression


class MediaLists(Protocol):
    """Media lists as wholes. None of these reads a list from one end to the other."""

    def size(self, name: ListName) -> int | None:
        """Return how many people are on the list, None when there is no such list."""
        ...

    def create(self, name: ListName) -> bool:
        """Make an empty list, atomically. False: there is a list or a saved filter of that name."""
        ...

    def delete(self, name: ListName) -> bool:
        """Forget the list, its members and its column mapping, atomically; the people stay. False: there was none.

        Who has left it by their own word stays known, so that a list of the same name does not have them either.
        """
        ...

    def page(self, name: ListName, *, after: int, most: int) -> Sequence[ContactNumber]:
        """Return the first `most` members with a higher number than `after`, ascending."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A line of those who must not be mailed: at all, or not by one list."""

    record: Suppression
    #: The list that they left; None: nothing at all is mailed to them.
    list_name: ListName | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftPage:
    """Some of them, newest first."""

    lines: tuple[Left, ...]
    #: Where the next page begins; None: this is the last.
    before: int | None


class SuppressionPages(Protocol):
    """Suppressions, newest first, without reading them all."""

    def newest(self, *, before: int | None, most: int) -> LeftPage:
        """Return the next page. Who was lifted and suppressed again may stand on two pages; nobody is missing."""
        ...

    def by_key(self, key: AddressKey) -> Suppression | None:
        """Return the suppression of an address by its key, None when there is none."""
        ...
