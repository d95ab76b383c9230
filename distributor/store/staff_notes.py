"""Notes to staff on Redis: the newest thousand, and who has been told of each. Implements ports_notes.StaffNotes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, cast

import redis

from distributor.core.staff_note import StaffNote
from distributor.store.codec import decode, encode
from distributor.store.ledger_keys import store_errors

_NOTES: Final = "staff_notes"
_ORDER: Final = "staff_notes:order"
#: Older ones go; the audit keeps what happened.
MOST: Final = 1000


class RedisStaffNotes:
    """The notes. Thread-safe."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client

    def add(self, note: StaffNote) -> bool:
        """Add a note. False if the same was there already."""
        with store_errors():
            if not self._client.hsetnx(_NOTES, note.id, encode(note)):
                return False
            self._client.zadd(_ORDER, {note.id: note.at.timestamp()})
            old = cast("list[bytes]", self._client.zrange(_ORDER, 0, -MOST - 1))
            if old:
                with self._client.pipeline(transaction=True) as pipe:
                    pipe.hdel(_NOTES, *old)
                    pipe.zrem(_ORDER, *old)
                    pipe.delete(*(_told(note.decode()) for note in old))
                    pipe.execute()
        return True

    def newest(self, most: int = MOST) -> Sequence[StaffNote]:
        """Return the newest notes, newest first."""
        with store_errors():
            ids = cast("list[bytes]", self._client.zrevrange(_ORDER, 0, most - 1))
            found = cast("list[bytes | None]", self._client.hmget(_NOTES, ids)) if ids else []
        return [decode(StaffNote, record) for record in found if record is not None]

    def untold(self, sink: str) -> Sequence[StaffNote]:
        """Return the notes that the sink has not been told, oldest first."""
        notes = list(reversed(self.newest()))
        if not notes:
            return []
        with store_errors(), self._client.pipeline(transaction=False) as pipe:
            for note in notes:
                pipe.sismember(_told(note.id), sink)
            return [note for note, is_told in zip(notes, pipe.execute(), strict=True) if not is_told]

    def mark_told(self, note: StaffNote, sink: str) -> bool:
        """Remember that a sink is told a note. False if somebody else has it already."""
        with store_errors():
            return bool(self._client.sadd(_told(note.id), sink))

    def unmark_told(self, note: StaffNote, sink: str) -> None:
        """Forget that: the sink did not take it."""
        with store_errors():
            self._client.srem(_told(note.id), sink)


def _told(note: str) -> str:
    return f"staff_notes:told:{note}"
