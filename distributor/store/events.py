"""What providers report, written to the ledger. Implements ports_events.EventStore.

All decisions are in lua/ledger_events.lua and core.delivery.RANKS; this module only translates.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import cast

import redis

from distributor.core.delivery import RANKS, State, code
from distributor.core.delivery_event import DeliveryEvent, Mark
from distributor.core.ids import ContactNumber, DispatchId, Index
from distributor.core.message import ChannelName
from distributor.ports_events import Applied
from distributor.store.ledger_keys import ChannelKeys, LedgerScripts, store_errors

#: Events per script call: a millisecond or two, during which Redis does nothing else.
_STEP = 500
_RANKED = b"".join(code(state) for state in sorted(RANKS, key=RANKS.__getitem__))
_IN_DOUBT = code(State.SUBMITTING) + code(State.UNKNOWN)
_MARKS = {mark: number for number, mark in enumerate(Mark, 1)}
_MEMBER_BYTES = 4


class RedisEventStore:
    """Provider events about e-mails, on one Redis. Thread-safe: it holds nothing but the connection pool."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        self._script = LedgerScripts(client).events

    def apply(self, dispatch: DispatchId, events: Sequence[DeliveryEvent]) -> Applied:
        """Write the events, atomically for each block of 500.

        Raises:
            StoreUnavailable: no answer came; some may be written. All may be written again.
            ValueError: an event reports a state that no event can prove, which is a defect of the channel.
        """
        k = ChannelKeys(dispatch, ChannelName.EMAIL)
        keys = [k.states, k.counts, *(k.marked(mark.value) for mark in Mark)]
        moved = repeated = contradictory = 0
        proven: list[int] = []
        for at in range(0, len(events), _STEP):
            args = [_RANKED, _IN_DOUBT, *_described(events[at : at + _STEP])]
            answer = cast("list[int]", self._script(keys=keys, args=args))
            moved, repeated, contradictory = moved + answer[0], repeated + answer[1], contradictory + answer[2]
            proven.extend(answer[3:])
        return Applied(
            moved=moved,
            repeated=repeated,
            contradictory=contradictory,
            proven=self._batches_of(k, proven) if proven else frozenset(),
        )

    def contacts_at(self, dispatch: DispatchId, indices: Sequence[Index]) -> Sequence[ContactNumber | None]:
        """Return who stands at each index, in one round trip."""
        members = ChannelKeys(dispatch, ChannelName.EMAIL).members
        with store_errors(), self._client.pipeline(transaction=False) as pipe:
            for index in indices:
                first = index * _MEMBER_BYTES
                pipe.getrange(members, first, first + _MEMBER_BYTES - 1)
            found = cast("list[bytes]", pipe.execute())
        return [ContactNumber(int.from_bytes(number, "big")) if number else None for number in found]

    def _batches_of(self, keys: ChannelKeys, indices: Sequence[int]) -> frozenset[int]:
        with store_errors():
            fields = cast("list[bytes]", self._client.hkeys(keys.batches))
        starts = sorted(int(field[:-2]) for field in fields if field.endswith(b":n"))
        return frozenset(starts[bisect_right(starts, index) - 1] for index in indices)


def _described(events: Sequence[DeliveryEvent]) -> Iterator[bytes | int]:
    for event in events:
        if event.state is not None and event.state not in RANKS:
            raise ValueError(f"no event proves {event.state.value}")
        yield event.index
        yield b"" if event.state is None else code(event.state)
        yield 0 if event.mark is None else _MARKS[event.mark]
