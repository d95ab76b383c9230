"""Approving in the browser: exactly what will leave, what has changed since the last approval, and the seal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from fastapi import Response
from fastapi.responses import HTMLResponse, RedirectResponse

from distributor.bootstrap import Service
from distributor.core.account import Permission
from distributor.core.approval import Waiver
from distributor.core.cost import cost_of
from distributor.core.errors import BadInput, Refused
from distributor.core.ids import ReleaseId
from distributor.core.lift_words import in_zones
from distributor.core.message import ThreadMaster
from distributor.core.report import DispatchState
from distributor.flow.since_approval import since_approval
from distributor.ports_releases import StoredRevision
from distributor.render.staff_pages import StaffPages
from distributor.web.staff.gate import Gate, Visit

_LEAVES_NO_MORE = frozenset({DispatchState.CANCELLED, DispatchState.EXPIRED, DispatchState.DONE})


class ApprovalPages:
    """Shows what would be sealed, seals it, and takes the seal back."""

    def __init__(self, service: Service, pages: StaffPages) -> None:
        self._service = service
        self._pages = pages

    def add_to(self, gate: Gate) -> None:
        """Declare the addresses."""
        gate.page("/releases/{release}/approval", self.show, needs=Permission.READ)
        gate.page("/releases/{release}/changes", self.changes, needs=Permission.READ)
        gate.act("/releases/{release}/approve", self.approve, needs=Permission.APPROVE)
        gate.act("/releases/{release}/withdraw", self.withdraw, needs=Permission.APPROVE)

    def show(self, visit: Visit) -> Response:
        """Show what would be sealed, or the seal and what can be done with it."""
        return self._show(visit)

    def changes(self, visit: Visit) -> Response:
        """Show word by word what has changed since the last approval."""
        stored = self._stored(visit)
        since = since_approval(stored, self._service.compose(stored), self._service.releases)
        return HTMLResponse(self._pages.page("changes.html", visitor=visit.visitor, stored=stored, since=since))

    def approve(self, visit: Visit) -> Response:
        """Seal what was shown; what came meanwhile must be looked at first. A refusal keeps the reasons that were typed."""
        stored = self._stored(visit)
        if visit.fields.get("revision") != str(stored.revision):
            raise BadInput("A newer revision has come.", where="release", remedy="Look at it, then approve it.")
        waivers = tuple(
            Waiver(check=check, reason=_reason_for(check, visit), by=visit.by) for check in dict.fromkeys(visit.all("waive"))
        )
        try:
            if waivers:
                visit.visitor.caller.demand(Permission.WAIVE)
            self._service.approver.approve(
                stored.release_id, by=visit.by, waivers=waivers, seen=visit.fields.get("seen", ""), revision=stored.revision
            )
        except Refused as refused:
            return self._show(visit, problem=str(refused))
        return RedirectResponse(f"/releases/{stored.release_id}/approval", 303)

    def withdraw(self, visit: Visit) -> Response:
        """Take the approval back, once the person has said that they mean it and why."""
        stored = self._stored(visit)
        reason, problem = visit.fields.get("reason", ""), ""
        if visit.fields.get("sure") == "yes":
            try:
                self._service.approver.withdraw(stored.release_id, by=visit.by, reason=reason)
                return RedirectResponse(f"/releases/{stored.release_id}/approval", 303)
            except Refused as refused:
                problem = str(refused)
        dispatches = [self._service.dispatches.status(one) for one in self._service.dispatches.of_release(stored.release_id)]
        html = self._pages.page(
            "withdraw.html", visitor=visit.visitor, stored=stored, reason=reason, problem=problem,
            waiting=[status for status in dispatches if status.state not in _LEAVES_NO_MORE],
        )  # fmt: skip
        return HTMLResponse(html, 422 if problem else 200)

    def _show(self, visit: Visit, *, problem: str = "") -> Response:
        stored = self._stored(visit)
        masters = tuple(self._service.compose(stored))
        checks = self._service.check(stored, masters, self._service.clock.now())
        approval = self._service.releases.approval(stored.release_id)
        lift_at = _lift_of(stored)
        threads = [master for master in masters if isinstance(master, ThreadMaster)]
        html = self._pages.page(
            "approval.html", visitor=visit.visitor, stored=stored, masters=masters, threads=threads, approval=approval,
            checks=sorted(checks, key=lambda check: check.passed), problem=problem,
            needs=[line for thread in threads for line in self._service.thread_needs(thread, lift_at)],
            costs={thread.key: cost_of(thread) for thread in threads},
            since=since_approval(stored, masters, self._service.releases),
            seen=self._service.approver.seen_of(stored, masters),
            refusal=self._service.approver.refusal_of(stored, by=visit.by),
            now=self._service.lift_clock.now(), lift_at=lift_at, clocks=in_zones(lift_at, self._zones(stored)) if lift_at else (),
            dispatches=[self._service.dispatches.status(one) for one in self._service.dispatches.of_release(stored.release_id)],
            waive=visit.all("waive"), reasons={check.name: _reason_for(check.name, visit) for check in checks},
            may=visit.visitor.caller.may, Permission=Permission,
        )  # fmt: skip
        return HTMLResponse(html, 422 if problem else 200)

    def _zones(self, stored: StoredRevision) -> Sequence[str]:
        """Return the desk's zone, and the one in which the embargo is written."""
        local = stored.content.embargo.local if stored.content.embargo else None
        return [self._service.settings.desk_zone, *([local.zone] if local else [])]

    def _stored(self, visit: Visit) -> StoredRevision:
        return self._service.releases.get(ReleaseId(visit.path["release"]))


def _reason_for(check: str, visit: Visit) -> str:
    return visit.fields.get(f"reason.{check}", "")


def _lift_of(stored: StoredRevision) -> datetime | None:
    return stored.content.embargo.lift_at() if stored.content.embargo else None
