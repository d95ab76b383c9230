"""Which workers are alive: each writes its name with Redis's own time, and silence says that it is gone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import cast

import redis

from distributor.store.ledger_keys import from_us, store_errors

_WORKERS = "workers"
#: Silence for longer than this means that the worker is gone.
SILENCE = timedelta(seconds=10)
_US = timedelta(microseconds=1)


class RedisRoster:
    """The list of workers. Thread-safe."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client

    def beat(self, worker: str) -> None:
        """Say that the worker is alive now, and forget those long gone."""
        now = self._now_us()
        with self._client.pipeline(transaction=True) as pipe:
            pipe.zadd(_WORKERS, {worker: now})
            pipe.zremrangebyscore(_WORKERS, "-inf", now - timedelta(hours=1) // _US)
            pipe.execute()

    def leave(self, worker: str) -> None:
        """Say that the worker stops."""
        with store_errors():
            self._client.zrem(_WORKERS, worker)

    def alive(self) -> dict[str, datetime]:
        """Return the workers heard of lately, with the instant of their last word."""
        found = cast(
            "list[tuple[bytes, float]]",
            self._client.zrangebyscore(_WORKERS, self._now_us() - SILENCE // _US, "+inf", withscores=True),
        )
        return {name.decode(): from_us(int(beat_us)) for name, beat_us in found}

    def _now_us(self) -> int:
        seconds, us = self._client.time()
        return int(seconds) * 1_000_000 + int(us)
