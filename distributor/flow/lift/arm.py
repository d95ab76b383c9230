"""Arm: take place before the lift, so that at the lift only the gate is left to pass."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from distributor.core.errors import SendFailure
from distributor.core.ids import DispatchId
from distributor.core.message import THREADS, ChannelName
from distributor.core.plan import DispatchPlan
from distributor.flow.lift.at_hand import AtHand
from distributor.flow.lift.loaded import LoadedDispatches
from distributor.ports import Channel, LiftClock
from distributor.ports_dispatch import Ledger
from distributor.telemetry import Event, tell

#: Connections warmed so lately are warm for this lift, too: 15 s before it, and good for 50 s (channels.connection).
WARM_FOR_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Armer:
    """Arms dispatches; holds what this takes."""

    ledger: Ledger
    channels: Mapping[ChannelName, Channel]
    lift_clock: LiftClock
    loaded: LoadedDispatches
    at_hand: AtHand
    #: When each channel's connections were warmed, by this machine's monotonic clock.
    _warmed: dict[ChannelName, float] = field(default_factory=dict)

    def arm(self, dispatch: DispatchId, *, place: int, workers: int) -> None:
        """Take place before the lift: load what this worker will need and warm its connections.

        `place` counts this worker among all `workers` from 0; each loads other bodies. A provider that does not answer now is
        no reason not to try at the lift.
        """
        loaded = self.loaded.load(dispatch)
        for channel in loaded.plan.channels:
            tell(
                Event.DISPATCH_ARMED,
                dispatch=dispatch,
                channel=channel.value,
                is_reachable=self._warm(channel),
                at_hand=0 if channel in THREADS else self._load_ahead(loaded.plan, channel, place=place, workers=workers),
            )

    def _warm(self, channel: ChannelName) -> bool:
        if time.monotonic() - self._warmed.get(channel, -WARM_FOR_S) < WARM_FOR_S:
            return True
        try:
            self.channels[channel].open()
        except SendFailure:
            return False
        self._warmed[channel] = time.monotonic()
        return True

    def _load_ahead(self, plan: DispatchPlan, channel: ChannelName, *, place: int, workers: int) -> int:
        starts = self.ledger.open_starts(plan.dispatch, channel)[place::workers]
        for loaded, start in enumerate(starts):
            if self.lift_clock.left_until(plan.lift_at) <= timedelta(0):
                return loaded
            body = self.ledger.staged(plan.dispatch, channel, start)
            if not self.at_hand.put(plan.dispatch, channel, (start, body)):
                return loaded
        return len(starts)
