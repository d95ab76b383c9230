"""Runs the long steps of imports beside the requests, so that a hundred thousand rows keep no browser waiting.

How far a step is stands in Redis, not here: any web process can show it, and one that dies leaves a job that goes on where
somebody presses the button again. A step that was cut off is begun anew; looking changes nothing, and neither does storing twice.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from distributor.bootstrap import Service
from distributor.bootstrap_contacts import contact_edits, import_jobs
from distributor.core.contact_table import csv_lines, rows_to_mend
from distributor.core.errors import DistributorError, StoreUnavailable
from distributor.core.import_job import Changed, ImportJob, ImportStep, ImportSums, WrongRow
from distributor.core.media_list import ContactsFile, contacts_in
from distributor.flow.import_contacts import Forecast, ImportReport, forecast, import_contacts
from distributor.intake.table_file import table_rows
from distributor.ports_people import ImportJobs

#: Reading a table takes the interpreter from everybody else; two at once are enough.
_AT_ONCE: Final = 2
_BEAT_EVERY_S: Final = 0.5
#: How many are shown of those who change, and of rows that are wrong.
_SHOWN: Final = 100


class _CutOff(Exception):
    """The process ends, or the job belongs to somebody else now."""


@dataclass(slots=True)
class _Beat:
    """Says how far a step is, now and then, and stops it when nobody wants it any more."""

    jobs: ImportJobs
    job: ImportJob
    token: str
    is_closing: threading.Event
    last: float = 0.0

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self.last < _BEAT_EVERY_S and done != total:
            return
        self.last = now
        if self.is_closing.is_set() or not self.jobs.beat(self.job.id, self.token, done=done, total=total):
            raise _CutOff

    def counting(self, rows: Iterator[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
        """Pass on the rows of a table, and say how many there were."""
        for count, row in enumerate(rows):
            self(count, 0)
            yield row


_Work = Callable[[ImportJob, bytes, _Beat, str], None]


class ImportRunner:
    """Runs steps, a few at once. Thread-safe."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._jobs = import_jobs(service)
        self._is_closing = threading.Event()
        self._pool = ThreadPoolExecutor(max_workers=_AT_ONCE, thread_name_prefix="import")

    def look(self, job: ImportJob, *, by: str) -> None:
        """Begin to find out what the import would do. Harmless while somebody is at it."""
        self._begin(job, ImportStep.LOOKING, self._look, by)

    def store(self, job: ImportJob, *, by: str) -> None:
        """Begin to store. Harmless while somebody is at it."""
        self._begin(job, ImportStep.STORING, self._store, by)

    def close(self) -> None:
        """Cut off what runs; it can be gone on with."""
        self._is_closing.set()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _begin(self, job: ImportJob, step: ImportStep, work: _Work, by: str) -> None:
        token = self._jobs.claim(job.id)
        if token is None:
            return
        at_work = replace(job, step=step, problem="")
        self._jobs.save(at_work)
        self._pool.submit(partial(self._run, at_work, token, work, by))

    def _run(self, job: ImportJob, token: str, work: _Work, by: str) -> None:
        beat = _Beat(jobs=self._jobs, job=job, token=token, is_closing=self._is_closing)
        try:
            # Whoever waited for its turn too long has lost the job to somebody who pressed the button again.
            beat(0, 0)
            content = self._jobs.content(job.id)
            if content is not None:
                work(job, content, beat, by)
        except (_CutOff, StoreUnavailable):
            return
        except DistributorError as error:
            self._jobs.save(replace(job, step=ImportStep.FAILED, problem=str(error)))
        except Exception as error:
            # A defect; the page must not wait for ever. The text of the error could quote the file.
            self._jobs.save(replace(job, step=ImportStep.FAILED, problem=f"This did not work ({type(error).__name__})."))
            raise
        finally:
            self._jobs.release(job.id, token)

    def _look(self, job: ImportJob, content: bytes, beat: _Beat, by: str) -> None:
        people = _read(job, content, beat)
        service = self._service
        foreseen = forecast(
            people,
            book=service.book,
            suppressions=service.suppressions,
            left_among=partial(service.left_lists.left_among, job.list_name),
            progress=beat,
        )
        if people.errors:
            self._jobs.keep_rows(job.id, csv_lines(rows_to_mend(people)))
        self._jobs.save(
            replace(_with_wrong(job, people), step=ImportStep.READY, sums=_foreseen(foreseen, people), changed=_some(foreseen))
        )

    def _store(self, job: ImportJob, content: bytes, beat: _Beat, by: str) -> None:
        people = _read(job, content, beat)
        service = self._service
        report = import_contacts(
            people, list_name=job.list_name, book=service.book, audit=service.audit, clock=service.clock, by=by, progress=beat
        )
        edits = contact_edits(service)
        edits.save_mapping(job.list_name, {**edits.mapping_of(job.list_name), **dict(job.mapping)})
        self._jobs.save(replace(_with_wrong(job, people), step=ImportStep.DONE, sums=_done(report), changed=(), samples=()))
        self._jobs.drop_file(job.id)


def _read(job: ImportJob, content: bytes, beat: _Beat) -> ContactsFile:
    rows = beat.counting(table_rows(content, name=job.file_name))
    return contacts_in(rows, name=job.file_name, mapping=dict(job.mapping))


def _with_wrong(job: ImportJob, people: ContactsFile) -> ImportJob:
    wrong = tuple(
        WrongRow(line=error.line, column=error.column, problem=error.problem, remedy=error.remedy)
        for error in people.errors[:_SHOWN]
    )
    return replace(job, wrong_rows=wrong)


def _some(foreseen: Forecast) -> tuple[Changed, ...]:
    return tuple(Changed(address=one.address, changes=one.changes) for one in foreseen.differences[:_SHOWN])


def _foreseen(seen: Forecast, people: ContactsFile) -> ImportSums:
    return ImportSums(
        added=seen.added,
        changed=seen.updated,
        unchanged=seen.unchanged,
        suppressed=seen.suppressed,
        left_before=seen.left_before,
        merged=people.merged,
        wrong=len(people.errors),
    )


def _done(report: ImportReport) -> ImportSums:
    return ImportSums(
        added=report.added,
        changed=report.updated,
        unchanged=report.unchanged,
        suppressed=report.suppressed,
        left_before=report.left_before,
        merged=report.merged,
        wrong=len(report.errors),
    )
