"""Suppressions newest first, a page at a time, on Redis. Implements ports_people.SuppressionPages.

The journal holds them in the order in which they came, so that its end is read and not the whole hash.
"""

from __future__ import annotations

from typing import Final, cast

import redis

from distributor.core.ids import AddressKey, ListName
from distributor.ports import Suppression
from distributor.ports_people import Left, LeftPage
from distributor.store.codec import decode
from distributor.store.contacts import LEFT_LISTS
from distributor.store.ledger_keys import store_errors
from distributor.store.suppressions import JOURNAL, SUPPRESSIONS

#: Journal lines that are looked at for one page at most: many in a row may have been lifted since.
_MOST_READ: Final = 5000


class RedisSuppressionPages:
    """The pages. Thread-safe."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client

    def newest(self, *, before: int | None, most: int) -> LeftPage:
        """Return the next page."""
        with store_errors():
            end = int(self._client.llen(JOURNAL))
        at = end if before is None else min(before, end)
        last, seen, found = max(0, at - _MOST_READ), set[bytes](), list[Left]()
        while at > last and len(found) < most:
            start = max(last, at - most)
            with store_errors():
                block = cast("list[bytes]", self._client.lrange(JOURNAL, start, at - 1))
            for line, left in zip(reversed(block), self._lines(list(reversed(block))), strict=True):
                if len(found) == most:
                    break
                at -= 1
                if left is not None and line not in seen:
                    seen.add(line)
                    found.append(left)
        return LeftPage(lines=tuple(found), before=at or None)

    def by_key(self, key: AddressKey) -> Suppression | None:
        """Return the suppression of an address by its key, None when there is none."""
        with store_errors():
            stored = cast("bytes | None", self._client.hget(SUPPRESSIONS, key))
        return None if stored is None else decode(Suppression, stored)

    def _lines(self, block: list[bytes]) -> list[Left | None]:
        with store_errors(), self._client.pipeline(transaction=False) as pipe:
            for line in block:
                pipe.hget(LEFT_LISTS if b" " in line else SUPPRESSIONS, line.decode())
            records = pipe.execute()
        return [_left(line, record) for line, record in zip(block, records, strict=True)]


def _left(line: bytes, record: bytes | None) -> Left | None:
    if record is None:
        return None
    name = line.decode().partition(" ")[2]
    return Left(record=decode(Suppression, record), list_name=ListName(name) if name else None)
