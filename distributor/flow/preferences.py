"""Preferences: what a recipient chooses by the link in a message instead of leaving everything, and taking it back.

Leaving a list writes the same journal as a suppression, so that it holds for batches that are staged already, too
(flow/suppression_sync.py). Using the link proves that the message arrived, which settles that one delivery.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from distributor.core.audience import Contact
from distributor.core.audience_filter import base_of
from distributor.core.contact_row import language_of
from distributor.core.delivery import State
from distributor.core.delivery_event import DeliveryEvent, SuppressionReason
from distributor.core.errors import BadInput, NotFound
from distributor.core.ids import Language, ListName
from distributor.core.leaving import RECIPIENT, Leaving, Standing, can_be_undone
from distributor.core.links import TokenHolder
from distributor.core.staff_note import StaffNote, Topic
from distributor.ports import AuditEntry, AuditLog, Clock, ContactBook, SuppressionList
from distributor.ports_contacts import ContactEdits, LeftLists
from distributor.ports_dispatch import Dispatches
from distributor.ports_events import EventStore
from distributor.ports_notes import StaffNotes
from distributor.telemetry import Event, tell


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """Takes recipients' choices; holds what this takes."""

    #: Returns whom a token stands for, None when it is not ours.
    read_token: Callable[[str], TokenHolder | None]
    dispatches: Dispatches
    book: ContactBook
    edits: ContactEdits
    suppressions: SuppressionList
    left_lists: LeftLists
    events: EventStore
    notes: StaffNotes
    audit: AuditLog
    clock: Clock

    def look(self, token: str) -> Standing | None:
        """Return how the holder stands, None for a link that is not ours. Changes nothing.

        Raises:
            StoreUnavailable: Redis does not answer.
        """
        holder = self.read_token(token)
        if holder is None:
            return None
        contact = self._contact(holder)
        if contact is None:
            return Standing(languages=(), is_suppressed=True, is_on_list=False, can_undo=False)
        suppression = self.suppressions.find(contact.address)
        now = self.clock.now()
        undoable = [*([suppression] if suppression else []), *self.left_lists.left(contact.key, self._lists(holder)).values()]
        return Standing(
            languages=contact.languages,
            is_suppressed=suppression is not None,
            is_on_list=bool(self._lists_with(holder)),
            can_undo=any(can_be_undone(by=one.by, at=one.at, now=now) for one in undoable),
        )

    def leave_list(self, token: str) -> Leaving:
        """Take the holder off the lists that the message was sent to. Repeating it changes nothing.

        Raises:
            StoreUnavailable: ask again; it may be done or not.
        """
        holder = self.read_token(token)
        if holder is None:
            return Leaving.NO_SUCH_LINK
        contact, now = self._contact(holder), self.clock.now()
        if contact is None:
            return Leaving.LEFT_BEFORE
        names = self._lists_with(holder)
        if names and contact.is_priority:
            self.notes.add(StaffNote(topic=Topic.PRIORITY_LEFT_LIST, at=now, dispatch=holder.dispatch, contact=holder.contact))
        reason = SuppressionReason.UNSUBSCRIBED.value
        is_new = [self.left_lists.leave(name, contact.key, holder.contact, reason=reason, by=RECIPIENT, at=now) for name in names]
        if any(is_new):
            self._record(holder, Event.LIST_LEFT, lists=",".join(names))
        self._prove_arrival(holder)
        return Leaving.LEFT if any(is_new) else Leaving.LEFT_BEFORE

    def change_language(self, token: str, wanted: str) -> Language | None:
        """Put a language before the others that the holder reads, from the next preparation on; None where there is nobody.

        Raises:
            BadInput: this is no language.
            StoreUnavailable: ask again.
        """
        holder = self.read_token(token)
        contact = None if holder is None else self._contact(holder)
        if holder is None or contact is None:
            return None
        language = language_of(wanted)
        if not language:
            raise BadInput("This is no language.", where="language", remedy="Choose one of those on the page.")
        changed = tuple(dict.fromkeys([language, *contact.languages]))
        if changed != contact.languages:
            self.edits.put(holder.contact, replace(contact, languages=changed))
            self._record(holder, Event.LANGUAGE_CHANGED, language=language)
        self._prove_arrival(holder)
        return language

    def undo(self, token: str) -> bool:
        """Take back what the holder did by their own word within the last days. False when there is nothing of that kind.

        Dispatches that have left them out already stay as they are.

        Raises:
            StoreUnavailable: ask again; it may be done or not.
        """
        holder = self.read_token(token)
        contact = None if holder is None else self._contact(holder)
        if holder is None or contact is None:
            return False
        now = self.clock.now()
        back = [
            self.left_lists.come_back(name, contact.key, holder.contact)
            for name, one in self.left_lists.left(contact.key, self._lists(holder)).items()
            if can_be_undone(by=one.by, at=one.at, now=now)
        ]
        suppression = self.suppressions.find(contact.address)
        if suppression and can_be_undone(by=suppression.by, at=suppression.at, now=now):
            back.append(self.suppressions.remove(contact.address))
        if any(back):
            self._record(holder, Event.SUPPRESSION_REMOVED)
        return any(back)

    def _contact(self, holder: TokenHolder) -> Contact | None:
        return next((contact for _, contact in self.book.load([holder.contact])), None)

    def _lists(self, holder: TokenHolder) -> tuple[ListName, ...]:
        """Return the lists that the message was sent to; none when the dispatch is gone."""
        try:
            plan = self.dispatches.plan(holder.dispatch)
        except NotFound:
            return ()
        return tuple(dict.fromkeys(base_of(name) for name in plan.lists))

    def _lists_with(self, holder: TokenHolder) -> tuple[ListName, ...]:
        mine = set(self.edits.lists_of(holder.contact))
        return tuple(name for name in self._lists(holder) if name in mine)

    def _prove_arrival(self, holder: TokenHolder) -> None:
        event = DeliveryEvent(dispatch=holder.dispatch, index=holder.index, state=State.DELIVERED, at=self.clock.now())
        self.events.apply(holder.dispatch, [event])

    def _record(self, holder: TokenHolder, event: Event, **facts: str) -> None:
        described = (("index", str(holder.index)), *facts.items())
        self.audit.append(
            AuditEntry(at=self.clock.now(), by=RECIPIENT, action=event.value, subject=holder.dispatch, facts=described)
        )
        tell(event, by=RECIPIENT)
