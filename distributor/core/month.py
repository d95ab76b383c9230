"""A month of lifts as the desk's calendar shows it: whole weeks, in the desk's zone, and what comes too close to another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import MAXYEAR, MINYEAR, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

#: Two lifts that are closer share the desk's attention, the workers and the account on X.
TOO_CLOSE = timedelta(minutes=15)
_DAY = timedelta(days=1)
_WEEK = 7
_MONTHS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Lift:
    """Something that leaves, left, or could leave at an instant."""

    at: datetime
    headline: str
    #: Where it is looked at.
    href: str
    #: The dispatch's state, or "approved" for a release that nobody has scheduled.
    state: str
    #: For telling apart what belongs together: two dispatches of one release are no collision.
    release: str
    #: Whether another release lifts within TOO_CLOSE.
    is_close: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day in the desk's zone."""

    date: date
    is_in_month: bool
    is_today: bool
    #: Earliest first.
    lifts: tuple[Lift, ...]


def first_of(text: str, *, today: date) -> date:
    """Return the first day of the month that was asked for ("2027-03"), of this month for anything else.

    >>> first_of("2027-03", today=date(2026, 11, 25)), first_of("x", today=date(2026, 11, 25))
    (datetime.date(2027, 3, 1), datetime.date(2026, 11, 1))
    """
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        return today.replace(day=1)
    # The weeks around it must be in the calendar, too.
    return first if MINYEAR + 1 < first.year < MAXYEAR - 1 else today.replace(day=1)


def beside(first: date, *, months: int) -> date:
    """Return the first day of another month, as many months on.

    >>> beside(date(2026, 12, 1), months=1), beside(date(2026, 1, 1), months=-1)
    (datetime.date(2027, 1, 1), datetime.date(2025, 12, 1))
    """
    year, month = divmod(first.year * _MONTHS + first.month - 1 + months, _MONTHS)
    return date(year, month + 1, 1)


def bounds(first: date, *, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return from when to when (half-open) the month's weeks go, from a Monday to a Monday."""
    last = beside(first, months=1) - _DAY
    begin = first - first.weekday() * _DAY
    end = last + (_WEEK - last.weekday()) * _DAY
    return datetime.combine(begin, time(), zone), datetime.combine(end, time(), zone)


def days(first: date, lifts: Iterable[Lift], *, zone: ZoneInfo, today: date) -> tuple[Day, ...]:
    """Return every day of the month's weeks with its lifts, which come earliest first."""
    begin, end = (moment.date() for moment in bounds(first, zone=zone))
    by_day: dict[date, list[Lift]] = {}
    for lift in lifts:
        by_day.setdefault(lift.at.astimezone(zone).date(), []).append(lift)
    return tuple(
        Day(
            date=day,
            is_in_month=day.month == first.month,
            is_today=day == today,
            lifts=tuple(by_day.get(day, ())),
        )
        for day in (begin + number * _DAY for number in range((end - begin).days))
    )


def with_collisions(lifts: Iterable[Lift]) -> Sequence[Lift]:
    """Return the lifts, earliest first, each marked if one of another release is too close to it."""
    ordered = sorted(lifts, key=lambda lift: (lift.at, lift.href))
    close: set[int] = set()
    for (left, one), (right, other) in pairwise(enumerate(ordered)):
        if one.release != other.release and other.at - one.at < TOO_CLOSE:
            close |= {left, right}
    return [replace(lift, is_close=number in close) for number, lift in enumerate(ordered)]
