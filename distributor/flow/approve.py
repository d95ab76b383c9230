"""Approve: show exactly what would leave, hold the checks and the two-person rule, and seal it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from distributor.core.approval import Approval, Waiver, master_digest, refuse_self_approval, seal_release
from distributor.core.checks import blocking
from distributor.core.checks_subject import CheckResult
from distributor.core.errors import ApprovalRefused
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
    #: False lets one person write and approve.
    is_two_person: bool

    def approve(self, release: ReleaseId, *, by: str, waivers: Sequence[Waiver], show: Show = _show_nothing) -> Approval:
        """Seal the latest revision; the approval is void as soon as anything of it changes.

        `show` is given what is about to be sealed, once nothing refuses it.

        Raises:
            NotFound: no such release.
            ApprovalRefused: a check fails and is not waived, a waiver has no reason, or the author would approve.
        """
        stored = self.releases.get(release)
        author, added_by = (stored.content.author, stored.added_by) if self.is_two_person else ("", "")
        refuse_self_approval(author=author, added_by=added_by, approver=by)
        _refuse_empty_reasons(waivers)
        masters = tuple(self.compose(stored))
        now = self.clock.now()
        failing = blocking(self.check(stored, masters, now), {waiver.check for waiver in waivers})
        if failing:
            raise ApprovalRefused(_explain(failing))
        show(stored, masters)
        approval = Approval(
            release=stored.release_id,
            revision=stored.revision,
            seal=seal_release(
                release=stored.release_id,
                revision=stored.revision,
                content_digest=stored.digest,
                masters=[(master.key, master_digest(master)) for master in masters],
                waivers=waivers,
            ),
            by=by.strip(),
            at=now,
            waivers=tuple(waivers),
        )
        self.remember_lists(stored.release_id, stored.revision)
        self.releases.save_approval(approval, masters)
        self._record(approval)
        return approval

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


def _refuse_empty_reasons(waivers: Sequence[Waiver]) -> None:
    for waiver in waivers:
        if not waiver.reason.strip():
            raise ApprovalRefused(f"Waiving {waiver.check} needs a reason. Add --reason TEXT.")


def _explain(failing: Sequence[CheckResult]) -> str:
    lines = "\n".join(f"  {result.name}: {result.message} {result.remedy}" for result in failing)
    return f"These checks fail:\n{lines}\nMend the release, or waive a check by name: --waive NAME --reason TEXT."
