"""What sending a test to oneself needs: a way that is no channel, so that nothing of it can reach an audience, and a limit."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

from distributor.core.account import AccountId
from distributor.core.message import EmailMaster


class TrialMail(Protocol):
    """Hands one e-mail to the provider, for one of the staff. It knows no lists, no batches and no dispatch."""

    def hand_over(self, trial: EmailMaster, *, to: str, trial_id: str) -> None:
        """Hand over one e-mail without slots for one address, in one request.

        Raises:
            Rejected: surely not taken, and never will be.
            NotSent: surely not taken.
            OutcomeUnknown: it may come all the same.
        """
        ...


class TrialThrottle(Protocol):
    """Counts the tests of each account, by Redis's clock."""

    def begin(self, account: AccountId) -> timedelta:
        """Return how long to wait; 0 lets one through, which counts whatever becomes of it. Atomic over all processes."""
        ...
