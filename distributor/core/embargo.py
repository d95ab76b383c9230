"""The embargo: the wall-clock time the officer wrote, the instant it means, and the gate that waits for it.

A `Clearance` is the only key to `Channel.send`, and only `clear` in this module makes one. A step that forgets
the gate therefore does not type-check, and one that forges a key fails at run time.

The gate's decision is taken twice: atomically by `store/lua/submit.lua`, which moves the batch to `submitting` by
Redis's own TIME, and again here from the facts that the script returned. They must agree (a property test says so).
"""

from __future__ import annotations

from dataclasses import InitVar, dataclass
from datetime import MAXYEAR, MINYEAR, UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from distributor.core.errors import (
    BadInput,
    ClaimLost,
    DispatchHeld,
    EmbargoHeld,
    SealBroken,
    TooLate,
    must_be_aware,
)
from distributor.core.ids import DispatchId


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalTime:
    """A wall-clock time in a named zone, as a person writes it.

    Raises:
        ValueError: the wall time carries a zone already, or the zone is unknown.
    """

    #: Naive on purpose: what the clock on the wall shows.
    wall: datetime
    #: IANA name, such as "Europe/Zurich".
    zone: str
    #: For the hour that exists twice when clocks go back: 0 the first, 1 the second, None not said.
    fold: int | None = None

    def __post_init__(self) -> None:
        if self.wall.tzinfo is not None:
            raise ValueError("a wall-clock time carries no zone of its own")
        zone_of(self.zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Embargo:
    """Until when nobody may publish. `local` is None for "for immediate release"."""

    local: LocalTime | None

    @property
    def is_immediate(self) -> bool:
        """Say whether the release may be published at once."""
        return self.local is None

    def lift_at(self) -> datetime | None:
        """Return the instant in UTC, None for immediate release.

        Raises:
            BadInput: the wall time does not exist or exists twice in its zone.
        """
        return None if self.local is None else resolve(self.local)


def zone_of(name: str) -> ZoneInfo:
    """Return the IANA zone of that name.

    Raises:
        ValueError: no such zone.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"unknown time zone {name!r}") from error


def resolve(local: LocalTime) -> datetime:
    """Return the instant in UTC that a wall-clock time means.

    Raises:
        BadInput: the clocks jump over that time (both nearest real times are named), it occurs twice and
            `fold` does not say which one is meant, or its year is at an end of the calendar (`is_in_calendar`).
    """
    zone = zone_of(local.zone)
    first, second = (local.wall.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    _must_be_in_calendar(local)
    if first.utcoffset() == second.utcoffset():
        return first.astimezone(UTC)
    if _is_in_gap(first):
        # In a gap, fold=0 reads with the offset before it (landing after the jump), fold=1 with the one after it.
        before, after = (moment.astimezone(UTC).astimezone(zone) for moment in (second, first))
        raise BadInput(
            f"{local.wall:%Y-%m-%d %H:%M} does not exist in {local.zone}: the clocks go forward over it.",
            where="embargo",
            # With the date, for Samoa once jumped over a whole day.
            remedy=f"Write {before:%Y-%m-%d %H:%M} or {after:%Y-%m-%d %H:%M} instead.",
        )
    if local.fold is None:
        raise BadInput(
            f"{local.wall:%Y-%m-%d %H:%M} occurs twice in {local.zone}: the clocks go back over it.",
            where="embargo",
            remedy=f"Say which one is meant by its offset: {first:%H:%M%z} or {second:%H:%M%z}.",
        )
    return (second if local.fold else first).astimezone(UTC)


def _must_be_in_calendar(local: LocalTime) -> None:
    if not is_in_calendar(local.wall):
        raise BadInput(
            f"The year {local.wall.year} is at the end of the calendar.", where="embargo", remedy="Write a year of this century."
        )


def is_in_calendar(moment: datetime) -> bool:
    """Say whether every zone can show the moment, and what comes some weeks before or after it.

    A single lift at an end of the calendar would break every page that lists it.
    """
    return MINYEAR + 1 < moment.year < MAXYEAR - 1


def _is_in_gap(moment: datetime) -> bool:
    there_and_back = moment.astimezone(UTC).astimezone(moment.tzinfo)
    return there_and_back.replace(tzinfo=None) != moment.replace(tzinfo=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class GateFacts:
    """What `submit.lua` saw in the one atomic moment in which it decided."""

    dispatch: DispatchId
    revision: int
    #: Redis's TIME in that moment, aware UTC, to the microsecond.
    now: datetime
    lift_at: datetime
    #: Nothing leaves at or after this instant without a person's word.
    late_at: datetime
    is_held: bool
    #: Seal of the dispatch as it was scheduled.
    seal: str
    #: Seal of the bytes that the worker is about to send.
    offered_seal: str
    #: Whether the batch is this worker's, within its lease.
    is_owned: bool

    def __post_init__(self) -> None:
        for name in ("now", "lift_at", "late_at"):
            must_be_aware(getattr(self, name), name=name)


_MINT = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Clearance:
    """Leave to send one batch or part now. Made by `clear` only."""

    dispatch: DispatchId
    revision: int
    #: Redis's TIME when the gate opened for this batch.
    cleared_at: datetime
    mint: InitVar[object]

    def __post_init__(self, mint: object) -> None:
        if mint is not _MINT:
            raise TypeError("a Clearance is made by core.embargo.clear and nowhere else")


def clear(facts: GateFacts) -> Clearance:
    """Return leave to send, or raise the reason why not. In doubt the gate stays closed.

    Raises:
        DispatchHeld: held or cancelled.
        SealBroken: the bytes at hand are not the sealed ones.
        EmbargoHeld: `now` is before the lift (the lift itself is allowed: the interval is [lift, late)).
        TooLate: `now` is at or past the late limit.
        ClaimLost: the batch is not this worker's.
    """
    if facts.is_held:
        raise DispatchHeld("The dispatch is held.")
    if not facts.seal or facts.seal != facts.offered_seal:
        raise SealBroken("What would leave is not what was approved.")
    if facts.now < facts.lift_at:
        raise EmbargoHeld(remaining=facts.lift_at - facts.now)
    if facts.now >= facts.late_at:
        raise TooLate(late_by=facts.now - facts.lift_at)
    if not facts.is_owned:
        raise ClaimLost("The batch belongs to another worker now.")
    return Clearance(dispatch=facts.dispatch, revision=facts.revision, cleared_at=facts.now, mint=_MINT)


#: How long after the lift a dispatch may still start by itself.
DEFAULT_LATE_LIMIT = timedelta(minutes=60)
#: How long before the lift workers take their places.
ARM_BEFORE = timedelta(seconds=15)
#: How long before the lift a slot takes a batch into its hands, so that only the gate is left to pass at the lift.
CLAIM_AHEAD = timedelta(seconds=1)
