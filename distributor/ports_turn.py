"""What a slot asks of the store in one exchange: write the last answer, take the next batch, read what the gate compares.

Parted, these are four round trips for every batch, and at the lift round trips are what the time goes into.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from distributor.core.ids import DispatchId, ReleaseId
from distributor.core.message import ChannelName
from distributor.ports import Accepted
from distributor.ports_dispatch import Claim, Pause


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What stands outside the ledger and must hold when a batch passes the gate. Read anew for every asking of the gate."""

    #: The seal of the release's approval as it stands; "" when there is none.
    approved_seal: str
    #: The number of lines ever written to the suppression journal.
    journal_end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A batch that the provider took, not written down yet."""

    claim: Claim
    accepted: Accepted


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A batch to send, or why there is none."""

    taken: Claim | Pause
    #: As they were right after the claim.
    terms: Terms


class Turns(Protocol):
    """Gives slots their batches."""

    def take(
        self,
        dispatch: DispatchId,
        channel: ChannelName,
        *,
        release: ReleaseId,
        token: str,
        at_hand: Sequence[int] = (),
        answered: Answered | None = None,
    ) -> Turn:
        """Write the last answer, then take an open batch that may go now: the first of `at_hand` that is open, else the lowest.

        Each of the two is atomic, the pair is not. Repeated with the same arguments it changes nothing more and answers the same.

        Raises:
            StoreUnavailable: no answer came; the answer may be written and a batch taken.
        """
        ...

    def terms(self, release: ReleaseId) -> Terms:
        """Return the terms as they are now."""
        ...
