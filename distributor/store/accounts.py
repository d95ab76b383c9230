"""Accounts in one hash on Redis. Implements ports_accounts.Accounts.

All are in one key, because there are tens of them and two rules look at all: no two names read alike, and an admin is left.
Changes are optimistic transactions on that key: Redis refuses one when somebody else wrote in between, and it is tried again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, cast

import redis
from redis.client import Pipeline

from distributor.core.account import AccountId
from distributor.core.approval import as_read
from distributor.core.errors import NotFound, Refused, StoreUnavailable
from distributor.ports_accounts import KnownAccount
from distributor.store.codec import decode, encode
from distributor.store.ledger_keys import store_errors

_ACCOUNTS: Final = "accounts"
#: So often is a change tried while others write in between.
_TRIES: Final = 100
_Decide = Callable[[dict[AccountId, KnownAccount]], KnownAccount]


class RedisAccounts:
    """The accounts. Thread-safe."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client

    def add(self, known: KnownAccount) -> None:
        """Store a new account; of several at once with one login or name, one wins."""

        def decide(accounts: dict[AccountId, KnownAccount]) -> KnownAccount:
            if known.account.id in accounts:
                raise Refused("There is an account with this login already. `distributor users list` shows all.")
            if as_read(known.account.name) in {as_read(other.account.name) for other in accounts.values()}:
                raise Refused("Somebody has this name already; the audit and the two-person rule need to tell them apart.")
            return known

        self._write(decide)

    def get(self, account: AccountId) -> KnownAccount | None:
        """Return an account, None when there is none."""
        with store_errors():
            found = cast("bytes | None", self._client.hget(_ACCOUNTS, account))
        return None if found is None else decode(KnownAccount, found)

    def all(self) -> Sequence[KnownAccount]:
        """Return every account, by name."""
        with store_errors():
            found = _read(self._client)
        return sorted(found.values(), key=lambda known: as_read(known.account.name))

    def change(self, account: AccountId, change: Callable[[KnownAccount], KnownAccount]) -> KnownAccount:
        """Store what `change` makes of an account, atomically."""

        def decide(accounts: dict[AccountId, KnownAccount]) -> KnownAccount:
            before = accounts.get(account)
            if before is None:
                raise NotFound("account", account, remedy="`distributor users list` shows them.")
            after = change(before)
            others = (known for name, known in accounts.items() if name != account)
            if before.account.is_admin and not after.account.is_admin and not any(known.account.is_admin for known in others):
                raise Refused("Nobody would be left who can manage accounts. Make somebody else an admin first.")
            return after

        return self._write(decide)

    def _write(self, decide: _Decide) -> KnownAccount:
        with store_errors():
            for _ in range(_TRIES):
                with self._client.pipeline(transaction=True) as pipe:
                    try:
                        pipe.watch(_ACCOUNTS)  # type: ignore[no-untyped-call]  # redis-py leaves it without types
                        decided = decide(_read(pipe))
                        pipe.multi()
                        pipe.hset(_ACCOUNTS, decided.account.id, encode(decided))
                        pipe.execute()
                    except redis.exceptions.WatchError:
                        continue
                    return decided
        raise StoreUnavailable("Too many change accounts at once. Try again.")


def _read(client: redis.Redis | Pipeline) -> dict[AccountId, KnownAccount]:
    found = cast("dict[bytes, bytes]", client.hgetall(_ACCOUNTS))
    return {AccountId(name.decode()): decode(KnownAccount, record) for name, record in found.items()}
