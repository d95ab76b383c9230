"""What answers to repeated requests need from the store: one record per idempotency key of an account."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from distributor.core.account import AccountId, TokenId


class Earlier(StrEnum):
    """What became of the request that came first under a key."""

    #: There was none: this one is the first, and ends with `keep` or `forget`.
    NEW = "new"
    #: It has not ended, and its lease neither.
    RUNNING = "running"
    #: It is the same request, and was answered.
    ANSWERED = "answered"
    #: It was sent with another token of the account.
    OTHER_TOKEN = "other token"  # noqa: S105 - no secret
    #: It was another request.
    OTHER_REQUEST = "other request"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerKey:
    """One request under an idempotency key."""

    account: AccountId
    #: What the caller chose; stored as a digest, for it may hold anything.
    key: str
    token: TokenId
    #: Fingerprint of the request: the same for the same method, address and body, byte for byte.
    request: str
    #: Names this attempt and no other.
    run: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """What was found under a key."""

    earlier: Earlier
    #: As it was kept; empty unless answered.
    answer: bytes = field(default=b"", repr=False)


class KeptAnswers(Protocol):
    """Answers by idempotency key, for a day, by Redis's clock."""

    def begin(self, key: AnswerKey) -> Begun:
        """Take the key for this attempt, atomically, or say who has it.

        An attempt holds its key for a lease; one that dies without an end blocks nobody for longer.
        """
        ...

    def keep(self, key: AnswerKey, answer: bytes) -> None:
        """Keep the answer for whoever asks again; nothing happens when the key is not this attempt's any more."""
        ...

    def forget(self, key: AnswerKey) -> None:
        """Give the key back, as if there had been no attempt."""
        ...
