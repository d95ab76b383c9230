"""Read a media list: a CSV as spreadsheets of several countries write it, into contacts and a list of what is wrong with it."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from babel import Locale, UnknownLocaleError

from distributor.core.addresses import normalise
from distributor.core.audience import Contact
from distributor.core.contact_headers import field_of
from distributor.core.errors import BadInput
from distributor.core.ids import Language, ListName

#: A line per person of 1,000 characters would still leave room for 100,000 people.
LARGEST_FILE = 100 * 1024 * 1024
LONGEST_FIELD = 1000
_LIST_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
# Lines end at a line feed only; other marks that Python takes for one may stand in a cell.
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_SEVERAL = re.compile(r"[;,|\s]+")
_SHOWN_COLUMNS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class RowError:
    """One row that was left out, and why."""

    #: Line of the file on which the row starts, from 1; the header is line 1.
    line: int
    column: str
    problem: str
    remedy: str


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

    Takes UTF-8 with or without a byte-order mark and UTF-16 with one; commas, semicolons or tabs; quoted fields with line breaks.

    Raises:
        BadInput: the file as a whole cannot be read: nothing of it may be stored.
    """
    text = _decode(data, name)
    rows = _rows(text, name)
    _, header = next(rows, (0, None))
    if header is None:
        raise BadInput(
            "The file is empty.", where=name, remedy="Its first line names the columns: name, email, outlet, language, tags."
        )
    columns = _columns(header, name)
    ignored = tuple(cell for at, cell in enumerate(header) if at not in columns.values() and cell)
    return _collect(rows, columns, ignored=ignored)


def _decode(data: bytes, name: str) -> str:
    if len(data) > LARGEST_FILE:
        raise BadInput("The file is larger than 100 MB.", where=name, remedy="Cut it into several files.")
    encoding = "utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise BadInput(
            "This is not UTF-8.", where=f"{name}:{line}", remedy='Save it as "CSV UTF-8" in your spreadsheet program.'
        ) from error
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise BadInput("There is a NUL character.", where=f"{name}:{line}", remedy="Save the file anew as CSV UTF-8.")
    return text


def _rows(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Yield (line on which the row starts, cells) of every row that is not blank."""
    # The limit is the module's for all readers; it is set to the same value every time.
    csv.field_size_limit(LARGEST_FILE)
    reader = csv.reader((found[0] for found in _LINE.finditer(text)), delimiter=_delimiter(text), strict=True)
    starts_at = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise BadInput(
                f"The row cannot be read ({error}).", where=f"{name}:{starts_at}",
                remedy='A quotation mark inside a quoted field is written twice: "".',
            ) from error  # fmt: skip
        if any(cell.strip() for cell in cells):
            yield starts_at, [cell.strip() for cell in cells]
        starts_at = reader.line_num + 1


def _delimiter(text: str) -> str:
    """Return the mark that parts the header; names of columns hold none of the three."""
    header = text.lstrip("\r\n \t").split("\n", 1)[0]
    return max(",;\t", key=header.count)


def _columns(header: list[str], name: str) -> dict[str, int]:
    columns: dict[str, int] = {}
    for at, cell in enumerate(header):
        if (field := field_of(cell)) is not None:
            columns.setdefault(field, at)
    if "email" not in columns:
        found = ", ".join(repr(cell[:40]) for cell in header[:_SHOWN_COLUMNS])
        raise BadInput(
            f"No column holds e-mail addresses; the columns are {found}.", where=f"{name}:1", remedy='Name that column "email".'
        )
    return columns


def _collect(rows: Iterator[tuple[int, list[str]]], columns: Mapping[str, int], *, ignored: tuple[str, ...]) -> ContactsFile:
    contacts: dict[str, Contact] = {}
    errors: list[RowError] = []
    merged = 0
    for line, cells in rows:
        try:
            contact = _contact(cells, columns)
        except BadInput as error:
            errors.append(RowError(line=line, column=error.where, problem=error.problem, remedy=error.remedy))
            continue
        if (known := contacts.get(contact.address)) is not None:
            merged += 1
            contact = _unite(known, contact)
        contacts[contact.address] = contact
    return ContactsFile(contacts=tuple(contacts.values()), errors=tuple(errors), merged=merged, ignored_columns=ignored)


def _contact(cells: list[str], columns: Mapping[str, int]) -> Contact:
    found = {field: cells[at] if at < len(cells) else "" for field, at in columns.items()}
    for field, cell in found.items():
        _refuse_bad_cell(field, cell)
    if not found["email"]:
        raise BadInput("There is no address.", where="email", remedy="Write one, or remove the row.")
    if found["email"].count("@") > 1:
        raise BadInput("There are several addresses.", where="email", remedy="Give each person a row.")
    return Contact(
        address=normalise(found["email"], where="email"),
        name=found.get("name", ""),
        outlet=found.get("outlet", ""),
        languages=tuple(_language(word) for word in _words(found.get("language", ""))),
        tags=tuple(word.casefold() for word in _words(found.get("tags", ""))),
    )


def _refuse_bad_cell(field: str, cell: str) -> None:
    if len(cell) > LONGEST_FIELD:
        raise BadInput(f"The field is longer than {LONGEST_FIELD:,} characters.", where=field, remedy="Shorten it.")
    if any(unicodedata.category(character) in {"Cc", "Cs"} and character not in "\n\r\t" for character in cell):
        raise BadInput("There is a control character.", where=field, remedy="Type the field anew.")


def _words(cell: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in _SEVERAL.split(cell) if word))


def _language(word: str) -> Language:
    """Return a BCP 47 tag in its usual form: "pt-BR"."""
    try:
        locale = Locale.parse(word.replace("-", "_"), sep="_")
    except (ValueError, UnknownLocaleError) as error:
        raise BadInput(
            f"{word[:40]!r} is no language code.", where="language", remedy="Write codes such as en, fr or pt-BR."
        ) from error
    return Language(f"{locale.language}-{locale.territory}" if locale.territory else locale.language)


def _unite(first: Contact, second: Contact) -> Contact:
    return replace(
        first,
        name=first.name or second.name,
        outlet=first.outlet or second.outlet,
        languages=first.languages or second.languages,
        tags=tuple(dict.fromkeys((*first.tags, *second.tags))),
    )
