"""What a proof tells of the audit: who approved, which checks were waived, who held, resumed, cancelled or settled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from distributor.core.plan import DispatchPlan
from distributor.core.proof import ProofAct

_ON_DISPATCH = {
    "dispatch.scheduled": "scheduled it",
    "dispatch.held": "held it",
    "dispatch.resumed": "let it go on",
    "dispatch.cancelled": "cancelled it",
}


class Entry(Protocol):
    """An entry of the audit, as far as this needs it."""

    @property
    def at(self) -> datetime: ...
    @property
    def by(self) -> str: ...
    @property
    def action(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def facts(self) -> tuple[tuple[str, str], ...]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What people decided, each part oldest first."""

    approvals: tuple[ProofAct, ...]
    waivers: tuple[ProofAct, ...]
    acts: tuple[ProofAct, ...]


def acts_in(entries: Iterable[Entry], plan: DispatchPlan) -> Decided:
    """Return what the entries say about the plan's dispatch and about the approval that it was scheduled with.

    A waiver belongs to the approval that was given with it, in the same moment.
    """
    approvals, waived, acts = [], [], []
    for entry in entries:
        facts = dict(entry.facts)
        if entry.subject == plan.dispatch:
            if what := _on_dispatch(entry.action, facts):
                acts.append(_act(entry, what))
        elif entry.action == "release.approved" and facts.get("seal") == plan.release_seal:
            approvals.append(_act(entry, "approved"))
        elif entry.action == "check.waived" and facts.get("revision") == str(plan.revision):
            waived.append(_act(entry, facts.get("check", "")))
        elif entry.action == "approval.voided" and entry.at >= plan.scheduled_at:
            acts.append(_act(entry, "ended the approval"))
    moments = {approval.at for approval in approvals}
    waivers = tuple(waiver for waiver in waived if waiver.at in moments)
    return Decided(approvals=tuple(approvals), waivers=waivers, acts=tuple(acts))


def _on_dispatch(action: str, facts: dict[str, str]) -> str:
    if action == "dispatch.settled":
        moved, is_again = facts.get("moved", "some"), facts.get("decision") == "again"
        return f"settled {moved} in doubt: {'to be sent again' if is_again else 'counted as sent'}"
    return _ON_DISPATCH.get(action, "")


def _act(entry: Entry, what: str) -> ProofAct:
    return ProofAct(at=entry.at, by=entry.by, what=what, reason=entry.reason)
