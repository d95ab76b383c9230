"""Spreadsheets (.xlsx). Of one that is read: the first sheet that is not empty, cells as a person reads them.

A workbook is a zip of XML. It is read as a stream, and what it unpacks to is bounded before anything is unpacked.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Final

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils.exceptions import InvalidFileException

from distributor.core.errors import BadInput

#: A hundred thousand people with every column filled unpack to some 100 MB of XML.
_MOST_UNPACKED: Final = 500 * 1024 * 1024
_MOST_COLUMNS: Final = 200
_ZIP: Final = b"PK\x03\x04"
#: What openpyxl raises for a zip that is no workbook, or a workbook that is broken.
_BROKEN: Final = (
    InvalidFileException,
    zipfile.BadZipFile,
    OSError,
    EOFError,
    SyntaxError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
)


def is_spreadsheet(data: bytes) -> bool:
    """Say whether the bytes are a zip, as a workbook is."""
    return data[:4] == _ZIP


def spreadsheet_rows(data: bytes, *, name: str) -> Iterator[tuple[int, list[str]]]:
    """Yield (row number from 1, cells) of every row that is not blank.

    Raises:
        BadInput: this is no workbook, it is broken, or it would unpack to more than 500 MB.
    """
    _refuse_bombs(data, name)
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    except _BROKEN as error:
        raise _no_workbook(name) from error
    try:
        for sheet in book.worksheets:
            rows = _rows_of(sheet.iter_rows(max_col=_MOST_COLUMNS, values_only=True), name)
            first = next(rows, None)
            if first is not None:
                yield first
                yield from rows
                return
    finally:
        book.close()


def workbook_of(rows: Iterable[Sequence[str]]) -> bytes:
    """Return a workbook of one sheet with these rows, every cell a text: nothing that it holds is run as a formula."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Contacts")
    for row in rows:
        cells = [WriteOnlyCell(sheet, value=value) for value in row]
        for cell in cells:
            cell.data_type = "s"
        sheet.append(cells)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def _rows_of(rows: Iterator[tuple[object, ...]], name: str) -> Iterator[tuple[int, list[str]]]:
    number = 0
    while True:
        try:
            values = next(rows, None)
        # The sheet is parsed while it is read.
        except _BROKEN as error:
            raise _no_workbook(name) from error
        if values is None:
            return
        number += 1
        cells = [_as_read(value) for value in values]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            yield number, cells


def _as_read(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float() if value.is_integer():
            return str(int(value))
        case datetime() | date():
            return value.isoformat()[:10]
        case _:
            return str(value).strip()


def _refuse_bombs(data: bytes, name: str) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            unpacked = sum(entry.file_size for entry in packed.infolist())
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise _no_workbook(name) from error
    if unpacked > _MOST_UNPACKED:
        raise BadInput("The workbook unpacks to more than 500 MB.", where=name, remedy="Cut it into several files.")


def _no_workbook(name: str) -> BadInput:
    return BadInput("This workbook cannot be read.", where=name, remedy='Save it anew as .xlsx, or as "CSV UTF-8".')
