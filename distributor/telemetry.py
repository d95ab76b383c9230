"""Every event that Distributor tells of, with its fields and their units, in one table; and the log that carries them.

Names follow `subject.verb`. Fields are ids, numbers and short words. No event has a field that could hold text of a release or an
address, so embargoed text cannot get into a log through here.
"""

from __future__ import annotations

import json
import logging
from enum import StrEnum
from types import MappingProxyType

_LOG = logging.getLogger("distributor")


class Event(StrEnum):
    """What can be told of."""

    RELEASE_ADDED = "release.added"
    RELEASE_APPROVED = "release.approved"
    APPROVAL_VOIDED = "approval.voided"
    TRIAL_SENT = "trial.sent"
    CONTACTS_IMPORTED = "contacts.imported"
    DISPATCH_SCHEDULED = "dispatch.scheduled"
    DISPATCH_PREPARED = "dispatch.prepared"
    DISPATCH_ARMED = "dispatch.armed"
    ZONE_CHANGED = "zone.changed"
    CLOCK_SKEWED = "clock.skewed"
    AUDIENCE_CHANGED = "audience.changed"
    ARMING_FAILED = "arming.failed"
    CHANNEL_HELD = "channel.held"
    DISPATCH_HELD = "dispatch.held"
    DISPATCH_RESUMED = "dispatch.resumed"
    DISPATCH_CANCELLED = "dispatch.cancelled"
    DISPATCH_SETTLED = "dispatch.settled"
    DISPATCH_CLOSED = "dispatch.closed"
    GATE_CLOSED = "gate.closed"
    BATCH_ACCEPTED = "batch.accepted"
    BATCH_FAILED = "batch.failed"
    BATCH_SPLIT = "batch.split"
    BATCH_PARTED = "batch.parted"
    PART_FOUND = "part.found"
    LEASES_ENDED = "leases.ended"
    ALARM_RAISED = "alarm.raised"
    ALARM_NOT_HEARD = "alarm.not_heard"
    SWEEP_FAILED = "sweep.failed"
    SUPPRESSION_ADDED = "suppression.added"
    SUPPRESSION_REMOVED = "suppression.removed"
    LIST_LEFT = "list.left"
    LANGUAGE_CHANGED = "language.changed"
    NOTE_NOT_HEARD = "note.not_heard"
    MAIL_READ = "mail.read"
    EVENTS_KEPT_ASIDE = "events.kept_aside"
    EVENTS_RECORDED = "events.recorded"
    REQUEST_FAILED = "request.failed"
    LOGIN_ACCEPTED = "login.accepted"
    LOGIN_FAILED = "login.failed"
    LOGIN_THROTTLED = "login.throttled"


#: The fields of each event: name to what it holds, with its unit.
FIELDS: MappingProxyType[Event, dict[str, str]] = MappingProxyType(
    {
        Event.RELEASE_ADDED: {"release": "id", "revision": "number from 1"},
        Event.RELEASE_APPROVED: {"release": "id", "revision": "number from 1", "seal": "short code"},
        Event.APPROVAL_VOIDED: {"release": "id"},
        Event.TRIAL_SENT: {"release": "id", "revision": "number from 1", "count": "messages"},
        Event.CONTACTS_IMPORTED: {"list": "name", "good": "rows", "bad": "rows"},
        Event.DISPATCH_SCHEDULED: {"dispatch": "id", "release": "id", "lift_at": "ISO 8601 UTC"},
        Event.DISPATCH_PREPARED: {"dispatch": "id", "recipients": "people", "batches": "requests"},
        Event.DISPATCH_ARMED: {
            "dispatch": "id",
            "channel": "name",
            "is_reachable": "whether the provider answered",
            "at_hand": "batches",
        },
        Event.ZONE_CHANGED: {"dispatch": "id", "is_too_early": "whether it is held for that"},
        Event.CLOCK_SKEWED: {"dispatch": "id", "channel": "name", "seconds": "provider's clock less Redis's"},
        Event.AUDIENCE_CHANGED: {"dispatch": "id", "came": "people", "left": "people", "new_domains": "number"},
        Event.ARMING_FAILED: {"dispatch": "id", "error": "class of the error"},
        Event.CHANNEL_HELD: {"dispatch": "id", "channel": "name", "reason": "word"},
        Event.DISPATCH_HELD: {"dispatch": "id", "reason": "word"},
        Event.DISPATCH_RESUMED: {"dispatch": "id"},
        Event.DISPATCH_CANCELLED: {"dispatch": "id"},
        Event.DISPATCH_SETTLED: {"dispatch": "id", "decision": "sent or again", "moved": "deliveries"},
        Event.DISPATCH_CLOSED: {"dispatch": "id", "state": "word"},
        Event.GATE_CLOSED: {"dispatch": "id", "channel": "name", "start": "index", "verdict": "word"},
        Event.BATCH_ACCEPTED: {"dispatch": "id", "channel": "name", "start": "index", "count": "deliveries"},
        Event.BATCH_FAILED: {
            "dispatch": "id",
            "channel": "name",
            "start": "index",
            "count": "deliveries",
            "kind": "class of the failure",
            "status": "provider's status, 0 for none",
        },
        Event.BATCH_SPLIT: {"dispatch": "id", "channel": "name", "start": "index", "count": "deliveries"},
        Event.BATCH_PARTED: {"dispatch": "id", "channel": "name", "start": "index", "runs": "outcomes"},
        Event.PART_FOUND: {"dispatch": "id", "channel": "name", "start": "index"},
        Event.LEASES_ENDED: {"dispatch": "id", "channel": "name", "given_back": "batches", "in_doubt": "batches"},
        Event.ALARM_RAISED: {"dispatch": "id", "alarm": "word", "state": "word"},
        Event.ALARM_NOT_HEARD: {"dispatch": "id", "alarm": "word", "sink": "word"},
        Event.SWEEP_FAILED: {"error": "class of the error"},
        Event.SUPPRESSION_ADDED: {"by": "name"},
        Event.SUPPRESSION_REMOVED: {"by": "name"},
        Event.LIST_LEFT: {"by": "name"},
        Event.LANGUAGE_CHANGED: {"by": "name"},
        Event.NOTE_NOT_HEARD: {"note": "id", "sink": "word"},
        Event.MAIL_READ: {"kind": "word", "is_ours": "whether it carried a link of ours"},
        Event.EVENTS_KEPT_ASIDE: {"error": "class of the error"},
        Event.EVENTS_RECORDED: {"moved": "events", "repeated": "events", "contradictory": "events", "unknown": "events"},
        Event.REQUEST_FAILED: {"route": "path with names for its values", "error": "class of the error"},
        Event.LOGIN_ACCEPTED: {"account": "id"},
        Event.LOGIN_FAILED: {"account": "id, also of a login that nobody has"},
        Event.LOGIN_THROTTLED: {"account": "id, also of a login that nobody has", "wait_s": "seconds"},
    }
)


def tell(event: Event, **fields: str | int | float | bool) -> None:
    """Write one event to the log.

    Raises:
        ValueError: the fields are not those of the table, which is a defect.
    """
    if fields.keys() != FIELDS[event].keys():
        raise ValueError(f"{event.value} has the fields {sorted(FIELDS[event])}")
    _LOG.info(event.value, extra={"facts": fields})


class JsonLines(logging.Formatter):
    """One JSON object per line: when, how grave, what, and the event's fields."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, object] = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S") + f".{int(record.msecs):03d}",
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info and record.exc_info[0] is not None:
            # The class only: an exception's text could quote what it was working on.
            line["error"] = record.exc_info[0].__name__
        return json.dumps(line, ensure_ascii=False)


class PlainLines(logging.Formatter):
    """The same for people."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        facts = " ".join(f"{name}={value}" for name, value in getattr(record, "facts", {}).items())
        return f"{self.formatTime(record, '%H:%M:%S')} {record.getMessage()} {facts}".rstrip()


#: Loggers of SDKs that print keys, headers or bodies at DEBUG.
_TALKATIVE = ("tweepy", "python_http_client", "urllib3", "requests_oauthlib", "oauthlib", "sendgrid")


def set_up_logging(*, level: str, is_json: bool) -> None:
    """Send our log to stderr and keep the SDKs' debug logs, which show credentials, shut."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if is_json else PlainLines())
    _LOG.handlers[:] = [handler]
    _LOG.setLevel(level.upper())
    _LOG.propagate = False
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
