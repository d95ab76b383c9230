"""Arm: take place before the lift, so that then only the gate is left to pass; and look once more whether all still fits."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from distributor.core.embargo import Embargo
from distributor.core.errors import SendFailure
from distributor.core.ids import DispatchId
from distributor.core.message import THREADS, ChannelName
from distributor.core.plan import DispatchPlan
from distributor.core.provider_clock import LARGEST_SKEW, least_skew
from distributor.core.report import HoldReason
from distributor.core.zone_drift import zone_drift
from distributor.flow.lift.at_hand import AtHand
from distributor.flow.lift.loaded import LoadedDispatches
from distributor.ports import Channel, LiftClock
from distributor.ports_dispatch import Dispatches, Ledger
from distributor.ports_notes import NoteBoard
from distributor.telemetry import Event, tell

#: Connections warmed so lately are warm for this lift, too: 15 s before it, and good for 50 s (channels.connection).
WARM_FOR_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Armer:
    """Arms dispatches; holds what this takes."""

    ledger: Ledger
    dispatches: Dispatches
    notes: NoteBoard
    channels: Mapping[ChannelName, Channel]
    lift_clock: LiftClock
    loaded: LoadedDispatches
    at_hand: AtHand
    #: Returns the embargo of a plan's revision as the officer wrote it.
    embargo_of: Callable[[DispatchPlan], Embargo | None]
    #: Compares the frozen audience with the lists as they are now.
    compare_audience: Callable[[DispatchPlan], object]
    #: When each channel's connections were warmed, by this machine's monotonic clock.
    _warmed: dict[ChannelName, float] = field(default_factory=dict)

    def arm(self, dispatch: DispatchId, *, place: int, workers: int) -> None:
        """Take place before the lift: load what this worker will need and warm its connections.

        `place` counts this worker among all `workers` from 0; each loads other bodies, and the first looks what has changed
        since scheduling. A provider that does not answer now is no reason not to try at the lift.
        """
        plan = self.loaded.plan(dispatch)
        self._look_at_the_zone(plan)
        for channel in plan.channels:
            tell(
                Event.DISPATCH_ARMED,
                dispatch=dispatch,
                channel=channel.value,
                is_reachable=self._warm(plan, channel),
                at_hand=0 if channel in THREADS else self._load_ahead(plan, channel, place=place, workers=workers),
            )
        if place == 0:
            self.compare_audience(plan)

    def _look_at_the_zone(self, plan: DispatchPlan) -> None:
        # The process may be older than the rules: zoneinfo keeps what it has read.
        ZoneInfo.clear_cache()
        drift = zone_drift(plan, self.embargo_of(plan))
        if drift is None:
            return
        self.notes.note(plan.dispatch, "zone", str(drift))
        tell(Event.ZONE_CHANGED, dispatch=plan.dispatch, is_too_early=drift.is_too_early)
        if drift.is_too_early:
            self.dispatches.hold(plan.dispatch, by="distributor", reason=HoldReason.ZONE.value, note=str(drift))

    def _warm(self, plan: DispatchPlan, channel: ChannelName) -> bool:
        if time.monotonic() - self._warmed.get(channel, -WARM_FOR_S) < WARM_FOR_S:
            return True
        asked_at = self.lift_clock.now()
        try:
            said = self.channels[channel].open()
        except SendFailure:
            return False
        self._compare_clocks(plan, channel, said, asked_at)
        self._warmed[channel] = time.monotonic()
        return True

    def _compare_clocks(self, plan: DispatchPlan, channel: ChannelName, said: datetime | None, asked_at: datetime) -> None:
        if said is None:
            return
        skew = least_skew(said, asked_at=asked_at, heard_at=self.lift_clock.now())
        text = ""
        if abs(skew) > LARGEST_SKEW:
            text = f"{channel.value}'s clock is {skew.total_seconds():+.0f} s from Redis's, whose clock decides when this leaves."
            tell(Event.CLOCK_SKEWED, dispatch=plan.dispatch, channel=channel.value, seconds=round(skew.total_seconds(), 1))
        self.notes.note(plan.dispatch, f"clock:{channel.value}", text)

    def _load_ahead(self, plan: DispatchPlan, channel: ChannelName, *, place: int, workers: int) -> int:
        starts = self.ledger.open_starts(plan.dispatch, channel)[place::workers]
        for loaded, start in enumerate(starts):
            if self.lift_clock.left_until(plan.lift_at) <= timedelta(0):
                return loaded
            body = self.ledger.staged(plan.dispatch, channel, start)
            if not self.at_hand.put(plan.dispatch, channel, (start, body)):
                return loaded
        return len(starts)
