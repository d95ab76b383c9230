"""A whole desk of real processes that may be killed: a Redis of its own, the sandbox, and workers as operators start them."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import redis

import distributor.store.embedded_child
from distributor.core.delivery import OPEN
from distributor.core.errors import StoreUnavailable
from distributor.core.plan import DispatchPlan
from distributor.core.report import DispatchState, DispatchStatus
from distributor.sandbox.serve import RunningSandbox
from distributor.store.embedded_server import _configuration, _wait_until_it_answers, find_server, make_private, socket_path
from distributor.store.ledger_keys import ChannelKeys
from tests.cli.terminal import Terminal
from tests.flow.newsroom import Newsroom

T = TypeVar("T")
#: What a command on Redis raises while it is away.
AWAY = (redis.exceptions.ConnectionError, redis.exceptions.TimeoutError, StoreUnavailable)
#: When a worker listens to signals at the latest, on a busy machine.
_STARTS_WITHIN_US = 10_000_000
_LAUNCHER = Path(distributor.store.embedded_child.__file__)


def wall_us() -> int:
    """Return this machine's wall clock, which is Redis's and the sandbox's too, in microseconds since 1970."""
    return time.time_ns() // 1000


def insist(ask: Callable[[], T], *, patience_s: float = 30.0) -> T:
    """Ask until Redis answers."""
    give_up_at = time.monotonic() + patience_s
    while True:
        try:
            return ask()
        except AWAY:
            if time.monotonic() > give_up_at:
                raise
            time.sleep(0.05)


class OwnRedis:
    """The embedded server with its own configuration, but startable again: its append-only file is all that outlives SIGKILL.

    It and the workers end with the thread that started them, so that a killed run leaves nothing behind.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        #: When it was killed.
        self.killed_us: list[int] = []
        make_private(folder)
        make_private(socket_path(folder).parent)
        (folder / "redis.conf").write_text(_configuration(folder), encoding="utf-8")
        self.url = f"unix://{socket_path(folder)}?db=0"
        self.broker_url = f"redis+socket://{socket_path(folder)}?virtual_host=1"

    @property
    def is_up(self) -> bool:
        """Say whether it runs."""
        return self._process is not None

    def start(self) -> None:
        """Start it on whatever its append-only file says, and wait until it answers."""
        if self._process is None:
            command = [sys.executable, "-I", "-S", str(_LAUNCHER), str(os.getpid()), str(find_server().path)]
            self._process = subprocess.Popen([*command, str(self.folder / "redis.conf")], stdin=subprocess.DEVNULL)
            _wait_until_it_answers(self._process, self.folder)

    def kill(self) -> None:
        """End it in the middle of whatever it does."""
        if self._process is not None:
            self.killed_us.append(wall_us())
            self._process.kill()
            self._process.wait()
            self._process = None


@dataclass(slots=True)
class WorkerRun:
    """One worker process from its start to its end."""

    process: subprocess.Popen[bytes]
    log: Path
    started_us: int
    #: When it was killed; None when it was not.
    killed_us: int | None = None
    #: When it was frozen: it is as good as dead, until it wakes up.
    frozen_us: list[int] = field(default_factory=list)
    #: When it was asked to end; None when it was not.
    asked_to_end_us: int | None = None

    @property
    def is_alive(self) -> bool:
        """Say whether it runs and was not asked to end."""
        return self.process.poll() is None and self.asked_to_end_us is None

    @property
    def has_ended_well(self) -> bool:
        """Say whether an ended process did what it was asked for. One that was asked while it still started had no ears yet."""
        is_fresh = self.asked_to_end_us is not None and self.asked_to_end_us - self.started_us < _STARTS_WITHIN_US
        return self.killed_us is not None or self.process.returncode == 0 or (is_fresh and self.process.returncode < 0)

    def kill(self) -> None:
        """End it in the middle of whatever it does."""
        self.killed_us = wall_us()
        self.process.kill()
        self.process.wait()

    def freeze(self) -> None:
        """Stop it in the middle of whatever it does, as a machine that is suspended or starved would."""
        self.frozen_us.append(wall_us())
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on, as if no time had passed for it."""
        self.process.send_signal(signal.SIGCONT)

    def ask_to_end(self) -> None:
        """Send what a deploy sends."""
        self.asked_to_end_us = wall_us()
        self.process.send_signal(signal.SIGTERM)


class Scene:
    """Everything that one run needs; open it with `open_scene`."""

    def __init__(self, folder: Path, own: OwnRedis, sandbox: RunningSandbox, changes: Mapping[str, str]) -> None:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("DISTRIBUTOR_")}
        self.folder, self.redis, self.sandbox = folder, own, sandbox
        self.environ = {
            **Terminal(folder, clean, sandbox).environ,
            "DISTRIBUTOR_REDIS_URL": own.url,
            "DISTRIBUTOR_BROKER_URL": own.broker_url,
            **changes,
        }
        ours = {name: value for name, value in self.environ.items() if name.startswith("DISTRIBUTOR_")}
        self.desk = Newsroom(own.url, sandbox, folder, **ours)
        self.workers: list[WorkerRun] = []

    def start_worker(self, **environ: str) -> WorkerRun:
        """Start `distributor worker`."""
        log = self.folder / f"worker-{len(self.workers)}.log"
        command = [sys.executable, "-I", "-S", str(_LAUNCHER), str(os.getpid()), sys.executable, "-m", "distributor", "worker"]
        with log.open("wb") as out:
            process = subprocess.Popen(
                command,
                env={**self.environ, **environ},
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        run = WorkerRun(process, log, wall_us())
        self.workers.append(run)
        return run

    def alive(self) -> list[WorkerRun]:
        """Return the workers that run and were not asked to end."""
        return [run for run in self.workers if run.is_alive]

    def end_workers(self, *, patience_s: float = 60.0) -> None:
        """Ask all to end, and wait for it."""
        for run in self.alive():
            run.thaw()
            run.ask_to_end()
        for run in self.workers:
            run.process.wait(patience_s)

    def kill_workers(self) -> None:
        """End whoever still runs."""
        for run in self.workers:
            run.process.kill()
            run.process.wait()

    def status(self, plan: DispatchPlan) -> DispatchStatus:
        """Return the status, also if Redis is just coming back."""
        return insist(lambda: self.desk.status(plan.dispatch))

    def claims(self, plan: DispatchPlan) -> int:
        """Return how many batches are in a worker's hands."""
        keys = [ChannelKeys(plan.dispatch, channel).claims for channel in plan.channels]
        return insist(lambda: sum(int(self.desk.service.client.hlen(key)) for key in keys))

    def wait_for_end(self, plan: DispatchPlan, *, patience_s: float = 60.0) -> DispatchStatus:
        """Wait until nothing is open or in anybody's hands; a thread that is cut keeps what follows the cut.

        Raises:
            AssertionError: it takes too long.
        """
        give_up_at = time.monotonic() + patience_s
        while True:
            status = self.status(plan)
            if status.state in {DispatchState.DONE, DispatchState.INCOMPLETE} and self.claims(plan) == 0:
                return status
            waits = {name.value: channel.tally.count(OPEN) for name, channel in status.channels}
            assert time.monotonic() < give_up_at, f"it does not end: {status.state}, held by {status.hold_reason!r}, open {waits}"
            time.sleep(0.2)

    def wait_for_requests(self, count: int, *, path: str = "/v3/mail/send", patience_s: float = 30.0) -> None:
        """Wait until so many requests have come to the provider."""
        give_up_at = time.monotonic() + patience_s
        while sum(one["path"] == path for one in self.sandbox.log()["requests"]) < count:
            assert time.monotonic() < give_up_at, "no request came"
            time.sleep(0.05)

    def wait_for_workers(self, count: int, *, patience_s: float = 30.0) -> None:
        """Wait until so many workers have shown life."""
        give_up_at = time.monotonic() + patience_s
        while self.desk.service.workers_alive() < count:
            assert time.monotonic() < give_up_at, "the workers do not come up"
            time.sleep(0.05)


@contextlib.contextmanager
def open_scene(
    folder: Path, *, lease_s: int = 5, slots: int = 2, batch_size: int = 10, read_timeout_s: int = 2
) -> Iterator[Scene]:
    """Yield a desk in this folder, with leases short enough to wait for; end all of it afterwards."""
    own = OwnRedis(folder / "redis")
    own.start()
    changes = {
        "DISTRIBUTOR_DISPATCH__LEASE_SECONDS": str(lease_s),
        "DISTRIBUTOR_DISPATCH__CONNECT_TIMEOUT_S": "1",
        "DISTRIBUTOR_DISPATCH__READ_TIMEOUT_S": str(read_timeout_s),
        "DISTRIBUTOR_DISPATCH__BATCH_SIZE": str(batch_size),
        "DISTRIBUTOR_WORKER__CONCURRENCY": str(slots),
    }
    with contextlib.ExitStack() as stack:
        stack.callback(own.kill)
        scene = Scene(folder, own, stack.enter_context(RunningSandbox()), changes)
        stack.callback(scene.desk.service.close)
        stack.callback(scene.kill_workers)
        yield scene
