"""A file of addresses that must never be mailed: whatever else is wrong in it, the addresses hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.core.errors import BadInput
from distributor.core.suppression_file import read_suppressions

ANA, JON = "ana@paper.example", "jon@radio.example"


@pytest.mark.parametrize(
    "text",
    [
        f"{ANA}\n{JON}\n",
        f"{ANA}\r\n\r\n{JON}",
        f"email\n{ANA}\n{JON}\n{ANA}\n",
        f"name;E-Mail-Adresse;country\nAna;{ANA};Atlantis\n;{JON};\n",
        f"Ana,{ANA},no such language\nJon,{JON}\n",
        f"\ufeff{ANA.upper()}\n{JON}",
    ],
)
def test_the_addresses_are_found_wherever_they_stand(text: str) -> None:
    assert {one.casefold() for one in read_suppressions(text.encode(), name="f.csv").addresses} == {ANA, JON}


def test_a_line_without_an_address_is_named_and_the_others_hold() -> None:
    read = read_suppressions(f"{ANA}\nnobody\n{JON}\na@b@c\n".encode(), name="f.csv")

    assert read.addresses == (ANA, JON)
    assert [wrong.line for wrong in read.wrong] == [2, 4]


@pytest.mark.parametrize("data", [b"", b"\n\n", b"name,outlet\nAna,The Paper\n", b"\xff\xfe\x00", b"a\0b@c.example"])
def test_a_file_that_holds_none_is_refused_whole(data: bytes) -> None:
    with pytest.raises(BadInput):
        read_suppressions(data, name="f.csv")


@given(data=st.binary(max_size=400) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")))
def test_no_file_makes_it_fall_over(data: bytes) -> None:
    try:
        read = read_suppressions(data, name="f.csv")
    except BadInput:
        return
    assert all(address.count("@") == 1 for address in read.addresses)
