"""Suppressions on Redis, with the journal that running dispatches read. Implements ports.SuppressionList."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import cast

import redis

from distributor.core.ids import AddressKey, ListName, address_key
from distributor.core.leaving import JournalLine
from distributor.ports import Suppression
from distributor.store.codec import decode, encode
from distributor.store.ledger_keys import load_script, store_errors

SUPPRESSIONS = "suppressions"
#: In the order in which they came, never cut: keys of suppressed addresses, and "key list" of those who left one list.
JOURNAL = "suppressions:journal"
_BLOCK = 1000


class RedisSuppressionList:
    """Every address that must never be mailed. Thread-safe."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        self._add = load_script(client, "suppression_add")

    def add(self, address: str, *, reason: str, by: str, at: datetime) -> bool:
        """Suppress a normalised address and write the journal, atomically."""
        return bool(self.add_many([address], reason=reason, by=by, at=at))

    def add_many(self, addresses: Sequence[str], *, reason: str, by: str, at: datetime) -> int:
        """Suppress normalised addresses; atomic for each thousand, safe to repeat. Return how many were not suppressed."""
        new = 0
        for start in range(0, len(addresses), _BLOCK):
            records = [
                Suppression(key=address_key(address), address=address, reason=reason, by=by, at=at)
                for address in addresses[start : start + _BLOCK]
            ]
            described = [part for record in records for part in (record.key, encode(record))]
            new += int(self._add(keys=[SUPPRESSIONS, JOURNAL], args=described))
        return new

    def remove(self, address: str) -> bool:
        """Lift a suppression by a person's word. Dispatches that applied it already keep it."""
        with store_errors():
            return bool(self._client.hdel(SUPPRESSIONS, address_key(address)))

    def forget_address(self, address: str) -> None:
        """Keep the suppression of a normalised address by its hash alone."""
        with store_errors():
            stored = cast("bytes | None", self._client.hget(SUPPRESSIONS, address_key(address)))
            if stored is not None:
                record = replace(decode(Suppression, stored), address="")
                self._client.hset(SUPPRESSIONS, record.key, encode(record))

    def suppressed_among(self, keys: Sequence[AddressKey]) -> Sequence[bool]:
        """Say for each key whether it is suppressed."""
        if not keys:
            return []
        with store_errors():
            records = cast("list[bytes | None]", self._client.hmget(SUPPRESSIONS, list(keys)))
        return [record is not None for record in records]

    def find(self, address: str) -> Suppression | None:
        """Return why the address is suppressed, None when it is not."""
        with store_errors():
            record = cast("bytes | None", self._client.hget(SUPPRESSIONS, address_key(address)))
        return None if record is None else decode(Suppression, record)

    def entries(self) -> Iterable[Suppression]:
        """Return all suppressions, newest first."""
        with store_errors():
            records = cast("list[bytes]", self._client.hvals(SUPPRESSIONS))
        return sorted((decode(Suppression, record) for record in records), key=lambda found: found.at, reverse=True)

    def count(self) -> int:
        """Return how many addresses are suppressed."""
        with store_errors():
            return self._client.hlen(SUPPRESSIONS)

    def journal_end(self) -> int:
        """Return the number of entries ever written to the journal."""
        with store_errors():
            return self._client.llen(JOURNAL)

    def journal_since(self, seen: int) -> Sequence[JournalLine]:
        """Return the lines written after the first `seen` entries, oldest first."""
        with store_errors():
            return [_line(line.decode()) for line in cast("list[bytes]", self._client.lrange(JOURNAL, seen, -1))]


def _line(text: str) -> JournalLine:
    key, _, name = text.partition(" ")
    return JournalLine(AddressKey(key), ListName(name) if name else None)
