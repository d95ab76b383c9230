"""The web process: health for operators, events from providers, and two pages for recipients.

Endpoints only translate between HTTP and the steps in `flow`. A token in a path is somebody's key: no endpoint logs a path, no
answer repeats a token, and no page leads elsewhere.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import Final

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.background import BackgroundTask

from distributor.core.errors import BadInput
from distributor.web.api.documented import DESCRIPTION, DescribedApp
from distributor.web.body import read_body
from distributor.web.metrics import render_metrics
from distributor.web.parts import EventIntake, WebParts
from distributor.web.recipients import add_recipient_routes
from distributor.web.shield import Shield

#: SendGrid posts at most 768 KB (docs/web.md); far more is not SendGrid.
MOST_EVENT_BYTES: Final = 5 * 1024 * 1024
SIGNATURE_HEADER: Final = "X-Twilio-Email-Event-Webhook-Signature"
TIMESTAMP_HEADER: Final = "X-Twilio-Email-Event-Webhook-Timestamp"
#: A little room is not a failure: the next dispatch still fits, and `doctor` tells the operator.
_NOT_NEEDED_TO_BE_READY: Final = frozenset({"redis.memory"})


def create_app(parts: WebParts) -> FastAPI:
    """Return the application; nothing is contacted yet."""
    app = DescribedApp(
        title="Distributor",
        version=version("distributor"),
        description=DESCRIPTION,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.add_middleware(Shield)
    _add_operator_routes(app, parts)
    _add_event_routes(app, parts)
    add_recipient_routes(app, parts)
    return app


def _add_operator_routes(app: FastAPI, parts: WebParts) -> None:
    @app.get("/healthz", tags=["operations"])
    async def healthz() -> dict[str, str]:
        """Say that this process is alive, whatever Redis does."""
        return {"status": "ok"}

    @app.get("/readyz", tags=["operations"], responses={503: {"description": "Redis does not answer or is not durable."}})
    def readyz() -> JSONResponse:
        """Say whether Redis answers and keeps what it acknowledges."""
        failed = [finding for finding in parts.check_store() if not finding.passed]
        is_ready = all(finding.name in _NOT_NEEDED_TO_BE_READY for finding in failed)
        reasons = [{"name": found.name, "message": found.message, "remedy": found.remedy} for found in failed]
        return JSONResponse({"status": "ready" if is_ready else "not ready", "reasons": reasons}, 200 if is_ready else 503)

    @app.get("/metrics", tags=["operations"], response_class=PlainTextResponse)
    def metrics() -> Response:
        """Return facts of the ledger for Prometheus."""
        return Response(render_metrics(parts), media_type=CONTENT_TYPE_LATEST)


def _add_event_routes(app: FastAPI, parts: WebParts) -> None:
    @app.post(
        "/webhooks/sendgrid",
        tags=["providers"],
        response_class=PlainTextResponse,
        responses={
            400: {"description": "Not SendGrid's shape."},
            403: {"description": "Not signed by SendGrid's key, or more than a day ago."},
            413: {"description": "More than 5 MB."},
            503: {"description": "No public key, no Redis, or too much is waiting; SendGrid tries again for a day."},
        },
    )
    async def sendgrid_events(request: Request) -> PlainTextResponse:
        """Keep delivery events, signed over the raw body, durably; they are applied right behind the answer."""
        if parts.sendgrid_events is None:
            return PlainTextResponse("No key is configured. Set DISTRIBUTOR_SENDGRID__WEBHOOK_PUBLIC_KEY.\n", 503)
        body = await read_body(request, most=MOST_EVENT_BYTES)
        if body is None:
            return PlainTextResponse("Events come in posts of at most 5 MB.\n", 413)
        signature, timestamp = request.headers.get(SIGNATURE_HEADER, ""), request.headers.get(TIMESTAMP_HEADER, "")
        return await run_in_threadpool(_take_events, parts, parts.sendgrid_events, body, signature, timestamp)


def _take_events(parts: WebParts, intake: EventIntake, body: bytes, signature: str, timestamp: str) -> PlainTextResponse:
    if not intake.verify(body, signature, timestamp):
        return PlainTextResponse("The signature is not SendGrid's.\n", 403)
    if not intake.is_fresh(timestamp):
        return PlainTextResponse("The signature is more than a day old, or from the future.\n", 403)
    try:
        post = intake.read(body)
    except BadInput as error:
        return PlainTextResponse(f"{error}\n", 400)
    kept = parts.inbox.put(body)
    if kept is None:
        return PlainTextResponse("Too many posts are waiting. Nothing of this one was taken; please come again.\n", 503)
    # Answered first: what is kept is applied even if this process ends now (a worker's sweep looks for what waits).
    return PlainTextResponse("ok\n", background=BackgroundTask(parts.applier.apply, kept, body, post))
