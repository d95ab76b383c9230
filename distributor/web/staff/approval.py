"""Approving and scheduling in the browser: exactly what will leave, when, and to whom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from fastapi import Response
from fastapi.responses import HTMLResponse, RedirectResponse

from distributor.bootstrap import Service
from distributor.bootstrap_contacts import audience_named
from distributor.core.account import Permission
from distributor.core.approval import Waiver
from distributor.core.errors import BadInput
from distributor.core.ids import ReleaseId
from distributor.core.message import ChannelName, Master, ThreadMaster
from distributor.flow.schedule import ScheduleRequest
from distributor.ports_releases import StoredRevision
from distributor.render.staff_pages import StaffPages
from distributor.web.staff.gate import Gate, Visit


class ApprovalPages:
    """Shows what would be sealed, seals it, and schedules what is sealed."""

    def __init__(self, service: Service, pages: StaffPages) -> None:
        self._service = service
        self._pages = pages

    def add_to(self, gate: Gate) -> None:
        """Declare the addresses."""
        gate.page("/releases/{release}/approval", self.show, needs=Permission.READ)
        gate.act("/releases/{release}/approve", self.approve, needs=Permission.APPROVE)
        gate.act("/releases/{release}/schedule", self.schedule, needs=Permission.SCHEDULE)

    def show(self, visit: Visit) -> Response:
        """Show what would be sealed, or the seal with the form for scheduling."""
        stored = self._stored(visit)
        masters = tuple(self._service.compose(stored))
        checks = self._service.check(stored, masters, self._service.clock.now())
        html = self._pages.page(
            "approval.html", visitor=visit.visitor, stored=stored, checks=sorted(checks, key=lambda check: check.passed),
            approval=self._service.releases.approval(stored.release_id), needs=self._needs(stored, masters),
            lists=self._service.book.lists(), channels=sorted(self._service.channels), now=self._service.lift_clock.now(),
            lift_at=stored.content.embargo.lift_at() if stored.content.embargo else None,
            is_own=visit.by in {stored.added_by, stored.content.author} and self._service.settings.approval.two_person,
            may=visit.visitor.caller.may, Permission=Permission,
        )  # fmt: skip
        return HTMLResponse(html)

    def approve(self, visit: Visit) -> Response:
        """Seal the revision that was shown; a newer one must be looked at first."""
        stored = self._stored(visit)
        if visit.fields.get("revision") != str(stored.revision):
            raise BadInput("A newer revision has come.", where="release", remedy="Look at it, then approve it.")
        waivers = tuple(
            Waiver(check=check, reason=visit.fields.get("reason", ""), by=visit.by) for check in dict.fromkeys(visit.all("waive"))
        )
        self._service.approver.approve(stored.release_id, by=visit.by, waivers=waivers)
        return RedirectResponse(f"/releases/{stored.release_id}/approval", 303)

    def schedule(self, visit: Visit) -> Response:
        """Schedule the approved release and prepare it, which takes some seconds for very long lists."""
        stored = self._stored(visit)
        plan = self._service.scheduler.schedule(
            ScheduleRequest(
                release=stored.release_id,
                lists=tuple(audience_named(self._service, name) for name in visit.all("list")),
                channels=tuple(_channel(name) for name in visit.all("channel")),
                by=visit.by,
                lift_at=None,
                late_limit=timedelta(minutes=self._service.settings.dispatch.late_limit_minutes),
            )
        )
        self._service.preparer.prepare_once(plan)
        return RedirectResponse(f"/dispatches/{plan.dispatch}", 303)

    def _stored(self, visit: Visit) -> StoredRevision:
        return self._service.releases.get(ReleaseId(visit.path["release"]))

    def _needs(self, stored: StoredRevision, masters: Sequence[Master]) -> list[str]:
        lift_at = stored.content.embargo.lift_at() if stored.content.embargo else None
        threads = [master for master in masters if isinstance(master, ThreadMaster)]
        return [line for thread in threads for line in self._service.thread_needs(thread, lift_at)]


def _channel(name: str) -> ChannelName:
    try:
        return ChannelName(name)
    except ValueError as error:
        raise BadInput("There is no such channel.", where="channel", remedy="Choose one of those in the form.") from error
