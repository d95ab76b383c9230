"""Which column holds what: guessed, remembered, chosen; and refused where it cannot be."""

from __future__ import annotations

import pytest

from distributor.core.contact_headers import FIELDS
from distributor.core.errors import BadInput
from distributor.core.import_job import MOST_COLUMNS, checked_mapping, columns_to_map, guess_mapping


@pytest.mark.parametrize(
    ("header", "known", "guessed"),
    [
        (["Name", "E-Mail"], {}, ["name", "email"]),
        (["Mail", "E-Mail", "Courriel"], {}, ["email", "", ""]),
        (["Kanal", "Outlet"], {"kanal": "outlet"}, ["outlet", ""]),
        (["Name"], {"Name": ""}, [""]),
        (["Name", "NAME", "", "Shoe size"], {}, ["name", ""]),
    ],
)
def test_each_field_is_guessed_once_and_what_is_remembered_goes_first(
    header: list[str], known: dict[str, str], guessed: list[str]
) -> None:
    assert [field for _, field in guess_mapping(header, known)] == guessed


def test_columns_of_one_name_are_one_column() -> None:
    assert columns_to_map(["Mail", "", "mail", "MAIL", "Name"]) == ("Mail", "Name")


def test_what_is_chosen_is_all_that_is_read() -> None:
    assert checked_mapping(["A", "B"], {"A": "email", "C": "name"}) == (("A", "email"), ("B", ""))


@pytest.mark.parametrize(
    "chosen", [{}, {"A": ""}, {"A": "email", "B": "email"}, {"A": "email", "B": "number"}, {"A": "email", "B": "__class__"}]
)
def test_a_mapping_that_cannot_be_is_refused(chosen: dict[str, str]) -> None:
    with pytest.raises(BadInput):
        checked_mapping(["A", "B"], chosen)


def test_a_table_wider_than_any_media_list_is_refused() -> None:
    assert len(FIELDS) < MOST_COLUMNS
    with pytest.raises(BadInput, match="columns"):
        columns_to_map([f"c{number}" for number in range(MOST_COLUMNS + 1)])
