"""The dispatch board: countdown, go or no go, the wave as it happens. Nothing here touches a list of recipients."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Final

from fastapi import Response
from fastapi.responses import HTMLResponse, RedirectResponse

from distributor.core.account import Permission
from distributor.core.ids import DispatchId
from distributor.core.report import DispatchState
from distributor.render.staff_pages import StaffPages
from distributor.store.ledger_keys import to_us
from distributor.web.staff.board import Board, BoardReader
from distributor.web.staff.gate import Gate, Visit
from distributor.web.staff.live import Frame, LiveBoards
from distributor.web.staff.lookout import Lookout

CAN_BE_HELD: Final = frozenset({DispatchState.ARMED, DispatchState.RELEASING})
CAN_BE_CANCELLED: Final = CAN_BE_HELD | {DispatchState.HELD, DispatchState.INCOMPLETE}
#: Nothing changes any more, whatever providers report.
_OVER: Final = frozenset({DispatchState.CANCELLED, DispatchState.EXPIRED})
#: Near its lift and during the wave a board is read twice a second.
_NEAR: Final = timedelta(seconds=30)
_QUICK_S: Final = 0.5
_PAUSES_S: Final = {DispatchState.ARMED: 1.0, DispatchState.RELEASING: _QUICK_S, DispatchState.HELD: 1.0}
_OTHERWISE_S: Final = 3.0
#: What an act has to say on the board to which it leads back.
TOLD: Final = {
    "held": "It is held. What had left by then has left; nothing more leaves until somebody resumes it.",
    "held-before": "Somebody had held it before you. It stays held.",
    "not-to-hold": "There was nothing to hold any more: see how it stands below.",
    "resumed": "It goes on, exactly where it stopped.",
    "not-held": "It was not held any more when you resumed it: somebody else had done so.",
    "cancelled": "It is cancelled for good. What had left by then has left.",
    "cancelled-before": "Somebody had cancelled it before you.",
    "settled": "Your decision is written down, with your name and reason.",
}


class DispatchPages:
    """Shows dispatches as they are and as they change."""

    def __init__(self, reader: BoardReader, pages: StaffPages, lookout: Lookout) -> None:
        self._reader = reader
        self._pages = pages
        self._lookout = lookout
        self.live = LiveBoards(self._frame)

    def add_to(self, gate: Gate) -> None:
        """Declare the addresses."""
        gate.page("/dispatches/{dispatch}", self.show, needs=Permission.READ)
        gate.watch("/dispatches/{dispatch}/board", self.board, needs=Permission.READ)
        gate.stream("/dispatches/{dispatch}/live", self.follow, needs=Permission.READ)
        gate.act("/dispatches/{dispatch}/look", self.look, needs=Permission.READ)

    def show(self, visit: Visit) -> Response:
        """Show the board with its buttons; those that do not fit its state are there too, hidden, and appear when they do."""
        board = self._read(visit)
        may = visit.visitor.caller.may
        html = self._pages.page(
            "dispatch.html",
            visitor=visit.visitor,
            **_values(board),
            told=TOLD.get(visit.fields.get("told", ""), ""),
            may=may,
            Permission=Permission,
            can_hold=board.status.state in CAN_BE_HELD,
        )
        return HTMLResponse(html)

    def board(self, visit: Visit) -> Response:
        """Show the part that changes, for browsers whose stream has broken."""
        frame = self._frame(DispatchId(visit.path["dispatch"]))
        return HTMLResponse(frame.html, headers={"X-Board-Time": str(frame.now_ms)})

    def follow(self, visit: Visit) -> AsyncGenerator[bytes]:
        """Give the part that changes whenever it does."""
        return self.live.follow(DispatchId(visit.path["dispatch"]))

    def look(self, visit: Visit) -> Response:
        """Ask providers and DNS again."""
        board = self._read(visit)
        self._lookout.look_again()
        self._reader.forget(board.status.dispatch)
        return RedirectResponse(f"/dispatches/{board.status.dispatch}", 303)

    def _read(self, visit: Visit) -> Board:
        return self._reader.read(DispatchId(visit.path["dispatch"]))

    def _frame(self, dispatch: DispatchId) -> Frame:
        board = self._reader.read(dispatch)
        status = board.status
        is_near = status.state is DispatchState.ARMED and status.lift_at - status.read_at < _NEAR
        return Frame(
            html=self._pages.page("_board.html", **_values(board)),
            now_ms=to_us(status.read_at) // 1000,
            is_over=status.state in _OVER,
            is_final=status.state is DispatchState.DONE,
            pause_s=_QUICK_S if is_near else _PAUSES_S.get(status.state, _OTHERWISE_S),
        )


def _values(board: Board) -> dict[str, object]:
    status = board.status
    return {
        "board": board,
        "plan": board.plan,
        "status": status,
        "headline": board.headline,
        "lift_ms": to_us(status.lift_at) // 1000,
        "now_ms": to_us(status.read_at) // 1000,
    }
