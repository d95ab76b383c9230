"""Instants and durations as the desk reads them: in its own zone and in UTC."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo


def in_both_zones(moment: datetime, *, zone: str) -> str:
    """Return an instant in the named zone with its weekday, and in UTC.

    >>> from datetime import UTC
    >>> in_both_zones(datetime(2026, 3, 30, 22, 1, tzinfo=UTC), zone="Europe/Zurich")
    'Tue 31 Mar 2026 00:01:00 CEST (30 Mar 22:01:00 UTC)'
    """
    local, utc = moment.astimezone(ZoneInfo(zone)), moment.astimezone(ZoneInfo("UTC"))
    if local.utcoffset() == timedelta(0):
        return f"{utc:%a %d %b %Y %H:%M:%S} UTC"
    return f"{local:%a %d %b %Y %H:%M:%S} {local.tzname()} ({utc:%d %b %H:%M:%S} UTC)"


def spell(duration: timedelta) -> str:
    """Return a duration as a person says it.

    >>> spell(timedelta(hours=14, minutes=22, seconds=9))
    '14 h 22 m'
    >>> spell(timedelta(seconds=9))
    '9 s'
    """
    seconds = int(duration.total_seconds())
    days, hours, minutes = seconds // 86_400, seconds // 3600 % 24, seconds // 60 % 60
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes} m"
    return f"{minutes} m {seconds % 60} s" if minutes else f"{seconds % 60} s"
