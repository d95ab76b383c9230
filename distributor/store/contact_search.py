"""Looking for people by the beginnings of words, page by page, on Redis. Implements ports_contacts.ContactSearch.

The index names candidates; each is compared with what was looked for before it is shown. People whom the index does not cover
yet are read one by one behind the others, so that a page is never wrong, only slower, until it has caught up.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final, cast

import redis

from distributor.core.audience import Contact
from distributor.core.contact_words import is_found
from distributor.core.ids import ContactNumber
from distributor.ports_contacts import PeoplePage, PeopleWanted
from distributor.store.contact_index import LEXICON, RedisContactIndex
from distributor.store.contacts import RedisContactBook, list_key, numbers_in
from distributor.store.ledger_keys import store_errors

#: A beginning that more words have narrows nothing by itself; people are compared with it.
_MOST_WORDS: Final = 2000
#: People that one page reads to find those who fit. What lies behind is the next page's.
_MOST_READ: Final = 1000
#: Bytes of a list's bitmap that are looked at at once: eight times as many people.
_STEP: Final = 4096
#: Steps by which one search brings people into the index of an earlier version's store.
_BLOCKS: Final = 2


class RedisContactSearch:
    """Looks for people. Thread-safe."""

    def __init__(self, client: redis.Redis, book: RedisContactBook) -> None:
        self._client = client
        self._book = book
        self._index: RedisContactIndex = book.index

    def page(self, wanted: PeopleWanted) -> PeoplePage:
        """Return one page of those who fit, by number; reads a bounded number of people."""
        extent = self._index.catch_up(blocks=_BLOCKS)
        mark, last = extent.mark, extent.last
        named, is_narrow = self._named(wanted.words, last)
        # Those whom the index does not cover yet are all candidates.
        named |= ((1 << (last - mark)) - 1) << (last // 8 * 8 + 7 - last)
        if wanted.on is not None:
            named &= self._bits(list_key(wanted.on), last)
        is_counted = is_narrow and extent.is_complete and (wanted.words or wanted.on)
        total = named.bit_count() if is_counted else None
        return self._collect(_ascending(named, last, after=wanted.after), wanted, total)

    def _collect(self, numbers: Iterable[int], wanted: PeopleWanted, total: int | None) -> PeoplePage:
        found: list[tuple[ContactNumber, Contact]] = []
        waiting, read, last_read = iter(numbers), 0, 0
        while read < _MOST_READ and len(found) <= wanted.count:
            block = [ContactNumber(number) for number in islice(waiting, wanted.count + 1)]
            if not block:
                return PeoplePage(people=tuple(found), after=0, total=total)
            found += [(number, contact) for number, contact in self._book.load(block) if is_found(contact, wanted.words)]
            read, last_read = read + len(block), block[-1]
        shown = found[: wanted.count]
        return PeoplePage(people=tuple(shown), after=shown[-1][0] if len(found) > wanted.count else last_read, total=total)

    def _named(self, words: Sequence[str], last: int) -> tuple[int, bool]:
        """Return whom the index names for all words, as bits, and whether it knows all of the words well enough."""
        with store_errors(), self._client.pipeline(transaction=False) as pipe:
            for word in words:
                pipe.zrangebylex(LEXICON, f"[{word}", b"(" + word.encode() + b"\xff", start=0, num=_MOST_WORDS + 1)
            meant = cast("list[list[bytes]]", pipe.execute())
        narrow = sorted((those for those in meant if len(those) <= _MOST_WORDS), key=len)
        named = (1 << (last // 8 * 8 + 8)) - 1
        for those in narrow:
            if named:
                named &= self._having(those, last)
        return named, len(narrow) == len(meant)

    def _having(self, words: Sequence[bytes], last: int) -> int:
        """Return who has any of the words."""
        if not words:
            return 0
        with store_errors():
            packed = cast("list[bytes | None]", self._client.mget([b"word:" + word for word in words]))
        numbers = array("I", b"".join(part for part in packed if part))
        if sys.byteorder == "little":
            numbers.byteswap()
        rare = bytearray(last // 8 + 1)
        for number in numbers:
            rare[number >> 3] |= 128 >> (number & 7)
        found = _as_bits(bytes(rare), last)
        for word, part in zip(words, packed, strict=True):
            if part is None:
                found |= self._bits(b"words:" + word, last)
        return found

    def _bits(self, key: str | bytes, last: int) -> int:
        with store_errors():
            return _as_bits(cast("bytes", self._client.get(key) or b""), last)


def _as_bits(bitmap: bytes, last: int) -> int:
    """Return a bitmap of Redis as a number whose highest bit is nobody's, the next the first person's."""
    width = last // 8 + 1
    return int.from_bytes(bitmap[:width].ljust(width, b"\0"), "big")


def _ascending(bits: int, last: int, *, after: int) -> Iterator[int]:
    """Yield the numbers of the bits that are set, beyond `after`."""
    bitmap = bits.to_bytes(last // 8 + 1, "big")
    for at in range((after + 1) // 8, len(bitmap), _STEP):
        yield from (at * 8 + bit for bit in numbers_in(bitmap[at : at + _STEP]) if at * 8 + bit > after)
