"""Runs: what is written down of a batch that was taken in part."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import groupby

from distributor.core.errors import NotSent, PartlySent, Rejected, SendFailure
from distributor.core.ids import RemoteId
from distributor.core.retry import after_failure
from distributor.ports_dispatch import Claim
from distributor.ports_each import Run

#: A channel's `without`: (staged batch, positions) to the batch without those.
Without = Callable[[bytes, frozenset[int]], bytes]


def runs_of(
    claim: Claim, partly: PartlySent, *, left_out: frozenset[int], staged: bytes, without: Without
) -> tuple[tuple[Run, ...], str]:
    """Return the runs of a batch by outcome, and the reason word to hold its channel, "" to go on.

    `staged` is the whole body of the batch. Those left out (suppressed meanwhile) have no outcome; they go with their neighbour,
    and the ledger moves only those who left.

    Raises:
        ValueError: there are not as many outcomes as people who were to leave.
    """
    fates = _spread(partly.outcomes, count=claim.count, left_out=left_out)
    runs, hold, everybody = list[Run](), "", frozenset(range(claim.count))
    for _, group in groupby(enumerate(fates), key=lambda one: _kind(one[1])):
        members = list(group)
        (first, outcome), size = members[0], len(members)
        retry_in, body = timedelta(0), b""
        if isinstance(outcome, SendFailure):
            step = after_failure(outcome, attempt=claim.attempt, recipients=1)
            retry_in, hold = step.retry_in, hold or step.hold
            if not isinstance(outcome, Rejected):
                body = without(staged, everybody - set(range(first, first + size)))
        runs.append(Run(start=claim.start + first, count=size, outcome=outcome, retry_in=retry_in, body=body))
    return tuple(runs), hold


def _spread(
    outcomes: tuple[RemoteId | SendFailure, ...], *, count: int, left_out: frozenset[int]
) -> list[RemoteId | SendFailure]:
    """Return an outcome for everybody of the batch, by position."""
    if len(outcomes) != count - len(left_out):
        raise ValueError("a batch has one outcome for each who was to leave")
    coming = iter(outcomes)
    fates: list[RemoteId | SendFailure] = []
    last = outcomes[0]
    for position in range(count):
        if position not in left_out:
            last = next(coming)
        fates.append(last)
    return fates


def _kind(outcome: RemoteId | SendFailure) -> tuple[object, ...]:
    """Return what two neighbours must share to be in one run."""
    if isinstance(outcome, SendFailure):
        return (
            type(outcome),
            outcome.reason,
            outcome.status,
            isinstance(outcome, NotSent) and (outcome.retry_after, outcome.needs_staff),
        )
    return ()
