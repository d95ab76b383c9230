"""A dispatch's recipients a page at a time: for fifty of a million people neither all states nor the whole audience are read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, cast

import redis

from distributor.core.delivery import STATES, State, code
from distributor.core.ids import ContactNumber, DispatchId
from distributor.core.message import ChannelName
from distributor.store.ledger import pack_members, unpack_members
from distributor.store.ledger_keys import ChannelKeys, store_errors

_NUMBER_BYTES: Final = 4
#: State letters, or a quarter as many people, that are read together.
_BLOCK: Final = 64 * 1024
#: Blocks that one page looks at; what lies behind them comes with the next page.
_MOST_BLOCKS: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientPage:
    """Some of a dispatch's recipients, by index."""

    #: Index, contact and state of each.
    found: tuple[tuple[int, ContactNumber, State], ...]
    #: Where the next page begins; None: this was the last. A page may be short, and not the last.
    after: int | None


class RedisRecipients:
    """Reads. Thread-safe."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client

    def page(self, dispatch: DispatchId, *, state: State | None, begin: int, most: int) -> RecipientPage:
        """Return the next recipients from an index on, all or those in one state."""
        k = ChannelKeys(dispatch, ChannelName.EMAIL)
        indices: list[tuple[int, State]] = []
        at, end = begin, begin + (_BLOCK * _MOST_BLOCKS if state else most)
        with store_errors():
            total = int(self._client.strlen(k.states))
            while at < min(end, total) and len(indices) < most:
                letters = cast("bytes", self._client.getrange(k.states, at, min(at + _BLOCK, end) - 1))
                indices += _wanted(letters, state, offset=at, most=most - len(indices))
                at += len(letters) or _BLOCK
            next_at = indices[-1][0] + 1 if len(indices) == most else at
            numbers = self._numbers(k, [index for index, _ in indices])
        found = tuple((index, number, there) for (index, there), number in zip(indices, numbers, strict=True))
        return RecipientPage(found=found, after=next_at if next_at < total else None)

    def of(self, dispatch: DispatchId, numbers: Sequence[ContactNumber]) -> RecipientPage:
        """Return those of a few contacts who are among the recipients."""
        k = ChannelKeys(dispatch, ChannelName.EMAIL)
        left = {pack_members([number]): number for number in numbers}
        found: list[tuple[int, ContactNumber, State]] = []
        at = 0
        with store_errors():
            total = int(self._client.strlen(k.members)) // _NUMBER_BYTES
            while left and at < total:
                last = (at + _BLOCK) * _NUMBER_BYTES - 1
                block = cast("bytes", self._client.getrange(k.members, at * _NUMBER_BYTES, last))
                here = [(packed, place) for packed in left if (place := _place(block, packed)) is not None]
                for packed, place in here:
                    index = at + place
                    letter = cast("bytes", self._client.getrange(k.states, index, index))
                    found.append((index, left.pop(packed), STATES[letter]))
                at += _BLOCK
        return RecipientPage(found=tuple(sorted(found)), after=None)

    def _numbers(self, k: ChannelKeys, indices: Sequence[int]) -> Sequence[ContactNumber]:
        with self._client.pipeline(transaction=False) as pipe:
            for index in indices:
                pipe.getrange(k.members, index * _NUMBER_BYTES, (index + 1) * _NUMBER_BYTES - 1)
            return cast("Sequence[ContactNumber]", unpack_members(b"".join(pipe.execute())))


def _wanted(letters: bytes, state: State | None, *, offset: int, most: int) -> Iterable[tuple[int, State]]:
    if state is None:
        return [(offset + at, STATES[bytes([letter])]) for at, letter in enumerate(letters[:most])]
    found: list[tuple[int, State]] = []
    letter = code(state)
    at = letters.find(letter)
    while at >= 0 and len(found) < most:
        found.append((offset + at, state))
        at = letters.find(letter, at + 1)
    return found


def _place(block: bytes, packed: bytes) -> int | None:
    """Return the index within the block at which the number stands; bytes of two neighbours may look like it."""
    at = block.find(packed)
    while at >= 0 and at % _NUMBER_BYTES:
        at = block.find(packed, at + 1)
    return None if at < 0 else at // _NUMBER_BYTES
