"""Redis's clock as seen from this process: for waiting, never for deciding (the gate's script asks Redis itself)."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import redis

from distributor.store.ledger_keys import from_us, store_errors, to_us

_SAMPLES = 5
#: The last stretch is slept in short steps, because a long sleep may overshoot by milliseconds.
_LAST_STRETCH_S = 0.003
_GLANCE_S = 0.1
#: An estimate older than this is taken anew, for clocks drift apart.
_FRESH_FOR_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Estimate:
    """Redis's microseconds at a reading of this machine's monotonic clock."""

    redis_us: int
    read_at: float


class RedisClock:
    """Implements ports.LiftClock. Thread-safe."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        self._estimate: _Estimate | None = None

    def now(self) -> datetime:
        """Return Redis's time, asked just now."""
        return from_us(self._ask())

    def left_until(self, instant: datetime) -> timedelta:
        """Return how long it is until the instant by an estimate of Redis's clock; negative when it is past."""
        return timedelta(seconds=self._left(to_us(instant)))

    def wait_until(self, instant: datetime, *, should_stop: Callable[[], bool]) -> None:
        """Sleep until the instant by Redis's clock; correct within the round trip's asymmetry, well under a millisecond."""
        while (left := self._left(to_us(instant))) > 0 and not should_stop():
            time.sleep(min(left - _LAST_STRETCH_S, _GLANCE_S) if left > _LAST_STRETCH_S else left / 4)

    def skew(self, here: Callable[[], datetime]) -> timedelta:
        """Return how far this machine's wall clock is ahead of Redis's."""
        return here() - self.now()

    def _left(self, target_us: int) -> float:
        estimate = self._estimate
        if estimate is None or time.monotonic() - estimate.read_at > _FRESH_FOR_S:
            estimate = self._estimate = self._sample()
        passed = time.monotonic() - estimate.read_at
        return (target_us - estimate.redis_us) / 1e6 - passed

    def _sample(self) -> _Estimate:
        """Take the sample with the shortest round trip, whose answer is surest to be from its middle."""
        samples: list[tuple[float, _Estimate]] = []
        for _ in range(_SAMPLES):
            before = time.monotonic()
            redis_us = self._ask()
            after = time.monotonic()
            samples.append((after - before, _Estimate(redis_us=redis_us, read_at=(before + after) / 2)))
        return min(samples, key=lambda sample: sample[0])[1]

    def _ask(self) -> int:
        with store_errors():
            seconds, us = self._client.time()
        return int(seconds) * 1_000_000 + int(us)
