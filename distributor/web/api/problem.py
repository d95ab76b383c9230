"""Refusals in the form of RFC 9457 (`application/problem+json`), and the one table from errors to statuses.

What was sent is not repeated: an answer may end up in a log that nobody thought of.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from distributor.core.errors import (
    BadInput,
    DistributorError,
    Forbidden,
    LoginThrottled,
    NotFound,
    NotSignedIn,
    Refused,
    SendFailure,
    StoreUnavailable,
)

MEDIA_TYPE: Final = "application/problem+json"
_URN: Final = "urn:distributor:problem:"
_RETRY_AFTER_S: Final = 30
_MOST_FIELDS_NAMED: Final = 20


class TooLarge(BadInput):
    """The body is longer than this route reads."""

    def __init__(self, most: int) -> None:
        super().__init__("It is too long.", where="body", remedy=f"At most {most:,} bytes are read here.")


class WrongMediaType(BadInput):
    """The body is not of the kind that this route reads."""

    def __init__(self, wanted: str) -> None:
        super().__init__("This is another kind of content.", where="Content-Type", remedy=f"Send {wanted}.")


class KeyReused(BadInput):
    """The idempotency key belongs to another request."""

    def __init__(self) -> None:
        super().__init__(
            "Another request came under this key in the last 24 hours.",
            where="Idempotency-Key",
            remedy="Make a new key for each.",
        )


class StillRunning(Refused):
    """The first request under this idempotency key has not ended."""


class KeyOfOtherToken(Refused):
    """The answer under this idempotency key is for another token of the account."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem; its name never changes."""

    name: str
    status: int
    title: str


DEFECT: Final = Kind("defect", 500, "Something went wrong here")
_INVALID: Final = Kind("bad-input", 422, "Something in the request cannot be")
_NO_ADDRESS: Final = Kind("no-such-address", 404, "There is no such address")
_NO_METHOD: Final = Kind("no-such-method", 405, "The address does not take this method")
#: The first row whose class fits.
KINDS: Final[tuple[tuple[type[DistributorError], Kind], ...]] = (
    (NotSignedIn, Kind("not-signed-in", 401, "No valid token")),
    (Forbidden, Kind("forbidden", 403, "The token does not allow it")),
    (NotFound, Kind("not-found", 404, "There is none")),
    (StillRunning, Kind("still-running", 409, "The first request under this key is still running")),
    (KeyOfOtherToken, Kind("key-of-other-token", 409, "The key was used with another token")),
    (LoginThrottled, Kind("throttled", 429, "Too many attempts")),
    (Refused, Kind("refused", 409, "Refused as things stand")),
    (TooLarge, Kind("too-large", 413, "The body is too long")),
    (WrongMediaType, Kind("wrong-media-type", 415, "Another kind of content is wanted")),
    (KeyReused, Kind("key-reused", 422, "The key belongs to another request")),
    (BadInput, _INVALID),
    (SendFailure, Kind("provider", 502, "The provider did not take it")),
    (StoreUnavailable, Kind("store-unavailable", 503, "Redis does not answer")),
)


class FieldProblem(BaseModel):
    """What is wrong with one field."""

    where: str = Field(examples=["body.channels.0"])
    detail: str = Field(examples=["Input should be 'email' or 'x'"])


class Problem(BaseModel):
    """Why a request was refused (RFC 9457), and what to do."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": _URN + "not-found", "title": "There is none", "status": 404, "detail": "There is no such release.",
                    "where": "", "remedy": "`distributor release list` shows them.", "errors": [],
                }
            ]
        }
    )  # fmt: skip

    type: str = Field(description="`urn:distributor:problem:` and the problem's name, which never changes. Decide by this.")
    title: str = Field(description="The kind of problem, in words.")
    status: int
    detail: str = Field(description="One sentence: what is wrong this time.")
    where: str = Field("", description="The field, file or line; empty when it is the whole.")
    remedy: str = Field("", description="One sentence: what would be right; empty when `detail` says it.")
    errors: list[FieldProblem] = Field(default_factory=list, description="Each field that cannot be, when there are several.")


def problem(
    kind: Kind, detail: str, *, where: str = "", remedy: str = "", errors: list[FieldProblem] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:  # fmt: skip
    """Return a refusal."""
    told = Problem(
        type=_URN + kind.name,
        title=kind.title,
        status=kind.status,
        detail=detail,
        where=where,
        remedy=remedy,
        errors=errors or [],
    )
    return JSONResponse(told.model_dump(), kind.status, headers, media_type=MEDIA_TYPE)


def problem_of(error: DistributorError) -> Response:
    """Return what a caller is told of one of our errors."""
    kind = next(kind for known, kind in KINDS if isinstance(error, known))
    match error:
        case NotSignedIn():
            return problem(kind, str(error), headers={"WWW-Authenticate": "Bearer"})
        case NotFound():
            return problem(kind, f"There is no such {error.kind}, or several begin so.", remedy=error.remedy)
        case BadInput():
            return problem(kind, error.problem, where=error.where, remedy=error.remedy)
        case LoginThrottled():
            return problem(kind, str(error), headers={"Retry-After": str(math.ceil(error.wait.total_seconds()))})
        case StillRunning():
            return problem(kind, str(error), headers={"Retry-After": "1"})
        case StoreUnavailable():
            told = "Nothing is lost; whether this request was carried out is not known. Repeat it with the same Idempotency-Key."
            return problem(kind, told, headers={"Retry-After": str(_RETRY_AFTER_S)})
        case _:
            return problem(kind, str(error))


def problem_of_request(error: RequestValidationError) -> Response:
    """Name the fields that cannot be."""
    fields = [_field(one) for one in error.errors()[:_MOST_FIELDS_NAMED]]
    first = fields[0] if fields else FieldProblem(where="body", detail="It cannot be read.")
    return problem(_INVALID, first.detail, where=first.where, remedy="The OpenAPI document describes it.", errors=fields)


def _field(found: Mapping[str, Any]) -> FieldProblem:
    parts = [str(part) for part in found["loc"]]
    if found["type"] == "extra_forbidden":
        # Its name is the caller's own.
        parts[-1] = "(unknown field)"
    return FieldProblem(where=".".join(parts), detail=str(found["msg"]))


def problem_of_http(error: HTTPException) -> Response:
    """Return what FastAPI and Starlette refuse by themselves, in our form."""
    if error.status_code == _NO_ADDRESS.status:
        return problem(_NO_ADDRESS, "There is no such address.", remedy="/api/v1/openapi.json has all of them.")
    if error.status_code == _NO_METHOD.status:
        return problem(_NO_METHOD, "The address does not take this method.", headers=error.headers)
    return problem(_INVALID, "The body cannot be read.", where="body", remedy="The OpenAPI document describes it.")


def problem_of_defect() -> Response:
    """Return what is told of a defect of ours: nothing but that there is one."""
    return problem(DEFECT, "It has been noted. Whether the request was carried out is not known.")
