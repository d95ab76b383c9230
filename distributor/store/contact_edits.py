"""Changes of single contacts, saved filters and column mappings, on Redis. Implements ports_contacts.ContactEdits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import cast

import orjson
import redis

from distributor.core.audience import Contact
from distributor.core.ids import ContactNumber, ListName, address_key
from distributor.store.contact_index import LAST
from distributor.store.contacts import RedisContactBook, encode_contact, list_key
from distributor.store.ledger_keys import store_errors

#: Hash: name of a saved filter to its text.
FILTERS = "filters"
#: Hash: list to its column mapping.
MAPPINGS = "list_mappings"
_BLOCK = 1000


class RedisContactEdits:
    """The desk's hand in the book. Thread-safe."""

    def __init__(self, client: redis.Redis, book: RedisContactBook) -> None:
        self._client = client
        self._book = book

    def everyone(self) -> Iterator[tuple[ContactNumber, Contact]]:
        """Yield every contact, in the order of their first import."""
        with store_errors():
            last = int(cast("bytes | None", self._client.get(LAST)) or 0)
        for first in range(1, last + 1, _BLOCK):
            numbers = [ContactNumber(number) for number in range(first, min(first + _BLOCK, last + 1))]
            yield from self._book.load(numbers)

    def get(self, address: str) -> tuple[ContactNumber, Contact] | None:
        """Return the contact of a normalised address."""
        number = self._book.find(address)
        return None if number is None else next(iter(self._book.load([number])), None)

    def put(self, number: ContactNumber, contact: Contact) -> None:
        """Store the contact in place of what was stored under the number."""
        self._book.index.put(number, encode_contact(contact))

    def lists_of(self, number: ContactNumber) -> tuple[ListName, ...]:
        """Return the lists that the contact is on."""
        names = list(self._book.lists())
        with store_errors(), self._client.pipeline(transaction=False) as pipe:
            for name in names:
                pipe.getbit(list_key(name), number)
            return tuple(name for name, bit in zip(names, pipe.execute(), strict=True) if bit)

    def set_on_list(self, number: ContactNumber, name: ListName, *, is_on: bool) -> bool:
        """Put the contact on a list or take it off."""
        with store_errors(), self._client.pipeline(transaction=True) as pipe:
            pipe.setbit(list_key(name), number, int(is_on))
            pipe.sadd("lists", name)
            return bool(pipe.execute()[0]) is not is_on

    def erase(self, address: str) -> bool:
        """Forget everything of a person but the hash of the address."""
        number = self._book.numbers_of([address_key(address)])[0]
        if number is None:
            return False
        return self._book.index.erase(number, lists=[list_key(name) for name in self.lists_of(number)])

    def filters(self) -> Mapping[str, str]:
        """Return the text of every saved filter, by name."""
        with store_errors():
            found = cast("dict[bytes, bytes]", self._client.hgetall(FILTERS))
        return {name.decode(): text.decode() for name, text in sorted(found.items())}

    def save_filter(self, name: str, text: str) -> None:
        """Save a filter's text under a name."""
        with store_errors():
            self._client.hset(FILTERS, name, text)

    def remove_filter(self, name: str) -> bool:
        """Remove a saved filter."""
        with store_errors():
            return bool(self._client.hdel(FILTERS, name))

    def mapping_of(self, name: ListName) -> Mapping[str, str]:
        """Return column to field, as the last import onto the list was told."""
        with store_errors():
            stored = cast("bytes | None", self._client.hget(MAPPINGS, name))
        return {} if stored is None else {str(column): str(field) for column, field in orjson.loads(stored).items()}

    def save_mapping(self, name: ListName, mapping: Mapping[str, str]) -> None:
        """Remember what the next import onto the list need not be told."""
        with store_errors():
            self._client.hset(MAPPINGS, name, orjson.dumps(dict(mapping)))
