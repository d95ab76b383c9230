"""What happened to the batches, read for people who watch: in small bites, so that no worker waits for Redis because of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, cast

import redis

from distributor.core.ids import DispatchId
from distributor.core.message import ChannelName
from distributor.ports_dispatch import BatchRecord
from distributor.store.dispatches import records_in
from distributor.store.ledger_keys import ChannelKeys, store_errors

#: Fields per bite: a millisecond of Redis's time.
_BITE: Final = 2000


class RedisWaves:
    """Reads. Thread-safe."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client

    def batches(self, dispatch: DispatchId, channel: ChannelName) -> Sequence[BatchRecord]:
        """Return the batches by start. What changes while it reads may be seen as before or after."""
        found: dict[bytes, bytes] = {}
        cursor, key = 0, ChannelKeys(dispatch, channel).batches
        with store_errors():
            while True:
                cursor, bite = cast("tuple[int, dict[bytes, bytes]]", self._client.hscan(key, cursor, count=_BITE))
                found |= bite
                if cursor == 0:
                    return records_in(found)
