"""What happened to one message, event by event, and the five bytes in which each is kept.

A line is: place of the recipient within a block of 256, one byte; then 32 bits, big-endian: four for what it was, 28 for the
seconds since a day before the lift (eight years of them), 0 when the provider's time cannot be read.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from distributor.core.delivery import State
from distributor.core.delivery_event import DeliveryEvent, Mark

#: Recipients whose lines are kept together.
BLOCK: Final = 256
_LINE_BYTES: Final = 5
#: By their numbers as stored: never reorder, only append; at most sixteen.
_KINDS: Final[tuple[State | Mark, ...]] = (
    State.ACCEPTED, State.DEFERRED, State.DELIVERED, State.DROPPED, State.BOUNCED, State.UNSUBSCRIBED, State.COMPLAINED,
    Mark.OPENED, Mark.CLICKED,
)  # fmt: skip
_NUMBERS: Final = {kind: number for number, kind in enumerate(_KINDS)}
_BEFORE_LIFT: Final = timedelta(days=1)
_LATEST: Final = 2**28 - 1
_SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One event of one message, as a provider reported it."""

    #: The word of the state or the mark.
    what: str
    #: To the second, aware UTC; None when the provider's time could not be read.
    at: datetime | None


def pack_line(event: DeliveryEvent, *, lift_at: datetime) -> bytes:
    """Return the line of an event, b"" for one of a kind that is not kept."""
    number = _NUMBERS.get(event.mark or event.state or State.PLANNED)
    if number is None:
        return b""
    seconds = (event.at - _zero(lift_at)) // _SECOND
    word = number << 28 | min(max(seconds, 0), _LATEST)
    return bytes((event.index % BLOCK,)) + word.to_bytes(4, "big")


def unpack_line(line: bytes, *, lift_at: datetime) -> Happened:
    """Return what a line tells.

    Raises:
        ValueError: a later version wrote it.
    """
    word = int.from_bytes(line[1:], "big")
    number, seconds = word >> 28, word & _LATEST
    if len(line) != _LINE_BYTES or number >= len(_KINDS):
        raise ValueError("a line of a timeline is not of this version")
    at = _zero(lift_at) + timedelta(seconds=seconds) if seconds else None
    return Happened(what=_KINDS[number].value, at=at)


def in_order(lines: list[Happened]) -> tuple[Happened, ...]:
    """Return events by their time, each once however often it was reported; those without a time first."""
    return tuple(sorted(set(lines), key=lambda one: (one.at is not None, (one.at and one.at.timestamp()) or 0.0, one.what)))


def _zero(lift_at: datetime) -> datetime:
    # Providers tell whole seconds.
    return lift_at.replace(microsecond=0) - _BEFORE_LIFT
