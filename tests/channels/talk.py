"""A mail server by script: it says what the test tells it to, down to the byte, and understands next to nothing."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from distributor.core.errors import SendFailure
from distributor.ports import Accepted
from tests.channels.loopback import Loopback
from tests.channels.smtp_channels import channel_to, outcome

#: What a server says when nothing is the matter.
USUAL: Mapping[str, bytes] = {
    "": b"220 mx.example.org\r\n",
    "EHLO": b"250-mx.example.org\r\n250 PIPELINING\r\n",
    "MAIL": b"250 ok\r\n",
    "RCPT": b"250 ok\r\n",
    "DATA": b"354 go on\r\n",
    ".": b"250 2.0.0 queued\r\n",
    "RSET": b"250 ok\r\n",
    "NOOP": b"250 ok\r\n",
    "QUIT": b"221 bye\r\n",
}
#: Say nothing and close.
GONE = b""
#: Say nothing and stay.
SILENT = b"silent"


@dataclass
class Talk:
    """A conversation by script: a line for each command, "" for the greeting and "." for a whole message."""

    script: Mapping[str, bytes] = field(default_factory=dict)
    #: The answers once a connection has been used up.
    commands: list[str] = field(default_factory=list)
    messages: list[bytes] = field(default_factory=list)
    #: What came in one piece.
    pieces: list[bytes] = field(default_factory=list)

    def __call__(self, client: socket.socket) -> bool:
        """Hold the conversation with one client."""
        lines = self._lines(client)
        if not self._answer(client, ""):
            return False
        for line in lines:
            verb = line[:4].decode("utf-8", "replace").upper().strip()
            self.commands.append(line.decode("utf-8", "replace"))
            if not self._answer(client, verb):
                return False
            if verb == "DATA" and self._said("DATA").startswith(b"354"):
                message = b""
                for part in lines:
                    if part == b".":
                        break
                    message += part + b"\r\n"
                else:
                    return False
                self.messages.append(message)
                if not self._answer(client, "."):
                    return False
        return False

    def _said(self, verb: str) -> bytes:
        return self.script.get(verb, USUAL.get(verb, b"502 what?\r\n"))

    def _answer(self, client: socket.socket, verb: str) -> bool:
        said = self._said(verb)
        if said == SILENT:
            while client.recv(65536):
                pass
            return False
        client.sendall(said)
        return said != GONE

    def _lines(self, client: socket.socket) -> Iterator[bytes]:
        rest = b""
        while piece := client.recv(65536):
            self.pieces.append(piece)
            *whole, rest = (rest + piece).split(b"\r\n")
            yield from whole


def serve(talk: Talk) -> Loopback:
    """Return a server that talks so."""
    return Loopback(before_reading=talk)


def smtp_url(server: Loopback) -> str:
    """Return the server's address."""
    return server.url.replace("http://localhost", "smtp://127.0.0.1")


def came_of(talk: Talk, people: int = 1, **options: float) -> Accepted | SendFailure:
    """Return what came of one batch."""
    with serve(talk) as server:
        channel = channel_to(smtp_url(server), **options)  # type: ignore[arg-type]  # times only
        found = outcome(channel, people)
        channel.close()
    return found
