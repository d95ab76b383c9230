"""Import contacts: a whole file onto one media list, or nothing of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from distributor.core.ids import ListName
from distributor.core.media_list import RowError, read_contacts
from distributor.ports import AuditEntry, AuditLog, Clock, ContactBook
from distributor.telemetry import Event, tell

_BLOCK = 1000


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
    errors: tuple[RowError, ...]
    ignored_columns: tuple[str, ...]


def import_contacts(
    data: bytes,
    *,
    file_name: str,
    list_name: ListName,
    book: ContactBook,
    audit: AuditLog,
    clock: Clock,
    by: str,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> ImportReport:
    """Put everybody of a CSV file whose row is right on the list. Repeating it changes nothing.

    The whole file is read before anything is stored. `progress` is called with (contacts stored, contacts in all).

    Raises:
        BadInput: the file cannot be read; nothing was stored.
    """
    file = read_contacts(data, name=file_name)
    now = clock.now()
    added = updated = unchanged = suppressed = 0
    for start in range(0, len(file.contacts), _BLOCK):
        count = book.add_to_list(list_name, file.contacts[start : start + _BLOCK], at=now)
        added, updated = added + count.added, updated + count.updated
        unchanged, suppressed = unchanged + count.unchanged, suppressed + count.suppressed
        progress(min(start + _BLOCK, len(file.contacts)), len(file.contacts))
    facts = (("list", str(list_name)), ("good", str(len(file.contacts))), ("bad", str(len(file.errors))))
    audit.append(AuditEntry(at=now, by=by, action=Event.CONTACTS_IMPORTED.value, subject=list_name, facts=facts))
    tell(Event.CONTACTS_IMPORTED, list=list_name, good=len(file.contacts), bad=len(file.errors))
    return ImportReport(
        list_name=list_name,
        added=added,
        updated=updated,
        unchanged=unchanged,
        merged=file.merged,
        suppressed=suppressed,
        errors=file.errors,
        ignored_columns=file.ignored_columns,
    )
