"""SendGrid's SDK on a transport that can be trusted with an embargo.

The SDK as it comes opens a connection per request, waits for ever, follows a redirect with the API key to another host and
calls the result a success, and prints key and body at DEBUG (PROVIDERS.md §1.7: sendgrid 6.12.5, python-http-client 3.3.7, read
2026-11-23). Here its client keeps its URL building and headers, and gets another way to make the call.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from python_http_client.client import Client
from sendgrid import SendGridAPIClient
from urllib3 import BaseHTTPResponse, HTTPConnectionPool, Timeout

from distributor.channels.connection import POOLS, keep_quiet, read_at_most
from distributor.core.errors import ConfigurationError

#: SendGrid's error bodies list one entry per bad field of a thousand personalizations at most.
_MOST_ANSWER_BYTES: Final = 1024 * 1024
_JSON: Final = "application/json"


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer, in the shape that the SDK's Response reads."""

    status: int
    body: bytes
    headers: Mapping[str, str]

    def getcode(self) -> int:
        """Return the HTTP status."""
        return self.status

    def read(self) -> bytes:
        """Return the body."""
        return self.body

    def info(self) -> Mapping[str, str]:
        """Return the headers."""
        return self.headers


class PooledClient(Client):  # type: ignore[misc]  # python-http-client ships no types
    """The SDK's client over kept-alive connections: explicit time-outs, no redirects, no retries, no proxies from outside."""

    def __init__(self, *args: Any, pool: HTTPConnectionPool, read_timeout: timedelta, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._pool = pool
        self._read_timeout = read_timeout

    def warm(self, count: int) -> tuple[Answer, ...]:
        """Ask this client's address with GET on so many connections at once; return the answers.

        A handshake alone would not do: over TLS 1.3 the server's session tickets then lie unread in the socket, which looks
        like the end of the connection to whoever asks before its use, and it would be opened anew at the lift.
        """
        open_answers: list[BaseHTTPResponse] = []
        try:
            # All are asked before any is read, for a connection goes back to the pool when its answer is read.
            for _ in range(count):
                open_answers.append(self._open("GET", self._build_url(None), None, self.request_headers))
        finally:
            bodies = [self._read(answer) for answer in open_answers]
        return tuple(
            Answer(status=answer.status, body=body, headers=answer.headers)
            for answer, body in zip(open_answers, bodies, strict=True)
        )

    def post_pieces(self, *pieces: bytes) -> Answer:
        """Post one JSON body that lies in pieces to this client's address.

        The SDK's own `post` copies the body twice and builds an opener of urllib each time, which takes longer than the request.
        """
        headers = {**self.request_headers, "Content-Length": str(sum(map(len, pieces)))}
        answer = self._open("POST", self._build_url(None), pieces, headers)
        return Answer(status=answer.status, body=self._read(answer), headers=answer.headers)

    def _build_client(self, name: str | None = None) -> PooledClient:
        return PooledClient(
            host=self.host,
            version=self._version,
            # A copy: the SDK shares one dict among all clients and threads.
            request_headers=dict(self.request_headers),
            url_path=[*self._url_path, name] if name else self._url_path,
            pool=self._pool,
            read_timeout=self._read_timeout,
        )

    def _make_request(self, _opener: object, request: Any, timeout: float | None = None) -> Answer:
        answer = self._open(request.get_method(), request.full_url, request.data, dict(request.header_items()))
        return Answer(status=answer.status, body=self._read(answer), headers=answer.headers)

    def _open(self, method: str, url: str, body: bytes | Sequence[bytes] | None, headers: Mapping[str, str]) -> BaseHTTPResponse:
        return self._pool.urlopen(
            method,
            urlsplit(url).path,
            body=body,
            headers={**headers, "Content-Type": _JSON} if body is not None else dict(headers),
            redirect=False,
            retries=False,
            preload_content=False,
        )

    def _read(self, answer: BaseHTTPResponse) -> bytes:
        return read_at_most(answer, most_bytes=_MOST_ANSWER_BYTES, within_s=self._read_timeout.total_seconds())


def make_pool(base_url: str, *, connect_timeout: timedelta, read_timeout: timedelta, size: int) -> HTTPConnectionPool:
    """Return the pool of connections to SendGrid; nothing is opened yet.

    Raises:
        ConfigurationError: the address is not one of a web server.
    """
    keep_quiet("python_http_client", "python_http_client.client", "urllib3.connectionpool")
    try:
        url = urlsplit(base_url)
        host, port = url.hostname, url.port
    except ValueError as error:
        raise ConfigurationError("sendgrid.base_url is no web address.") from error
    if url.scheme not in POOLS or not host:
        raise ConfigurationError("sendgrid.base_url must begin with https:// and name a host.")
    timeout = Timeout(connect=connect_timeout.total_seconds(), read=read_timeout.total_seconds())
    return POOLS[url.scheme](host, port, maxsize=size, timeout=timeout, retries=False)


def make_sdk(*, api_key: str, base_url: str, pool: HTTPConnectionPool, read_timeout: timedelta) -> SendGridAPIClient:
    """Return the SDK's API client, on our pool.

    Raises:
        ConfigurationError: the key cannot stand in a header. Found out at the lift, it would stop every batch.
    """
    if not api_key or not api_key.isascii() or not api_key.isprintable() or " " in api_key:
        raise ConfigurationError("sendgrid.api_key must be one word of printable ASCII.")
    base_url = base_url.rstrip("/")
    sdk = SendGridAPIClient(api_key, host=base_url)
    headers = dict(sdk.client.request_headers)
    sdk.client = PooledClient(host=base_url, version=3, request_headers=headers, pool=pool, read_timeout=read_timeout)
    return sdk
