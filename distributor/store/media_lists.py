"""Media lists as wholes, on Redis. Implements ports_people.MediaLists."""

from __future__ import annotations

from typing import Final, cast

import redis

from distributor.core.ids import ContactNumber, ListName
from distributor.store.contact_edits import FILTERS, MAPPINGS
from distributor.store.contacts import LISTS, list_key, numbers_in
from distributor.store.ledger_keys import load_script, store_errors

#: The part of a bitmap that is read first, in bytes; a full page stands in it unless hardly anybody is on the list.
_FIRST_PART: Final = 4096
_LARGEST_PART: Final = 1 << 18


class RedisMediaLists:
    """The lists. Thread-safe."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        self._create = load_script(client, "list_create")

    def size(self, name: ListName) -> int | None:
        """Return how many people are on the list, None when there is no such list."""
        with store_errors(), self._client.pipeline(transaction=False) as pipe:
            pipe.sismember(LISTS, name)
            pipe.bitcount(list_key(name))
            is_there, count = pipe.execute()
        return int(count) if is_there else None

    def create(self, name: ListName) -> bool:
        """Make an empty list, atomically. False: there is a list or a saved filter of that name."""
        return bool(self._create(keys=[LISTS, FILTERS], args=[name]))

    def delete(self, name: ListName) -> bool:
        """Forget the list, its members and its column mapping, atomically; the people stay. False: there was none."""
        with store_errors(), self._client.pipeline(transaction=True) as pipe:
            pipe.srem(LISTS, name)
            pipe.delete(list_key(name))
            pipe.hdel(MAPPINGS, name)
            return bool(pipe.execute()[0])

    def page(self, name: ListName, *, after: int, most: int) -> list[ContactNumber]:
        """Return the first `most` members with a higher number than `after`, ascending. Reads the bitmap in growing parts."""
        found: list[ContactNumber] = []
        at, size = (after + 1) // 8, _FIRST_PART
        while len(found) < most:
            with store_errors():
                part = cast("bytes", self._client.getrange(list_key(name), at, at + size - 1))
            if not part:
                break
            found += [ContactNumber(at * 8 + bit) for bit in numbers_in(part) if at * 8 + bit > after]
            at, size = at + len(part), min(size * 4, _LARGEST_PART)
        return found[:most]
