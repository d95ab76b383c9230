"""What the service wants staff to see of a dispatch, beside its states."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from distributor.core.audience_change import AudienceChange
from distributor.core.ids import DispatchId, ListName
from distributor.core.staff_note import StaffNote


class NoteBoard(Protocol):
    """Notes on dispatches, one for each topic; shown by `dispatch status`. No word of a release may stand in one."""

    def note(self, dispatch: DispatchId, topic: str, text: str) -> None:
        """Put the note up, in place of an earlier one of the same topic; an empty text takes it down."""
        ...


class ListSnapshots(Protocol):
    """The media lists as they were at moments that count."""

    def take(self, moment: str) -> None:
        """Remember all lists under the name of a moment, in place of an earlier snapshot of that name."""
        ...

    def change_since(self, moment: str, names: Sequence[ListName]) -> AudienceChange | None:
        """Return what has changed on the lists together; None when no snapshot of the moment is kept."""
        ...


class StaffNotes(Protocol):
    """What staff should hear of that is no alarm."""

    def add(self, note: StaffNote) -> bool:
        """Add a note. False if the same was there already."""
        ...

    def newest(self, most: int = ...) -> Sequence[StaffNote]:
        """Return the newest notes, newest first."""
        ...

    def untold(self, sink: str) -> Sequence[StaffNote]:
        """Return the notes that the sink has not been told, oldest first."""
        ...

    def mark_told(self, note: StaffNote, sink: str) -> bool:
        """Remember that a sink is told a note. False if somebody else has it already."""
        ...

    def unmark_told(self, note: StaffNote, sink: str) -> None:
        """Forget that: the sink did not take it."""
        ...
