"""What happens in one run, drawn from its seed: how large it is, what the providers do wrong, who is killed when."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from distributor.sandbox.faults import FaultKind

#: A request takes so long that the whole dispatch takes about this long, and the killing falls in its middle.
_STRETCH_S = 3.5
#: How many of the workers that end are replaced.
_RETURNS = 0.8
#: Faults after which the provider has it or not and nobody can tell.
LOSSY = (FaultKind.CUT_AFTER_ACCEPT, FaultKind.CUT_BEFORE_ACCEPT, FaultKind.BROKEN_AFTER_ACCEPT, FaultKind.BROKEN)
_LOSSY_TOO = (FaultKind.UNAVAILABLE, FaultKind.RESET, FaultKind.GARBAGE)


class Deed(StrEnum):
    """Something that happens to the desk."""

    KILL_WORKER = "kill a worker"
    END_WORKER = "ask a worker to end"
    START_WORKER = "start a worker"
    FREEZE_WORKER = "freeze a worker"
    THAW_WORKERS = "thaw all workers"
    KILL_REDIS = "kill Redis"
    START_REDIS = "start Redis"
    HOLD = "hold"
    RESUME = "resume"
    UNSUBSCRIBE = "somebody asks to be left alone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A deed and its time."""

    #: Seconds after the first worker's start.
    at_s: float
    deed: Deed
    #: Which worker or recipient, as a share of those there are.
    pick: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """One run."""

    seed: int
    recipients: int
    #: How many of them have an address that the provider refuses, for which it refuses the whole batch.
    hopeless: int
    batch_size: int
    workers: int
    slots: int
    lease_s: int
    lift_in_s: float
    faults: tuple[dict[str, object], ...]
    moments: tuple[Moment, ...]

    def __str__(self) -> str:
        faults = ", ".join(f"{fault['provider']} {fault['kind']} {fault['rate']:.0%}" for fault in self.faults)
        deeds = ", ".join(f"{moment.at_s:.2f} s {moment.deed}" for moment in self.moments)
        return (
            f"seed {self.seed}: {self.recipients} recipients ({self.hopeless} hopeless) by {self.batch_size}, "
            f"{self.workers} workers with {self.slots} slots, lease {self.lease_s} s, lift in {self.lift_in_s:.1f} s; "
            f"{faults}; {deeds}"
        )


def write_script(seed: int) -> Script:
    """Return the run of this seed."""
    dice = random.Random(seed)
    recipients, batch_size = dice.randint(100, 250), dice.randint(5, 15)
    workers, slots = dice.randint(1, 4), dice.randint(1, 3)
    slow_s = min(0.8, max(0.05, _STRETCH_S * workers * slots * batch_size / recipients))
    return Script(
        seed=seed,
        recipients=recipients,
        hopeless=dice.choice((0, 0, 1, 2)),
        batch_size=batch_size,
        workers=workers,
        slots=slots,
        lease_s=dice.randint(4, 6),
        lift_in_s=dice.uniform(1.0, 3.5),
        faults=(*_faults(dice), *_slow(slow_s)),
        moments=tuple(sorted(_moments(dice), key=lambda moment: moment.at_s)),
    )


def _faults(dice: random.Random) -> Iterator[dict[str, object]]:
    """Yield some kinds of faults, each at 5 to 20 % of the requests."""
    kinds = [*LOSSY, *_LOSSY_TOO, FaultKind.TOO_MANY, FaultKind.SLOW]
    for provider in ("sendgrid", "x"):
        for kind in dice.sample(kinds, k=dice.randint(0, 3)):
            rule: dict[str, object] = {
                "provider": provider,
                "kind": kind.value,
                "rate": dice.uniform(0.05, 0.2),
                "seed": dice.randint(0, 10**9),
            }
            match kind:
                case FaultKind.TOO_MANY:
                    yield {**rule, "retry_after": dice.choice((None, 1, 2))}
                case FaultKind.SLOW:
                    # The client waits 2 s.
                    yield {**rule, "seconds": dice.choice((1.0, 3.0))}
                case _:
                    yield rule


def _slow(slow_s: float) -> Iterator[dict[str, object]]:
    yield {"provider": "sendgrid", "kind": FaultKind.SLOW.value, "rate": 1.0, "seconds": slow_s}
    yield {"provider": "x", "kind": FaultKind.SLOW.value, "rate": 1.0, "seconds": 0.3}


def _moments(dice: random.Random) -> Iterator[Moment]:
    kinds = ("kill", "kill", "kill", "end", "freeze", "redis", "both", "hold", "unsubscribe")
    for _ in range(dice.randint(2, 6)):
        at_s = dice.uniform(0.5, 7.5)
        match dice.choice(kinds):
            case "kill":
                yield from _end_of_a_worker(dice, at_s, Deed.KILL_WORKER)
            case "end":
                yield from _end_of_a_worker(dice, at_s, Deed.END_WORKER)
            case "freeze":
                # Often long enough for others to take its batches for lost.
                yield Moment(at_s=at_s, deed=Deed.FREEZE_WORKER, pick=dice.random())
                yield Moment(at_s=at_s + dice.uniform(1.0, 8.0), deed=Deed.THAW_WORKERS)
            case "redis":
                yield from _end_of_redis(dice, at_s)
            case "both":
                yield from _end_of_a_worker(dice, at_s, Deed.KILL_WORKER)
                yield from _end_of_redis(dice, at_s)
            case "hold":
                yield Moment(at_s=at_s, deed=Deed.HOLD)
                yield Moment(at_s=at_s + dice.uniform(0.0, 2.0), deed=Deed.RESUME)
            case _:
                yield Moment(at_s=at_s, deed=Deed.UNSUBSCRIBE, pick=dice.random())


def _end_of_a_worker(dice: random.Random, at_s: float, deed: Deed) -> Iterator[Moment]:
    yield Moment(at_s=at_s, deed=deed, pick=dice.random())
    if dice.random() < _RETURNS:
        yield Moment(at_s=at_s + dice.uniform(0.0, 2.0), deed=Deed.START_WORKER)


def _end_of_redis(dice: random.Random, at_s: float) -> Iterator[Moment]:
    yield Moment(at_s=at_s, deed=Deed.KILL_REDIS)
    yield Moment(at_s=at_s + dice.uniform(0.0, 2.0), deed=Deed.START_REDIS)
