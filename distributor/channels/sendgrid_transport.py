"""SendGrid's SDK on a transport that can be trusted with an embargo.

The SDK as it comes opens a connection per request, waits for ever, follows a redirect with the API key to another host and
calls the result a success, and prints key and body at DEBUG (PROVIDERS.md §1.7: sendgrid 6.12.5, python-http-client 3.3.7, read
2026-11-23). Here its client keeps its URL building and headers, and gets another way to make the call.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import urllib3
from python_http_client.client import Client
from sendgrid import SendGridAPIClient

logging.getLogger("python_http_client").setLevel(logging.WARNING)


class RawBody(bytes):
    """A body that is serialised already. The SDK asks it to encode itself, and to show itself for a debug line."""

    def encode(self, _encoding: str = "utf-8") -> RawBody:
        """Return the bytes as they are."""
        return self

    def __format__(self, _spec: str) -> str:
        return f"<{len(self)} bytes>"


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

    def __init__(self, *args: Any, pool: urllib3.HTTPConnectionPool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._pool = pool

    def _build_client(self, name: str | None = None) -> PooledClient:
        return PooledClient(
            host=self.host,
            version=self._version,
            # A copy: the SDK shares one dict among all clients and threads.
            request_headers=dict(self.request_headers),
            url_path=[*self._url_path, name] if name else self._url_path,
            pool=self._pool,
        )

    def _make_request(self, _opener: object, request: Any, timeout: float | None = None) -> Answer:
        answer = self._pool.urlopen(
            request.get_method(),
            urlsplit(request.full_url).path,
            body=request.data,
            headers={**dict(request.header_items()), "Content-Type": "application/json"},
            redirect=False,
            retries=False,
        )
        return Answer(status=answer.status, body=answer.data, headers=answer.headers)


def make_pool(base_url: str, *, connect_timeout: timedelta, read_timeout: timedelta, size: int) -> urllib3.HTTPConnectionPool:
    """Return the pool of connections to SendGrid; nothing is opened yet."""
    return urllib3.connection_from_url(
        base_url,
        maxsize=size,
        timeout=urllib3.Timeout(connect=connect_timeout.total_seconds(), read=read_timeout.total_seconds()),
        retries=False,
    )


def make_sdk(*, api_key: str, base_url: str, pool: urllib3.HTTPConnectionPool) -> SendGridAPIClient:
    """Return the SDK's API client, on our pool."""
    sdk = SendGridAPIClient(api_key, host=base_url)
    # Any content type but the default lets the SDK pass a body on that is serialised already; PooledClient sends the right one.
    headers = {**sdk.client.request_headers, "Content-Type": "application/json; serialised"}
    sdk.client = PooledClient(host=base_url, version=3, request_headers=headers, pool=pool)
    return sdk
