"""What is left of the account's window at a lift."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.core.quota import DAY, WINDOW, Planned, quota_left

LIFT = datetime(2026, 3, 30, 0, 1, tzinfo=UTC)
_OTHERS = st.lists(
    st.builds(Planned, lift_at=st.timedeltas(-2 * DAY, 2 * DAY).map(lambda away: LIFT + away), posts=st.integers(0, 300)),
    max_size=8,
)


@pytest.mark.parametrize(
    ("away", "in_window", "in_day"),
    [
        (timedelta(0), 7, 7),
        (WINDOW - timedelta(seconds=1), 7, 7),
        (-WINDOW, 0, 7),
        (DAY - timedelta(seconds=1), 0, 7),
        (DAY, 0, 0),
    ],
)
def test_a_thread_counts_where_its_lift_is_near(away: timedelta, in_window: int, in_day: int) -> None:
    left = quota_left(5, lift_at=LIFT, others=[Planned(lift_at=LIFT + away, posts=7)])

    assert (left.in_window, left.in_day) == (in_window, in_day)


@given(posts=st.integers(1, 200), others=_OTHERS)
def test_room_for_all_is_room_in_the_window_and_in_the_day(posts: int, others: list[Planned]) -> None:
    left = quota_left(posts, lift_at=LIFT, others=others)

    assert left.is_enough is (posts + min(left.in_window, 100) <= 100 and posts + left.in_day <= 10_000)
    assert ("room for" in str(left)) is left.is_enough


def test_what_does_not_fit_is_said_with_when_it_goes() -> None:
    left = quota_left(8, lift_at=LIFT, others=[Planned(lift_at=LIFT, posts=95)])

    assert "only 5 of these 8 go out at the lift, the others 15 minutes later" in str(left)
