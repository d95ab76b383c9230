"""Take in: store a release, or a new revision of one, and say so in the audit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from distributor.core.ids import Language, ReleaseId
from distributor.core.release import Release
from distributor.core.translation import Others, Translated, kept_translations, with_translation, without_translation
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

    def translate(self, release: ReleaseId, translation: Release, *, by: str, after: int | None = None) -> StoredRevision:
        """Store a translation with the release's latest revision, in place of an earlier one of its language: a new revision.

        Raises:
            NotFound: no such release.
            BadInput: it is in the release's own language, or names another embargo.
            RevisionCame: a newer revision came, since `after` or while this was done.
        """
        before = self.releases.get(release)
        translations = with_translation(before.content, before.translations, translation)
        return self._store(before.content, by=by, before=before, after=_or_latest(after, before), translations=translations)

    def withdraw_translation(
        self, release: ReleaseId, language: Language, *, by: str, after: int | None = None
    ) -> StoredRevision:
        """Take the translation into a language away: a new revision. Earlier revisions keep it.

        Raises:
            NotFound: no such release, or no translation into that language.
            RevisionCame: as `translate` does.
        """
        before = self.releases.get(release)
        translations = without_translation(before.translations, language)
        return self._store(before.content, by=by, before=before, after=_or_latest(after, before), translations=translations)

    def decide_others(self, release: ReleaseId, others: Others, *, by: str, after: int | None = None) -> StoredRevision:
        """Say what becomes of those who read none of the release's languages: a new revision.

        Raises:
            NotFound: no such release.
            RevisionCame: as `translate` does.
        """
        before = self.releases.get(release)
        return self._store(
            before.content, by=by, before=before, after=_or_latest(after, before), translations=before.translations, others=others
        )

    def take_in(
        self,
        content: Release,
        *,
        by: str,
        revises: ReleaseId | None,
        after: int | None = None,
        translated: Translated = Translated.LEFT_BEHIND,
    ) -> StoredRevision:
        """Store a release; what is stored already is returned as it is, and nothing changes.

        A revision of the text leaves its translations behind, for they say what the text said before, unless they are KEPT.

        A new revision voids the approval, and what is scheduled of the release is held at once (the gate would refuse it anyway).

        Raises:
            NotFound: `revises` names no release.
            BadInput: a kept translation is in the language that the release has now.
            RevisionCame: a newer revision than `after` came meanwhile.
        """
        before = self.releases.get(revises) if revises else None
        if before is None or translated is Translated.LEFT_BEHIND:
            return self._store(content, by=by, before=before, after=after, translations=())
        kept = kept_translations(content, before.translations)
        return self._store(content, by=by, before=before, after=_or_latest(after, before), translations=kept)

    def _store(
        self,
        content: Release,
        *,
        by: str,
        before: StoredRevision | None,
        after: int | None,
        translations: Sequence[Release],
        others: Others | None = None,
    ) -> StoredRevision:
        now = self.clock.now()
        revises = before.release_id if before else None
        others = others or (before.others if before else Others.FALLBACK)
        was_approved = revises is not None and self.releases.approved_seal(revises) != ""
        stored = self.releases.add(content, by=by, at=now, revises=revises, translations=translations, others=others, after=after)
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


def _or_latest(after: int | None, before: StoredRevision) -> int:
    """Return the revision that this goes on from: what was read here must not bring back what was replaced meanwhile."""
    return before.revision if after is None else after
