"""Suppressing a whole file of addresses in the browser: bring it, see what would happen, say yes."""

from __future__ import annotations

from typing import Final

from fastapi import Response
from fastapi.responses import HTMLResponse, RedirectResponse

from distributor.bootstrap import Service
from distributor.bootstrap_contacts import import_jobs
from distributor.core.account import Permission
from distributor.core.errors import BadInput, NotFound
from distributor.core.ids import ListName, address_key
from distributor.core.import_job import ImportId, ImportJob
from distributor.core.suppression_file import SuppressionFile, suppressions_in
from distributor.flow.suppress import suppress_all
from distributor.intake.table_file import table_rows
from distributor.render.staff_pages import StaffPages
from distributor.web.staff.form import MOST_BYTES_WITH_FILES
from distributor.web.staff.gate import Gate, Visit
from distributor.web.staff.reason import reason_in

#: More take longer than a request should; the command line takes any number.
_MOST_ADDRESSES: Final = 200_000
_SHOWN: Final = 50
_BLOCK: Final = 1000
_LONGEST_NAME: Final = 100


class SuppressionFilePages:
    """Leads through the import of a file of addresses that must never be mailed."""

    def __init__(self, service: Service, pages: StaffPages) -> None:
        self._service = service
        self._pages = pages
        self._jobs = import_jobs(service)

    def add_to(self, gate: Gate) -> None:
        """Declare the addresses."""
        gate.page("/suppressions/file", self.begin, needs=Permission.SUPPRESS)
        gate.act("/suppressions/file", self.take, needs=Permission.SUPPRESS, most=MOST_BYTES_WITH_FILES)
        gate.act("/suppressions/file/{import}", self.store, needs=Permission.SUPPRESS)

    def begin(self, visit: Visit) -> Response:
        """Show the form that takes a file."""
        return self._begin(visit)

    def _begin(self, visit: Visit, *, problem: str = "") -> Response:
        return self._html(visit, "suppression_file.html", status=422 if problem else 200, job=None, problem=problem)

    def take(self, visit: Visit) -> Response:
        """Take a file and say what it would do: the wrong file would silence a whole list."""
        upload = visit.files.get("file")
        if upload is None or not upload.content:
            return self._begin(visit, problem="No file came, or an empty one. Choose one with an address per line, or a table.")
        name = upload.name[:_LONGEST_NAME] or "file"
        try:
            found = _read(upload.content, name)
        except BadInput as error:
            return self._begin(visit, problem=str(error))
        job = ImportJob(
            id=ImportId(""),
            owner=visit.visitor.caller.account.id,
            list_name=ListName(""),
            file_name=name,
            begun_at=self._service.clock.now(),
        )
        return self._ask(visit, self._jobs.begin(job, upload.content), found)

    def _ask(self, visit: Visit, job: ImportJob, found: SuppressionFile, *, problem: str = "") -> Response:
        values = {
            "job": job,
            "given": len(found.addresses),
            "known": self._known(found),
            "wrong": found.wrong[:_SHOWN],
            "wrong_count": len(found.wrong),
            "problem": problem,
        }
        return self._html(visit, "suppression_file.html", status=422 if problem else 200, **values)

    def _known(self, found: SuppressionFile) -> int:
        keys = [address_key(address) for address in found.addresses]
        blocks = (keys[start : start + _BLOCK] for start in range(0, len(keys), _BLOCK))
        return sum(sum(self._service.suppressions.suppressed_among(block)) for block in blocks)

    def store(self, visit: Visit) -> Response:
        """Suppress everybody in the file; repeating it changes nothing."""
        name = ImportId(visit.path["import"])
        job = self._jobs.get(name, owner=visit.visitor.caller.account.id)
        content = self._jobs.content(name) if job is not None and not job.list_name else None
        if job is None or content is None:
            raise NotFound("file", name[:24], remedy="A file is kept for an hour. Bring it again.")
        found, reason = _read(content, job.file_name), reason_in(visit)
        if not reason:
            return self._ask(visit, job, found, problem="Say why nothing may be mailed to them; it is kept in the audit.")
        service = self._service
        suppress_all(
            found.addresses,
            suppressions=service.suppressions,
            audit=service.audit,
            clock=service.clock,
            by=visit.by,
            reason=reason,
        )
        self._jobs.drop(job.id, owner=job.owner)
        return RedirectResponse("/suppressions", 303)

    def _html(self, visit: Visit, name: str, *, status: int = 200, **values: object) -> HTMLResponse:
        return HTMLResponse(self._pages.page(name, visitor=visit.visitor, **values), status)


def _read(content: bytes, name: str) -> SuppressionFile:
    found = suppressions_in(table_rows(content, name=name), name=name)
    if len(found.addresses) > _MOST_ADDRESSES:
        remedy = "Cut it into several files, or use `distributor suppress import`."
        raise BadInput(f"There are more than {_MOST_ADDRESSES:,} addresses.", where=name, remedy=remedy)
    return found
