"""What to do after a failed send: decided here, done elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from distributor.core.errors import NotSent, Rejected, SendFailure
from distributor.core.report import HoldReason

FIRST_PAUSE = timedelta(seconds=0.5)
LONGEST_PAUSE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """What follows a failure."""

    #: When the batch may be tried again, if its failure allows that at all.
    retry_in: timedelta = timedelta(0)
    #: Reason word to hold the dispatch, "" to go on.
    hold: str = ""
    #: Whether to cut the batch in two, to find the one recipient for whom the provider refused all.
    should_split: bool = False


def after_failure(failure: SendFailure, *, attempt: int, recipients: int) -> NextStep:
    """Return what follows a failure of a batch with so many recipients at its `attempt`-th try (from 1).

    >>> after_failure(NotSent("busy"), attempt=3, recipients=10).retry_in
    datetime.timedelta(seconds=2)
    """
    match failure:
        case Rejected(is_divisible=True) if recipients > 1:
            return NextStep(should_split=True)
        case NotSent(needs_staff=True):
            return NextStep(retry_in=FIRST_PAUSE, hold=HoldReason.PROVIDER.value)
        case NotSent(retry_after=asked):
            pause = min(FIRST_PAUSE * 2 ** min(attempt - 1, 20), LONGEST_PAUSE)
            return NextStep(retry_in=max(pause, asked or timedelta(0)))
        case _:
            return NextStep()
