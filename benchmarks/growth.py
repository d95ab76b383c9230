"""`python -m benchmarks.growth`: how time and memory grow from ten thousand recipients to a million.

Linear growth shows as equal rates; a worker's memory stays flat because it holds a bounded number of bodies.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import click

from benchmarks import measures
from benchmarks.stage import Stage, set_up, workers
from distributor.core.message import ChannelName
from distributor.core.plan import DispatchPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class Grown:
    """One size's figures."""

    recipients: int
    preparing_per_s: float
    sending_per_s: float
    #: The longest status answer while the wave went out.
    slowest_status_ms: float
    worker_mb: float
    redis_mb: float
    #: Of all the dispatch's keys after it is closed, without the frames.
    kept_bytes_each: float

    def line(self) -> str:
        """Return the row of the table."""
        return (
            f"| {self.recipients:,} | {self.preparing_per_s:,.0f} | {self.sending_per_s:,.0f} | {self.slowest_status_ms:.1f} "
            f"| {self.worker_mb:,.0f} | {self.redis_mb:,.0f} | {self.kept_bytes_each:.1f} |"
        )


@click.command()
@click.argument("sizes", nargs=-1, type=click.IntRange(1000, 5_000_000))
def main(sizes: tuple[int, ...]) -> None:
    """Send a dispatch of each of the SIZES (default: 10,000, 100,000 and 1,000,000 recipients)."""
    print(
        "| recipients | preparing/s | lift to last 202/s | slowest status, ms | each worker, MB | Redis, MB | kept, bytes each |"
    )
    print("|---|---|---|---|---|---|---|")
    for size in sizes or (10_000, 100_000, 1_000_000):
        with set_up() as stage:
            print(_grow(stage, size).line(), flush=True)


def _grow(stage: Stage, size: int) -> Grown:
    plan, preparing = measures.prepare(stage, size, lift_in=15)
    redis_mb = int(stage.service.client.info("memory")["used_memory"]) / 1e6
    stage.notes(clear=True)
    with workers(stage) as pids:
        slowest = _watch(stage, plan)
        worker_mb = max(_peak_mb(pid) for pid in pids)
    last_us = max(note[2] for note in stage.notes())
    return Grown(
        recipients=size,
        preparing_per_s=preparing,
        sending_per_s=size / (last_us / 1e6 - plan.lift_at.timestamp()),
        slowest_status_ms=slowest / timedelta(milliseconds=1),
        worker_mb=worker_mb,
        redis_mb=redis_mb,
        kept_bytes_each=measures.memory_per_recipient(stage, plan, size),
    )


def _watch(stage: Stage, plan: DispatchPlan) -> timedelta:
    """Look at the status as an impatient officer would until all is settled; return the longest wait."""
    slowest, give_up_at = 0.0, time.monotonic() + 600
    while True:
        began = time.perf_counter()
        status = stage.service.dispatches.status(plan.dispatch)
        slowest = max(slowest, time.perf_counter() - began)
        if dict(status.channels)[ChannelName.EMAIL].tally.is_settled:
            return timedelta(seconds=slowest)
        if time.monotonic() > give_up_at:
            raise SystemExit(f"{plan.dispatch} is not done after 10 minutes")
        time.sleep(0.02)


def _peak_mb(pid: int) -> float:
    """Return the most memory that the process ever held."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1e3
    raise SystemExit("This kernel shows no VmHWM.")


if __name__ == "__main__":
    main()
