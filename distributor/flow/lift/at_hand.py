"""Staged bodies that a worker has loaded before the lift, so that at the lift they go straight to the wire.

What a worker has at hand is its own wish, not its right: the ledger gives a batch to whoever claims it. A worker that dies takes
nothing with it, and one that is quicker than the others sends what they have at hand, too.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable

from distributor.core.ids import DispatchId
from distributor.core.message import ChannelName

#: A batch's start and its body.
Body = tuple[int, bytes]


class AtHand:
    """The bodies, up to a limit of bytes. Thread-safe; whatever is drawn is with one slot only."""

    def __init__(self, *, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._bodies: dict[tuple[DispatchId, ChannelName], deque[Body]] = {}
        self._lock = threading.Lock()

    def put(self, dispatch: DispatchId, channel: ChannelName, body: Body) -> bool:
        """Keep a body, behind those that are here. False: there is no room for it."""
        with self._lock:
            if self._bytes + len(body[1]) > self._most_bytes:
                return False
            self._bytes += len(body[1])
            self._bodies.setdefault((dispatch, channel), deque()).append(body)
            return True

    def draw(self, dispatch: DispatchId, channel: ChannelName, *, most: int) -> list[Body]:
        """Take out the first few bodies."""
        with self._lock:
            bodies = self._bodies.get((dispatch, channel), deque())
            drawn = [bodies.popleft() for _ in range(min(most, len(bodies)))]
            self._bytes -= sum(len(body) for _, body in drawn)
        return drawn

    def put_back(self, dispatch: DispatchId, channel: ChannelName, bodies: Iterable[Body]) -> None:
        """Put drawn bodies back to the front, in the order in which they were drawn."""
        with self._lock:
            again = list(bodies)
            self._bodies.setdefault((dispatch, channel), deque()).extendleft(reversed(again))
            self._bytes += sum(len(body) for _, body in again)

    def forget(self, dispatch: DispatchId) -> None:
        """Let go of all bodies of a dispatch."""
        with self._lock:
            for key in [key for key in self._bodies if key[0] == dispatch]:
                self._bytes -= sum(len(body) for _, body in self._bodies.pop(key))
