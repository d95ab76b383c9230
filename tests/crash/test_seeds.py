"""Twenty-five runs of killed workers, a killed Redis and broken answers; `make crash SEEDS=500` plays more of them."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from tests.crash.play import Outcome, play_seed
from tests.crash.run import AT_ONCE, report

SEEDS = range(1, 26)
Runs = dict[int, "Future[Outcome]"]


@pytest.fixture(scope="module")
def runs(request: pytest.FixtureRequest) -> Iterator[Runs]:
    """Begin the runs of all chosen seeds, a few at a time: each mostly waits."""
    chosen = {f"[{seed}]": seed for seed in SEEDS}
    names = [item.name for item in request.session.items if item.path == request.path]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield {seed: pool.submit(play_seed, seed) for ending, seed in chosen.items() if any(n.endswith(ending) for n in names)}
        pool.shutdown(cancel_futures=True)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_nobody_is_lost_nobody_gets_it_twice_and_doubt_has_a_reason(runs: Runs, seed: int) -> None:
    outcome = runs[seed].result()

    assert outcome.complaints == [], report(outcome)
