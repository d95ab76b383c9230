"""What became of a dispatch, for programs: the report, the proof, and why things are as they are."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from fastapi import Response
from fastapi.responses import StreamingResponse

from distributor.bootstrap import Service
from distributor.bootstrap_contacts import person_deliveries
from distributor.bootstrap_proof import prover
from distributor.core.account import Permission
from distributor.core.addresses import normalise
from distributor.core.desk_time import in_both_zones
from distributor.core.ids import DispatchId
from distributor.flow.explain import explain_dispatch, explain_recipient
from distributor.flow.export_people import DISPATCH, record_export
from distributor.flow.find_dispatch import find_dispatch
from distributor.flow.report import write_report
from distributor.web.api.dispatch_shapes import Explanation, Whom
from distributor.web.api.door import By, Door

_BLOCK_BYTES: Final = 256 * 1024
CSV: Final = "text/csv"
HTML: Final = "text/html"


class RecordRoutes:
    """The routes of reports, proofs and explanations."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def add_to(self, door: Door) -> None:
        """Declare the routes."""
        area = door.area("records", "What became of a dispatch: the report, the proof, and why things are as they are.")
        area.read("/dispatches/{dispatch}/report", self.report_dispatch, needs=Permission.READ)
        area.read("/dispatches/{dispatch}/report.csv", self.report_dispatch_as_csv, needs=Permission.READ, gives=CSV)
        area.search("/dispatches/{dispatch}/proof", self.prove_dispatch, needs=Permission.READ, gives=HTML)
        area.read("/dispatches/{dispatch}/explanation", self.explain_dispatch, needs=Permission.READ)
        area.search("/dispatches/{dispatch}/explanation", self.explain_recipient, needs=Permission.READ)

    def report_dispatch(self, dispatch: str, caller: By) -> Response:
        """Say who has it: the status, every recipient and every part with its state, and a checksum over the rows.

        The audit tells who took it.
        """
        return self._report(dispatch, "json", "application/json", by=caller.name)

    def report_dispatch_as_csv(self, dispatch: str, caller: By) -> Response:
        """Say who has it, as a table: every recipient and every part with its state. The audit tells who took it."""
        return self._report(dispatch, "csv", CSV, by=caller.name)

    def prove_dispatch(self, dispatch: str, caller: By) -> Response:
        """Make the proof of a dispatch: one page that prints, with a checksum that the audit keeps too.

        It names people: hand it only to those who may see them. `distributor dispatch proof --verify FILE` checks one.
        """
        known = self._known(dispatch)
        return _streamed("proof.html", HTML, lambda out: prover(self._service).write(out, known, by=caller.name))

    def explain_dispatch(self, dispatch: str) -> Explanation:
        """Explain a dispatch: its plan, who did what, and what had trouble."""
        known = self._known(dispatch)
        found = explain_dispatch(known, dispatches=self._service.dispatches, audit=self._service.audit, when=self._when)
        return Explanation(dispatch=known, explanation=found)

    def explain_recipient(self, dispatch: str, whom: Whom) -> Explanation:
        """Explain what became of one recipient of a dispatch."""
        known = self._known(dispatch)
        found = explain_recipient(
            known,
            normalise(whom.recipient),
            dispatches=self._service.dispatches,
            deliveries=person_deliveries(self._service),
            book=self._service.book,
            suppressions=self._service.suppressions,
            when=self._when,
        )
        return Explanation(dispatch=known, explanation=found)

    def _report(self, name: str, ending: str, kind: str, *, by: str) -> Response:
        known, service = self._known(name), self._service
        record_export(DISPATCH, known, audit=service.audit, clock=service.clock, by=by)
        return _streamed(
            f"report.{ending}", kind, lambda out: write_report(out, known, dispatches=service.dispatches, book=service.book)
        )

    def _known(self, name: str) -> DispatchId:
        return find_dispatch(self._service.dispatches, name)

    def _when(self, moment: datetime) -> str:
        return in_both_zones(moment, zone=self._service.settings.desk_zone)


def _streamed(name: str, kind: str, write: Callable[[Path], object]) -> Response:
    """Return a file that is written whole before its first byte leaves, so that a refusal is one."""
    folder = tempfile.TemporaryDirectory(prefix="distributor-")
    file = Path(folder.name) / name
    try:
        write(file)
    except BaseException:
        folder.cleanup()
        raise

    def blocks() -> Iterator[bytes]:
        with folder, file.open("rb") as opened:
            while block := opened.read(_BLOCK_BYTES):
                yield block

    return StreamingResponse(blocks(), media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
