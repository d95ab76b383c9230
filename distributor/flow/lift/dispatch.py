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
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import TypeVar

from distributor.core.embargo import ARM_BEFORE, CLAIM_AHEAD
from distributor.core.errors import GateClosed, PartlySent, SendFailure
from distributor.core.ids import DispatchId
from distributor.core.message import THREADS, ChannelName
from distributor.core.plan import DispatchPlan
from distributor.core.retry import after_failure
from distributor.flow.lift.at_hand import AtHand, Body
from distributor.flow.lift.insist import insist
from distributor.flow.lift.loaded import LoadedDispatches
from distributor.flow.lift.pass_gate import Gate
from distributor.flow.lift.runs import runs_of
from distributor.ports import Channel, LiftClock
from distributor.ports_dispatch import (
    Claim,
    Dispatches,
    Ledger,
    NoClaim,
    Pause,
)
from distributor.ports_each import EachSettlement
from distributor.ports_turn import Answered, Terms, Turn, Turns
from distributor.telemetry import Event, tell

_T = TypeVar("_T")
#: A waiting slot looks up at least so often for other work, a hold, or the end.
_GLANCE = timedelta(milliseconds=200)
#: How often a slot looks whether the part before its own is through.
_PART_GLANCE = timedelta(milliseconds=20)
#: How many batches of one dispatch a slot takes before it looks at the others.
_TURN = 16
#: How many bodies a slot draws for one claim: some may have gone with other workers meanwhile.
_MOST_DRAWN = 4
#: How long a slot with a batch in its hands goes on asking and writing while Redis is away, before it leaves the batch in doubt.
_INSIST_FOR_S = 45.0


class Dispatcher:
    """Works dispatches whose lift is near or past. Thread-safe; one per process."""

    def __init__(
        self,
        *,
        turns: Turns,
        ledger: Ledger,
        dispatches: Dispatches,
        channels: Mapping[ChannelName, Channel],
        lift_clock: LiftClock,
        each: EachSettlement,
        gate: Gate,
        loaded: LoadedDispatches,
        at_hand: AtHand,
    ) -> None:
        self._turns = turns
        self._ledger = ledger
        self._dispatches = dispatches
        self._channels = channels
        self._lift_clock = lift_clock
        self._each = each
        self._gate = gate
        self._loaded = loaded
        self._at_hand = at_hand

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
        plan = self._loaded.plan(dispatch)
        # A hundred dispatches may be armed at once. If every slot asked the ledger for each, the one that lifts would be late.
        until_claims_open = self._lift_clock.left_until(plan.lift_at) - CLAIM_AHEAD
        if until_claims_open > timedelta(0):
            return until_claims_open
        waits: list[timedelta] = []
        # Threads first: their parts can only leave one after the other.
        for channel in sorted(plan.channels, key=lambda name: name not in THREADS):
            pause = self._work(plan, channel, should_stop)
            if pause is None:
                waits.append(timedelta(0))
            elif pause.why is NoClaim.WAIT:
                waits.append(pause.wait)
            elif pause.why is NoClaim.BUSY:
                waits.append(_PART_GLANCE)
        return min(waits, default=None)

    def _work(self, plan: DispatchPlan, channel: ChannelName, should_stop: Callable[[], bool]) -> Pause | None:
        """Take some batches all the way, one after the other. Return why there was no further one, None when there may be."""
        answered: Answered | None = None
        for _ in range(_TURN):
            turn, body = self._take(plan, channel, answered)
            if isinstance(turn.taken, Pause):
                return turn.taken
            answered = self._bring_out(turn.taken, turn.terms, body, should_stop)
            if should_stop():
                break
        if answered is not None:
            last = answered
            insist(lambda: self._ledger.settle_accepted(last.claim, last.accepted))
        return None

    def _take(self, plan: DispatchPlan, channel: ChannelName, answered: Answered | None) -> tuple[Turn, bytes | None]:
        """Write down the last answer and claim the next batch, preferably one whose body is here."""
        drawn = self._at_hand.draw(plan.dispatch, channel, most=_MOST_DRAWN)
        token, starts = secrets.token_hex(12), [start for start, _ in drawn]
        unused: Sequence[Body] = drawn

        def take() -> Turn:
            return self._turns.take(plan.dispatch, channel, release=plan.release, token=token, at_hand=starts, answered=answered)

        try:
            turn = take() if answered is None else insist(take)
            if isinstance(turn.taken, Pause):
                return turn, None
            # Those that were named before the one that is taken were not open: others have them, and need what is in them.
            at = starts.index(turn.taken.start) if turn.taken.start in starts else len(starts)
            unused = drawn[at + 1 :]
            # A batch that was tried before may have been cut in two since its body was loaded.
            is_here = at < len(drawn) and turn.taken.attempt == 1
            return turn, drawn[at][1] if is_here else None
        finally:
            self._at_hand.put_back(plan.dispatch, channel, unused)

    def _bring_out(self, claim: Claim, terms: Terms, body: bytes | None, should_stop: Callable[[], bool]) -> Answered | None:
        """Pass the gate with a claimed batch and send it. Return what is still to be written down."""
        loaded = self._loaded.load(claim.dispatch)
        staged = body or self._ledger.staged(claim.dispatch, claim.channel, claim.start)
        reply_to = self._ledger.reply_to(claim) if claim.channel in THREADS else None
        try:
            clearance, answer = self._gate.let_pass(claim, terms, loaded, should_stop=should_stop)
        except GateClosed:
            return None
        provider = self._channels[claim.channel]
        leaving = provider.without(staged, answer.left_out) if answer.left_out else staged
        try:
            accepted = provider.send(clearance, frame=loaded.frames[claim.master], staged=leaving, reply_to=reply_to)
        except PartlySent as partly:
            self._write_each(claim, partly, left_out=answer.left_out, staged=staged)
            return None
        except SendFailure as failure:
            self._write_failure(claim, failure, staged=staged, goers=claim.count - len(answer.left_out))
            return None
        tell(Event.BATCH_ACCEPTED, dispatch=claim.dispatch, channel=claim.channel.value, start=claim.start, count=claim.count)
        return Answered(claim=claim, accepted=accepted)

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
        insist(lambda: self._ledger.settle_failed(claim, failure, retry_in=step.retry_in, hold=step.hold))
        if step.hold:
            tell(Event.CHANNEL_HELD, dispatch=claim.dispatch, channel=claim.channel.value, reason=step.hold)

    def _write_each(self, claim: Claim, partly: PartlySent, *, left_out: frozenset[int], staged: bytes) -> None:
        without = self._channels[claim.channel].without
        runs, hold = runs_of(claim, partly, left_out=left_out, staged=staged, without=without)
        insist(lambda: self._each.settle_each(claim, runs, hold=hold))
        tell(Event.BATCH_PARTED, dispatch=claim.dispatch, channel=claim.channel.value, start=claim.start, runs=len(runs))
        if hold:
            tell(Event.CHANNEL_HELD, dispatch=claim.dispatch, channel=claim.channel.value, reason=hold)

    def _split(self, claim: Claim, staged: bytes) -> None:
        channel = self._channels[claim.channel]
        half = claim.count // 2
        first = channel.without(staged, frozenset(range(half, claim.count)))
        second = channel.without(staged, frozenset(range(half)))
        insist(lambda: self._ledger.split(claim, middle=claim.start + half, first=first, second=second))
        tell(Event.BATCH_SPLIT, dispatch=claim.dispatch, channel=claim.channel.value, start=claim.start, count=claim.count)

    def forget(self, dispatch: DispatchId) -> None:
        """Free what was loaded for a finished dispatch."""
        self._at_hand.forget(dispatch)
        self._loaded.forget(dispatch)
