"""How many of a worker's slots serve, so that it is woken no more often than it can answer."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from datetime import timedelta

#: A wake-up that is older than this has been overtaken by the next sweep.
WAKE_UP_LASTS = timedelta(seconds=2)


@dataclass(slots=True)
class Slots:
    """How many of this worker's slots serve, and how many were asked to."""

    limit: int
    busy: int = 0
    asked: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def to_ask(self) -> int:
        """Return how many wake-ups to send now, and count them as sent."""
        now = time.monotonic()
        with self.lock:
            self.asked = [at for at in self.asked if now - at < WAKE_UP_LASTS / timedelta(seconds=1)]
            missing = max(0, self.limit - self.busy - len(self.asked))
            self.asked.extend([now] * missing)
            return missing

    def enter(self) -> bool:
        """Count one slot as serving; False when all are."""
        with self.lock:
            if self.asked:
                self.asked.pop()
            if self.busy >= self.limit:
                return False
            self.busy += 1
            return True

    def leave(self) -> None:
        """Count one slot less."""
        with self.lock:
            self.busy -= 1
