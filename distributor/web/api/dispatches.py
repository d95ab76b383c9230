"""Dispatches for programs: schedule, look, hold, resume, cancel, settle."""

from __future__ import annotations

from datetime import timedelta

from distributor.bootstrap import Service
from distributor.bootstrap_contacts import audience_named
from distributor.core.account import Permission
from distributor.core.ids import DispatchId, RemoteId
from distributor.flow.find_dispatch import find_dispatch
from distributor.flow.schedule import ScheduleRequest
from distributor.ports import Accepted
from distributor.web.api.dispatch_shapes import (
    Changed,
    NewDispatch,
    Resumption,
    Scheduled,
    Settled,
    Settlement,
    StatusShape,
    facts_of,
)  # fmt: skip
from distributor.web.api.door import By, Door
from distributor.web.api.shapes import After, Limit, Page, Reason, page_of


class DispatchRoutes:
    """The routes of dispatches."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def add_to(self, door: Door) -> None:
        """Declare the routes."""
        area = door.area("dispatches", "Dispatches: schedule, see who has it, hold, resume, cancel, settle what is in doubt.")
        area.read("/dispatches", self.list_dispatches, needs=Permission.READ)
        area.write("/dispatches", self.schedule_dispatch, needs=Permission.SCHEDULE)
        area.read("/dispatches/next", self.show_next_dispatch, needs=Permission.READ)
        area.read("/dispatches/{dispatch}", self.show_dispatch, needs=Permission.READ)
        area.write("/dispatches/{dispatch}/hold", self.hold_dispatch, needs=Permission.HOLD)
        area.write("/dispatches/{dispatch}/resume", self.resume_dispatch, needs=Permission.RESUME)
        area.write("/dispatches/{dispatch}/cancel", self.cancel_dispatch, needs=Permission.CANCEL)
        area.write("/dispatches/{dispatch}/settle", self.settle_dispatch, needs=Permission.SETTLE)

    def list_dispatches(self, limit: Limit = 50, after: After = "") -> Page[StatusShape]:
        """List dispatches, newest first."""
        page = page_of(self._service.dispatches.all(), limit=limit, after=after, name=str, shape=lambda name: name)
        found = self._service.dispatches.statuses(page.items)
        return Page(items=[StatusShape.model_validate(facts_of(status)) for status in found], next=page.next)

    def schedule_dispatch(self, new: NewDispatch, caller: By) -> Scheduled:
        """Schedule and prepare an approved release.

        The same request again finds the same dispatch. Very long lists take some seconds.
        """
        default_s = self._service.settings.dispatch.late_limit_minutes * 60
        plan = self._service.scheduler.schedule(
            ScheduleRequest(
                release=self._service.releases.resolve(new.release),
                lists=tuple(audience_named(self._service, name) for name in new.to),
                channels=tuple(new.channels),
                by=caller.name,
                lift_at=new.lift,
                late_limit=timedelta(seconds=default_s if new.late_limit_s is None else new.late_limit_s),
            )
        )
        prepared = self._service.preparer.prepare_once(plan)
        return Scheduled.model_validate(
            {
                **facts_of(self._service.dispatches.status(plan.dispatch)),
                "recipients": prepared.recipients,
                "suppressed": prepared.suppressed,
                "already_reached": prepared.already_reached,
                "parts": prepared.parts,
                "unserved": prepared.unserved,
                "by_master": dict(prepared.by_master),
                "workers": self._service.workers_alive(),
            }
        )

    def show_next_dispatch(self) -> StatusShape:
        """Show the unfinished dispatch that lifts next, or else the newest."""
        return self._status(find_dispatch(self._service.dispatches, None))

    def show_dispatch(self, dispatch: str) -> StatusShape:
        """Show where a dispatch stands, in constant time however many it goes to.

        The beginning of its id is enough, from four characters on.
        """
        return self._status(self._known(dispatch))

    def hold_dispatch(self, dispatch: str, why: Reason, caller: By) -> Changed:
        """Stop everything that has not left, on every worker, within a second."""
        known = self._known(dispatch)
        return self._changed(known, self._service.controller.hold(known, by=caller.name, reason=why.reason))

    def resume_dispatch(self, dispatch: str, why: Resumption, caller: By) -> Changed:
        """Go on exactly where the hold stopped.

        When the lift has passed, what is left leaves at once.
        """
        known, may_start_for = self._known(dispatch), timedelta(seconds=why.may_start_for_s)
        is_new = self._service.controller.resume(known, by=caller.name, reason=why.reason, may_start_for=may_start_for)
        return self._changed(known, is_new)

    def cancel_dispatch(self, dispatch: str, why: Reason, caller: By) -> Changed:
        """Withdraw everything that has not left, for good."""
        known = self._known(dispatch)
        return self._changed(known, self._service.controller.cancel(known, by=caller.name, reason=why.reason))

    def settle_dispatch(self, dispatch: str, decision: Settlement, caller: By) -> Settled:
        """Decide about everything of a dispatch that is in doubt.

        Doubt also ends by itself when evidence comes: the provider's events, or the account's own posts.
        """
        known = self._known(dispatch)
        post = decision.post and Accepted(remote_id=RemoteId(decision.post), url=f"https://x.com/i/status/{decision.post}")
        moved = self._service.controller.settle(
            known,
            should_send_again=decision.unknown == "again",
            by=caller.name,
            reason=decision.reason,
            post=post or None,
            only=decision.channel,
        )
        return Settled(dispatch=known, moved=moved)

    def _known(self, name: str) -> DispatchId:
        return find_dispatch(self._service.dispatches, name)

    def _status(self, dispatch: DispatchId) -> StatusShape:
        return StatusShape.model_validate(facts_of(self._service.dispatches.status(dispatch)))

    def _changed(self, dispatch: DispatchId, is_new: bool) -> Changed:
        return Changed.model_validate({**facts_of(self._service.dispatches.status(dispatch)), "is_new": is_new})
