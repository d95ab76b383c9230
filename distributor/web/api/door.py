"""The door of `/api/v1`: a token, a permission, a body of the right kind and size, and each write once. How to add a route:

    class ReleaseRoutes:                                        # one module per area
        def add_to(self, door: Door) -> None:
            area = door.area("releases", "Press releases: …")   # the tag, and what programs find there
            area.read("/releases/{release}", self.show_release, needs=Permission.READ)
            area.write("/releases", self.take_in_release, needs=Permission.WRITE_RELEASE)

        def show_release(self, release: str) -> ReleaseShape:   # FastAPI reads the types; `By` says who calls
            \"""Show a release.\"""                                # first line: summary; the rest: description

Handlers are sync, call the same steps in `flow` as the pages, and raise our errors; the table in problem.py makes answers of
them. The function's name is the operation's id. Lists answer `Page`s (shapes.py). Each shape has an example. Each route is in
tests/web/api/table.py; the tests there, also those that send what nobody expects, then cover it. docs/api.md tells more.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import Depends, FastAPI, Header, Request, Response, Security
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer
from starlette.exceptions import HTTPException
from starlette.types import Message

from distributor.core.account import Caller, Permission
from distributor.core.errors import DistributorError, StoreUnavailable
from distributor.flow.sign_in import SignIn
from distributor.ports_answers import KeptAnswers
from distributor.web.api.documented import Answers, answers_of_read, answers_of_search, answers_of_write
from distributor.web.api.once import KEY_HEADER, LONGEST_KEY, OnceOnly
from distributor.web.api.problem import TooLarge, WrongMediaType, problem_of, problem_of_http, problem_of_request
from distributor.web.body import read_body

PREFIX: Final = "/api/v1"
JSON: Final = "application/json"
FORM: Final = "multipart/form-data"
#: A release and its fields; far more than any.
MOST_BYTES: Final = 5 * 1024 * 1024
#: A workbook of a hundred thousand people.
MOST_BYTES_WITH_FILES: Final = 30 * 1024 * 1024
_BEARER: Final = HTTPBearer(
    auto_error=False, scheme_name="token", description="An API token (`distributor tokens add`). It may do what its scopes allow."
)
Handler = Callable[..., Any]
_Run = Callable[[Request], Awaitable[Response]]


async def _caller(request: Request) -> Caller:
    found = request.state.caller
    assert isinstance(found, Caller)  # noqa: S101 - the door has put it there
    return found


#: Who calls, for handlers: `caller: By`.
By = Annotated[Caller, Depends(_caller)]


async def _documented_key(
    idempotency_key: Annotated[
        str | None,
        Header(
            alias=KEY_HEADER,
            max_length=LONGEST_KEY,
            description="Printable ASCII, new for each write. The same request under it gets the first answer again.",
            examples=["4a1d6f0e-7b7c-4a8c-9a35-5a0a3c1f1a55"],
        ),
    ] = None,
) -> None:
    """Stand in OpenAPI; once.py reads the header."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """One route of the API."""

    method: str
    #: Below PREFIX.
    path: str
    needs: Permission
    #: Media type of the body; "" when none is read.
    accepts: str
    most: int
    is_once: bool


class Area:
    """What belongs together under one tag."""

    def __init__(self, door: Door, tag: str) -> None:
        self._door = door
        self._tag = tag

    def read(self, path: str, handler: Handler, *, needs: Permission, gives: str = JSON) -> None:
        """Add something to look at; `gives` is its media type."""
        declared = Declared(method="GET", path=path, needs=needs, accepts="", most=0, is_once=False)
        self._door.add(declared, handler, tag=self._tag, gives=gives)

    def search(self, path: str, handler: Handler, *, needs: Permission, gives: str = JSON) -> None:
        """Add a POST that changes nothing (but may be noted in the audit): what is asked may be an address, and so must not
        stand in a URL; or what is given is people's data.
        """
        declared = Declared(method="POST", path=path, needs=needs, accepts=JSON, most=MOST_BYTES, is_once=False)
        self._door.add(declared, handler, tag=self._tag, gives=gives)

    def write(
        self,
        path: str,
        handler: Handler,
        *,
        needs: Permission,
        method: str = "POST",
        accepts: str = JSON,
        most: int = MOST_BYTES,
        also: Mapping[int, str] | None = None,
    ) -> None:
        """Add something to do; `also` are statuses beyond the usual ones, with why."""
        declared = Declared(method=method, path=path, needs=needs, accepts=accepts, most=most, is_once=True)
        self._door.add(declared, handler, tag=self._tag, also=also)


class Door:
    """Adds routes, and lets requests in to them."""

    def __init__(self, app: FastAPI, *, sign_in: SignIn, answers: KeptAnswers) -> None:
        self._app = app
        self._sign_in = sign_in
        self._once = OnceOnly(answers=answers)
        self.declared: list[Declared] = []

    def area(self, tag: str, description: str) -> Area:
        """Begin an area; each has one tag."""
        self._app.openapi_tags = [*(self._app.openapi_tags or []), {"name": tag, "description": description}]
        return Area(self, tag)

    def add(
        self, declared: Declared, handler: Handler, *, tag: str, gives: str = JSON, also: Mapping[int, str] | None = None
    ) -> None:
        """Add a route. For areas, which know what is usual."""
        self.declared.append(declared)
        summary, _, rest = (inspect.getdoc(handler) or "").partition("\n")
        responses = _responses(declared, also or {})
        if gives != JSON:
            responses[200] = {"content": {gives: {"schema": {"type": "string"}}}, "description": "As asked."}
        self._app.router.add_api_route(
            PREFIX + declared.path,
            handler,
            methods=[declared.method],
            tags=[tag],
            summary=summary.rstrip("."),
            description=f"{rest.strip()}\n\nNeeds the permission `{declared.needs.value}`.".strip(),
            response_description="Done.",
            responses=responses,
            operation_id=str(handler.__name__),
            dependencies=[Security(_BEARER), *([Depends(_documented_key)] if declared.is_once else [])],
            openapi_extra={"x-permission": declared.needs.value},
            route_class_override=_behind(self, declared),
            response_class=JSONResponse if gives == JSON else Response,
        )

    async def let_in(self, request: Request, declared: Declared, run: _Run) -> Response:
        """Answer a request: run it for whoever may, and make an answer of what is refused.

        Raises:
            StoreUnavailable: the shield answers.
        """
        try:
            secret = _token(request)
            caller = await run_in_threadpool(self._sign_in.by_token, secret)
            caller.demand(declared.needs)
            request.state.caller = caller
            if not declared.accepts:
                return await _answered(request, run)
            body = await _body(request, declared)
            inner = _again(request, body)
            if not declared.is_once:
                return await _answered(inner, run)
            return await self._once.run(request, caller, secret=secret, body=body, run=lambda: _answered(inner, run))
        except StoreUnavailable:
            raise
        except DistributorError as error:
            return problem_of(error)
        except RequestValidationError as error:
            return problem_of_request(error)
        except HTTPException as error:
            return problem_of_http(error)


def _responses(declared: Declared, also: Mapping[int, str]) -> Answers:
    if declared.is_once:
        return answers_of_write(also)
    return answers_of_search() if declared.accepts else answers_of_read()


async def _answered(request: Request, run: _Run) -> Response:
    """Return the handler's answer, or what it refused, which is an answer too."""
    try:
        return await run(request)
    except StoreUnavailable:
        raise
    except DistributorError as error:
        return problem_of(error)


def _behind(door: Door, declared: Declared) -> type[APIRoute]:
    """Return the class of a route that stands behind the door."""

    class BehindTheDoor(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Any]:
            run = super().get_route_handler()

            async def let_in(request: Request) -> Response:
                return await door.let_in(request, declared, run)

            return let_in

    return BehindTheDoor


def _token(request: Request) -> str:
    """Return the token. A cookie is none: a browser sends it by itself, wherever the request comes from."""
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


async def _body(request: Request, declared: Declared) -> bytes:
    body = await read_body(request, most=declared.most)
    if body is None:
        raise TooLarge(declared.most)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if body and kind != declared.accepts:
        raise WrongMediaType(declared.accepts)
    return body


def _again(request: Request, body: bytes) -> Request:
    """Return the request with a body that can be read once more."""

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return Request(request.scope, receive)
