"""X's rate limits: fixed windows that begin with the first request, told in headers.

Source: docs.x.com/x-api/fundamentals/rate-limits, read 2026-11-23.
"""

from __future__ import annotations

from dataclasses import dataclass, field

WINDOW_S = 15 * 60
DAY_S = 24 * 3600


@dataclass(slots=True)
class _Window:
    ends_at: float
    used: int = 0


@dataclass(slots=True)
class Quotas:
    """How much of each limit is used."""

    _windows: dict[str, _Window] = field(default_factory=dict)

    def take(self, name: str, *, limit: int, seconds: int, now_s: float) -> tuple[int, int, bool]:
        """Count one request; return what remains, when the window ends (epoch seconds), and whether it was allowed."""
        window = self._windows.get(name)
        if window is None or window.ends_at <= now_s:
            window = self._windows[name] = _Window(now_s + seconds)
        window.used += 1
        return max(0, limit - window.used), int(window.ends_at), window.used <= limit

    def clear(self) -> None:
        """Begin all windows anew."""
        self._windows.clear()
