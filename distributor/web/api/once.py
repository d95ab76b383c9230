"""Idempotency keys: a write that is sent again under its key is answered again and not done again.

Kept are answers that the handler gave, also refusals: one key is one attempt with one end. Not kept is what did not get so far
(401, 403, 413, 415, fields that cannot be) and what ended in no answer (5xx, Redis does not answer): the key is free again then.

An answer is kept encrypted under a key made of the caller's token, of which Redis has only a hash. So a copy of Redis tells
neither a token that was just issued nor a person's data, and an answer is only ever given again to the token that got it.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import orjson
from cryptography.fernet import Fernet
from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool

from distributor.core.account import Caller, TokenId
from distributor.core.errors import BadInput, StoreUnavailable
from distributor.core.ids import digest
from distributor.ports_answers import AnswerKey, Earlier, KeptAnswers
from distributor.web.api.problem import KeyOfOtherToken, KeyReused, StillRunning

KEY_HEADER: Final = "Idempotency-Key"
REPLAYED_HEADER: Final = "Idempotency-Replayed"
LONGEST_KEY: Final = 255
_RUN_BYTES: Final = 16
_HEADERS_KEPT: Final = ("content-type", "location")
#: Who has not the permission for a detail of a request may get it, and ask again.
_NOT_KEPT: Final = frozenset({401, 403})
_FIRST_OF_5XX: Final = 500
Run = Callable[[], Awaitable[Response]]


@dataclass(frozen=True, slots=True, kw_only=True)
class OnceOnly:
    """Runs a request at most once per key."""

    answers: KeptAnswers

    async def run(self, request: Request, caller: Caller, *, secret: str, body: bytes, run: Run) -> Response:
        """Run the request, or return what it was answered before; without a key, just run it.

        Raises:
            BadInput: the key cannot be, or belongs to another request.
            Refused: the first request under the key runs still, or came with another token.
        """
        chosen = _chosen(request)
        if chosen is None:
            return await run()
        key = _key(request, caller, chosen, secret=secret, body=body)
        begun = await run_in_threadpool(self.answers.begin, key)
        match begun.earlier:
            case Earlier.NEW:
                return await self._first(key, secret, run)
            case Earlier.ANSWERED:
                return _opened(begun.answer, secret)
            case Earlier.RUNNING:
                raise StillRunning("It has not been answered yet. Ask again in a moment, with the same key.")
            case Earlier.OTHER_TOKEN:
                raise KeyOfOtherToken("It was answered to another token of this account. Make a new key for each request.")
            case Earlier.OTHER_REQUEST:
                raise KeyReused

    async def _first(self, key: AnswerKey, secret: str, run: Run) -> Response:
        try:
            response = await run()
        except Exception:
            await self._forget(key)
            raise
        if response.status_code >= _FIRST_OF_5XX or response.status_code in _NOT_KEPT:
            await self._forget(key)
        else:
            # What was done is done, and told: should the answer not be kept, the same request is done again, which all allow.
            with suppress(StoreUnavailable):
                await run_in_threadpool(self.answers.keep, key, _sealed(response, secret))
        return response

    async def _forget(self, key: AnswerKey) -> None:
        with suppress(StoreUnavailable):
            await run_in_threadpool(self.answers.forget, key)


def _chosen(request: Request) -> str | None:
    found = request.headers.getlist(KEY_HEADER)
    if not found:
        return None
    key = found[0]
    if len(found) > 1 or not 0 < len(key) <= LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise BadInput("This is no key.", where=KEY_HEADER, remedy=f"Send one of 1 to {LONGEST_KEY} printable ASCII characters.")
    return key


def _key(request: Request, caller: Caller, chosen: str, *, secret: str, body: bytes) -> AnswerKey:
    kind = request.headers.get("content-type", "")
    # With the token in it, so that nobody who reads Redis can try out which address was sent.
    asked = digest("request", secret, request.method, request.url.path, request.url.query, kind, body)
    return AnswerKey(
        account=caller.account.id, key=chosen, token=caller.token or TokenId(""), request=asked.hex(),
        run=secrets.token_hex(_RUN_BYTES),
    )  # fmt: skip


def _box(secret: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(digest("kept answer", secret)))


def _sealed(response: Response, secret: str) -> bytes:
    headers = {name: value for name, value in response.headers.items() if name in _HEADERS_KEPT}
    kept = {"status": response.status_code, "headers": headers, "body": bytes(response.body).decode("utf-8")}
    return _box(secret).encrypt(orjson.dumps(kept))


def _opened(answer: bytes, secret: str) -> Response:
    kept: dict[str, Any] = orjson.loads(_box(secret).decrypt(answer))
    return Response(kept["body"], kept["status"], {**kept["headers"], REPLAYED_HEADER: "true"})
