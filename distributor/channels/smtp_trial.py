"""A test of a release for one of the staff, over the mail server that releases go out by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from distributor.channels.smtp_answer import Step, read_answer
from distributor.channels.smtp_connect import NoSession
from distributor.channels.smtp_dkim import Signer
from distributor.channels.smtp_message import Letter
from distributor.channels.smtp_server import Server
from distributor.channels.smtp_transport import Session
from distributor.core.ids import RemoteId
from distributor.core.message import EmailMaster


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpTrial:
    """Implements ports_trial.TrialMail. Connects for each test."""

    server: Server
    signer: Signer | None

    def hand_over(self, trial: EmailMaster, *, to: str, trial_id: str) -> None:
        """Hand over one e-mail for one address."""
        letter = _letter(trial, to=to, trial_id=trial_id)
        if self.signer is not None:
            letter = letter.signed(self.signer.header_of(letter.content))
        try:
            session = Session(self.server)
        except NoSession as no:
            raise no.failure from no
        try:
            answer = session.deliver(letter, envelope_sender=trial.sender.email)
        finally:
            session.close()
        if answer.step is not Step.DOT or not answer.lets_go_on:
            raise read_answer(answer, others_pass=False)


def _letter(trial: EmailMaster, *, to: str, trial_id: str) -> Letter:
    sender = trial.sender
    message = EmailMessage(policy=SMTP)
    message_id = f"<{trial_id}@{sender.email.rpartition('@')[2]}>"
    message["Date"] = format_datetime(datetime.now(UTC))
    message["From"] = Address(sender.name, addr_spec=sender.email)
    message["To"] = Address(addr_spec=to)
    if sender.reply_to:
        message["Reply-To"] = Address(addr_spec=sender.reply_to)
    message["Message-ID"] = message_id
    message["Subject"] = trial.subject
    # RFC 3834: nobody's absence note answers a test.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(trial.text, cte="quoted-printable")
    message.add_alternative(trial.html, subtype="html", cte="quoted-printable")
    return Letter(recipient=to, message_id=RemoteId(message_id), content=message.as_bytes())
