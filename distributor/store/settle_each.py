"""The outcomes of a batch whose people ended differently, on Redis. Implements ports_each.EachSettlement.

All decisions are in lua/ledger_settle_each.lua; this module only translates.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import cast

import redis

from distributor.core.delivery import State, code
from distributor.core.errors import NotSent, Rejected, SendFailure
from distributor.ports_dispatch import Claim
from distributor.ports_each import Run
from distributor.store.ledger import pack_body
from distributor.store.ledger_keys import ChannelKeys, LuaScript

_US = timedelta(microseconds=1)


class RedisEachSettlement:
    """Writes outcomes one by one. Thread-safe: it holds nothing but the connection pool."""

    def __init__(self, client: redis.Redis) -> None:
        self._script = LuaScript(client, "ledger_prelude", "ledger_settle_each")

    def settle_each(self, claim: Claim, runs: Sequence[Run], *, hold: str) -> bool:
        """Write the outcome of every run, atomically."""
        _must_cover(claim, runs)
        k = ChannelKeys(claim.dispatch, claim.channel)
        keys = [k.meta, k.states, k.counts, k.open, k.batches, k.claims, k.asked, k.doubts]
        note = next((run.outcome.reason for run in runs if isinstance(run.outcome, NotSent) and run.outcome.needs_staff), "")
        args: list[str | int | bytes] = [claim.token, claim.start, claim.channel.value, hold, note]
        for run in runs:
            args += _described(run)
        return cast("int", self._script(keys=[*keys, *(k.body(run.start) for run in runs)], args=args)) > 0


def _must_cover(claim: Claim, runs: Sequence[Run]) -> None:
    expected = claim.start
    for run in runs:
        if run.start != expected or run.count < 1:
            raise ValueError("the runs of a batch leave no gap")
        expected += run.count
    if expected != claim.start + claim.count:
        raise ValueError("the runs of a batch cover it")


def _described(run: Run) -> list[str | int | bytes]:
    match run.outcome:
        case Rejected(reason=why):
            state, remote = State.REFUSED, ""
        case NotSent(reason=why):
            state, remote = State.PLANNED, ""
        case SendFailure(reason=why):
            state, remote = State.UNKNOWN, ""
        case remote:
            state, why = State.ACCEPTED, ""
    return [run.start, run.count, code(state), remote, why, run.retry_in // _US, pack_body(run.body)]
