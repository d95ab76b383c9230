"""The dispatch board: countdown, what has left, and the buttons that stop it. Nothing here touches a list of recipients."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from fastapi import Response
from fastapi.responses import HTMLResponse, RedirectResponse

from distributor.bootstrap import Service
from distributor.core.account import Permission
from distributor.core.delivery import OPEN
from distributor.core.ids import DispatchId
from distributor.core.report import DispatchState, DispatchStatus
from distributor.render.staff_pages import StaffPages
from distributor.web.staff.gate import Gate, Visit

_CAN_BE_HELD: Final = frozenset({DispatchState.ARMED, DispatchState.RELEASING})
_CAN_BE_CANCELLED: Final = _CAN_BE_HELD | {DispatchState.HELD, DispatchState.INCOMPLETE}
#: How long a resumed dispatch may still start, past its late limit.
_MAY_START_FOR: Final = timedelta(hours=1)


class DispatchPages:
    """Shows dispatches and steers them."""

    def __init__(self, service: Service, pages: StaffPages) -> None:
        self._service = service
        self._pages = pages

    def add_to(self, gate: Gate) -> None:
        """Declare the addresses."""
        gate.page("/dispatches/{dispatch}", self.show, needs=Permission.READ)
        gate.page("/dispatches/{dispatch}/board", self.board, needs=Permission.READ)
        gate.act("/dispatches/{dispatch}/hold", self.hold, needs=Permission.HOLD)
        gate.act("/dispatches/{dispatch}/resume", self.resume, needs=Permission.RESUME)
        gate.act("/dispatches/{dispatch}/cancel", self.cancel, needs=Permission.CANCEL)

    def show(self, visit: Visit) -> Response:
        """Show the board with its buttons."""
        return self._html(visit, "dispatch.html")

    def board(self, visit: Visit) -> Response:
        """Show the part that changes by itself; the page asks for it every second.

        Once the state is not the one that the page was made for, its buttons are out of date, and it loads itself anew.
        """
        response = self._html(visit, "_board.html")
        state = self._service.dispatches.status(self._dispatch(visit)).state.value
        if visit.fields.get("shown", state) != state:
            response.headers["HX-Refresh"] = "true"
        return response

    def hold(self, visit: Visit) -> Response:
        """Stop everything that has not left."""
        dispatch = self._dispatch(visit)
        self._service.controller.hold(dispatch, by=visit.by, reason=visit.fields.get("reason", ""))
        return RedirectResponse(f"/dispatches/{dispatch}", 303)

    def resume(self, visit: Visit) -> Response:
        """Go on exactly where the hold stopped."""
        dispatch = self._dispatch(visit)
        reason = visit.fields.get("reason", "")
        self._service.controller.resume(dispatch, by=visit.by, reason=reason, may_start_for=_MAY_START_FOR)
        return RedirectResponse(f"/dispatches/{dispatch}", 303)

    def cancel(self, visit: Visit) -> Response:
        """Withdraw everything that has not left, for good, once the person has said that they mean it."""
        dispatch = self._dispatch(visit)
        if visit.fields.get("sure") != "yes":
            return self._html(visit, "cancel.html")
        self._service.controller.cancel(dispatch, by=visit.by, reason=visit.fields.get("reason", ""))
        return RedirectResponse(f"/dispatches/{dispatch}", 303)

    def _dispatch(self, visit: Visit) -> DispatchId:
        """Return the dispatch of the path.

        Raises:
            NotFound: there is none.
        """
        return self._service.dispatches.plan(DispatchId(visit.path["dispatch"])).dispatch

    def _html(self, visit: Visit, name: str) -> HTMLResponse:
        dispatch = self._dispatch(visit)
        status = self._service.dispatches.status(dispatch)
        may = visit.visitor.caller.may
        html = self._pages.page(
            name,
            visitor=visit.visitor,
            status=status,
            plan=self._service.dispatches.plan(dispatch),
            headline=self._service.releases.get(status.release, status.revision).content.headline,
            settled={channel: one.tally.total - one.tally.count(OPEN) for channel, one in status.channels},
            can_hold=status.state in _CAN_BE_HELD and may(Permission.HOLD),
            can_resume=status.state is DispatchState.HELD and may(Permission.RESUME),
            can_cancel=status.state in _CAN_BE_CANCELLED and may(Permission.CANCEL),
            workers=self._service.workers_alive(),
            is_live=_is_live(status),
        )
        return HTMLResponse(html)


def _is_live(status: DispatchStatus) -> bool:
    """Say whether the board still changes by itself."""
    return status.state not in {DispatchState.CANCELLED, DispatchState.EXPIRED}
