"""HTTP connections on which it is always known whether a request can have left.

What may be done after a failure hangs on one question: could a byte of the request have reached the provider? Error classes of
HTTP libraries answer it badly (one SSL error for a failed handshake and for a broken answer). Here the answer is a fact of the
code's order: what fails inside `connect` failed before the request was written, and is `NeverConnected`; all else is in doubt.
"""

from __future__ import annotations

import http.client
import logging
import ssl
import time
from typing import Any, Final

from urllib3 import BaseHTTPResponse, HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

#: A connection that lay idle for longer is not used again: load balancers close or forget connections after a minute and up
#: (nginx 75 s, AWS 60 s by default; SendGrid and X document nothing), and a request into such a connection ends in doubt. Longer
#: than the 15 s between arming and the lift, so that a connection warmed then is still good.
IDLE_LIMIT_S: Final = 50.0


class NeverConnected(HTTPError):
    """No connection came about, so no byte of the request has left."""

    def __init__(self, cause: Exception) -> None:
        # Not the cause's own words: they can hold the address with everything in it.
        super().__init__(type(cause).__name__)
        #: True when there was a server, but its certificate is not one that this machine trusts for the name.
        self.is_untrusted = any(isinstance(one, ssl.SSLCertVerificationError) for one in (cause, *cause.args))


class _TracedConnection(HTTPConnection):
    """Says whether it ever connected, and does not offer itself after lying idle for long."""

    #: When the connection was last heard of, by the monotonic clock.
    _used_at = 0.0
    _answering: http.client.HTTPResponse | None = None

    def connect(self) -> None:
        """Open the connection, with TLS where it applies.

        Raises:
            NeverConnected: whatever went wrong.
        """
        try:
            super().connect()
        # ValueError: a host name that no resolver can be asked for.
        except (HTTPError, OSError, ValueError) as error:
            raise NeverConnected(error) from error
        self._used_at = time.monotonic()

    def getresponse(self) -> BaseHTTPResponse:  # type: ignore[override]  # the base class names a subclass
        """Return the answer's status and headers; the body is still to be read."""
        try:
            answer = super().getresponse()
        except HTTPError:
            # urllib3 refuses some headers after http.client has read them, and then forgets to close what holds the socket.
            if self._answering is not None:
                self._answering.close()
            raise
        self._used_at = time.monotonic()
        return answer

    def response_class(self, *args: Any, **kwargs: Any) -> http.client.HTTPResponse:  # type: ignore[override]  # called as one
        """Return http.client's answer to come, and keep hold of it."""
        self._answering = http.client.HTTPResponse(*args, **kwargs)
        return self._answering

    @property
    def is_connected(self) -> bool:
        """Say whether the connection can carry another request: not idle for long, and not closed by the other end.

        urllib3 asks this before each reuse. What remains is an end that comes in the very moment of the next request.
        """
        return time.monotonic() - self._used_at < IDLE_LIMIT_S and super().is_connected


class _TracedTlsConnection(_TracedConnection, HTTPSConnection):
    """The same with TLS: the handshake is part of `connect`."""


class TracedPool(HTTPConnectionPool):
    """A pool of such connections, without TLS."""

    ConnectionCls = _TracedConnection


class TracedTlsPool(HTTPSConnectionPool):
    """A pool of such connections, with TLS."""

    ConnectionCls = _TracedTlsConnection


#: For urllib3's managers.
POOLS: Final[dict[str, type[HTTPConnectionPool]]] = {"http": TracedPool, "https": TracedTlsPool}


def read_at_most(response: BaseHTTPResponse, *, most_bytes: int, within_s: float) -> bytes:
    """Return the body and give the connection back, or close it and return what came: a prefix, or b"" if nothing did.

    A provider's answer is small. What is longer, slower, broken or packed like a bomb is not worth waiting for: the status is
    known already, and says more than any body could. Never raises for what the other end does.
    """
    body = bytearray()
    give_up_at = time.monotonic() + within_s
    try:
        while len(body) <= most_bytes and time.monotonic() < give_up_at:
            piece = response.read1(most_bytes + 1 - len(body), decode_content=True)
            if not piece:
                response.release_conn()
                return bytes(body)
            body += piece
    except (HTTPError, OSError, ValueError):
        pass
    response.close()
    return bytes(body)


class _OnlyWarnings(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno >= logging.WARNING


_ONLY_WARNINGS: Final = _OnlyWarnings()


def keep_quiet(*loggers: str) -> None:
    """Let these loggers say warnings only, whatever level anybody gives them: at DEBUG they print keys and bodies."""
    for name in loggers:
        logging.getLogger(name).addFilter(_ONLY_WARNINGS)
