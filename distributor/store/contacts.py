"""Contacts and media lists on Redis. Implements ports.ContactBook.

A contact is a JSON array [schema, address, name, outlet, languages, tags, priority, …] in a bucket of 256; a list is a bitmap
over contact numbers, so that the union of lists is one bitwise OR and nobody can be on it twice.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain, groupby
from typing import cast

import orjson
import redis

from distributor.core.audience import Contact
from distributor.core.audience_filter import AudienceFilter, base_of, is_filter
from distributor.core.errors import NotFound
from distributor.core.ids import AddressKey, ContactNumber, Language, ListName, address_key
from distributor.ports import ImportCount
from distributor.store.codec import UnknownSchema
from distributor.store.contact_index import CHANGES, LAST, MARK, STALE, RedisContactIndex
from distributor.store.ledger_keys import LuaScript, store_errors
from distributor.store.suppressions import RedisSuppressionList

_BY_ADDRESS = "contacts:by_address"
LISTS = "lists"
#: Hash: domain of an address to the number of the first contact that had it.
DOMAINS = "contacts:domains"
#: Hash: "address key list" to who has left a list by their own word (store/left_lists.py).
LEFT_LISTS = "suppressions:lists"
#: Below Redis's 512-entry limit for compact hashes (hash-max-listpack-entries; PROVIDERS.md §6). The scripts know it, too.
_PER_BUCKET = 256
_BLOCK = 1000
#: The version of a contact's array; contacts_add.lua knows its fields by their places.
_SCHEMA = 2
_READABLE = (1, 2)
#: The positions of the set bits of every byte, most significant first, as Redis numbers them.
_BITS = tuple(tuple(at for at in range(8) if byte & (128 >> at)) for byte in range(256))


class RedisContactBook:
    """Every contact and list. Thread-safe."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        self._add = LuaScript(client, "contacts_prelude", "contacts_add")
        self.index = RedisContactIndex(client, records=self._records, decode=_decode)
        self._suppressions = RedisSuppressionList(client)

    def add_to_list(self, name: ListName, contacts: Sequence[Contact], *, at: datetime) -> ImportCount:
        """Store the contacts and put them on the list; all or nothing for each block of 1,000."""
        added = updated = unchanged = suppressed = left = 0
        for start in range(0, len(contacts), _BLOCK):
            block = contacts[start : start + _BLOCK]
            described = [part for contact in block for part in (contact.key, encode_contact(contact))]
            keys = [_BY_ADDRESS, LAST, list_key(name), LISTS, DOMAINS, LEFT_LISTS, MARK, STALE, CHANGES]
            counts = self._add(keys=keys, args=[name, *described])
            self.index.follow()
            left += counts[3]
            added, updated, unchanged = added + counts[0], updated + counts[1], unchanged + counts[2]
            suppressed += sum(self._suppressions.suppressed_among([contact.key for contact in block]))
        return ImportCount(added=added, updated=updated, unchanged=unchanged, suppressed=suppressed, left_before=left)

    def lists(self) -> dict[ListName, int]:
        """Return every list with its number of members, by name."""
        with store_errors(), self._client.pipeline(transaction=False) as pipe:
            names = sorted(name.decode() for name in cast("set[bytes]", self._client.smembers(LISTS)))
            for name in names:
                pipe.bitcount(list_key(ListName(name)))
            return {ListName(name): int(count) for name, count in zip(names, pipe.execute(), strict=True)}

    def remove_from_list(self, name: ListName, addresses: Sequence[str]) -> int:
        """Take normalised addresses off the list, all or none; the contacts stay. Return how many were on it."""
        self._must_be_there([name])
        numbers = [number for number in self.numbers_of([address_key(address) for address in addresses]) if number is not None]
        with store_errors(), self._client.pipeline(transaction=True) as pipe:
            for number in numbers:
                pipe.setbit(list_key(name), number, 0)
            return sum(pipe.execute())

    def members(self, names: Sequence[ListName]) -> Sequence[ContactNumber]:
        """Return the members of any of the lists, or who fits any of the filters; each once, ascending."""
        self._must_be_there([base_of(name) for name in names])
        with store_errors():
            bitmaps = [cast("bytes", self._client.get(list_key(name)) or b"") for name in names if not is_filter(name)]
        width = max((len(bitmap) for bitmap in bitmaps), default=0)
        union = 0
        for bitmap in bitmaps:
            union |= int.from_bytes(bitmap.ljust(width, b"\0"), "big")
        plain = numbers_in(union.to_bytes(width, "big"))
        filters = [AudienceFilter.parse(name) for name in names if is_filter(name)]
        if not filters:
            return cast("Sequence[ContactNumber]", plain)
        return sorted({*cast("Sequence[ContactNumber]", plain), *chain.from_iterable(map(self._fitting, filters))})

    def _fitting(self, wanted: AudienceFilter) -> Iterator[ContactNumber]:
        return (number for number, contact in self.load(self.members([wanted.base])) if wanted.fits(contact))

    def is_on_any(self, number: ContactNumber, names: Sequence[ListName]) -> bool:
        """Say whether the contact is on any of the lists, or fits any of the filters. Reads no list as a whole."""
        with store_errors(), self._client.pipeline(transaction=False) as pipe:
            for name in names:
                pipe.getbit(list_key(base_of(name)), number)
            on = [name for name, bit in zip(names, pipe.execute(), strict=True) if bit]
        contact = next((one for _, one in self.load([number])), None) if on else None
        return contact is not None and any(not is_filter(name) or AudienceFilter.parse(name).fits(contact) for name in on)

    def _must_be_there(self, names: Sequence[ListName]) -> None:
        known = self.lists()
        for name in names:
            if name not in known:
                raise NotFound("list", name, remedy=f"Lists: {', '.join(known) or 'none yet'}.")

    def load(self, numbers: Sequence[ContactNumber]) -> Iterator[tuple[ContactNumber, Contact]]:
        """Return the contacts in the order asked."""
        return ((number, _decode(record)) for number, record in self._records(numbers))

    def routes(self, numbers: Sequence[ContactNumber]) -> Iterator[tuple[ContactNumber, str, tuple[Language, ...]]]:
        """Return number, address and languages of contacts in the order asked."""
        # Few combinations of languages exist, so that their parts need not be made for each contact.
        parts: dict[str, tuple[Language, ...]] = {}
        for number, record in self._records(numbers):
            schema, address, _, _, languages, *_ = orjson.loads(record)
            _must_be_known(schema)
            if languages not in parts:
                parts[languages] = tuple(languages.split())
            yield number, address, parts[languages]

    def _records(self, numbers: Sequence[ContactNumber]) -> Iterator[tuple[ContactNumber, bytes]]:
        for at in range(0, len(numbers), _BLOCK):
            yield from self._records_of_block(numbers[at : at + _BLOCK])

    def _records_of_block(self, numbers: Sequence[ContactNumber]) -> Iterator[tuple[ContactNumber, bytes]]:
        with store_errors(), self._client.pipeline(transaction=False) as pipe:
            # Members come ascending, so that a bucket is nearly always one run; any other order only makes more commands.
            for bucket, run in groupby(numbers, key=lambda number: number // _PER_BUCKET):
                pipe.hmget(bucket_of(bucket * _PER_BUCKET), list(run))
            records = chain.from_iterable(pipe.execute())
        for number, record in zip(numbers, records, strict=True):
            if record is not None:
                yield number, record

    def find(self, address: str) -> ContactNumber | None:
        """Return the number of a normalised address."""
        return self.numbers_of([address_key(address)])[0]

    def numbers_of(self, keys: Sequence[AddressKey]) -> Sequence[ContactNumber | None]:
        """Return the number behind each address key, None where nobody has that address."""
        if not keys:
            return []
        with store_errors():
            found = cast("list[bytes | None]", self._client.hmget(_BY_ADDRESS, list(keys)))
        return [None if number is None else ContactNumber(int(number)) for number in found]

    def everyone_on(self, name: ListName) -> Iterable[Contact]:
        """Return the list's members, ordered by the time they were first imported.

        Raises:
            NotFound: no such list.
        """
        return (contact for _, contact in self.load(self.members([name])))


def list_key(name: ListName) -> str:
    """Return the key of a list's bitmap over contact numbers."""
    return f"list:{name}"


def bucket_of(number: int) -> str:
    """Return the key of the hash that holds the contact of this number."""
    return f"contacts:{number // _PER_BUCKET}"


def numbers_in(bitmap: bytes) -> array[int]:
    """Return the numbers of the set bits, ascending."""
    numbers = array("I")
    for at, byte in enumerate(bitmap):
        if byte:
            base = at * 8
            numbers.extend([base + bit for bit in _BITS[byte]])
    return numbers


def encode_contact(contact: Contact) -> bytes:
    """Return a contact as it is stored."""
    # Tags end with a semicolon each, as the script that unites them expects; core.contact_row makes none that holds one.
    languages = " ".join(contact.languages)
    tags = "".join(f"{tag.replace(';', ' ')};" for tag in contact.tags)
    rest = [str(getattr(contact, name)) for name in _TEXTS]
    priority = "yes" if contact.is_priority else ""
    return orjson.dumps([_SCHEMA, contact.address, contact.name, contact.outlet, languages, tags, priority, *rest])


#: Fields that are plain texts, in their stored order.
_TEXTS = ("beat", "country", "zone", "phone", "notes", "consent_source", "consent_on")


def _decode(record: bytes) -> Contact:
    schema, address, name, outlet, languages, tags, *rest = orjson.loads(record)
    _must_be_known(schema)
    # The first shape ended with the tags.
    priority, *texts = rest or ("",) * (1 + len(_TEXTS))
    return Contact(
        address=address,
        name=name,
        outlet=outlet,
        languages=tuple(languages.split()),
        tags=tuple(tags.split(";")[:-1]),
        is_priority=priority == "yes",
        **dict(zip(_TEXTS, texts, strict=True)),
    )


def _must_be_known(schema: int) -> None:
    if schema not in _READABLE:
        raise UnknownSchema(f"A contact was stored in shape {schema}; this version reads up to {_SCHEMA}.")
