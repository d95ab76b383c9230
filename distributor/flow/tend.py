"""Tend: the sweep that every worker runs. It re-drives whatever is due, so that no message and no process is needed twice.

A lost wake-up costs one sweep's interval. A dead worker costs one lease. Any one worker alive is enough.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from distributor.core.embargo import ARM_BEFORE, CLAIM_AHEAD
from distributor.core.ids import DispatchId
from distributor.core.message import THREADS
from distributor.core.report import DispatchState, DispatchStatus, is_thread_cut
from distributor.ports_dispatch import Dispatches, Ledger
from distributor.telemetry import Event, tell


@dataclass(frozen=True, slots=True, kw_only=True)
class Tender:
    """Looks after every dispatch whose lift is near or past."""

    dispatches: Dispatches
    ledger: Ledger
    #: Ask for a preparation that was cut off.
    wake_preparation: Callable[[DispatchId], None]
    #: Ask for slots to work the dispatch.
    wake_slots: Callable[[DispatchId], None]
    #: Ask for a look for what is in doubt.
    wake_reconciliation: Callable[[DispatchId], None]
    #: Raise the alarms that are due.
    watch: Callable[[DispatchStatus], object]
    #: Take place for the lift: load and warm up, once per process.
    arm: Callable[[DispatchId], None]
    #: Free what this process holds of a finished dispatch.
    forget: Callable[[DispatchId], None]
    #: Dispatches that need no look before a reading of this machine's monotonic clock, in seconds.
    _resting: dict[DispatchId, float] = field(default_factory=dict)

    def sweep(self) -> None:
        """Do once whatever is due. Safe to run at any time on any number of workers."""
        for dispatch in self.dispatches.due(within=ARM_BEFORE):
            if time.monotonic() >= self._resting.get(dispatch, 0):
                status = self.dispatches.status(dispatch)
                self._tend(dispatch, status)
                self._resting[dispatch] = time.monotonic() + _rest(status) / timedelta(seconds=1)

    def _tend(self, dispatch: DispatchId, status: DispatchStatus) -> None:
        self._take_back(dispatch, status)
        self.watch(status)
        if any(name in THREADS and is_thread_cut(channel.tally) for name, channel in status.channels):
            self.wake_reconciliation(dispatch)
        match status.state:
            case DispatchState.ARMED | DispatchState.RELEASING:
                if status.is_prepared:
                    self.arm(dispatch)
                    self.wake_slots(dispatch)
                else:
                    self.wake_preparation(dispatch)
            case DispatchState.CANCELLED:
                for channel, _ in status.channels:
                    self.ledger.withdraw(dispatch, channel)
                self._close_if_settled(dispatch, status)
            case DispatchState.DONE:
                self._close_if_settled(dispatch, status)
            case DispatchState.HELD | DispatchState.INCOMPLETE | DispatchState.EXPIRED:
                pass

    def _take_back(self, dispatch: DispatchId, status: DispatchStatus) -> None:
        for channel, _ in status.channels:
            back, doubt = self.ledger.expire(dispatch, channel)
            if back or doubt:
                tell(Event.LEASES_ENDED, dispatch=dispatch, channel=channel.value, given_back=back, in_doubt=doubt)

    def _close_if_settled(self, dispatch: DispatchId, status: DispatchStatus) -> None:
        if all(channel.tally.is_settled for _, channel in status.channels):
            self.dispatches.close(dispatch)
            self.forget(dispatch)
            self._resting.pop(dispatch, None)
            tell(Event.DISPATCH_CLOSED, dispatch=dispatch, state=status.state.value)


def _rest(status: DispatchStatus) -> timedelta:
    """Return how long a dispatch needs no look. A hundred armed ones looked at five times a second would make lifts late."""
    match status.state:
        case DispatchState.RELEASING:
            return timedelta(0)
        case DispatchState.ARMED:
            return min(_LONGEST_REST, max(status.lift_at - CLAIM_AHEAD - status.read_at, timedelta(0)))
        case _:
            return _LONGEST_REST


_LONGEST_REST = timedelta(seconds=1)
