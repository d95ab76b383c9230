"""What a person sees of a channel that waits because its provider asked to."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import pytest
from rich.console import Console

from distributor.cli.status_view import status_view
from distributor.core.delivery import State, Tally
from distributor.core.ids import DispatchId, ReleaseId
from distributor.core.message import ChannelName
from distributor.core.report import ChannelStatus, DispatchStatus, status_json

NOW = datetime(2026, 3, 29, 22, 6, tzinfo=UTC)


def waiting(until: datetime, *, state: State = State.PLANNED) -> DispatchStatus:
    """Return the status of a thread whose last part is in this state."""
    tally = Tally(total=1, counts=MappingProxyType({state: 1}))
    return DispatchStatus(
        dispatch=DispatchId("d1"),
        release=ReleaseId("r1"),
        revision=1,
        seal="0" * 64,
        lift_at=NOW - timedelta(minutes=5),
        late_limit=timedelta(hours=1),
        read_at=NOW,
        is_prepared=True,
        is_cancelled=False,
        hold_reason="",
        held_by="",
        hold_note="",
        first_sent_at=None,
        last_accepted_at=None,
        channels=((ChannelName.X, ChannelStatus(tally=tally, paused_until=until)),),
    )


def seen(status: DispatchStatus) -> str:
    """Return what a wide terminal shows."""
    text = io.StringIO()
    Console(file=text, width=200).print(status_view(status, zone="Europe/Zurich"))
    return text.getvalue()


def test_a_pause_is_shown_with_its_end_in_both_zones() -> None:
    status = waiting(NOW + timedelta(minutes=10))

    assert "the provider asked to wait until Mon 30 Mar 2026 00:16:00 CEST (29 Mar 22:16:00 UTC), 10 m 0 s more" in seen(status)
    assert status_json(status)["channels"]["x"]["paused_until"] == "2026-03-29T22:16:00Z"


@pytest.mark.parametrize(
    "status", [waiting(NOW), waiting(NOW + timedelta(minutes=10), state=State.LIVE)], ids=["it is over", "nothing waits for it"]
)
def test_a_pause_that_keeps_nothing_waiting_is_not_shown(status: DispatchStatus) -> None:
    assert "asked to wait" not in seen(status)
    assert status_json(status)["channels"]["x"]["paused_until"] is None
