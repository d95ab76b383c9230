"""Answers that no endpoint gives by itself: refusals played on demand, unknown addresses, and what nobody can read."""

from __future__ import annotations

import time
from http import HTTPStatus

import orjson
from starlette.responses import Response


def sendgrid_error(status: int, message: str, field: str | None = None, *, headers: dict[str, str] | None = None) -> Response:
    """Return an error in SendGrid's shape."""
    body = orjson.dumps({"errors": [{"message": message, "field": field, "help": None}]})
    return Response(body, status, headers, media_type="application/json")


def x_problem(
    status: int,
    detail: str,
    *,
    title: str | None = None,
    kind: str = "about:blank",
    headers: dict[str, str] | None = None,
    errors: list[dict[str, object]] | None = None,
) -> Response:
    """Return an error in X's problem+json shape."""
    body: dict[str, object] = {"title": title or HTTPStatus(status).phrase, "detail": detail, "type": kind, "status": status}
    if errors:
        body["errors"] = errors
    return Response(orjson.dumps(body), status, headers, media_type="application/problem+json")


def fault_answer(provider: str, status: int, retry_after: int | None) -> Response:
    """Return a 429 or 5xx as the provider would write it. Without `retry_after` no header tells how long to wait."""
    until = str(int(time.time()) + (retry_after or 0))
    if provider == "x":
        limits = {"x-rate-limit-limit": "100", "x-rate-limit-remaining": "0", "x-rate-limit-reset": until}
        return x_problem(status, HTTPStatus(status).phrase, headers=limits if retry_after is not None else None)
    waits = {"Retry-After": str(retry_after), "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": until}
    message = "too many requests" if status == HTTPStatus.TOO_MANY_REQUESTS else HTTPStatus(status).phrase
    return sendgrid_error(status, message, headers=waits if retry_after is not None else None)


def garbage_answer(provider: str) -> Response:
    """Return a success that proves nothing: SendGrid's is not the documented 202, X's has no post in it."""
    if provider == "x":
        return Response(b'{"data":', 201, media_type="application/json")
    return Response("<html><title>Welcome</title><p>Please sign in to this network.</html>", 200, media_type="text/html")


def unknown_answer(provider: str, status: int) -> Response:
    """Return the answer to an address or method that the provider does not have."""
    phrase = HTTPStatus(status).phrase
    return x_problem(status, phrase) if provider == "x" else sendgrid_error(status, phrase.lower())
