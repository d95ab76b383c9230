"""E-mail through SendGrid's Mail Send v3. There is no idempotency key, so a request is made once and its doubt is kept as doubt.

Sources: PROVIDERS.md §1 (tsg_mail_v3.yaml of twilio/sendgrid-oai, Twilio's Mail Send and Errors pages, read 2026-11-23).
"""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from datetime import timedelta
from types import MappingProxyType

import urllib3
from urllib3.exceptions import ConnectTimeoutError, HTTPError, LocationValueError, NewConnectionError, SSLError

from distributor.channels.retry_after import read_retry_after
from distributor.channels.sendgrid_payload import assemble, build_frame, build_personalizations, drop
from distributor.channels.sendgrid_transport import Answer, RawBody, make_pool, make_sdk
from distributor.core.audience import Recipient
from distributor.core.embargo import Clearance
from distributor.core.errors import NotSent, OutcomeUnknown, Rejected, SendFailure
from distributor.core.ids import DispatchId, RemoteId
from distributor.core.message import ChannelName, EmailMaster, Master
from distributor.ports import Accepted, Finding, LinkMaker

ACCEPTED = 202
OK = 200
TOO_MANY_REQUESTS = 429


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
        batch_size: int = 1000,
    ) -> None:
        self.batch_size = batch_size
        self._sender_domain = sender_domain
        self._pool_size = pool_size
        self._pool = make_pool(base_url, connect_timeout=connect_timeout, read_timeout=read_timeout, size=pool_size)
        self._sdk = make_sdk(api_key=api_key, base_url=base_url, pool=self._pool)

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

    def open(self) -> None:
        """Open connections that the sends will find warm.

        Raises:
            NotSent: SendGrid cannot be reached.
        """
        opened = []
        try:
            for _ in range(self._pool_size):
                connection = self._pool._get_conn()  # noqa: SLF001 - urllib3 has no public way to open without a request
                opened.append(connection)
                if connection.is_closed:
                    connection.connect()
        except (HTTPError, OSError) as error:
            raise NotSent("SendGrid cannot be reached") from error
        finally:
            for connection in opened:
                self._pool._put_conn(connection)  # noqa: SLF001 - as above

    def send(self, clearance: Clearance, *, frame: bytes, staged: bytes, reply_to: RemoteId | None) -> Accepted:
        """Send one batch in one request."""
        if not staged:
            raise NotSent("nobody is left in this batch")
        try:
            answer = self._sdk.client.mail.send.post(request_body=RawBody(assemble(frame, staged)))
        except (HTTPError, OSError, ValueError) as error:
            raise read_error(error) from error
        return read_answer(Answer(status=answer.status_code, body=answer.body, headers=answer.headers))

    def diagnose(self) -> tuple[Finding, ...]:
        """Ask which rights the key has."""
        try:
            answer = self._sdk.client.scopes.get()
        except (HTTPError, OSError) as error:
            return (
                Finding(
                    name="sendgrid.reachable",
                    passed=False,
                    message=f"SendGrid does not answer ({type(error).__name__}).",
                    remedy="Check the network, and DISTRIBUTOR_SENDGRID__BASE_URL.",
                ),
            )
        is_accepted = answer.status_code == OK
        return (
            Finding(name="sendgrid.reachable", passed=True, message="SendGrid answers."),
            Finding(
                name="sendgrid.credentials",
                passed=is_accepted,
                message="The API key is accepted." if is_accepted else f"SendGrid answers {answer.status_code} to the key.",
                remedy="" if is_accepted else "Set DISTRIBUTOR_SENDGRID__API_KEY to a key with the right mail.send.",
            ),
        )

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()


# Read the answer. When no row fits, the outcome is unknown.

#: Status: the class of the failure, and a short phrase. SendGrid's own message is never passed on: it can quote the request.
#: Source of all rows: Twilio "Mail Send errors", mid-2026; a 4xx answers a request that was not taken.
_REFUSALS: MappingProxyType[int, tuple[type[SendFailure], str]] = MappingProxyType(
    {
        400: (Rejected, "SendGrid calls the request invalid"),
        401: (NotSent, "SendGrid does not accept the API key"),
        403: (NotSent, "SendGrid does not let this key or sender send"),
        404: (NotSent, "there is no Mail Send at this address"),
        405: (NotSent, "there is no Mail Send at this address"),
        413: (Rejected, "SendGrid calls the request too large"),
        415: (NotSent, "SendGrid does not take JSON here"),
        429: (NotSent, "SendGrid asks to slow down"),
    }
)


def read_answer(answer: Answer) -> Accepted:
    """Return the acceptance, or raise what the answer allows next.

    Only 202 is an acceptance; 200 is the sandbox mode's, which sends nothing. A 202 without X-Message-Id is one all the same: the
    id only helps to find the request in SendGrid's log.

    Raises:
        Rejected, NotSent, OutcomeUnknown: by the table above.
    """
    if answer.status == ACCEPTED:
        return Accepted(remote_id=RemoteId(_safe_id(answer.headers.get("X-Message-Id") or "")))
    kind, reason = _REFUSALS.get(answer.status, (OutcomeUnknown, f"SendGrid answered {answer.status}"))
    if kind is Rejected:
        # One bad address makes SendGrid refuse all thousand (PROVIDERS.md §1.1): the halves may pass.
        raise Rejected(reason, status=answer.status, is_divisible=True)
    if kind is NotSent:
        wait = read_retry_after(answer.headers, reset_header="X-RateLimit-Reset")
        is_busy = answer.status == TOO_MANY_REQUESTS
        raise NotSent(reason, status=answer.status, retry_after=wait if is_busy else None, needs_staff=not is_busy)
    raise OutcomeUnknown(reason, status=answer.status)


def read_error(error: Exception) -> SendFailure:
    """Return what a failed call allows next: not sent only when no byte of the request can have left.

    A connection that SendGrid closed while it lay idle is noticed before use; one that it closes in that very moment looks
    like any other lost answer, and is unknown.
    """
    match error:
        case NewConnectionError() | ConnectTimeoutError() | LocationValueError() | urllib3.exceptions.NameResolutionError():
            return NotSent("SendGrid cannot be reached")
        case SSLError() | ssl.SSLCertVerificationError() if _is_certificate_error(error):
            return NotSent("SendGrid's certificate is not valid here")
        case _:
            return OutcomeUnknown(f"the connection failed ({type(error).__name__})")


def _is_certificate_error(error: BaseException) -> bool:
    return any(isinstance(cause, ssl.SSLCertVerificationError) for cause in (error, *error.args, error.__cause__))


def _safe_id(text: str) -> str:
    return text if text.isascii() and text.isprintable() and len(text) <= 200 else ""  # noqa: PLR2004


def _email(master: Master) -> EmailMaster:
    if not isinstance(master, EmailMaster):
        raise TypeError("SendGrid sends e-mail masters only")
    return master
