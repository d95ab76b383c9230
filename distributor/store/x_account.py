"""What X last said of an account's limits, so that whoever plans a thread knows it. One small key for each account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict, cast

import orjson
import redis

from distributor.core.errors import StoreUnavailable
from distributor.core.quota import Allowance, Told
from distributor.store.ledger_keys import from_us, store_errors, to_us

_SCHEMA = 1


class _AllowanceShape(TypedDict):
    most: int
    left: int
    ends_us: int


class _ToldShape(TypedDict):
    schema: int
    at_us: int
    window: _AllowanceShape | None
    day: _AllowanceShape | None


@dataclass(frozen=True, slots=True)
class RedisXMemory:
    """The memory of one account, by its public number. Thread-safe."""

    client: redis.Redis
    account: str

    @property
    def _key(self) -> str:
        return f"x:account:{self.account}:told"

    def remember(self, told: Told) -> None:
        """Keep X's word in place of an earlier one.

        When Redis is away it is dropped: a post that X took must come into the ledger, and nothing here may stand in the way.
        """
        shape = _ToldShape(schema=_SCHEMA, at_us=to_us(told.at), window=_encode(told.window), day=_encode(told.day))
        try:
            with store_errors():
                self.client.set(self._key, orjson.dumps(shape))
        except StoreUnavailable:
            return

    def told(self) -> Told | None:
        """Return X's last word; None when it has not said anything, or in a shape of a newer version.

        Raises:
            StoreUnavailable: Redis does not answer.
        """
        with store_errors():
            stored = cast("bytes | None", self.client.get(self._key))
        shape: _ToldShape | None = orjson.loads(stored) if stored else None
        if shape is None or shape["schema"] != _SCHEMA:
            return None
        return Told(at=from_us(shape["at_us"]), window=_decode(shape["window"]), day=_decode(shape["day"]))


def _encode(allowance: Allowance | None) -> _AllowanceShape | None:
    if allowance is None:
        return None
    return _AllowanceShape(most=allowance.most, left=allowance.left, ends_us=to_us(allowance.ends_at))


def _decode(shape: _AllowanceShape | None) -> Allowance | None:
    return None if shape is None else Allowance(most=shape["most"], left=shape["left"], ends_at=from_us(shape["ends_us"]))
