"""Live boards: what changes goes to everybody who watches, by server-sent events.

One poller for each dispatch that somebody in this process watches: ten browsers cost what one costs. A viewer who is slow gets
the newest board and misses those between. Everything here runs on the event loop; only reading happens in a thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Final

from fastapi.concurrency import run_in_threadpool

from distributor.core.errors import NotFound, StoreUnavailable
from distributor.core.ids import DispatchId

#: Streams of one process at the same time; who comes later polls, which costs more and needs no place here.
_MOST_VIEWERS: Final = 200
#: A viewer hears something at least so often, so that a proxy keeps the stream and a browser knows that it lives.
_SILENCE_S: Final = 5.0
#: A board that is final and has not changed for so long is over.
_QUIET_S: Final = 60.0
_LONGEST_BACK_OFF_S: Final = 15.0
#: When the stream breaks, browsers come again after so long.
_HELLO: Final = b"retry: 2000\n\n"
_STILL_HERE: Final = b": still here\n\n"
_FULL: Final = b"event: full\ndata:\n\n"
_OVER: Final = b"event: over\ndata:\n\n"
_LOST: Final = b"event: lost\ndata:\n\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A board at one moment, the same for everybody."""

    html: str
    #: Redis's time in milliseconds since 1970.
    now_ms: int
    #: Nothing will change any more by itself: at once, or when nothing has for a while.
    is_over: bool
    is_final: bool
    #: How soon it is worth reading again.
    pause_s: float


@dataclass(slots=True)
class _Watched:
    """One dispatch that somebody watches."""

    viewers: int = 0
    #: Counts up with every change.
    version: int = 0
    board: bytes = b""
    board_version: int = 0
    #: What goes out beside the board: the time, or that Redis is lost.
    word: bytes = b""
    is_over: bool = False
    #: Nobody reads for it any more, for whatever reason.
    has_ended: bool = False
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    poller: asyncio.Task[None] | None = None


class LiveBoards:
    """Hands boards out. To be used on one event loop."""

    def __init__(self, read: Callable[[DispatchId], Frame], *, most: int = _MOST_VIEWERS) -> None:
        """`read` runs in a thread."""
        self._read = read
        self._most = most
        self._watched: dict[DispatchId, _Watched] = {}
        self._viewers = 0
        self._is_closing = False
        #: How often a board was read, for tests and for looking at costs.
        self.reads = 0

    async def follow(self, dispatch: DispatchId) -> AsyncGenerator[bytes]:
        """Yield events until the board is over, the viewer goes, or the process stops."""
        if self._viewers >= self._most or self._is_closing:
            yield _FULL
            return
        watched = self._enter(dispatch)
        try:
            yield _HELLO
            seen = board_seen = 0
            while not self._is_closing:
                if not await _news(watched, seen):
                    yield _STILL_HERE
                    continue
                seen = watched.version
                if watched.has_ended and not watched.is_over:
                    return
                if watched.board_version != board_seen:
                    board_seen = watched.board_version
                    yield watched.board
                yield _OVER if watched.is_over else watched.word
                if watched.is_over:
                    return
        finally:
            self._leave(dispatch, watched)

    def close(self) -> None:
        """End every stream; whoever comes is told to poll. From the loop's own thread only."""
        self._is_closing = True
        for watched in self._watched.values():
            if watched.poller is not None:
                watched.poller.cancel()

    def _enter(self, dispatch: DispatchId) -> _Watched:
        watched = self._watched.setdefault(dispatch, _Watched())
        watched.viewers += 1
        self._viewers += 1
        if watched.poller is None:
            watched.poller = asyncio.create_task(self._poll(dispatch, watched))
        return watched

    def _leave(self, dispatch: DispatchId, watched: _Watched) -> None:
        watched.viewers -= 1
        self._viewers -= 1
        if not watched.viewers:
            if watched.poller is not None:
                watched.poller.cancel()
            if self._watched.get(dispatch) is watched:
                del self._watched[dispatch]

    async def _poll(self, dispatch: DispatchId, watched: _Watched) -> None:
        """Read as long as somebody watches."""
        quiet_since, failures = monotonic(), 0
        try:
            while not watched.is_over:
                try:
                    self.reads += 1
                    frame = await run_in_threadpool(self._read, dispatch)
                except NotFound:
                    watched.is_over = True
                    await _tell(watched)
                except StoreUnavailable:
                    failures += 1
                    watched.word = _LOST
                    await _tell(watched)
                    await asyncio.sleep(min(2.0**failures / 2, _LONGEST_BACK_OFF_S))
                else:
                    failures = 0
                    quiet_since = monotonic() if _put(watched, frame) else quiet_since
                    watched.is_over = frame.is_over or (frame.is_final and monotonic() - quiet_since > _QUIET_S)
                    await _tell(watched)
                    await asyncio.sleep(frame.pause_s)
        finally:
            # Whatever ended it: nobody waits for a poller that is gone. Their browsers come again.
            watched.has_ended = True
            await asyncio.shield(_tell(watched))


def _put(watched: _Watched, frame: Frame) -> bool:
    """Take a frame in; say whether the board has changed."""
    board = _event("board", frame.html)
    watched.word = _event("time", str(frame.now_ms))
    if board == watched.board:
        return False
    watched.board = board
    watched.board_version += 1
    return True


async def _tell(watched: _Watched) -> None:
    async with watched.changed:
        watched.version += 1
        watched.changed.notify_all()


async def _news(watched: _Watched, seen: int) -> bool:
    """Wait for something new; False when there was nothing for a while."""
    try:
        async with asyncio.timeout(_SILENCE_S), watched.changed:
            await watched.changed.wait_for(lambda: watched.version != seen)
    except TimeoutError:
        return False
    return True


def _event(name: str, data: str) -> bytes:
    lines = "".join(f"data: {line}\n" for line in data.splitlines())
    return f"event: {name}\n{lines}\n".encode()
