"""SendGrid's event webhook as bytes: which events an address causes, how they are written, how they are signed. Pure.

Source: twilio.com/docs/sendgrid event webhook reference and overview, read 2026-11-23.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from typing import Final

import orjson
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from distributor.sandbox.mailbox import AcceptedSend

SIGNATURE_HEADER: Final = "X-Twilio-Email-Event-Webhook-Signature"
TIMESTAMP_HEADER: Final = "X-Twilio-Email-Event-Webhook-Timestamp"
#: "about every 30 s or 768 KB"; the sandbox waits for neither more than it must.
MAX_POST_BYTES: Final = 768 * 1024

Event = dict[str, object]

#: What a local part contains, and the events that follow, in order. The first row that fits counts.
_OUTCOMES: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("late-bounce", ("processed", "delivered", "late-bounce")),
    ("bounce", ("processed", "bounce")),
    ("block", ("processed", "blocked")),
    ("drop", ("dropped",)),
    ("defer", ("processed", "deferred", "delivered")),
    ("complain", ("processed", "delivered", "spamreport")),
    ("", ("processed", "delivered")),
)

_BOUNCED: Final[Event] = {
    "event": "bounce",
    "type": "bounce",
    "status": "5.1.1",
    "reason": "550 5.1.1 The e-mail account that you tried to reach does not exist",
    "bounce_classification": "Invalid Address",
}
#: What each kind of event adds to the common fields.
_DETAILS: Final[dict[str, Event]] = {
    "processed": {"event": "processed"},
    "delivered": {"event": "delivered", "response": "250 2.0.0 OK"},
    "deferred": {"event": "deferred", "response": "451 4.7.1 Greylisted, please try again", "attempt": "1"},
    "bounce": _BOUNCED,
    "late-bounce": _BOUNCED,
    "blocked": {**_BOUNCED, "type": "blocked", "status": "5.7.1", "bounce_classification": "Reputation"},
    "dropped": {"event": "dropped", "reason": "Bounced Address", "status": "5.0.0"},
    "spamreport": {"event": "spamreport"},
}


def outcome_of(address: str) -> tuple[str, ...]:
    """Return the names of the events that a message to the address causes, in their natural order.

    >>> outcome_of("maria@example.org")
    ('processed', 'delivered')
    >>> outcome_of("will-bounce@example.org")
    ('processed', 'bounce')
    """
    local = address.rpartition("@")[0].lower()
    return next(events for sign, events in _OUTCOMES if sign in local)


def round_count(send: AcceptedSend) -> int:
    """Return how many events the message with the most of them causes."""
    return max(len(outcome_of(address)) for address in send.addresses)


def round_of(send: AcceptedSend, step: int, *, at_s: int) -> list[Event]:
    """Return the events that come as each message's first (step 0), second …; messages that have no more are left out."""
    outcomes = (outcome_of(address) for address in send.addresses)
    return [
        _event(send, position, outcome[step], at_s=at_s + step)
        for position, outcome in enumerate(outcomes)
        if step < len(outcome)
    ]


def bodies_of(events: Sequence[Event]) -> Iterator[bytes]:
    """Yield bodies of at most 768 KB, one event a line, ending in CRLF as the real ones do."""
    lines: list[bytes] = []
    size = 0
    for event in events:
        line = orjson.dumps(event)
        if lines and size + len(line) > MAX_POST_BYTES:
            yield _body(lines)
            lines, size = [], 0
        lines.append(line)
        size += len(line) + 3
    if lines:
        yield _body(lines)


def sign(key: ec.EllipticCurvePrivateKey, *, timestamp: str, body: bytes) -> str:
    """Return the base64 of the DER signature over timestamp and raw body, nothing between them."""
    return base64.b64encode(key.sign(timestamp.encode() + body, ec.ECDSA(hashes.SHA256()))).decode("ascii")


def public_key_text(key: ec.EllipticCurvePrivateKey) -> str:
    """Return the public key as SendGrid shows it: base64 of the SPKI, without PEM armour."""
    spki = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(spki).decode("ascii")


def _body(lines: list[bytes]) -> bytes:
    return b"[" + b",\r\n".join(lines) + b"]\r\n"


def _event(send: AcceptedSend, position: int, name: str, *, at_s: int) -> Event:
    seed = hashlib.sha256(f"{send.message_id}/{position}/{name}".encode()).digest()
    fields: Event = {
        "email": send.addresses[position],
        "timestamp": at_s,
        "smtp-id": f"<{send.message_id}@sandbox>",
        "sg_event_id": base64.urlsafe_b64encode(seed[:24]).decode("ascii"),
        "sg_message_id": f"{send.message_id}.recvd-sandbox-1-{send.number:X}-{position}.0",
        **_DETAILS[name],
    }
    if name == "late-bounce":
        # An asynchronous bounce comes long after the SMTP conversation and lacks the message's id.
        del fields["sg_message_id"]
    if send.categories:
        fields["category"] = list(send.categories)
    # Arguments that carry the name of an event's field lose against it.
    return {**orjson.loads(send.args[position]), **fields}
