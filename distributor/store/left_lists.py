"""Who has left which list by their own word, on Redis. Implements ports_contacts.LeftLists.

One hash: "address key list" to who, why and when. The address itself is not kept: erasing a person leaves nothing to find here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import cast

import redis

from distributor.core.ids import AddressKey, ContactNumber, ListName
from distributor.ports import Suppression
from distributor.store.codec import decode, encode
from distributor.store.contacts import LEFT_LISTS, list_key
from distributor.store.ledger_keys import load_script, store_errors
from distributor.store.suppressions import JOURNAL


class RedisLeftLists:
    """The lists that people have left. Thread-safe."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        self._leave = load_script(client, "list_leave")

    def leave(self, name: ListName, key: AddressKey, number: ContactNumber, *, reason: str, by: str, at: datetime) -> bool:
        """Take the person off the list and write the journal, atomically. False if they had left before."""
        record = Suppression(key=key, address="", reason=reason, by=by, at=at)
        return bool(
            self._leave(keys=[LEFT_LISTS, JOURNAL, list_key(name)], args=[_field(key, name), encode(record), int(number)])
        )

    def come_back(self, name: ListName, key: AddressKey, number: ContactNumber) -> bool:
        """Put a person who had left on the list again, atomically. False if they had not left."""
        with store_errors():
            if not self._client.hexists(LEFT_LISTS, _field(key, name)):
                return False
            with self._client.pipeline(transaction=True) as pipe:
                pipe.hdel(LEFT_LISTS, _field(key, name))
                pipe.setbit(list_key(name), int(number), 1)
                return bool(pipe.execute()[0])

    def left(self, key: AddressKey, names: Sequence[ListName]) -> dict[ListName, Suppression]:
        """Return which of the lists the person has left, with when and why."""
        if not names:
            return {}
        with store_errors():
            found = cast("list[bytes | None]", self._client.hmget(LEFT_LISTS, [_field(key, name) for name in names]))
        return {name: decode(Suppression, record) for name, record in zip(names, found, strict=True) if record is not None}

    def left_among(self, name: ListName, keys: Sequence[AddressKey]) -> int:
        """Return how many of the people have left the list."""
        if not keys:
            return 0
        with store_errors():
            found = cast("list[bytes | None]", self._client.hmget(LEFT_LISTS, [_field(key, name) for key in keys]))
        return sum(record is not None for record in found)

    def everybody(self) -> Iterator[tuple[ListName, Suppression]]:
        """Yield everybody who has left a list, newest first."""
        with store_errors():
            found = cast("dict[bytes, bytes]", self._client.hgetall(LEFT_LISTS))
        pairs = ((ListName(field.decode().partition(" ")[2]), decode(Suppression, record)) for field, record in found.items())
        return iter(sorted(pairs, key=lambda pair: pair[1].at, reverse=True))


def _field(key: AddressKey, name: ListName) -> str:
    return f"{key} {name}"
