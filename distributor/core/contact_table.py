"""People as rows of a table that leaves the house: what `contacts import` reads again, and no spreadsheet runs."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final

from distributor.core.audience import Contact
from distributor.core.media_list import ContactsFile

#: What a spreadsheet takes for the beginning of a formula, or skips before one.
_FORMULA: Final = frozenset("=+-@\t\r")
_LINES_A_BLOCK: Final = 2000


def row_of(contact: Contact) -> list[str]:
    """Return a contact as the cells of an export, in the order of `core.contact_headers.FIELDS`."""
    return [
        contact.address, contact.name, contact.outlet, contact.beat, ";".join(contact.languages), contact.country, contact.zone,
        ";".join(contact.tags), "yes" if contact.is_priority else "", contact.phone, contact.notes, contact.consent_source,
        contact.consent_on,
    ]  # fmt: skip


def rows_to_mend(file: ContactsFile) -> Iterator[list[str]]:
    """Yield the header and the rows that were left out as they stand in the file, and why; mended, they are imported again."""
    yield [*file.header, "problem"]
    for error in file.errors:
        filled = [*error.cells, *[""] * (len(file.header) - len(error.cells))]
        yield [*filled, f"{error.column}: {error.problem} {error.remedy}"]


def csv_lines(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield a CSV line by line. A cell that begins like a formula gets a quote before it, which imports take off again.

    >>> list(csv_lines([["name", "notes"], ["Ana", "=1+1"]]))
    ['name,notes\\r\\n', "Ana,'=1+1\\r\\n"]
    """
    out = csv.writer(_Line())
    for row in rows:
        # A writer returns what its file's `write` returns.
        yield str(out.writerow([_harmless(cell) for cell in row]))


def csv_blocks(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the same in blocks of lines, for answers that go out bit by bit: each bit costs as much as many lines."""
    lines = csv_lines(rows)
    while block := "".join(islice(lines, _LINES_A_BLOCK)):
        yield block


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell[:1] in _FORMULA and cell else cell


class _Line:
    """Gives back what a CSV writer writes."""

    def write(self, text: str) -> str:
        return text
