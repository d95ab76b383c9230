"""Alarms by e-mail over the mail server that releases go out by, to each of the staff by themselves.

A message carries ids and numbers, no word of the release.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from distributor.channels.smtp_answer import Step
from distributor.channels.smtp_connect import NoSession
from distributor.channels.smtp_message import Letter
from distributor.channels.smtp_server import Server
from distributor.channels.smtp_transport import Session
from distributor.core.errors import NotSent
from distributor.core.ids import RemoteId, digest_id
from distributor.core.message import Sender


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpAlert:
    """Implements ports.AlertSink. Connects for each alarm: one must not wait behind the messages that it is about."""

    server: Server
    addresses: Sequence[str]
    sender: Sender
    name: str = "mail"

    def call_staff(self, alert_id: str, text: str, *, dispatch: str) -> None:
        """Send one alarm to all addresses, a message of its own to each.

        Raises:
            NotSent: somebody's may not have been taken. Telling twice is better than not at all, so every doubt ends here; the
                Message-ID is the same at every try, so that many mailboxes fold a double into one.
        """
        try:
            session = Session(self.server)
        except NoSession as no:
            raise NotSent("the alarm could not be mailed") from no
        try:
            letters = [self._letter(address, alert_id, text, dispatch) for address in self.addresses]
            answers = [session.deliver(letter, envelope_sender=self.sender.email) for letter in letters if session.is_usable]
        finally:
            session.close()
        if len(answers) < len(letters) or any(answer.step is not Step.DOT or not answer.lets_go_on for answer in answers):
            raise NotSent("the mail server did not take the alarm")

    def _letter(self, address: str, alert_id: str, text: str, dispatch: str) -> Letter:
        message = EmailMessage(policy=SMTP)
        message_id = f"<{digest_id('a', alert_id, address, length=26)}@{self.sender.email.rpartition('@')[2]}>"
        message["Date"] = format_datetime(datetime.now(UTC))
        message["From"] = Address("Distributor", addr_spec=self.sender.email)
        message["To"] = Address(addr_spec=address)
        message["Message-ID"] = message_id
        message["Subject"] = f"Alarm: dispatch {dispatch}"
        # RFC 3834: nobody's absence note answers an alarm.
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(f"{text}\n\ndistributor dispatch status {dispatch}\n", cte="quoted-printable")
        return Letter(recipient=address, message_id=RemoteId(message_id), content=message.as_bytes())
