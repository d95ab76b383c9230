"""Read a file of addresses that must never be mailed: one per line, or a table with a column for them.

Nothing else of a row matters. A strange country or a missing name must not keep an address from being suppressed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from distributor.core.addresses import normalise
from distributor.core.contact_headers import field_of
from distributor.core.errors import BadInput
from distributor.core.media_list import csv_rows

#: With so many it is the wrong file; naming them all would help nobody.
_MOST_ERRORS = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongLine:
    """One line that holds no address."""

    #: From 1.
    line: int
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SuppressionFile:
    """What a file holds."""

    #: Normalised, each once, in the order of the file.
    addresses: tuple[str, ...]
    wrong: tuple[WrongLine, ...]


def read_suppressions(data: bytes, *, name: str) -> SuppressionFile:
    """Return the addresses of a file and the lines that hold none. `name` is the file's, for messages.

    Raises:
        BadInput: the file cannot be read, holds nothing, or no column of it holds addresses.
    """
    return suppressions_in(csv_rows(data, name=name), name=name)


def suppressions_in(table: Iterable[tuple[int, list[str]]], *, name: str) -> SuppressionFile:
    """Return the same of a table's rows, with the line on which each starts.

    Raises:
        BadInput: it cannot be read, holds nothing, or no column of it holds addresses.
    """
    rows = list(table)
    if not rows:
        raise BadInput("The file is empty.", where=name, remedy="Write one address per line, or a table with a column `email`.")
    at, is_header = _column(rows[0][1], name)
    found: dict[str, None] = {}
    wrong: list[WrongLine] = []
    for line, cells in rows[is_header:]:
        try:
            found[normalise(cells[at] if at < len(cells) else "")] = None
        except BadInput as error:
            wrong.append(WrongLine(line=line, problem=error.problem))
            if len(wrong) > _MOST_ERRORS:
                raise BadInput("Nearly every line is wrong.", where=f"{name}:{line}", remedy="Is it the right file?") from None
    return SuppressionFile(addresses=tuple(found), wrong=tuple(wrong))


def _column(first: list[str], name: str) -> tuple[int, bool]:
    """Return the column of the addresses, and whether the first row is a header."""
    for at, cell in enumerate(first):
        if field_of(cell) == "email":
            return at, True
    for at, cell in enumerate(first):
        if "@" in cell:
            return at, False
    raise BadInput("No column holds e-mail addresses.", where=f"{name}:1", remedy='Name that column "email".')
