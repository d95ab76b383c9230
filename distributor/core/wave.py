"""The wave: what left when, in few steps of time, however many recipients; and what went wrong, counted by cause.

Made of what is known of the batches, so that it is the same after a restart, on another machine, and in a report of last year.
A batch counts with everybody in it, also the few who were suppressed after it was staged: exact are the ledger's counts.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from distributor.core.delivery import State

#: So many columns fit beside each other on a phone and can be told apart.
MOST_STEPS = 60
_NICE_S = (
    0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400, 28_800, 86_400,
)  # fmt: skip
#: The provider's words for "it is with me"; what came of it later does not change when it left.
_TAKEN = frozenset({State.ACCEPTED, State.LIVE})
#: What a try that left nothing behind makes of a batch: it is tried again.
_TRIED_AGAIN = frozenset({State.PLANNED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One batch that a provider has answered, or not answered in time."""

    count: int
    settled_at: datetime
    settled: State
    #: Why it was no success, "" otherwise.
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One stretch of time, `[begins_at, begins_at + Wave.step)`."""

    begins_at: datetime
    #: Taken by the provider in this stretch, and from the beginning to its end.
    taken: int
    taken_so_far: int
    #: Refused or in doubt in this stretch.
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One reason why something is not with its provider, with how many that concerns."""

    why: str
    #: REFUSED, UNKNOWN, or PLANNED for what is tried again.
    state: State
    count: int
    batches: int
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """What left when, over at most MOST_STEPS stretches of equal length."""

    step: timedelta
    steps: tuple[Step, ...]
    #: Of the stretches at full length, the best, per second.
    fastest: float

    @property
    def taken(self) -> int:
        """Return how many the provider has taken."""
        return self.steps[-1].taken_so_far if self.steps else 0


def wave(answers: Iterable[Answered], *, since: datetime) -> Wave:
    """Return the wave from `since` on, which is the lift, to the last answer."""
    known = sorted((answer for answer in answers if answer.settled not in _TRIED_AGAIN), key=lambda answer: answer.settled_at)
    if not known:
        return Wave(step=timedelta(seconds=1), steps=(), fastest=0.0)
    begins_at = min(since, known[0].settled_at)
    step = _step(known[-1].settled_at - begins_at)
    taken: Counter[int] = Counter()
    failed: Counter[int] = Counter()
    for answer in known:
        counter = taken if answer.settled in _TAKEN else failed
        counter[(answer.settled_at - begins_at) // step] += answer.count
    steps, so_far = [], 0
    for number in range((known[-1].settled_at - begins_at) // step + 1):
        so_far += taken[number]
        steps.append(
            Step(begins_at=begins_at + number * step, taken=taken[number], taken_so_far=so_far, failed=failed[number])
        )  # fmt: skip
    return Wave(step=step, steps=tuple(steps), fastest=max(taken.values(), default=0) / step.total_seconds())


def rate(answers: Iterable[Answered], *, now: datetime, over: timedelta = timedelta(seconds=5)) -> float:
    """Return how many a second the provider has taken of late."""
    lately = sum(answer.count for answer in answers if answer.settled in _TAKEN and answer.settled_at > now - over)
    return lately / over.total_seconds()


def causes(answers: Iterable[Answered]) -> tuple[Cause, ...]:
    """Return what went wrong and still is so, most first."""
    found: dict[tuple[str, State], list[Answered]] = {}
    for answer in answers:
        if answer.why and answer.settled not in _TAKEN:
            found.setdefault((answer.why, answer.settled), []).append(answer)
    made = [
        Cause(
            why=why,
            state=state,
            count=sum(answer.count for answer in group),
            batches=len(group),
            last_at=max(answer.settled_at for answer in group),
        )
        for (why, state), group in found.items()
    ]
    return tuple(sorted(made, key=lambda cause: -cause.count))


def _step(length: timedelta) -> timedelta:
    """Return the shortest nice step of which at most MOST_STEPS cover the length."""
    wanted_s = length.total_seconds() / (MOST_STEPS - 1)
    at = bisect_left(_NICE_S, wanted_s)
    if at < len(_NICE_S):
        return timedelta(seconds=_NICE_S[at])
    return timedelta(days=int(wanted_s // _NICE_S[-1]) + 1)


def todo(cause: Cause) -> str:
    """Return what a person can do about it, in one sentence."""
    return _TODO.get(cause.state, "")


_TODO = {
    State.PLANNED: "Nothing: it is tried again by itself.",
    State.REFUSED: "These will not be sent again by this dispatch. Mend the cause; the report says whom it concerns.",
    State.UNKNOWN: "Look at the provider's record, then settle them: they may have it, or not.",
}
