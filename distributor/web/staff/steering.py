"""Steering a dispatch: hold at one touch; resume, cancel and settle after a question that says what will happen."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

from fastapi import Response
from fastapi.responses import HTMLResponse, RedirectResponse

from distributor.bootstrap import Service
from distributor.core.account import Permission
from distributor.core.errors import BadInput, Refused
from distributor.core.ids import DispatchId, RemoteId
from distributor.core.message import THREADS, ChannelName
from distributor.core.report import DispatchState
from distributor.ports import Accepted
from distributor.ports_dispatch import PartInDoubt
from distributor.render.staff_pages import StaffPages
from distributor.web.staff.board import Board, BoardReader
from distributor.web.staff.dispatches import CAN_BE_CANCELLED, CAN_BE_HELD
from distributor.web.staff.gate import Gate, Visit

#: How long a resumed dispatch may still start, past its late limit.
_MAY_START_FOR: Final = timedelta(hours=1)
#: A post's number, or its whole address.
_POST: Final = re.compile(r"(?:https://[\w.]+/\w+/(?:web/)?status/)?(\d{1,20})(?:[/?#].*)?", re.ASCII)


class SteeringPages:
    """Asks, and does."""

    def __init__(self, service: Service, reader: BoardReader, pages: StaffPages) -> None:
        self._service = service
        self._reader = reader
        self._pages = pages

    def add_to(self, gate: Gate) -> None:
        """Declare the addresses."""
        gate.act("/dispatches/{dispatch}/hold", self.hold, needs=Permission.HOLD)
        gate.page("/dispatches/{dispatch}/resume", self.ask_resume, needs=Permission.RESUME)
        gate.act("/dispatches/{dispatch}/resume", self.resume, needs=Permission.RESUME)
        gate.page("/dispatches/{dispatch}/cancel", self.ask_cancel, needs=Permission.CANCEL)
        gate.act("/dispatches/{dispatch}/cancel", self.cancel, needs=Permission.CANCEL)
        gate.page("/dispatches/{dispatch}/settle", self.ask_settle, needs=Permission.SETTLE)
        gate.act("/dispatches/{dispatch}/settle", self.settle, needs=Permission.SETTLE)

    def hold(self, visit: Visit) -> Response:
        """Stop everything that has not left. It never asks: a stop can be undone."""
        board = self._read(visit)
        if board.status.state is DispatchState.HELD:
            return _back(board, "held-before")
        if board.status.state not in CAN_BE_HELD:
            return _back(board, "not-to-hold")
        is_new = self._service.controller.hold(board.status.dispatch, by=visit.by, reason=visit.fields.get("reason", ""))
        return _back(board, "held" if is_new else "held-before")

    def ask_resume(self, visit: Visit) -> Response:
        """Show what is out and what will go on."""
        return self._ask(visit, "resume.html", is_possible=_is_resumable(self._read(visit)))

    def resume(self, visit: Visit) -> Response:
        """Go on exactly where the hold stopped."""
        board = self._read(visit)
        if not _is_resumable(board):
            return _back(board, "not-held")
        is_new = self._service.controller.resume(
            board.status.dispatch, by=visit.by, reason=visit.fields.get("reason", ""), may_start_for=_MAY_START_FOR
        )
        self._reader.forget(board.status.dispatch)
        return _back(board, "resumed" if is_new else "not-held")

    def ask_cancel(self, visit: Visit) -> Response:
        """Show what will never leave, and what cannot be called back."""
        return self._ask(visit, "cancel.html", is_possible=self._read(visit).status.state in CAN_BE_CANCELLED)

    def cancel(self, visit: Visit) -> Response:
        """Withdraw everything that has not left, for good, once the person has said that they mean it."""
        board = self._read(visit)
        if board.status.state is DispatchState.CANCELLED:
            return _back(board, "cancelled-before")
        if visit.fields.get("sure") != "yes":
            return self.ask_cancel(visit)
        is_new = self._service.controller.cancel(board.status.dispatch, by=visit.by, reason=visit.fields.get("reason", ""))
        return _back(board, "cancelled" if is_new else "cancelled-before")

    def ask_settle(self, visit: Visit) -> Response:
        """Show what is in doubt on one channel, with the evidence so far, and the two choices."""
        return self._settling(visit, problem="")

    def settle(self, visit: Visit) -> Response:
        """Write a person's decision down, once they have read what it risks."""
        board, channel = self._read(visit), _channel(visit)
        try:
            again, post = _decision(visit, channel)
            if visit.fields.get("sure") != "yes":
                return self._settling(visit, problem="", is_sure_asked=True)
            self._service.controller.settle(
                board.status.dispatch,
                should_send_again=again,
                by=visit.by,
                reason=visit.fields.get("reason", ""),
                post=post,
                only=channel,
            )
        except (BadInput, Refused) as error:
            return self._settling(visit, problem=getattr(error, "problem", "") or str(error))
        return _back(board, "settled")

    def _settling(self, visit: Visit, *, problem: str, is_sure_asked: bool = False) -> HTMLResponse:
        board, channel = self._read(visit), _channel(visit)
        found = next((one for one in board.channels if one.name is channel), None)
        return self._html(
            visit,
            board,
            "settle_sure.html" if is_sure_asked else "settle.html",
            code=422 if problem else 200,
            found=found,
            channel=channel,
            is_thread=channel in THREADS,
            part=self._part_in_doubt(board, channel),
            kept={key: visit.fields.get(key, "") for key in ("decision", "reason", "post")},
            problem=problem,
        )

    def _part_in_doubt(self, board: Board, channel: ChannelName) -> PartInDoubt | None:
        if channel not in THREADS or channel not in board.plan.channels:
            return None
        return self._service.ledger.part_in_doubt(board.status.dispatch, channel)

    def _read(self, visit: Visit) -> Board:
        return self._reader.read(DispatchId(visit.path["dispatch"]))

    def _ask(self, visit: Visit, name: str, *, is_possible: bool) -> HTMLResponse:
        return self._html(visit, self._read(visit), name, is_possible=is_possible)

    def _html(self, visit: Visit, board: Board, template: str, *, code: int = 200, **values: object) -> HTMLResponse:
        shown = {"board": board, "status": board.status, "headline": board.headline, **values}
        return HTMLResponse(self._pages.page(template, visitor=visit.visitor, **shown), code)


def _is_resumable(board: Board) -> bool:
    return board.status.state in {DispatchState.HELD, DispatchState.EXPIRED} or bool(board.status.why_held)


def _back(board: Board, told: str) -> RedirectResponse:
    return RedirectResponse(f"/dispatches/{board.status.dispatch}?told={told}", 303)


def _channel(visit: Visit) -> ChannelName:
    try:
        return ChannelName(visit.fields.get("channel", ""))
    except ValueError as error:
        raise BadInput("There is no such channel.", where="channel", remedy="Take the link on the board.") from error


def _decision(visit: Visit, channel: ChannelName) -> tuple[bool, Accepted | None]:
    """Return whether to send again, and the post that a part counted as sent is.

    Raises:
        BadInput: something is missing, or cannot be.
    """
    decision = visit.fields.get("decision", "")
    if decision not in {"sent", "again"}:
        raise BadInput("Choose what becomes of them.", where="decision", remedy="")
    if not visit.fields.get("reason", "").strip():
        raise BadInput("Write down why you decide so: the audit keeps it.", where="reason", remedy="")
    if decision == "again" or channel not in THREADS:
        return decision == "again", None
    found = _POST.fullmatch(visit.fields.get("post", "").strip())
    if found is None:
        raise BadInput("Name the post: its address, or the number at the end of it.", where="post", remedy="")
    return False, Accepted(remote_id=RemoteId(found[1]), url=f"https://x.com/i/status/{found[1]}")
