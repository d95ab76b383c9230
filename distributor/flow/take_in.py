"""Take in: store a release, or a new revision of one, and say so in the audit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from distributor.core.ids import ReleaseId
from distributor.core.release import Release
from distributor.ports import AuditEntry, AuditLog, Clock
from distributor.ports_releases import ReleaseStore, StoredRevision
from distributor.telemetry import Event, tell


@dataclass(frozen=True, slots=True, kw_only=True)
class Taker:
    """Takes releases in; holds what this takes."""

    releases: ReleaseStore
    audit: AuditLog
    clock: Clock
    #: Holds every open dispatch of a release whose approval is void now.
    hold_dispatches: Callable[[ReleaseId], None]

    def take_in(self, content: Release, *, by: str, revises: ReleaseId | None) -> StoredRevision:
        """Store a release; what is stored already is returned as it is, and nothing changes.

        A new revision voids the approval, and what is scheduled of the release is held at once (the gate would refuse it anyway).

        Raises:
            NotFound: `revises` names no release.
        """
        now = self.clock.now()
        was_approved = revises is not None and self.releases.approved_seal(revises) != ""
        stored = self.releases.add(content, by=by, at=now, revises=revises)
        if stored.added_at != now:
            return stored
        facts = (("revision", str(stored.revision)), ("format", content.source_format.value))
        self.audit.append(AuditEntry(at=now, by=by, action=Event.RELEASE_ADDED.value, subject=stored.release_id, facts=facts))
        tell(Event.RELEASE_ADDED, release=stored.release_id, revision=stored.revision)
        if was_approved:
            self.hold_dispatches(stored.release_id)
            self.audit.append(
                AuditEntry(
                    at=now, by=by, action=Event.APPROVAL_VOIDED.value, subject=stored.release_id, reason="a new revision came"
                )
            )
            tell(Event.APPROVAL_VOIDED, release=stored.release_id)
        return stored
