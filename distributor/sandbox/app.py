"""The sandbox as one ASGI application."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from distributor.sandbox import control, media, sendgrid, x
from distributor.sandbox.answer import unknown_answer
from distributor.sandbox.gateway import Gateway, exchange_of
from distributor.sandbox.pages import Pages
from distributor.sandbox.state import SandboxState


def create_app(state: SandboxState) -> Starlette:
    """Return the application for one sandbox."""
    app = Starlette(
        routes=[*sendgrid.ROUTES, *media.ROUTES, *x.ROUTES, *control.ROUTES, *Pages().routes()],
        middleware=[Middleware(Gateway, state=state)],
        exception_handlers={HTTPException: _answer_unknown},
    )
    app.state.sandbox = state
    return app


async def _answer_unknown(request: Request, error: Exception) -> Response:
    """Answer in the shape of the provider whose address it is."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    if "sandbox.exchange" in request.scope:
        return unknown_answer(exchange_of(request).provider, status)
    return PlainTextResponse("There is nothing here. Start at /", status)
