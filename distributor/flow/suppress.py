"""Suppress: a person's word that an address must never be mailed, or may be again."""

from __future__ import annotations

from distributor.core.ids import address_key
from distributor.ports import AuditEntry, AuditLog, Clock, SuppressionList
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
