"""Turns on Redis: one pipeline for the last answer, the next claim, and the terms of the gate. Implements ports_turn.Turns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, cast

import redis

from distributor.core.ids import DispatchId, MasterKey, ReleaseId
from distributor.core.message import THREADS, ChannelName
from distributor.ports_dispatch import Claim, NoClaim, Pause
from distributor.ports_turn import Answered, Terms, Turn
from distributor.store import settlement
from distributor.store.ledger_keys import ChannelKeys, LedgerScripts, store_errors
from distributor.store.releases import seal_key
from distributor.store.suppressions import JOURNAL

_US = timedelta(microseconds=1)


class RedisTurns:
    """Gives slots their batches. Thread-safe: it holds nothing but the connection pool."""

    def __init__(self, client: redis.Redis, *, lease: timedelta, claim_ahead: timedelta) -> None:
        """Use `client`, which must not resend commands by itself (store.connection.connect).

        `lease` bounds how long a claimed batch is its worker's; `claim_ahead` is how long before the lift batches may be claimed.
        """
        self._client = client
        self._scripts = LedgerScripts(client)
        self._lease_us = lease // _US
        self._ahead_us = claim_ahead // _US

    def take(
        self,
        dispatch: DispatchId,
        channel: ChannelName,
        *,
        release: ReleaseId,
        token: str,
        at_hand: Sequence[int] = (),
        answered: Answered | None = None,
    ) -> Turn:
        """Write the last answer, then take an open batch that may go now."""
        k = ChannelKeys(dispatch, channel)
        is_thread = "1" if channel in THREADS else "0"
        claim_keys = [k.meta, k.states, k.counts, k.open, k.batches, k.claims]
        claim_args = [token, self._lease_us, self._ahead_us, is_thread, channel.value, *at_hand]

        def exchange() -> list[Any]:
            with self._client.pipeline(transaction=False) as pipe:
                if answered is not None:
                    self._scripts.settle.queue(pipe, *settlement.of_acceptance(answered.claim, answered.accepted))
                self._scripts.claim.queue(pipe, claim_keys, claim_args)
                pipe.get(seal_key(release))
                pipe.llen(JOURNAL)
                return pipe.execute()

        with store_errors():
            try:
                answers = exchange()
            except redis.exceptions.NoScriptError:
                # The server was restarted and has forgotten the scripts. Whatever did run may be repeated.
                self._scripts.settle.load()
                self._scripts.claim.load()
                answers = exchange()
        return Turn(taken=_read_claim(dispatch, channel, token, answers[-3]), terms=_read_terms(*answers[-2:]))

    def terms(self, release: ReleaseId) -> Terms:
        """Return the terms as they are now."""
        with store_errors(), self._client.pipeline(transaction=False) as pipe:
            pipe.get(seal_key(release))
            pipe.llen(JOURNAL)
            return _read_terms(*pipe.execute())


def _read_claim(dispatch: DispatchId, channel: ChannelName, token: str, answer: list[bytes | int]) -> Claim | Pause:
    word, *rest = answer
    if word != b"claimed":
        wait = timedelta(microseconds=int(rest[0])) if rest else timedelta(0)
        return Pause(why=NoClaim(cast("bytes", word).decode()), wait=wait)
    start, count, master, attempt = rest
    return Claim(
        dispatch=dispatch,
        channel=channel,
        token=token,
        start=int(start),
        count=int(count),
        master=MasterKey(cast("bytes", master).decode()),
        attempt=int(attempt),
    )


def _read_terms(seal: bytes | None, journal_end: int) -> Terms:
    return Terms(approved_seal=(seal or b"").decode(), journal_end=journal_end)
