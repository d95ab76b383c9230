"""Workers whose clocks are wrong. The lift is Redis's to say, so that nothing leaves early and everything leaves."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from distributor.core.report import DispatchState, HoldReason
from distributor.ports import LiftClock
from distributor.store.ledger_keys import to_us
from tests.conftest import absent
from tests.crash.one_slot import slot_with
from tests.crash.scene import Scene
from tests.flow.newsroom import EMAIL, X

PEOPLE = 40
#: What libfaketime does to a worker's wall clock. The monotonic clock stays the kernel's: Python waits on semaphores by it, which
#: libfaketime cannot shift, so that a process with both shifted hangs. A wait that ends too soon is tested below.
CLOCKS = {
    "an hour behind": "-1h",
    "an hour ahead": "+1h",
    "half as fast again": "+0 x1.5",
    "half as fast": "+0 x0.5",
}


@pytest.fixture(scope="module")
def faketime() -> str:
    """Return the library that shifts a process's clocks."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    return str(found[0]) if found else absent("libfaketime", remedy="Debian: apt install faketime.")


def wrong(faketime: str, clock: str) -> dict[str, str]:
    """Return the environment of a worker with this clock."""
    return {"LD_PRELOAD": faketime, "FAKETIME": CLOCKS[clock], "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


@pytest.mark.parametrize("clock", CLOCKS)
def test_a_wrong_clock_lets_nothing_leave_early_and_keeps_nothing_back(scene: Scene, faketime: str, clock: str) -> None:
    scene.desk.crowd(PEOPLE)
    scene.start_worker(**wrong(faketime, clock))
    scene.wait_for_workers(1)

    plan = scene.desk.schedule(scene.desk.approved(), lift_in=timedelta(seconds=2))
    status = scene.wait_for_end(plan)

    begun = [request["begun_at"] for request in scene.sandbox.log()["requests"] if request["method"] == "POST"]
    assert 0 <= min(begun) - to_us(plan.lift_at) < 3_000_000
    assert status.state is DispatchState.DONE
    assert scene.desk.states(plan.dispatch) == {"accepted": PEOPLE}
    assert len(scene.desk.received()) == PEOPLE


def test_workers_who_disagree_about_the_time_share_one_lift(scene: Scene, faketime: str) -> None:
    """Leases, pauses and the lift are all by one clock, so that no worker takes another's batch for abandoned."""
    scene.desk.crowd(3 * PEOPLE)
    scene.sandbox.play({"provider": "sendgrid", "kind": "slow", "rate": 1.0, "seconds": 0.5})
    scene.start_worker(**wrong(faketime, "an hour behind"))
    scene.start_worker(**wrong(faketime, "an hour ahead"))
    scene.start_worker()
    scene.wait_for_workers(3)

    plan = scene.desk.schedule(scene.desk.approved(), lift_in=timedelta(seconds=2))
    status = scene.wait_for_end(plan)

    begun = [request["begun_at"] for request in scene.sandbox.log()["requests"] if request["method"] == "POST"]
    assert min(begun) >= to_us(plan.lift_at)
    assert status.state is DispatchState.DONE
    assert scene.desk.states(plan.dispatch) == {"accepted": 3 * PEOPLE}
    assert len(scene.desk.received()) == 3 * PEOPLE


def test_x_refuses_a_worker_with_a_wrong_clock_and_staff_are_asked(scene: Scene, faketime: str) -> None:
    """X believes no signature of another hour. The mail leaves all the same, and the thread goes on when staff say so."""
    scene.desk.crowd(PEOPLE)
    scene.start_worker(**wrong(faketime, "an hour behind"))
    plan = scene.desk.schedule(scene.desk.approved(), channels=(EMAIL, X))
    give_up_at = time.monotonic() + 30
    while (status := scene.status(plan)).state is not DispatchState.HELD:
        assert time.monotonic() < give_up_at, status
        time.sleep(0.1)
    scene.end_workers()

    scene.desk.service.dispatches.resume(plan.dispatch, by="Ana", may_start_for=timedelta(hours=1))
    time.sleep(1)
    scene.desk.work()

    channels = dict(status.channels)
    assert (channels[X].hold_reason, channels[EMAIL].hold_reason, status.hold_reason) == (HoldReason.PROVIDER, "", "")
    assert scene.desk.states(plan.dispatch) == {"accepted": PEOPLE}
    assert set(scene.desk.states(plan.dispatch, X)) == {"live"}


class HastyClock:
    """A clock by which every wait is over too soon."""

    def __init__(self, real: LiftClock) -> None:
        self._real = real
        self.waits = 0

    def now(self) -> datetime:
        """Return Redis's time."""
        return self._real.now()

    def left_until(self, instant: datetime) -> timedelta:
        """Return that the lift is past."""
        return timedelta(seconds=-1)

    def wait_until(self, instant: datetime, *, should_stop: Callable[[], bool]) -> None:
        """Return long before."""
        self.waits += 1
        time.sleep(0.01)


def test_a_wait_that_ends_too_soon_lets_nothing_leave_early(scene: Scene) -> None:
    """As by a monotonic clock that runs too fast: the wait is a courtesy, the gate decides."""
    scene.desk.crowd(PEOPLE)
    service, plan = scene.desk.service, scene.desk.schedule(scene.desk.approved(), lift_in=timedelta(seconds=1))
    clock = HastyClock(service.lift_clock)

    slot_with(service.ledger, service, service.channels, lift_clock=clock).serve(should_stop=lambda: False)

    begun = [request["begun_at"] for request in scene.sandbox.log()["requests"] if request["method"] == "POST"]
    assert clock.waits > 1
    assert min(begun) >= to_us(plan.lift_at)
    assert scene.desk.states(plan.dispatch) == {"accepted": PEOPLE}
