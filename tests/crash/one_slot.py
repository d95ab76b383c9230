"""One slot of a worker, in a process that kills itself at one exact step: `python -m tests.crash.one_slot STEP`.

The steps lie between the calls that a slot makes, so the real ledger and the real channels are wrapped; the product knows nothing
of it. Settings come from the environment as for any command.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from distributor.bootstrap import Service
from distributor.bootstrap_dispatch import build_hot_path
from distributor.core.audience import Recipient
from distributor.core.embargo import Clearance
from distributor.core.finding import Finding
from distributor.core.ids import DispatchId, ReleaseId, RemoteId
from distributor.core.message import ChannelName, Master
from distributor.flow.lift.dispatch import Dispatcher
from distributor.ports import Accepted, Channel, LiftClock, LinkMaker
from distributor.ports_dispatch import Claim, GateAnswer, Ledger
from distributor.ports_turn import Answered, Terms, Turn, Turns
from distributor.settings import load_settings
from distributor.store.embedded import open_redis
from distributor.store.ledger import RedisLedger
from distributor.store.settle_each import RedisEachSettlement


class Step(StrEnum):
    """Where the slot dies."""

    BEFORE_CLAIM = "before the claim"
    AFTER_CLAIM = "after the claim"
    BEFORE_GATE = "before the gate"
    AFTER_GATE = "after the gate"
    AFTER_ACCEPT = "after the provider accepted"
    AFTER_SETTLE = "after the answer was written"


def die() -> None:
    """End as by the kernel's hand: nothing is flushed, closed or told."""
    os.kill(os.getpid(), signal.SIGKILL)


class DyingTurns:
    """What gives batches, for a slot that dies around a claim."""

    def __init__(self, real: Turns, ledger: Ledger, step: Step) -> None:
        self._real, self._ledger, self._step = real, ledger, step

    def take(
        self,
        dispatch: DispatchId,
        channel: ChannelName,
        *,
        release: ReleaseId,
        token: str,
        at_hand: Sequence[int] = (),
        answered: Answered | None = None,
    ) -> Turn:
        """Die before or after a claim, or when the answer before it was written."""
        if self._step is Step.BEFORE_CLAIM:
            die()
        if self._step is Step.AFTER_SETTLE and answered is not None:
            # The pair is one exchange, but not one atomic step: the slot may die having written and not claimed.
            self._ledger.settle_accepted(answered.claim, answered.accepted)
            die()
        turn = self._real.take(dispatch, channel, release=release, token=token, at_hand=at_hand, answered=answered)
        if self._step is Step.AFTER_CLAIM and isinstance(turn.taken, Claim):
            die()
        return turn

    def terms(self, release: ReleaseId) -> Terms:
        """As the real one."""
        return self._real.terms(release)


class DyingLedger(RedisLedger):
    """The ledger, for a slot that dies between its calls."""

    def __init__(self, service: Service, step: Step) -> None:
        super().__init__(service.client, lease=timedelta(seconds=service.settings.dispatch.lease_seconds))
        self.step = step

    def submit(self, claim: Claim, *, revision: int, offered_seal: str, journal_seen: int) -> GateAnswer:
        """Die before or after the gate."""
        if self.step is Step.BEFORE_GATE:
            die()
        answer = super().submit(claim, revision=revision, offered_seal=offered_seal, journal_seen=journal_seen)
        if self.step is Step.AFTER_GATE:
            die()
        return answer

    def settle_accepted(self, claim: Claim, accepted: Accepted) -> bool:
        """Die after the answer was written."""
        done = super().settle_accepted(claim, accepted)
        if self.step is Step.AFTER_SETTLE:
            die()
        return done


class DyingChannel:
    """A channel, for a slot that dies while its answer lies on the wire."""

    def __init__(self, real: Channel, step: Step) -> None:
        self._real, self._step = real, step
        self.name, self.batch_size = real.name, real.batch_size

    def frame(self, master: Master) -> bytes:
        """As the real one."""
        return self._real.frame(master)

    def stage(self, *, dispatch: DispatchId, master: Master, recipients: Sequence[Recipient], links: LinkMaker) -> bytes:
        """As the real one."""
        return self._real.stage(dispatch=dispatch, master=master, recipients=recipients, links=links)

    def without(self, staged: bytes, positions: frozenset[int]) -> bytes:
        """As the real one."""
        return self._real.without(staged, positions)

    def open(self) -> datetime | None:
        """As the real one."""
        return self._real.open()

    def send(self, clearance: Clearance, *, frame: bytes, staged: bytes, reply_to: RemoteId | None) -> Accepted:
        """Die after the provider accepted, before anybody here knows."""
        accepted = self._real.send(clearance, frame=frame, staged=staged, reply_to=reply_to)
        if self._step is Step.AFTER_ACCEPT:
            die()
        return accepted

    def diagnose(self) -> tuple[Finding, ...]:
        """As the real one."""
        return self._real.diagnose()

    def close(self) -> None:
        """As the real one."""
        self._real.close()


def slot_with(
    ledger: Ledger,
    service: Service,
    channels: Mapping[ChannelName, Channel],
    *,
    turns: Turns | None = None,
    lift_clock: LiftClock | None = None,
) -> Dispatcher:
    """Return a slot that works with this ledger and these channels."""
    return build_hot_path(
        turns=turns or service.turns,
        ledger=ledger,
        dispatches=service.dispatches,
        suppression=service.suppression_sync,
        channels=channels,
        lift_clock=lift_clock or service.lift_clock,
        each=RedisEachSettlement(service.client),
        at_hand_bytes=1 << 20,
        notes=service.notes,
        embargo_of=lambda plan: None,
        compare_audience=lambda plan: None,
    ).dispatcher


def serve_until_dead(step: Step) -> None:
    """Work whatever is due as a worker's slot does, and die at the step."""
    settings = load_settings(environ=os.environ, cwd=Path.cwd())
    with open_redis(settings, long_lived=False) as handle:
        service = Service(settings, handle)
        channels = {name: DyingChannel(channel, step) for name, channel in service.channels.items()}
        turns = DyingTurns(service.turns, service.ledger, step)
        slot_with(DyingLedger(service, step), service, channels, turns=turns).serve(should_stop=lambda: False)


if __name__ == "__main__":
    serve_until_dead(Step(sys.argv[1]))
