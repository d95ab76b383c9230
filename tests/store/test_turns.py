"""What a slot asks in one exchange, and holds of one channel, on a real Redis."""

from __future__ import annotations

from datetime import timedelta

import pytest
import redis

from distributor.core.errors import NotSent
from distributor.core.ids import ReleaseId
from distributor.ports_dispatch import Claim, NoClaim, Pause, Verdict
from distributor.ports_turn import Answered
from tests.store.ledger_desk import ACCEPTED, EMAIL, Desk, X


@pytest.fixture
def desk(redis_client: redis.Redis) -> Desk:
    """Return an empty desk on an empty Redis."""
    return Desk(redis_client)


def test_a_claim_prefers_what_the_worker_has_at_hand(desk: Desk) -> None:
    desk.prepare(1, 1, 1, 1)

    taken = [desk.try_claim(at_hand=at_hand) for at_hand in ((7, 2), (2, 1), (), (2,), (3,))]

    assert [claim.start if isinstance(claim, Claim) else claim.why for claim in taken] == [2, 1, 0, 3, NoClaim.EMPTY]


def test_what_is_at_hand_waits_for_its_next_try_like_anything_else(desk: Desk) -> None:
    desk.prepare(1)
    claim = desk.claim_and_submit()
    desk.ledger.settle_failed(claim, NotSent("busy"), retry_in=timedelta(hours=1), hold="")

    again = desk.try_claim(at_hand=(0,))

    assert isinstance(again, Pause)
    assert again.why is NoClaim.WAIT


def test_an_answer_and_the_next_claim_go_in_one_exchange_and_may_be_repeated(desk: Desk) -> None:
    desk.prepare(2, 2)
    answered = Answered(claim=desk.claim_and_submit(), accepted=ACCEPTED)

    turns = [desk.turns.take(desk.id, EMAIL, release=ReleaseId("rtest"), token="t", answered=answered) for _ in range(2)]

    assert turns[0] == turns[1]
    assert desk.states() == "aacc"
    assert desk.counts() == {"a": 2, "c": 2}


def test_a_server_that_has_forgotten_the_scripts_learns_them_again_in_the_middle_of_an_exchange(desk: Desk) -> None:
    desk.prepare(1, 1)
    answered = Answered(claim=desk.claim_and_submit(), accepted=ACCEPTED)
    desk.client.script_flush()

    turn = desk.turns.take(desk.id, EMAIL, release=ReleaseId("rtest"), token="t", answered=answered)

    assert isinstance(turn.taken, Claim)
    assert desk.states() == "ac"


def test_one_refused_account_holds_its_own_channel_and_no_other(desk: Desk) -> None:
    desk.create(channels=(EMAIL, X))
    desk.open_batches(2, channel=EMAIL)
    desk.open_batches(1, channel=X)
    in_hand = desk.claim()
    part = desk.claim_and_submit(channel=X)

    desk.ledger.settle_failed(part, NotSent("the account is suspended", needs_staff=True), retry_in=timedelta(0), hold="provider")

    held = desk.try_claim(channel=X)
    assert isinstance(held, Pause)
    assert held.why is NoClaim.HELD
    assert desk.submit(in_hand).verdict is Verdict.OPEN
    channels = dict(desk.dispatches.status(desk.id).channels)
    assert (channels[X].hold_reason, channels[X].hold_note, channels[EMAIL].hold_reason) == (
        "provider",
        "the account is suspended",
        "",
    )


def test_a_part_in_hand_does_not_pass_the_gate_of_a_held_channel_until_it_is_resumed(desk: Desk) -> None:
    desk.prepare(1, 1)
    first, second = desk.claim_and_submit(), desk.claim()
    desk.ledger.settle_failed(first, NotSent("no", needs_staff=True), retry_in=timedelta(0), hold="provider")

    assert desk.submit(second).verdict is Verdict.HELD
    assert desk.dispatches.resume(desk.id, by="Ana", may_start_for=timedelta(0))
    assert not desk.dispatches.resume(desk.id, by="Ana", may_start_for=timedelta(0))

    assert desk.submit(desk.claim()).verdict is Verdict.OPEN
    assert dict(desk.dispatches.status(desk.id).channels)[EMAIL].hold_reason == ""
