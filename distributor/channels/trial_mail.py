"""A test of a release for one of the staff, over the SendGrid account that is there anyway.

It has no delivery id, so that its events are nobody's delivery, and goes on connections of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import orjson
from sendgrid import SendGridAPIClient
from urllib3.exceptions import HTTPError

from distributor.channels.sendgrid import read_answer, read_error
from distributor.channels.sendgrid_payload import ALERT_ARGUMENT
from distributor.channels.sendgrid_transport import make_pool, make_sdk
from distributor.core.message import EmailMaster

_TIMEOUT = timedelta(seconds=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class SendGridTrial:
    """Implements ports_trial.TrialMail."""

    sdk: SendGridAPIClient

    def hand_over(self, trial: EmailMaster, *, to: str, trial_id: str) -> None:
        """Hand over one e-mail for one address, in one request."""
        body = orjson.dumps(request_of(trial, to=to, trial_id=trial_id))
        try:
            answer = self.sdk.client.mail.send.post_pieces(body)
        except (HTTPError, OSError, ValueError) as error:
            raise read_error(error) from error
        read_answer(answer)


def request_of(trial: EmailMaster, *, to: str, trial_id: str) -> dict[str, object]:
    """Return the request."""
    sender = trial.sender
    return {
        "personalizations": [{"to": [{"email": to}], "custom_args": {ALERT_ARGUMENT: trial_id}}],
        "from": {"email": sender.email, "name": sender.name},
        **({"reply_to": {"email": sender.reply_to}} if sender.reply_to else {}),
        "subject": trial.subject,
        "content": [{"type": "text/plain", "value": trial.text}, {"type": "text/html", "value": trial.html}],
        "headers": {"Auto-Submitted": "auto-generated"},
        # What is looked at is what will leave, without a provider's changes.
        "tracking_settings": {"click_tracking": {"enable": False}, "open_tracking": {"enable": False}},
    }


def make_sendgrid_trial(*, api_key: str, base_url: str) -> SendGridTrial:
    """Return the way; nothing is opened yet."""
    pool = make_pool(base_url, connect_timeout=_TIMEOUT, read_timeout=_TIMEOUT, size=1)
    return SendGridTrial(sdk=make_sdk(api_key=api_key, base_url=base_url, pool=pool, read_timeout=_TIMEOUT))
