"""Posts of a provider between their taking and their applying, on a Redis stream. Implements ports_events.EventInbox."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final, cast

import redis

from distributor.store.ledger_keys import store_errors

_INBOX: Final = "events:inbox"
_ASIDE: Final = "events:aside"
_BODY: Final = "body"
#: At 768 KB each (PROVIDERS.md §1.5) that is a gigabyte and a half. SendGrid keeps the others for a day.
MOST_WAITING: Final = 2000
_MOST_ASIDE: Final = 100
_US: Final = 1_000_000


class RedisEventInbox:
    """The inbox. Thread-safe. What `put` has returned an id for is durable as far as Redis is (appendfsync always)."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client

    def put(self, body: bytes) -> str | None:
        """Keep a post and return its id; None when the inbox is full."""
        with store_errors():
            if self._client.xlen(_INBOX) >= MOST_WAITING:
                return None
            return cast("bytes", self._client.xadd(_INBOX, {_BODY: body})).decode()

    def waiting(self, *, older_than: timedelta) -> Iterator[tuple[str, bytes]]:
        """Yield (id, post) of those that wait for so long already by Redis's clock, oldest first."""
        with store_errors():
            seconds, microseconds = self._client.time()
        last = (seconds * _US + microseconds) // 1000 - older_than // timedelta(milliseconds=1)
        first = "-"
        while last > 0:
            with store_errors():
                found = cast("list[tuple[bytes, dict[bytes, bytes]]]", self._client.xrange(_INBOX, first, str(last), count=1))
            if not found:
                return
            post, fields = found[0]
            yield post.decode(), fields[_BODY.encode()]
            first = f"({post.decode()}"

    def done(self, post: str) -> None:
        """Forget a post that is applied."""
        with store_errors():
            self._client.xdel(_INBOX, post)

    def set_aside(self, post: str, body: bytes) -> None:
        """Keep a post apart, in one step with taking it out."""
        with store_errors(), self._client.pipeline(transaction=True) as pipe:
            pipe.xadd(_ASIDE, {_BODY: body}, maxlen=_MOST_ASIDE, approximate=False)
            pipe.xdel(_INBOX, post)
            pipe.execute()

    def length(self) -> int:
        """Return how many posts wait."""
        with store_errors():
            return int(self._client.xlen(_INBOX))

    def aside(self) -> int:
        """Return how many posts were set aside."""
        with store_errors():
            return int(self._client.xlen(_ASIDE))
