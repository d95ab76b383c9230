"""SendGrid's endpoints."""

from __future__ import annotations

import hmac

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from distributor.sandbox.answer import sendgrid_error
from distributor.sandbox.envelope_rules import MailRefused
from distributor.sandbox.gateway import exchange_of, state_of
from distributor.sandbox.mail_rules import MAX_BODY_BYTES, CheckedSend, check_send
from distributor.sandbox.state import SandboxState


async def send_mail(request: Request) -> Response:
    """Take one Mail Send request: 202 with X-Message-Id, or nothing of it."""
    state, exchange = state_of(request), exchange_of(request)
    refusal = _refuse_frame(request, state)
    if refusal is not None:
        return refusal
    body = await request.body()
    try:
        checked = check_send(_parse(body), now_s=exchange.received_at / 1e6, sender_domains=state.settings.sender_domains)
    except MailRefused as refused:
        return sendgrid_error(refused.status, refused.message, refused.field)
    if checked.is_rehearsal:
        return Response(status_code=200)
    exchange.accepted_id = _accept(state, checked, body, accepted_at=exchange.received_at)
    return Response(status_code=202, headers={"X-Message-Id": exchange.accepted_id})


async def scopes(request: Request) -> Response:
    """Say what the key may do; the documented way to try a key without sending."""
    refusal = _refuse_key(request, state_of(request))
    return refusal or Response(orjson.dumps({"scopes": ["mail.send"]}), media_type="application/json")


ROUTES = [
    Route("/v3/mail/send", send_mail, methods=["POST"]),
    Route("/v3/scopes", scopes, methods=["GET"]),
]


def _accept(state: SandboxState, checked: CheckedSend, body: bytes, *, accepted_at: int) -> str:
    send = state.mailbox.accept(checked, body, accepted_at=accepted_at)
    if state.journal.log_file:
        messages = [[address, orjson.Fragment(args)] for address, args in zip(send.addresses, send.args, strict=True)]
        state.journal.append_line(
            {"provider": "sendgrid", "id": send.message_id, "accepted_at": accepted_at, "messages": messages}
        )
    state.events.add(send)
    return send.message_id


def _parse(body: bytes) -> object:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MailRefused("Invalid UTF8 in request", None) from error
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise MailRefused("Bad Request", None) from error


def _refuse_frame(request: Request, state: SandboxState) -> Response | None:
    if exchange_of(request).size > MAX_BODY_BYTES:
        return sendgrid_error(413, "The JSON payload you have included in your request is too large.")
    refusal = _refuse_key(request, state)
    if refusal is not None:
        return refusal
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return sendgrid_error(415, "Content-Type should be application/json.")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        return sendgrid_error(400, "Content-Encoding is not enabled for this account.")
    return None


def _refuse_key(request: Request, state: SandboxState) -> Response | None:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key:
        return sendgrid_error(401, "authorization required")
    if not hmac.compare_digest(key.strip().encode(), state.settings.api_key.encode()):
        return sendgrid_error(401, "The provided authorization grant is invalid, expired, or revoked")
    return None
