"""Read SendGrid's Event Webhook: first whether SendGrid signed exactly these bytes, then what they say.

Sources: PROVIDERS.md §1.5 (Twilio's Event Webhook overview and event reference, mid-2026).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import orjson
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from distributor.channels.sendgrid_payload import DELIVERY_ARGUMENT
from distributor.core.delivery import State
from distributor.core.delivery_event import DeliveryEvent, Mark
from distributor.core.errors import BadInput
from distributor.core.ids import DispatchId, Index

#: A timestamp is an epoch second; ten digits until the year 2286.
_TIMESTAMP_DIGITS = 10


def verify(*, public_key: str, signature: str, timestamp: str, body: bytes) -> bool:
    """Say whether the holder of the key signed this timestamp and these raw bytes. Garbage of any kind is simply not signed.

    The signed string has no separator between the two, so a digit could move from one to the other: the timestamp must be just
    digits of the usual number, and the body must begin as JSON does.
    """
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) == _TIMESTAMP_DIGITS and body[:1] in {b"[", b"{"}):
        return False
    try:
        key = serialization.load_der_public_key(base64.b64decode(public_key, validate=True))
        raw = base64.b64decode(signature.encode("ascii"), validate=True)
        if not isinstance(key, ec.EllipticCurvePublicKey):
            return False
        key.verify(raw, timestamp.encode("ascii") + body, ec.ECDSA(hashes.SHA256()))
    except (ValueError, binascii.Error, InvalidSignature, UnsupportedAlgorithm, UnicodeEncodeError):
        return False
    return True


def new_key_pair() -> tuple[str, str]:
    """Return (PEM of a new private key, its public key as SendGrid shows it): for rehearsals against the sandbox."""
    key = ec.generate_private_key(ec.SECP256R1())
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode("ascii")
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private, base64.b64encode(public).decode("ascii")


#: What each event proves about the delivery. `processed` says that SendGrid has the message, which is what accepted means.
_STATES: Mapping[str, State] = MappingProxyType(
    {
        "processed": State.ACCEPTED,
        "deferred": State.DEFERRED,
        "delivered": State.DELIVERED,
        "bounce": State.BOUNCED,
        "dropped": State.DROPPED,
        "spamreport": State.COMPLAINED,
        "unsubscribe": State.UNSUBSCRIBED,
        "group_unsubscribe": State.UNSUBSCRIBED,
    }
)
_MARKS: Mapping[str, Mark] = MappingProxyType({"open": Mark.OPENED, "click": Mark.CLICKED})


def read_events(body: bytes) -> tuple[DeliveryEvent, ...]:
    """Return the events about deliveries of ours, in the order given; others (the account's own, foreign mail) are left out.

    Raises:
        BadInput: this is no list of events.
    """
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadInput("This is not JSON.", where="webhook body", remedy="SendGrid posts a JSON list of events.") from error
    if not isinstance(found, list):
        raise BadInput("This is not a list of events.", where="webhook body", remedy="SendGrid posts a JSON list of events.")
    read = (_read_event(one) for one in found if isinstance(one, dict))
    return tuple(event for event in read if event is not None)


def _read_event(one: Mapping[str, Any]) -> DeliveryEvent | None:
    dispatch, _, index = str(one.get(DELIVERY_ARGUMENT, "")).rpartition(".")
    name = str(one.get("event", ""))
    state, mark = _STATES.get(name), _MARKS.get(name)
    if one.get("sg_machine_open") is True:
        # A mail program fetched the pictures by itself; nobody has read anything.
        mark = None
    is_ours = dispatch and index.isascii() and index.isdigit() and len(index) <= _TIMESTAMP_DIGITS
    if not is_ours or not (state or mark):
        return None
    return DeliveryEvent(
        dispatch=DispatchId(dispatch),
        index=Index(int(index)),
        state=state,
        mark=mark,
        at=_instant(one),
        is_permanent=_is_permanent(name, one),
    )


#: Reasons of `dropped` that say that the address itself is bad (PROVIDERS.md §1.5).
_BAD_ADDRESS = ("bounced address", "invalid")


def _is_permanent(name: str, one: Mapping[str, Any]) -> bool:
    """Say whether the address is bad for good. A block ("blocked") or a 4.x.x status may be over tomorrow."""
    if name == "dropped":
        return str(one.get("reason", "")).lower().startswith(_BAD_ADDRESS)
    return name == "bounce" and one.get("type") != "blocked" and str(one.get("status", "5")).startswith("5")


def _instant(one: Mapping[str, Any]) -> datetime:
    seconds = one.get("timestamp")
    is_plausible = isinstance(seconds, int) and not isinstance(seconds, bool) and 0 <= seconds < 10**_TIMESTAMP_DIGITS
    return datetime.fromtimestamp(seconds if is_plausible and isinstance(seconds, int) else 0, UTC)
