"""Unsubscribe: a recipient's word, by the link in a message. It stops batches that are staged already, too.

The suppression list's journal carries it to every running dispatch: the gate compares itself with the journal before each batch
(flow/suppression_sync.py). Using the link also proves that the message arrived, which settles that one delivery.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from distributor.core.delivery import State
from distributor.core.delivery_event import DeliveryEvent, SuppressionReason
from distributor.core.links import TokenHolder
from distributor.ports import AuditEntry, AuditLog, Clock, ContactBook, SuppressionList
from distributor.ports_events import EventStore
from distributor.telemetry import Event, tell

#: Who a suppression is by when the recipient asked for it.
RECIPIENT = "recipient"


class Leaving(StrEnum):
    """What came of a recipient's word."""

    #: The address is suppressed from now on.
    LEFT = "left"
    #: It was suppressed before, or the person was erased and nobody is left to mail.
    LEFT_BEFORE = "left before"
    #: The link is not one that we made.
    NO_SUCH_LINK = "no such link"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsubscriber:
    """Takes recipients' words; holds what this takes."""

    #: Returns whom a token stands for, None when it is not ours.
    read_token: Callable[[str], TokenHolder | None]
    book: ContactBook
    suppressions: SuppressionList
    events: EventStore
    audit: AuditLog
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
        addresses = [contact.address for _, contact in self.book.load([holder.contact])]
        is_new = [self._suppress(holder, address) for address in addresses]
        left = DeliveryEvent(dispatch=holder.dispatch, index=holder.index, state=State.UNSUBSCRIBED, at=self.clock.now())
        self.events.apply(holder.dispatch, [left])
        return Leaving.LEFT if any(is_new) else Leaving.LEFT_BEFORE

    def _suppress(self, holder: TokenHolder, address: str) -> bool:
        now = self.clock.now()
        if not self.suppressions.add(address, reason=SuppressionReason.UNSUBSCRIBED.value, by=RECIPIENT, at=now):
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
