"""Approve: show exactly what would leave, hold the checks and the two-person rule, and seal it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from distributor.core.approval import Approval, Waiver, master_digest, refuse_self_approval, seal_release
from distributor.core.checks import blocking
from distributor.core.checks_subject import CheckResult
from distributor.core.errors import ApprovalRefused, Refused
from distributor.core.ids import ReleaseId
from distributor.core.message import Master
from distributor.ports import AuditEntry, AuditLog, Clock
from distributor.ports_releases import ReleaseStore, StoredRevision
from distributor.telemetry import Event, tell

Show = Callable[[StoredRevision, Sequence[Master]], None]


def _show_nothing(_stored: StoredRevision, _masters: Sequence[Master]) -> None:
    """Whoever approves has seen it elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approver:
    """Approves releases; holds what this takes."""

    releases: ReleaseStore
    audit: AuditLog
    clock: Clock
    #: Renders every master of a revision.
    compose: Callable[[StoredRevision], Sequence[Master]]
    #: Runs every check on a revision and its masters.
    check: Callable[[StoredRevision, Sequence[Master], datetime], Sequence[CheckResult]]
    #: Remembers the media lists as they are at the approval of a revision.
    remember_lists: Callable[[ReleaseId, int], None]
    #: Holds every open dispatch of a release whose approval is withdrawn, with the reason.
    hold_dispatches: Callable[[ReleaseId, str], None]
    #: False lets one person write and approve.
    is_two_person: bool

    def approve(
        self,
        release: ReleaseId,
        *,
        by: str,
        waivers: Sequence[Waiver],
        show: Show = _show_nothing,
        seen: str = "",
        revision: int | None = None,
    ) -> Approval:
        """Seal the latest revision; the approval is void as soon as anything of it changes.

        `show` is given what is about to be sealed, once nothing refuses it. `seen` is what `seen_of` said of what the person
        looked at elsewhere; "" leaves that to `show`. `revision` is the one that they looked at; None: whichever is the latest.

        Raises:
            NotFound: no such release.
            ApprovalRefused: a check fails and is not waived, a waiver has no reason, the author would approve, or what would
                leave is not what was seen.
        """
        stored = self.releases.get(release)
        if revision is not None and revision != stored.revision:
            raise ApprovalRefused(f"Revision {stored.revision} has come since you looked. Look at it, then approve it.")
        author, added_by = (stored.content.author, stored.added_by) if self.is_two_person else ("", "")
        refuse_self_approval(author=author, added_by=added_by, approver=by)
        _refuse_empty_reasons(waivers)
        masters = tuple(self.compose(stored))
        if seen and seen != self.seen_of(stored, masters):
            raise ApprovalRefused("What would leave has changed since you looked. Look at it as it is now, then approve.")
        now = self.clock.now()
        failing = blocking(self.check(stored, masters, now), {waiver.check for waiver in waivers})
        if failing:
            raise ApprovalRefused(_explain(failing))
        show(stored, masters)
        approval = Approval(
            release=stored.release_id,
            revision=stored.revision,
            seal=_seal_of(stored, masters, waivers),
            by=by.strip(),
            at=now,
            waivers=tuple(waivers),
        )
        self.remember_lists(stored.release_id, stored.revision)
        self.releases.save_approval(approval, masters)
        self._record(approval)
        return approval

    def seen_of(self, stored: StoredRevision, masters: Sequence[Master]) -> str:
        """Return what stands for exactly what somebody is shown: the seal that it would get without a waiver."""
        return _seal_of(stored, masters, ())

    def refusal_of(self, stored: StoredRevision, *, by: str) -> str:
        """Return why this person cannot approve the revision, whatever its checks say; "" when they can."""
        author, added_by = (stored.content.author, stored.added_by) if self.is_two_person else ("", "")
        try:
            refuse_self_approval(author=author, added_by=added_by, approver=by)
        except ApprovalRefused as refused:
            return str(refused)
        return ""

    def withdraw(self, release: ReleaseId, *, by: str, reason: str) -> None:
        """Take the approval back. From then on no gate lets anything of the release through, and what is scheduled is held.

        The approval is void before any dispatch is held, so that nothing leaves in between.

        Raises:
            NotFound: no such release.
            Refused: nobody is named, no reason is given, or no approval stands.
        """
        self.releases.get(release)
        if not by.strip() or not reason.strip():
            raise Refused("Withdrawing an approval needs a name and a reason, which are kept.")
        if not self.releases.void_approval(release):
            raise Refused(f"Release {release} is not approved, so there is nothing to withdraw.")
        self.audit.append(
            AuditEntry(
                at=self.clock.now(), by=by.strip(), action=Event.APPROVAL_VOIDED.value, subject=release, reason=reason.strip()
            )
        )
        tell(Event.APPROVAL_VOIDED, release=release)
        self.hold_dispatches(release, "the approval was withdrawn")

    def _record(self, approval: Approval) -> None:
        for waiver in approval.waivers:
            self.audit.append(
                AuditEntry(
                    at=approval.at,
                    by=waiver.by,
                    action="check.waived",
                    subject=approval.release,
                    reason=waiver.reason,
                    facts=(("check", waiver.check), ("revision", str(approval.revision))),
                )
            )
        self.audit.append(
            AuditEntry(
                at=approval.at,
                by=approval.by,
                action=Event.RELEASE_APPROVED.value,
                subject=approval.release,
                facts=(("revision", str(approval.revision)), ("seal", approval.seal)),
            )
        )
        tell(Event.RELEASE_APPROVED, release=approval.release, revision=approval.revision, seal=approval.seal[:8])


def _seal_of(stored: StoredRevision, masters: Sequence[Master], waivers: Sequence[Waiver]) -> str:
    return seal_release(
        release=stored.release_id,
        revision=stored.revision,
        content_digest=stored.digest,
        masters=[(master.key, master_digest(master)) for master in masters],
        waivers=waivers,
    )


def _refuse_empty_reasons(waivers: Sequence[Waiver]) -> None:
    for waiver in waivers:
        if not waiver.reason.strip():
            raise ApprovalRefused(f"Waiving {waiver.check} needs a reason. Add --reason TEXT.")


def _explain(failing: Sequence[CheckResult]) -> str:
    lines = "\n".join(f"  {result.name}: {result.message} {result.remedy}" for result in failing)
    return f"These checks fail:\n{lines}\nMend the release, or waive a check by name: --waive NAME --reason TEXT."
