"""Take in: store a release, or a new revision of one, and say so in the audit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from distributor.core.ids import ReleaseId
from distributor.core.release import Release
from distributor.core.translation import Others, with_translation
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

    def translate(self, release: ReleaseId, translation: Release, *, by: str) -> StoredRevision:
        """Store a translation with the release's latest revision, in place of an earlier one of its language: a new revision.

        Raises:
            NotFound: no such release.
            BadInput: it is in the release's own language, or names another embargo.
        """
        before = self.releases.get(release)
        translations = with_translation(before.content, before.translations, translation)
        return self._store(before.content, by=by, revises=release, translations=translations, others=before.others)

    def decide_others(self, release: ReleaseId, others: Others, *, by: str) -> StoredRevision:
        """Say what becomes of those who read none of the release's languages: a new revision.

        Raises:
            NotFound: no such release.
        """
        before = self.releases.get(release)
        return self._store(before.content, by=by, revises=release, translations=before.translations, others=others)

    def take_in(self, content: Release, *, by: str, revises: ReleaseId | None) -> StoredRevision:
        """Store a release; what is stored already is returned as it is, and nothing changes.

        A revision of the text leaves its translations behind, for they say what the text said before.

        A new revision voids the approval, and what is scheduled of the release is held at once (the gate would refuse it anyway).

        Raises:
            NotFound: `revises` names no release.
        """
        others = self.releases.get(revises).others if revises else Others.FALLBACK
        return self._store(content, by=by, revises=revises, translations=(), others=others)

    def _store(
        self, content: Release, *, by: str, revises: ReleaseId | None, translations: Sequence[Release], others: Others
    ) -> StoredRevision:
        now = self.clock.now()
        was_approved = revises is not None and self.releases.approved_seal(revises) != ""
        stored = self.releases.add(content, by=by, at=now, revises=revises, translations=translations, others=others)
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
