"""Around every answer: the headers that keep a page to itself, and one place where an error becomes an answer."""

from __future__ import annotations

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from distributor.core.errors import StoreUnavailable
from distributor.telemetry import Event, tell
from distributor.web.api.problem import problem_of, problem_of_defect

#: What an answer carries unless its route says otherwise.
HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
#: Only for answers over https: browsers then never come without again (RFC 6797, 7.2).
_TRANSPORT: Final = "max-age=31536000"
_RETRY_AFTER_S: Final = "30"


class Shield:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        has_begun = False

        async def send_shielded(message: Message) -> None:
            nonlocal has_begun
            if message["type"] == "http.response.start":
                has_begun = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if scope["scheme"] == "https":
                    headers["Strict-Transport-Security"] = _TRANSPORT
            await send(message)

        try:
            await self._app(scope, receive, send_shielded)
        except Exception as error:
            # The route's pattern, never the path: a path may hold somebody's token. An error's text is not told either.
            tell(Event.REQUEST_FAILED, route=_pattern(scope), error=type(error).__name__)
            if has_begun:
                raise
            is_api = scope["path"].startswith("/api/v1/")
            await (_answer_program(error) if is_api else _answer(error))(scope, receive, send_shielded)


def _pattern(scope: Scope) -> str:
    return str(getattr(scope.get("route"), "path", "unknown"))


def _answer_program(error: Exception) -> Response:
    return problem_of(error) if isinstance(error, StoreUnavailable) else problem_of_defect()


def _answer(error: Exception) -> Response:
    if isinstance(error, StoreUnavailable):
        text = "The service cannot reach its store right now. Nothing is lost: try again in half a minute.\n"
        return PlainTextResponse(text, 503, {"Retry-After": _RETRY_AFTER_S})
    return PlainTextResponse("Something went wrong here. It has been noted; please try again later.\n", 500)
