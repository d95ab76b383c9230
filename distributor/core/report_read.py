"""A status as it comes from a server, back as the facts that it was made of: the inverse of `core.report.status_json`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from distributor.core.delivery import State, Tally
from distributor.core.ids import DispatchId, ReleaseId
from distributor.core.message import ChannelName
from distributor.core.report import ChannelStatus, DispatchState, DispatchStatus, PartStatus


def read_status(shape: Mapping[str, Any]) -> DispatchStatus:
    """Return the status in a shape of `status_json` with `read_at`, `is_prepared` and `late_limit_s` beside it.

    Raises:
        KeyError, ValueError, TypeError: it is of another shape.
    """
    channels = tuple((ChannelName(name), _channel(one)) for name, one in shape["channels"].items())
    is_channel_held = any(channel.hold_reason for _, channel in channels)
    return DispatchStatus(
        dispatch=DispatchId(shape["dispatch"]),
        release=ReleaseId(shape["release"]),
        revision=shape["revision"],
        seal=shape["seal"],
        lift_at=datetime.fromisoformat(shape["lift_at"]),
        late_limit=timedelta(seconds=shape["late_limit_s"]),
        read_at=datetime.fromisoformat(shape["read_at"]),
        is_prepared=shape["is_prepared"],
        is_cancelled=shape["state"] == DispatchState.CANCELLED,
        # The shape tells the reason of a channel's hold in the same place, but nobody held the whole then.
        hold_reason="" if is_channel_held and not shape["held_by"] else shape["hold_reason"],
        held_by=shape["held_by"],
        hold_note=shape["hold_note"],
        first_sent_at=_instant(shape["first_sent_at"]),
        last_accepted_at=_instant(shape["last_accepted_at"]),
        channels=channels,
        notes=tuple(shape["notes"].items()),
    )


def _channel(shape: Mapping[str, Any]) -> ChannelStatus:
    counts = {State(state): number for state, number in shape["states"].items()}
    parts = [
        PartStatus(n=part["n"], state=State(part["state"]), remote_id=part["id"], url=part["url"])
        for part in shape.get("parts") or ()
    ]
    return ChannelStatus(
        tally=Tally(total=shape["total"], counts=MappingProxyType(counts)),
        parts=tuple(parts),
        paused_until=_instant(shape.get("paused_until")),
        in_doubt_since=_instant(shape.get("in_doubt_since")),
        hold_reason=shape.get("hold_reason", ""),
        hold_note=shape.get("hold_note", ""),
    )


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
