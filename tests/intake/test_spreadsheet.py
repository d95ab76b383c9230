"""Media lists as workbooks."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from distributor.core.errors import BadInput
from distributor.core.media_list import contacts_in
from distributor.intake.spreadsheet import is_spreadsheet, spreadsheet_rows


def workbook(*rows: Sequence[object], before: Iterable[str] = ()) -> bytes:
    """Return a workbook with these rows on its last sheet."""
    book = Workbook()
    for name in before:
        book.create_sheet(name)
    sheet = book.worksheets[-1]
    for row in rows:
        sheet.append(list(row))
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def test_a_workbook_is_read_as_a_person_reads_it() -> None:
    data = workbook(
        ("Name", "E-mail", "Priority", "Consent date", "Phone"),
        ("Ana", "ana@paper.example", True, datetime(2026, 3, 30, tzinfo=UTC).replace(tzinfo=None), 41225550100.0),
        (None, None, None, None, None),
        ("Ben", "not an address"),
    )

    found = contacts_in(spreadsheet_rows(data, name="list.xlsx"), name="list.xlsx")

    (ana,) = found.contacts
    assert (ana.name, ana.is_priority, ana.consent_on, ana.phone) == ("Ana", True, "2026-03-30", "41225550100")
    assert [(error.line, error.column) for error in found.errors] == [(4, "email")]


def test_the_first_sheet_that_is_not_empty_counts() -> None:
    data = workbook(("email",), ("ana@paper.example",), before=["Notes"])

    assert [cells[0] for _, cells in spreadsheet_rows(data, name="l")] == ["email", "ana@paper.example"]


def test_formulas_are_not_run_and_not_kept() -> None:
    """A formula that no spreadsheet program has computed has no value."""
    data = workbook(("email", "name"), ("ana@paper.example", "=1+1"))

    ((_, _), (_, cells)) = spreadsheet_rows(data, name="l")
    assert cells == ["ana@paper.example"]


def test_a_workbook_that_unpacks_without_end_is_refused_before_it_is_unpacked() -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", b"0" * (501 << 20))

    with pytest.raises(BadInput, match="500 MB"):
        list(spreadsheet_rows(data.getvalue(), name="bomb.xlsx"))


@given(st.binary(max_size=200))
def test_no_bytes_whatever_behind_a_zips_mark_do_more_than_be_refused(rest: bytes) -> None:
    data = b"PK\x03\x04" + rest

    assert is_spreadsheet(data)
    with pytest.raises(BadInput, match="cannot be read"):
        list(spreadsheet_rows(data, name="x"))


@pytest.mark.parametrize("name", ["xl/workbook.xml", "[Content_Types].xml", "xl/worksheets/sheet1.xml"])
@pytest.mark.parametrize("content", [b"", b"<", b"<a/>", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'])
def test_a_workbook_with_a_broken_part_is_refused_or_read(name: str, content: bytes) -> None:
    whole, broken = zipfile.ZipFile(io.BytesIO(workbook(("email",), ("a@b.example",)))), io.BytesIO()
    with zipfile.ZipFile(broken, "w") as packed:
        for entry in whole.namelist():
            packed.writestr(entry, content if entry == name else whole.read(entry))

    try:
        rows = list(spreadsheet_rows(broken.getvalue(), name="x"))
    except BadInput:
        return
    assert all(isinstance(cell, str) for _, cells in rows for cell in cells)
