"""Import contacts: a whole table onto one media list, or nothing of it; and what an import would do, before it does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields

from distributor.core.audience import Contact
from distributor.core.contact_row import unite
from distributor.core.ids import AddressKey, ListName, address_key
from distributor.core.media_list import ContactsFile, RowError
from distributor.ports import AuditEntry, AuditLog, Clock, ContactBook, SuppressionList
from distributor.telemetry import Event, tell

_BLOCK = 1000
#: How many changed people a forecast names.
_MOST_NAMED = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import did."""

    list_name: ListName
    added: int
    updated: int
    unchanged: int
    merged: int
    #: How many of them are suppressed, and stay so.
    suppressed: int
    #: How many have left this list by their own word, and stay off it.
    left_before: int
    errors: tuple[RowError, ...]
    ignored_columns: tuple[str, ...]
    #: Field to the header of the column that it was read from.
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One person whom an import would change."""

    address: str
    #: (field, as it is, as it would be).
    changes: tuple[tuple[str, str, str], ...]


@dataclass(slots=True, kw_only=True)
class Forecast:
    """What an import would do."""

    added: int = 0
    unchanged: int = 0
    suppressed: int = 0
    #: How many have left the list by their own word, and would stay off it.
    left_before: int = 0
    updated: int = 0
    #: The first two hundred of those.
    differences: list[Difference] = field(default_factory=list)


def import_contacts(
    file: ContactsFile,
    *,
    list_name: ListName,
    book: ContactBook,
    audit: AuditLog,
    clock: Clock,
    by: str,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> ImportReport:
    """Put everybody of a table whose row is right on the list. Repeating it changes nothing.

    The whole file was read before anything is stored. `progress` is called with (contacts stored, contacts in all); what it
    raises cuts the import off, and then the audit has those who are stored.
    """
    now, done = clock.now(), 0
    added = updated = unchanged = suppressed = left = 0
    try:
        for start in range(0, len(file.contacts), _BLOCK):
            count = book.add_to_list(list_name, file.contacts[start : start + _BLOCK], at=now)
            done = min(start + _BLOCK, len(file.contacts))
            added, updated = added + count.added, updated + count.updated
            unchanged, suppressed = unchanged + count.unchanged, suppressed + count.suppressed
            left += count.left_before
            progress(done, len(file.contacts))
    finally:
        if done or not file.contacts:
            facts = (("list", str(list_name)), ("good", str(done)), ("bad", str(len(file.errors))))
            audit.append(AuditEntry(at=now, by=by, action=Event.CONTACTS_IMPORTED.value, subject=list_name, facts=facts))
    tell(Event.CONTACTS_IMPORTED, list=list_name, good=len(file.contacts), bad=len(file.errors))
    return ImportReport(
        list_name=list_name,
        added=added,
        updated=updated,
        unchanged=unchanged,
        merged=file.merged,
        suppressed=suppressed,
        left_before=left,
        errors=file.errors,
        ignored_columns=file.ignored_columns,
        columns=file.columns,
    )


def forecast(
    file: ContactsFile,
    *,
    book: ContactBook,
    suppressions: SuppressionList,
    left_among: Callable[[Sequence[AddressKey]], int] = lambda keys: 0,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Forecast:
    """Return what importing the file would do. Nothing is stored.

    `left_among` counts who has left the list; `progress` is called with (contacts looked at, contacts in all).
    """
    seen = Forecast()
    for start in range(0, len(file.contacts), _BLOCK):
        block = file.contacts[start : start + _BLOCK]
        keys = [address_key(contact.address) for contact in block]
        seen.suppressed += sum(suppressions.suppressed_among(keys))
        seen.left_before += left_among(keys)
        numbers = book.numbers_of(keys)
        known = {contact.address: contact for _, contact in book.load([number for number in numbers if number is not None])}
        for contact in block:
            _foresee(seen, known.get(contact.address), contact)
        progress(start + len(block), len(file.contacts))
    return seen


def _foresee(seen: Forecast, before: Contact | None, coming: Contact) -> None:
    if before is None:
        seen.added += 1
        return
    # What is coming goes before what is there; what it leaves empty stays.
    changes = tuple(_changes(before, unite(coming, before)))
    if not changes:
        seen.unchanged += 1
        return
    seen.updated += 1
    if len(seen.differences) < _MOST_NAMED:
        seen.differences.append(Difference(address=coming.address, changes=changes))


def _changes(before: Contact, after: Contact) -> Iterator[tuple[str, str, str]]:
    for one in fields(Contact):
        old, new = getattr(before, one.name), getattr(after, one.name)
        # Tags are united by the store in another order, which is no change.
        if (set(old) != set(new)) if one.name == "tags" else (old != new):
            yield one.name, _shown(old), _shown(new)


def _shown(value: str | bool | Sequence[str]) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else ", ".join(value)
