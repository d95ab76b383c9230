"""The sealed e-mail in a browser, for the recipient whom it was sent to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from distributor.core.errors import NotFound
from distributor.core.ids import Index, MasterKey, ReleaseId
from distributor.core.links import TokenHolder
from distributor.core.message import ChannelName, EmailMaster, Master
from distributor.core.plan import DispatchPlan
from distributor.core.report import DispatchStatus
from distributor.ports_dispatch import Dispatches


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlineView:
    """Shows e-mails to the holders of their links; holds what this takes."""

    #: Returns whom a token stands for, None when it is not ours.
    read_token: Callable[[str], TokenHolder | None]
    dispatches: Dispatches
    #: Returns the sealed masters of one revision of a release.
    masters: Callable[[ReleaseId, int], Sequence[Master]]
    #: Returns a master's HTML without what differs per recipient.
    without_slots: Callable[[EmailMaster], str]

    def page(self, token: str) -> str | None:
        """Return the e-mail as HTML; None for a link that is not ours, and equally for whatever is not public yet.

        Nobody can tell the two apart, so that a link tells nothing before the lift.

        Raises:
            StoreUnavailable: Redis does not answer.
        """
        holder = self.read_token(token)
        if holder is None:
            return None
        try:
            status = self.dispatches.status(holder.dispatch)
            key = self._master_of(self.dispatches.plan(holder.dispatch), holder.index) if _is_public(status) else None
            masters = () if key is None else self.masters(status.release, status.revision)
        except NotFound:
            return None
        found = next((master for master in masters if master.key == key), None)
        return self.without_slots(found) if isinstance(found, EmailMaster) else None

    def _master_of(self, plan: DispatchPlan, index: Index) -> MasterKey | None:
        """Return which master somebody got, None for somebody who is in no batch."""
        records = self.dispatches.batches(plan.dispatch, ChannelName.EMAIL)
        return next((record.master for record in records if record.start <= index < record.start + record.count), None)


def _is_public(status: DispatchStatus) -> bool:
    """Say whether the release is out: the lift has come by Redis's clock, something has left, and nobody cancelled.

    Having left matters beside the lift: a dispatch that is held over its lift has not been released to anybody.
    """
    return not status.is_cancelled and status.read_at >= status.lift_at and status.first_sent_at is not None
