"""Every dispatch by its lift, also the finished ones: what the calendar reads, a stretch of time at a go."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, cast

import redis

from distributor.core.ids import DispatchId
from distributor.store.ledger_keys import DISPATCHES, LIFTS, plan_key, store_errors, to_us
from distributor.store.plan_codec import decode_plan

_BLOCK: Final = 500


class RedisLifts:
    """Reads. Thread-safe."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client

    def between(self, since: datetime, until: datetime, *, most: int) -> Sequence[DispatchId]:
        """Return the dispatches that lift in `[since, until)`, earliest first."""
        with store_errors():
            if self._client.zcard(LIFTS) < self._client.zcard(DISPATCHES):
                self._bring_up_to_date()
            found = self._client.zrangebyscore(LIFTS, to_us(since), f"({to_us(until)}", start=0, num=most)
        return [DispatchId(name.decode()) for name in cast("list[bytes]", found)]

    def _bring_up_to_date(self) -> None:
        """Enter the dispatches of earlier versions, which kept no such index; once."""
        names = cast("list[bytes]", self._client.zrange(DISPATCHES, 0, -1))
        for at in range(0, len(names), _BLOCK):
            block = [DispatchId(name.decode()) for name in names[at : at + _BLOCK]]
            stored = cast("list[bytes | None]", self._client.mget([plan_key(name) for name in block]))
            # One whose plan is gone is entered at 1970, so that it is not looked for again.
            known: dict[str, int] = {
                str(name): to_us(decode_plan(plan).lift_at) if plan else 0 for name, plan in zip(block, stored, strict=True)
            }  # fmt: skip
            self._client.zadd(LIFTS, known, nx=True)
