"""What OpenAPI says of refusals, which are the same for all routes, and the document itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from fastapi import FastAPI

from distributor.web.api.once import REPLAYED_HEADER
from distributor.web.api.problem import MEDIA_TYPE, Problem

DESCRIPTION: Final = """\
Sends an approved, embargoed press release at the second its embargo lifts. `/api/v1` does for programs what the pages do for
people.

Every request shows an API token (`Authorization: Bearer dst_…`). Errors are `application/problem+json` (RFC 9457): decide by
`type`. Lists answer `{"items": […], "next": …}`; ask again with `after` = `next`. A write that carries an `Idempotency-Key` may
be sent again for 24 hours: it is answered again and not done again.
"""
Answers = dict[int | str, dict[str, Any]]
_OF_ALL: Final = {
    401: "No valid token: none, expired, revoked, or its account is disabled.",
    403: "The token's scopes, or today's roles of its account, do not allow it.",
    404: "There is none of this name, or several begin so.",
    409: "It is understood, and refused as things stand.",
    422: "Something in the request cannot be: `where` says what, `remedy` what would be right.",
    503: "Redis does not answer. Repeat the request, a write with the same Idempotency-Key.",
}
_OF_BODIES: Final = {413: "The body is too long.", 415: "The body is of another kind than is read here."}
_HEADERS: Final[Mapping[int, dict[str, Any]]] = {
    401: {"WWW-Authenticate": {"description": "How to show a token.", "schema": {"type": "string", "examples": ["Bearer"]}}},
    503: {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "examples": [30]}}},
}
_REPLAYED: Final = {
    REPLAYED_HEADER: {"description": "`true` when this is the first answer again.", "schema": {"type": "string", "const": "true"}}
}
_FIRST_REFUSAL: Final = 400


def answers_of_read() -> Answers:
    """Return what else a GET may be answered with."""
    return _described(_OF_ALL)


def answers_of_search() -> Answers:
    """Return what else a POST that changes nothing may be answered with."""
    return _described({**_OF_ALL, **_OF_BODIES})


def answers_of_write(also: Mapping[int, str]) -> Answers:
    """Return what else a write may be answered with, beside what is its own."""
    return {200: {"headers": _REPLAYED}, **_described({**_OF_ALL, **_OF_BODIES, **also})}


def _described(texts: Mapping[int, str]) -> Answers:
    return {
        status: {"model": Problem, "description": text, **({"headers": _HEADERS[status]} if status in _HEADERS else {})}
        for status, text in texts.items()
    }


class DescribedApp(FastAPI):
    """FastAPI, whose document gives refusals their own media type."""

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document, made when it is first asked for."""
        if self.openapi_schema is None:
            for content in _refusals(super().openapi()):
                # A route that gives text would have it that its refusals are text, too.
                content[MEDIA_TYPE] = content.popitem()[1]
        return super().openapi()


def _refusals(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for methods in document["paths"].values():
        for operation in methods.values():
            for status, answer in operation["responses"].items():
                content: dict[str, Any] = answer.get("content", {})
                is_ours = any(shape["schema"].get("$ref", "").endswith("/Problem") for shape in content.values())
                if int(status) >= _FIRST_REFUSAL and is_ours:
                    yield content
