"""A slot is killed at each exact step, and what is left behind is exactly what the step allows."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from distributor.core.errors import StoreUnavailable
from distributor.core.plan import DispatchPlan
from distributor.ports_dispatch import Claim, GateAnswer
from distributor.store.ledger import RedisLedger
from tests.crash.one_slot import Step, slot_with
from tests.crash.scene import Scene
from tests.flow.newsroom import X

#: Two batches of the fixture's five; the slot dies with the first in its hands.
PEOPLE = 10
LEASE_S = 3.0


def die_in_a_slot(scene: Scene, repo_root: Path, step: Step) -> None:
    """Let a process work until it dies at the step."""
    command = [sys.executable, "-m", "tests.crash.one_slot", step.value]
    environ = {**scene.environ, "PYTHONPATH": str(repo_root)}
    done = subprocess.run(command, cwd=scene.folder, env=environ, timeout=60, capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


def let_the_lease_end(scene: Scene, plan: DispatchPlan) -> None:
    """Do what the sweep of any other worker does, until nothing is in the dead one's hands."""
    give_up_at = time.monotonic() + LEASE_S + 1
    while scene.claims(plan) and time.monotonic() < give_up_at:
        for channel in plan.channels:
            scene.desk.service.ledger.expire(plan.dispatch, channel)
        time.sleep(0.1)


def copies(scene: Scene) -> set[int]:
    """Return how many copies those have who have any."""
    return set(Counter(scene.desk.received()).values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What is left by a slot that dies, and what becomes of it."""

    left_behind: dict[str, int]
    #: After the lease.
    taken_back: dict[str, int]
    #: After somebody else worked what is open.
    at_the_end: dict[str, int]
    #: How many messages the provider has then.
    received: int


NOTHING_LOST = {"planned": 10}
IN_DOUBT = {"unknown": 5, "planned": 5}
COURSES = {
    Step.BEFORE_CLAIM: Course(left_behind=NOTHING_LOST, taken_back=NOTHING_LOST, at_the_end={"accepted": 10}, received=10),
    Step.AFTER_CLAIM: Course(
        left_behind={"claimed": 5, "planned": 5}, taken_back=NOTHING_LOST, at_the_end={"accepted": 10}, received=10
    ),
    Step.BEFORE_GATE: Course(
        left_behind={"claimed": 5, "planned": 5}, taken_back=NOTHING_LOST, at_the_end={"accepted": 10}, received=10
    ),
    Step.AFTER_GATE: Course(
        left_behind={"submitting": 5, "planned": 5}, taken_back=IN_DOUBT, at_the_end={"unknown": 5, "accepted": 5}, received=5
    ),
    Step.AFTER_ACCEPT: Course(
        left_behind={"submitting": 5, "planned": 5}, taken_back=IN_DOUBT, at_the_end={"unknown": 5, "accepted": 5}, received=10
    ),
    Step.AFTER_SETTLE: Course(
        left_behind={"accepted": 5, "planned": 5},
        taken_back={"accepted": 5, "planned": 5},
        at_the_end={"accepted": 10},
        received=10,
    ),
}


@pytest.mark.parametrize("step", list(Step))
def test_a_batch_whose_slot_is_killed(scene: Scene, repo_root: Path, step: Step) -> None:
    """What had not passed the gate is sent by somebody else; what had is in doubt, and never sent again by itself."""
    scene.desk.crowd(PEOPLE)
    plan = scene.desk.schedule(scene.desk.approved())
    course = COURSES[step]

    die_in_a_slot(scene, repo_root, step)

    assert scene.desk.states(plan.dispatch) == course.left_behind
    let_the_lease_end(scene, plan)
    assert scene.desk.states(plan.dispatch) == course.taken_back
    scene.desk.work()
    assert scene.desk.states(plan.dispatch) == course.at_the_end
    assert (len(scene.desk.received()), copies(scene)) == (course.received, {1})


@pytest.mark.parametrize(
    ("step", "posts_left", "found"),
    [
        (Step.BEFORE_CLAIM, 0, 0),
        (Step.AFTER_CLAIM, 0, 0),
        (Step.BEFORE_GATE, 0, 0),
        (Step.AFTER_ACCEPT, 1, 1),
        (Step.AFTER_SETTLE, 1, 0),
    ],
)
def test_a_thread_whose_slot_is_killed_is_whole_in_the_end(
    scene: Scene, repo_root: Path, step: Step, posts_left: int, found: int
) -> None:
    """A part that is public though nobody wrote it down is found on the account; the next one answers it."""
    plan = scene.desk.schedule(scene.desk.approved(), channels=(X,), lists=())

    die_in_a_slot(scene, repo_root, step)
    let_the_lease_end(scene, plan)

    assert len(scene.sandbox.log()["posts"]) == posts_left
    assert scene.desk.service.reconciler.reconcile(plan.dispatch) == found
    scene.desk.work()
    parts = dict(scene.status(plan).channels)[X].parts
    posts = scene.sandbox.log()["posts"]
    assert set(scene.desk.states(plan.dispatch, X)) == {"live"}
    assert [part.remote_id for part in parts] == [post["id"] for post in posts]
    assert [post["reply_to"] for post in posts] == [None, *(post["id"] for post in posts[:-1])]


def test_a_thread_whose_slot_is_killed_after_the_gate_stops_there(scene: Scene, repo_root: Path) -> None:
    """The part is not on the account now, which proves nothing about a minute from now; a person decides."""
    plan = scene.desk.schedule(scene.desk.approved(), channels=(X,), lists=())
    parts = sum(scene.desk.states(plan.dispatch, X).values())

    die_in_a_slot(scene, repo_root, Step.AFTER_GATE)
    let_the_lease_end(scene, plan)
    found = scene.desk.service.reconciler.reconcile(plan.dispatch)
    scene.desk.work()

    assert found == 0
    assert scene.desk.states(plan.dispatch, X) == {"unknown": 1, "planned": parts - 1}
    assert scene.sandbox.log()["posts"] == []


class ForgetfulLedger(RedisLedger):
    """A ledger whose first answer from the gate is lost on its way, as when Redis is killed having written it."""

    def __init__(self, scene: Scene, *, away_s: float) -> None:
        super().__init__(scene.desk.service.client, lease=timedelta(seconds=LEASE_S))
        self._away_s, self._is_first = away_s, True

    def submit(self, claim: Claim, *, revision: int, offered_seal: str, journal_seen: int) -> GateAnswer:
        """Lose the first answer."""
        answer = super().submit(claim, revision=revision, offered_seal=offered_seal, journal_seen=journal_seen)
        if self._is_first:
            self._is_first = False
            time.sleep(self._away_s)
            self.expire(claim.dispatch, claim.channel)
            raise StoreUnavailable("Redis does not answer (ConnectionError).")
        return answer


@pytest.mark.parametrize("away_s", [0.0, LEASE_S + 0.1])
def test_a_lost_answer_of_the_gate_leaves_nobody_in_doubt(scene: Scene, away_s: float) -> None:
    """The slot knows that it has sent nothing. It asks again; and if others took the batch for lost meanwhile, it says so."""
    scene.desk.crowd(PEOPLE)
    service, plan = scene.desk.service, scene.desk.schedule(scene.desk.approved())

    slot_with(ForgetfulLedger(scene, away_s=away_s), service, service.channels).serve(should_stop=lambda: False)

    assert scene.desk.states(plan.dispatch) == {"accepted": PEOPLE}
    assert (len(scene.desk.received()), copies(scene)) == (PEOPLE, {1})
