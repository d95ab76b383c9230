"""Connections to a mail server, by smtplib, on which it is always known whether a message can have been taken.

smtplib writes one command and waits for its answer. Here the envelope goes in one write where the server offers PIPELINING (RFC
2920), and the answer to each step is kept apart, because what may be done next hangs on it.
"""

from __future__ import annotations

import re
import select
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from distributor.channels.connection import IDLE_LIMIT_S
from distributor.channels.smtp_answer import Answer, Step
from distributor.channels.smtp_connect import NoSession, connect
from distributor.channels.smtp_message import Letter
from distributor.channels.smtp_server import Server
from distributor.core.errors import NotSent

_RSET: Final = "RSET"
#: RFC 5321 §4.5.2: a line that begins with a dot gets one more.
_DOT_LINE: Final = re.compile(rb"^\.", re.MULTILINE)
_LAST_DOT: Final = b".\r\n"
#: No time-out at all would make the socket one that does not block.
_A_MOMENT_S: Final = 0.01


class Session:
    """One connection, greeted, encrypted and logged in."""

    def __init__(self, server: Server) -> None:
        """Connect.

        Raises:
            NoSession: whatever went wrong.
        """
        self._smtp = connect(server)
        self._read_timeout_s = server.read_timeout.total_seconds()
        self._is_clean = True
        self._used_at = self._give_up_at = time.monotonic()
        #: How many messages were begun on it.
        self.messages = 0

    @property
    def takes_international(self) -> bool:
        """Say whether addresses beyond ASCII may be named (RFC 6531)."""
        return self._smtp.has_extn("smtputf8")

    @property
    def is_usable(self) -> bool:
        """Say whether another message may be begun: not closed, not idle for long, and nothing unasked lies in the socket.

        A server that goes away says so, with 421 or an end of the stream, and either makes the socket readable.
        """
        sock = self._smtp.sock
        if sock is None or time.monotonic() - self._used_at >= IDLE_LIMIT_S:
            return False
        return not self._is_unasked_for(sock)

    def deliver(self, letter: Letter, *, envelope_sender: str) -> Answer:
        """Send one message; return the answer that decided. All of it together takes no longer than the read time-out."""
        self.messages += 1
        self._used_at = time.monotonic()
        self._give_up_at = self._used_at + self._read_timeout_s
        step = Step.MAIL
        try:
            for step, code, text in self._envelope(letter, envelope_sender):
                answer = Answer(step, code, text)
                if not answer.lets_go_on:
                    return answer
            step = Step.DATA
            if self._smtp.sock is None or self._is_unasked_for(self._smtp.sock):
                # The next thing read would be taken for the answer to a message that the server has not seen.
                return self._ended(step, -1)
            self._smtp.send(_stuffed(letter.content))
            # All of it, the last dot too, is with the kernel: from here on the server may have it.
            step = Step.DOT
            code, text = self._reply()
        except smtplib.SMTPResponseException:
            # smtplib's own word for a line without end, not the server's.
            return self._ended(step, -1)
        except (smtplib.SMTPException, OSError):
            return self._ended(step, 0)
        self._is_clean, self._used_at = True, time.monotonic()
        return Answer(step, code, text)

    def _envelope(self, letter: Letter, envelope_sender: str) -> Iterator[tuple[Step, int, bytes]]:
        """Name sender and recipient, and announce the message; yield each answer."""
        options = f" SIZE={len(letter.content)}" if self._smtp.has_extn("size") else ""
        options += " SMTPUTF8 BODY=8BITMIME" if letter.is_international else ""
        commands = [
            (Step.MAIL, f"MAIL FROM:<{envelope_sender}>{options}"),
            (Step.RCPT, f"RCPT TO:<{letter.recipient}>"),
            (Step.DATA, "DATA"),
        ]
        # What a refused envelope left behind would be in the next one's way.
        was_clean, self._is_clean = self._is_clean, False
        if not was_clean:
            self._write(_RSET)
            self._reply()
        if not self._smtp.has_extn("pipelining"):
            for step, command in commands:
                self._write(command)
                yield step, *self._reply()
            return
        self._write("\r\n".join(command for _, command in commands))
        answers = [(step, *self._reply()) for step, _ in commands]
        refused = next((answer for answer in answers if not Answer(*answer).lets_go_on), None)
        if refused is not None and Answer(*answers[-1]).lets_go_on:
            # The server waits for a message for nobody (RFC 2920 §3.1). It gets none: the connection ends before the last dot.
            self._smtp.close()
        yield from [refused] if refused is not None else answers

    def _write(self, commands: str) -> None:
        self._smtp.send(f"{commands}\r\n".encode())

    def _is_unasked_for(self, sock: socket.socket) -> bool:
        """Say whether something lies unread that answers no question, or the stream has ended.

        What TLS 1.3 sends after the handshake (session tickets) is no longer there: it was read with the first answer.
        """
        if select.select([sock], [], [], 0)[0]:
            return True
        # What smtplib has read already, but not looked at.
        sock.settimeout(0)
        try:
            return self._smtp.file is not None and bool(self._smtp.file.peek(1))
        except ssl.SSLWantReadError:
            return False
        finally:
            sock.settimeout(self._read_timeout_s)

    def _reply(self) -> tuple[int, bytes]:
        if self._smtp.sock is not None:
            self._smtp.sock.settimeout(max(self._give_up_at - time.monotonic(), _A_MOMENT_S))
        return self._smtp.getreply()

    def _ended(self, step: Step, code: int) -> Answer:
        self._smtp.close()
        return Answer(step, code)

    def ask(self) -> None:
        """Ask a harmless question; without an answer the connection is closed."""
        try:
            self._smtp.noop()
        except (smtplib.SMTPException, OSError):
            self._smtp.close()
        self._used_at = time.monotonic()

    def close(self) -> None:
        """Say goodbye if that is quickly done, and close."""
        with suppress(smtplib.SMTPException, OSError):
            if self._smtp.sock is not None:
                # Not waited for: the server has everything that counts.
                self._smtp.sock.settimeout(0.1)
                self._smtp.putcmd("QUIT")
        self._smtp.close()


class Pool:
    """Sessions to one server. Thread-safe: whatever is lent is with one thread only."""

    def __init__(self, server: Server, *, size: int, messages_each: int) -> None:
        self._server = server
        self._messages_each = messages_each
        self._idle: list[Session] = []
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(size)
        self._is_closed = False
        self.size = size

    @contextmanager
    def session(self, *, messages: int) -> Iterator[Session]:
        """Lend a session on which so many messages may be begun: one that lies idle, or a new one.

        Raises:
            NoSession: there is none to be had.
        """
        if not self._places.acquire(timeout=self._server.connect_timeout.total_seconds()):
            raise NoSession("reachable", NotSent("all connections to the mail server are in use"))
        try:
            session = self._take(messages) or Session(self._server)
            try:
                yield session
            finally:
                self._give_back(session)
        finally:
            self._places.release()

    def warm(self) -> None:
        """Have every connection open, with a harmless question asked on each.

        Raises:
            NoSession: one could not be opened.
        """
        with self._lock:
            idle, self._idle = self._idle, []
        for session in idle:
            session.ask()
            self._give_back(session)
        with self._lock:
            missing = self.size - len(self._idle)
        for _ in range(missing):
            self._give_back(Session(self._server))

    def close(self) -> None:
        """Close what lies idle, and whatever is given back from now on."""
        with self._lock:
            self._is_closed, idle, self._idle = True, self._idle, []
        for session in idle:
            session.close()

    def _take(self, messages: int) -> Session | None:
        if self._is_closed:
            raise NoSession("reachable", NotSent("this process is closing its connections"))
        while True:
            with self._lock:
                if not self._idle:
                    return None
                session = self._idle.pop()
            if session.is_usable and session.messages + messages <= self._messages_each:
                return session
            session.close()

    def _give_back(self, session: Session) -> None:
        with self._lock:
            if session.is_usable and not self._is_closed:
                self._idle.append(session)
                return
        session.close()


def _stuffed(content: bytes) -> bytes:
    """Return the message as it goes over the wire: dots doubled, the last one added."""
    ending = b"" if content.endswith(b"\r\n") else b"\r\n"
    return _DOT_LINE.sub(b"..", content) + ending + _LAST_DOT
