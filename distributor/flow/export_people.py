"""Export people: what leaves the house is their data, so that the audit says who took how much of it, and when."""

from __future__ import annotations

from typing import Final

from distributor.ports import AuditEntry, AuditLog, Clock

#: What may be exported, as it stands in the audit.
PERSON: Final = "contact.exported"
LIST: Final = "list.exported"
SUPPRESSIONS: Final = "suppression.exported"
AUDIT: Final = "audit.exported"


def record_export(action: str, subject: str, *, audit: AuditLog, clock: Clock, by: str, count: int | None = None) -> None:
    """Write down an export before it begins: one that is broken off has left in part. `subject` is an id or a list's name."""
    facts = () if count is None else (("people", str(count)),)
    audit.append(AuditEntry(at=clock.now(), by=by, action=action, subject=subject, facts=facts))
