"""Connect to a mail server: greeted, encrypted and logged in, or why not. Nothing of a release is said here.

What smtplib raises on the way tells where it stopped only by the order of the steps, so the step is kept beside it.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
from typing import Final

from distributor.channels.smtp_server import Server
from distributor.core.errors import NotSent

_TEMPORARY: Final = range(400, 500)


class NoSession(Exception):
    """No connection came about on which anything could be sent."""

    def __init__(self, step: str, failure: NotSent) -> None:
        super().__init__(failure.reason)
        #: "reachable", "tls" or "credentials": what did not work, all before it having worked.
        self.step = step
        self.failure = failure


def connect(server: Server) -> smtplib.SMTP:
    """Return a connection that is greeted, encrypted and logged in.

    Raises:
        NoSession: whatever went wrong.
    """
    step = "reachable"
    smtp: smtplib.SMTP | None = None
    context = ssl.create_default_context()
    timeout = server.connect_timeout.total_seconds()
    try:
        if server.is_implicit_tls:
            smtp = smtplib.SMTP_SSL(server.host, server.port, server.hello, timeout=timeout, context=context)
        else:
            smtp = smtplib.SMTP(server.host, server.port, server.hello, timeout=timeout)
        # Else the answer to each envelope waits for a timer of the kernel.
        if smtp.sock is not None:
            smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        smtp.ehlo_or_helo_if_needed()
        if server.wants_starttls and not server.is_implicit_tls:
            step = "tls"
            smtp.starttls(context=context)
            smtp.ehlo_or_helo_if_needed()
        if server.user:
            step = "credentials"
            smtp.login(server.user, server.password)
    # ValueError: a host or a user that no protocol can name.
    except (smtplib.SMTPException, OSError, ValueError) as error:
        if smtp is not None:
            smtp.close()
        raise _no_session(step, error) from error
    return smtp


def _no_session(step: str, error: Exception) -> NoSession:
    if isinstance(error, ssl.SSLError):
        is_untrusted = isinstance(error, ssl.SSLCertVerificationError)
        reason = (
            "the mail server's certificate is not trusted here" if is_untrusted else "the mail server does not speak TLS here"
        )
        return NoSession("tls", NotSent(reason))
    match error:
        case smtplib.SMTPNotSupportedError():
            reason = "the mail server offers no STARTTLS" if step == "tls" else "the mail server knows no way to log in"
            return NoSession(step, NotSent(reason, needs_staff=True))
        case smtplib.SMTPAuthenticationError(smtp_code=code) if code not in _TEMPORARY:
            return NoSession(step, NotSent("the mail server does not accept user and password", status=code, needs_staff=True))
        case smtplib.SMTPResponseException(smtp_code=code):
            is_temporary = code in _TEMPORARY or code < 0
            return NoSession(step, NotSent("the mail server turns us away", status=max(code, 0), needs_staff=not is_temporary))
        case smtplib.SMTPException():
            return NoSession(step, NotSent("the mail server went away while greeting"))
        case _:
            return NoSession(step, NotSent("the mail server cannot be reached"))
