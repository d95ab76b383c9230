"""What stops a dispatch on the real scripts: another seal, a hold, the late limit, a cancellation."""

from __future__ import annotations

from datetime import timedelta

import pytest
import redis

from distributor.core.errors import Refused
from distributor.core.report import HoldReason
from distributor.ports_dispatch import NoClaim, Pause, Verdict
from tests.store.ledger_desk import ACCEPTED, SEAL, Desk

NOW = timedelta(0)


@pytest.fixture
def desk(redis_client: redis.Redis) -> Desk:
    """Return an empty desk on an empty Redis."""
    return Desk(redis_client)


@pytest.mark.parametrize("seal", ["", "0" * 64, SEAL[:-1] + "0"])
def test_another_seal_closes_the_gate_gives_the_batch_back_and_holds_the_dispatch(desk: Desk, seal: str) -> None:
    desk.prepare(2)

    answer = desk.submit(desk.claim(), seal=seal)

    assert answer.verdict is Verdict.SEAL
    assert desk.states() == "pp"
    assert desk.dispatches.status(desk.id).hold_reason == HoldReason.SEAL.value
    assert desk.try_claim() == Pause(why=NoClaim.HELD)


def test_a_hold_closes_the_gate_for_a_batch_in_hand_and_resume_goes_on_there(desk: Desk) -> None:
    desk.prepare(2, 2)
    desk.ledger.settle_accepted(desk.claim_and_submit(), ACCEPTED)
    in_hand = desk.claim()
    desk.dispatches.hold(desk.id, by="Ana", reason="staff", note="wait")

    assert desk.submit(in_hand).verdict is Verdict.HELD
    assert desk.states() == "aapp"
    assert desk.try_claim() == Pause(why=NoClaim.HELD)

    desk.dispatches.resume(desk.id, by="Ana", may_start_for=NOW)
    assert desk.claim_and_submit().start == 2


def test_past_the_late_limit_nothing_leaves_until_somebody_says_so(desk: Desk) -> None:
    desk.prepare(2)
    desk.set_late(in_=timedelta(seconds=-1))

    assert desk.submit(desk.claim()).verdict is Verdict.LATE
    assert desk.states() == "pp"
    assert desk.dispatches.status(desk.id).hold_reason == HoldReason.LATE.value

    desk.dispatches.resume(desk.id, by="Ana", may_start_for=timedelta(minutes=10))
    assert desk.submit(desk.claim()).verdict is Verdict.OPEN


def test_resuming_what_is_not_held_changes_nothing_not_even_the_late_limit(desk: Desk) -> None:
    """Otherwise a late limit would move without a line in the audit: nobody resumed anything."""
    desk.prepare(2)
    before = desk.dispatches.status(desk.id).late_limit

    assert not desk.dispatches.resume(desk.id, by="Ana", may_start_for=timedelta(hours=9))

    assert desk.dispatches.status(desk.id).late_limit == before


def test_cancelled_means_for_good_and_withdraws_everything_open(desk: Desk) -> None:
    desk.prepare(*[1] * 120)
    out, in_hand = desk.claim_and_submit(), desk.claim()
    desk.dispatches.cancel(desk.id, by="Ana")

    desk.ledger.withdraw(desk.id, out.channel)

    assert desk.counts() == {"s": 1, "c": 1, "w": 118}
    assert desk.submit(in_hand).verdict is Verdict.HELD
    desk.ledger.settle_accepted(out, ACCEPTED)
    desk.ledger.withdraw(desk.id, out.channel)
    assert desk.counts() == {"a": 1, "w": 119}
    with pytest.raises(Refused):
        desk.dispatches.resume(desk.id, by="Ana", may_start_for=NOW)


def test_withdrawing_what_is_not_cancelled_withdraws_nothing(desk: Desk) -> None:
    desk.prepare(3)

    desk.ledger.withdraw(desk.id, desk.claim().channel)

    assert desk.counts() == {"c": 3}
