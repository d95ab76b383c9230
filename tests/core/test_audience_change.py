"""What of a change on the lists staff see."""

from __future__ import annotations

import pytest

from distributor.core.audience_change import AudienceChange


@pytest.mark.parametrize(
    ("before", "came", "left", "domains", "is_shown"),
    [
        (1000, 0, 0, (), False),
        (1000, 9, 0, (), False),
        (1000, 5, 5, (), True),
        (1000, 0, 10, (), True),
        (100_000, 1, 0, ("new.example",), True),
        (0, 0, 0, (), False),
        (0, 1, 0, (), True),
    ],
)
def test_a_hundredth_or_a_new_domain_is_shown(
    before: int, came: int, left: int, domains: tuple[str, ...], is_shown: bool
) -> None:
    assert AudienceChange(before=before, came=came, left=left, new_domains=domains).is_shown is is_shown


def test_many_new_domains_are_named_in_part() -> None:
    change = AudienceChange(before=10, came=14, left=0, new_domains=tuple(f"d{number:02}.example" for number in range(14)))

    assert "d09.example and 4 more domains" in str(change)
    assert "d10.example" not in str(change)
