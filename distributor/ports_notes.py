"""What the service wants staff to see of a dispatch, beside its states."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from distributor.core.audience_change import AudienceChange
from distributor.core.ids import DispatchId, ListName


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
