"""A server that does on demand what a provider's network can do, down to the byte. Not a provider: it understands nothing."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

Act = Callable[[socket.socket], bool]
#: SO_LINGER on with no time makes close() send RST instead of FIN.
_NO_LINGER = struct.pack("ii", 1, 0)


def reply(status: int, body: bytes = b"", *headers: str) -> Act:
    """Answer, and stay."""
    head = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}", *headers]
    return write("\r\n".join(head).encode() + b"\r\n\r\n" + body, then_stay=True)


def write(answer: bytes, *, then_stay: bool = False) -> Act:
    """Write these bytes; leave unless told to stay."""

    def act(client: socket.socket) -> bool:
        client.sendall(answer)
        return then_stay

    return act


def leave(_client: socket.socket) -> bool:
    """Close the connection without a word."""
    return False


def reset(client: socket.socket) -> bool:
    """Reset the connection."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    return False


def pour(head: bytes) -> Act:
    """Write a head and then a body without end."""

    def act(client: socket.socket) -> bool:
        client.sendall(head)
        while True:
            client.sendall(b"x" * 65536)

    return act


def drip(head: bytes, *, every_s: float) -> Act:
    """Write a head and then a byte at a time, without end."""

    def act(client: socket.socket) -> bool:
        client.sendall(head)
        while True:
            time.sleep(every_s)
            client.sendall(b" ")

    return act


class Loopback:
    """Listens on a free port; counts connections; reads whole requests, keeps them, and acts on each.

    `before_reading` acts on each new connection, instead of reading anything.
    """

    def __init__(self, act: Act = leave, *, before_reading: Act | None = None, tls: ssl.SSLContext | None = None) -> None:
        self.act = act
        self.requests: list[bytes] = []
        self.connections = 0
        self._before_reading = before_reading
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._clients: list[socket.socket] = []
        self._threads: list[threading.Thread] = []

    @property
    def url(self) -> str:
        """Return the server's address."""
        return f"{'https' if self._tls else 'http'}://localhost:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        # Closing alone does not wake a thread that waits for the next client.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for client in self._clients:
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(timeout=5)

    def _start(self, work: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=work, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._clients.append(client)
            self._start(self._serve, client)

    def _serve(self, plain: socket.socket) -> None:
        # Whatever the client does to the connection is the test's matter, not this thread's.
        with contextlib.suppress(OSError), plain:
            if self._before_reading is not None:
                self._before_reading(plain)
                return
            client = self._tls.wrap_socket(plain, server_side=True) if self._tls else plain
            with client:
                while (request := _read_request(client)) is not None:
                    self.requests.append(request)
                    if not self.act(client):
                        return


def _read_request(client: socket.socket) -> bytes | None:
    """Return one whole request, None when the client is gone."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = client.recv(65536)
        if not piece:
            return None
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    length = next((int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
    while len(body) < length:
        piece = client.recv(65536)
        if not piece:
            return None
        body += piece
    return head + b"\r\n\r\n" + body
