"""The door that every request to a provider's endpoint passes: it notes the time, reads the body, and plays the faults."""

from __future__ import annotations

import asyncio
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from distributor.sandbox.answer import fault_answer, garbage_answer
from distributor.sandbox.faults import FaultKind, FaultRule
from distributor.sandbox.journal import Exchange
from distributor.sandbox.mail_rules import MAX_BODY_BYTES
from distributor.sandbox.state import SandboxState, wall_us

_PREFIXES: Final = {"/v3/": "sendgrid", "/2/": "x"}
_REFUSALS: Final = {FaultKind.TOO_MANY: 429, FaultKind.BROKEN: 500, FaultKind.UNAVAILABLE: 503}


def state_of(request: Request) -> SandboxState:
    """Return the sandbox that the request came to."""
    state: SandboxState = request.app.state.sandbox
    return state


def exchange_of(request: Request) -> Exchange:
    """Return the journal's entry for the request."""
    exchange: Exchange = request.scope["sandbox.exchange"]
    return exchange


class Gateway:
    """ASGI middleware around the endpoints; requests to the sandbox's own pages pass untouched."""

    def __init__(self, app: ASGIApp, state: SandboxState) -> None:
        self._app = app
        self._state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        provider = next((name for prefix, name in _PREFIXES.items() if scope.get("path", "").startswith(prefix)), None)
        if scope["type"] != "http" or provider is None:
            await self._app(scope, receive, send)
            return
        exchange = Exchange(provider=provider, method=scope["method"], path=scope["path"], begun_at=wall_us())
        scope["sandbox.exchange"] = exchange
        self._state.journal.exchanges.append(exchange)
        rule = self._state.faults.pick(provider, method=exchange.method, path=exchange.path)
        exchange.fault = rule.kind.value if rule else ""
        if rule is not None and rule.kind is FaultKind.RESET:
            await self._state.connections.cut(scope, receive, is_reset=True)
            return
        body = await _read(receive, exchange)
        if body is not None:
            await self._handle(scope, receive, _noting(send, exchange), body, rule)

    async def _handle(self, scope: Scope, receive: Receive, send: Send, body: bytes, rule: FaultRule | None) -> None:
        exchange: Exchange = scope["sandbox.exchange"]
        if rule is None:
            await self._app(scope, _replay(body), send)
            return
        if rule.kind is FaultKind.CUT_BEFORE_ACCEPT:
            await self._state.connections.cut(scope, receive)
        elif rule.kind in _REFUSALS:
            await fault_answer(exchange.provider, _REFUSALS[rule.kind], rule.retry_after)(scope, receive, send)
        else:
            answer: list[Message] = []
            await self._app(scope, _replay(body), _collect(answer))
            exchange.status = answer[0]["status"]
            await self._after_accept(scope, receive, send, answer, rule)

    async def _after_accept(self, scope: Scope, receive: Receive, send: Send, answer: list[Message], rule: FaultRule) -> None:
        exchange: Exchange = scope["sandbox.exchange"]
        replacement: Response | None = None
        if rule.kind is FaultKind.CUT_AFTER_ACCEPT:
            await self._state.connections.cut(scope, receive)
            return
        if rule.kind is FaultKind.BROKEN_AFTER_ACCEPT:
            replacement = fault_answer(exchange.provider, 500, None)
        elif rule.kind is FaultKind.GARBAGE:
            replacement = garbage_answer(exchange.provider)
        else:
            await asyncio.sleep(rule.seconds)
        if replacement is not None:
            await replacement(scope, receive, send)
            return
        for message in answer:
            await send(message)


async def _read(receive: Receive, exchange: Exchange) -> bytes | None:
    """Return the body, or None when the client left before its end. Past the limit it is counted but not kept."""
    chunks: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        exchange.size += len(message.get("body", b""))
        if exchange.size <= MAX_BODY_BYTES:
            chunks.append(message.get("body", b""))
        if not message.get("more_body", False):
            exchange.received_at = wall_us()
            return b"".join(chunks)


def _replay(body: bytes) -> Receive:
    messages = [body]

    async def receive() -> Message:
        if messages:
            return {"type": "http.request", "body": messages.pop(), "more_body": False}
        return {"type": "http.disconnect"}

    return receive


def _collect(answer: list[Message]) -> Send:
    async def send(message: Message) -> None:
        answer.append(message)

    return send


def _noting(send: Send, exchange: Exchange) -> Send:
    async def note(message: Message) -> None:
        if message["type"] == "http.response.start":
            exchange.answered = message["status"]
            if exchange.status is None and not exchange.fault:
                exchange.status = message["status"]
        await send(message)

    return note
