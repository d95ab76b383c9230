"""The door of the staff application: who is there, whether they may, and whether the form is one of ours.

Every page and every act is declared with the permission that it needs; there is no other way to add one, and a test compares
the declarations with the table in docs/staff.md.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from time import monotonic
from types import MappingProxyType
from typing import Final

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, StreamingResponse

from distributor.core.account import Caller, Permission, roles_with
from distributor.core.errors import DistributorError, NotFound, NotSignedIn, StoreUnavailable
from distributor.flow.sign_in import SignIn
from distributor.render.staff_pages import StaffPages
from distributor.web.staff.form import MOST_BYTES, Form, Upload, is_same_origin, read_form, read_query
from distributor.web.staff.wanted import inner, wanted

COOKIE: Final = "distributor_session"
#: Nothing from elsewhere, no inline script, no inline style; previews are frames of our own.
POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; "
    "frame-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)
#: With no referrer at all, browsers would call the origin of our own forms "null".
HEADERS: Final = MappingProxyType({"Content-Security-Policy": POLICY, "Referrer-Policy": "same-origin"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Somebody who is signed in."""

    caller: Caller
    #: What each form of this session carries.
    csrf: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request of somebody who may make it."""

    visitor: Visitor
    #: Parts of the path by name.
    path: Mapping[str, str]
    #: Fields of the query or of the form; the last of each name.
    fields: Mapping[str, str]
    #: All of them, for choices of which several may be made.
    pairs: Sequence[tuple[str, str]] = field(default=())
    #: Files by field, of forms that bring some.
    files: Mapping[str, Upload] = field(default_factory=lambda: MappingProxyType({}))
    #: The session's own, for whoever changes their password; and the network address, for the throttle.
    secret: str = field(default="", repr=False)
    address: str = field(default="", repr=False)

    def all(self, name: str) -> tuple[str, ...]:
        """Return every value of a field."""
        return tuple(value for key, value in self.pairs if key == name)

    @property
    def by(self) -> str:
        """Return who it is, as the audit names them."""
        return self.visitor.caller.name


Handler = Callable[[Visit], Response]
#: Yields what goes to the browser bit by bit; runs on the event loop, so it must not block.
Streamer = Callable[[Visit], AsyncGenerator[bytes]]
#: The last event of a stream whose viewer is not signed in any more.
SIGNED_OUT: Final = b"event: signed-out\ndata:\n\n"
#: How often a stream looks whether its viewer still may see it.
_LOOK_AGAIN_S: Final = 3.0


@dataclass(frozen=True, slots=True)
class Declared:
    """One address of the application."""

    method: str
    path: str
    needs: Permission


class Gate:
    """Adds pages and acts to the application."""

    def __init__(self, app: FastAPI, *, pages: StaffPages, sign_in: SignIn, is_secure: bool) -> None:
        """`is_secure`: people reach the service over https, so that the cookie must not travel otherwise."""
        self._app = app
        self._pages = pages
        self._sign_in = sign_in
        self._is_secure = is_secure
        # With that prefix a browser takes it from this very host only, by https: no neighbour domain can plant one (RFC 6265bis).
        self._cookie = f"__Host-{COOKIE}" if is_secure else COOKIE
        self.declared: list[Declared] = []
        self._add_doors()

    def page(self, path: str, handler: Handler, *, needs: Permission) -> None:
        """Add something to look at. It changes nothing."""
        self.declared.append(Declared("GET", path, needs))

        async def show(request: Request) -> Response:
            visitor = await self._visitor(request)
            if visitor is None:
                return RedirectResponse(f"/login?next={wanted(request)}", 303)
            form = read_query(request)
            if form is None:
                return self._problem(visitor, "This address is not one of ours.", 400)
            return await self._run(request, visitor, form, handler, needs)

        self._app.add_api_route(path, show, methods=["GET"], include_in_schema=False)

    def watch(self, path: str, handler: Handler, *, needs: Permission) -> None:
        """Add a part of a page that loads itself anew. It changes nothing, and does not put off the end of a session.

        Whoever is not signed in any more gets 401, and htmx loads the whole page anew, which asks them to sign in.
        """
        self.declared.append(Declared("GET", path, needs))

        async def show(request: Request) -> Response:
            visitor = await self._visitor(request, self._sign_in.still_by_session)
            form = read_query(request)
            if visitor is None or form is None:
                return Response(status_code=400 if visitor else 401, headers={"HX-Refresh": "true"})
            return await self._run(request, visitor, form, handler, needs)

        self._app.add_api_route(path, show, methods=["GET"], include_in_schema=False)

    def act(self, path: str, handler: Handler, *, needs: Permission, most: int = MOST_BYTES) -> None:
        """Add something to do: a form of ours of at most so many bytes, sent by somebody who may."""
        self.declared.append(Declared("POST", path, needs))

        async def do(request: Request) -> Response:
            visitor = await self._visitor(request)
            # Nobody brings a file before they have signed in: strangers could fill the memory.
            form = await read_form(request, most=most if visitor else min(most, MOST_BYTES))
            if form is None:
                return self._problem(None, "This is more than a form can hold, or no form.", 413)
            if visitor is None:
                # What was typed is kept in the page, and goes on after signing in; what another site typed is not.
                typed = form if is_same_origin(request) else Form(pairs=())
                return self._login(next_path=request.url.path, kept=typed.pairs, lost=typed.file_names, status=401)
            if not self._is_ours(request, dict(form.pairs).get("csrf", "")):
                return self._problem(visitor, "This form is too old, or not ours. Load the page anew, and try again.", 403)
            return await self._run(request, visitor, form, handler, needs)

        self._app.add_api_route(path, do, methods=["POST"], include_in_schema=False)

    def stream(self, path: str, streamer: Streamer, *, needs: Permission) -> None:
        """Add server-sent events, which change nothing. Whoever is not signed in gets 401, at which browsers give up.

        The stream ends soon after its viewer may not see it any more, and watching does not put off the end of a session. That
        is looked at whenever the streamer yields, so it should do so every few seconds, if only a comment.
        """
        self.declared.append(Declared("GET", path, needs))

        async def flow(request: Request) -> Response:
            visitor = await self._visitor(request)
            if visitor is None or not visitor.caller.may(needs):
                return Response(status_code=401 if visitor is None else 403)
            visit = Visit(visitor=visitor, path=request.path_params, fields=dict(request.query_params))
            pieces = self._while_allowed(streamer(visit), request.cookies.get(self._cookie, ""), needs)
            return StreamingResponse(pieces, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})

        self._app.add_api_route(path, flow, methods=["GET"], include_in_schema=False)

    async def _while_allowed(self, pieces: AsyncGenerator[bytes], secret: str, needs: Permission) -> AsyncIterator[bytes]:
        looked_at = monotonic()
        async with aclosing(pieces):
            async for piece in pieces:
                if monotonic() - looked_at > _LOOK_AGAIN_S:
                    if not await run_in_threadpool(self._may_still, secret, needs):
                        yield SIGNED_OUT
                        return
                    looked_at = monotonic()
                yield piece

    def _may_still(self, secret: str, needs: Permission) -> bool:
        try:
            return self._sign_in.still_by_session(secret).may(needs)
        except NotSignedIn:
            return False
        except StoreUnavailable:
            # Nobody has ended it; when Redis is back it is asked again.
            return True

    async def _visitor(self, request: Request, look: Callable[[str], Caller] | None = None) -> Visitor | None:
        secret = request.cookies.get(self._cookie, "")
        return await run_in_threadpool(self._visitor_of, secret, look or self._sign_in.by_session) if secret else None

    def _visitor_of(self, secret: str, look: Callable[[str], Caller]) -> Visitor | None:
        try:
            return Visitor(caller=look(secret), csrf=self._sign_in.csrf_of(secret))
        except NotSignedIn:
            return None

    def _is_ours(self, request: Request, csrf: str) -> bool:
        return is_same_origin(request) and self._sign_in.is_own_form(request.cookies.get(self._cookie, ""), csrf)

    async def _run(self, request: Request, visitor: Visitor, form: Form, handler: Handler, needs: Permission) -> Response:
        if not visitor.caller.may(needs):
            roles = " or ".join(role.value for role in roles_with(needs))
            return self._problem(visitor, f"Your roles do not allow this. Somebody with the role of {roles} can.", 403)
        visit = Visit(
            visitor=visitor,
            path=request.path_params,
            fields=dict(form.pairs),
            pairs=form.pairs,
            files=dict(form.files),
            secret=request.cookies.get(self._cookie, ""),
            address=_address(request),
        )
        try:
            response = await run_in_threadpool(handler, visit)
        except StoreUnavailable:
            raise
        except DistributorError as error:
            return self._problem(visitor, str(error), 404 if isinstance(error, NotFound) else 422, kept=form.pairs)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    def _problem(self, visitor: Visitor | None, text: str, status: int, *, kept: Sequence[tuple[str, str]] = ()) -> HTMLResponse:
        shown = [(name, value) for name, value in kept if name != "csrf" and value.strip()]
        html = self._pages.page("problem.html", visitor=visitor, problem=text, kept=shown)
        return HTMLResponse(html, status, HEADERS)

    async def unknown(self, request: Request, status: int) -> Response:
        """Tell a browser that nothing is to be seen at an address; that of an act is one, loaded by itself."""
        return self._problem(await self._visitor(request), "There is no page at this address.", status)

    def _login(
        self, *, next_path: str, problem: str = "", kept: Sequence[tuple[str, str]] = (), lost: Sequence[str] = (),
        status: int = 200, login: str = "",
    ) -> HTMLResponse:  # fmt: skip
        shown = [(name, value) for name, value in kept if name != "csrf"]
        html = self._pages.page(
            "login.html", visitor=None, next=inner(next_path), problem=problem, kept=shown, lost=lost, login=login
        )
        return HTMLResponse(html, status, HEADERS)

    def _add_doors(self) -> None:
        @self._app.get("/login", include_in_schema=False)
        async def show_login(request: Request) -> Response:
            return self._login(next_path=request.query_params.get("next", "/"))

        @self._app.post("/login", include_in_schema=False)
        async def log_in(request: Request) -> Response:
            form = await read_form(request)
            if form is None or not is_same_origin(request):
                return self._problem(None, "This is no form of ours.", 403)
            return await run_in_threadpool(self._enter, form.pairs, _address(request), request.cookies.get(self._cookie, ""))

        @self._app.post("/logout", include_in_schema=False)
        async def log_out(request: Request) -> Response:
            if not is_same_origin(request):
                return self._problem(None, "This is no form of ours.", 403)
            await run_in_threadpool(self._sign_in.log_out, request.cookies.get(self._cookie, ""))
            response = RedirectResponse("/login", 303)
            response.delete_cookie(self._cookie, path="/", secure=self._is_secure)
            return response

    def _enter(self, pairs: Sequence[tuple[str, str]], address: str, previous: str) -> Response:
        fields = dict(pairs)
        login, next_path = fields.get("login", ""), inner(fields.get("next", "/"))
        kept = [(name.removeprefix("kept."), value) for name, value in pairs if name.startswith("kept.")]
        lost = [value for name, value in pairs if name == "lost"]
        try:
            begun = self._sign_in.log_in(login, fields.get("password", ""), address=address, previous=previous)
        except StoreUnavailable:
            raise
        except DistributorError as error:
            return self._login(next_path=next_path, problem=str(error), kept=kept, lost=lost, status=403, login=login[:200])
        response: Response = RedirectResponse(next_path, 303)
        if kept or lost:
            visitor = Visitor(caller=begun.caller, csrf=begun.csrf)
            html = self._pages.page("go_on.html", visitor=visitor, next=next_path, kept=kept, lost=lost)
            response = HTMLResponse(html, 200, HEADERS)
        self.remember(response, begun.secret)
        return response

    def remember(self, response: Response, secret: str) -> None:
        """Give the browser a session that has just begun."""
        response.set_cookie(self._cookie, secret, httponly=True, secure=self._is_secure, samesite="lax", path="/")


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
