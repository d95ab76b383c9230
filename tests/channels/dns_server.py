"""A small name server on 127.0.0.1, over UDP and TCP, that holds texts and has faults. It ends with its `with` block."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Event, Thread

import dns.flags
import dns.message
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.TXT
import dns.rrset

_POLL_S = 0.02
_STRING_BYTES = 255


class Fault(StrEnum):
    """What is wrong with the answers about a name."""

    SILENT = "silent"
    SERVFAIL = "servfail"
    REFUSED = "refused"
    #: Bytes that are no message; the question's id in front, so that they are looked at.
    GARBAGE = "garbage"
    #: The answer to another question, under the right id.
    ANOTHER_QUESTION = "another question"
    #: Cut off over UDP; whole over TCP.
    TRUNCATED = "truncated"
    #: Cut off over UDP; over TCP the connection is closed without a word.
    TRUNCATED_NO_TCP = "truncated, no TCP"
    #: The name is an alias of itself.
    LOOP = "loop"


_RCODES = {Fault.SERVFAIL: dns.rcode.SERVFAIL, Fault.REFUSED: dns.rcode.REFUSED}


@dataclass(kw_only=True)
class NameServer:
    """What it holds, and what it was asked."""

    port: int
    #: By name in lower case without a dot at its end; a name that is missing does not exist.
    texts: Mapping[str, tuple[bytes, ...]]
    faults: Mapping[str, Fault] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def answer(self, question: bytes, *, is_tcp: bool) -> bytes | None:
        """Return the answer's bytes, None for silence."""
        query = dns.message.from_wire(question)
        name = query.question[0].name.to_text(omit_final_dot=True).lower()
        self.asked.append(name)
        response = dns.message.make_response(query)
        match self.faults.get(name):
            case Fault.SILENT:
                return None
            case Fault.SERVFAIL | Fault.REFUSED as fault:
                response.set_rcode(_RCODES[fault])
            case Fault.GARBAGE:
                return question[:2] + b"\xff" * 40
            case Fault.ANOTHER_QUESTION:
                other = dns.message.make_query("elsewhere.city.", dns.rdatatype.TXT, id=query.id)
                return dns.message.make_response(other).to_wire()
            case Fault.TRUNCATED | Fault.TRUNCATED_NO_TCP if not is_tcp:
                response.flags |= dns.flags.TC
            case Fault.TRUNCATED_NO_TCP:
                return None
            case Fault.LOOP:
                response.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", "CNAME", f"{name}."))
            case _:
                self._fill(response, name)
        return response.to_wire(max_size=65535)

    def _fill(self, response: dns.message.Message, name: str) -> None:
        if name in self.aliases:
            response.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", "CNAME", f"{self.aliases[name]}."))
            name = self.aliases[name]
        if name not in self.texts:
            response.set_rcode(dns.rcode.NXDOMAIN)
        elif self.texts[name]:
            records = [_record(text) for text in self.texts[name]]
            response.answer.append(dns.rrset.from_rdata_list(f"{name}.", 60, records))


@contextmanager
def name_server(
    texts: Mapping[str, tuple[bytes, ...]],
    *,
    faults: Mapping[str, Fault] | None = None,
    aliases: Mapping[str, str] | None = None,
) -> Iterator[NameServer]:
    """Serve on one free port for both, until the block ends."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, socket.socket() as tcp:
        tcp.bind(("127.0.0.1", 0))
        tcp.listen()
        port = int(tcp.getsockname()[1])
        udp.bind(("127.0.0.1", port))
        server, is_over = NameServer(port=port, texts=texts, faults=faults or {}, aliases=aliases or {}), Event()
        udp.settimeout(_POLL_S)
        tcp.settimeout(_POLL_S)
        threads = [Thread(target=_serve_udp, args=(server, udp, is_over)), Thread(target=_serve_tcp, args=(server, tcp, is_over))]
        for thread in threads:
            thread.start()
        try:
            yield server
        finally:
            is_over.set()
            for thread in threads:
                thread.join()


def _record(text: bytes) -> dns.rdtypes.ANY.TXT.TXT:
    strings = [text[start : start + _STRING_BYTES] for start in range(0, len(text), _STRING_BYTES)] or [b""]
    return dns.rdtypes.ANY.TXT.TXT(dns.rdataclass.IN, dns.rdatatype.TXT, strings)


def _serve_udp(server: NameServer, listener: socket.socket, is_over: Event) -> None:
    while not is_over.is_set():
        try:
            question, sender = listener.recvfrom(65535)
        except TimeoutError:
            continue
        answer = server.answer(question, is_tcp=False)
        if answer is not None:
            listener.sendto(answer, sender)


def _serve_tcp(server: NameServer, listener: socket.socket, is_over: Event) -> None:
    while not is_over.is_set():
        try:
            connection, _ = listener.accept()
        except TimeoutError:
            continue
        with connection:
            connection.settimeout(2)
            length = struct.unpack("!H", connection.recv(2, socket.MSG_WAITALL))[0]
            answer = server.answer(connection.recv(length, socket.MSG_WAITALL), is_tcp=True)
            if answer is not None:
                connection.sendall(struct.pack("!H", len(answer)) + answer)
