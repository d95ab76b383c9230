"""The audit on a Redis stream: append-only, never trimmed. Implements ports.AuditLog and ports_audit.AuditReader."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final, cast

import orjson
import redis

from distributor.core.embargo import is_in_calendar
from distributor.ports import AuditEntry
from distributor.ports_audit import SKEW, AuditPage, AuditQuery
from distributor.store.codec import decode, encode
from distributor.store.ledger_keys import store_errors

_AUDIT = "audit"
_PAGE = 1000
#: Lines that are looked at for one page of a rare kind.
_MOST_READ: Final = 20_000
_PLACE: Final = re.compile(r"[1-9][0-9]{0,14}-[0-9]{1,15}")
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

    def newest(self, query: AuditQuery, *, before: str | None, most: int) -> AuditPage:
        """Return the newest lines that fit, of those before a place that an earlier page named."""
        at = f"({before}" if before and _PLACE.fullmatch(before) else _place(query.until, SKEW) or "+"
        found: list[AuditEntry] = []
        for start in range(0, _MOST_READ, _PAGE):
            # Most pages need no more than they show.
            count = min(_PAGE, max(most + 1, start))
            block = self._block_before(at, query, count)
            for place, fields in block:
                entry = decode(AuditEntry, fields[b"entry"])
                if query.fits(entry):
                    if len(found) == most:
                        return AuditPage(entries=tuple(found), before=at.removeprefix("("))
                    found.append(entry)
                at = f"({place.decode()}"
            if len(block) < count:
                return AuditPage(entries=tuple(found), before=None)
        return AuditPage(entries=tuple(found), before=at.removeprefix("("))

    def all_newest(self, query: AuditQuery) -> Iterator[AuditEntry]:
        """Yield every line that fits, newest first, for an export."""
        page = self.newest(query, before=None, most=_PAGE)
        yield from page.entries
        while page.before is not None:
            page = self.newest(query, before=page.before, most=_PAGE)
            yield from page.entries

    def _block_before(self, at: str, query: AuditQuery, count: int) -> _Page:
        with store_errors():
            return cast("_Page", self._client.xrevrange(_AUDIT, max=at, min=_place(query.since, -SKEW) or "-", count=count))

    def _page(self, after: str) -> _Page:
        with store_errors():
            return cast("_Page", self._client.xrange(_AUDIT, min=after, count=_PAGE))


def _place(moment: datetime | None, skew: timedelta) -> str:
    """Return the place in the stream of an instant, "" for none."""
    if moment is None or not is_in_calendar(moment):
        # Nothing was written at an end of the calendar; whoever asks for it is answered by the query itself.
        return ""
    return str(max(0, int((moment + skew).timestamp() * 1000)))


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
