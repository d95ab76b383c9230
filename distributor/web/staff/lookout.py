"""The lookout: what `doctor` says, asked in the background, because providers and DNS take their time and no page waits for them.

One question at a time in each process, however many people look; what was found is kept with its age.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from distributor.core.finding import Finding

#: X counts every question; what was heard a quarter of an hour ago still says whether a key is good.
_GOOD_FOR: Final = timedelta(minutes=15)
#: However often somebody presses the button.
_NOT_AGAIN_WITHIN: Final = timedelta(seconds=5)
#: When the process ends.
_PATIENCE: Final = timedelta(seconds=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was found when somebody last looked."""

    #: In a fixed order; empty while nobody has looked.
    findings: Sequence[Finding] = ()
    #: None: nobody has looked yet.
    at: datetime | None = None
    is_looking: bool = False

    def of(self, *beginnings: str) -> tuple[Finding, ...]:
        """Return the findings whose names begin so."""
        return tuple(finding for finding in self.findings if finding.name.startswith(beginnings))


class Lookout:
    """Looks when what is known is old, or when somebody asks for it. Thread-safe."""

    def __init__(self, examine: Callable[[], Sequence[Finding]], *, now: Callable[[], datetime]) -> None:
        self._examine = examine
        self._now = now
        self._lock = threading.Lock()
        self._findings: Sequence[Finding] = ()
        self._at: datetime | None = None
        self._thread: threading.Thread | None = None

    def seen(self, *, wait: timedelta = timedelta(0)) -> Seen:
        """Return what is known; begin to look if that is old, and then wait for at most so long."""
        with self._lock:
            is_old = self._at is None or self._now() - self._at > _GOOD_FOR
            thread = self._begin() if is_old else self._thread
        if thread is not None and wait:
            thread.join(wait.total_seconds())
        return self._seen()

    def look_again(self) -> None:
        """Begin to look, unless somebody is at it or has just been."""
        with self._lock:
            if self._at is None or self._now() - self._at > _NOT_AGAIN_WITHIN:
                self._begin()

    def close(self) -> None:
        """Wait until nobody looks any more, though not for a provider that does not answer."""
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join(_PATIENCE.total_seconds())

    def _begin(self) -> threading.Thread:
        if self._thread is None:
            # A daemon: a provider that does not answer must not keep the process from ending.
            self._thread = threading.Thread(target=self._look, name="lookout", daemon=True)
            self._thread.start()
        return self._thread

    def _look(self) -> None:
        try:
            findings = self._examine()
        except Exception as error:
            why = f"Looking failed ({type(error).__name__})."
            findings = (Finding(name="doctor", passed=False, message=why, remedy="Look again; `distributor doctor` says more."),)
        with self._lock:
            self._findings, self._at, self._thread = findings, self._now(), None

    def _seen(self) -> Seen:
        with self._lock:
            return Seen(findings=self._findings, at=self._at, is_looking=self._thread is not None)
