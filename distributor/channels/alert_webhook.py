"""Alarms to a webhook of the desk's own, signed as Standard Webhooks lays down (standardwebhooks.com, version 1).

The signed string is "id.timestamp.body", HMAC-SHA256 with the secret behind "whsec_", base64; the header is "v1,SIGNATURE".
"""

from __future__ import annotations

import base64
import hmac
import time
from dataclasses import dataclass, field

import orjson
import urllib3
from urllib3.exceptions import HTTPError

from distributor.core.errors import ConfigurationError, NotSent

_PREFIX = "whsec_"
_TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertWebhook:
    """Implements ports.AlertSink.

    Raises:
        ConfigurationError: the secret is not "whsec_" and base64.
    """

    url: str
    secret: str
    name: str = "webhook"
    _pool: urllib3.PoolManager = field(default_factory=lambda: urllib3.PoolManager(retries=False, timeout=_TIMEOUT_S), repr=False)

    def __post_init__(self) -> None:
        try:
            base64.b64decode(self.secret.removeprefix(_PREFIX), validate=True)
        except ValueError as error:
            raise ConfigurationError("DISTRIBUTOR_ALERT__WEBHOOK_SECRET must be whsec_ followed by base64.") from error
        if not self.secret.startswith(_PREFIX):
            raise ConfigurationError("DISTRIBUTOR_ALERT__WEBHOOK_SECRET must begin with whsec_.")

    def call_staff(self, alert_id: str, text: str, *, dispatch: str) -> None:
        """Post one alarm; any 2xx is taken for "heard".

        Raises:
            NotSent: it may not have been heard. Telling twice is better than not at all, so every doubt ends here.
        """
        body = orjson.dumps({"type": "dispatch.alarm", "data": {"dispatch": dispatch, "text": text}})
        timestamp = str(int(time.time()))
        headers = {
            "Content-Type": "application/json",
            "webhook-id": alert_id,
            "webhook-timestamp": timestamp,
            "webhook-signature": f"v1,{sign(self.secret, alert_id, timestamp, body)}",
        }
        try:
            answer = self._pool.request("POST", self.url, body=body, headers=headers, redirect=False)
        except HTTPError as error:
            raise NotSent("the alert webhook cannot be reached") from error
        if answer.status // 100 != 2:  # noqa: PLR2004 - the hundreds of an HTTP status
            raise NotSent("the alert webhook did not take it", status=answer.status)


def sign(secret: str, alert_id: str, timestamp: str, body: bytes) -> str:
    """Return the signature over id, timestamp and body, base64."""
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    return base64.b64encode(hmac.digest(key, f"{alert_id}.{timestamp}.".encode() + body, "sha256")).decode("ascii")
