"""What is asked of the store when the people of one batch ended differently: each run of neighbours becomes a batch of its own.

A provider such as SendGrid takes or refuses a request whole. A mail server is asked once per recipient, and may accept the first,
refuse the second for good, put off the third, and go away after the fourth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from distributor.core.errors import SendFailure
from distributor.core.ids import RemoteId
from distributor.ports_dispatch import Claim


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Neighbours of one batch who ended alike."""

    #: The first one's index in the dispatch.
    start: int
    count: int
    #: The remote id of the first one's accepted message, or what kept all of them from being accepted.
    outcome: RemoteId | SendFailure
    #: How long to wait before they may be tried again, when the outcome allows that at all.
    retry_in: timedelta = timedelta(0)
    #: Their part of the staged body when they may be sent again, by themselves or by a person's decision; b"" otherwise.
    body: bytes = b""


class EachSettlement(Protocol):
    """Writes what became of each one of a batch."""

    def settle_each(self, claim: Claim, runs: Sequence[Run], *, hold: str) -> bool:
        """Write the outcome of every run, atomically; hold the channel for the reason word `hold` unless that is empty.

        The runs cover the batch without gaps, ascending. Repeated with the same claim it changes nothing more and answers True.
        False: the batch is not this claim's any more.

        Raises:
            ValueError: the runs do not cover the batch.
            StoreUnavailable: no answer came; it may be written.
        """
        ...
