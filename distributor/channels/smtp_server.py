"""Where a mail server is and how it is spoken to, from its URL (pure)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

from distributor.core.errors import ConfigurationError

#: Submission with STARTTLS and with TLS from the first byte (RFC 6409, RFC 8314).
_PORTS: Final = {"smtp": 587, "smtps": 465}
_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where a mail server is and how it is spoken to."""

    host: str
    port: int
    #: TLS from the first byte ("smtps").
    is_implicit_tls: bool = False
    #: TLS by STARTTLS, without which nothing is said.
    wants_starttls: bool = True
    user: str = ""
    password: str = field(default="", repr=False)
    #: How this side names itself.
    hello: str
    connect_timeout: timedelta
    read_timeout: timedelta


def server_at(url: str, *, wants_starttls: bool, hello: str, connect_timeout: timedelta, read_timeout: timedelta) -> Server:
    """Return the server that `smtp[s]://user:password@host:port` names; user and password are percent-encoded.

    Raises:
        ConfigurationError: it names none, or would send a password unencrypted over a network.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS[parts.scheme]
        _must_be_bare(parts)
    except (ValueError, KeyError) as error:
        raise ConfigurationError("smtp.url must be smtp[s]://user:password@host:port.") from error
    is_implicit_tls, user, host = parts.scheme == "smtps", unquote(parts.username or ""), parts.hostname or ""
    if user and not (is_implicit_tls or wants_starttls or host in _LOCAL):
        raise ConfigurationError("smtp.url has a password, and smtp.starttls is off: it would travel unencrypted.")
    return Server(
        host=host,
        port=port,
        is_implicit_tls=is_implicit_tls,
        wants_starttls=wants_starttls,
        user=user,
        password=unquote(parts.password or ""),
        hello=hello,
        connect_timeout=connect_timeout,
        read_timeout=read_timeout,
    )


def _must_be_bare(parts: SplitResult) -> None:
    if not parts.hostname or parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise ValueError("a server has no path")
