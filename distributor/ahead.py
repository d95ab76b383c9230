"""Do slow reads and writes beside the work, a bounded number at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self, TypeVar

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def one_ahead(read: Callable[[_Item], _Result], items: Iterable[_Item]) -> Iterator[_Result]:
    """Yield `read(item)` for each item in order, reading the next one while the caller works on this one."""
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="read-ahead") as pool:
        coming: Future[_Result] | None = None
        for item in items:
            following = pool.submit(read, item)
            if coming is not None:
                yield coming.result()
            coming = following
        if coming is not None:
            yield coming.result()


class WriteBehind:
    """Runs calls in the background, at most `most` at a time; what one of them raises is raised by a later `call` or the end."""

    def __init__(self, *, most: int) -> None:
        self._pool = ThreadPoolExecutor(max_workers=most, thread_name_prefix="write-behind")
        self._running: deque[Future[object]] = deque()
        self._most = most

    def call(self, write: Callable[[], object]) -> None:
        """Begin the call; wait first while too many are running."""
        while len(self._running) >= self._most:
            self._running.popleft().result()
        self._running.append(self._pool.submit(write))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, error: type[BaseException] | None, _value: BaseException | None, _trace: TracebackType | None) -> None:
        """Wait for all; raise what went wrong unless something went wrong already."""
        self._pool.shutdown(wait=True, cancel_futures=error is not None)
        if error is None:
            for future in self._running:
                future.result()
