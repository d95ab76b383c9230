"""A sink for Mail Send that does as little as a provider can: read the whole body, answer 202, note when.

Run as a process of its own: `python -m benchmarks.sink`. It prints its port, and ends with its standard input.
"""

from __future__ import annotations

import json
import os
import re
import socket
import sys
import threading
import time

_LENGTH = re.compile(rb"content-length:\s*(\d+)", re.IGNORECASE)
_DELIVERY = re.compile(rb'"pr_delivery":"(\w+)\.')
_ACCEPTED = b"HTTP/1.1 202 Accepted\r\nX-Message-Id: sink\r\nContent-Length: 0\r\n\r\n"
_HEAD_KEPT = 4096


class Sink:
    """Notes for each request: dispatch, microsecond of its first byte, of its last."""

    def __init__(self) -> None:
        self.notes: list[tuple[str, int, int]] = []
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=256)

    def serve(self) -> None:
        """Take connections for ever."""
        while True:
            connection, _ = self.listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        buffer = bytearray(1 << 20)
        rest = b""
        with connection:
            while True:
                head, begun = rest, 0
                while b"\r\n\r\n" not in head:
                    received = connection.recv(65536)
                    if not received:
                        return
                    begun = begun or time.time_ns() // 1000
                    head += received
                top, _, body = head.partition(b"\r\n\r\n")
                rest = self._answer(connection, top, body, begun, buffer)

    def _answer(self, connection: socket.socket, top: bytes, body: bytes, begun: int, buffer: bytearray) -> bytes:
        if top.startswith(b"GET"):
            shape = json.dumps(self.notes if b"/notes" in top else {}).encode()
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(shape), shape))
            if b"/notes?clear" in top:
                self.notes.clear()
            return body
        found = _LENGTH.search(top)
        length = int(found[1]) if found else 0
        missing, seen = length - len(body), body[:_HEAD_KEPT]
        while missing > 0:
            count = connection.recv_into(buffer, min(missing, len(buffer)))
            if not count:
                return b""
            if len(seen) < _HEAD_KEPT:
                seen += bytes(buffer[: min(count, _HEAD_KEPT)])
            missing -= count
        delivery = _DELIVERY.search(seen)
        self.notes.append((delivery[1].decode() if delivery else "", begun, time.time_ns() // 1000))
        connection.sendall(_ACCEPTED)
        return body[length:] if len(body) > length else b""


if __name__ == "__main__":
    sink = Sink()
    print(sink.listener.getsockname()[1], flush=True)
    threading.Thread(target=sink.serve, daemon=True).start()
    sys.stdin.read()
    os._exit(0)
