"""Read how long a provider asks us to wait. Providers write this in several ways, and sometimes not at all."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

#: Nobody is believed who asks for more than a day.
_LONGEST = timedelta(days=1)


def read_retry_after(headers: Mapping[str, str], *, reset_header: str) -> timedelta | None:
    """Return the wait asked for by `Retry-After` (seconds or HTTP date) or by a header with the epoch second of the reset.

    None when neither is there or makes sense; never negative, never more than a day.
    """
    asked = headers.get("Retry-After")
    if asked is not None:
        wait = _seconds(asked) or _until_date(asked)
        if wait is not None:
            return wait
    reset = _number(headers.get(reset_header))
    return None if reset is None else _bounded(reset - time.time())


def _seconds(text: str) -> timedelta | None:
    number = _number(text)
    return None if number is None else _bounded(number)


def _until_date(text: str) -> timedelta | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    if moment.tzinfo is None:
        return None
    return _bounded((moment - datetime.now(UTC)).total_seconds())


def _number(text: str | None) -> float | None:
    # Twelve digits hold any epoch second, and keep a hostile header from becoming a huge number.
    return float(text) if text is not None and text.isascii() and text.isdigit() and len(text) <= 12 else None  # noqa: PLR2004


def _bounded(seconds: float) -> timedelta:
    return min(max(timedelta(seconds=seconds), timedelta(0)), _LONGEST)
