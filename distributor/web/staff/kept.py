"""What takes time to make and several people look at: made once, and kept for a moment."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from time import monotonic
from typing import Final, Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

#: Making one thing may take this part of the time at most, so that many who look never weigh on the store.
_SHARE: Final = 0.05
_MOST: Final = 64


class Kept(Generic[Key, Value]):
    """Keeps the newest things by key. Thread-safe; one thread makes a thing, the others wait for it and take what it made."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Key, tuple[float, Value]] = OrderedDict()
        self._makers: dict[Key, threading.Lock] = {}
        self._lock = threading.Lock()

    def __call__(self, key: Key, make: Callable[[], Value], *, least_s: float) -> Value:
        """Return what is kept, for at least so many seconds, and longer if making it took long; else make it."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None and monotonic() < found[0]:
                return found[1]
            maker = self._makers.setdefault(key, threading.Lock())
        with maker:
            with self._lock:
                found = self._kept.get(key)
            begun = monotonic()
            if found is not None and begun < found[0]:
                # Somebody has made it while this one waited.
                return found[1]
            value = make()
            self._keep(key, value, for_s=max(least_s, (monotonic() - begun) / _SHARE))
            return value

    def _keep(self, key: Key, value: Value, *, for_s: float) -> None:
        with self._lock:
            self._makers.pop(key, None)
            self._kept[key] = (monotonic() + for_s, value)
            self._kept.move_to_end(key)
            while len(self._kept) > _MOST:
                self._kept.popitem(last=False)

    def forget(self, key: Key) -> None:
        """Have it made anew when it is next asked for."""
        with self._lock:
            self._kept.pop(key, None)
