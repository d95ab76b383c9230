"""What is kept of an event: five bytes, from which what happened and when come back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.core.delivery import State
from distributor.core.delivery_event import DeliveryEvent, Mark
from distributor.core.ids import DispatchId, Index
from distributor.core.timeline import Happened, in_order, pack_line, unpack_line

LIFT = datetime(2026, 3, 30, 0, 1, tzinfo=UTC)
KEPT = [State.ACCEPTED, State.DEFERRED, State.DELIVERED, State.DROPPED, State.BOUNCED, State.UNSUBSCRIBED, State.COMPLAINED]


def event(at: datetime, index: int = 0, state: State | None = None, mark: Mark | None = None) -> DeliveryEvent:
    return DeliveryEvent(dispatch=DispatchId("d"), index=Index(index), state=state, mark=mark, at=at)


@given(
    kind=st.sampled_from([*KEPT, *Mark]),
    index=st.integers(0, 2**31),
    after=st.timedeltas(timedelta(hours=-23), timedelta(days=8 * 365)),
)
def test_what_happened_and_when_come_back_to_the_second(kind: State | Mark, index: int, after: timedelta) -> None:
    at = (LIFT + after).replace(microsecond=0)
    told = event(at, index, mark=kind) if isinstance(kind, Mark) else event(at, index, state=kind)

    line = pack_line(told, lift_at=LIFT)

    assert (len(line), line[0]) == (5, index % 256)
    assert unpack_line(line, lift_at=LIFT) == Happened(what=kind.value, at=at)


def test_who_opens_is_told_as_that_and_not_as_what_it_proves() -> None:
    line = pack_line(event(LIFT, state=State.DELIVERED, mark=Mark.OPENED), lift_at=LIFT)

    assert unpack_line(line, lift_at=LIFT).what == "opened"


@pytest.mark.parametrize("at", [datetime(1970, 1, 1, tzinfo=UTC), LIFT - timedelta(days=30)])
def test_a_time_that_cannot_be_is_none_and_comes_first(at: datetime) -> None:
    lines = [event(LIFT, state=State.DELIVERED), event(at, state=State.ACCEPTED)]

    told = in_order([unpack_line(pack_line(one, lift_at=LIFT), lift_at=LIFT) for one in lines])

    assert [(one.what, one.at) for one in told] == [("accepted", None), ("delivered", LIFT)]


@pytest.mark.parametrize("state", [state for state in State if state not in KEPT])
def test_what_no_provider_reports_has_no_line(state: State) -> None:
    assert pack_line(event(LIFT, state=state), lift_at=LIFT) == b""


def test_a_far_future_is_the_last_second_that_there_is() -> None:
    line = pack_line(event(LIFT + timedelta(days=99_999), state=State.BOUNCED), lift_at=LIFT)

    assert unpack_line(line, lift_at=LIFT).at == LIFT - timedelta(days=1) + timedelta(seconds=2**28 - 1)


@pytest.mark.parametrize("line", [b"", b"\0\0\0\0", b"\0\xf0\0\0\1", b"\0\0\0\0\0\0"])
def test_a_line_of_a_later_version_is_refused(line: bytes) -> None:
    with pytest.raises(ValueError, match="not of this version"):
        unpack_line(line, lift_at=LIFT)
