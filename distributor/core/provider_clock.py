"""How far a provider's clock is from Redis's, as far as its `Date` header can tell: whole seconds, cut off (RFC 9110 §5.6.7)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

#: Above this people are told. The gate asks Redis's clock only, so that a wrong one is wrong for every worker alike.
LARGEST_SKEW = timedelta(seconds=2)
_RESOLUTION = timedelta(seconds=1)


def read_date(header: str) -> datetime | None:
    """Return the instant that the header names; None when it is missing or no date.

    >>> read_date("Mon, 30 Mar 2026 00:01:00 GMT")
    datetime.datetime(2026, 3, 30, 0, 1, tzinfo=datetime.timezone.utc)
    """
    try:
        moment = parsedate_to_datetime(header)
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, TypeError, OverflowError):
        return None


def least_skew(said: datetime, *, asked_at: datetime, heard_at: datetime) -> timedelta:
    """Return the smallest difference (provider's clock less Redis's) that fits what was said between the two instants.

    Zero whenever the clocks may agree, so that a slow answer is never taken for a wrong clock.

    >>> noon = datetime(2026, 3, 30, 12, tzinfo=UTC)
    >>> least_skew(noon, asked_at=noon + timedelta(seconds=9), heard_at=noon + timedelta(seconds=10))
    datetime.timedelta(days=-1, seconds=86392)
    """
    behind, ahead = said + _RESOLUTION - asked_at, said - heard_at
    if ahead > timedelta(0):
        return ahead
    return min(behind, timedelta(0))
