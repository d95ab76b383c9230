"""A lift as people in several places read it, and what is treacherous about a time that somebody chose."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta
from functools import cache
from zoneinfo import available_timezones

from distributor.core.embargo import LocalTime, resolve, zone_of
from distributor.core.errors import BadInput

#: A change of clocks so near to the lift makes people mistake the hour.
_NEAR = timedelta(hours=12)
_REGIONS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
_TREACHEROUS = {time(0, 0): "midnight", time(12, 0): "noon"}


def in_zones(lift_at: datetime, zones: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Return (place, what its clocks show at the lift) for UTC and each zone, each zone once.

    >>> from datetime import UTC
    >>> in_zones(datetime(2026, 3, 30, 22, 1, tzinfo=UTC), ["Europe/Zurich", "UTC"])
    (('UTC', 'Mon 30 Mar 2026 22:01:00'), ('Europe/Zurich', 'Tue 31 Mar 2026 00:01:00 CEST'))
    """
    return tuple(_shown(lift_at, zone) for zone in dict.fromkeys(["UTC", *zones]))


@cache
def zones_by_region() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return (region, its zones) of the world, for a choice among them; UTC is not in it."""
    names = sorted(name for name in available_timezones() if name.partition("/")[0] in _REGIONS)
    return tuple((region, tuple(name for name in names if name.startswith(f"{region}/"))) for region in _REGIONS)


def later_lift(wall: str, zone: str, *, second: bool | None = None) -> datetime | None:
    """Return the instant of what a form's field for a local time says in a zone; None for an empty field.

    `second`: of a time that the clocks show twice, whether the second one is meant; None not said.

    Raises:
        BadInput: it is no time, no zone, or a time that the clocks there never show, or twice.
    """
    if not wall.strip():
        return None
    return resolve(_local(wall.strip(), zone, second))


def traps(lift_at: datetime, zone: str) -> tuple[str, ...]:
    """Return what people are likely to mistake about a lift as the clocks in a zone show it, one sentence each."""
    return tuple(_traps(lift_at, zone))


def _traps(lift_at: datetime, zone: str) -> Iterator[str]:
    local = lift_at.astimezone(zone_of(zone))
    if word := _TREACHEROUS.get(local.time()):
        yield f"It is exactly {word} in {zone}, which people take for two different days or halves of one."
    if (lift_at - _NEAR).astimezone(local.tzinfo).utcoffset() != (lift_at + _NEAR).astimezone(local.tzinfo).utcoffset():
        yield f"The clocks change in {zone} within hours of it. Compare it in UTC with what you mean."


def _local(wall: str, zone: str, second: bool | None) -> LocalTime:
    try:
        moment = datetime.fromisoformat(wall)
    except ValueError as error:
        raise _no_time() from error
    if moment.tzinfo is not None:
        raise _no_time()
    try:
        return LocalTime(wall=moment, zone=zone, fold=None if second is None else int(second))
    except ValueError as error:
        raise BadInput("The time zone is not one that is known.", where="lift", remedy="Choose a zone of the list.") from error


def _no_time() -> BadInput:
    return BadInput("This is no date with a time.", where="lift", remedy="Write it as 2026-03-30 10:00.")


def _shown(lift_at: datetime, zone: str) -> tuple[str, str]:
    local = lift_at.astimezone(zone_of(zone))
    name = "" if zone == "UTC" else f" {local.tzname()}"
    return zone, f"{local:%a %d %b %Y %H:%M:%S}{name}"
