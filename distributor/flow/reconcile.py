"""Reconcile: end doubt by evidence. For a thread, look for the part among the account's own posts.

E-mail needs no step of its own: the provider's events carry our delivery ids, and recording one moves its delivery out of doubt.
What no evidence is found for stays in doubt until a named person decides; nothing is ever sent again by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from distributor.core.errors import NotSent
from distributor.core.ids import DispatchId
from distributor.core.message import ChannelName
from distributor.ports import ReadsBack
from distributor.ports_dispatch import Ledger
from distributor.telemetry import Event, tell

#: Clocks differ, and a provider stamps a post with its own: look a little further back than the request.
_MARGIN = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciler:
    """Looks for what is in doubt; holds what this takes."""

    ledger: Ledger
    #: The channels that can be asked, by name.
    readers: Mapping[ChannelName, ReadsBack]

    def reconcile(self, dispatch: DispatchId) -> int:
        """Look once for the parts of a dispatch that are in doubt; return how many were found and are live now.

        Finding none changes nothing. Safe to repeat, and for several workers to do at once.
        """
        return sum(self._look_for_part(dispatch, name, reader) for name, reader in self.readers.items())

    def _look_for_part(self, dispatch: DispatchId, name: ChannelName, reader: ReadsBack) -> bool:
        part = self.ledger.part_in_doubt(dispatch, name)
        if part is None:
            return False
        try:
            found = reader.find(staged=part.staged, since=part.sent_at - _MARGIN, reply_to=part.reply_to)
        except NotSent:
            return False
        if found is None or not self.ledger.adopt(dispatch, name, start=part.start, found=found):
            return False
        tell(Event.PART_FOUND, dispatch=dispatch, channel=name.value, start=part.start)
        return True
