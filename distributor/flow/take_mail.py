"""Take mail: act on what comes back to the leave address, or to where a mail server returns what it cannot deliver."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from distributor.core.delivery_event import DeliveryEvent
from distributor.core.leaving import Leaving
from distributor.core.links import TokenHolder
from distributor.core.returned_mail import MailKind, ReturnedMail
from distributor.core.staff_note import StaffNote, Topic
from distributor.ports import Clock
from distributor.ports_notes import StaffNotes
from distributor.telemetry import Event, tell


class Taken(StrEnum):
    """What came of a mail."""

    LEFT = "unsubscribed"
    RECORDED = "recorded"
    #: A person seems to ask to leave, and nothing says for sure who: staff have a note.
    FOR_STAFF = "for staff to read"
    NOTHING = "nothing to do"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailTaker:
    """Acts on mails; holds what this takes."""

    read_token: Callable[[str], TokenHolder | None]
    unsubscribe: Callable[[str], Leaving]
    record: Callable[[Sequence[DeliveryEvent]], object]
    notes: StaffNotes
    clock: Clock
    #: The words with which people ask to leave, in small letters.
    leave_words: frozenset[str]

    def take(self, mail: ReturnedMail) -> Taken:
        """Do what the mail asks for or proves. Repeating it changes nothing more.

        Raises:
            StoreUnavailable: it may be done or not; give it again.
        """
        holder = self.read_token(mail.token) if mail.token else None
        tell(Event.MAIL_READ, kind=mail.kind.value, is_ours=holder is not None)
        if holder is not None and mail.kind is MailKind.LEAVE:
            self.unsubscribe(mail.token)
            return Taken.LEFT
        if holder is not None and mail.state is not None:
            event = DeliveryEvent(
                dispatch=holder.dispatch,
                index=holder.index,
                state=mail.state,
                at=self.clock.now(),
                is_permanent=mail.is_permanent,
            )
            self.record([event])
            return Taken.RECORDED
        if self._asks_to_leave(mail):
            self.notes.add(StaffNote(topic=Topic.MAIL_TO_READ, at=self.clock.now()))
            return Taken.FOR_STAFF
        return Taken.NOTHING

    def _asks_to_leave(self, mail: ReturnedMail) -> bool:
        if mail.kind is MailKind.COMPLAINT or (mail.kind is MailKind.LEAVE):
            return True
        subject = " ".join(mail.subject.casefold().split())
        return mail.kind is MailKind.OTHER and any(word in subject for word in self.leave_words)
