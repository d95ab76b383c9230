"""What a board shows, gathered from the ledger. Nothing touches a list of recipients; each part is read once for everybody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from distributor.bootstrap import Service
from distributor.core.audience_change import AudienceChange
from distributor.core.audience_filter import base_of
from distributor.core.delivery import OPEN, WITH_PROVIDER, State
from distributor.core.ids import DispatchId
from distributor.core.message import THREADS, ChannelName
from distributor.core.plan import DispatchPlan
from distributor.core.readiness import Readiness
from distributor.core.report import ChannelStatus, DispatchState, DispatchStatus
from distributor.core.wave import Answered, Cause, Wave, causes, rate, wave
from distributor.flow.go_no_go import GoNoGo
from distributor.ports_dispatch import BatchRecord
from distributor.render.chart import Chart, draw
from distributor.store.connection import check_durable
from distributor.store.ledger_keys import store_errors
from distributor.store.waves import RedisWaves
from distributor.web.staff.kept import Kept
from distributor.web.staff.lookout import Lookout

#: Go or no go takes some reads of its own; nobody needs it fresher.
_READY_FOR_S: Final = 5.0
_WAVE_FOR_S: Final = 0.9
_SETTLED_FOR_S: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelBoard:
    """One channel of a board."""

    name: ChannelName
    status: ChannelStatus
    wave: Wave
    chart: Chart | None
    causes: tuple[Cause, ...]
    #: Taken per second of late.
    rate: float

    @property
    def unknown(self) -> int:
        """Return how many are in doubt."""
        return self.status.tally.counts.get(State.UNKNOWN, 0)

    @property
    def settled(self) -> int:
        """Return of how many it is known what became of them."""
        return self.status.tally.total - self.status.tally.count(OPEN) - self.unknown

    @property
    def is_thread(self) -> bool:
        """Say whether it has parts instead of recipients."""
        return self.name in THREADS


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """A dispatch as everybody sees it."""

    plan: DispatchPlan
    status: DispatchStatus
    headline: str
    channels: tuple[ChannelBoard, ...]
    workers: int
    #: None once something has left or can leave no more.
    readiness: Readiness | None

    @property
    def open(self) -> int:
        """Return how many have not left and still may."""
        return sum(one.status.tally.count(OPEN) for one in self.channels)

    @property
    def out(self) -> int:
        """Return how many a provider surely has, or had."""
        return sum(one.status.tally.count(WITH_PROVIDER) for one in self.channels)

    @property
    def unknown(self) -> int:
        """Return how many are in doubt."""
        return sum(one.unknown for one in self.channels)

    @property
    def total(self) -> int:
        """Return how many there are in all."""
        return sum(one.status.tally.total for one in self.channels)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What the batches of a channel tell; made once for everybody who looks."""

    records: Sequence[BatchRecord]
    answers: tuple[Answered, ...]
    wave: Wave
    causes: tuple[Cause, ...]


class BoardReader:
    """Reads boards. Thread-safe."""

    def __init__(self, service: Service, lookout: Lookout) -> None:
        self._service = service
        self._lookout = lookout
        self._waves = RedisWaves(service.client)
        self._told = Kept[tuple[DispatchId, ChannelName, bool, int], _Told]()
        self._ready = Kept[DispatchId, Readiness]()
        self._go_no_go = GoNoGo(
            dispatches=service.dispatches,
            releases=service.releases,
            check_store=lambda: check_durable(service.client),
            workers=service.workers_alive,
            skew=service.skew,
            check=service.check,
            embargo_of=service.embargo_of,
            change_of_audience=self._change_of_audience,
            alarm_sinks=lambda: [sink.name for sink in service.watchman.sinks],
        )

    def read(self, dispatch: DispatchId) -> Board:
        """Return the board.

        Raises:
            NotFound: no such dispatch.
            StoreUnavailable: Redis does not answer.
        """
        with store_errors():
            plan, status = self._service.dispatches.plan(dispatch), self._service.dispatches.status(dispatch)
            return Board(
                plan=plan,
                status=status,
                headline=self._service.releases.get(plan.release, plan.revision).content.headline,
                channels=tuple(self._channel(status, name, found) for name, found in status.channels),
                workers=self._service.workers_alive(),
                readiness=self.readiness(dispatch) if is_before_lift(status) else None,
            )

    def readiness(self, dispatch: DispatchId) -> Readiness:
        """Return what stands for and against the lift, some seconds old at most."""
        seen = self._lookout.seen()
        return self._ready(dispatch, lambda: self._go_no_go.ask(dispatch, seen.findings), least_s=_READY_FOR_S)

    def forget(self, dispatch: DispatchId) -> None:
        """Ask anew what stands for and against the lift."""
        self._ready.forget(dispatch)

    def batches(self, status: DispatchStatus, channel: ChannelName) -> Sequence[BatchRecord]:
        """Return what happened to the batches, as old as reading them for everybody allows."""
        return self._what_batches_tell(status, channel).records

    def _what_batches_tell(self, status: DispatchStatus, channel: ChannelName) -> _Told:
        tally = dict(status.channels)[channel].tally
        is_open = tally.count(OPEN) > 0
        # Once nothing is open, nothing but a decision about what is in doubt changes them.
        key = (status.dispatch, channel, is_open, tally.counts.get(State.UNKNOWN, 0))
        least_s = _WAVE_FOR_S if is_open else _SETTLED_FOR_S
        return self._told(key, lambda: self._read(status, channel), least_s=least_s)

    def _read(self, status: DispatchStatus, channel: ChannelName) -> _Told:
        records = self._waves.batches(status.dispatch, channel)
        answers = answered(records)
        return _Told(records=records, answers=answers, wave=wave(answers, since=status.lift_at), causes=causes(answers))

    def _channel(self, status: DispatchStatus, name: ChannelName, found: ChannelStatus) -> ChannelBoard:
        has_left = status.first_sent_at is not None
        told = self._what_batches_tell(status, name) if has_left else _NOTHING
        return ChannelBoard(
            name=name,
            status=found,
            wave=told.wave,
            chart=None if name in THREADS else draw(told.wave, total=found.tally.total),
            causes=told.causes,
            rate=rate(told.answers, now=status.read_at) if found.tally.count(OPEN) else 0.0,
        )

    def _change_of_audience(self, plan: DispatchPlan) -> AudienceChange | None:
        lists = sorted({base_of(name) for name in plan.lists})
        return self._service.audience_watch.snapshots.change_since(plan.dispatch, lists)


_NOTHING: Final = _Told(records=(), answers=(), wave=Wave(step=timedelta(seconds=1), steps=(), fastest=0.0), causes=())


def answered(records: Sequence[BatchRecord]) -> tuple[Answered, ...]:
    """Return the batches that have an answer."""
    return tuple(
        Answered(count=record.count, settled_at=record.settled_at, settled=record.settled, why=record.why)
        for record in records
        if record.settled_at is not None and record.settled is not None
    )


def is_before_lift(status: DispatchStatus) -> bool:
    """Say whether go or no go is still a question."""
    return status.first_sent_at is None and status.state in {DispatchState.ARMED, DispatchState.HELD}
