"""The ledger's scripts on a real Redis, each promise attacked where it is kept (DESIGN.md §4)."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import redis

from distributor.core.delivery import OPEN, Tally
from distributor.core.errors import NotSent, OutcomeUnknown, Rejected
from distributor.core.report import DispatchState
from distributor.ports_dispatch import Claim, NoClaim, Pause, Verdict
from tests.store.ledger_desk import ACCEPTED, EMAIL, Desk

NOW = timedelta(0)
LOST_LINE = OutcomeUnknown("connection cut")


@pytest.fixture
def desk(redis_client: redis.Redis) -> Desk:
    """Return an empty desk on an empty Redis."""
    return Desk(redis_client)


# Never early


def test_before_the_lift_the_gate_stays_closed_for_a_batch_in_hand(desk: Desk) -> None:
    """The claim opens a moment early, so that only the gate is left at the lift; the gate must not follow it."""
    desk.prepare(3, lift_in=timedelta(seconds=0.9))
    claim = desk.claim()

    answer = desk.submit(claim)

    assert answer.verdict is Verdict.EARLY
    assert desk.states() == "ccc"
    assert answer.facts.now < answer.facts.lift_at


def test_long_before_the_lift_nothing_can_even_be_claimed(desk: Desk) -> None:
    desk.prepare(3, lift_in=timedelta(minutes=10))

    pause = desk.try_claim()

    assert isinstance(pause, Pause)
    assert pause.why is NoClaim.WAIT
    assert timedelta(minutes=9, seconds=58) < pause.wait <= timedelta(minutes=9, seconds=59)
    assert desk.states() == "ppp"


def test_a_lift_that_is_put_off_closes_the_gate_for_batches_already_claimed(desk: Desk) -> None:
    desk.prepare(2)
    claim = desk.claim()
    desk.set_lift(in_=timedelta(hours=1))

    assert desk.submit(claim).verdict is Verdict.EARLY


def test_what_is_not_committed_cannot_be_claimed(desk: Desk) -> None:
    desk.create()

    pause = desk.try_claim()

    assert pause == Pause(why=NoClaim.UNPREPARED)


# Once


def test_a_repeated_claim_gives_the_same_batch_and_counts_one_attempt(desk: Desk) -> None:
    desk.prepare(2, 2)
    first = desk.claim(token="t")

    again = desk.claim(token="t")

    assert again == first
    assert again.attempt == 1
    assert desk.states() == "ccpp"


def test_many_workers_at_once_never_get_the_same_batch(desk: Desk) -> None:
    desk.prepare(*[2] * 40)

    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda number: desk.try_claim(token=f"racer-{number}"), range(60)))

    starts = [claim.start for claim in taken if isinstance(claim, Claim)]
    assert sorted(starts) == list(range(0, 80, 2))


def test_a_repeated_gate_opens_again_without_another_move(desk: Desk) -> None:
    desk.prepare(2)
    claim = desk.claim_and_submit()

    again = desk.submit(claim)

    assert again.verdict is Verdict.OPEN
    assert desk.counts() == {"s": 2}


def test_a_lease_that_ends_before_the_call_gives_the_batch_back(desk: Desk) -> None:
    desk.prepare(2)
    claim = desk.claim()
    desk.end_lease(claim)

    assert desk.ledger.expire(desk.id, claim.channel) == (1, 0)

    assert desk.states() == "pp"
    assert desk.submit(claim).verdict is Verdict.LOST
    assert desk.claim().attempt == 2


def test_a_worker_whose_lease_ended_cannot_pass_the_gate_even_before_anybody_took_the_batch_back(desk: Desk) -> None:
    desk.prepare(2)
    claim = desk.claim()
    desk.end_lease(claim)

    assert desk.submit(claim).verdict is Verdict.LOST
    assert desk.states() == "cc"


def test_a_lease_that_ends_during_the_call_leaves_doubt_and_is_never_sent_again(desk: Desk) -> None:
    desk.prepare(2)
    claim = desk.claim_and_submit()
    desk.end_lease(claim)

    assert desk.ledger.expire(desk.id, claim.channel) == (0, 1)

    assert desk.states() == "uu"
    assert desk.try_claim() == Pause(why=NoClaim.EMPTY)
    assert desk.submit(claim).verdict is Verdict.LOST


def test_the_late_answer_of_the_very_worker_ends_the_doubt(desk: Desk) -> None:
    desk.prepare(2)
    claim = desk.claim_and_submit()
    desk.end_lease(claim)
    desk.ledger.expire(desk.id, claim.channel)

    assert desk.ledger.settle_accepted(claim, ACCEPTED)

    assert desk.counts() == {"a": 2}


def test_a_persons_word_stands_against_a_late_answer(desk: Desk) -> None:
    """Once somebody said "send again", the first worker's answer must not touch what the second one is sending."""
    desk.prepare(2)
    claim = desk.claim_and_submit()
    desk.end_lease(claim)
    desk.ledger.expire(desk.id, claim.channel)
    desk.ledger.decide(desk.id, claim.channel, send_again=True)
    desk.claim_and_submit()

    assert not desk.ledger.settle_accepted(claim, ACCEPTED)

    assert desk.counts() == {"s": 2}


def test_another_workers_token_settles_nothing(desk: Desk) -> None:
    desk.prepare(2)
    claim = desk.claim_and_submit()
    thief = Claim(dispatch=desk.id, channel=claim.channel, token="thief", start=0, count=2, master=claim.master, attempt=1)

    assert not desk.ledger.settle_accepted(thief, ACCEPTED)
    assert not desk.ledger.split(thief, middle=1, first=b"1", second=b"2")

    assert desk.counts() == {"s": 2}


def test_an_answer_for_a_batch_that_never_passed_the_gate_is_refused(desk: Desk) -> None:
    desk.prepare(2)
    claim = desk.claim()

    assert not desk.ledger.settle_accepted(claim, ACCEPTED)
    assert not desk.ledger.split(claim, middle=1, first=b"1", second=b"2")

    assert desk.states() == "cc"
    assert desk.ledger.staged(desk.id, claim.channel, claim.start) == b"body of 0"


def test_an_answer_written_twice_counts_once(desk: Desk) -> None:
    desk.prepare(2)
    claim = desk.claim_and_submit()
    desk.ledger.settle_accepted(claim, ACCEPTED)

    assert desk.ledger.settle_accepted(claim, ACCEPTED)

    assert desk.counts() == {"a": 2}


def test_not_sent_comes_back_after_its_pause_with_the_next_attempt(desk: Desk) -> None:
    desk.prepare(2)
    claim = desk.claim_and_submit()
    busy = NotSent("busy", status=503)
    desk.ledger.settle_failed(claim, busy, retry_in=timedelta(seconds=30), hold="")

    pause = desk.try_claim()

    assert isinstance(pause, Pause)
    assert timedelta(seconds=29) < pause.wait <= timedelta(seconds=30)
    desk.end_pauses()
    assert desk.claim().attempt == 2


def test_too_many_requests_pauses_the_whole_channel(desk: Desk) -> None:
    desk.prepare(1, 1)
    claim = desk.claim_and_submit()
    desk.ledger.settle_failed(claim, NotSent("slow down", status=429), retry_in=timedelta(seconds=30), hold="")

    pause = desk.try_claim()

    assert isinstance(pause, Pause)
    assert pause.wait > timedelta(seconds=29)


def test_refused_is_final_and_doubt_waits_for_a_person(desk: Desk) -> None:
    desk.prepare(1, 1)
    desk.ledger.settle_failed(desk.claim_and_submit(), Rejected("no", status=400), retry_in=NOW, hold="")
    desk.ledger.settle_failed(desk.claim_and_submit(), LOST_LINE, retry_in=NOW, hold="")

    assert desk.states() == "ru"
    assert desk.dispatches.status(desk.id).state is DispatchState.INCOMPLETE

    assert desk.ledger.decide(desk.id, EMAIL, send_again=False) == 1
    assert desk.states() == "ra"
    assert desk.dispatches.status(desk.id).state is DispatchState.DONE


# Nobody forgotten


def test_counters_are_those_of_the_states_after_any_sequence(desk: Desk) -> None:
    chance = random.Random(20_260_330)
    desk.prepare(*[chance.randint(1, 9) for _ in range(30)])
    hands: list[Claim] = []
    failures = [NotSent("busy"), Rejected("no"), LOST_LINE]

    for _ in range(300):
        claim = desk.try_claim()
        if isinstance(claim, Claim) and desk.submit(claim).verdict is Verdict.OPEN:
            hands.append(claim)
        if hands and chance.random() < 0.8:
            done = hands.pop(chance.randrange(len(hands)))
            if chance.random() < 0.3:
                desk.ledger.settle_failed(done, chance.choice(failures), retry_in=NOW, hold="")
            else:
                desk.ledger.settle_accepted(done, ACCEPTED)
        desk.ledger.suppress(desk.id, EMAIL, journal_seen=0, indices=[chance.randrange(200)])
        assert desk.counts() == desk.counted()

    tally: Tally = desk.dispatches.status(desk.id).channels[0][1].tally
    assert tally.is_balanced
    assert tally.count(OPEN) <= sum(claim.count for claim in hands)
