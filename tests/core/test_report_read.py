"""A status goes to another machine and comes back: whoever looks there sees what is seen here."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import pytest

from distributor.core.delivery import State, Tally
from distributor.core.ids import DispatchId, ReleaseId
from distributor.core.message import ChannelName
from distributor.core.report import ChannelStatus, DispatchStatus, PartStatus, instant, status_json
from distributor.core.report_read import read_status

LIFT = datetime(2026, 3, 30, 0, 1, tzinfo=UTC)


def tally(**counts: int) -> Tally:
    found = {State(name): number for name, number in counts.items()}
    return Tally(total=sum(counts.values()), counts=MappingProxyType(found))


ARMED = DispatchStatus(
    dispatch=DispatchId("d1"), release=ReleaseId("r1"), revision=2, seal="ab" * 32, lift_at=LIFT, late_limit=timedelta(hours=1),
    read_at=LIFT - timedelta(seconds=9), is_prepared=True, is_cancelled=False, hold_reason="", held_by="", hold_note="",
    first_sent_at=None, last_accepted_at=None, channels=((ChannelName.EMAIL, ChannelStatus(tally=tally(planned=3))),),
)  # fmt: skip
AFTER = replace(
    ARMED, read_at=LIFT + timedelta(minutes=20), first_sent_at=LIFT + timedelta(milliseconds=4), last_accepted_at=LIFT,
    channels=((ChannelName.EMAIL, ChannelStatus(tally=tally(accepted=3, unknown=1), in_doubt_since=LIFT)),),
    notes=(("audience", "2 came"),),
)  # fmt: skip
PARTS = (PartStatus(n=1, state=State.LIVE, remote_id="9", url="https://x.com/9"), PartStatus(n=2, state=State.PLANNED))
THREAD = ChannelStatus(
    tally=tally(live=1, planned=1), parts=PARTS, paused_until=LIFT + timedelta(hours=1), hold_reason="provider", hold_note="403"
)


@pytest.mark.parametrize(
    "status",
    [
        ARMED,
        AFTER,
        replace(ARMED, is_prepared=False),
        replace(ARMED, is_cancelled=True),
        replace(ARMED, hold_reason="staff", held_by="Ana Lima", hold_note="a typing error"),
        replace(ARMED, hold_reason="late", held_by="distributor", read_at=LIFT + timedelta(hours=80)),
        replace(AFTER, channels=((ChannelName.X, THREAD),)),
        replace(AFTER, channels=((ChannelName.X, THREAD),), hold_reason="staff", held_by="Ana Lima"),
    ],
)
def test_what_comes_back_is_what_went(status: DispatchStatus) -> None:
    sent = {
        **status_json(status), "read_at": instant(status.read_at), "is_prepared": status.is_prepared,
        "late_limit_s": status.late_limit.total_seconds(),
    }  # fmt: skip

    back = read_status(sent)

    assert status_json(back) == status_json(status)
    assert (back.state, back.read_at, back.is_prepared) == (status.state, status.read_at, status.is_prepared)
    assert back == status
