"""Dispatches for programs: schedule, look, hold, resume, cancel."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from pydantic import AwareDatetime, ConfigDict, Field

from distributor.bootstrap import Service
from distributor.bootstrap_contacts import audience_named
from distributor.core.account import Permission
from distributor.core.ids import DispatchId
from distributor.core.message import ChannelName
from distributor.core.report import status_json
from distributor.flow.schedule import ScheduleRequest
from distributor.web.api.door import By, Door
from distributor.web.api.shapes import After, Limit, Page, Reason, Shape, example, page_of

#: How long a resumed dispatch may still start, past its late limit.
_MAY_START_FOR: Final = timedelta(hours=1)


class NewDispatch(Shape):
    """To whom, by which ways, when."""

    model_config = example(release="r4k2tq7m3a", to=["press"], channels=["email", "x"], lift=None)

    release: str = Field(max_length=64)
    to: list[str] = Field(default_factory=list, max_length=100, description="Media lists or saved filters.")
    channels: list[ChannelName] = Field(min_length=1, max_length=10)
    lift: AwareDatetime | None = Field(None, description="Later than the embargo, never earlier. Default: the embargo.")


class DispatchShape(Shape):
    """A dispatch's status, in the shape of `dispatch status --json`."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "dispatch": "d7f3k2mq5b", "release": "r4k2tq7m3a", "revision": 2, "state": "releasing", "hold_reason": "",
                    "lift_at": "2099-03-01T09:00:00Z", "first_sent_at": "2099-03-01T09:00:00.004Z", "last_accepted_at": None,
                    "channels": {"email": {"total": 3, "states": {"planned": 1, "accepted": 2}}},
                }
            ]
        },
    )  # fmt: skip

    dispatch: str
    release: str
    revision: int
    state: str
    hold_reason: str
    lift_at: str
    first_sent_at: str | None
    last_accepted_at: str | None
    channels: dict[str, Any]


class DispatchRoutes:
    """The routes of dispatches."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def add_to(self, door: Door) -> None:
        """Declare the routes."""
        area = door.area("dispatches", "Dispatches: schedule, see who has it, hold, resume, cancel.")
        area.read("/dispatches", self.list_dispatches, needs=Permission.READ)
        area.write("/dispatches", self.schedule_dispatch, needs=Permission.SCHEDULE)
        area.read("/dispatches/{dispatch}", self.show_dispatch, needs=Permission.READ)
        area.write("/dispatches/{dispatch}/hold", self.hold_dispatch, needs=Permission.HOLD)
        area.write("/dispatches/{dispatch}/resume", self.resume_dispatch, needs=Permission.RESUME)
        area.write("/dispatches/{dispatch}/cancel", self.cancel_dispatch, needs=Permission.CANCEL)

    def list_dispatches(self, limit: Limit = 50, after: After = "") -> Page[DispatchShape]:
        """List dispatches, newest first."""
        return page_of(self._service.dispatches.all(), limit=limit, after=after, name=str, shape=self._status)

    def schedule_dispatch(self, new: NewDispatch, caller: By) -> DispatchShape:
        """Schedule and prepare an approved release.

        The same request again finds the same dispatch. Very long lists take some seconds.
        """
        plan = self._service.scheduler.schedule(
            ScheduleRequest(
                release=self._service.releases.resolve(new.release),
                lists=tuple(audience_named(self._service, name) for name in new.to),
                channels=tuple(new.channels),
                by=caller.name,
                lift_at=new.lift,
                late_limit=timedelta(minutes=self._service.settings.dispatch.late_limit_minutes),
            )
        )
        self._service.preparer.prepare_once(plan)
        return self._status(plan.dispatch)

    def show_dispatch(self, dispatch: str) -> DispatchShape:
        """Show a dispatch's status, in constant time however many it goes to."""
        return self._status(self._known(dispatch))

    def hold_dispatch(self, dispatch: str, why: Reason, caller: By) -> DispatchShape:
        """Stop everything that has not left, on every worker, within a second."""
        known = self._known(dispatch)
        self._service.controller.hold(known, by=caller.name, reason=why.reason)
        return self._status(known)

    def resume_dispatch(self, dispatch: str, why: Reason, caller: By) -> DispatchShape:
        """Go on exactly where the hold stopped; past the late limit it may start within an hour."""
        known = self._known(dispatch)
        self._service.controller.resume(known, by=caller.name, reason=why.reason, may_start_for=_MAY_START_FOR)
        return self._status(known)

    def cancel_dispatch(self, dispatch: str, why: Reason, caller: By) -> DispatchShape:
        """Withdraw everything that has not left, for good."""
        known = self._known(dispatch)
        self._service.controller.cancel(known, by=caller.name, reason=why.reason)
        return self._status(known)

    def _known(self, name: str) -> DispatchId:
        """Return the dispatch, of which the plan says whether there is one."""
        return self._service.dispatches.plan(DispatchId(name)).dispatch

    def _status(self, dispatch: DispatchId) -> DispatchShape:
        return DispatchShape.model_validate(status_json(self._service.dispatches.status(dispatch)))
