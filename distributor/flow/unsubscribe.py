"""Unsubscribe: a recipient's word, by the link in a message. It stops batches that are staged already, too.

The suppression list's journal carries it to every running dispatch: the gate compares itself with the journal before each batch
(flow/suppression_sync.py). Using the link also proves that the message arrived, which settles that one delivery.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from distributor.core.audience import Contact
from distributor.core.delivery import State
from distributor.core.delivery_event import DeliveryEvent, SuppressionReason
from distributor.core.leaving import RECIPIENT, Leaving
from distributor.core.links import TokenHolder
from distributor.core.staff_note import StaffNote, Topic
from distributor.ports import AuditEntry, AuditLog, Clock, ContactBook, SuppressionList
from distributor.ports_events import EventStore
from distributor.ports_notes import StaffNotes
from distributor.telemetry import Event, tell


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsubscriber:
    """Takes recipients' words; holds what this takes."""

    #: Returns whom a token stands for, None when it is not ours.
    read_token: Callable[[str], TokenHolder | None]
    book: ContactBook
    suppressions: SuppressionList
    events: EventStore
    audit: AuditLog
    notes: StaffNotes
    clock: Clock

    def knows(self, token: str) -> bool:
        """Say whether the link is one that we made. Changes nothing."""
        return self.read_token(token) is not None

    def unsubscribe(self, token: str) -> Leaving:
        """Suppress the address behind the link. Repeating it changes nothing.

        Raises:
            StoreUnavailable: ask again; it may be done or not.
        """
        holder = self.read_token(token)
        if holder is None:
            return Leaving.NO_SUCH_LINK
        is_new = [self._suppress(holder, contact) for _, contact in self.book.load([holder.contact])]
        left = DeliveryEvent(dispatch=holder.dispatch, index=holder.index, state=State.UNSUBSCRIBED, at=self.clock.now())
        self.events.apply(holder.dispatch, [left])
        return Leaving.LEFT if any(is_new) else Leaving.LEFT_BEFORE

    def _suppress(self, holder: TokenHolder, contact: Contact) -> bool:
        now = self.clock.now()
        if contact.is_priority:
            # Before the suppression: whoever is cut off in between is told of twice at most, and never not at all.
            self.notes.add(StaffNote(topic=Topic.PRIORITY_LEFT, at=now, dispatch=holder.dispatch, contact=holder.contact))
        if not self.suppressions.add(contact.address, reason=SuppressionReason.UNSUBSCRIBED.value, by=RECIPIENT, at=now):
            return False
        self.audit.append(
            AuditEntry(
                at=now,
                by=RECIPIENT,
                action=Event.SUPPRESSION_ADDED.value,
                subject=holder.dispatch,
                reason=SuppressionReason.UNSUBSCRIBED.value,
                facts=(("index", str(holder.index)),),
            )
        )
        tell(Event.SUPPRESSION_ADDED, by=RECIPIENT)
        return True
