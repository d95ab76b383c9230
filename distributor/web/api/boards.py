"""Before and during a lift, for programs: go or no go, the wave, and the calendar of lifts."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Annotated, Final

from fastapi import Query
from pydantic import AwareDatetime, Field

from distributor.bootstrap import Service
from distributor.core.account import Permission
from distributor.core.errors import BadInput
from distributor.core.ids import DispatchId
from distributor.core.month import Lift
from distributor.core.report import instant
from distributor.core.wave import todo
from distributor.flow.find_dispatch import find_dispatch
from distributor.web.api.door import Door
from distributor.web.api.shapes import Shape, example
from distributor.web.staff.board import BoardReader, ChannelBoard
from distributor.web.staff.calendar import Agenda
from distributor.web.staff.lookout import Lookout

_ID: Final = "d7f3k2mq5b"
_LONGEST: Final = timedelta(days=92)
_USUAL: Final = timedelta(days=31)


class SignShape(Shape):
    """One thing that was looked at before a lift."""

    model_config = example(topic="Workers", standing="go", says="2 workers are alive.", remedy="")

    topic: str
    standing: str = Field(description="`go`, `care`, `asking` or `stop`.")
    says: str
    remedy: str


class Readiness(Shape):
    """What stands for and against a lift."""

    model_config = example(
        dispatch=_ID, verdict="go", signs=[{"topic": "Workers", "standing": "go", "says": "2 workers are alive.", "remedy": ""}]
    )

    dispatch: str
    verdict: str = Field(description="The gravest standing of all. It advises people; the gate decides by itself.")
    signs: list[SignShape]


class StepShape(Shape):
    """One stretch of the wave."""

    model_config = example(begins_at="2099-03-01T09:00:00Z", taken=34000, taken_so_far=34000, failed=0)

    begins_at: str
    taken: int = Field(description="Recipients or parts in batches that the provider took in this stretch.")
    taken_so_far: int
    failed: int = Field(description="Refused or in doubt.")


class CauseShape(Shape):
    """One reason why something is not with its provider."""

    model_config = example(why="answer 400", state="refused", count=1000, batches=1, todo="Mend the cause.")

    why: str
    state: str
    count: int
    batches: int
    todo: str


class ChannelWave(Shape):
    """The wave of one channel."""

    model_config = example(step_s=1.0, steps=[], per_second=0.0, fastest_per_second=34000.0, causes=[])

    step_s: float
    steps: list[StepShape] = Field(description="At most sixty, of equal length, from the lift on.")
    per_second: float = Field(description="Taken of late; 0 when nothing is open.")
    fastest_per_second: float
    causes: list[CauseShape]


class WaveShape(Shape):
    """What left when, channel by channel."""

    model_config = example(dispatch=_ID, channels={})

    dispatch: str
    channels: dict[str, ChannelWave]


class LiftShape(Shape):
    """Something in the calendar."""

    model_config = example(
        at="2099-03-01T09:00:00Z", headline="The footbridge opens again", state="armed", release="r4k2tq7m3a", dispatch=_ID,
        is_close=False,
    )  # fmt: skip

    at: str
    headline: str
    state: str = Field(description="A dispatch's state, or `approved` for a release that nobody has scheduled.")
    release: str
    dispatch: str | None
    is_close: bool = Field(description="Whether another release lifts within a quarter of an hour.")


class Calendar(Shape):
    """What lifts in a stretch of time, earliest first."""

    model_config = example(lifts=[])

    lifts: list[LiftShape]


class BoardRoutes:
    """The routes of boards and the calendar."""

    def __init__(self, service: Service, lookout: Lookout) -> None:
        self._service = service
        self._reader = BoardReader(service, lookout)
        self._agenda = Agenda(service)

    def add_to(self, door: Door) -> None:
        """Declare the routes."""
        area = door.area("boards", "Before and during a lift: go or no go, the wave, the calendar.")
        area.read("/dispatches/{dispatch}/readiness", self.show_readiness, needs=Permission.READ)
        area.read("/dispatches/{dispatch}/wave", self.show_wave, needs=Permission.READ)
        area.read("/calendar", self.show_calendar, needs=Permission.READ)

    def show_readiness(self, dispatch: str) -> Readiness:
        """Say what stands for and against a lift.

        Providers are asked in the background; what they said is a quarter of an hour old at most.
        """
        known = self._known(dispatch)
        found = self._reader.readiness(known)
        signs = [
            SignShape(topic=sign.topic, standing=sign.standing.value, says=sign.says, remedy=sign.remedy) for sign in found.signs
        ]
        return Readiness(dispatch=known, verdict=found.verdict.value, signs=signs)

    def show_wave(self, dispatch: str) -> WaveShape:
        """Show what left when, in at most sixty steps however many it goes to, and what went wrong by cause."""
        board = self._reader.read(self._known(dispatch))
        return WaveShape(dispatch=board.status.dispatch, channels={one.name.value: _wave(one) for one in board.channels})

    def show_calendar(
        self,
        since: Annotated[AwareDatetime | None, Query(description="From when on; nothing: now.")] = None,
        until: Annotated[
            AwareDatetime | None, Query(description="To when, not included; nothing: 31 days on; at most 92.")
        ] = None,
    ) -> Calendar:
        """Show what lifts in a stretch of time: dispatches, and releases that are approved and not scheduled."""
        try:
            begin = (since or self._service.lift_clock.now()).astimezone(UTC)
            end = until.astimezone(UTC) if until else begin + _USUAL
            is_short = timedelta(0) < end - begin <= _LONGEST
        except OverflowError as error:
            raise BadInput("The calendar ends before that.", where="since", remedy="Ask for another time.") from error
        if not is_short:
            raise BadInput("This is no stretch of at most 92 days.", where="until", remedy="Ask for it in several.")
        return Calendar(lifts=[_lift(lift) for lift in self._agenda.between(begin, end)])

    def _known(self, name: str) -> DispatchId:
        return find_dispatch(self._service.dispatches, name)


def _wave(one: ChannelBoard) -> ChannelWave:
    return ChannelWave(
        step_s=one.wave.step.total_seconds(),
        steps=[
            StepShape(begins_at=instant(step.begins_at), taken=step.taken, taken_so_far=step.taken_so_far, failed=step.failed)
            for step in one.wave.steps
        ],
        per_second=one.rate,
        fastest_per_second=one.wave.fastest,
        causes=[
            CauseShape(why=cause.why, state=cause.state.value, count=cause.count, batches=cause.batches, todo=todo(cause))
            for cause in one.causes
        ],
    )


def _lift(lift: Lift) -> LiftShape:
    kind, _, name = lift.href.strip("/").partition("/")
    return LiftShape(
        at=instant(lift.at),
        headline=lift.headline,
        state=lift.state,
        release=lift.release,
        dispatch=name if kind == "dispatches" else None,
        is_close=lift.is_close,
    )
