"""Verifies OAuth 1.0a user context (RFC 5849, HMAC-SHA1) as X asks for it."""

from __future__ import annotations

import hmac
from typing import Final
from urllib.parse import parse_qsl, unquote

from oauthlib.common import Request as SignedRequest  # type: ignore[import-untyped]  # oauthlib ships no types
from oauthlib.oauth1.rfc5849.signature import (  # type: ignore[import-untyped]  # oauthlib ships no types
    collect_parameters,
    verify_hmac_sha1,
)
from starlette.requests import Request

from distributor.sandbox.account import SandboxSettings

#: Clients sign the address they mean, and are redirected to the sandbox below that.
_SIGNED_HOSTS: Final = ("https://api.twitter.com", "https://api.x.com")
_FORM: Final = "application/x-www-form-urlencoded"
#: How far a request's clock may be off, in seconds.
_MAX_SKEW_S: Final = 300


async def is_signed(request: Request, settings: SandboxSettings, *, now_s: float) -> bool:
    """Say whether the request is signed with the account's keys, for its present address or for X's."""
    claims = _claims(request)
    if not _names_account(claims, settings) or not _is_fresh(claims, now_s):
        return False
    form = await request.body() if request.headers.get("content-type", "").startswith(_FORM) else b""
    query = request.url.query
    try:
        parameters = collect_parameters(
            uri_query=query,
            body=parse_qsl(form.decode(), keep_blank_values=True),
            headers={"Authorization": request.headers.get("authorization", "")},
        )
        return any(
            _verify(request, host + request.url.path + (f"?{query}" if query else ""), claims, parameters, settings)
            for host in (f"{request.url.scheme}://{request.url.netloc}", *_SIGNED_HOSTS)
        )
    except ValueError:
        return False


def _claims(request: Request) -> dict[str, str]:
    scheme, _, fields = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "oauth":
        return {}
    pairs = (field.strip().partition("=") for field in fields.split(","))
    return {name: unquote(value.strip('"')) for name, _, value in pairs}


def _names_account(claims: dict[str, str], settings: SandboxSettings) -> bool:
    return (
        hmac.compare_digest(claims.get("oauth_consumer_key", "").encode(), settings.consumer_key.encode())
        and hmac.compare_digest(claims.get("oauth_token", "").encode(), settings.access_token.encode())
        and claims.get("oauth_signature_method") == "HMAC-SHA1"
        and bool(claims.get("oauth_nonce"))
    )


def _is_fresh(claims: dict[str, str], now_s: float) -> bool:
    timestamp = claims.get("oauth_timestamp", "")
    return timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12 and abs(int(timestamp) - now_s) <= _MAX_SKEW_S  # noqa: PLR2004 - seconds of the epoch have ten digits


def _verify(request: Request, uri: str, claims: dict[str, str], parameters: object, settings: SandboxSettings) -> bool:
    signed = SignedRequest(uri, http_method=request.method)
    signed.params = parameters
    signed.signature = claims.get("oauth_signature", "")
    return bool(verify_hmac_sha1(signed, settings.consumer_secret, settings.access_token_secret))
