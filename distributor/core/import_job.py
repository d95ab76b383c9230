"""An import in steps: a file is brought, its columns are looked at, what would happen is foreseen, and then it happens.

What is remembered between the steps. The file itself is kept apart, for as long as it is needed and not longer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, NewType

from distributor.core.account import AccountId
from distributor.core.contact_headers import FIELDS, field_of
from distributor.core.errors import BadInput
from distributor.core.ids import ListName

ImportId = NewType("ImportId", str)
#: A wrong file has more; a media list has thirteen.
MOST_COLUMNS: Final = 200


class ImportStep(StrEnum):
    """How far it is."""

    #: In: the file came, or its columns are looked at again. Out: they are confirmed.
    COLUMNS = "columns"
    #: In: what would happen is being found out. Out: it is, or the file as a whole cannot be read.
    LOOKING = "looking"
    #: In: what would happen is known. Out: somebody says yes, or looks at the columns again.
    READY = "ready"
    #: In: people are being stored. Out: all are. Cut off, it goes on from the beginning: importing twice changes nothing.
    STORING = "storing"
    #: In: all are stored. Final; the file is gone.
    DONE = "done"
    #: In: the file as a whole cannot be read; nothing was stored. Out: its columns are looked at again.
    FAILED = "failed"


#: Steps in which a program works and people wait.
AT_WORK: Final = frozenset({ImportStep.LOOKING, ImportStep.STORING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """One person whom the import would change."""

    address: str
    #: (field, as it is, as it would be).
    changes: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongRow:
    """One row that is left out, and why; without what stands in it."""

    line: int
    column: str
    problem: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportSums:
    """What an import would do, or did, in people."""

    added: int
    changed: int
    unchanged: int
    #: How many of them are suppressed, and stay so.
    suppressed: int
    #: How many have left the list by their own word, and stay off it.
    left_before: int
    #: How many rows repeat an address of an earlier row.
    merged: int
    #: How many rows are left out.
    wrong: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportJob:
    """One import, as it stands."""

    id: ImportId
    #: Whoever brought the file; nobody else sees it.
    owner: AccountId
    #: "" for a file of suppressions.
    list_name: ListName
    #: As its owner calls it; shown to nobody else.
    file_name: str
    begun_at: datetime
    #: The first line of the file, and some that follow.
    header: tuple[str, ...] = ()
    samples: tuple[tuple[str, ...], ...] = ()
    #: Column to field, "" for none; as guessed, as remembered of the list, or as chosen.
    mapping: tuple[tuple[str, str], ...] = ()
    step: ImportStep = ImportStep.COLUMNS
    sums: ImportSums | None = None
    #: Some of those who would change.
    changed: tuple[Changed, ...] = ()
    #: Some of the rows that are left out.
    wrong_rows: tuple[WrongRow, ...] = ()
    #: Why the file cannot be read; "" while it can.
    problem: str = ""


def columns_to_map(header: Sequence[str]) -> tuple[str, ...]:
    """Return the columns that can be mapped: those with a name, each name once.

    Raises:
        BadInput: there are too many for a media list.
    """
    if len(header) > MOST_COLUMNS:
        raise BadInput(f"It has more than {MOST_COLUMNS} columns.", where="file", remedy="Is it the right file?")
    names = {cell.casefold(): cell for cell in reversed(header) if cell}
    return tuple(dict.fromkeys(names[cell.casefold()] for cell in header if cell))


def guess_mapping(header: Sequence[str], known: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """Return column to field: as it is known from the list's last import, else as the header says. Each field once.

    >>> guess_mapping(["Mail", "Kanal", "Name"], {"kanal": "outlet"})
    (('Mail', 'email'), ('Kanal', 'outlet'), ('Name', 'name'))
    """
    told = {column.casefold(): field for column, field in known.items()}
    taken: set[str] = {field for column, field in told.items() if column in {cell.casefold() for cell in header}}
    found: list[tuple[str, str]] = []
    for column in columns_to_map(header):
        field = told.get(column.casefold())
        if field is None:
            guessed = field_of(column) or ""
            field = "" if guessed in taken else guessed
        taken.add(field)
        found.append((column, field))
    return tuple(found)


def checked_mapping(header: Sequence[str], chosen: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """Return column to field as somebody chose it; a column that they did not name is not read.

    Raises:
        BadInput: a field is none, is said of two columns, or no column holds addresses.
    """
    found = tuple((column, chosen.get(column, "")) for column in columns_to_map(header))
    fields = [field for _, field in found if field]
    for field in fields:
        if field not in FIELDS:
            raise BadInput(f"There is no field {field[:40]!r}.", where="columns", remedy="Choose one from the list.")
        if fields.count(field) > 1:
            raise BadInput(f"Two columns are said to hold {field}.", where="columns", remedy="Choose “not used” for one of them.")
    if "email" not in fields:
        raise BadInput("No column holds e-mail addresses.", where="columns", remedy="Choose “email” for the one that does.")
    return found
