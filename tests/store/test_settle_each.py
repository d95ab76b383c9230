"""A batch whose people ended differently, on the real scripts: nobody who was accepted is ever in a batch that can go again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from distributor.core.errors import NotSent, OutcomeUnknown, Rejected, SendFailure
from distributor.core.ids import RemoteId
from distributor.ports_dispatch import Claim, NoClaim, Pause
from distributor.ports_each import Run
from distributor.store.settle_each import RedisEachSettlement
from tests.store.ledger_desk import ACCEPTED, EMAIL, Desk

TAKEN = RemoteId("<m1@example.org>")
GONE = Rejected("550 5.1.1: no such mailbox", status=550)
LATER = NotSent("450: greylisted", status=450)
LOST = OutcomeUnknown("the connection ended after the last dot")
STAFF = NotSent("the server wants a password", status=530, needs_staff=True)
LETTERS: dict[object, str] = {TAKEN: "a", GONE: "r", LATER: "p", LOST: "u"}


@pytest.fixture
def desk(redis_client: redis.Redis) -> Desk:
    """Return an empty desk on an empty Redis."""
    return Desk(redis_client)


def runs(claim: Claim, *outcomes: tuple[int, RemoteId | SendFailure], retry_in: timedelta = timedelta(0)) -> Sequence[Run]:
    """Return runs of these sizes, one after the other."""
    made, at = list[Run](), claim.start
    for count, outcome in outcomes:
        made.append(Run(start=at, count=count, outcome=outcome, retry_in=retry_in, body=b"body of %d" % at))
        at += count
    return made


def settle(desk: Desk, claim: Claim, found: Sequence[Run], *, hold: str = "") -> bool:
    """Write the runs."""
    return RedisEachSettlement(desk.client).settle_each(claim, found, hold=hold)


def test_each_run_ends_in_its_own_state_and_the_counters_agree(desk: Desk) -> None:
    desk.prepare(6, 2)
    claim = desk.claim_and_submit()

    assert settle(desk, claim, runs(claim, (2, TAKEN), (1, GONE), (2, LATER), (1, LOST)))

    assert desk.states() == "aarppupp"
    assert desk.counts() == desk.counted()
    status = desk.dispatches.status(desk.id)
    assert status.last_accepted_at is not None


def test_only_what_was_not_sent_is_claimed_again(desk: Desk) -> None:
    desk.prepare(6)
    claim = desk.claim_and_submit()
    settle(desk, claim, runs(claim, (2, TAKEN), (1, GONE), (2, LATER), (1, LOST)))

    again = desk.claim()

    assert (again.start, again.count, again.attempt) == (3, 2, 2)
    assert desk.ledger.staged(desk.id, EMAIL, 3) == b"body of 3"
    assert desk.try_claim() == Pause(why=NoClaim.EMPTY)


def test_a_run_that_is_to_wait_waits(desk: Desk) -> None:
    desk.prepare(2)
    claim = desk.claim_and_submit()

    settle(desk, claim, runs(claim, (1, TAKEN), (1, LATER), retry_in=timedelta(seconds=30)))

    pause = desk.try_claim()
    assert isinstance(pause, Pause)
    assert pause.why is NoClaim.WAIT
    assert timedelta(seconds=29) < pause.wait <= timedelta(seconds=30)


@pytest.mark.parametrize(("send_again", "states"), [(True, "aap"), (False, "aaa")])
def test_a_person_decides_about_the_one_in_doubt_only(desk: Desk, send_again: bool, states: str) -> None:
    desk.prepare(3)
    claim = desk.claim_and_submit()
    settle(desk, claim, runs(claim, (2, TAKEN), (1, LOST)))

    assert desk.ledger.decide(desk.id, EMAIL, send_again=send_again) == 1

    assert desk.states() == states
    if send_again:
        again = desk.claim()
        assert (again.start, again.count) == (2, 1)
        assert desk.ledger.staged(desk.id, EMAIL, 2) == b"body of 2"


def test_a_worker_that_dies_at_the_second_try_leaves_only_that_run_in_doubt(desk: Desk) -> None:
    """Somebody accepted in the same request would prove it taken, if the request were one."""
    desk.prepare(3)
    claim = desk.claim_and_submit()
    settle(desk, claim, runs(claim, (1, TAKEN), (1, LATER), (1, TAKEN)))
    desk.end_pauses()
    desk.end_lease(desk.claim_and_submit())

    assert desk.ledger.expire(desk.id, EMAIL) == (0, 1)

    assert desk.states() == "aua"
    assert desk.counts() == desk.counted()


def test_bodies_of_those_who_are_through_are_gone(desk: Desk) -> None:
    desk.prepare(3)
    claim = desk.claim_and_submit()

    settle(desk, claim, runs(claim, (1, TAKEN), (1, GONE), (1, LOST)))

    bodies = list(desk.client.keys(b"*:body:*"))
    assert bodies == [b"d:{dtest}:email:body:2"]


def test_the_reason_of_each_is_kept(desk: Desk) -> None:
    desk.prepare(3)
    claim = desk.claim_and_submit()

    settle(desk, claim, runs(claim, (1, TAKEN), (1, GONE), (1, LOST)))

    records = desk.dispatches.batches(desk.id, EMAIL)
    assert [(r.start, r.count, r.attempts, r.why, r.remote_id) for r in records] == [
        (0, 1, 1, "", TAKEN),
        (1, 1, 1, GONE.reason, ""),
        (2, 1, 1, LOST.reason, ""),
    ]
    assert all(record.sent_at and record.settled_at and record.master == claim.master for record in records)


def test_written_twice_it_is_as_if_written_once(desk: Desk) -> None:
    """Its reply was lost; meanwhile another worker may have claimed what was planned again."""
    desk.prepare(3)
    claim = desk.claim_and_submit()
    found = runs(claim, (1, LATER), (2, TAKEN))
    settle(desk, claim, found)
    other = desk.claim_and_submit()

    assert settle(desk, claim, found)

    assert desk.states() == "saa"
    assert desk.ledger.settle_accepted(other, ACCEPTED)
    assert desk.states() == "aaa"
    assert desk.counts() == desk.counted()


def test_the_late_word_of_the_worker_itself_ends_the_doubt(desk: Desk) -> None:
    desk.prepare(3)
    claim = desk.claim_and_submit()
    desk.end_lease(claim)
    desk.ledger.expire(desk.id, EMAIL)

    assert settle(desk, claim, runs(claim, (1, TAKEN), (1, LOST), (1, LATER)))

    assert desk.states() == "aup"
    assert dict(desk.dispatches.status(desk.id).channels)[EMAIL].in_doubt_since is not None
    assert desk.ledger.decide(desk.id, EMAIL, send_again=False) == 1


@pytest.mark.parametrize("send_again", [True, False])
def test_a_late_word_does_not_overrule_a_person(desk: Desk, send_again: bool) -> None:
    desk.prepare(2)
    claim = desk.claim_and_submit()
    desk.end_lease(claim)
    desk.ledger.expire(desk.id, EMAIL)
    desk.ledger.decide(desk.id, EMAIL, send_again=send_again)
    before = desk.states()

    assert not settle(desk, claim, runs(claim, (1, TAKEN), (1, GONE)))

    assert desk.states() == before


def test_another_workers_batch_is_not_touched(desk: Desk) -> None:
    desk.prepare(2)
    lost = desk.claim()
    desk.end_lease(lost)
    desk.ledger.expire(desk.id, EMAIL)
    desk.claim_and_submit()

    assert not settle(desk, lost, runs(lost, (1, TAKEN), (1, GONE)))

    assert desk.states() == "ss"


def test_those_left_out_and_those_who_left_meanwhile_do_not_go_again(desk: Desk) -> None:
    desk.prepare(4)
    claim = desk.claim()
    desk.ledger.suppress(desk.id, EMAIL, journal_seen=1, indices=[1])
    desk.submit(claim, journal_seen=1)
    desk.ledger.suppress(desk.id, EMAIL, journal_seen=2, indices=[3])

    settle(desk, claim, runs(claim, (2, TAKEN), (2, LATER)))

    assert desk.states() == "aSpS"
    assert desk.counts() == desk.counted()


def test_what_needs_staff_holds_the_channel_and_says_why(desk: Desk) -> None:
    desk.prepare(2)
    claim = desk.claim_and_submit()

    settle(desk, claim, runs(claim, (1, TAKEN), (1, STAFF)), hold="provider")

    channel = dict(desk.dispatches.status(desk.id).channels)[EMAIL]
    assert (channel.hold_reason, channel.hold_note) == ("provider", STAFF.reason)
    assert desk.try_claim() == Pause(why=NoClaim.HELD)


@pytest.mark.parametrize("sizes", [[], [1], [1, 1, 1], [2, 1], [0, 2]])
def test_runs_that_do_not_cover_the_batch_are_refused(desk: Desk, sizes: list[int]) -> None:
    desk.prepare(2)
    claim = desk.claim_and_submit()

    with pytest.raises(ValueError, match="batch"):
        settle(desk, claim, runs(claim, *((size, TAKEN) for size in sizes)))

    assert desk.states() == "ss"


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rounds=st.lists(st.lists(st.sampled_from([TAKEN, GONE, LATER, LOST]), min_size=7, max_size=7), min_size=1, max_size=4))
def test_whatever_comes_of_each_nobody_is_sent_twice_and_nobody_is_lost(
    desk: Desk, rounds: list[list[RemoteId | SendFailure]]
) -> None:
    """Round after round whoever is claimed ends as drawn; a model in plain Python keeps the books."""
    desk.client.flushall()
    desk.prepare(4, 3)
    model = ["p"] * 7
    for drawn in rounds:
        claimed = list[Claim]()
        while isinstance(claim := desk.try_claim(), Claim):
            desk.submit(claim)
            claimed.append(claim)
        for claim in claimed:
            people = range(claim.start, claim.start + claim.count)
            assert [model[at] for at in people] == ["p"] * claim.count
            settle(desk, claim, runs(claim, *((1, drawn[at]) for at in people)))
            for at in people:
                model[at] = LETTERS[drawn[at]]

    assert desk.states() == "".join(model)
    assert desk.counts() == desk.counted()
