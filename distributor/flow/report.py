"""Report: who has it, as a table of every recipient and every part."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TypedDict

from distributor.core.delivery import STATES
from distributor.core.errors import BadInput
from distributor.core.ids import ContactNumber, DispatchId
from distributor.core.message import ChannelName
from distributor.core.report import instant, status_json
from distributor.ports import ContactBook
from distributor.ports_dispatch import BatchRecord, Dispatches

_COLUMNS = ("channel", "recipient", "state", "sent_at", "attempts", "remote_id", "reason")
_ERASED = "(erased)"
#: What a spreadsheet would take for the start of a formula.
_FORMULA_STARTS = frozenset("=+-@\t\r")
#: Rows that are given out together.
_PIECE = 1000


class ReportRow(TypedDict):
    """One recipient or part."""

    channel: str
    recipient: str
    state: str
    sent_at: str
    attempts: int
    remote_id: str
    reason: str


def write_report(out: Path, dispatch: DispatchId, *, dispatches: Dispatches, book: ContactBook) -> int:
    """Write the report to a .csv or .json file and return the number of rows. The file appears whole or not at all.

    The JSON form holds the status and a SHA-256 over the rows beside them. Memory hardly grows with the recipients.

    Raises:
        BadInput: the file is neither .csv nor .json, or cannot be written.
        NotFound: no such dispatch.
    """
    make = {".csv": report_csv, ".json": report_json}.get(out.suffix)
    if make is None:
        raise BadInput("A report is a .csv or a .json file.", where=str(out), remedy="Name it report.csv or report.json.")
    rows = sum(channel.tally.total for _, channel in dispatches.status(dispatch).channels)
    unfinished = out.with_name(f".{out.name}.unfinished")
    try:
        with unfinished.open("wb") as handle:
            handle.writelines(make(dispatch, dispatches=dispatches, book=book))
        unfinished.replace(out)
    except OSError as error:
        raise BadInput(
            "The report cannot be written here.", where=str(out), remedy=f"{error.strerror}. Name another folder."
        ) from error
    finally:
        unfinished.unlink(missing_ok=True)
    return rows


def report_csv(dispatch: DispatchId, *, dispatches: Dispatches, book: ContactBook) -> Iterator[bytes]:
    """Yield the report as a table, piece by piece."""
    text = io.StringIO(newline="")
    table = csv.DictWriter(text, _COLUMNS)
    table.writeheader()
    yield b"\xef\xbb\xbf"
    for number, row in enumerate(report_rows(dispatch, dispatches=dispatches, book=book), 1):
        table.writerow({name: _safe(value) for name, value in row.items()})
        if number % _PIECE == 0:
            yield _taken(text)
    yield _taken(text)


def report_json(dispatch: DispatchId, *, dispatches: Dispatches, book: ContactBook) -> Iterator[bytes]:
    """Yield the report with the status and a SHA-256 over the rows, piece by piece."""
    plan = dispatches.plan(dispatch)
    head = {
        "schema": 1,
        "status": status_json(dispatches.status(dispatch)),
        "scheduled_by": plan.scheduled_by,
        "lists": list(plan.lists),
    }
    yield json.dumps(head, indent=1, ensure_ascii=False).removesuffix("\n}").encode() + b',\n "rows": ['
    checksum, mark = hashlib.sha256(b"["), ""
    for pieces in _pieces(report_rows(dispatch, dispatches=dispatches, book=book)):
        sums = ",".join(json.dumps(row, sort_keys=True, separators=(",", ":")) for row in pieces)
        checksum.update((("," if mark else "") + sums).encode())
        yield (mark + ",\n".join(json.dumps(row, ensure_ascii=False) for row in pieces)).encode("utf-8", "surrogatepass")
        mark = ",\n"
    checksum.update(b"]")
    yield b'],\n "rows_sha256": "' + checksum.hexdigest().encode() + b'"\n}\n'


def report_rows(dispatch: DispatchId, *, dispatches: Dispatches, book: ContactBook) -> Iterator[ReportRow]:
    """Yield every recipient and part by channel and index; people are read a block at a time.

    Raises:
        NotFound: no such dispatch.
    """
    for channel in dispatches.plan(dispatch).channels:
        letters = dispatches.states(dispatch, channel)
        recipients = _addresses(dispatch, dispatches, book) if channel is ChannelName.EMAIL else _parts(len(letters))
        batch_of = BatchFinder(dispatches.batches(dispatch, channel))
        for index, recipient in zip(range(len(letters)), recipients, strict=False):
            record = batch_of(index)
            yield ReportRow(
                channel=channel.value,
                recipient=recipient,
                state=STATES[letters[index : index + 1]].value,
                sent_at=instant(record.sent_at) if record and record.sent_at else "",
                attempts=record.attempts if record else 0,
                remote_id=record.remote_id if record else "",
                reason=record.why if record else "",
            )


class BatchFinder:
    """Finds the batch that an index is in; indices come in ascending order."""

    def __init__(self, records: Iterable[BatchRecord]) -> None:
        self._records = iter(records)
        self._current = next(self._records, None)

    def __call__(self, index: int) -> BatchRecord | None:
        """Return the batch, None for somebody who never was in one."""
        while self._current is not None and index >= self._current.start + self._current.count:
            self._current = next(self._records, None)
        return self._current if self._current is not None and index >= self._current.start else None


def _addresses(dispatch: DispatchId, dispatches: Dispatches, book: ContactBook) -> Iterator[str]:
    """Yield the address at each index, another word for those who were erased meanwhile."""
    audience = dispatches.audience(dispatch, ChannelName.EMAIL)
    found = iter(book.load(audience))
    number, contact = next(found, _NOBODY)
    for wanted in audience:
        if contact is not None and number == wanted:
            yield contact.address
            number, contact = next(found, _NOBODY)
        else:
            yield _ERASED


def _parts(count: int) -> Iterator[str]:
    return (f"part {number}" for number in range(1, count + 1))


def _pieces(rows: Iterator[ReportRow]) -> Iterator[list[ReportRow]]:
    while piece := list(islice(rows, _PIECE)):
        yield piece


def _taken(text: io.StringIO) -> bytes:
    value = text.getvalue()
    text.seek(0)
    text.truncate()
    return value.encode("utf-8", "surrogatepass")


def _safe(value: object) -> object:
    is_formula = isinstance(value, str) and value[:1] in _FORMULA_STARTS
    return f"'{value}" if is_formula else value


_NOBODY: tuple[ContactNumber | None, None] = (None, None)
