"""A mail server for tests: aiosmtpd on a free port, which keeps what it takes and fails on demand.

It has the shape of the sandbox, so that the channels' contract runs against it.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
import threading
from collections import deque
from types import TracebackType
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "press", "a pass/word for tests"
_GARBAGE = "nonsense without a code"


class MailServer:
    """Takes mail for everybody. Faults are played once each, in order, when a message comes to them."""

    def __init__(
        self, *, tls: ssl.SSLContext | None = None, wants_login: bool = False, extensions: tuple[str, ...] = ("PIPELINING",)
    ) -> None:
        self.messages: list[Envelope] = []
        self.connections = 0
        #: Every command that came, without its arguments.
        self.commands: list[str] = []
        self._tls = tls
        self._wants_login = wants_login
        self._extensions = extensions
        self._faults: deque[dict[str, object]] = deque()
        self._transports: list[asyncio.Transport] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._is_up = threading.Event()
        self.port = 0

    @property
    def url(self) -> str:
        """Return the server's address."""
        return f"smtp://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        # aiosmtpd writes down all it reads, beside what the channel writes, which is what tests look at.
        logging.getLogger("mail.log").disabled = True
        self._thread.start()
        self._is_up.wait(timeout=5)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)

    # As the sandbox.

    def play(self, *rules: dict[str, object]) -> None:
        """Let the next messages end so; rules of another provider are a mistake of the test."""
        self._faults = deque(rule for rule in rules for _ in range(int(str(rule.get("next", 1)))))

    def summary(self) -> dict[str, Any]:
        """Count what was taken."""
        several = sum(len(envelope.rcpt_tos) != 1 for envelope in self.messages)
        return {"messages": len(self.messages), "posts": 0, "messages_with_several_recipients": several}

    def log(self) -> dict[str, Any]:
        """Return what was asked and what was taken."""
        return {
            "requests": [{"method": command, "path": ""} for command in self.commands],
            "messages": [{"to": envelope.rcpt_tos[0]} for envelope in self.messages],
        }

    # aiosmtpd's hooks.

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Name what the server can do."""
        session.host_name = hostname
        return [*responses[:-1], *(f"250-{extension}" for extension in self._extensions), responses[-1]]

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a sender, unless a fault is up."""
        self.commands.append("MAIL")
        if self._wants_login and not session.authenticated:
            return "530 5.7.0 Authentication required"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        match self._fault("421", "reset", "550-sender", "451-sender"):
            case "421":
                return "421 4.3.2 closing"
            case "reset":
                _abort(server)
            case "550-sender":
                return "550 5.7.1 we do not know you, press@example.org"
            case "451-sender":
                return "451 4.3.0 later"
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a recipient, unless a fault is up."""
        self.commands.append("RCPT")
        match self._fault("451", "550", "554-relay"):
            case "451":
                return "451 4.7.1 greylisted, come back"
            case "550":
                return f"550 5.1.1 <{address}> is nobody here"
            case "554-relay":
                return f"554 5.7.1 <{address}>: Relay access denied"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take a message, unless a fault is up."""
        self.commands.append("DATA")
        fault = self._faults[0] if self._faults else {}
        kind = self._fault("cut-before-accept", "cut-after-accept", "garbage-2xx", "slow", "554", "452", "552-mailbox", "200")
        refusal = {"554": "554 5.7.1 spam", "452": "452 4.3.1 no room", "552-mailbox": "552 5.2.2 full"}.get(kind)
        if refusal is not None:
            return refusal
        if kind != "cut-before-accept":
            self.messages.append(envelope)
        match kind:
            case "cut-before-accept" | "cut-after-accept":
                _abort(server)
            case "slow":
                await asyncio.sleep(float(str(fault["seconds"])))
            case "garbage-2xx":
                return _GARBAGE
            case "200":
                return "200 hm"
        return "250 2.0.0 OK: queued as 4Xyz"

    def _fault(self, *kinds: str) -> str:
        """Take the next fault if it is one of these."""
        if self._faults and self._faults[0]["kind"] in kinds:
            return str(self._faults.popleft()["kind"])
        return ""

    def _authenticate(self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: object) -> AuthResult:
        is_right = isinstance(data, LoginPassword) and (data.login.decode(), data.password.decode()) == (USER, PASSWORD)
        return AuthResult(success=is_right, handled=False)

    def _protocol(self) -> SMTP:
        self.connections += 1
        protocol = SMTP(
            self,
            hostname="mx.example.org",
            enable_SMTPUTF8="SMTPUTF8" in self._extensions,
            tls_context=self._tls,
            auth_require_tls=False,
            authenticator=self._authenticate,
            loop=self._loop,
        )
        made = protocol.connection_made

        def connection_made(transport: asyncio.BaseTransport) -> None:
            assert isinstance(transport, asyncio.Transport)
            self._transports.append(transport)
            made(transport)

        protocol.connection_made = connection_made  # type: ignore[method-assign]  # only to close what is open at the end
        return protocol

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(self._loop.create_server(self._protocol, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._is_up.set()
        self._loop.run_forever()
        server.close()
        for transport in self._transports:
            transport.abort()
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.close()


def _abort(server: SMTP) -> None:
    if isinstance(server.transport, asyncio.Transport):
        server.transport.abort()
    raise ConnectionResetError
