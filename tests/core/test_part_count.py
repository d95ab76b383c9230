"""How full the parts of a thread are, and what becomes of their numbers."""

from __future__ import annotations

import pytest

from distributor.core.counting import XCounter
from distributor.core.part_count import counted, renumbered, unnumbered


@pytest.mark.parametrize(
    ("text", "said", "fits"),
    [
        ("a" * 280, "280 of 280", True),
        ("a" * 281, "281 of 280, 1 too long", False),
        ("", "empty", False),
        ("  \n", "empty", False),
        ("学" * 140, "280 of 280", True),
        ("see https://example.org/" + "x" * 300, "27 of 280", True),
        ("a\ufeffb", "4 of 280, with a character that the platform refuses", False),
        ("a" * 2_000_000, "2,000,000 of 280, 1,999,720 too long", False),
    ],
)
def test_a_part_says_how_full_it_is(text: str, said: str, *, fits: bool) -> None:
    (part,) = counted([text], XCounter())

    assert (str(part), part.fits) == (said, fits)


def test_a_link_is_found_as_the_platform_finds_it() -> None:
    assert [part.has_link for part in counted(["see example.com", "see you", ""], XCounter())] == [True, False, False]


def test_numbers_follow_the_parts() -> None:
    assert renumbered(["1/3 A", "new", "2/3 B", "3/3 C"]) == ("1/4 A", "2/4 new", "3/4 B", "4/4 C")
    assert renumbered(["2/2 B", "1/2 A"]) == ("1/2 B", "2/2 A")
    assert renumbered(["2/2 B"]) == ("B",)
    assert renumbered(["1/2 of all fields", "are free", "and so on"]) == ("1/2 of all fields", "are free", "and so on")
    assert unnumbered(["2/2 A", "1/2 B"]) == ("2/2 A", "1/2 B")
    assert unnumbered([]) == ()
