"""Dispatch: claim a batch, pass the gate, send it, write down what came of it. The only place that calls a channel's `send`.

A `Dispatcher` is what a worker's slot runs. Any number of slots on any number of machines work the same dispatches at once; the
ledger's scripts see to it that each batch is in one slot's hands. A slot may die at any point:

    before the claim            nothing happened
    claimed                     the lease ends, the batch is planned again
    submitting                  the lease ends, the batch is unknown: the provider may have it
                                (a slot that lives and lost only the gate's answer asks again, and nobody is in doubt)
    answered, not written yet   the same: unknown, although the answer was known to the dead
    written                     done
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar, assert_never

from distributor.core.embargo import ARM_BEFORE, Clearance, clear
from distributor.core.errors import GateClosed, NotSent, SendFailure, StoreUnavailable
from distributor.core.ids import DispatchId, MasterKey, digest
from distributor.core.message import THREADS, ChannelName
from distributor.core.plan import DispatchPlan
from distributor.core.retry import after_failure
from distributor.ports import Channel, LiftClock
from distributor.ports_dispatch import (
    Claim,
    Dispatches,
    GateAnswer,
    Ledger,
    NoClaim,
    Pause,
    SuppressionJournal,
    Verdict,
)
from distributor.telemetry import Event, tell

_T = TypeVar("_T")
#: A waiting slot looks up at least so often for other work, a hold, or the end.
_GLANCE = timedelta(milliseconds=200)
#: How often a slot looks whether the part before its own is through.
_PART_GLANCE = timedelta(milliseconds=20)
#: How many batches of one dispatch a slot takes before it looks at the others.
_TURN = 16
#: How long a slot with a batch in its hands goes on asking and writing while Redis is away, before it leaves the batch in doubt.
_INSIST_FOR_S = 45.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loaded:
    """What a slot needs of a dispatch again and again."""

    plan: DispatchPlan
    frames: Mapping[MasterKey, bytes]
    digests: tuple[tuple[MasterKey, bytes], ...]


class Dispatcher:
    """Works dispatches whose lift is near or past. Thread-safe; one per process."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        dispatches: Dispatches,
        approved_seal: Callable[[str], str],
        suppression: SuppressionJournal,
        channels: Mapping[ChannelName, Channel],
        lift_clock: LiftClock,
    ) -> None:
        """`approved_seal` returns the seal of a release's approval as it stands now, "" when there is none."""
        self._ledger = ledger
        self._dispatches = dispatches
        self._approved_seal = approved_seal
        self._suppression = suppression
        self._channels = channels
        self._lift_clock = lift_clock
        self._plans: dict[DispatchId, DispatchPlan] = {}
        self._loaded: dict[DispatchId, _Loaded] = {}
        self._loading = threading.Lock()

    def serve(self, *, should_stop: Callable[[], bool]) -> None:
        """Work whatever is due until nothing is, or until `should_stop`; the request in flight is always finished."""
        while not should_stop():
            waits = [self._take_turn(dispatch, should_stop) for dispatch in self._dispatches.due(within=ARM_BEFORE)]
            worth = [wait for wait in waits if wait is not None]
            if not worth:
                return
            if (shortest := min(worth)) > timedelta(0):
                time.sleep(min(shortest, _GLANCE) / timedelta(seconds=1))

    def _take_turn(self, dispatch: DispatchId, should_stop: Callable[[], bool]) -> timedelta | None:
        """Work one dispatch for a while; return how long until it is worth another turn, None when it is not."""
        waits: list[timedelta] = []
        # Threads first: their parts can only leave one after the other.
        for channel in sorted(self._plan(dispatch).channels, key=lambda name: name not in THREADS):
            for _ in range(_TURN):
                pause = self.work_once(dispatch, channel, should_stop=should_stop)
                if pause is not None or should_stop():
                    break
            if pause is None:
                waits.append(timedelta(0))
            elif pause.why is NoClaim.WAIT:
                waits.append(pause.wait)
            elif pause.why is NoClaim.BUSY:
                waits.append(_PART_GLANCE)
        return min(waits, default=None)

    def work_once(
        self, dispatch: DispatchId, channel: ChannelName, *, should_stop: Callable[[], bool] = lambda: False
    ) -> Pause | None:
        """Take one batch all the way. Return None when there was one, otherwise why not."""
        claim = self._ledger.claim(dispatch, channel, token=secrets.token_hex(12))
        if isinstance(claim, Pause):
            return claim
        loaded = self._load(dispatch)
        staged = self._ledger.staged(claim)
        reply_to = self._ledger.reply_to(claim) if channel in THREADS else None
        try:
            clearance, answer = self._pass_gate(claim, loaded, should_stop)
        except GateClosed:
            return None
        provider = self._channels[channel]
        leaving = provider.without(staged, answer.left_out) if answer.left_out else staged
        try:
            accepted = provider.send(clearance, frame=loaded.frames[claim.master], staged=leaving, reply_to=reply_to)
        except SendFailure as failure:
            self._write_failure(claim, failure, staged=staged, goers=claim.count - len(answer.left_out))
        else:
            self._insist(lambda: self._ledger.settle_accepted(claim, accepted))
            tell(Event.BATCH_ACCEPTED, dispatch=dispatch, channel=channel.value, start=claim.start, count=claim.count)
        return None

    def _pass_gate(self, claim: Claim, loaded: _Loaded, should_stop: Callable[[], bool]) -> tuple[Clearance, GateAnswer]:
        """Ask until the gate opens or closes for good.

        Raises:
            GateClosed: nothing may be sent; the batch is somebody else's, or open again.
        """
        while True:
            answer = self._ask(claim, loaded)
            match answer.verdict:
                case Verdict.OPEN:
                    return self._clear(claim, answer), answer
                case Verdict.EARLY if not should_stop():
                    self._lift_clock.wait_until(answer.facts.lift_at, should_stop=should_stop)
                case Verdict.STALE:
                    self._suppression.catch_up(claim.dispatch)
                case Verdict.EARLY | Verdict.HELD | Verdict.SEAL | Verdict.LATE | Verdict.LOST:
                    if answer.verdict is Verdict.LOST:
                        self._write_not_sent(claim, "gate: lost")
                    tell(
                        Event.GATE_CLOSED,
                        dispatch=claim.dispatch,
                        channel=claim.channel.value,
                        start=claim.start,
                        verdict=answer.verdict.value,
                    )
                    raise GateClosed(answer.verdict.value)
                case _:
                    assert_never(answer.verdict)

    def _ask(self, claim: Claim, loaded: _Loaded) -> GateAnswer:
        seal = loaded.plan.offered_seal(approved_seal=self._approved_seal(loaded.plan.release), frames=loaded.digests)
        # A thread has no recipients who could have asked to be left alone.
        seen = self._suppression.journal_end() if claim.channel not in THREADS else 0
        # An answer that is lost may have been "open": asked again the gate says the same, and nobody ends in doubt for nothing.
        return self._insist(
            lambda: self._ledger.submit(claim, revision=loaded.plan.revision, offered_seal=seal, journal_seen=seen)
        )

    def _clear(self, claim: Claim, answer: GateAnswer) -> Clearance:
        try:
            return clear(answer.facts)
        except GateClosed as closed:
            # The script opened and the facts say otherwise (a hold came between an answer and its repetition).
            self._write_not_sent(claim, f"gate: {type(closed).__name__}")
            raise

    def _write_not_sent(self, claim: Claim, reason: str) -> None:
        """Say that nothing has left, should the ledger think that something may have: only this slot knows."""
        self._insist(lambda: self._ledger.settle_failed(claim, NotSent(reason), retry_in=timedelta(0), hold=""))

    def _write_failure(self, claim: Claim, failure: SendFailure, *, staged: bytes, goers: int) -> None:
        step = after_failure(failure, attempt=claim.attempt, recipients=goers)
        tell(
            Event.BATCH_FAILED,
            dispatch=claim.dispatch,
            channel=claim.channel.value,
            start=claim.start,
            count=claim.count,
            kind=type(failure).__name__,
            status=failure.status or 0,
        )
        if step.should_split:
            self._split(claim, staged)
            return
        self._insist(lambda: self._ledger.settle_failed(claim, failure, retry_in=step.retry_in, hold=step.hold))
        if step.hold:
            tell(Event.DISPATCH_HELD, dispatch=claim.dispatch, reason=step.hold)

    def _split(self, claim: Claim, staged: bytes) -> None:
        channel = self._channels[claim.channel]
        half = claim.count // 2
        first = channel.without(staged, frozenset(range(half, claim.count)))
        second = channel.without(staged, frozenset(range(half)))
        self._insist(lambda: self._ledger.split(claim, middle=claim.start + half, first=first, second=second))
        tell(Event.BATCH_SPLIT, dispatch=claim.dispatch, channel=claim.channel.value, start=claim.start, count=claim.count)

    @staticmethod
    def _insist(ask: Callable[[], _T]) -> _T:
        """Get through to the ledger even if Redis is away for a while: what this slot knows, nobody else does. Whatever is asked
        or written here may be repeated.
        """
        give_up_at = time.monotonic() + _INSIST_FOR_S
        while True:
            try:
                return ask()
            except StoreUnavailable:
                if time.monotonic() >= give_up_at:
                    raise
                time.sleep(0.1)

    def arm(self, dispatch: DispatchId) -> None:
        """Take place before the lift: load the frames and warm the connections. Never fails: the send will tell."""
        for name in self._load(dispatch).plan.channels:
            try:
                self._channels[name].open()
                is_reachable = True
            except SendFailure:
                is_reachable = False
            tell(Event.DISPATCH_ARMED, dispatch=dispatch, channel=name.value, is_reachable=is_reachable)

    def forget(self, dispatch: DispatchId) -> None:
        """Free what was loaded for a finished dispatch."""
        with self._loading:
            self._loaded.pop(dispatch, None)
            self._plans.pop(dispatch, None)

    def _plan(self, dispatch: DispatchId) -> DispatchPlan:
        if dispatch not in self._plans:
            self._plans[dispatch] = self._dispatches.plan(dispatch)
        return self._plans[dispatch]

    def _load(self, dispatch: DispatchId) -> _Loaded:
        with self._loading:
            if dispatch not in self._loaded:
                plan = self._plan(dispatch)
                frames = {key: self._dispatches.frame(dispatch, key) for key in plan.masters}
                digests = tuple((key, digest(frame)) for key, frame in sorted(frames.items()))
                self._loaded[dispatch] = _Loaded(plan=plan, frames=frames, digests=digests)
            return self._loaded[dispatch]
