"""A provider's Date header beside Redis's clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.core.provider_clock import least_skew, read_date

NOON = datetime(2026, 3, 30, 12, tzinfo=UTC)
_SHORT = st.timedeltas(timedelta(0), timedelta(seconds=90))


@given(offset=st.timedeltas(timedelta(days=-2), timedelta(days=2)), there=_SHORT, back=_SHORT)
def test_the_least_skew_never_exceeds_the_true_one_nor_changes_its_side(
    offset: timedelta, there: timedelta, back: timedelta
) -> None:
    """The provider cuts its answer to whole seconds somewhere between the question and the answer."""
    said = (NOON + there + offset).replace(microsecond=0)

    skew = least_skew(said, asked_at=NOON, heard_at=NOON + there + back)

    assert abs(skew) <= abs(offset)
    assert skew * (offset / timedelta(seconds=1)) >= timedelta(0)
    assert abs(offset) - abs(skew) <= there + back + timedelta(seconds=1)


@pytest.mark.parametrize("header", ["", "noon", "Mon, 30 Mar 2026 12:00:00", "Mon, 99 Mar 2026 12:00:00 GMT", "0" * 5000])
def test_what_is_no_date_says_nothing(header: str) -> None:
    assert read_date(header) is None


def test_a_date_of_another_zone_is_the_same_instant() -> None:
    assert read_date("Mon, 30 Mar 2026 14:00:00 +0200") == NOON
