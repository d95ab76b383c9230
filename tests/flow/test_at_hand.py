"""What a worker loads before the lift makes a dispatch quicker and changes nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.core.ids import DispatchId
from distributor.core.message import ChannelName
from distributor.flow.lift.at_hand import AtHand
from tests.flow.newsroom import EMAIL, Newsroom

ONE, OTHER = DispatchId("done"), DispatchId("dother")


@given(sizes=st.lists(st.integers(0, 40), max_size=12), limit=st.integers(0, 120))
def test_no_more_is_kept_than_there_is_room_for(sizes: Sequence[int], limit: int) -> None:
    at_hand, kept = AtHand(most_bytes=limit), 0

    for at, size in enumerate(sizes):
        if at_hand.put(ONE, EMAIL, (at, b"x" * size)):
            kept += size

    drawn = at_hand.draw(ONE, EMAIL, most=100)
    assert sum(len(body) for _, body in drawn) == kept <= limit


def test_what_is_drawn_is_with_one_slot_until_it_is_put_back() -> None:
    at_hand = AtHand(most_bytes=100)
    for start in range(5):
        at_hand.put(ONE, EMAIL, (start, b"%d" % start))

    first, second = at_hand.draw(ONE, EMAIL, most=2), at_hand.draw(ONE, EMAIL, most=2)
    at_hand.put_back(ONE, EMAIL, first)

    assert [start for start, _ in second] == [2, 3]
    assert [start for start, _ in at_hand.draw(ONE, EMAIL, most=9)] == [0, 1, 4]


def test_dispatches_and_channels_do_not_mix_and_a_forgotten_one_makes_room() -> None:
    at_hand = AtHand(most_bytes=4)
    at_hand.put(ONE, EMAIL, (0, b"aa"))
    at_hand.put(OTHER, EMAIL, (0, b"bb"))

    assert not at_hand.put(ONE, ChannelName.X, (0, b"cc"))
    at_hand.forget(ONE)

    assert at_hand.draw(ONE, EMAIL, most=1) == []
    assert at_hand.draw(OTHER, EMAIL, most=1) == [(0, b"bb")]
    assert at_hand.put(ONE, ChannelName.X, (0, b"dddd"))


@pytest.fixture
def small_batches(newsroom: Newsroom) -> Newsroom:
    newsroom.service.channels[EMAIL].batch_size = 2
    newsroom.crowd(9)
    return newsroom


def test_an_armed_dispatch_reaches_everybody_once(small_batches: Newsroom) -> None:
    newsroom = small_batches
    plan = newsroom.schedule(newsroom.approved(), lift_in=timedelta(seconds=1.5))

    newsroom.service.hot_path.armer.arm(plan.dispatch, place=0, workers=1)
    newsroom.work()

    assert sorted(newsroom.received()) == [f"r{number}@news.example" for number in range(9)]
    assert newsroom.states(plan.dispatch) == {"accepted": 9}


def test_a_batch_that_was_cut_since_it_was_loaded_is_read_again(small_batches: Newsroom) -> None:
    """SendGrid refuses a batch whole for one bad address. Its halves are tried, each with its own body."""
    newsroom = small_batches
    newsroom.people("nobody@localhost")
    plan = newsroom.schedule(newsroom.approved(), lift_in=timedelta(seconds=1.5))

    newsroom.service.hot_path.armer.arm(plan.dispatch, place=0, workers=1)
    newsroom.work()

    assert sorted(newsroom.received()) == [f"r{number}@news.example" for number in range(9)]
    assert newsroom.states(plan.dispatch) == {"accepted": 9, "refused": 1}


def test_a_worker_takes_what_another_has_at_hand(small_batches: Newsroom) -> None:
    """This one armed for half; the other died. Nobody waits for it."""
    newsroom = small_batches
    plan = newsroom.schedule(newsroom.approved(), lift_in=timedelta(seconds=1.5))

    newsroom.service.hot_path.armer.arm(plan.dispatch, place=1, workers=2)
    newsroom.work()

    assert newsroom.states(plan.dispatch) == {"accepted": 9}
    assert len(set(newsroom.received())) == 9


def test_somebody_who_leaves_after_arming_is_left_alone(small_batches: Newsroom) -> None:
    newsroom = small_batches
    plan = newsroom.schedule(newsroom.approved(), lift_in=timedelta(seconds=1.5))
    newsroom.service.hot_path.armer.arm(plan.dispatch, place=0, workers=1)

    now = newsroom.service.lift_clock.now()
    newsroom.service.suppressions.add("r4@news.example", reason="unsubscribed", by="r4", at=now)
    newsroom.work()

    assert "r4@news.example" not in newsroom.received()
    assert newsroom.states(plan.dispatch) == {"accepted": 8, "suppressed": 1}
