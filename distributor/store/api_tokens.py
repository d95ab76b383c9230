"""API tokens on Redis, by Redis's clock. Implements ports_accounts.ApiTokens.

Redis keeps the SHA-256 of a token and never the token. A plain hash is enough for 256 random bits: there is nothing to guess.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, cast

import redis

from distributor.core.account import AccountId, Permission, TokenId
from distributor.core.ids import digest_id
from distributor.ports_accounts import ApiToken
from distributor.store.codec import decode, encode
from distributor.store.ledger_keys import from_us, maybe_from_us, store_errors, to_us
from distributor.store.redis_clock import RedisClock

#: Says what it is wherever it turns up, for people and for scanners of leaked secrets.
PREFIX: Final = "dst_"
_TOKENS: Final = "api_tokens"
_USED: Final = "api_tokens:used"
_SECRET_BYTES: Final = 32
_LONGEST: Final = 100
#: Noting each use would cost an fsync a request.
_NOTED_EVERY: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    token: ApiToken
    #: Hex SHA-256.
    digest: str


class RedisApiTokens:
    """The tokens. Thread-safe."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        self._clock = RedisClock(client)

    def issue(
        self, account: AccountId, *, label: str, scopes: Sequence[Permission], life: timedelta | None = None
    ) -> tuple[str, ApiToken]:
        """Make and store a token; return it, for the only time, with what is kept of it."""
        secret = PREFIX + secrets.token_urlsafe(_SECRET_BYTES)
        now = self._clock.now()
        token = ApiToken(
            id=_id_of(secret),
            account=account,
            label=label,
            scopes=tuple(sorted(set(scopes))),
            added_at=now,
            expires_at=None if life is None else now + life,
        )
        with store_errors():
            self._client.hset(_TOKENS, token.id, encode(_Kept(token=token, digest=_hashed(secret))))
        return secret, token

    def find(self, secret: str) -> ApiToken | None:
        """Return what a token is good for and note its use; None for any text that is none, or has expired."""
        if not secret.startswith(PREFIX) or len(secret) > _LONGEST or not secret.isascii():
            return None
        name = _id_of(secret)
        with store_errors(), self._client.pipeline(transaction=True) as pipe:
            pipe.hget(_TOKENS, name)
            pipe.hget(_USED, name)
            pipe.time()
            stored, used, (seconds, microseconds) = pipe.execute()
        if stored is None:
            return None
        kept, now = decode(_Kept, stored), from_us(seconds * 1_000_000 + microseconds)
        is_over = kept.token.expires_at is not None and now >= kept.token.expires_at
        if is_over or not hmac.compare_digest(kept.digest, _hashed(secret)):
            return None
        return replace(kept.token, used_at=self._note_use(name, maybe_from_us(used), now))

    def _note_use(self, name: TokenId, used_at: datetime | None, now: datetime) -> datetime:
        if used_at is not None and now - used_at < _NOTED_EVERY:
            return used_at
        with store_errors():
            self._client.hset(_USED, name, to_us(now))
        return now

    def all(self) -> Sequence[ApiToken]:
        """Return every token, newest first, also expired ones."""
        with store_errors(), self._client.pipeline(transaction=True) as pipe:
            pipe.hvals(_TOKENS)
            pipe.hgetall(_USED)
            stored, used = cast("tuple[list[bytes], dict[bytes, bytes]]", pipe.execute())
        tokens = [decode(_Kept, record).token for record in stored]
        noted = [replace(token, used_at=maybe_from_us(used.get(token.id.encode()))) for token in tokens]
        return sorted(noted, key=lambda token: token.added_at, reverse=True)

    def revoke(self, token: TokenId) -> ApiToken | None:
        """End a token for good; return what it was, None when there was none."""
        with store_errors(), self._client.pipeline(transaction=True) as pipe:
            pipe.hget(_TOKENS, token)
            pipe.hdel(_TOKENS, token)
            pipe.hdel(_USED, token)
            stored = pipe.execute()[0]
        return None if stored is None else decode(_Kept, stored).token


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _id_of(secret: str) -> TokenId:
    return TokenId(digest_id("t", _hashed(secret), length=16))
