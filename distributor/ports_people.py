"""What the doors need of the store to show people a page at a time: lists, suppressions, imports in steps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from distributor.core.account import AccountId
from distributor.core.ids import AddressKey, ContactNumber, ListName
from distributor.core.import_job import ImportId, ImportJob
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a step is that takes a while."""

    #: Rows or people.
    done: int
    #: 0 while it is not known.
    total: int
    #: Whether somebody works on it now; not so, and it was cut off.
    is_running: bool


class ImportJobs(Protocol):
    """Imports in steps, each its owner's. All of one ends an hour after it last changed, the file earlier."""

    def begin(self, job: ImportJob, content: bytes) -> ImportJob:
        """Keep a job and its file under a new id; an owner's earlier ones beyond a few are dropped."""
        ...

    def get(self, job: ImportId, *, owner: AccountId) -> ImportJob | None:
        """Return a job of theirs, None when there is none (any more)."""
        ...

    def of(self, owner: AccountId) -> Sequence[ImportJob]:
        """Return their jobs, newest first."""
        ...

    def save(self, job: ImportJob) -> bool:
        """Store how a job stands. False: it has ended in the meantime, and stays so."""
        ...

    def content(self, job: ImportId) -> bytes | None:
        """Return the file, None when it is gone."""
        ...

    def keep_rows(self, job: ImportId, lines: Iterable[str]) -> None:
        """Keep the rows that are to be mended."""
        ...

    def rows(self, job: ImportId) -> bytes | None:
        """Return the rows that are to be mended."""
        ...

    def drop_file(self, job: ImportId) -> None:
        """Forget the file; the job stays a while."""
        ...

    def drop(self, job: ImportId, *, owner: AccountId) -> None:
        """Forget all of it."""
        ...

    def claim(self, job: ImportId) -> str | None:
        """Begin to work on a job and return the token for it; None while somebody else does."""
        ...

    def beat(self, job: ImportId, token: str, *, done: int, total: int) -> bool:
        """Say how far it is; False when the job is not the token's any more. Whoever says nothing for a minute loses it."""
        ...

    def release(self, job: ImportId, token: str) -> None:
        """End the work."""
        ...

    def progress(self, job: ImportId) -> Progress:
        """Return how far the work is."""
        ...
