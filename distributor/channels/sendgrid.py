"""E-mail through SendGrid's Mail Send v3. There is no idempotency key, so a request is made once and its doubt is kept as doubt.

Sources: PROVIDERS.md §1 (tsg_mail_v3.yaml of twilio/sendgrid-oai, Twilio's Mail Send and Errors pages, read 2026-11-23).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

import orjson
from urllib3.exceptions import ClosedPoolError, HTTPError

from distributor.channels.connection import NeverConnected
from distributor.channels.retry_after import read_retry_after
from distributor.channels.sendgrid_payload import (
    MOST_RECIPIENTS,
    assemble,
    build_frame,
    build_personalizations,
    drop,
    must_be_domain,
)
from distributor.channels.sendgrid_transport import Answer, make_pool, make_sdk
from distributor.core.audience import Recipient
from distributor.core.embargo import Clearance
from distributor.core.errors import ConfigurationError, NotSent, OutcomeUnknown, Rejected, SendFailure
from distributor.core.finding import Finding
from distributor.core.ids import DispatchId, RemoteId
from distributor.core.message import ChannelName, EmailMaster, Master
from distributor.core.provider_clock import read_date
from distributor.ports import Accepted, LinkMaker

_ACCEPTED: Final = 202
_OK: Final = 200
_UNAUTHORIZED: Final = 401
_TOO_MANY_REQUESTS: Final = 429


class SendGridChannel:
    """Implements ports.Channel. Thread-safe: the pool hands each thread a connection of its own."""

    name = ChannelName.EMAIL

    def __init__(
        self,
        *,
        api_key: str,
        base_url: str,
        sender_domain: str,
        connect_timeout: timedelta,
        read_timeout: timedelta,
        pool_size: int,
        batch_size: int = MOST_RECIPIENTS,
    ) -> None:
        """`sender_domain` is the right half of Message-IDs and List-Ids; `pool_size` how many threads send at once.

        Raises:
            ConfigurationError: a value that no request could be made with.
        """
        self.batch_size = batch_size
        try:
            self._sender_domain = must_be_domain(sender_domain)
        except ValueError as error:
            raise ConfigurationError(f"sender.email cannot be used: {error}.") from error
        self._pool_size = pool_size
        self._pool = make_pool(base_url, connect_timeout=connect_timeout, read_timeout=read_timeout, size=pool_size)
        self._sdk = make_sdk(api_key=api_key, base_url=base_url, pool=self._pool, read_timeout=read_timeout)

    # Build the request.

    def frame(self, master: Master) -> bytes:
        """Return everything of the request that all recipients share."""
        return build_frame(_email(master))

    def stage(self, *, dispatch: DispatchId, master: Master, recipients: Sequence[Recipient], links: LinkMaker) -> bytes:
        """Return one personalization per recipient."""
        return build_personalizations(
            dispatch=dispatch,
            master=_email(master),
            recipients=recipients,
            links=links,
            sender_domain=self._sender_domain,
        )

    def without(self, staged: bytes, positions: frozenset[int]) -> bytes:
        """Return the staged batch without these recipients."""
        return drop(staged, positions)

    # Make the call.

    def open(self) -> datetime | None:
        """Open the connections that the sends will use, each with one harmless question on it; return the answers' date.

        Raises:
            NotSent: SendGrid cannot be reached, or does not accept the key.
        """
        try:
            answers = self._sdk.client.scopes.warm(self._pool_size)
        except NeverConnected as error:
            raise NotSent(_never_connected(error)) from error
        except (HTTPError, OSError) as error:
            raise NotSent(f"SendGrid does not answer ({type(error).__name__})") from error
        if any(answer.status == _UNAUTHORIZED for answer in answers):
            raise NotSent(_REFUSALS[_UNAUTHORIZED].reason, status=_UNAUTHORIZED, needs_staff=True)
        return read_date(answers[-1].headers.get("Date", ""))

    def send(self, clearance: Clearance, *, frame: bytes, staged: bytes, reply_to: RemoteId | None) -> Accepted:
        """Send one batch in one request."""
        if not staged:
            raise NotSent("nobody is left in this batch")
        try:
            answer = self._sdk.client.mail.send.post_pieces(*assemble(frame, staged))
        except (HTTPError, OSError, ValueError) as error:
            raise read_error(error) from error
        return read_answer(answer)

    def diagnose(self) -> tuple[Finding, ...]:
        """Ask which rights the key has."""
        try:
            answer = self._sdk.client.scopes.get()
        except NeverConnected as error:
            return (_unreachable(f"{_never_connected(error)} ({error})."),)
        except (HTTPError, OSError) as error:
            return (_unreachable(f"SendGrid does not answer ({type(error).__name__})."),)
        return (
            Finding(name="sendgrid.reachable", passed=True, message="SendGrid answers."),
            _read_scopes(answer.status_code, answer.body),
        )

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()


# Read the answer. When no row fits, the outcome is unknown.


@dataclass(frozen=True, slots=True)
class _Refusal:
    """What a status allows, and a short phrase. SendGrid's own message is never passed on: it can quote the request."""

    kind: type[Rejected | NotSent]
    reason: str
    needs_staff: bool = False


#: Source of all rows: Twilio's "Mail Send errors" page, mid-2026 (PROVIDERS.md §1.2): a 4xx answers a request that was not taken.
#: 307 and 308 ask to repeat the request elsewhere, unperformed (RFC 9110 §15.4.8, §15.4.9); 301 to 303 also answer requests that
#: were performed, so they are in doubt like everything that is not named here.
_REFUSALS: MappingProxyType[int, _Refusal] = MappingProxyType(
    {
        307: _Refusal(NotSent, "SendGrid is not at this address", needs_staff=True),
        308: _Refusal(NotSent, "SendGrid is not at this address", needs_staff=True),
        400: _Refusal(Rejected, "SendGrid calls the request invalid"),
        401: _Refusal(NotSent, "SendGrid does not accept the API key", needs_staff=True),
        403: _Refusal(NotSent, "SendGrid does not let this key or sender send", needs_staff=True),
        404: _Refusal(NotSent, "there is no Mail Send at this address", needs_staff=True),
        405: _Refusal(NotSent, "there is no Mail Send at this address", needs_staff=True),
        413: _Refusal(Rejected, "SendGrid calls the request too large"),
        415: _Refusal(NotSent, "SendGrid does not take JSON here", needs_staff=True),
        429: _Refusal(NotSent, "SendGrid asks to slow down"),
    }
)
#: What stands in the frame. A fault there is everybody's: no half of the batch would pass, nor any other batch.
_SHARED_FIELDS: Final = frozenset({"from", "reply_to", "subject", "content", "tracking_settings"})


def read_answer(answer: Answer) -> Accepted:
    """Return the acceptance, or raise what the answer allows next.

    Only 202 is an acceptance; 200 is the sandbox mode's, which sends nothing. A 202 without X-Message-Id is one all the same: the
    id only helps to find the request in SendGrid's log.

    Raises:
        Rejected, NotSent, OutcomeUnknown: by the table above.
    """
    if answer.status == _ACCEPTED:
        return Accepted(remote_id=RemoteId(_safe_id(answer.headers.get("X-Message-Id") or "")))
    refusal = _REFUSALS.get(answer.status)
    if refusal is None:
        raise OutcomeUnknown(f"SendGrid answered {answer.status}", status=answer.status)
    if refusal.kind is NotSent:
        is_busy = answer.status == _TOO_MANY_REQUESTS
        wait = read_retry_after(answer.headers, reset_header="X-RateLimit-Reset") if is_busy else None
        raise NotSent(refusal.reason, status=answer.status, retry_after=wait, needs_staff=refusal.needs_staff)
    if _is_everybodys_fault(answer.body):
        raise NotSent("SendGrid calls what all messages share invalid", status=answer.status, needs_staff=True)
    # One bad address makes SendGrid refuse all thousand (PROVIDERS.md §1.1): the halves may pass.
    raise Rejected(refusal.reason, status=answer.status, is_divisible=True)


def read_error(error: Exception) -> SendFailure:
    """Return what a failed call allows next: not sent only when no byte of the request can have left.

    A connection that SendGrid closed while it lay idle is noticed before use; one that it closes in that very moment looks
    like any other lost answer, and is unknown.
    """
    match error:
        case NeverConnected():
            return NotSent(_never_connected(error))
        case ClosedPoolError():
            return NotSent("this process is closing its connections")
        case _:
            return OutcomeUnknown(f"the connection failed ({type(error).__name__})")


def _never_connected(error: NeverConnected) -> str:
    return "SendGrid's certificate is not trusted here" if error.is_untrusted else "SendGrid cannot be reached"


def _is_everybodys_fault(body: bytes) -> bool:
    """Say whether all errors of a 400 name a field of the frame. False when any does not, or says nothing about its field."""
    try:
        errors = orjson.loads(body)["errors"]
        fields = [str(error["field"]).partition(".")[0] for error in errors]
    except (ValueError, TypeError, KeyError):
        return False
    return bool(fields) and _SHARED_FIELDS.issuperset(fields)


def _safe_id(text: str) -> str:
    return text if text.isascii() and text.isprintable() and len(text) <= 200 else ""  # noqa: PLR2004 - it is some 30 long


def _unreachable(message: str) -> Finding:
    return Finding(
        name="sendgrid.reachable",
        passed=False,
        message=message,
        remedy="Check the network, this machine's root certificates, and DISTRIBUTOR_SENDGRID__BASE_URL.",
    )


def _read_scopes(status: int, body: bytes) -> Finding:
    """Return what SendGrid's list of the key's rights means. A list that cannot be read is not held against the key."""
    name, remedy = "sendgrid.credentials", "Set DISTRIBUTOR_SENDGRID__API_KEY to a key with the right mail.send."
    if status != _OK:
        return Finding(name=name, passed=False, message=f"SendGrid answers {status} to the API key.", remedy=remedy)
    try:
        scopes = orjson.loads(body)["scopes"]
    except (ValueError, TypeError, KeyError):
        scopes = ()
    if isinstance(scopes, list) and "mail.send" not in scopes:
        return Finding(name=name, passed=False, message="The API key has not the right mail.send.", remedy=remedy)
    return Finding(name=name, passed=True, message="The API key is accepted.")


def _email(master: Master) -> EmailMaster:
    if not isinstance(master, EmailMaster):
        raise TypeError("SendGrid sends e-mail masters only")
    return master
