"""E-mail through a mail server. Every message is sent by itself and once; the answer to its last dot is the server's word.

A batch is worked off over one connection, message by message, so its people can end differently: what differs is told as
`PartlySent`. A connection that ends after the last dot leaves that one message in doubt, and nobody else.

Sources: RFC 5321 (SMTP), 2920 (PIPELINING), 3207 (STARTTLS), 4954 (AUTH), 6531 (SMTPUTF8).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from distributor.channels.sendgrid_payload import MOST_RECIPIENTS, build_personalizations, drop, must_be_domain
from distributor.channels.smtp_answer import Step, read_answer
from distributor.channels.smtp_connect import NoSession
from distributor.channels.smtp_dkim import Signer
from distributor.channels.smtp_message import Frame, Letter, build_frame, letters, read_frame
from distributor.channels.smtp_server import Server
from distributor.channels.smtp_transport import Pool, Session
from distributor.core.audience import Recipient
from distributor.core.embargo import Clearance
from distributor.core.errors import ConfigurationError, NotSent, PartlySent, Rejected, SendFailure
from distributor.core.finding import Finding
from distributor.core.ids import DispatchId, RemoteId
from distributor.core.message import ChannelName, EmailMaster, Master
from distributor.ports import Accepted, LinkMaker

_Outcome = RemoteId | SendFailure
_REMEDIES: Final = {
    "reachable": "Check DISTRIBUTOR_SMTP__URL, the network, and whether the server takes connections from here.",
    "tls": "Give the server a certificate that this machine trusts (SSL_CERT_FILE), or see DISTRIBUTOR_SMTP__STARTTLS.",
    "credentials": "Put user and password into DISTRIBUTOR_SMTP__URL, percent-encoded.",
}
_MESSAGES: Final = {
    "reachable": "The mail server answers.",
    "tls": "The connection is encrypted as the settings ask for.",
    "credentials": "The mail server lets us in.",
}


class SmtpChannel:
    """Implements ports.Channel. Thread-safe: the pool lends each thread a connection of its own."""

    name = ChannelName.EMAIL

    def __init__(
        self,
        server: Server,
        *,
        sender_domain: str,
        bounce_address: str = "",
        signer: Signer | None = None,
        connections: int,
        batch_size: int,
        batch_time: timedelta,
        messages_per_connection: int,
    ) -> None:
        """`batch_time` is how long after its begin a batch may begin a further message; what is left then is not sent.

        Raises:
            ConfigurationError: a value that no message could be made with.
        """
        self.batch_size = min(batch_size, messages_per_connection, MOST_RECIPIENTS)
        try:
            self._sender_domain = must_be_domain(sender_domain)
        except ValueError as error:
            raise ConfigurationError(f"sender.email cannot be used: {error}.") from error
        self._bounce_address = bounce_address
        self._signer = signer
        self._batch_s = batch_time.total_seconds()
        self._read_s = server.read_timeout.total_seconds()
        self._server = server
        self._pool = Pool(server, size=connections, messages_each=messages_per_connection)

    # Build the request.

    def frame(self, master: Master) -> bytes:
        """Return everything that all messages of the master share."""
        return build_frame(_email(master), bounce_address=self._bounce_address)

    def stage(self, *, dispatch: DispatchId, master: Master, recipients: Sequence[Recipient], links: LinkMaker) -> bytes:
        """Return what differs per recipient, in the form that SendGrid is given it too."""
        return build_personalizations(
            dispatch=dispatch,
            master=_email(master),
            recipients=recipients,
            links=links,
            sender_domain=self._sender_domain,
            is_international=True,
        )

    def without(self, staged: bytes, positions: frozenset[int]) -> bytes:
        """Return the staged batch without these recipients."""
        return drop(staged, positions)

    # Make the call.

    def open(self) -> datetime | None:
        """Open the connections that the sends will use. A mail server does not say what time it is.

        Raises:
            NotSent: the mail server cannot be reached, or does not let us in.
        """
        try:
            self._pool.warm()
        except NoSession as no:
            raise no.failure from no
        return None

    def send(self, clearance: Clearance, *, frame: bytes, staged: bytes, reply_to: RemoteId | None) -> Accepted:
        """Send one batch, a message to each.

        Raises:
            PartlySent: not all ended alike.
            Rejected, NotSent, OutcomeUnknown: all ended so.
        """
        if not staged:
            raise NotSent("nobody is left in this batch")
        try:
            shared = read_frame(frame)
            queue = tuple(letters(shared, staged, date=clearance.cleared_at))
        except ValueError as error:
            # Prepared for another provider, whose settings were taken away since. Only staff can put that right.
            raise NotSent("what was prepared is not for a mail server", needs_staff=True) from error
        return summed_up(self._send_each(shared, queue))

    def diagnose(self) -> tuple[Finding, ...]:
        """Look whether the mail server answers, is encrypted, and lets us in."""
        try:
            Session(self._server).close()
            failed, why = "", ""
        except NoSession as no:
            failed, why = no.step, str(no.failure)
        steps = list(_REMEDIES)
        return tuple(
            Finding(name=f"smtp.{step}", passed=True, message=_MESSAGES[step])
            if step != failed
            else Finding(name=f"smtp.{step}", passed=False, message=f"{why[0].upper()}{why[1:]}.", remedy=_REMEDIES[step])
            for step in steps[: steps.index(failed) + 1 if failed else None]
        )

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()

    def _send_each(self, shared: Frame, queue: Sequence[Letter]) -> list[_Outcome]:
        outcomes: list[_Outcome] = []
        give_up_at = time.monotonic() + self._batch_s
        while len(outcomes) < len(queue):
            rest = queue[len(outcomes) :]
            try:
                with self._pool.session(messages=len(rest)) as session:
                    self._work_off(session, shared, rest, outcomes, give_up_at)
            except NoSession as no:
                outcomes += [no.failure] * len(rest)
        return outcomes

    def _work_off(
        self, session: Session, shared: Frame, queue: Sequence[Letter], outcomes: list[_Outcome], give_up_at: float
    ) -> None:
        """Send over one session until it ends or nothing is left, and add an outcome for each."""
        for at, letter in enumerate(queue):
            left_s = give_up_at - time.monotonic()
            if left_s <= 0:
                outcomes += [NotSent("the time for this batch was up")] * (len(queue) - at)
                return
            outcome, is_everybodys = self._send_one(session, shared, letter, any(isinstance(one, str) for one in outcomes))
            outcomes.append(outcome)
            if is_everybodys:
                outcomes += [_of_the_rest(outcome)] * (len(queue) - at - 1)
                return
            if not session.is_usable:
                return

    def _send_one(self, session: Session, shared: Frame, letter: Letter, others_pass: bool) -> tuple[_Outcome, bool]:
        """Return what became of one message, and whether that stops the batch."""
        if letter.is_international and not session.takes_international:
            return Rejected("the mail server takes no address beyond ASCII (SMTPUTF8)"), False
        if self._signer is not None:
            letter = letter.signed(self._signer.header_of(letter.content))
        answer = session.deliver(letter, envelope_sender=shared.envelope_sender)
        if answer.step is Step.DOT and answer.lets_go_on:
            return letter.message_id, False
        failure = read_answer(answer, others_pass=others_pass)
        needs_staff = isinstance(failure, NotSent) and failure.needs_staff
        return failure, needs_staff or answer.is_end_of_connection or answer.step is Step.MAIL


def summed_up(outcomes: Sequence[_Outcome]) -> Accepted:
    """Return the acceptance of all, named after the first, or raise what became of them.

    Raises:
        PartlySent: not all ended alike.
        Rejected, NotSent, OutcomeUnknown: all ended so, for the same reason or for reasons that all pass.
    """
    first = outcomes[0]
    if all(isinstance(one, str) for one in outcomes):
        return Accepted(remote_id=RemoteId(str(first)))
    put_off = [one for one in outcomes if isinstance(one, NotSent)]
    if len(put_off) == len(outcomes):
        raise next((one for one in put_off if one.needs_staff), put_off[0])
    if isinstance(first, SendFailure) and all(_alike(one, first) for one in outcomes):
        raise first
    raise PartlySent(outcomes)


def _alike(one: _Outcome, first: SendFailure) -> bool:
    return isinstance(one, SendFailure) and (type(one), str(one)) == (type(first), str(first))


def _of_the_rest(outcome: _Outcome) -> NotSent:
    """Return what follows for those whose message was not begun."""
    match outcome:
        case NotSent(needs_staff=True) as failure:
            return failure
        case _:
            return NotSent("the connection to the mail server ended before this message")


def _email(master: Master) -> EmailMaster:
    if not isinstance(master, EmailMaster):
        raise TypeError("a mail server takes e-mail masters only")
    return master
