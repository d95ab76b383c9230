"""Pass the gate: the last thing before every call of a provider. Closed in doubt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import assert_never

from distributor.core.embargo import Clearance, clear
from distributor.core.errors import GateClosed, NotSent, StoreUnavailable
from distributor.core.message import THREADS
from distributor.flow.lift.insist import insist
from distributor.flow.lift.loaded import Loaded
from distributor.ports import LiftClock
from distributor.ports_dispatch import Claim, GateAnswer, Ledger, SuppressionJournal, Verdict
from distributor.ports_turn import Terms, Turns
from distributor.telemetry import Event, tell


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """Lets claimed batches pass; holds what this takes."""

    turns: Turns
    ledger: Ledger
    suppression: SuppressionJournal
    lift_clock: LiftClock

    def let_pass(
        self, claim: Claim, terms: Terms, loaded: Loaded, *, should_stop: Callable[[], bool]
    ) -> tuple[Clearance, GateAnswer]:
        """Ask until the gate opens or closes for good.

        Raises:
            GateClosed: nothing may be sent; the batch is somebody else's, or open again.
        """
        while True:
            answer = self._ask(claim, terms, loaded)
            match answer.verdict:
                case Verdict.OPEN:
                    return self._clear(claim, answer), answer
                case Verdict.EARLY if not should_stop():
                    self.lift_clock.wait_until(answer.facts.lift_at, should_stop=should_stop)
                case Verdict.STALE:
                    self.suppression.catch_up(claim.dispatch)
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
            terms = insist(lambda: self.turns.terms(loaded.plan.release))

    def _ask(self, claim: Claim, terms: Terms, loaded: Loaded) -> GateAnswer:
        try:
            return self._ask_once(claim, terms, loaded)
        except StoreUnavailable:
            # The answer that was lost may have been "open": asked again the gate says the same, and nobody ends in doubt for
            # nothing. The terms are read again each time, for they may be another's by the time Redis is back.
            return insist(lambda: self._ask_once(claim, self.turns.terms(loaded.plan.release), loaded))

    def _ask_once(self, claim: Claim, terms: Terms, loaded: Loaded) -> GateAnswer:
        return self.ledger.submit(
            claim,
            revision=loaded.plan.revision,
            offered_seal=loaded.plan.offered_seal(approved_seal=terms.approved_seal, frames=loaded.digests),
            # A thread has no recipients who could have asked to be left alone.
            journal_seen=0 if claim.channel in THREADS else terms.journal_end,
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
        insist(lambda: self.ledger.settle_failed(claim, NotSent(reason), retry_in=timedelta(0), hold=""))
