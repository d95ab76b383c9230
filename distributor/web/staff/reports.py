"""Report pages: who has it, page by page and on paper; tables and the proof to take away. No address of theirs names a person."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from fastapi import Response
from fastapi.responses import HTMLResponse, StreamingResponse

from distributor.bootstrap import Service
from distributor.bootstrap_contacts import contact_keeper
from distributor.bootstrap_proof import prover
from distributor.core.account import Permission
from distributor.core.audit_words import sentence_of
from distributor.core.delivery import State
from distributor.core.ids import ContactNumber, DispatchId
from distributor.core.message import ChannelName
from distributor.flow.export_people import DISPATCH, record_export
from distributor.flow.report import BatchFinder, report_csv, report_json
from distributor.ports_audit import AuditQuery
from distributor.render.staff_pages import StaffPages
from distributor.store.recipients import RecipientPage, RedisRecipients
from distributor.web.staff.board import Board, BoardReader
from distributor.web.staff.gate import Gate, Visit

_A_PAGE: Final = 50
_MOST_FOUND: Final = 20
_MOST_ACTS: Final = 20
_LONGEST_TEXT: Final = 200
_DIGITS: Final = 9
_BLOCK_BYTES: Final = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One recipient."""

    index: int
    number: ContactNumber
    #: "" for somebody who was erased.
    address: str
    name: str
    outlet: str
    state: State
    sent_at: datetime | None
    why: str


class ReportPages:
    """Shows what became of a dispatch, and gives it away as files."""

    def __init__(self, service: Service, reader: BoardReader, pages: StaffPages) -> None:
        self._service = service
        self._reader = reader
        self._pages = pages
        self._recipients = RedisRecipients(service.client)

    def add_to(self, gate: Gate) -> None:
        """Declare the addresses. Files are acts: the audit tells of each."""
        gate.page("/dispatches/{dispatch}/report", self.show, needs=Permission.READ)
        gate.act("/dispatches/{dispatch}/report", self.find, needs=Permission.READ)
        gate.act("/dispatches/{dispatch}/report.csv", self.as_csv, needs=Permission.READ)
        gate.act("/dispatches/{dispatch}/report.json", self.as_json, needs=Permission.READ)
        gate.act("/dispatches/{dispatch}/proof", self.prove, needs=Permission.READ)

    def show(self, visit: Visit) -> Response:
        """Show the summary, and a page of the recipients."""
        board, state = self._read(visit), _state(visit.fields.get("state", ""))
        begin = visit.fields.get("from", "")
        at = int(begin) if begin.isascii() and begin.isdecimal() and len(begin) <= _DIGITS else 0
        page = self._recipients.page(board.status.dispatch, state=state, begin=at, most=_A_PAGE)
        return self._html(visit, board, page=page, state=state, begin=at, text="")

    def find(self, visit: Visit) -> Response:
        """Show those of the recipients who fit what was typed. A form and not a query, so that no address gets into a log."""
        board, text = self._read(visit), visit.fields.get("text", "").strip()[:_LONGEST_TEXT]
        people = contact_keeper(self._service).page(text, on=None, after=0, count=_MOST_FOUND).people if text else ()
        page = self._recipients.of(board.status.dispatch, [number for number, _ in people])
        return self._html(visit, board, page=page, state=None, begin=0, text=text)

    def as_csv(self, visit: Visit) -> Response:
        """Give every recipient and part as a table."""
        dispatch = self._exported(visit, "csv")
        pieces = report_csv(dispatch, dispatches=self._service.dispatches, book=self._service.book)
        return _download(pieces, f"report-{dispatch}.csv", "text/csv")

    def as_json(self, visit: Visit) -> Response:
        """Give the status, every recipient and part, and a checksum."""
        dispatch = self._exported(visit, "json")
        pieces = report_json(dispatch, dispatches=self._service.dispatches, book=self._service.book)
        return _download(pieces, f"report-{dispatch}.json", "application/json")

    def prove(self, visit: Visit) -> Response:
        """Make the proof and give it: one page that prints, with a checksum that the audit keeps too."""
        dispatch, service = self._read(visit).status.dispatch, self._service
        folder = tempfile.TemporaryDirectory(prefix="distributor-")
        file = Path(folder.name) / "proof.html"
        try:
            # Whole before its first byte leaves: a proof in part is none.
            prover(service).write(file, dispatch, by=visit.by)
        except BaseException:
            folder.cleanup()
            raise
        return _download(_blocks(folder, file), f"proof-{dispatch}.html", "text/html")

    def _exported(self, visit: Visit, form: str) -> DispatchId:
        board = self._read(visit)
        record_export(
            DISPATCH, board.status.dispatch, audit=self._service.audit, clock=self._service.clock, by=visit.by, count=board.total
        )  # fmt: skip
        return board.status.dispatch

    def _read(self, visit: Visit) -> Board:
        return self._reader.read(DispatchId(visit.path["dispatch"]))

    def _html(
        self, visit: Visit, board: Board, *, page: RecipientPage, state: State | None, begin: int, text: str
    ) -> HTMLResponse:
        approval = self._service.releases.approval(board.plan.release)
        acts = self._service.audit.newest(AuditQuery(subject=board.status.dispatch), before=None, most=_MOST_ACTS).entries
        html = self._pages.page(
            "report.html",
            visitor=visit.visitor,
            board=board,
            status=board.status,
            plan=board.plan,
            headline=board.headline,
            approval=approval if approval and approval.seal == board.plan.release_seal else None,
            acts=[(entry, sentence_of(entry.action, entry.facts)) for entry in acts],
            rows=self._rows(board, page),
            after=page.after,
            begin=begin,
            a_page=_A_PAGE,
            state=state,
            text=text,
        )
        return HTMLResponse(html)

    def _rows(self, board: Board, page: RecipientPage) -> list[Row]:
        if not page.found:
            return []
        people = dict(self._service.book.load([number for _, number, _ in page.found]))
        batch_of = BatchFinder(self._reader.batches(board.status, ChannelName.EMAIL))
        return [
            Row(
                index=index,
                number=number,
                address=contact.address if (contact := people.get(number)) else "",
                name=contact.name if contact else "",
                outlet=contact.outlet if contact else "",
                state=state,
                sent_at=record.sent_at if (record := batch_of(index)) else None,
                why=record.why if record else "",
            )
            for index, number, state in page.found
        ]


def _state(word: str) -> State | None:
    return next((state for state in State if state.value == word), None)


def _blocks(folder: tempfile.TemporaryDirectory[str], file: Path) -> Iterator[bytes]:
    with folder, file.open("rb") as opened:
        while block := opened.read(_BLOCK_BYTES):
            yield block


def _download(pieces: Iterator[bytes], name: str, kind: str) -> StreamingResponse:
    """Return a file to keep. Its name is of ids only, whatever a release or a person is called."""
    return StreamingResponse(pieces, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
