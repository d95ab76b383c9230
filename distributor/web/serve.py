"""Runs the web process until it is told to stop; requests in flight are finished."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

import uvicorn
from starlette.types import ASGIApp

#: A provider's post is answered within milliseconds; whoever takes longer than this is not coming back.
_STOP_LIMIT_S: Final = 10


class EndingStreams(uvicorn.Server):
    """A server that ends its streams when it stops; otherwise it would wait for viewers who never go by themselves."""

    def __init__(self, config: uvicorn.Config, end_streams: Callable[[], None]) -> None:
        super().__init__(config)
        self._end_streams = end_streams

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop: first the streams, then what is in flight."""
        self._end_streams()
        await super().shutdown(sockets)


def serve(app: ASGIApp, *, host: str, port: int, trusted_proxies: str, end_streams: Callable[[], None] = lambda: None) -> None:
    """Serve until SIGTERM or SIGINT, then return. To be called from the main thread.

    Of `trusted_proxies` (addresses and networks, with commas) it is believed from where a request comes and whether by https.
    There is no access log: paths hold recipients' tokens.

    Raises:
        SystemExit: the address cannot be bound; uvicorn has said why.
    """
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        lifespan="off",
        ws="none",
        access_log=False,
        log_config=None,
        server_header=False,
        forwarded_allow_ips=trusted_proxies,
        timeout_graceful_shutdown=_STOP_LIMIT_S,
    )
    with _repeated_signals_ignored():
        EndingStreams(config, end_streams).run()


@contextmanager
def _repeated_signals_ignored() -> Iterator[None]:
    """Keep this process alive when uvicorn, having stopped, raises the signal that stopped it once more.

    Whoever called us still has things to close.
    """

    def _ignore(_signal: int, _frame: FrameType | None) -> None:
        pass

    before = {number: signal.signal(number, _ignore) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
