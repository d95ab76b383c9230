"""Play one seed's run: set the scene, let the script happen, and ask the oracle."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from distributor.core.plan import DispatchPlan
from distributor.core.release import Paragraph, Release, Span
from tests.crash.oracle import complaints, gather
from tests.crash.scene import AWAY, Scene, insist, open_scene
from tests.crash.script import Deed, Moment, Script, write_script
from tests.flow.newsroom import EMAIL, RELEASE, X

#: A thread of several parts: each further paragraph is one of them.
LONG_RELEASE = replace(
    RELEASE,
    body=(
        *RELEASE.body,
        *(
            Paragraph(text=(Span(text=f"In district {name} the teams found {number} mines and walked every path with dogs."),))
            for number, name in enumerate(("Abar", "Belt", "Corin", "Dusk"), 17)
        ),
    ),
)


@dataclass(slots=True)
class Outcome:
    """What came of one seed."""

    seed: int
    took_s: float
    #: Empty when everything held.
    complaints: list[str]
    #: In doubt at the end, among how many.
    unknown: int = 0
    recipients: int = 0
    #: Where the logs are; None when they were thrown away.
    folder: Path | None = None


@dataclass(slots=True)
class _Cast:
    """Who was drawn for what."""

    hopeless: frozenset[str]
    left: set[str] = field(default_factory=set)


def play_seed(seed: int) -> Outcome:
    """Play the seed's run once; the folder with all logs stays if anything did not hold."""
    began_at = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix=f"crash-{seed}-"))
    script = write_script(seed)
    (folder / "script.txt").write_text(f"{script}\n", encoding="utf-8")
    outcome = Outcome(seed=seed, took_s=0.0, complaints=[], folder=folder)
    try:
        with open_scene(folder, lease_s=script.lease_s, slots=script.slots, batch_size=script.batch_size) as scene:
            outcome.complaints.extend(_play(scene, script, outcome))
    except (AssertionError, *AWAY) as error:
        outcome.complaints.append(f"{type(error).__name__}: {error}")
    outcome.took_s = time.monotonic() - began_at
    if not outcome.complaints:
        shutil.rmtree(folder)
        outcome.folder = None
    return outcome


def _play(scene: Scene, script: Script, outcome: Outcome) -> Iterator[str]:
    cast = _Cast(hopeless=frozenset(f"h{number}@localhost" for number in range(script.hopeless)))
    scene.desk.people(*cast.hopeless, *(f"r{number}@news.example" for number in range(script.recipients)))
    scene.sandbox.play(*script.faults)
    for _ in range(script.workers):
        scene.start_worker()
    plan = scene.desk.schedule(
        scene.desk.approved(_release(script.seed)), channels=(EMAIL, X), lift_in=timedelta(seconds=script.lift_in_s)
    )
    _let_happen(scene, script, plan, cast)
    scene.wait_for_end(plan)
    scene.end_workers()
    yield from (f"{run.log.name}: it ended with {run.process.returncode}" for run in scene.workers if not run.has_ended_well)
    yield from _look(scene, plan, cast)
    # Nothing may hang on what only a running Redis knew.
    scene.redis.kill()
    scene.redis.start()
    _let_the_morning_come(scene, plan)
    yield from (f"the morning after: {sentence}" for sentence in _look(scene, plan, cast))
    outcome.unknown = scene.desk.states(plan.dispatch).get("unknown", 0)
    outcome.recipients = script.recipients + script.hopeless
    yield from _texts_in_logs(scene)


def _release(seed: int) -> Release:
    return replace(LONG_RELEASE, headline=f"Clearance teams free field number {seed} of the valley")


def _let_happen(scene: Scene, script: Script, plan: DispatchPlan, cast: _Cast) -> None:
    began_at = time.monotonic()
    for moment in script.moments:
        time.sleep(max(0.0, began_at + moment.at_s - time.monotonic()))
        _do(scene, moment, plan, cast)
    # Whatever the script left lying: any one worker alive is enough.
    scene.redis.start()
    for run in scene.workers:
        run.thaw()
    insist(lambda: scene.desk.service.dispatches.resume(plan.dispatch, by="Ana", may_start_for=timedelta(hours=1)))
    if not scene.alive():
        scene.start_worker()


def _do(scene: Scene, moment: Moment, plan: DispatchPlan, cast: _Cast) -> None:
    alive = scene.alive()
    victim = alive[int(moment.pick * len(alive))] if alive else None
    match moment.deed:
        case Deed.KILL_WORKER | Deed.END_WORKER if victim is not None:
            victim.kill() if moment.deed is Deed.KILL_WORKER else victim.ask_to_end()
        case Deed.FREEZE_WORKER if victim is not None:
            victim.freeze()
        case Deed.START_WORKER | Deed.THAW_WORKERS:
            _bring_workers(scene, moment)
        case Deed.KILL_REDIS:
            scene.redis.kill()
        case Deed.START_REDIS:
            scene.redis.start()
        case Deed.HOLD | Deed.RESUME | Deed.UNSUBSCRIBE if scene.redis.is_up:
            _ask_of_redis(scene, moment, plan, cast)


def _bring_workers(scene: Scene, moment: Moment) -> None:
    if moment.deed is Deed.START_WORKER:
        scene.start_worker()
        return
    for run in scene.workers:
        run.thaw()


def _ask_of_redis(scene: Scene, moment: Moment, plan: DispatchPlan, cast: _Cast) -> None:
    dispatches, suppressions = scene.desk.service.dispatches, scene.desk.service.suppressions
    match moment.deed:
        case Deed.HOLD:
            insist(lambda: dispatches.hold(plan.dispatch, by="Ana", reason="staff", note=""))
        case Deed.RESUME:
            insist(lambda: dispatches.resume(plan.dispatch, by="Ana", may_start_for=timedelta(hours=1)))
        case _:
            address = f"r{int(moment.pick * 100)}@news.example"
            cast.left.add(address)
            insist(lambda: suppressions.add(address, reason="asked", by="the recipient", at=datetime.now(UTC)))


def _look(scene: Scene, plan: DispatchPlan, cast: _Cast) -> Iterator[str]:
    return complaints(gather(scene, plan, hopeless=cast.hopeless, left=frozenset(cast.left)))


def _let_the_morning_come(scene: Scene, plan: DispatchPlan) -> None:
    """The providers are well again: what can be found is found, and a thread goes on after it."""
    scene.sandbox.play()
    service = scene.desk.service
    while insist(lambda: service.reconciler.reconcile(plan.dispatch)):
        service.hot_path.dispatcher.serve(should_stop=lambda: False)


def _texts_in_logs(scene: Scene) -> Iterator[str]:
    for run in scene.workers:
        if b"Clearance teams" in (log := run.log.read_bytes()) or b"@news.example" in log:
            yield f"{run.log.name} holds the release's text or an address"
