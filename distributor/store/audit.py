"""The audit on a Redis stream: append-only, never trimmed. Implements ports.AuditLog."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import orjson
import redis

from distributor.ports import AuditEntry
from distributor.store.codec import decode, encode
from distributor.store.ledger_keys import store_errors

_AUDIT = "audit"
_PAGE = 1000
_Page = list[tuple[bytes, dict[bytes, bytes]]]


class RedisAuditLog:
    """Who did what, when and why. Thread-safe."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client

    def append(self, entry: AuditEntry) -> None:
        """Store the entry after all earlier ones."""
        with store_errors():
            self._client.xadd(_AUDIT, {"entry": encode(entry)})

    def entries(self, *, subject: str | None = None) -> Iterator[AuditEntry]:
        """Return the entries, oldest first, of one subject or of all."""
        after = "-"
        while page := self._page(after):
            for _, fields in page:
                entry = decode(AuditEntry, fields[b"entry"])
                if subject is None or entry.subject == subject:
                    yield entry
            after = f"({page[-1][0].decode()}"

    def _page(self, after: str) -> _Page:
        with store_errors():
            return cast("_Page", self._client.xrange(_AUDIT, min=after, count=_PAGE))


def entry_json(entry: AuditEntry) -> bytes:
    """Return an entry as one line of JSON, for export."""
    return orjson.dumps(
        {
            "at": entry.at,
            "by": entry.by,
            "action": entry.action,
            "subject": entry.subject,
            "reason": entry.reason,
            "facts": dict(entry.facts),
        }
    )
