"""`python -m tests.crash.run --seeds 500`: play many seeds, a few at a time, and name those that did not hold."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed

from tests.crash.play import Outcome, play_seed
from tests.crash.script import write_script

#: A run mostly waits: for leases, for slow answers.
AT_ONCE = 3 * (os.cpu_count() or 1)
#: How many complaints of one run are told; one cause can have hundreds.
_TOLD = 20


def main() -> int:
    """Play the seeds that the arguments name; return 1 when anything did not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=25, help="how many seeds to play")
    parser.add_argument("--first", type=int, default=1, help="the first of them")
    parser.add_argument("--seed", type=int, help="play this one only")
    parser.add_argument("--at-once", type=int, default=AT_ONCE, help="how many at the same time")
    arguments = parser.parse_args()
    seeds = [arguments.seed] if arguments.seed is not None else range(arguments.first, arguments.first + arguments.seeds)
    began_at, outcomes = time.monotonic(), []
    for outcome in play_all(seeds, at_once=arguments.at_once):
        outcomes.append(outcome)
        _say(report(outcome))
    failed = sorted(outcome.seed for outcome in outcomes if outcome.complaints)
    doubtful = sum(outcome.unknown for outcome in outcomes)
    people = sum(outcome.recipients for outcome in outcomes)
    _say(f"{len(outcomes)} seeds in {time.monotonic() - began_at:.0f} s; {doubtful} of {people} recipients in doubt.")
    if failed:
        _say(f"Failed: {failed}. Repeat one: SEED={failed[0]} make crash")
    return 1 if failed else 0


def play_all(seeds: Iterable[int], *, at_once: int = AT_ONCE) -> Iterator[Outcome]:
    """Play the seeds, so many at a time; yield each as it ends."""
    with ThreadPoolExecutor(at_once) as pool:
        runs: list[Future[Outcome]] = [pool.submit(play_seed, seed) for seed in seeds]
        for run in as_completed(runs):
            yield run.result()


def report(outcome: Outcome) -> str:
    """Return one line for a run that held, the whole story for one that did not."""
    if not outcome.complaints:
        return f"seed {outcome.seed:4} held: {outcome.took_s:5.1f} s, {outcome.unknown} of {outcome.recipients} in doubt"
    lines = [f"seed {outcome.seed} DID NOT HOLD; repeat it: SEED={outcome.seed} make crash", f"  {write_script(outcome.seed)}"]
    lines += [f"  - {sentence}" for sentence in outcome.complaints[:_TOLD]]
    if (untold := len(outcome.complaints) - _TOLD) > 0:
        lines.append(f"  - and {untold} more")
    return "\n".join([*lines, f"  logs: {outcome.folder}"])


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
