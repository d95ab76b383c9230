"""Alarms by e-mail, to each of the staff by themselves, over the SendGrid account that is there anyway.

A message carries ids and numbers, no word of the release. It has no delivery id, so that its events are nobody's delivery.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import orjson
from sendgrid import SendGridAPIClient
from urllib3.exceptions import HTTPError

from distributor.channels.sendgrid_payload import ALERT_ARGUMENT
from distributor.channels.sendgrid_transport import make_pool, make_sdk
from distributor.core.errors import NotSent
from distributor.core.message import Sender

_TIMEOUT = timedelta(seconds=10)
_ACCEPTED = 202


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertMail:
    """Implements ports.AlertSink."""

    addresses: Sequence[str]
    sender: Sender
    sdk: SendGridAPIClient
    name: str = "mail"

    def call_staff(self, alert_id: str, text: str, *, dispatch: str) -> None:
        """Send one alarm to all addresses, a message of its own to each.

        Raises:
            NotSent: it may not have been taken. Telling twice is better than not at all, so every doubt ends here.
        """
        body = orjson.dumps(
            {
                "personalizations": [
                    {"to": [{"email": address}], "custom_args": {ALERT_ARGUMENT: alert_id}} for address in self.addresses
                ],
                "from": {"email": self.sender.email, "name": "Distributor"},
                "subject": f"Alarm: dispatch {dispatch}",
                "content": [{"type": "text/plain", "value": f"{text}\n\ndistributor dispatch status {dispatch}\n"}],
                # Nobody counts who opens an alarm, and a rewritten text could be taken for a forged one.
                "tracking_settings": {"click_tracking": {"enable": False}, "open_tracking": {"enable": False}},
            }
        )
        try:
            answer = self.sdk.client.mail.send.post_pieces(body)
        except (HTTPError, OSError) as error:
            raise NotSent("the alarm could not be mailed") from error
        if answer.status != _ACCEPTED:
            raise NotSent("SendGrid did not take the alarm", status=answer.status)


def make_alert_mail(*, api_key: str, base_url: str, addresses: Sequence[str], sender: Sender) -> AlertMail:
    """Return the sink, on connections of its own: an alarm must not wait behind the messages that it is about."""
    pool = make_pool(base_url, connect_timeout=_TIMEOUT, read_timeout=_TIMEOUT, size=1)
    sdk = make_sdk(api_key=api_key, base_url=base_url, pool=pool, read_timeout=_TIMEOUT)
    return AlertMail(addresses=tuple(addresses), sender=sender, sdk=sdk)
