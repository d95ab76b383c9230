"""A deploy in the middle of a lift: SIGTERM."""

from __future__ import annotations

from datetime import timedelta

from distributor.core.report import DispatchState
from tests.crash.scene import Scene

PEOPLE = 60
#: As in the fixture: each worker sends so many requests at a time, of so many recipients.
SLOTS, BATCH = 2, 5


def test_a_worker_that_is_asked_to_end_finishes_what_is_in_flight_and_takes_no_more(scene: Scene) -> None:
    scene.desk.crowd(PEOPLE)
    # Longer than a sweep, shorter than the second that the worker waits for an answer.
    scene.sandbox.play({"provider": "sendgrid", "kind": "slow", "rate": 1.0, "seconds": 0.8})
    worker = scene.start_worker()
    plan = scene.desk.schedule(scene.desk.approved(), lift_in=timedelta(seconds=1))
    scene.wait_for_requests(SLOTS)

    worker.ask_to_end()
    code = worker.process.wait(30)

    assert code == 0
    assert scene.claims(plan) == 0
    assert scene.desk.states(plan.dispatch) == {"accepted": SLOTS * BATCH, "planned": PEOPLE - SLOTS * BATCH}
    assert len(scene.desk.received()) == SLOTS * BATCH


def test_workers_replaced_one_by_one_leave_nobody_in_doubt(scene: Scene) -> None:
    """A rolling deploy while messages leave: the new one starts before the old one is asked to end."""
    scene.desk.crowd(2 * PEOPLE)
    scene.sandbox.play({"provider": "sendgrid", "kind": "slow", "rate": 1.0, "seconds": 0.4})
    old = [scene.start_worker(), scene.start_worker()]
    plan = scene.desk.schedule(scene.desk.approved(), lift_in=timedelta(seconds=1))
    scene.wait_for_requests(SLOTS)

    for worker in old:
        scene.start_worker()
        worker.ask_to_end()
        assert worker.process.wait(30) == 0
    status = scene.wait_for_end(plan)

    assert status.state is DispatchState.DONE
    assert scene.desk.states(plan.dispatch) == {"accepted": 2 * PEOPLE}
    assert len(set(scene.desk.received())) == len(scene.desk.received()) == 2 * PEOPLE
