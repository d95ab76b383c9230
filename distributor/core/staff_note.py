"""What staff should hear of without asking, beside alarms: a person has left whom the desk must not lose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from distributor.core.errors import must_be_aware
from distributor.core.ids import ContactNumber, DispatchId, digest_id

_NO_DISPATCH = DispatchId("")
_NOBODY = ContactNumber(0)


class Topic(StrEnum):
    """What a note is about."""

    #: A priority contact wants nothing any more.
    PRIORITY_LEFT = "priority contact left"
    #: A priority contact has left the lists of one dispatch, and is still on others.
    PRIORITY_LEFT_LIST = "priority contact left a list"
    #: A mail to the leave address could not be understood by the service; somebody must read it.
    MAIL_TO_READ = "mail to read"


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffNote:
    """One note. It names a contact by number, so that erasing a person leaves nothing of them here."""

    topic: Topic
    at: datetime
    dispatch: DispatchId = _NO_DISPATCH
    #: 0 for a note about nobody.
    contact: ContactNumber = _NOBODY

    def __post_init__(self) -> None:
        must_be_aware(self.at, name="at")

    @property
    def id(self) -> str:
        """Return the note's id: one person leaving one dispatch twice is one note."""
        when = "" if self.contact else self.at.isoformat()
        return digest_id("n", self.topic.value, self.dispatch, str(self.contact), when)


def sentence(note: StaffNote) -> str:
    """Return what to tell staff over a wire: no name, no address. `distributor notes` says who."""
    match note.topic:
        case Topic.PRIORITY_LEFT:
            return f"A priority contact has unsubscribed by dispatch {note.dispatch}. `distributor notes` says who."
        case Topic.PRIORITY_LEFT_LIST:
            return f"A priority contact has left the lists of dispatch {note.dispatch}. `distributor notes` says who."
        case Topic.MAIL_TO_READ:
            return "A mail to the leave address was not understood. Please read it there: somebody may want to be left alone."
