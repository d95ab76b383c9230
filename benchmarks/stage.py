"""What every measurement stands on: an embedded Redis with `appendfsync always`, the sink, worker processes."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import urllib3

from distributor.bootstrap import Service, open_service
from distributor.core.audience import Contact
from distributor.core.ids import ListName
from distributor.core.message import ChannelName
from distributor.core.plan import DispatchPlan
from distributor.flow.schedule import ScheduleRequest
from distributor.intake.read import read_release
from distributor.resources import resource
from distributor.settings import load_settings

WORKERS = 2
_BLOCK = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The parts of a measurement."""

    service: Service
    sink_url: str
    environ: dict[str, str]

    def crowd(self, name: str, count: int) -> ListName:
        """Put so many people on a list."""
        for start in range(0, count, _BLOCK):
            numbers = range(start, min(start + _BLOCK, count))
            people = [Contact(address=f"r{n}@news{n % 97}.example", name=f"Reporter {n}") for n in numbers]
            self.service.book.add_to_list(ListName(name), people, at=datetime.now(UTC))
        return ListName(name)

    def plan(self, label: str, listed: ListName, *, lift_in: float) -> DispatchPlan:
        """Take in, approve and schedule a release of its own."""
        sample = read_release(resource("templates", "sample", "release.md"), now=datetime.now(UTC))
        content = replace(sample, headline=f"{sample.headline} {label}")
        stored = self.service.taker.take_in(content, by="Lena", revises=None)
        self.service.approver.approve(stored.release_id, by="Ben", waivers=())
        return self.service.scheduler.schedule(
            ScheduleRequest(
                release=stored.release_id, lists=(listed,), channels=(ChannelName.EMAIL,), by="Lena",
                lift_at=self.service.lift_clock.now() + timedelta(seconds=lift_in), late_limit=timedelta(hours=1),
            )
        )  # fmt: skip

    def notes(self, *, clear: bool = False) -> list[tuple[str, int, int]]:
        """Return what the sink noted: (dispatch, first byte, last byte) in microseconds."""
        answer = urllib3.request("GET", f"{self.sink_url}/notes{'?clear' if clear else ''}")
        return [tuple(note) for note in json.loads(answer.data)]

    def wait_done(self, plan: DispatchPlan, *, patience_s: float = 300) -> None:
        """Wait until the dispatch is settled."""
        give_up_at = time.monotonic() + patience_s
        while not all(c.tally.is_settled for _, c in self.service.dispatches.status(plan.dispatch).channels):
            if time.monotonic() > give_up_at:
                raise SystemExit(f"{plan.dispatch} is not done after {patience_s:.0f} s")
            time.sleep(0.05)


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@contextlib.contextmanager
def process(*command: str, environ: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """Run a process for the time of a block."""
    child = subprocess.Popen(
        [sys.executable, "-m", *command],
        env=environ,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield child
    finally:
        child.terminate()
        child.wait(60)


@contextlib.contextmanager
def set_up() -> Iterator[Stage]:
    """Yield a stage without workers."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("DISTRIBUTOR_")}
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="distributor-bench-"))
        sink = stack.enter_context(process("benchmarks.sink", environ=inherited))
        assert sink.stdout is not None
        url = f"http://127.0.0.1:{int(sink.stdout.readline())}"
        ours = {
            "DISTRIBUTOR_DATA_DIR": folder,
            "DISTRIBUTOR_LOG__LEVEL": "error",
            "DISTRIBUTOR_SENDER__EMAIL": "press@campaign.example",
            "DISTRIBUTOR_SENDER__POSTAL_ADDRESS": "1 Square, Geneva",
            "DISTRIBUTOR_SENDGRID__API_KEY": "SG.sink",
            "DISTRIBUTOR_SENDGRID__BASE_URL": url,
        }
        service = stack.enter_context(open_service(load_settings(environ=ours, cwd=Path(folder)), long_lived=True))
        redis = {"DISTRIBUTOR_REDIS_URL": service.handle.url, "DISTRIBUTOR_BROKER_URL": service.handle.broker_url}
        yield Stage(service=service, sink_url=url, environ={**inherited, **ours, **redis})


@contextlib.contextmanager
def workers(stage: Stage) -> Iterator[list[int]]:
    """Run the worker processes for the time of a block; yield their process ids."""
    with contextlib.ExitStack() as stack:
        commands = [("distributor", "worker", "--name", f"bench-{number}") for number in range(WORKERS)]
        running = [stack.enter_context(process(*command, environ=stage.environ)) for command in commands]
        while len(stage.service.roster.alive()) < WORKERS:
            time.sleep(0.1)
        yield [child.pid for child in running]
