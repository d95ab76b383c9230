"""Sessions on Redis, by Redis's clock. Implements ports_accounts.Sessions.

Redis keeps the SHA-256 of a secret and never the secret, so that whoever reads Redis or a backup of it cannot sign in with it.
All sessions of an account end at once when its generation is counted up (ports_accounts.KnownAccount); what is left of them
here goes by itself.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import Final, cast

import redis

from distributor.core.account import AccountId
from distributor.core.ids import digest
from distributor.ports_accounts import Session
from distributor.store.ledger_keys import from_us, load_script, store_errors

#: 256 bits: nobody guesses one.
_SECRET_BYTES: Final = 32
_LONGEST_SECRET: Final = 64
_US: Final = timedelta(microseconds=1)
#: A session ends after a working day, however busy.
ABSOLUTE: Final = timedelta(hours=12)


class RedisSessions:
    """The sessions. Thread-safe."""

    def __init__(self, client: redis.Redis, *, idle: timedelta, absolute: timedelta = ABSOLUTE) -> None:
        self._client = client
        self._idle_us, self._absolute_us = idle // _US, absolute // _US
        self._open = load_script(client, "session_open")
        self._find = load_script(client, "session_find")

    def open(self, account: AccountId, *, generation: int) -> str:
        """Start a session and return its secret, which is made here and never taken from a request."""
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        self._open(keys=[_key(secret)], args=[account, generation, self._idle_us, self._absolute_us])
        return secret

    def find(self, secret: str) -> Session | None:
        """Return the session and put off its idle end, None for any text that opens none now."""
        if not _can_be(secret):
            return None
        return _session(self._find(keys=[_key(secret)], args=[self._idle_us]))

    def peek(self, secret: str) -> Session | None:
        """Return the session without putting off its end, None when it has ended: for what goes on while nobody acts."""
        if not _can_be(secret):
            return None
        with store_errors():
            found = cast("list[bytes | None]", self._client.hmget(_key(secret), ["account", "generation", "ends"]))
        return _session([value for value in found if value is not None])

    def close(self, secret: str) -> Session | None:
        """End a session for good; return what it was, None when there was none."""
        if not _can_be(secret):
            return None
        with store_errors(), self._client.pipeline(transaction=True) as pipe:
            pipe.hmget(_key(secret), ["account", "generation", "ends"])
            pipe.delete(_key(secret))
            found = cast("list[bytes | None]", pipe.execute()[0])
        return _session([value for value in found if value is not None])

    def csrf_token(self, secret: str) -> str:
        """Return what a form of this session carries; it tells nothing of the secret, and dies with the session."""
        return base64.urlsafe_b64encode(digest("csrf", secret.encode("utf-8", "surrogatepass"))).decode("ascii").rstrip("=")

    def is_csrf_token(self, secret: str, token: str) -> bool:
        """Say whether a form came from a page of this session, in a time that tells nothing."""
        return hmac.compare_digest(self.csrf_token(secret).encode(), token.encode("utf-8", "surrogatepass"))


def _can_be(secret: str) -> bool:
    return 0 < len(secret) <= _LONGEST_SECRET and secret.isascii()


def _key(secret: str) -> str:
    return f"session:{hashlib.sha256(secret.encode()).hexdigest()}"


def _session(found: list[bytes]) -> Session | None:
    if not found:
        return None
    account, generation, ends = found
    return Session(account=AccountId(account.decode()), generation=int(generation), ends_at=from_us(ends))
