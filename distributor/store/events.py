"""What providers report, written to the ledger. Implements ports_events.EventStore.

All decisions are in lua/ledger_events.lua and core.delivery.RANKS; this module only translates.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import groupby
from typing import cast

import redis

from distributor.core.delivery import RANKS, State, code
from distributor.core.delivery_event import DeliveryEvent, Mark
from distributor.core.ids import ContactNumber, DispatchId, Index
from distributor.core.message import ChannelName
from distributor.core.timeline import BLOCK, pack_line
from distributor.ports_events import Applied
from distributor.store.ledger_keys import ChannelKeys, LedgerScripts, from_us, store_errors

#: Events per script call: a millisecond or two, during which Redis does nothing else.
_STEP = 500
_RANKED = b"".join(code(state) for state in sorted(RANKS, key=RANKS.__getitem__))
_MARKS = {mark: number for number, mark in enumerate(Mark, 1)}
_MEMBER_BYTES = 4
#: Of one timeline: eight of each recipient. Whoever opens a mail a hundred times fills no memory.
_MOST_LINES = 8 * BLOCK


class RedisEventStore:
    """Provider events about e-mails, on one Redis. Thread-safe: it holds nothing but the connection pool."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        scripts = LedgerScripts(client)
        self._events, self._proof = scripts.events, scripts.prove

    def apply(self, dispatch: DispatchId, events: Sequence[DeliveryEvent]) -> Applied:
        """Write the events, atomically for each block of 500; before that, what they prove about batches in doubt.

        Raises:
            StoreUnavailable: no answer came; some may be written. All may be written again.
            ValueError: an event reports a state that no event can prove, which is a defect of the channel.
        """
        k = ChannelKeys(dispatch, ChannelName.EMAIL)
        with store_errors(), self._client.pipeline(transaction=False) as pipe:
            pipe.hget(k.counts, code(State.UNKNOWN).decode())
            pipe.hmget(k.meta, "single", "lift_us")
            doubtful, (single, lift_us) = pipe.execute()
        calls = [self._call(k, events[at : at + _STEP], from_us(lift_us or 0)) for at in range(0, len(events), _STEP)]
        # First, for whoever is cut off in between is asked by the provider to take the same events again.
        # Over a mail server each message goes by itself, and proves nothing of another.
        is_proof = int(doubtful or 0) > 0 and single is None
        proven = self._prove(k, sorted({int(event.index) for event in events})) if is_proof else frozenset()
        answers = [cast("list[int]", self._events(keys=keys, args=args)) for keys, args in calls]
        moved, repeated, contradictory = (sum(numbers) for numbers in zip(*answers, strict=True)) if answers else (0, 0, 0)
        return Applied(moved=moved, repeated=repeated, contradictory=contradictory, proven=proven)

    def _call(
        self, k: ChannelKeys, events: Sequence[DeliveryEvent], lift_at: datetime
    ) -> tuple[list[str], list[bytes | str | int]]:
        """Return keys and arguments of one call of the script."""
        timelines: dict[int, int] = {}
        args: list[bytes | str | int] = [_RANKED, _MOST_LINES]
        for event in events:
            if event.state is not None and event.state not in RANKS:
                raise ValueError(f"no event proves {event.state.value}")
            line = pack_line(event, lift_at=lift_at)
            place = timelines.setdefault(event.index // BLOCK, len(timelines) + 1) if line else 0
            args += (
                event.index, b"" if event.state is None else code(event.state),
                0 if event.mark is None else _MARKS[event.mark], place, line,
            )  # fmt: skip
        marks = [k.marked(mark.value) for mark in Mark]
        return [k.states, k.counts, *marks, *(k.timeline(block) for block in timelines)], args

    def _prove(self, k: ChannelKeys, indices: Sequence[int]) -> frozenset[int]:
        """Take batches out of doubt of which somebody was reported about; return their starts."""
        proven: set[int] = set()
        for start, reported in groupby(indices, key=self._start_of(k)):
            if self._proof(keys=[k.states, k.counts, k.batches, k.body(start), k.doubts], args=[start, _RANKED, *reported]):
                proven.add(start)
        return frozenset(proven)

    def _start_of(self, k: ChannelKeys) -> Callable[[int], int]:
        """Return what tells the start of the batch that an index is in."""
        with store_errors():
            fields = cast("list[bytes]", self._client.hkeys(k.batches))
        starts = sorted(int(field[:-2]) for field in fields if field.endswith(b":n"))
        return lambda index: starts[max(bisect_right(starts, index) - 1, 0)] if starts else 0

    def contacts_at(self, dispatch: DispatchId, indices: Sequence[Index]) -> Sequence[ContactNumber | None]:
        """Return who stands at each index, in one round trip."""
        members = ChannelKeys(dispatch, ChannelName.EMAIL).members
        with store_errors(), self._client.pipeline(transaction=False) as pipe:
            for index in indices:
                first = index * _MEMBER_BYTES
                pipe.getrange(members, first, first + _MEMBER_BYTES - 1)
            found = cast("list[bytes]", pipe.execute())
        return [ContactNumber(int.from_bytes(number, "big")) if number else None for number in found]
