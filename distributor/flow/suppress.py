"""Suppress: a person's word that an address must never be mailed, or may be again."""

from __future__ import annotations

from collections.abc import Sequence

from distributor.core.ids import ListName, address_key
from distributor.ports import AuditEntry, AuditLog, Clock, ContactBook, SuppressionList
from distributor.ports_contacts import LeftLists, ManySuppressions
from distributor.telemetry import Event, tell


def suppress_address(address: str, *, suppressions: SuppressionList, audit: AuditLog, clock: Clock, by: str, reason: str) -> bool:
    """Suppress a normalised address at once, also in running dispatches. False when it was already."""
    now = clock.now()
    is_new = suppressions.add(address, reason=reason, by=by, at=now)
    if is_new:
        # The audit names the key and not the address, so that erasing a person needs no hole in it.
        audit.append(AuditEntry(at=now, by=by, action=Event.SUPPRESSION_ADDED.value, subject=address_key(address), reason=reason))
        tell(Event.SUPPRESSION_ADDED, by=by)
    return is_new


def suppress_all(
    addresses: Sequence[str], *, suppressions: ManySuppressions, audit: AuditLog, clock: Clock, by: str, reason: str
) -> int:
    """Suppress normalised addresses of a file, also in running dispatches; return how many were not suppressed before.

    Safe to repeat. The audit gets one line for all, with their number.
    """
    now = clock.now()
    new = suppressions.add_many(addresses, reason=reason, by=by, at=now)
    facts = (("given", str(len(addresses))), ("new", str(new)))
    audit.append(AuditEntry(at=now, by=by, action=Event.SUPPRESSION_ADDED.value, subject="file", reason=reason, facts=facts))
    tell(Event.SUPPRESSION_ADDED, by=by)
    return new


def readmit(
    address: str, name: ListName, *, lists: LeftLists, book: ContactBook, audit: AuditLog, clock: Clock, by: str, reason: str
) -> bool:
    """Put somebody who left a list on it again, by a named person's word. False when they had not left it."""
    key, number = address_key(address), book.find(address)
    is_back = number is not None and lists.come_back(name, key, number)
    if is_back:
        entry = AuditEntry(
            at=clock.now(), by=by, action=Event.SUPPRESSION_REMOVED.value, subject=key, reason=reason, facts=(("list", name),)
        )
        audit.append(entry)
        tell(Event.SUPPRESSION_REMOVED, by=by)
    return is_back


def unsuppress_address(
    address: str, *, suppressions: SuppressionList, audit: AuditLog, clock: Clock, by: str, reason: str
) -> bool:
    """Let a normalised address be mailed again, from the next dispatch on. False when it was not suppressed."""
    was_there = suppressions.remove(address)
    if was_there:
        audit.append(
            AuditEntry(at=clock.now(), by=by, action=Event.SUPPRESSION_REMOVED.value, subject=address_key(address), reason=reason)
        )
        tell(Event.SUPPRESSION_REMOVED, by=by)
    return was_there
