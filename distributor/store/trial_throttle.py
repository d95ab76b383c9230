"""How many tests an account has sent lately, on Redis. Implements ports_trial.TrialThrottle."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import redis

from distributor.core.account import AccountId
from distributor.store.ledger_keys import store_errors

MOST_TRIALS: Final = 5
TRIAL_WINDOW: Final = timedelta(minutes=10)
_MS: Final = timedelta(milliseconds=1)


class RedisTrialThrottle:
    """Counts from the first test on until the window ends. Thread-safe; holds over all processes."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client

    def begin(self, account: AccountId) -> timedelta:
        """Return how long to wait; 0 lets one through."""
        key = f"trials:{account}"
        with store_errors(), self._client.pipeline(transaction=True) as pipe:
            # Only the first one starts the window.
            pipe.set(key, 0, px=TRIAL_WINDOW, nx=True)
            pipe.incr(key)
            pipe.pttl(key)
            _, count, left = pipe.execute()
        return timedelta(0) if count <= MOST_TRIALS else max(int(left), 1) * _MS
