"""What is written down of a batch that was taken in part."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.core.errors import NotSent, OutcomeUnknown, PartlySent, Rejected, SendFailure
from distributor.core.ids import DispatchId, MasterKey, RemoteId
from distributor.core.message import ChannelName
from distributor.flow.lift.runs import runs_of
from distributor.ports_dispatch import Claim

ONE, TWO = RemoteId("<1@example.org>"), RemoteId("<2@example.org>")
GONE, LATER, LOST = Rejected("no such mailbox"), NotSent("greylisted"), OutcomeUnknown("lost")
STAFF = NotSent("no password", needs_staff=True)


def claim_of(count: int, *, start: int = 10, attempt: int = 1) -> Claim:
    """Return a claim on so many."""
    return Claim(
        dispatch=DispatchId("dtest"),
        channel=ChannelName.EMAIL,
        token="t",
        start=start,
        count=count,
        master=MasterKey("email/en"),
        attempt=attempt,
    )


def without(staged: bytes, positions: frozenset[int]) -> bytes:
    """Leave letters out: a body is a letter for each person here."""
    return bytes(letter for at, letter in enumerate(staged) if at not in positions)


def test_neighbours_who_ended_alike_are_one_run() -> None:
    runs, hold = runs_of(
        claim_of(5), PartlySent([ONE, TWO, GONE, LATER, LOST]), left_out=frozenset(), staged=b"abcde", without=without
    )

    assert [(run.start, run.count, run.outcome, run.body) for run in runs] == [
        (10, 2, ONE, b""),
        (12, 1, GONE, b""),
        (13, 1, LATER, b"d"),
        (14, 1, LOST, b"e"),
    ]
    assert hold == ""


def test_those_left_out_go_with_their_neighbours() -> None:
    runs, _ = runs_of(claim_of(5), PartlySent([LATER, ONE]), left_out=frozenset({0, 2, 4}), staged=b"abcde", without=without)

    assert [(run.start, run.count, run.outcome, run.body) for run in runs] == [(10, 3, LATER, b"abc"), (13, 2, ONE, b"")]


def test_a_later_try_waits_longer() -> None:
    outcome = PartlySent([ONE, LATER])

    first, _ = runs_of(claim_of(2), outcome, left_out=frozenset(), staged=b"ab", without=without)
    fourth, _ = runs_of(claim_of(2, attempt=4), outcome, left_out=frozenset(), staged=b"ab", without=without)

    assert [run.retry_in for run in first] == [timedelta(0), timedelta(seconds=0.5)]
    assert [run.retry_in for run in fourth] == [timedelta(0), timedelta(seconds=4)]


def test_what_needs_staff_holds_the_channel() -> None:
    _, hold = runs_of(claim_of(3), PartlySent([ONE, STAFF, LATER]), left_out=frozenset(), staged=b"abc", without=without)

    assert hold == "provider"


@pytest.mark.parametrize("outcomes", [[ONE], [ONE, GONE, LOST]])
def test_too_few_or_too_many_outcomes_are_a_defect(outcomes: list[RemoteId | SendFailure]) -> None:
    with pytest.raises(ValueError, match="outcome"):
        runs_of(claim_of(2), PartlySent(outcomes), left_out=frozenset(), staged=b"ab", without=without)


@given(fates=st.lists(st.sampled_from([ONE, TWO, GONE, LATER, LOST, None]), min_size=1, max_size=30))
def test_runs_cover_the_batch_and_keep_everybodys_outcome(fates: list[RemoteId | SendFailure | None]) -> None:
    left_out = frozenset(at for at, fate in enumerate(fates) if fate is None)
    goers = [fate for fate in fates if fate is not None]
    if not goers:
        return
    staged = bytes(range(len(fates)))

    runs, _ = runs_of(claim_of(len(fates)), PartlySent(goers), left_out=left_out, staged=staged, without=without)

    assert [run.start for run in runs] == [10 + sum(before.count for before in runs[:at]) for at in range(len(runs))]
    assert sum(run.count for run in runs) == len(fates)
    for run in runs:
        for position in range(run.start - 10, run.start - 10 + run.count):
            fate = fates[position]
            assert fate is None or fate is run.outcome or (isinstance(fate, str) and isinstance(run.outcome, str))
            may_go_again = isinstance(run.outcome, (NotSent, OutcomeUnknown))
            assert (position in run.body) == may_go_again
