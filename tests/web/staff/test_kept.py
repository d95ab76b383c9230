"""What takes time to make is made once for all who ask at the same moment, and one thing never waits for another."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from distributor.web.staff.kept import Kept


def test_many_who_ask_at_once_get_what_one_made_and_others_do_not_wait_for_it() -> None:
    kept, made, may_end = Kept[str, int](), [], threading.Event()

    def slow() -> int:
        made.append(1)
        may_end.wait(10)
        return 7

    with ThreadPoolExecutor(8) as threads:
        waiting = [threads.submit(kept, "slow", slow, least_s=60) for _ in range(7)]
        other = kept("quick", lambda: 1, least_s=60)
        may_end.set()
        answers = [each.result(timeout=10) for each in waiting]

    assert (other, set(answers), len(made)) == (1, {7}, 1)


def test_what_is_old_or_forgotten_is_made_anew_and_only_the_newest_are_kept() -> None:
    kept, numbers = Kept[int, int](), iter(range(1000))

    first = [kept(1, lambda: next(numbers), least_s=60), kept(1, lambda: next(numbers), least_s=60)]
    kept.forget(1)
    again = kept(1, lambda: next(numbers), least_s=60)
    for other in range(2, 100):
        kept(other, lambda: -1, least_s=60)

    assert (first, again) == ([0, 0], 1)
    assert kept(1, lambda: next(numbers), least_s=0) == 2


def test_making_that_fails_is_tried_by_the_next() -> None:
    kept = Kept[int, int]()

    with pytest.raises(ZeroDivisionError):
        kept(1, lambda: 1 // 0, least_s=60)

    assert kept(1, lambda: 5, least_s=60) == 5
