"""Watch the audience: the lists at approval, at scheduling and at the lift are compared, and staff see what has changed.

The audience is frozen when a dispatch is prepared, right after scheduling. Whoever comes to a list afterwards is not in it, and
whoever is taken off it still is: only a suppression keeps a message from somebody who is in a frozen audience.
"""

from __future__ import annotations

from dataclasses import dataclass

from distributor.core.audience_change import AudienceChange
from distributor.core.audience_filter import base_of
from distributor.core.ids import DispatchId, ListName, ReleaseId
from distributor.core.message import ChannelName
from distributor.core.plan import DispatchPlan
from distributor.ports_notes import ListSnapshots, NoteBoard
from distributor.telemetry import Event, tell


@dataclass(frozen=True, slots=True, kw_only=True)
class AudienceWatch:
    """Compares; holds what this takes."""

    snapshots: ListSnapshots
    notes: NoteBoard

    def at_approval(self, release: ReleaseId, revision: int) -> None:
        """Remember the lists as the approver could see them."""
        self.snapshots.take(_approval(release, revision))

    def since_approval(self, release: ReleaseId, revision: int, name: ListName) -> AudienceChange | None:
        """Return what has changed on a list since an approval; None when the lists of then are not known."""
        return self.snapshots.change_since(_approval(release, revision), [name])

    def since_dispatch(self, dispatch: DispatchId, name: ListName) -> AudienceChange | None:
        """Return what has changed on a list since a dispatch froze its audience; None when the lists of then are not known."""
        return self.snapshots.change_since(dispatch, [name])

    def at_freeze(self, plan: DispatchPlan) -> AudienceChange | None:
        """Compare with the lists at approval, and remember them as they are frozen."""
        change = self._compare(
            plan, _approval(plan.release, plan.revision), topic="audience:scheduled", since="Since the approval"
        )
        self.snapshots.take(plan.dispatch)
        return change

    def at_lift(self, plan: DispatchPlan) -> AudienceChange | None:
        """Compare with the lists as they were frozen."""
        return self._compare(
            plan, plan.dispatch, topic="audience:lift", since="Since scheduling (who came is not in it, who left still is)"
        )

    def _compare(self, plan: DispatchPlan, moment: str, *, topic: str, since: str) -> AudienceChange | None:
        if ChannelName.EMAIL not in plan.channels:
            return None
        change = self.snapshots.change_since(moment, sorted({base_of(name) for name in plan.lists}))
        is_shown = change is not None and change.is_shown
        self.notes.note(plan.dispatch, topic, f"{since}, on {', '.join(plan.lists)}: {change}." if is_shown else "")
        if change is not None and is_shown:
            tell(
                Event.AUDIENCE_CHANGED,
                dispatch=plan.dispatch,
                came=change.came,
                left=change.left,
                new_domains=len(change.new_domains),
            )
        return change


def _approval(release: ReleaseId, revision: int) -> str:
    return f"{release}.{revision}"
