"""What the steps around accounts need: who is known, who is signed in, who has tried too often, which tokens are good."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from distributor.core.account import Account, AccountId, Permission, TokenId


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAccount:
    """An account with what is kept of its secrets."""

    account: Account
    #: As the hasher made it, with its parameters.
    password_hash: str = field(repr=False)
    #: Sessions of earlier generations are over: counted up whenever all must end.
    generation: int = 0


class Accounts(Protocol):
    """The accounts; there are tens of them."""

    def add(self, known: KnownAccount) -> None:
        """Store a new account; of several at once with one login or name, one wins.

        Raises:
            Refused: the login is taken, or a name that reads the same.
        """
        ...

    def get(self, account: AccountId) -> KnownAccount | None:
        """Return an account, None when there is none."""
        ...

    def all(self) -> Sequence[KnownAccount]:
        """Return every account, by name."""
        ...

    def change(self, account: AccountId, change: Callable[[KnownAccount], KnownAccount]) -> KnownAccount:
        """Store what `change` makes of an account, atomically; `change` may be called several times.

        Raises:
            NotFound: there is no such account.
            Refused: no active admin would be left.
        """
        ...


class PasswordHasher(Protocol):
    """Makes and compares hashes that cost an attacker memory and time."""

    def hash(self, password: str) -> str:
        """Return a new hash with its own salt."""
        ...

    def verify(self, known: str | None, password: str) -> bool:
        """Say whether the password made the hash. Without one (an unknown login) it takes as long, and is False."""
        ...

    def is_outdated(self, known: str) -> bool:
        """Say whether the hash was made with other parameters than today's."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Somebody's stay in one browser."""

    account: AccountId
    #: That of the account when it was opened.
    generation: int
    #: When it ends at the latest, by Redis's clock.
    ends_at: datetime


class Sessions(Protocol):
    """Who is signed in, by Redis's clock. A session is named by a secret that only its browser knows."""

    def open(self, account: AccountId, *, generation: int) -> str:
        """Start a session and return its secret, which is made here and never taken from a request."""
        ...

    def find(self, secret: str) -> Session | None:
        """Return the session and put off its idle end, None for any text that opens none now."""
        ...

    def peek(self, secret: str) -> Session | None:
        """Return the session without putting off its end, None when it has ended."""
        ...

    def close(self, secret: str) -> Session | None:
        """End a session for good; return what it was, None when there was none."""
        ...

    def csrf_token(self, secret: str) -> str:
        """Return what a form of this session carries; it tells nothing of the secret, and dies with the session."""
        ...

    def is_csrf_token(self, secret: str, token: str) -> bool:
        """Say whether a form came from a page of this session, in a time that tells nothing."""
        ...


class LoginThrottle(Protocol):
    """Counts failures per account and per address, by Redis's clock."""

    def begin(self, account: AccountId, *, address: str) -> timedelta:
        """Return how long to wait; 0 lets one attempt through, which counts as failed until `succeeded` says otherwise.

        Atomic over all processes, so that a thousand guesses at once are not a thousand firsts. A refused attempt does not
        prolong the wait.
        """
        ...

    def succeeded(self, account: AccountId, *, address: str) -> None:
        """Forget the account's failures, and take back this attempt's from the address."""
        ...

    def forget(self, account: AccountId) -> None:
        """Forget the account's failures, by an admin's word."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """A program's leave to act for an account. The token itself is not kept."""

    id: TokenId
    account: AccountId
    #: What it is for, in its owner's words.
    label: str
    #: Sorted; what the account may not do itself, its token may not either.
    scopes: tuple[Permission, ...]
    added_at: datetime
    #: None: until it is revoked.
    expires_at: datetime | None = None
    #: To the minute; None: never.
    used_at: datetime | None = None


class ApiTokens(Protocol):
    """The tokens, by Redis's clock."""

    def issue(
        self, account: AccountId, *, label: str, scopes: Sequence[Permission], life: timedelta | None = None
    ) -> tuple[str, ApiToken]:
        """Make and store a token; return it, for the only time, with what is kept of it."""
        ...

    def find(self, secret: str) -> ApiToken | None:
        """Return what a token is good for and note its use; None for any text that is none, or has expired."""
        ...

    def all(self) -> Sequence[ApiToken]:
        """Return every token, newest first, also expired ones."""
        ...

    def revoke(self, token: TokenId) -> ApiToken | None:
        """End a token for good; return what it was, None when there was none."""
        ...
