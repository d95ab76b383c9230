"""The lists as they were: a copy of each list's bitmap, an eighth of a byte per contact, and what has changed since.

Implements ports_notes.ListSnapshots. Read beside the lists themselves (store.contacts), which it copies as they are stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import cast

import redis

from distributor.core.audience_change import AudienceChange
from distributor.core.ids import ContactNumber, ListName
from distributor.store.contacts import DOMAINS, RedisContactBook, list_key, numbers_in
from distributor.store.ledger_keys import store_errors

#: Longer than any release waits for its lift.
_KEPT_FOR = timedelta(days=180)


class RedisListSnapshots:
    """Takes and compares. Thread-safe."""

    def __init__(self, client: redis.Redis, book: RedisContactBook) -> None:
        self._client = client
        self._book = book

    def take(self, moment: str) -> None:
        """Remember all lists under the name of a moment, in place of an earlier snapshot of that name; atomic."""
        with store_errors():
            names = list(self._book.lists())
            with self._client.pipeline(transaction=True) as pipe:
                for name in names:
                    pipe.copy(list_key(name), _key(moment, name), replace=True)
                    pipe.expire(_key(moment, name), _KEPT_FOR)
                pipe.set(_key(moment, ""), len(names), ex=_KEPT_FOR)
                pipe.execute()

    def change_since(self, moment: str, names: Sequence[ListName]) -> AudienceChange | None:
        """Return what has changed on the lists together; None when no snapshot of the moment is kept."""
        with store_errors():
            if not self._client.exists(_key(moment, "")):
                return None
            before_and_after = [
                self._bitmaps([_key(moment, name) for name in names]),
                self._bitmaps([list_key(n) for n in names]),
            ]
        width = max((len(bitmap) for bitmaps in before_and_after for bitmap in bitmaps), default=0)
        before, after = (_union(bitmaps, width) for bitmaps in before_and_after)
        came = after & ~before
        return AudienceChange(
            before=before.bit_count(),
            came=came.bit_count(),
            left=(before & ~after).bit_count(),
            new_domains=self._new_domains(_numbers(came, width), known=_numbers(before, width)) if came else (),
        )

    def _bitmaps(self, keys: Sequence[str]) -> list[bytes]:
        return [cast("bytes", self._client.get(key) or b"") for key in keys]

    def _new_domains(self, numbers: Sequence[ContactNumber], *, known: Sequence[ContactNumber]) -> tuple[str, ...]:
        # Numbers count up, so that whoever has a higher one than all who were there came into the book later.
        newest = known[-1] if known else 0
        domains = sorted({address.rpartition("@")[2] for _, address, _ in self._book.routes(numbers)})
        with store_errors():
            first = cast("list[bytes | None]", self._client.hmget(DOMAINS, domains)) if domains else []
        return tuple(domain for domain, number in zip(domains, first, strict=True) if number and int(number) > newest)


def _union(bitmaps: Sequence[bytes], width: int) -> int:
    """Return a number with a bit for everybody in any of the bitmaps."""
    union = 0
    for bitmap in bitmaps:
        union |= int.from_bytes(bitmap.ljust(width, b"\0"), "big")
    return union


def _numbers(union: int, width: int) -> Sequence[ContactNumber]:
    return cast("Sequence[ContactNumber]", numbers_in(union.to_bytes(width, "big")))


def _key(moment: str, name: str) -> str:
    return f"snapshot:{moment}:{name}"
