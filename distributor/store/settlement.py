"""What `ledger_settle.lua` is asked for each outcome of a call."""

from __future__ import annotations

from datetime import timedelta

from distributor.core.delivery import State, code
from distributor.core.errors import NotSent, Rejected, SendFailure
from distributor.core.message import THREADS
from distributor.ports import Accepted
from distributor.ports_dispatch import Claim
from distributor.store.ledger_keys import ChannelKeys

_US = timedelta(microseconds=1)
_TOO_MANY_REQUESTS = 429
#: The script's keys and arguments.
Asked = tuple[list[str], list[str | int | bytes]]


def of_acceptance(claim: Claim, accepted: Accepted) -> Asked:
    """Return how it is written that the provider took the batch."""
    state = State.LIVE if claim.channel in THREADS else State.ACCEPTED
    return _settlement(claim, state, remote_id=accepted.remote_id, url=accepted.url)


def of_failure(claim: Claim, failure: SendFailure, *, retry_in: timedelta, hold: str) -> Asked:
    """Return how it is written what the failure's class allows: refused, planned again, or unknown."""
    match failure:
        case Rejected():
            state = State.REFUSED
        case NotSent():
            state = State.PLANNED
        case _:
            state = State.UNKNOWN
    pause = retry_in if state is State.PLANNED and failure.status == _TOO_MANY_REQUESTS else timedelta(0)
    return _settlement(claim, state, why=failure.reason, retry_in=retry_in, pause=pause, hold=hold)


def _settlement(
    claim: Claim,
    state: State,
    *,
    remote_id: str = "",
    url: str = "",
    why: str = "",
    retry_in: timedelta = timedelta(0),
    pause: timedelta = timedelta(0),
    hold: str = "",
) -> Asked:
    k = ChannelKeys(claim.dispatch, claim.channel)
    keys = [k.meta, k.states, k.counts, k.open, k.batches, k.claims, k.body(claim.start), k.remote, k.asked, k.doubts]
    return keys, [
        claim.token, claim.start, code(state), remote_id, url, why,
        retry_in // _US, pause // _US, claim.channel.value, hold,
    ]  # fmt: skip
