"""By which words people are found, kept beside their records on Redis.

A sorted set holds every word once. A string per word holds the numbers of those who have it: four bytes each for a rare word, a
bitmap for one that more than a thousand have, so that each change is small. The index covers the numbers up to a mark, which
moves on with each import; a store of an earlier version begins at 0 and is covered step by step. What changes below the mark is
noted in the script that changes it, and brought up to date right after, by whoever comes first. A person who is erased is taken
out in the same script. Whoever reads compares records (store/contact_search.py): for a moment the index may name too many.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final, cast

import redis

from distributor.core.audience import Contact
from distributor.core.contact_words import words_to_find
from distributor.core.ids import ContactNumber
from distributor.store.ledger_keys import LuaScript, store_errors

#: The highest contact number.
LAST: Final = "contacts:last"
#: Sorted set of every word, all of one score, so that Redis orders them by their bytes.
LEXICON: Final = "contacts:words"
#: The highest number that the index covers.
MARK: Final = "contacts:indexed"
#: Hash: number to the record that the index knows, of those that were changed since.
STALE: Final = "contacts:stale"
#: Counts changes above the mark.
CHANGES: Final = "contacts:changes"
_BLOCK: Final = 2000

Records = Callable[[Sequence[ContactNumber]], Iterable[tuple[ContactNumber, bytes]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How far the index is."""

    #: The highest number that it covers.
    mark: int
    #: The highest number that there is.
    last: int
    #: Nobody whom it covers was changed since.
    is_fresh: bool

    @property
    def is_complete(self) -> bool:
        """Say whether it knows everybody as they are."""
        return self.mark == self.last and self.is_fresh


class RedisContactIndex:
    """Keeps the index. Thread-safe."""

    def __init__(self, client: redis.Redis, *, records: Records, decode: Callable[[bytes], Contact]) -> None:
        self._client = client
        self._records = records
        self._decode = decode
        self._index = LuaScript(client, "contacts_prelude", "contacts_index")
        self._reindex = LuaScript(client, "contacts_prelude", "contacts_reindex")
        self._put = LuaScript(client, "contacts_prelude", "contact_put")
        self._erase = LuaScript(client, "contacts_prelude", "contact_erase")

    def catch_up(self, *, blocks: int) -> Extent:
        """Bring up to so many times two thousand people up to date; return how far the index is then."""
        for _ in range(blocks):
            mark, last, changes, stale = self._extent()
            if stale:
                self._refresh()
            if mark < last:
                self._step(mark, last, changes)
            elif not stale:
                return Extent(mark=mark, last=last, is_fresh=True)
        mark, last, _, stale = self._extent()
        return Extent(mark=mark, last=last, is_fresh=not stale)

    def follow(self) -> None:
        """Go on where an import has stored people, once enough wait: two thousand at a time take half as long as one by one."""
        mark, last, changes, stale = self._extent()
        while stale:
            self._refresh()
            stale = self._extent()[3]
        if last - mark >= _BLOCK:
            self._step(mark, last, changes)

    def put(self, number: ContactNumber, record: bytes) -> None:
        """Store a record in place of what stood there, and index it."""
        self._put(keys=[MARK, STALE, CHANGES], args=[number, record])
        self._refresh()

    def erase(self, number: ContactNumber, *, lists: Sequence[str]) -> bool:
        """Erase a record, its words in the index and its place on lists, atomically. False: there is none."""
        while True:
            record = next((found for _, found in self._records([number])), None)
            if record is None:
                return False
            words = " ".join(words_to_find(self._decode(record)))
            keys = [LEXICON, MARK, STALE, CHANGES, *lists]
            if self._erase(keys=keys, args=[number, _packed(number), record, words]):
                return True
            self._refresh()

    def _extent(self) -> tuple[int, int, int, int]:
        with store_errors(), self._client.pipeline(transaction=True) as pipe:
            pipe.mget(MARK, LAST, CHANGES)
            pipe.hlen(STALE)
            found, stale = pipe.execute()
        mark, last, changes = (int(number or 0) for number in found)
        return mark, last, changes, stale

    def _step(self, mark: int, last: int, changes: int) -> None:
        end = min(mark + _BLOCK, last)
        numbers = [ContactNumber(number) for number in range(mark + 1, end + 1)]
        by_word: dict[str, list[int]] = {}
        for number, record in self._records(numbers):
            for word in words_to_find(self._decode(record)):
                by_word.setdefault(word, []).append(number)
        described: list[str | bytes] = []
        for word, those in by_word.items():
            described += (word, b"".join(map(_packed, those)))
        # Should somebody have changed meanwhile, or another have done the same, whoever looks next goes on.
        self._index(keys=[LEXICON, MARK, CHANGES], args=[mark, end, changes, *described])

    def _refresh(self) -> None:
        """Bring the index up to date with what changed below the mark, a block of it."""
        with store_errors():
            _, stale = self._client.hscan(STALE, count=_BLOCK)
        known = {int(number): record for number, record in cast("dict[bytes, bytes]", stale).items()}
        numbers = [ContactNumber(number) for number in sorted(known)]
        present = dict(self._records(numbers))
        self._reindex(
            keys=[LEXICON, STALE],
            args=list(chain.from_iterable(self._difference(one, known[one], present.get(one, b"")) for one in numbers)),
        )

    def _difference(self, number: ContactNumber, before: bytes, after: bytes) -> Iterator[bytes | str | int]:
        old, new = self._words(before), self._words(after)
        gone, come = (" ".join(word for word in one if word not in other) for one, other in ((old, new), (new, old)))
        yield from (number, _packed(number), before, after, gone, come)

    def _words(self, record: bytes) -> tuple[str, ...]:
        return words_to_find(self._decode(record)) if record else ()


def _packed(number: int) -> bytes:
    return number.to_bytes(4, "big")
