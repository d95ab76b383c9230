"""The messages of one person over many dispatches, on Redis. Implements ports_events.PersonDeliveries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, cast

import redis

from distributor.core.delivery import STATES
from distributor.core.ids import ContactNumber, DispatchId
from distributor.core.message import ChannelName
from distributor.core.timeline import BLOCK, in_order, unpack_line
from distributor.ports_events import PersonDelivery
from distributor.store.audience_runs import runs_of
from distributor.store.ledger import unpack_members
from distributor.store.ledger_keys import ChannelKeys, LedgerScripts, from_us, meta_key, store_errors

#: Dispatches of one round trip.
_STEP: Final = 200
_NOT_IN_IT, _NO_RUNS, _TOO_MANY_RUNS = -1, -2, -3


class RedisPersonDeliveries:
    """Finds one person in frozen audiences. Thread-safe."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        self._find = LedgerScripts(client).person

    def of(self, number: ContactNumber, dispatches: Sequence[DispatchId]) -> Sequence[PersonDelivery]:
        """Return the person's e-mail of each dispatch that has one, in the order given; no audience is read."""
        found: list[PersonDelivery] = []
        for start in range(0, len(dispatches), _STEP):
            some = dispatches[start : start + _STEP]
            answers = self._ask(number, some)
            for dispatch, (lift_us, answer) in zip(some, answers, strict=True):
                is_open = answer[0] in {_NO_RUNS, _TOO_MANY_RUNS}
                known = self._read_whole(number, dispatch, has_runs=answer[0] == _TOO_MANY_RUNS) if is_open else answer
                if known[0] != _NOT_IN_IT:
                    found.append(_delivery(dispatch, lift_us, known))
        return found

    def _ask(self, number: ContactNumber, dispatches: Sequence[DispatchId]) -> list[tuple[bytes | None, list[Any]]]:
        # Known to the server before the pipeline names it by its digest.
        self._find.load()
        with store_errors(), self._client.pipeline(transaction=False) as pipe:
            for dispatch in dispatches:
                pipe.hget(meta_key(dispatch), "lift_us")
                self._find.queue(pipe, _keys(dispatch), [number, BLOCK])
            answers = pipe.execute()
        return list(zip(answers[::2], answers[1::2], strict=True))

    def _read_whole(self, number: ContactNumber, dispatch: DispatchId, *, has_runs: bool) -> list[Any]:
        """Look through an audience of an earlier version, once, and remember its runs; or through one without order, always."""
        k = ChannelKeys(dispatch, ChannelName.EMAIL)
        with store_errors():
            members = unpack_members(cast("bytes", self._client.get(k.members) or b""))
            if not has_runs:
                self._client.setnx(k.runs, runs_of(cast("Sequence[ContactNumber]", members)))
                return cast("list[Any]", self._find(keys=_keys(dispatch), args=[number, BLOCK]))
            if number not in members:
                return [_NOT_IN_IT]
            index = members.index(number)
            letter = self._client.getrange(k.states, index, index)
            lines = cast("list[bytes]", self._client.lrange(k.timeline(index // BLOCK), 0, -1))
        return [index, letter, *(line for line in lines if line[0] == index % BLOCK)]


def _keys(dispatch: DispatchId) -> list[str]:
    k = ChannelKeys(dispatch, ChannelName.EMAIL)
    return [k.members, k.runs, k.states, k.timeline("")]


def _delivery(dispatch: DispatchId, lift_us: bytes | None, answer: list[Any]) -> PersonDelivery:
    index, letter, *lines = answer
    lift_at = from_us(lift_us or 0)
    events = in_order([unpack_line(line, lift_at=lift_at) for line in lines])
    return PersonDelivery(dispatch=dispatch, index=index, state=STATES[letter], events=events)
