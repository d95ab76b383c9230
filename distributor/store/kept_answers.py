"""Answers to requests by idempotency key, on Redis, by its clock. Implements ports_answers.KeptAnswers."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import redis

from distributor.core.ids import digest
from distributor.ports_answers import AnswerKey, Begun, Earlier
from distributor.store.ledger_keys import load_script

KEPT_FOR: Final = timedelta(hours=24)
#: Longer than preparing a million recipients takes, shorter than a person's patience.
LEASE: Final = timedelta(minutes=2)
_MS: Final = timedelta(milliseconds=1)


class RedisKeptAnswers:
    """The answers. Thread-safe."""

    def __init__(self, client: redis.Redis, *, lease: timedelta = LEASE, kept_for: timedelta = KEPT_FOR) -> None:
        self._lease_ms, self._kept_ms = lease // _MS, kept_for // _MS
        self._begin = load_script(client, "answer_begin")
        self._end = load_script(client, "answer_end")

    def begin(self, key: AnswerKey) -> Begun:
        """Take the key for this attempt, or say who has it."""
        word, *rest = self._begin(keys=[_name(key)], args=[key.run, key.token, key.request, self._lease_ms])
        return Begun(earlier=Earlier(word.decode()), answer=rest[0] if rest else b"")

    def keep(self, key: AnswerKey, answer: bytes) -> None:
        """Keep the answer for a day."""
        self._end(keys=[_name(key)], args=[key.run, answer, self._kept_ms])

    def forget(self, key: AnswerKey) -> None:
        """Give the key back."""
        self._end(keys=[_name(key)], args=[key.run, b"", self._kept_ms])


def _name(key: AnswerKey) -> str:
    return f"answer:{key.account}:{digest('idempotency key', key.key).hex()[:40]}"
