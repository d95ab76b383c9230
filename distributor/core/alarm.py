"""The dead man's switch: what staff must hear of without asking, because nobody may be watching."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from distributor.core.report import DispatchState, DispatchStatus, HoldReason

#: Nothing has left although the lift was so long ago.
SILENT_AFTER = timedelta(seconds=60)
#: Something is still open, held or in doubt although the lift was so long ago.
UNSETTLED_AFTER = timedelta(minutes=15)
#: Why, and what to do.
_WHY_HELD = {
    HoldReason.LATE.value: "its late limit passed before anything left. Resume it to send it late, or cancel it.",
    HoldReason.SEAL.value: "the release or its approval changed after scheduling. Cancel it, approve again, schedule again.",
    HoldReason.ZONE.value: "the zone's clocks changed, and it would leave before its embargo. Cancel it and schedule it again.",
    HoldReason.PROVIDER.value: "a provider refuses the account, nothing more leaves there. `distributor doctor`, then resume.",
}
_OVER = frozenset({DispatchState.DONE, DispatchState.CANCELLED})


class Alarm(StrEnum):
    """Why staff are called."""

    #: The service itself holds a dispatch or a channel of it, and only a person lets it go on.
    HELD = "held"
    #: The lift has passed and nothing has left.
    SILENT = "silent"
    #: Long after the lift, not everything is settled.
    UNSETTLED = "unsettled"


def alarms(status: DispatchStatus) -> tuple[Alarm, ...]:
    """Return what staff must hear of a dispatch, most urgent first; nothing of one that is done or cancelled."""
    if status.state in _OVER:
        return ()
    is_held = status.why_held not in {"", HoldReason.STAFF.value} and status.state is not DispatchState.EXPIRED
    since_lift = status.read_at - status.lift_at
    is_silent = since_lift >= SILENT_AFTER and status.first_sent_at is None
    is_unsettled = since_lift >= UNSETTLED_AFTER
    on = ((Alarm.HELD, is_held), (Alarm.SILENT, is_silent), (Alarm.UNSETTLED, is_unsettled))
    return tuple(alarm for alarm, is_on in on if is_on)


def sentence(alarm: Alarm, status: DispatchStatus) -> str:
    """Return what to tell staff: ids and numbers, no word of the release."""
    if alarm is Alarm.HELD:
        return f"Dispatch {status.dispatch} is held: {_WHY_HELD.get(status.why_held, status.why_held)}"
    held = f" It is held ({status.why_held})." if status.why_held else ""
    if alarm is Alarm.SILENT:
        return f"Nothing of dispatch {status.dispatch} has left, a minute and more after its lift.{held}"
    return f"Dispatch {status.dispatch} is {status.state.value}, a quarter of an hour and more after its lift.{held}"
