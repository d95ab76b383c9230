"""Puts the hot path together: the parts that a worker's slots share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from distributor.core.embargo import Embargo
from distributor.core.message import ChannelName
from distributor.core.plan import DispatchPlan
from distributor.flow.lift.arm import Armer
from distributor.flow.lift.at_hand import AtHand
from distributor.flow.lift.dispatch import Dispatcher
from distributor.flow.lift.loaded import LoadedDispatches
from distributor.flow.lift.pass_gate import Gate
from distributor.ports import Channel, LiftClock
from distributor.ports_dispatch import Dispatches, Ledger, SuppressionJournal
from distributor.ports_each import EachSettlement
from distributor.ports_notes import NoteBoard
from distributor.ports_turn import Turns


@dataclass(frozen=True, slots=True, kw_only=True)
class HotPath:
    """What a worker process works dispatches with."""

    dispatcher: Dispatcher
    armer: Armer


def build_hot_path(
    *,
    turns: Turns,
    ledger: Ledger,
    dispatches: Dispatches,
    suppression: SuppressionJournal,
    channels: Mapping[ChannelName, Channel],
    lift_clock: LiftClock,
    each: EachSettlement,
    at_hand_bytes: int,
    notes: NoteBoard,
    embargo_of: Callable[[DispatchPlan], Embargo | None],
    compare_audience: Callable[[DispatchPlan], object],
) -> HotPath:
    """Return a dispatcher and an armer that share what they have loaded."""
    loaded, at_hand = LoadedDispatches(dispatches), AtHand(most_bytes=at_hand_bytes)
    gate = Gate(turns=turns, ledger=ledger, suppression=suppression, lift_clock=lift_clock)
    return HotPath(
        dispatcher=Dispatcher(
            turns=turns,
            ledger=ledger,
            dispatches=dispatches,
            channels=channels,
            lift_clock=lift_clock,
            each=each,
            gate=gate,
            loaded=loaded,
            at_hand=at_hand,
        ),
        armer=Armer(
            ledger=ledger,
            dispatches=dispatches,
            notes=notes,
            channels=channels,
            lift_clock=lift_clock,
            loaded=loaded,
            at_hand=at_hand,
            embargo_of=embargo_of,
            compare_audience=compare_audience,
        ),
    )
