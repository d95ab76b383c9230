"""Importing a media list in the browser: bring a file, confirm its columns, see what would happen, say yes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import islice
from typing import Final

from fastapi import Response
from fastapi.responses import HTMLResponse, RedirectResponse

from distributor.bootstrap import Service
from distributor.bootstrap_contacts import contact_edits, import_jobs
from distributor.core.account import Permission
from distributor.core.contact_headers import FIELDS
from distributor.core.errors import BadInput, NotFound
from distributor.core.ids import ListName
from distributor.core.import_job import AT_WORK, ImportId, ImportJob, ImportStep, checked_mapping, columns_to_map, guess_mapping
from distributor.core.media_list import list_name
from distributor.intake.table_file import table_rows
from distributor.render.staff_pages import StaffPages
from distributor.web.staff.form import MOST_BYTES_WITH_FILES, Upload
from distributor.web.staff.gate import Gate, Visit
from distributor.web.staff.import_runner import ImportRunner

_SAMPLES: Final = 3
_LONGEST_SAMPLE: Final = 60
_LONGEST_NAME: Final = 100


class ImportPages:
    """Leads through an import."""

    def __init__(self, service: Service, pages: StaffPages, runner: ImportRunner) -> None:
        self._service = service
        self._pages = pages
        self._runner = runner
        self._jobs = import_jobs(service)
        self._edits = contact_edits(service)

    def add_to(self, gate: Gate) -> None:
        """Declare the addresses. An import is its owner's: for everybody else there is none of that name."""
        needs = Permission.MANAGE_CONTACTS
        gate.page("/imports", self.begin, needs=needs)
        gate.act("/imports", self.take, needs=needs, most=MOST_BYTES_WITH_FILES)
        gate.page("/imports/{import}", self.show, needs=needs)
        gate.watch("/imports/{import}/progress", self.progress, needs=needs)
        gate.act("/imports/{import}/columns", self.confirm, needs=needs)
        gate.act("/imports/{import}/again", self.look_again, needs=needs)
        gate.act("/imports/{import}/store", self.store, needs=needs)
        gate.act("/imports/{import}/rows", self.rows, needs=needs)
        gate.act("/imports/{import}/drop", self.drop, needs=needs)

    def begin(self, visit: Visit) -> Response:
        """Show the form that takes a file, and imports of one's own that are open."""
        return self._begin(visit)

    def _begin(self, visit: Visit, *, problem: str = "") -> Response:
        values = {
            "lists": self._service.book.lists(),
            "chosen": visit.fields.get("list", ""),
            "new_list": visit.fields.get("new_list", ""),
            "open_jobs": [job for job in self._jobs.of(visit.visitor.caller.account.id) if job.list_name],
            "fields": FIELDS,
            "problem": problem,
        }
        return self._html(visit, "imports.html", status=422 if problem else 200, **values)

    def take(self, visit: Visit) -> Response:
        """Take a file: read its first lines, guess its columns, keep it for the hour."""
        upload = visit.files.get("file")
        if upload is None or not upload.content:
            return self._begin(visit, problem="No file came, or an empty one. Choose a CSV or a workbook of at most 30 MB.")
        try:
            name = self._list_of(visit)
            job = self._read_head(visit, upload, name)
        except BadInput as error:
            return self._begin(visit, problem=f"{error.problem} {error.remedy}")
        made = self._jobs.begin(job, upload.content)
        return _to(made)

    def _list_of(self, visit: Visit) -> ListName:
        name = list_name(visit.fields.get("new_list", "").strip() or visit.fields.get("list", ""))
        if name in self._edits.filters():
            raise BadInput(f"A saved filter is called {name}.", where="list", remedy="Choose another name.")
        return name

    def _read_head(self, visit: Visit, upload: Upload, name: ListName) -> ImportJob:
        shown = upload.name[:_LONGEST_NAME] or "file"
        lines = list(islice(table_rows(upload.content, name=shown), _SAMPLES + 1))
        if not lines:
            raise BadInput("The file is empty.", where="file", remedy="Its first line names the columns.")
        header = tuple(lines[0][1])
        if any("@" in cell for cell in header):
            remedy = "Put a line above it that names the columns: name, email, outlet, language, tags."
            raise BadInput("The first line is no header: it holds an address.", where="file", remedy=remedy)
        return ImportJob(
            id=ImportId(""),
            owner=visit.visitor.caller.account.id,
            list_name=name,
            file_name=shown,
            begun_at=self._service.clock.now(),
            header=header,
            samples=tuple(tuple(cell[:_LONGEST_SAMPLE] for cell in cells) for _, cells in lines[1:]),
            mapping=guess_mapping(header, dict(self._edits.mapping_of(name))),
        )

    def show(self, visit: Visit) -> Response:
        """Show how an import stands: its columns, what would happen, how far it is, or what happened."""
        job = self._job(visit)
        return self._columns(visit, job) if job.step is ImportStep.COLUMNS else self._stand(visit, job)

    def _stand(self, visit: Visit, job: ImportJob) -> Response:
        return self._html(visit, "import.html", job=job, step=job.step.value, progress=self._jobs.progress(job.id))

    def _columns(self, visit: Visit, job: ImportJob, *, typed: Mapping[str, str] | None = None, problem: str = "") -> Response:
        chosen = dict(job.mapping) if typed is None else typed
        shown = [
            (at, column, chosen.get(column, ""), [row[at] for row in job.samples if at < len(row) and row[at]])
            for column in columns_to_map(job.header)
            for at in [job.header.index(column)]
        ]
        values = {"job": job, "columns": shown, "fields": FIELDS, "problem": problem}
        return self._html(visit, "import_columns.html", status=422 if problem else 200, **values)

    def progress(self, visit: Visit) -> Response:
        """Show how far the work is, as a part of the page; when it is over, the page loads itself anew."""
        job = self._job(visit)
        progress = self._jobs.progress(job.id)
        if job.step not in AT_WORK or not progress.is_running:
            return Response(status_code=200, headers={"HX-Refresh": "true"})
        return self._html(visit, "_progress.html", job=job, step=job.step.value, progress=progress)

    def confirm(self, visit: Visit) -> Response:
        """Take the columns as somebody chose them, and find out what the import would do."""
        job = self._job(visit)
        # A column is named by its place: its header may be anything.
        typed = {column: visit.fields.get(f"column.{job.header.index(column)}", "") for column in columns_to_map(job.header)}
        try:
            mapping = checked_mapping(job.header, typed)
        except BadInput as error:
            return self._columns(visit, job, typed=typed, problem=f"{error.problem} {error.remedy}")
        if job.step is not ImportStep.DONE:
            self._runner.look(replace(job, mapping=mapping, sums=None, changed=(), wrong_rows=()), by=visit.by)
        return _to(job)

    def look_again(self, visit: Visit) -> Response:
        """Go back to the columns."""
        job = self._job(visit)
        if job.step in {ImportStep.READY, ImportStep.FAILED}:
            self._jobs.save(replace(job, step=ImportStep.COLUMNS, problem=""))
        return _to(job)

    def store(self, visit: Visit) -> Response:
        """Begin to import what was foreseen, or go on with a step that was cut off."""
        job = self._job(visit)
        if job.step is ImportStep.LOOKING:
            self._runner.look(job, by=visit.by)
        elif job.step in {ImportStep.READY, ImportStep.STORING}:
            self._runner.store(job, by=visit.by)
        return _to(job)

    def rows(self, visit: Visit) -> Response:
        """Give the rows that are left out, with what is wrong with each; mended, they are imported again."""
        found = self._jobs.rows(self._job(visit).id)
        if found is None:
            raise NotFound("rows to mend", "here", remedy="They are kept for an hour.")
        headers = {"Content-Disposition": 'attachment; filename="rows-to-mend.csv"'}
        return Response(b"\xef\xbb\xbf" + found, media_type="text/csv; charset=utf-8", headers=headers)

    def drop(self, visit: Visit) -> Response:
        """Forget the file and all that was made of it; what is stored stays."""
        job = self._job(visit)
        self._jobs.drop(job.id, owner=job.owner)
        return RedirectResponse("/imports", 303)

    def _job(self, visit: Visit) -> ImportJob:
        name = ImportId(visit.path["import"])
        job = self._jobs.get(name, owner=visit.visitor.caller.account.id)
        if job is None or not job.list_name:
            raise NotFound("import", name[:24], remedy="A file is kept for an hour. Bring it again.")
        return job

    def _html(self, visit: Visit, name: str, *, status: int = 200, **values: object) -> HTMLResponse:
        return HTMLResponse(self._pages.page(name, visitor=visit.visitor, **values), status)


def _to(job: ImportJob) -> Response:
    return RedirectResponse(f"/imports/{job.id}", 303)
