"""Add one person to a media list by hand, as an import of one row would, with a line in the audit."""

from __future__ import annotations

from typing import Final

from distributor.core.audience import Contact
from distributor.core.errors import NotFound, Refused
from distributor.core.ids import ContactNumber, ListName
from distributor.ports import AuditEntry, AuditLog, Clock, ContactBook
from distributor.ports_contacts import LeftLists
from distributor.ports_people import MediaLists

ADDED: Final = "contact.added"


def add_person(
    contact: Contact,
    *,
    on: ListName,
    book: ContactBook,
    lists: MediaLists,
    left_lists: LeftLists,
    audit: AuditLog,
    clock: Clock,
    by: str,
) -> ContactNumber:
    """Store a person and put them on a list; what is known of them already stays where the new leaves it empty.

    A suppression stays: nothing is mailed to them because of this.

    Raises:
        NotFound: there is no such list.
        Refused: they left the list by their own word.
    """
    if lists.size(on) is None:
        raise NotFound("list", on)
    if left_lists.left(contact.key, [on]):
        raise Refused(f"They have left {on} by their own word. If they ask to come back, put them back on their own page.")
    now = clock.now()
    book.add_to_list(on, [contact], at=now)
    audit.append(AuditEntry(at=now, by=by, action=ADDED, subject=contact.key, facts=(("list", on),)))
    number = book.find(contact.address)
    assert number is not None  # noqa: S101 - they have just been stored
    return number
