"""The cells of one person's row."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.core.audience import Contact
from distributor.core.contact_headers import FIELDS, field_of
from distributor.core.contact_row import contact_of, country_of, unite
from distributor.core.errors import BadInput

ANA = {"email": "ana@paper.example"}


@pytest.mark.parametrize(
    ("field", "cell", "attribute", "value"),
    [
        ("country", "ch", "country", "CH"),
        ("country", "Schweiz", "country", "CH"),
        ("country", "Україна", "country", "UA"),
        ("country", "Côte d’Ivoire", "country", "CI"),
        ("country", "سويسرا", "country", "CH"),
        ("zone", "Europe/Zurich", "zone", "Europe/Zurich"),
        ("priority", "Oui", "is_priority", True),
        ("priority", "нет", "is_priority", False),
        ("phone", "+41 22 555 01 00", "phone", "+41 22 555 01 00"),
        ("consent_on", "2026-03-30", "consent_on", "2026-03-30"),
        ("consent_on", "30.3.2026", "consent_on", "2026-03-30"),
        ("beat", " human   rights ", "beat", "human rights"),
        ("notes", "met in\nGeneva", "notes", "met in Geneva"),
    ],
)
def test_a_cell_is_read_in_its_one_form(field: str, cell: str, attribute: str, value: object) -> None:
    assert getattr(contact_of({**ANA, field: cell}), attribute) == value


@pytest.mark.parametrize(
    ("field", "cell"),
    [
        ("country", "Atlantis"),
        ("country", "EU"),
        ("zone", "Mars/Base"),
        ("zone", "../../etc/passwd"),
        ("priority", "perhaps"),
        ("phone", "call me"),
        ("consent_on", "03/04/2026"),
        ("consent_on", "2026-02-30"),
        ("notes", "a\0b"),
        ("beat", "x" * 1001),
    ],
)
def test_a_cell_that_cannot_be_right_is_named_by_its_field(field: str, cell: str) -> None:
    with pytest.raises(BadInput) as caught:
        contact_of({**ANA, field: cell})

    assert caught.value.where == field
    assert caught.value.remedy


@given(st.dictionaries(st.sampled_from(FIELDS), st.text(max_size=60)))
def test_no_cells_whatever_give_anything_but_a_contact_or_bad_input(cells: dict[str, str]) -> None:
    try:
        contact = contact_of(cells)
    except BadInput:
        return
    assert "@" in contact.address


def test_of_two_rows_the_first_says_and_the_second_fills() -> None:
    first = Contact(address="ana@paper.example", name="Ana", tags=("mines",))
    second = Contact(address="ana@paper.example", name="A. Lima", country="CH", is_priority=True, tags=("mines", "health"))

    assert unite(first, second) == Contact(
        address="ana@paper.example", name="Ana", country="CH", is_priority=True, tags=("mines", "health")
    )


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Länder", None), ("Land", "country"), ("Pays", "country"), ("País", "country"), ("Fuseau horaire", "zone"),
        ("Телефон", "phone"), ("الهاتف", "phone"), ("Електронна пошта", "email"), ("Priorität", "priority"),
        ("Date of consent", "consent_on"), ("Beat", "beat"), ("Мова", "language"), ("البلد", "country"),
    ],
)  # fmt: skip
def test_a_header_is_known_in_its_language(header: str, field: str | None) -> None:
    assert field_of(header) == field


def test_every_country_has_its_code_back() -> None:
    codes: Any = {country_of(code) for code in ("CH", "fr", "UA", "TL", "SS", "XK", "TW")}

    assert codes == {"CH", "FR", "UA", "TL", "SS", "XK", "TW"}
