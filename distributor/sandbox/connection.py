"""Ending a connection without an answer, which ASGI has no word for: the server's own transports are needed."""

from __future__ import annotations

import asyncio
import socket
import struct
from dataclasses import dataclass, field

from starlette.types import Receive, Scope
from uvicorn.protocols.http.h11_impl import H11Protocol

#: SO_LINGER on with no time makes close() send RST instead of FIN.
_NO_LINGER = struct.pack("ii", 1, 0)


@dataclass(slots=True)
class Connections:
    """The open connections by the client's address."""

    _transports: dict[tuple[str, int], asyncio.Transport] = field(default_factory=dict)

    def protocol(self) -> type[H11Protocol]:
        """Return the server's HTTP protocol, made to note its transports here."""
        transports = self._transports

        class NotedProtocol(H11Protocol):
            def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn declares it
                super().connection_made(transport)
                if self.client is not None:
                    transports[self.client] = transport

            def connection_lost(self, exc: Exception | None) -> None:
                if self.client is not None:
                    transports.pop(self.client, None)
                super().connection_lost(exc)

        return NotedProtocol

    async def cut(self, scope: Scope, receive: Receive, *, is_reset: bool = False) -> None:
        """End the connection: the client sees its end (FIN), or a reset (RST), and no answer.

        Raises:
            RuntimeError: the server was not started with `protocol`.
        """
        transport = self._transports.get(tuple(scope.get("client") or ()))
        if transport is None:
            raise RuntimeError("faults that cut connections need the sandbox's own server")
        if is_reset:
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        transport.abort()
        # The server answers 500 to an application that returns early, unless it knows that the client is gone.
        while (await receive())["type"] != "http.disconnect":
            continue
