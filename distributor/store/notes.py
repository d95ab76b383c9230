"""Notes in a dispatch's meta hash, so that its status reads them on its way. Implements ports_notes.NoteBoard."""

from __future__ import annotations

from collections.abc import Mapping

import redis

from distributor.core.ids import DispatchId
from distributor.store.ledger_keys import meta_key, store_errors

_PREFIX = b"note:"


class RedisNotes:
    """The board. Thread-safe."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client

    def note(self, dispatch: DispatchId, topic: str, text: str) -> None:
        """Put a note up, or take it down."""
        field = f"{_PREFIX.decode()}{topic}"
        with store_errors():
            if text:
                self._client.hset(meta_key(dispatch), field, text)
            else:
                self._client.hdel(meta_key(dispatch), field)


def notes_in(meta: Mapping[bytes, bytes]) -> tuple[tuple[str, str], ...]:
    """Return (topic, text) of all notes in a dispatch's meta hash, by topic."""
    found = {field.removeprefix(_PREFIX).decode(): text.decode() for field, text in meta.items() if field.startswith(_PREFIX)}
    return tuple(sorted(found.items()))
