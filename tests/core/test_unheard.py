"""Accepted is not delivered: a silence of the provider is a line of its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import pytest

from distributor.core.delivery import State, Tally
from distributor.core.ids import DispatchId, ReleaseId
from distributor.core.message import ChannelName
from distributor.core.report import ChannelStatus, DispatchStatus, status_json

LIFT = datetime(2026, 3, 30, 0, 1, tzinfo=UTC)


def status(*, minutes: float, accepted: int, delivered: int = 0, channel: ChannelName = ChannelName.EMAIL) -> DispatchStatus:
    """Return a finished dispatch so many minutes after its last acceptance."""
    counts = MappingProxyType({State.ACCEPTED: accepted, State.DELIVERED: delivered})
    return DispatchStatus(
        dispatch=DispatchId("d"), release=ReleaseId("r"), revision=1, seal="s", lift_at=LIFT, late_limit=timedelta(hours=1),
        read_at=LIFT + timedelta(minutes=minutes), is_prepared=True, is_cancelled=False, hold_reason="", held_by="", hold_note="",
        first_sent_at=LIFT, last_accepted_at=LIFT,
        channels=((channel, ChannelStatus(tally=Tally(total=accepted + delivered, counts=counts))),),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("minutes", "accepted", "unheard"), [(14.9, 5, None), (15, 5, 5), (60, 1, 1), (60, 0, None), (100_000, 7, 7)]
)
def test_silence_counts_from_a_quarter_of_an_hour(minutes: float, accepted: int, unheard: int | None) -> None:
    found = status(minutes=minutes, accepted=accepted, delivered=3)

    assert (found.unheard[0] if found.unheard else None) == unheard
    assert status_json(found)["unheard"] == (unheard or 0)


def test_a_thread_waits_for_no_events() -> None:
    assert status(minutes=60, accepted=1, channel=ChannelName.X).unheard is None
