"""Read a media list: a CSV as spreadsheets of several countries write it, into contacts and a list of what is wrong with it."""

from __future__ import annotations

import csv
import dataclasses
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from distributor.core.audience import Contact
from distributor.core.contact_headers import FIELDS, field_of
from distributor.core.contact_row import contact_of, unite
from distributor.core.errors import BadInput
from distributor.core.ids import ListName

#: A line per person of 1,000 characters would still leave room for 100,000 people.
LARGEST_FILE = 100 * 1024 * 1024
#: A row of every column at its longest is far below; beyond is no media list, and would only fill the memory.
LONGEST_LINE = 100_000
#: With so many wrong rows it is the wrong file, or the wrong column; naming them all would help nobody.
MOST_ERRORS = 100_000
_LIST_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
# Lines end at a line feed only; other marks that Python takes for one may stand in a cell.
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_SHOWN_COLUMNS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class RowError:
    """One row that was left out, and why."""

    #: Line of the file on which the row starts, from 1; the header is line 1.
    line: int
    column: str
    problem: str
    remedy: str
    #: The row as it stands in the file, to be mended; for a file of the desk's own, never for a message.
    cells: tuple[str, ...] = dataclasses.field(default=(), repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactsFile:
    """What a file holds."""

    #: One per address, in the order of their first row.
    contacts: tuple[Contact, ...]
    errors: tuple[RowError, ...]
    #: How many rows repeated an address of an earlier row.
    merged: int
    #: Headers of columns that nothing was read from.
    ignored_columns: tuple[str, ...]
    header: tuple[str, ...] = dataclasses.field(default=(), compare=False)
    #: Field to the header of the column that it was read from.
    columns: Mapping[str, str] = dataclasses.field(default_factory=dict, compare=False)


def list_name(text: str) -> ListName:
    """Return a media list's name in its one form.

    >>> list_name("Press-CH")
    'press-ch'

    Raises:
        BadInput: other characters than letters, digits, dot, dash, underscore; or longer than 64.
    """
    name = text.strip().casefold()
    if not _LIST_NAME.fullmatch(name):
        raise BadInput(
            "This is no name for a media list.", where="list",
            remedy="Use up to 64 letters a-z, digits, dots, dashes and underscores, beginning with a letter or digit.",
        )  # fmt: skip
    return ListName(name)


def read_contacts(data: bytes, *, name: str) -> ContactsFile:
    """Return the contacts of a CSV file and what is wrong with its rows. `name` is the file's, for messages.

    Raises:
        BadInput: the file as a whole cannot be read: nothing of it may be stored.
    """
    return contacts_in(csv_rows(data, name=name), name=name)


def csv_rows(data: bytes, *, name: str) -> Iterator[tuple[int, list[str]]]:
    """Yield (line on which the row starts, cells) of every row that is not blank.

    Takes UTF-8 with or without a byte-order mark and UTF-16 with one; commas, semicolons or tabs; quoted fields with line breaks.

    Raises:
        BadInput: the file cannot be read.
    """
    text = _decode(data, name)
    return _rows(text, name, delimiter=_delimiter(text, name))


def contacts_in(
    rows: Iterator[tuple[int, list[str]]],
    *,
    name: str,
    mapping: Mapping[str, str] = MappingProxyType({}),
    known: Mapping[str, str] = MappingProxyType({}),
) -> ContactsFile:
    """Return the contacts of a table's rows, of which the first names the columns, and what is wrong with the others.

    `mapping` says for a column by its header which field it holds, "" for none, where guessing would be wrong. `known` says the
    same from an earlier time, of columns that need not be there now.

    Raises:
        BadInput: no column holds addresses, the mapping names what is not there, or nearly everything is wrong.
    """
    header_line, header = next(rows, (0, None))
    if header is None:
        raise BadInput(
            "The file is empty.", where=name, remedy="Its first line names the columns: name, email, outlet, language, tags."
        )
    there = {cell.casefold() for cell in header}
    remembered = {column: field for column, field in known.items() if column.casefold() in there}
    columns = _columns(header, f"{name}:{header_line}", {**remembered, **mapping})
    return _collect(rows, columns, name=name, header=tuple(header))


def _decode(data: bytes, name: str) -> str:
    if len(data) > LARGEST_FILE:
        raise BadInput("The file is larger than 100 MB.", where=name, remedy="Cut it into several files.")
    called, encoding = ("UTF-16", "utf-16") if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else ("UTF-8", "utf-8-sig")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise BadInput(
            f"This is not {called}.", where=f"{name}:{line}", remedy='Save it as "CSV UTF-8" in your spreadsheet program.'
        ) from error
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise BadInput("There is a NUL character.", where=f"{name}:{line}", remedy="Save the file anew as CSV UTF-8.")
    # "CSV (Macintosh)" of spreadsheets ends its lines with a carriage return alone.
    return text if "\n" in text else text.replace("\r", "\n")


def _rows(text: str, name: str, *, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield (line on which the row starts, cells) of every row that is not blank."""
    # The limit is the module's for all readers; it is set to the same value every time.
    csv.field_size_limit(LARGEST_FILE)
    reader = csv.reader(_lines(text, name), delimiter=delimiter, strict=True)
    starts_at = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise BadInput(
                "The row cannot be read: a quotation mark is open or stands alone, or a line ends in an odd way.",
                where=f"{name}:{starts_at}",
                remedy='Write a quotation mark inside a quoted field twice (""); saving the file anew as CSV UTF-8 mends both.',
            ) from error
        if any(cell.strip() for cell in cells):
            yield starts_at, [cell.strip() for cell in cells]
        starts_at = reader.line_num + 1


def _lines(text: str, name: str) -> Iterator[str]:
    for number, found in enumerate(_LINE.finditer(text), start=1):
        if found.end() - found.start() > LONGEST_LINE:
            raise BadInput(
                f"The line is longer than {LONGEST_LINE:,} characters.",
                where=f"{name}:{number}",
                remedy="A media list has one person per line; save it as CSV UTF-8.",
            )
        yield found[0]


def _delimiter(text: str, name: str) -> str:
    """Return the mark that parts the header into most columns we know, of several the one that makes most cells.

    Counting marks alone would be misled by a quoted header such as "Name, first name".
    """

    def columns(mark: str) -> tuple[int, int]:
        try:
            _, header = next(_rows(text, name, delimiter=mark), (0, []))
        except BadInput:
            return (-1, 0)
        return len({field_of(cell) for cell in header} - {None}), len(header)

    return max(",;\t", key=columns)


def _columns(header: list[str], where: str, mapping: Mapping[str, str]) -> dict[str, int]:
    columns: dict[str, int] = {}
    told = {name.casefold(): field for name, field in mapping.items()}
    _refuse_strange_mapping(header, told, where)
    # What somebody said goes before what is guessed.
    for at, cell in sorted(enumerate(header), key=lambda item: item[1].casefold() not in told):
        field = told.get(cell.casefold(), field_of(cell))
        if field:
            columns.setdefault(field, at)
    if "email" in columns:
        return columns
    if any("@" in cell for cell in header):
        # These are somebody's address and name: they are not repeated in a message.
        raise BadInput(
            "The first line is no header: it holds an address.", where=where,
            remedy="Put a line above it that names the columns: name, email, outlet, language, tags.",
        )  # fmt: skip
    found = ", ".join(repr(cell[:40]) for cell in header[:_SHOWN_COLUMNS])
    raise BadInput(f"No column holds e-mail addresses; the columns are {found}.", where=where, remedy='Name that column "email".')


def _refuse_strange_mapping(header: list[str], told: Mapping[str, str], where: str) -> None:
    there = {cell.casefold() for cell in header}
    for name, field in told.items():
        if name not in there:
            raise BadInput(f"There is no column {name[:40]!r}.", where=where, remedy="Write it as it stands in the first line.")
        if field and field not in FIELDS:
            raise BadInput(f"There is no field {field[:40]!r}.", where="--map", remedy=f"Fields are {', '.join(FIELDS)}.")


def _collect(
    rows: Iterator[tuple[int, list[str]]], columns: Mapping[str, int], *, name: str, header: tuple[str, ...]
) -> ContactsFile:
    contacts: dict[str, Contact] = {}
    errors: list[RowError] = []
    merged = 0
    for line, cells in rows:
        try:
            contact = contact_of({field: cells[at] if at < len(cells) else "" for field, at in columns.items()})
        except BadInput as error:
            errors.append(RowError(line=line, column=error.where, problem=error.problem, remedy=error.remedy, cells=tuple(cells)))
            _refuse_too_many(errors, name)
            continue
        if (known := contacts.get(contact.address)) is not None:
            merged += 1
            contact = unite(known, contact)
        contacts[contact.address] = contact
    return ContactsFile(
        contacts=tuple(contacts.values()),
        errors=tuple(errors),
        merged=merged,
        ignored_columns=tuple(cell for at, cell in enumerate(header) if at not in columns.values() and cell),
        header=header,
        columns=MappingProxyType({field: header[at] for field, at in columns.items()}),
    )


def _refuse_too_many(errors: list[RowError], name: str) -> None:
    if len(errors) > MOST_ERRORS:
        raise BadInput(
            f"More than {MOST_ERRORS:,} rows are wrong; the first: {errors[0].column}: {errors[0].problem}",
            where=f"{name}:{errors[0].line}",
            remedy="See whether this is the file you meant and its headers stand above the right columns.",
        )
