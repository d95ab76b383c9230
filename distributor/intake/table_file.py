"""Tables as people bring them: a CSV or a workbook, told apart by their first bytes and not by their names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from distributor.core.errors import BadInput
from distributor.core.media_list import csv_rows
from distributor.intake.spreadsheet import is_spreadsheet, spreadsheet_rows

#: First bytes of what people bring by mistake, and what it is.
_NO_TABLES: Final = (
    (b"%PDF", "a PDF"),
    (b"\xd0\xcf\x11\xe0", "an old workbook (.xls) or document (.doc)"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"{\\rtf", "a text document (RTF)"),
    (b"<html", "a web page"),
    (b"<!DOCTYPE", "a web page"),
)


def table_rows(data: bytes, *, name: str) -> Iterator[tuple[int, list[str]]]:
    """Yield (line or row from 1, cells) of every row that is not blank. `name` is the file's, for messages.

    Raises:
        BadInput: it is no table, or cannot be read.
    """
    if is_spreadsheet(data):
        return spreadsheet_rows(data, name=name)
    start = data[:16].lstrip()
    for first, kind in _NO_TABLES:
        if start.lower().startswith(first.lower()):
            remedy = 'Save the list as .xlsx, or as "CSV UTF-8", in your spreadsheet program.'
            raise BadInput(f"This is {kind}, and no table.", where=name, remedy=remedy)
    return csv_rows(data, name=name)
