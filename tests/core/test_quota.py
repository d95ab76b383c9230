"""What is left of the account's limits at a lift."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.core.quota import DAY, WINDOW, Allowance, Planned, Told, quota_left

LIFT = datetime(2026, 3, 30, 0, 1, tzinfo=UTC)
_ABOUT = st.timedeltas(-2 * DAY, 2 * DAY).map(lambda away: LIFT + away)
_OTHERS = st.lists(st.builds(Planned, lift_at=_ABOUT, posts=st.integers(0, 300)), max_size=8)


def told(*, left: int, until: timedelta, most: int = 100, ago: timedelta = timedelta(minutes=1)) -> Told:
    """Return X's word of a window that ends so long after the lift."""
    window = Allowance(most=most, left=left, ends_at=LIFT + until)
    return Told(at=LIFT - ago, window=window, day=None)


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

    assert (left.window.others, left.day.others) == (in_window, in_day)


@given(posts=st.integers(1, 200), others=_OTHERS)
def test_room_for_all_is_room_in_the_window_and_in_the_day(posts: int, others: list[Planned]) -> None:
    left = quota_left(posts, lift_at=LIFT, others=others)

    assert left.is_enough is (posts + min(left.window.others, 100) <= 100 and posts + left.day.others <= 10_000)
    assert ("Room for" in str(left)) is left.is_enough


def test_what_does_not_fit_is_said_with_when_it_goes() -> None:
    left = quota_left(8, lift_at=LIFT, others=[Planned(lift_at=LIFT, posts=95)])

    assert "Only 5 of these 8 go out at the lift, the others by about 30 Mar 00:16:00 UTC" in str(left)


def test_what_x_left_of_a_window_counts_until_it_ends() -> None:
    left = quota_left(5, lift_at=LIFT, others=(), told=told(left=3, until=timedelta(minutes=4)))

    assert not left.is_enough
    assert str(left) == (
        "X: 3 of 100 posts left until 30 Mar 00:05:00 UTC. "
        "Only 3 of these 5 go out at the lift, the others not before 30 Mar 00:05:00 UTC."
    )


def test_a_window_that_ends_by_the_lift_leaves_nothing_behind_but_its_size() -> None:
    left = quota_left(5, lift_at=LIFT, others=(), told=told(left=0, until=timedelta(0), most=17))

    assert (left.window.left, left.is_enough) == (17, True)


def test_a_thread_that_was_out_when_x_spoke_is_counted_by_x_alone() -> None:
    before, after = LIFT - timedelta(minutes=2), LIFT + timedelta(minutes=2)
    others = [Planned(lift_at=before, posts=7), Planned(lift_at=after, posts=4)]

    left = quota_left(5, lift_at=LIFT, others=others, told=told(left=90, until=timedelta(minutes=9)))

    assert (left.window.others, left.window.left) == (4, 86)


def test_the_day_of_the_app_stops_a_thread_that_the_window_would_let_through() -> None:
    day = Allowance(most=10_000, left=2, ends_at=LIFT + timedelta(hours=6))

    left = quota_left(5, lift_at=LIFT, others=(), told=Told(at=LIFT, window=None, day=day))

    assert left.tightest is left.day
    assert "2 of 10000 posts left until 30 Mar 06:01:00 UTC" in str(left)


@pytest.mark.parametrize(
    ("posts", "left", "until", "cannot"),
    [
        (5, 4, timedelta(minutes=60), True),
        (5, 4, timedelta(minutes=59), False),
        (5, 5, timedelta(minutes=90), False),
        # Five stretches of a hundred follow each other, the last an hour after the first; or four, the last after 45 minutes.
        (401, 0, timedelta(minutes=1), True),
        (400, 0, timedelta(minutes=1), False),
    ],
)
def test_only_what_x_itself_rules_out_cannot_go(posts: int, left: int, until: timedelta, *, cannot: bool) -> None:
    """A person is stopped by a fact, never by a guess about what else the account will post."""
    quota = quota_left(posts, lift_at=LIFT, others=[Planned(lift_at=LIFT, posts=100)], told=told(left=left, until=until))

    assert quota.cannot_end_by(LIFT + timedelta(hours=1)) is cannot


@given(posts=st.integers(1, 100), others=_OTHERS)
def test_without_a_word_of_x_no_thread_within_its_limits_is_ruled_out(posts: int, others: list[Planned]) -> None:
    assert not quota_left(posts, lift_at=LIFT, others=others).cannot_end_by(LIFT + timedelta(seconds=1))
