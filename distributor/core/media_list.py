"""Read a media list: a CSV as spreadsheets of several countries write it, into contacts and a list of what is wrong with it."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeVar

from babel import Locale, UnknownLocaleError

from distributor.core.addresses import normalise
from distributor.core.audience import Contact
from distributor.core.contact_headers import field_of
from distributor.core.errors import BadInput
from distributor.core.ids import Language, ListName

#: A line per person of 1,000 characters would still leave room for 100,000 people.
LARGEST_FILE = 100 * 1024 * 1024
LONGEST_FIELD = 1000
#: A row of every column at its longest is far below; beyond is no media list, and would only fill the memory.
LONGEST_LINE = 100_000
#: With so many wrong rows it is the wrong file, or the wrong column; naming them all would help nobody.
MOST_ERRORS = 100_000
_LIST_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
# Lines end at a line feed only; other marks that Python takes for one may stand in a cell.
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_CONTROL = re.compile(r"[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_SEVERAL_CODES = re.compile(r"[;,|\s]+")
# A tag may be of several words ("human rights"), so that spaces part none.
_SEVERAL_TAGS = re.compile(r"[;,|\r\n\t]+")
# "und" says that nobody knows; Babel would make American English of it.
_LANGUAGE = re.compile(r"(?!und\b)[a-z]{2,3}(?:-[a-z]{4})?(?P<territory>-(?:[a-z]{2}|[0-9]{3}))?", re.IGNORECASE)
# `contacts export` and careful people write so what a spreadsheet would take for a formula.
_QUOTED_FORMULA = re.compile(r"'(?=[=+\-@])")
_SHOWN_COLUMNS = 20
_Word = TypeVar("_Word", bound=str)


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
    rows = _rows(text, name, delimiter=_delimiter(text, name))
    header_line, header = next(rows, (0, None))
    if header is None:
        raise BadInput(
            "The file is empty.", where=name, remedy="Its first line names the columns: name, email, outlet, language, tags."
        )
    columns = _columns(header, f"{name}:{header_line}")
    ignored = tuple(cell for at, cell in enumerate(header) if at not in columns.values() and cell)
    return _collect(rows, columns, name=name, ignored=ignored)


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


def _columns(header: list[str], where: str) -> dict[str, int]:
    columns: dict[str, int] = {}
    for at, cell in enumerate(header):
        if (field := field_of(cell)) is not None:
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


def _collect(
    rows: Iterator[tuple[int, list[str]]], columns: Mapping[str, int], *, name: str, ignored: tuple[str, ...]
) -> ContactsFile:
    contacts: dict[str, Contact] = {}
    errors: list[RowError] = []
    merged = 0
    for line, cells in rows:
        try:
            contact = _contact(cells, columns)
        except BadInput as error:
            errors.append(RowError(line=line, column=error.where, problem=error.problem, remedy=error.remedy))
            _refuse_too_many(errors, name)
            continue
        if (known := contacts.get(contact.address)) is not None:
            merged += 1
            contact = _unite(known, contact)
        contacts[contact.address] = contact
    return ContactsFile(contacts=tuple(contacts.values()), errors=tuple(errors), merged=merged, ignored_columns=ignored)


def _refuse_too_many(errors: list[RowError], name: str) -> None:
    if len(errors) > MOST_ERRORS:
        raise BadInput(
            f"More than {MOST_ERRORS:,} rows are wrong; the first: {errors[0].column}: {errors[0].problem}",
            where=f"{name}:{errors[0].line}",
            remedy="See whether this is the file you meant and its headers stand above the right columns.",
        )


def _contact(cells: list[str], columns: Mapping[str, int]) -> Contact:
    found = {field: _cell(field, cells[at]) if at < len(cells) else "" for field, at in columns.items()}
    if not found["email"]:
        raise BadInput("There is no address.", where="email", remedy="Write one, or remove the row.")
    if found["email"].count("@") > 1:
        raise BadInput("There are several addresses.", where="email", remedy="Give each person a row.")
    return Contact(
        address=normalise(found["email"], where="email"),
        name=_one_line(found.get("name", "")),
        outlet=_one_line(found.get("outlet", "")),
        languages=_unique(_language(word) for word in _SEVERAL_CODES.split(found.get("language", "")) if word),
        tags=_unique(tag for word in _SEVERAL_TAGS.split(found.get("tags", "")) if (tag := _one_line(word.casefold()))),
    )


def _cell(field: str, cell: str) -> str:
    if len(cell) > LONGEST_FIELD:
        raise BadInput(f"The field is longer than {LONGEST_FIELD:,} characters.", where=field, remedy="Shorten it.")
    if _CONTROL.search(cell):
        raise BadInput("There is a control character.", where=field, remedy="Type the field anew.")
    return _QUOTED_FORMULA.sub("", cell, count=1) if cell.startswith("'") else cell


def _one_line(cell: str) -> str:
    return " ".join(cell.split())


def _unique(words: Iterable[_Word]) -> tuple[_Word, ...]:
    return tuple(dict.fromkeys(words))


@lru_cache(maxsize=1024)
def _language(word: str) -> Language:
    """Return a BCP 47 tag in its usual form ("pt-BR"); a script is left out."""
    tag = _LANGUAGE.fullmatch(word.replace("_", "-"))
    locale = None if tag is None else _locale(tag[0])
    if tag is None or locale is None:
        # What stands in a wrong column may be an address, which no message repeats.
        shown = "This" if "@" in word else repr(word[:40])
        raise BadInput(f"{shown} is no language code.", where="language", remedy="Write codes such as en, fr or pt-BR.")
    # For some codes ("eng", "iw") Babel adds a territory that nobody wrote.
    return Language(f"{locale.language}-{locale.territory}" if tag["territory"] and locale.territory else locale.language)


def _locale(tag: str) -> Locale | None:
    try:
        return Locale.parse(tag, sep="-")
    except (ValueError, UnknownLocaleError):
        return None


def _unite(first: Contact, second: Contact) -> Contact:
    return replace(
        first,
        name=first.name or second.name,
        outlet=first.outlet or second.outlet,
        languages=first.languages or second.languages,
        tags=_unique((*first.tags, *second.tags)),
    )
