"""Read SendGrid's Event Webhook: first whether SendGrid signed exactly these bytes, then what they say.

Both are pure. Sources: PROVIDERS.md §1.5 (Twilio's Event Webhook overview and event reference, mid-2026).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

import orjson
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from distributor.channels.sendgrid_payload import ALERT_ARGUMENT, DELIVERY_ARGUMENT
from distributor.core.delivery import State
from distributor.core.delivery_event import DeliveryEvent, EventPost, Mark, NamelessEvent
from distributor.core.errors import BadInput
from distributor.core.ids import DispatchId, Index

#: Epoch seconds, of ten digits until the year 2286.
_IS_TIMESTAMP: Final = re.compile(r"[0-9]{10}").fullmatch
#: Our argument: dispatch, point, index. An index of ten digits is beyond any audience, and within any store's numbers.
_OURS: Final = re.compile(r"([A-Za-z0-9_-]{1,64})\.([0-9]{1,9})")


def verify(*, public_key: str, signature: str, timestamp: str, body: bytes) -> bool:
    """Say whether the holder of the key signed this timestamp and these raw bytes. Garbage of any kind is simply not signed.

    The signed string has no separator between the two, so a digit could move from one to the other: the timestamp must be just
    digits of the usual number, and the body must begin as JSON does. How old it may be is `is_fresh`'s business.
    """
    if not _IS_TIMESTAMP(timestamp) or body[:1] not in {b"[", b"{"}:
        return False
    try:
        # A key that was pasted from a page may be folded.
        key = serialization.load_der_public_key(base64.b64decode("".join(public_key.split()), validate=True))
        raw = base64.b64decode(signature, validate=True)
        if not isinstance(key, ec.EllipticCurvePublicKey):
            return False
        key.verify(raw, timestamp.encode("ascii") + body, ec.ECDSA(hashes.SHA256()))
    except (ValueError, InvalidSignature, UnsupportedAlgorithm):
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
#: Nobody opens or clicks what did not arrive.
_STATES: Final[Mapping[str, State]] = MappingProxyType(
    {
        "processed": State.ACCEPTED,
        "deferred": State.DEFERRED,
        "delivered": State.DELIVERED,
        "bounce": State.BOUNCED,
        "dropped": State.DROPPED,
        "open": State.DELIVERED,
        "click": State.DELIVERED,
        "spamreport": State.COMPLAINED,
        "unsubscribe": State.UNSUBSCRIBED,
        "group_unsubscribe": State.UNSUBSCRIBED,
        "group_resubscribe": State.DELIVERED,
    }
)
#: An event with no row still proves that SendGrid took the message: it reports on no others.
UNLISTED: Final = State.ACCEPTED
_MARKS: Final[Mapping[str, Mark]] = MappingProxyType({"open": Mark.OPENED, "click": Mark.CLICKED})

#: Events that SendGrid reports without the ids of the message when they come long after it.
_NAMELESS: Final = frozenset({"bounce", "dropped", "spamreport", "unsubscribe", "group_unsubscribe"})
#: RFC 5321 §4.5.3.1: 64 octets, "@", 255 octets.
_LONGEST_ADDRESS: Final = 320
_LONGEST_AGE: Final = timedelta(hours=25)
#: By so much SendGrid's clock may be ahead of ours.
_AHEAD: Final = timedelta(minutes=10)

#: Reasons of `dropped` that are the address's own: SendGrid's lists, or no address at all. All others ("Spam Content",
#: "Recipient List over Package Quota", "Invalid SMTPAPI header") are ours or the account's.
_DROPPED_FOR_GOOD: Final = frozenset({"bounced address", "invalid", "spam reporting address", "unsubscribed address"})
#: Classifications of a bounce that may be over tomorrow. Whom SendGrid itself gives up on comes back as "Bounced Address".
_PASSING: Final = frozenset({"content", "frequency or volume too high", "mailbox unavailable", "reputation", "technical"})
#: RFC 3463: 4.x.x passes, and x.2.2 is a full mailbox.
_PASSING_STATUS: Final = ("4", "5.2.2")


def is_fresh(timestamp: str, *, now: datetime) -> bool:
    """Say whether a post may have been signed lately enough to be SendGrid's own and not one that somebody kept.

    SendGrid repeats a post for a day, and whether it signs it anew is not documented (PROVIDERS.md §1.5): so a day and an hour.
    """
    return bool(_IS_TIMESTAMP(timestamp)) and -_AHEAD <= now - datetime.fromtimestamp(int(timestamp), UTC) <= _LONGEST_AGE


def read_events(body: bytes) -> tuple[DeliveryEvent, ...]:
    """Return the events about deliveries of ours, in the order given; others (the account's own, foreign mail) are left out.

    Raises:
        BadInput: this is no list of events.
    """
    return read_post(body).events


def read_post(body: bytes) -> EventPost:
    """Return the events about deliveries of ours, and what is reported about an address alone.

    Raises:
        BadInput: this is no list of events.
    """
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadInput("This is not JSON.", where="webhook body", remedy="SendGrid posts a JSON list of events.") from error
    if not isinstance(found, list):
        raise BadInput("This is not a list of events.", where="webhook body", remedy="SendGrid posts a JSON list of events.")
    rows = [one for one in found if isinstance(one, dict)]
    read = (_read_event(one) for one in rows)
    return EventPost(
        events=tuple(event for event in read if event is not None),
        nameless=tuple(event for one in rows if (event := _read_nameless(one)) is not None),
    )


def _read_nameless(one: Mapping[str, Any]) -> NamelessEvent | None:
    """Return what is reported about an address by itself; None for events with an id, ours or an alarm's."""
    name, address = str(one.get("event", "")), one.get("email")
    if name not in _NAMELESS or DELIVERY_ARGUMENT in one or ALERT_ARGUMENT in one or not isinstance(address, str):
        return None
    return NamelessEvent(
        address=address[:_LONGEST_ADDRESS], state=_STATES[name], at=_instant(one), is_permanent=_is_permanent(name, one)
    )


def _read_event(one: Mapping[str, Any]) -> DeliveryEvent | None:
    ours = _OURS.fullmatch(str(one.get(DELIVERY_ARGUMENT, "")))
    if ours is None:
        return None
    name = str(one.get("event", ""))
    # A mail program that fetches pictures by itself (sg_machine_open) has read nothing.
    mark = None if one.get("sg_machine_open") is True else _MARKS.get(name)
    return DeliveryEvent(
        dispatch=DispatchId(ours[1]),
        index=Index(int(ours[2])),
        state=_STATES.get(name, UNLISTED),
        mark=mark,
        at=_instant(one),
        is_permanent=_is_permanent(name, one),
    )


def _is_permanent(name: str, one: Mapping[str, Any]) -> bool:
    """Say whether the address is bad for good."""
    if name == "dropped":
        return str(one.get("reason", "")).strip().lower() in _DROPPED_FOR_GOOD
    if name != "bounce" or one.get("type") == "blocked":
        return False
    is_passing = str(one.get("bounce_classification", "")).strip().lower() in _PASSING
    return not is_passing and not str(one.get("status", "")).startswith(_PASSING_STATUS)


def _instant(one: Mapping[str, Any]) -> datetime:
    """Return when it happened; the beginning of the epoch when that cannot be read, for the event proves as much without it."""
    seconds = str(one.get("timestamp", ""))
    return datetime.fromtimestamp(int(seconds) if _IS_TIMESTAMP(seconds) else 0, UTC)
