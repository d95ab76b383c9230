"""The ledger and the people in it: suppression at every moment, the frozen audience, split batches, and threads."""

from __future__ import annotations

from datetime import timedelta

import pytest
import redis

from distributor.core.errors import NotSent, OutcomeUnknown, Rejected
from distributor.core.ids import ContactNumber
from distributor.ports_dispatch import NoClaim, Pause, Verdict
from tests.store.ledger_desk import ACCEPTED, EMAIL, Desk, X

NOW = timedelta(0)
LOST_LINE = OutcomeUnknown("connection cut")


@pytest.fixture
def desk(redis_client: redis.Redis) -> Desk:
    """Return an empty desk on an empty Redis."""
    return Desk(redis_client)


# Suppressed people are never mailed


def test_somebody_suppressed_between_claim_and_gate_is_left_out(desk: Desk) -> None:
    desk.prepare(2, 3)
    desk.claim()
    claim = desk.claim()
    desk.ledger.suppress(desk.id, EMAIL, journal_seen=1, indices=[3])

    answer = desk.submit(claim, journal_seen=1)

    assert answer.verdict is Verdict.OPEN
    assert answer.left_out == {1}
    assert desk.states() == "ccsSs"


def test_the_gate_stays_closed_while_the_journal_is_ahead_of_the_dispatch(desk: Desk) -> None:
    desk.prepare(2)
    claim = desk.claim()

    assert desk.submit(claim, journal_seen=1).verdict is Verdict.STALE
    assert desk.states() == "cc"

    desk.ledger.suppress(desk.id, EMAIL, journal_seen=1, indices=[])
    assert desk.submit(claim, journal_seen=1).verdict is Verdict.OPEN


def test_a_batch_of_nobody_but_suppressed_people_is_passed_over(desk: Desk) -> None:
    desk.prepare(2, 1)
    desk.ledger.suppress(desk.id, EMAIL, journal_seen=1, indices=[0, 1])

    assert desk.claim().start == 2


def test_a_batch_whose_last_person_leaves_between_claim_and_gate_is_not_sent(desk: Desk) -> None:
    desk.prepare(1)
    claim = desk.claim()
    desk.ledger.suppress(desk.id, EMAIL, journal_seen=1, indices=[0])

    assert desk.submit(claim, journal_seen=1).verdict is Verdict.LOST
    assert desk.try_claim() == Pause(why=NoClaim.EMPTY)
    assert desk.counts() == {"S": 1}


def test_somebody_who_leaves_during_a_call_that_fails_is_not_in_the_next_try(desk: Desk) -> None:
    """Their line of the journal is applied while the batch is out, and never again: the ledger must remember it."""
    desk.prepare(3)
    claim = desk.claim_and_submit()
    desk.ledger.suppress(desk.id, EMAIL, journal_seen=1, indices=[1])
    assert desk.states() == "sss"

    desk.ledger.settle_failed(claim, NotSent("busy", status=503), retry_in=NOW, hold="")

    assert desk.states() == "pSp"
    assert desk.submit(desk.claim(), journal_seen=1).left_out == {1}
    assert desk.counts() == desk.counted()


def test_somebody_who_leaves_while_their_batch_is_in_doubt_is_not_sent_it_again(desk: Desk) -> None:
    """Those who got it use its unsubscribe link; a person who then says "send again" must not mail them a second time."""
    desk.prepare(3)
    desk.ledger.settle_failed(desk.claim_and_submit(), LOST_LINE, retry_in=NOW, hold="")
    desk.ledger.suppress(desk.id, EMAIL, journal_seen=1, indices=[2])

    desk.ledger.decide(desk.id, EMAIL, send_again=True)

    assert desk.states() == "ppS"
    assert desk.counts() == desk.counted()


def test_somebody_who_leaves_during_a_call_that_is_refused_is_in_neither_half(desk: Desk) -> None:
    desk.prepare(4)
    claim = desk.claim_and_submit()
    desk.ledger.suppress(desk.id, EMAIL, journal_seen=1, indices=[0, 3])

    desk.ledger.split(claim, middle=2, first=b"1", second=b"2")

    assert desk.states() == "SppS"
    assert desk.counts() == desk.counted()


def test_somebody_who_leaves_after_the_provider_took_it_keeps_the_state(desk: Desk) -> None:
    desk.prepare(2)
    desk.ledger.settle_accepted(desk.claim_and_submit(), ACCEPTED)

    assert desk.ledger.suppress(desk.id, EMAIL, journal_seen=1, indices=[0]) == 0
    assert desk.states() == "aa"


def test_an_index_that_nobody_has_suppresses_nobody(desk: Desk) -> None:
    desk.prepare(2)

    assert desk.ledger.suppress(desk.id, EMAIL, journal_seen=1, indices=[2, 99]) == 0
    assert desk.states() == "pp"


def test_the_journal_never_goes_back(desk: Desk) -> None:
    desk.prepare(1)
    desk.ledger.suppress(desk.id, EMAIL, journal_seen=9, indices=[])

    desk.ledger.suppress(desk.id, EMAIL, journal_seen=4, indices=[])

    assert desk.dispatches.journal_seen(desk.id) == 9


# The audience is frozen


def test_a_second_preparation_changes_neither_the_audience_nor_what_it_knows_of_the_journal(desk: Desk) -> None:
    """Two may prepare at once. The later one read a longer journal and another list; the audience is the first one's, and so
    is the journal: a person who left in between must still be found by the gate.
    """
    desk.create()
    desk.open_batches(2, members=[7, 8])

    desk.dispatches.commit(desk.id, EMAIL, batches=[], members=[ContactNumber(9), ContactNumber(8)], suppressed=0, journal_seen=5)

    assert list(desk.dispatches.audience(desk.id, EMAIL)) == [7, 8]
    assert desk.dispatches.journal_seen(desk.id) == 0
    assert desk.states() == "pp"


def test_the_audience_and_the_journal_that_it_was_compared_with_appear_together(desk: Desk) -> None:
    desk.create()

    desk.dispatches.commit(desk.id, EMAIL, batches=[], members=[ContactNumber(3)], suppressed=1, journal_seen=5)

    assert desk.dispatches.journal_seen(desk.id) == 5
    assert desk.states() == "S"


# A refused batch is cut in two


def test_halves_are_open_with_their_own_bodies_and_sum_to_the_whole(desk: Desk) -> None:
    desk.prepare(5)
    claim = desk.claim_and_submit()

    assert desk.ledger.split(claim, middle=2, first=b"first", second=b"second")
    assert not desk.ledger.split(claim, middle=2, first=b"again", second=b"again")

    assert not desk.ledger.settle_accepted(claim, ACCEPTED), "the claim was spent with the cut"
    first, second = desk.claim(), desk.claim()
    assert [(half.start, half.count, desk.ledger.staged(desk.id, half.channel, half.start)) for half in (first, second)] == [
        (0, 2, b"first"),
        (2, 3, b"second"),
    ]
    assert desk.counts() == {"c": 5}


# A thread goes one part after the other


def test_no_second_part_is_given_while_one_is_under_way(desk: Desk) -> None:
    desk.prepare(1, 1, channel=X)
    desk.claim(channel=X)

    assert desk.try_claim(channel=X) == Pause(why=NoClaim.BUSY)


def test_parts_leave_in_order_and_answer_the_one_before(desk: Desk) -> None:
    desk.prepare(1, 1, 1, channel=X)

    first = desk.claim_and_submit(channel=X)
    desk.ledger.settle_accepted(first, ACCEPTED)
    second = desk.claim_and_submit(channel=X)

    assert (first.start, desk.ledger.reply_to(first)) == (0, None)
    assert (second.start, desk.ledger.reply_to(second)) == (1, "remote-1")


def test_a_part_that_must_wait_holds_back_the_ones_after_it(desk: Desk) -> None:
    desk.prepare(1, 1, channel=X)
    claim = desk.claim_and_submit(channel=X)
    desk.ledger.settle_failed(claim, NotSent("busy"), retry_in=timedelta(seconds=9), hold="")

    pause = desk.try_claim(channel=X)

    assert isinstance(pause, Pause)
    assert pause.why is NoClaim.WAIT


@pytest.mark.parametrize("failure", [Rejected("duplicate text"), LOST_LINE])
def test_a_thread_is_cut_after_a_part_that_is_refused_or_in_doubt(desk: Desk, failure: Rejected | OutcomeUnknown) -> None:
    desk.prepare(1, 1, channel=X)
    desk.ledger.settle_failed(desk.claim_and_submit(channel=X), failure, retry_in=NOW, hold="")

    assert desk.try_claim(channel=X) == Pause(why=NoClaim.CUT)


def test_a_part_that_is_sent_again_by_a_persons_word_goes_first(desk: Desk) -> None:
    desk.prepare(1, 1, channel=X)
    desk.ledger.settle_failed(desk.claim_and_submit(channel=X), LOST_LINE, retry_in=NOW, hold="")

    desk.ledger.decide(desk.id, X, send_again=True)

    assert desk.claim(channel=X).start == 0
