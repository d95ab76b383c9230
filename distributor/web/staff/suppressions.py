"""Who must never be mailed, in the browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from fastapi import Response
from fastapi.responses import HTMLResponse, RedirectResponse, StreamingResponse

from distributor.bootstrap import Service
from distributor.bootstrap_contacts import suppression_pages
from distributor.core.account import Permission
from distributor.core.addresses import normalise
from distributor.core.contact_table import csv_blocks
from distributor.core.errors import BadInput, NotFound
from distributor.core.ids import AddressKey
from distributor.flow.export_people import SUPPRESSIONS, record_export, suppression_rows, with_people
from distributor.flow.suppress import suppress_address, unsuppress_address
from distributor.ports import Suppression
from distributor.render.staff_pages import StaffPages
from distributor.web.staff.gate import Gate, Visit
from distributor.web.staff.reason import reason_in

_A_PAGE: Final = 50
_DIGITS: Final = 12


class SuppressionPages:
    """Shows suppressions newest first; adds, looks up, lifts and exports them."""

    def __init__(self, service: Service, pages: StaffPages) -> None:
        self._service = service
        self._pages = pages
        self._stored = suppression_pages(service)

    def add_to(self, gate: Gate) -> None:
        """Declare the addresses. Whom it is about always comes in a form."""
        gate.page("/suppressions", self.show, needs=Permission.READ)
        gate.act("/suppressions", self.add, needs=Permission.SUPPRESS)
        gate.act("/suppressions/find", self.find, needs=Permission.READ)
        gate.act("/suppressions/lift", self.lift, needs=Permission.SUPPRESS)
        gate.act("/suppressions/export", self.export, needs=Permission.SUPPRESS)

    def show(self, visit: Visit) -> Response:
        """Show a page of them."""
        return self._show(visit)

    def _show(self, visit: Visit, *, problem: str = "", looked_up: Suppression | None = None, sought: str = "") -> Response:
        before = visit.fields.get("before", "")
        is_number = before.isascii() and before.isdecimal() and len(before) <= _DIGITS
        page = self._stored.newest(before=int(before) if is_number else None, most=_A_PAGE)
        values = {
            "lines": list(with_people(page.lines, self._service.book)),
            "before": page.before,
            "is_first": not is_number,
            "count": self._service.suppressions.count(),
            "problem": problem,
            "looked_up": looked_up,
            "sought": sought,
            "typed": {name: visit.fields.get(name, "") for name in ("address", "reason")},
        }
        return self._html(visit, "suppressions.html", status=422 if problem else 200, **values)

    def find(self, visit: Visit) -> Response:
        """Look up one address."""
        try:
            address = normalise(visit.fields.get("address", ""))
        except BadInput as error:
            return self._show(visit, problem=f"{error.problem} {error.remedy}")
        return self._show(visit, looked_up=self._service.suppressions.find(address), sought=address)

    def add(self, visit: Visit) -> Response:
        """Never mail an address again, whether anybody is stored under it or not."""
        reason = reason_in(visit)
        try:
            address = normalise(visit.fields.get("address", ""))
        except BadInput as error:
            return self._show(visit, problem=f"{error.problem} {error.remedy}")
        if not reason:
            return self._show(visit, problem="Say why nothing may be mailed to them; it is kept in the audit.")
        suppress_address(
            address, suppressions=self._service.suppressions, audit=self._service.audit, clock=self._service.clock,
            by=visit.by, reason=reason,
        )  # fmt: skip
        return RedirectResponse("/suppressions", 303)

    def lift(self, visit: Visit) -> Response:
        """Let an address be mailed again, after asking."""
        found = self._stored.by_key(AddressKey(visit.fields.get("key", "")[:_LONGEST_KEY]))
        if found is None:
            raise NotFound("suppression", "this", remedy="It may have been lifted in the meantime.")
        reason, problem = reason_in(visit), ""
        if visit.fields.get("sure") == "yes" and reason and found.address:
            unsuppress_address(
                found.address, suppressions=self._service.suppressions, audit=self._service.audit, clock=self._service.clock,
                by=visit.by, reason=reason,
            )  # fmt: skip
            return RedirectResponse("/suppressions", 303)
        if visit.fields.get("sure"):
            problem = "Say how they asked for it; it is kept in the audit."
        return self._html(visit, "suppression_lift.html", status=422 if problem else 200, found=found, problem=problem)

    def export(self, visit: Visit) -> Response:
        """Give all of them as a CSV, newest first."""
        count = self._service.suppressions.count()
        record_export(SUPPRESSIONS, "all", audit=self._service.audit, clock=self._service.clock, by=visit.by, count=count)
        headers = {"Content-Disposition": 'attachment; filename="suppressions.csv"'}
        return StreamingResponse(self._csv(), media_type="text/csv; charset=utf-8", headers=headers)

    def _csv(self) -> Iterator[str]:
        # With a byte-order mark, so that spreadsheets take it for UTF-8.
        yield "\ufeff"
        yield from csv_blocks(suppression_rows(self._stored, self._service.book))

    def _html(self, visit: Visit, name: str, *, status: int = 200, **values: object) -> HTMLResponse:
        return HTMLResponse(self._pages.page(name, visitor=visit.visitor, **values), status)


#: Longer than any key.
_LONGEST_KEY: Final = 64
