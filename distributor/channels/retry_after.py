"""Read how long a provider asks us to wait. Providers write this in several ways, and sometimes not at all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

#: Nobody is believed who asks for more than a day.
_LONGEST: Final = timedelta(days=1)
#: Twelve digits hold any epoch second, and keep a hostile header from becoming a huge number.
_MOST_DIGITS: Final = 12


def read_retry_after(headers: Mapping[str, str], *, reset_header: str) -> timedelta | None:
    """Return the wait asked for by `Retry-After` (seconds or HTTP date) or by a header with the epoch second of the reset.

    None when neither is there or makes sense; never negative, never more than a day. An instant is compared with the answer's
    own `Date`, so that a worker whose clock is wrong waits as long as the provider meant.
    """
    now = _instant(headers.get("Date")) or datetime.now(UTC)
    asked = headers.get("Retry-After")
    wait: float | None = read_number(asked)
    if wait is None:
        until = _instant(asked)
        reset = read_number(headers.get(reset_header))
        if until is not None:
            wait = (until - now).total_seconds()
        elif reset is not None:
            wait = reset - now.timestamp()
    return None if wait is None else timedelta(seconds=min(max(wait, 0.0), _LONGEST.total_seconds()))


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return None if moment.tzinfo is None else moment


def read_number(text: str | None) -> int | None:
    """Return what a header of plain digits says, None when it says something else or is not there."""
    is_number = text is not None and text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
    return int(text) if is_number and text is not None else None
