"""How long a provider asks to wait, however it writes it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from distributor.channels.retry_after import read_retry_after

_DATE = "Mon, 30 Mar 2026 00:01:00 GMT"
_EPOCH = 1774828860


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": "0", "Reset": "9999999999"}, 0),
        ({"Retry-After": "Mon, 30 Mar 2026 00:01:30 GMT"}, 30),
        ({"Retry-After": "Mon, 30 Mar 2026 00:00:30 GMT"}, 0),
        ({"Reset": str(_EPOCH + 90)}, 90),
        ({"Reset": str(_EPOCH - 90)}, 0),
        ({"Retry-After": "soon", "Reset": str(_EPOCH + 5)}, 5),
        ({"Retry-After": "999999999"}, 24 * 3600),
        ({"Retry-After": "-5"}, None),
        ({"Retry-After": "1.5"}, None),
        ({"Retry-After": "٧"}, None),
        ({"Retry-After": "9" * 13}, None),
        ({}, None),
    ],
)
def test_a_wait_is_read_from_seconds_dates_and_resets(headers: dict[str, str], seconds: int | None) -> None:
    """Instants are compared with the provider's own clock, which the answer carries."""
    found = read_retry_after({"Date": _DATE, **headers}, reset_header="Reset")

    assert found == (None if seconds is None else timedelta(seconds=seconds))


@given(st.dictionaries(st.sampled_from(["Date", "Retry-After", "Reset"]), st.text(max_size=40)))
@example({"Retry-After": "Mon, 30 Mar 2026 00:01:00 +999999999999"})
@example({"Retry-After": "Mon, 30 Mar 0000 00:01:00 GMT"})
@example({"Date": "Mon, 01 Jan 0001 00:00:00 +2300", "Reset": "9"})
def test_garbage_never_makes_anybody_wait_for_more_than_a_day(headers: dict[str, str]) -> None:
    found = read_retry_after(headers, reset_header="Reset")

    assert found is None or timedelta(0) <= found <= timedelta(days=1)
