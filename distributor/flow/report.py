"""Report: who has it, as a table of every recipient and every part."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from distributor.core.delivery import STATES
from distributor.core.errors import BadInput
from distributor.core.ids import DispatchId
from distributor.core.message import ChannelName
from distributor.core.report import instant, status_json
from distributor.ports import ContactBook
from distributor.ports_dispatch import Dispatches

_COLUMNS = ("channel", "recipient", "state", "sent_at", "attempts", "remote_id", "reason")
_ERASED = "(erased)"
#: What a spreadsheet would take for the start of a formula.
_FORMULA_STARTS = frozenset("=+-@\t\r")


def write_report(out: Path, dispatch: DispatchId, *, dispatches: Dispatches, book: ContactBook) -> int:
    """Write the report to a .csv or .json file and return the number of rows. The file appears whole or not at all.

    The JSON form holds the status and a SHA-256 over the rows beside them.

    Raises:
        BadInput: the file is neither .csv nor .json, or cannot be written.
        NotFound: no such dispatch.
    """
    if out.suffix not in {".csv", ".json"}:
        raise BadInput("A report is a .csv or a .json file.", where=str(out), remedy="Name it report.csv or report.json.")
    rows = list(_rows(dispatch, dispatches, book))
    unfinished = out.with_name(f".{out.name}.unfinished")
    try:
        if out.suffix == ".csv":
            _write_csv(unfinished, rows)
        else:
            _write_json(unfinished, rows, dispatch, dispatches)
        unfinished.replace(out)
    except OSError as error:
        raise BadInput(
            "The report cannot be written here.", where=str(out), remedy=f"{error.strerror}. Name another folder."
        ) from error
    return len(rows)


def _rows(dispatch: DispatchId, dispatches: Dispatches, book: ContactBook) -> Iterator[dict[str, str | int]]:
    plan = dispatches.plan(dispatch)
    for channel in plan.channels:
        letters = dispatches.states(dispatch, channel)
        audience = dispatches.audience(dispatch, channel)
        addresses = {number: contact.address for number, contact in book.load(audience)} if audience else {}
        batch_of = _BatchFinder(dispatch, channel, dispatches)
        for index in range(len(letters)):
            who = addresses.get(audience[index], _ERASED) if channel is ChannelName.EMAIL else f"part {index + 1}"
            yield {
                "channel": channel.value,
                "recipient": who,
                "state": STATES[letters[index : index + 1]].value,
                **batch_of(index),
            }


class _BatchFinder:
    """Finds what is known of the batch that an index is in; indices come in ascending order."""

    def __init__(self, dispatch: DispatchId, channel: ChannelName, dispatches: Dispatches) -> None:
        self._records = list(dispatches.batches(dispatch, channel))
        self._at = 0

    def __call__(self, index: int) -> dict[str, str | int]:
        while self._at < len(self._records) and index >= self._records[self._at].start + self._records[self._at].count:
            self._at += 1
        if self._at == len(self._records):
            return {"sent_at": "", "attempts": 0, "remote_id": "", "reason": ""}
        record = self._records[self._at]
        return {
            "sent_at": instant(record.sent_at) if record.sent_at else "",
            "attempts": record.attempts,
            "remote_id": record.remote_id,
            "reason": record.why,
        }


def _write_csv(file: Path, rows: list[dict[str, str | int]]) -> None:
    with file.open("w", encoding="utf-8-sig", newline="") as handle:
        table = csv.DictWriter(handle, _COLUMNS)
        table.writeheader()
        table.writerows({name: _safe(value) for name, value in row.items()} for row in rows)


def _safe(value: str | int) -> str | int:
    is_formula = isinstance(value, str) and value[:1] in _FORMULA_STARTS
    return f"'{value}" if is_formula else value


def _write_json(file: Path, rows: list[dict[str, str | int]], dispatch: DispatchId, dispatches: Dispatches) -> None:
    checksum = hashlib.sha256(json.dumps(rows, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
    plan = dispatches.plan(dispatch)
    shape = {
        "schema": 1,
        "status": status_json(dispatches.status(dispatch)),
        "scheduled_by": plan.scheduled_by,
        "lists": list(plan.lists),
        "rows_sha256": checksum,
        "rows": rows,
    }
    file.write_text(json.dumps(shape, indent=1, ensure_ascii=False), encoding="utf-8")
