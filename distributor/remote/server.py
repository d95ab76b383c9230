"""A Distributor on another machine, asked over its API: who may be asked, how often, and what its refusals mean here.

A write carries an idempotency key, made once and sent again with each repetition, so that a lost answer leads to no second act.
"""

from __future__ import annotations

import ipaddress
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit
from uuid import uuid4

import urllib3
from urllib3.exceptions import HTTPError, SSLError

from distributor.core.errors import BadInput, ConfigurationError, DistributorError, NotSignedIn, Refused, StoreUnavailable

API: Final = "/api/v1"
_PROBLEM: Final = "application/problem+json"
_URN: Final = "urn:distributor:problem:"
#: Preparing a million recipients, or asking providers and DNS, takes its time.
_TIMEOUT: Final = urllib3.Timeout(connect=5, read=150)
_PAUSES_S: Final = (0.5, 2.0)
_MOST_PER_PAGE: Final = 200
_FIRST_REFUSAL: Final = 400
_BLOCK_BYTES: Final = 64 * 1024
_AGAIN: Final = frozenset({"still-running", "store-unavailable"})


class NotReached(DistributorError):
    """The server did not answer, or something else did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    method: str
    path: str
    body: bytes | None
    headers: Mapping[str, str]


class Server:
    """The API of one server, for one token."""

    def __init__(self, address: str, token: str, *, pauses: tuple[float, ...] = _PAUSES_S) -> None:
        """Nothing is sent yet.

        Raises:
            ConfigurationError: the address is none, or would send the token in clear over a network; or there is no token.
        """
        self._address = checked_address(address)
        self._token = checked_token(token)
        self._pauses = pauses
        self._pool = urllib3.PoolManager(retries=False, timeout=_TIMEOUT, cert_reqs="CERT_REQUIRED")

    def get(self, path: str, **query: str | int | None) -> Any:
        """Return what is there. `path` is below the API's prefix; its parts must be quoted (`place`)."""
        return _shape(self._answer(self._request("GET", path, query=query)))

    def items(self, path: str, **query: str | int | None) -> Iterator[Any]:
        """Yield every item of a list, page by page."""
        after: str | None = None
        while True:
            page = self.get(path, limit=_MOST_PER_PAGE, after=after, **query)
            yield from page["items"]
            after = page["next"]
            if after is None:
                return

    def search(self, path: str, question: Mapping[str, Any]) -> Any:
        """Return the answer to a question that must not stand in a URL."""
        return _shape(self._answer(self._request("POST", path, json_body=question)))

    def write(self, path: str, wanted: Mapping[str, Any]) -> Any:
        """Have something done, once, however often it must be said."""
        return _shape(self._answer(self._request("POST", path, json_body=wanted, key=str(uuid4()))))

    def send_file(self, path: str, name: str, content: bytes, fields: Mapping[str, str | list[str]]) -> Any:
        """Have something done with a file, once."""
        pairs: list[tuple[str, Any]] = [("file", (name, content, "application/octet-stream"))]
        for field, value in fields.items():
            pairs += [(field, one) for one in (value if isinstance(value, list) else [value])]
        body, kind = urllib3.encode_multipart_formdata(pairs)
        return _shape(self._answer(self._request("POST", path, body=body, kind=kind, key=str(uuid4()))))

    def stream(self, method: str, path: str, question: Mapping[str, Any] | None = None) -> Iterator[bytes]:
        """Yield what is long, bit by bit; refusals come before the first."""
        answer = self._answer(self._request(method, path, json_body=question), is_long=True)
        try:
            yield from answer.stream(_BLOCK_BYTES)
        except HTTPError as error:
            raise NotReached(f"{self._address} broke off in the middle. Nothing is missing there; ask again.") from error
        finally:
            answer.release_conn()

    def _request(
        self, method: str, path: str, *, query: Mapping[str, str | int | None] | None = None, body: bytes | None = None,
        json_body: Mapping[str, Any] | None = None, kind: str = "application/json", key: str = "",
    ) -> _Request:  # fmt: skip
        wanted = urlencode({name: value for name, value in (query or {}).items() if value is not None})
        content = body if json_body is None else json.dumps(json_body).encode()
        headers = {"Authorization": f"Bearer {self._token}", "Accept": "application/json, */*", "User-Agent": "distributor-cli"}
        if content is not None:
            headers["Content-Type"] = kind
        if key:
            headers["Idempotency-Key"] = key
        return _Request(method=method, path=f"{path}?{wanted}" if wanted else path, body=content, headers=headers)

    def _answer(self, request: _Request, *, is_long: bool = False) -> urllib3.BaseHTTPResponse:
        """Return the answer; say it again when it was lost on the way or the store was away."""
        for pause in (*self._pauses, None):
            try:
                answer = self._ask(request, is_long=is_long)
                if answer.status < _FIRST_REFUSAL:
                    return answer
                refusal, name = _refusal(answer)
            except NotReached as error:
                refusal, name = error, "still-running"
            if pause is None or name not in _AGAIN:
                raise refusal
            time.sleep(pause)
        raise AssertionError("the last pause is None")

    def _ask(self, request: _Request, *, is_long: bool) -> urllib3.BaseHTTPResponse:
        try:
            answer = self._pool.request(
                request.method, f"{self._address}{API}{request.path}", body=request.body, headers=dict(request.headers),
                redirect=False, preload_content=not is_long,
            )  # fmt: skip
        except SSLError as error:
            raise ConfigurationError(
                f"{self._address} does not show a certificate that this machine believes ({type(error).__name__}). "
                "Install the certificate of whoever issued it; it is not passed over."
            ) from error
        except HTTPError as error:
            raise NotReached(
                f"{self._address} does not answer ({_kind(error)}). Is it the right address, and is it up?"
            ) from error
        if answer.get_redirect_location():
            raise ConfigurationError(f"{self._address} sends elsewhere, and is not followed. Name the address that it means.")
        return answer


def place(name: str) -> str:
    """Return a name as a part of a path."""
    return quote(name, safe="")


def checked_address(address: str) -> str:
    """Return the address of a server.

    Raises:
        ConfigurationError: it is none, or the token would travel in clear over a network.
    """
    parts = urlsplit(address.strip())
    host = parts.hostname or ""
    if parts.scheme not in {"http", "https"} or not host or parts.username or parts.query or parts.fragment:
        # It is not repeated: somebody may have put a password into it.
        raise ConfigurationError("What was named is no server. Write it like https://desk.campaign.example.")
    if parts.scheme == "http" and not _is_loopback(host):
        raise ConfigurationError(
            f"http://{host} would carry the token in clear over the network. Use https://, or http:// on this machine only."
        )
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/').removesuffix(API)}"


def checked_token(token: str) -> str:
    """Return a token.

    Raises:
        ConfigurationError: there is none, or it cannot be one.
    """
    shown = token.strip()
    if not shown:
        raise ConfigurationError(
            "A server was named, and no token. Use --token-file FILE or DISTRIBUTOR_TOKEN_FILE; "
            "`distributor tokens add` makes one there."
        )
    if not shown.startswith("dst_") or not shown.isascii() or not shown.isprintable() or " " in shown:
        raise ConfigurationError("This is no API token: they begin with dst_. `distributor tokens add` makes one on the server.")
    return shown


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _kind(error: HTTPError) -> str:
    reason = getattr(error, "reason", None) or error
    return type(reason).__name__


def _shape(answer: urllib3.BaseHTTPResponse) -> Any:
    try:
        return json.loads(answer.data)
    except ValueError as error:
        raise NotReached("Something answered that is no Distributor. Is it the right address?") from error


def _refusal(answer: urllib3.BaseHTTPResponse) -> tuple[DistributorError, str]:
    """Return what a refusal is here, and its name."""
    if not answer.headers.get("content-type", "").startswith(_PROBLEM):
        return NotReached(f"Something answered {answer.status} that is no Distributor. Is it the right address?"), ""
    try:
        told: dict[str, Any] = json.loads(answer.data or answer.read())
        name, detail = str(told["type"]).removeprefix(_URN), str(told["detail"])
        where, remedy = str(told["where"]), str(told["remedy"])
    except (ValueError, KeyError, TypeError):
        return NotReached(f"The server answered {answer.status}, and not how."), ""
    match name:
        case "bad-input" if where:
            return BadInput(detail, where=where, remedy=remedy), name
        case "not-signed-in":
            return NotSignedIn(f"{detail} `distributor tokens list` on the server shows which are good."), name
        case "store-unavailable":
            return StoreUnavailable(f"{detail} {remedy}".strip()), name
        case _:
            return Refused(f"{detail} {remedy}".strip()), name


#: How long whoever watches waits between two looks.
WATCH_EVERY: Final = timedelta(seconds=1)
