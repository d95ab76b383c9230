"""Hypothesis drives the real scripts and a plain-Python model side by side: any order of anything, by anybody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import redis
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule, run_state_machine_as_test

from distributor.core.delivery import RANKS, State
from distributor.core.delivery_event import DeliveryEvent
from distributor.core.embargo import clear
from distributor.core.errors import GateClosed, NotSent, OutcomeUnknown, Rejected, SendFailure
from distributor.core.ids import Index
from distributor.ports_dispatch import Claim, GateAnswer, NoClaim, Verdict
from distributor.store.events import RedisEventStore
from tests.store.ledger_desk import ACCEPTED, EMAIL, SEAL, Desk
from tests.store.ledger_model import LedgerModel

NOW = timedelta(0)
SIZES = (3, 1, 4, 2)
EVERYBODY = st.integers(0, sum(SIZES) - 1)
ANSWERS: dict[str, SendFailure | None] = {
    "a": None,
    "p": NotSent("busy"),
    "r": Rejected("no"),
    "u": OutcomeUnknown("cut"),
}
REPORTED = sorted(set(RANKS) - {State.SUBMITTING, State.UNKNOWN})


class LedgerMachine(RuleBasedStateMachine):
    """Anything that workers, providers, recipients and staff can do."""

    claims = Bundle("claims")

    def __init__(self, client: redis.Redis) -> None:
        super().__init__()
        client.flushall()
        self.desk = Desk(client)
        self.desk.prepare(*SIZES)
        self.model = LedgerModel.of(*SIZES)
        self.events = RedisEventStore(client)
        self.journal = 0
        #: Who asked to be left alone before the message left, or while it was out.
        self.left: set[int] = set()

    @rule(target=claims, at_hand=st.lists(st.integers(0, 20), max_size=3))
    def claim(self, at_hand: list[int]) -> object:
        """Somebody asks for work, perhaps with bodies at hand, which may be gone or never have been."""
        return self.claim_now(at_hand) or multiple()

    def claim_now(self, at_hand: Sequence[int] = ()) -> Claim | None:
        """Ask for work; the model says what may come."""
        token, model = self.desk.token(), self.model
        got = self.desk.try_claim(token=token, at_hand=at_hand)
        if isinstance(got, Claim):
            assert not model.hold
            assert not model.is_cancelled
            assert not model.is_before_lift
            assert got.start in model.may_be_claimed()
            assert got.start in at_hand or not model.may_be_claimed() & set(at_hand)
            assert got.count == model.sizes[got.start]
            model.claim(got.start, token)
            return got
        if model.hold or model.is_cancelled:
            assert got.why is NoClaim.HELD
        elif model.is_before_lift:
            assert got.why is NoClaim.WAIT
        else:
            assert got.why is NoClaim.EMPTY
            assert not model.may_be_claimed()
        return None

    @rule(target=claims)
    def go(self) -> object:
        """A worker that nothing disturbs takes a batch through the gate, hearing of the journal on its way."""
        claim = self.claim_now()
        if claim is None:
            return multiple()
        if self.pass_the_gate_with(claim, journal=self.journal) is Verdict.STALE:
            self.hear_the_journal()
            self.pass_the_gate_with(claim, journal=self.journal)
        return claim

    def hear_the_journal(self) -> None:
        """Apply all lines of the journal that the dispatch has not seen; they are about nobody in it."""
        self.desk.ledger.suppress(self.desk.id, EMAIL, journal_seen=self.journal, indices=[])
        self.model.journal_seen = max(self.model.journal_seen, self.journal)

    @rule(claim=claims)
    def repeat_a_claim_whose_answer_was_lost(self, claim: Claim) -> None:
        """The same token gets the same batch as long as it is its own."""
        held = self.model.claims.get(claim.start)
        if held is not None and held.token == claim.token:
            again = self.desk.try_claim(token=claim.token)
            assert isinstance(again, Claim)
            assert (again.start, again.count, again.attempt) == (claim.start, self.model.sizes[claim.start], claim.attempt)

    @rule(claim=claims, is_sealed=st.sampled_from([True] * 9 + [False]), knows_the_journal=st.booleans())
    def pass_the_gate(self, claim: Claim, is_sealed: bool, knows_the_journal: bool) -> None:
        """Somebody, also one who lost the batch long ago, asks the gate."""
        self.pass_the_gate_with(claim, is_sealed=is_sealed, journal=self.journal if knows_the_journal else 0)

    def pass_the_gate_with(self, claim: Claim, *, journal: int, is_sealed: bool = True) -> Verdict:
        """Ask the gate; the model says what it must answer."""
        was_out = self.is_out(claim)

        answer = self.desk.submit(claim, seal=SEAL if is_sealed else "0" * 64, journal_seen=journal)

        assert answer.verdict is self.model.gate(claim.start, claim.token, is_sealed=is_sealed, journal=journal)
        if answer.verdict is Verdict.OPEN:
            leaving = {at - claim.start for at in self.model.leaving(claim.start)}
            assert set(range(self.model.sizes[claim.start])) - answer.left_out == leaving
        if not was_out:
            self.assert_that_the_facts_agree(answer)
            if answer.verdict is Verdict.OPEN:
                assert not self.left & set(self.model.leaving(claim.start)), "somebody was mailed who asked to be left alone"
        return answer.verdict

    def is_out(self, claim: Claim) -> bool:
        """Say whether the batch passed the gate before, by this token."""
        held = self.model.claims.get(claim.start)
        return held is not None and held.token == claim.token and held.phase == "s"

    @staticmethod
    def assert_that_the_facts_agree(answer: GateAnswer) -> None:
        """The gate decides twice, in Lua and from the facts in Python; only a stale journal is Lua's alone to see."""
        try:
            clear(answer.facts)
        except GateClosed:
            assert answer.verdict not in {Verdict.OPEN, Verdict.STALE}
        else:
            assert answer.verdict in {Verdict.OPEN, Verdict.STALE}

    @rule(claim=claims, letter=st.sampled_from(sorted(ANSWERS)))
    def write_an_answer(self, claim: Claim, letter: str) -> None:
        """Somebody, also one whose lease ended, writes what the provider said."""
        failure = ANSWERS[letter]
        if failure is None:
            done = self.desk.ledger.settle_accepted(claim, ACCEPTED)
        else:
            done = self.desk.ledger.settle_failed(claim, failure, retry_in=NOW, hold="")
        assert done is self.model.settle(claim.start, claim.token, letter)

    @rule(claim=claims, share=st.floats(0, 1))
    def split(self, claim: Claim, share: float) -> None:
        """The provider refused all for one."""
        size = self.model.sizes[claim.start]
        if size > 1:
            middle = claim.start + 1 + int(share * (size - 2))
            done = self.desk.ledger.split(claim, middle=middle, first=b"1", second=b"2")
            assert done is self.model.split(claim.start, claim.token, middle)

    @rule(claim=claims, is_swept=st.booleans())
    def hang(self, claim: Claim, is_swept: bool) -> None:
        """A worker hangs beyond its lease, or dies; a sweep may take its batch back before it wakes up."""
        held = self.model.claims.get(claim.start)
        if held is not None and held.token == claim.token:
            self.desk.end_lease(claim)
            held.has_ended = True
        if is_swept:
            assert self.desk.ledger.expire(self.desk.id, EMAIL) == self.model.expire()

    @rule(at=EVERYBODY)
    def unsubscribe(self, at: int) -> None:
        """A recipient asks to be left alone, and the journal reaches the dispatch."""
        self.journal += 1
        self.desk.ledger.suppress(self.desk.id, EMAIL, journal_seen=self.journal, indices=[at])
        self.model.suppress(at, self.journal)
        self.left.add(at)

    @rule(at=EVERYBODY, state=st.sampled_from(REPORTED))
    def report(self, at: int, state: State) -> None:
        """The provider reports."""
        event = DeliveryEvent(dispatch=self.desk.id, index=Index(at), state=state, at=self.desk.clock.now())
        self.events.apply(self.desk.id, [event])
        self.model.report(at, state)

    @rule(what=st.sampled_from(["lift", "late", "hold", "journal", "cancel"]), is_meant=st.sampled_from([True, False, False]))
    def disturb(self, what: str, is_meant: bool) -> None:
        """The lift is put off, time passes the late limit, staff hold or cancel, somebody else unsubscribes; seldom."""
        if not is_meant:
            return
        match what:
            case "lift":
                self.desk.set_lift(in_=timedelta(hours=1))
                self.model.is_before_lift, self.model.is_late = True, False
            case "late" if not self.model.is_before_lift:
                self.desk.set_late(in_=timedelta(seconds=-1))
                self.model.is_late = True
            case "hold" if not self.model.is_cancelled:
                assert self.desk.dispatches.hold(self.desk.id, by="Ana", reason="staff", note="") == (not self.model.hold)
                self.model.hold = self.model.hold or "staff"
            case "cancel" if self.model.hold:
                self.desk.dispatches.cancel(self.desk.id, by="Ana")
                self.model.is_cancelled = True
            case _:
                self.journal += 1

    @rule()
    def calm(self) -> None:
        """Staff resume and allow it to start late; the lift is past."""
        if not self.model.is_cancelled:
            done = self.desk.dispatches.resume(self.desk.id, by="Ana", may_start_for=timedelta(hours=2))
            assert done == bool(self.model.hold)
            self.model.hold = ""
        if self.model.is_before_lift or self.model.is_late:
            self.desk.set_lift(in_=timedelta(seconds=-1))
            self.model.is_before_lift = self.model.is_late = False

    @rule()
    def withdraw(self) -> None:
        """A sweep withdraws what a cancelled dispatch still has."""
        self.desk.ledger.withdraw(self.desk.id, EMAIL)
        self.model.withdraw()

    @rule(should_send_again=st.booleans())
    def decide(self, should_send_again: bool) -> None:
        """A person says what is to become of what is in doubt."""
        moved = self.desk.ledger.decide(self.desk.id, EMAIL, send_again=should_send_again)
        assert moved == self.model.decide("p" if should_send_again else "a")

    @invariant()
    def everybody_is_where_the_model_says(self) -> None:
        """Nobody is lost, nobody is counted twice, nobody is sent it twice."""
        assert self.desk.states() == "".join(self.model.letters)
        assert self.desk.counts() == self.desk.counted()
        assert max(self.model.exposures.values(), default=0) <= 1, "somebody may have it twice"


def test_the_scripts_do_what_the_model_says_whatever_happens(redis_client: redis.Redis) -> None:
    """Leases end because the claim is rewritten, time passes because the lift is; see tests/store/ledger_desk.py."""

    class OnThisRedis(LedgerMachine):
        """The machine, on the test's Redis."""

        def __init__(self) -> None:
            super().__init__(redis_client)

    run_state_machine_as_test(OnThisRedis, settings=settings(stateful_step_count=40, max_examples=100))
