"""The table of states: total, unambiguous, and the same at the end whatever the order in which news comes."""

from __future__ import annotations

from functools import reduce
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.core.delivery import CODES, NOT_SENT, OPEN, RANKS, STATES, WITH_PROVIDER, WORK, State, Tally, code, merge

_STATE = st.sampled_from(State)
_RANKED = st.sampled_from(sorted(RANKS))


@given(start=_STATE, events=st.lists(_STATE, max_size=12), data=st.data())
def test_events_in_any_order_and_repetition_end_in_the_same_state(start: State, events: list[State], data: st.DataObject) -> None:
    repeats = data.draw(st.lists(st.sampled_from(events), max_size=6)) if events else []
    shuffled = data.draw(st.permutations([*events, *repeats]))

    assert reduce(merge, shuffled, start) is reduce(merge, events, start)


@given(_RANKED, _RANKED, _RANKED)
def test_merging_proof_is_commutative_associative_and_idempotent(one: State, two: State, three: State) -> None:
    assert merge(one, two) is merge(two, one)
    assert merge(merge(one, two), three) is merge(one, merge(two, three))
    assert merge(one, one) is one


@given(_STATE, _STATE)
def test_an_event_never_opens_what_is_closed(current: State, reported: State) -> None:
    after = merge(current, reported)

    assert after in {current, reported}
    assert after not in OPEN or current in OPEN
    if current not in RANKS or reported not in RANKS:
        assert after is current, "an event about what never left is a contradiction, not a fact"


def test_a_delay_reported_after_delivery_changes_nothing_and_a_complaint_after_it_does() -> None:
    assert merge(State.DELIVERED, State.DEFERRED) is State.DELIVERED
    assert merge(State.DELIVERED, State.COMPLAINED) is State.COMPLAINED
    assert merge(State.DELIVERED, State.BOUNCED) is State.BOUNCED


def test_every_table_knows_every_state() -> None:
    assert set(CODES) == set(WORK) == set(State)
    assert OPEN | WITH_PROVIDER | NOT_SENT | {State.UNKNOWN} == set(State)
    assert len(OPEN) + len(WITH_PROVIDER) + len(NOT_SENT) + 1 == len(State), "a state stands in one group only"


def test_every_state_has_one_byte_of_its_own_and_is_found_by_it() -> None:
    letters = [code(state) for state in State]

    assert len(set(letters)) == len(State)
    assert all(len(letter) == 1 and letter.isalpha() and letter.isascii() for letter in letters), "Lua takes %, ^ for patterns"
    assert [STATES[letter] for letter in letters] == list(State)


def test_the_letters_are_those_of_every_stored_ledger() -> None:
    assert b"".join(code(state) for state in State) == b"pcsadDLruBxCUSw"


def test_ranks_are_a_strict_order() -> None:
    assert len(set(RANKS.values())) == len(RANKS)


def test_work_never_makes_two_calls_for_one_delivery_by_itself() -> None:
    """Only the provider's plain "not sent", or a person's word about what is in doubt, leads back to planned."""
    back_to_planned = {state for state, after in WORK.items() if State.PLANNED in after}

    assert back_to_planned == {State.CLAIMED, State.SUBMITTING, State.UNKNOWN}
    assert {state for state, after in WORK.items() if State.SUBMITTING in after} == {State.CLAIMED}
    assert all(not WORK[state] for state in WITH_PROVIDER | NOT_SENT)


@pytest.mark.parametrize("state", State)
def test_a_tally_is_settled_when_nothing_can_leave_and_nothing_is_in_doubt(state: State) -> None:
    tally = Tally(total=3, counts=MappingProxyType({State.DELIVERED: 2, state: 3 if state is State.DELIVERED else 1}))

    assert tally.is_settled is (state not in {State.PLANNED, State.CLAIMED, State.SUBMITTING, State.UNKNOWN})
    assert tally.is_balanced


def test_a_tally_that_forgot_somebody_is_not_balanced() -> None:
    assert not Tally(total=3, counts=MappingProxyType({State.DELIVERED: 2})).is_balanced
