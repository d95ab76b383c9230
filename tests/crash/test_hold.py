"""Hold, in the middle of a large wave: four workers, a hundred thousand recipients."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from distributor.core.delivery import State
from distributor.core.plan import DispatchPlan
from distributor.core.report import DispatchState
from distributor.store.ledger_keys import to_us
from tests.crash.scene import Scene, open_scene
from tests.flow.newsroom import EMAIL

PEOPLE, WORKERS, BATCH = 100_000, 4, 500
#: DESIGN.md §4.8: on every worker within a second.
WITHIN = timedelta(seconds=1)


@pytest.fixture
def wide_scene() -> Iterator[Scene]:
    with (
        tempfile.TemporaryDirectory(prefix="hold-") as folder,
        open_scene(Path(folder), lease_s=60, slots=2, batch_size=BATCH, read_timeout_s=30) as scene,
    ):
        yield scene


def test_hold_stops_four_workers_within_a_second_and_resume_goes_on_exactly_there(wide_scene: Scene) -> None:
    scene = wide_scene
    scene.desk.crowd(PEOPLE)
    for _ in range(WORKERS):
        scene.start_worker()
    scene.wait_for_workers(WORKERS)
    plan = scene.desk.schedule(scene.desk.approved(), lift_in=timedelta(seconds=6))
    _wait_until_sent(scene, plan, PEOPLE // 20)

    asked_at = scene.desk.service.lift_clock.now()
    scene.desk.service.dispatches.hold(plan.dispatch, by="Ana", reason="staff", note="the minister calls")
    held_at = scene.desk.service.lift_clock.now()
    let_out = _wait_until_nothing_is_in_flight(scene, plan)
    time.sleep(WITHIN / timedelta(seconds=1))

    assert held_at - asked_at < WITHIN
    assert PEOPLE // 20 <= let_out < PEOPLE, "the hold came in the middle, or this proves nothing"
    assert _last_sent(scene, plan) <= held_at
    assert max(_begun_us(scene)) <= to_us(held_at + WITHIN)
    assert scene.status(plan).state is DispatchState.HELD
    assert scene.desk.states(plan.dispatch) == {"accepted": let_out, "planned": PEOPLE - let_out}

    scene.desk.service.dispatches.resume(plan.dispatch, by="Ana", may_start_for=timedelta(hours=1))
    scene.wait_for_end(plan, patience_s=180)

    assert scene.desk.states(plan.dispatch) == {"accepted": PEOPLE}
    assert len(scene.desk.received()) == len(set(scene.desk.received())) == PEOPLE


def _wait_until_sent(scene: Scene, plan: DispatchPlan, count: int, *, patience_s: float = 60.0) -> None:
    give_up_at = time.monotonic() + patience_s
    while _tally(scene, plan, State.ACCEPTED) < count:
        assert time.monotonic() < give_up_at, "the wave does not begin"
        time.sleep(0.01)


def _wait_until_nothing_is_in_flight(scene: Scene, plan: DispatchPlan, *, patience_s: float = 60.0) -> int:
    """Return how many had left."""
    give_up_at = time.monotonic() + patience_s
    while scene.claims(plan):
        assert time.monotonic() < give_up_at, "batches stay in the workers' hands"
        time.sleep(0.01)
    return _tally(scene, plan, State.ACCEPTED)


def _tally(scene: Scene, plan: DispatchPlan, state: State) -> int:
    return dict(scene.status(plan).channels)[EMAIL].tally.counts.get(state, 0)


def _last_sent(scene: Scene, plan: DispatchPlan) -> datetime:
    return max(batch.sent_at for batch in scene.desk.service.dispatches.batches(plan.dispatch, EMAIL) if batch.sent_at)


def _begun_us(scene: Scene) -> list[int]:
    return [one["begun_at"] for one in scene.sandbox.log()["requests"] if one["path"] == "/v3/mail/send"]
