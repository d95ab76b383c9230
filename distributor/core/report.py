"""What a dispatch's status says: the facts of the ledger, and the one word that sums them up.

The words are honest: accepted is not delivered, and "done" means that nothing can leave any more and nothing is in doubt.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypedDict

from distributor.core.delivery import OPEN, State, Tally
from distributor.core.ids import DispatchId, ReleaseId
from distributor.core.message import ChannelName


class DispatchState(StrEnum):
    """The one word for a dispatch."""

    #: In: scheduled. Out: the lift comes, or somebody holds or cancels it.
    ARMED = "armed"
    #: In: the lift is reached and something may still leave. Out: nothing is open any more.
    RELEASING = "releasing"
    #: In: a person or a rule stopped it (the reason says which). Out: resume or cancel.
    HELD = "held"
    #: In: nothing can leave any more and nothing is in doubt. Final, but provider events go on.
    DONE = "done"
    #: In: nothing can leave by itself, but some are in doubt or a thread is cut. Out: `dispatch settle`.
    INCOMPLETE = "incomplete"
    #: In: a person cancelled it; what had left by then has left. Final.
    CANCELLED = "cancelled"
    #: In: held past its late limit and not resumed for `EXPIRES_AFTER`. Final: schedule a new dispatch.
    EXPIRED = "expired"


#: A release that nobody let go for so long is no news any more; a person schedules it anew.
EXPIRES_AFTER = timedelta(hours=72)


#: SendGrid's first event of a message comes within seconds; after so long, staff should look.
UNHEARD_AFTER = timedelta(minutes=15)


class HoldReason(StrEnum):
    """Why a dispatch is held. The ledger stores the word."""

    #: A person said so.
    STAFF = "staff"
    #: The late limit passed; staff decide.
    LATE = "late"
    #: What would leave is not what was approved any more.
    SEAL = "seal"
    #: The zone's rules have changed, and the lift would be before what the embargo means now.
    ZONE = "zone"
    #: The provider refuses our credentials or account; no retry helps.
    PROVIDER = "provider"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartStatus:
    """One post of a thread."""

    #: From 1.
    n: int
    state: State
    remote_id: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelStatus:
    """One channel of a dispatch."""

    tally: Tally
    parts: tuple[PartStatus, ...] = ()
    #: The provider asked us to wait until then (429); None when it did not.
    paused_until: datetime | None = None
    #: Since when the oldest of those in doubt are; None when nobody is.
    in_doubt_since: datetime | None = None
    #: Why this channel alone is held, "" when it is not; and the provider's status or the like.
    hold_reason: str = ""
    hold_note: str = ""

    def pause_at(self, now: datetime) -> datetime | None:
        """Return until when the channel waits because the provider asked to; None when nothing waits for that any more."""
        is_waiting = self.paused_until is not None and self.paused_until > now and self.tally.count(OPEN) > 0
        return self.paused_until if is_waiting else None


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchStatus:
    """A dispatch at one moment, read in constant time: no list of recipients is touched."""

    dispatch: DispatchId
    release: ReleaseId
    revision: int
    seal: str
    lift_at: datetime
    late_limit: timedelta
    #: Redis's TIME when the facts were read.
    read_at: datetime
    is_prepared: bool
    is_cancelled: bool
    #: "" when not held.
    hold_reason: str
    held_by: str
    hold_note: str
    first_sent_at: datetime | None
    last_accepted_at: datetime | None
    channels: tuple[tuple[ChannelName, ChannelStatus], ...]
    #: What else staff should know: (topic, sentence).
    notes: tuple[tuple[str, str], ...] = ()

    @property
    def state(self) -> DispatchState:
        """Return the one word for it."""
        return sum_up(self)

    @property
    def why_held(self) -> str:
        """Return the reason word of a hold: the dispatch's own, else a channel's; "" when nothing is held."""
        return self.hold_reason or next((channel.hold_reason for _, channel in self.channels if channel.hold_reason), "")

    @property
    def unheard(self) -> tuple[int, timedelta] | None:
        """Return how many e-mails were accepted and not heard of since, and for how long; None below a quarter of an hour.

        Accepted is not delivered. A provider that says nothing for so long has a webhook that does not come through, or a queue.
        """
        emails = dict(self.channels).get(ChannelName.EMAIL)
        waiting = emails.tally.counts.get(State.ACCEPTED, 0) if emails else 0
        if not waiting or self.last_accepted_at is None:
            return None
        silence = self.read_at - self.last_accepted_at
        return (waiting, silence) if silence >= UNHEARD_AFTER else None

    @property
    def lateness(self) -> timedelta | None:
        """Return how long after the lift the first request left; None while nothing has."""
        return None if self.first_sent_at is None else self.first_sent_at - self.lift_at


def sum_up(status: DispatchStatus) -> DispatchState:
    """Return the one word for these facts."""
    tallies = [channel.tally for _, channel in status.channels]
    if status.is_cancelled:
        return DispatchState.CANCELLED
    if status.hold_reason:
        is_expired = status.read_at >= status.lift_at + status.late_limit + EXPIRES_AFTER
        return DispatchState.EXPIRED if is_expired and _is_untouched(status) else DispatchState.HELD
    if status.read_at < status.lift_at or not status.is_prepared:
        return DispatchState.ARMED
    if all(tally.is_settled for tally in tallies):
        return DispatchState.DONE
    if not _is_stuck(status):
        return DispatchState.RELEASING
    return DispatchState.HELD if status.why_held else DispatchState.INCOMPLETE


def _is_untouched(status: DispatchStatus) -> bool:
    return status.first_sent_at is None


def _is_stuck(status: DispatchStatus) -> bool:
    """Say whether nothing more can leave without a person: in each channel all is settled or in doubt, or it is cut or held."""
    return all(
        channel.tally.count(OPEN) == 0 or channel.hold_reason or (channel.parts and is_thread_cut(channel.tally))
        for _, channel in status.channels
    )


def is_thread_cut(tally: Tally) -> bool:
    """Say whether a thread cannot go on by itself: a part before the next one is refused or in doubt."""
    return tally.counts.get(State.REFUSED, 0) + tally.counts.get(State.UNKNOWN, 0) > 0


class PartJson(TypedDict):
    """Shape of a part in `dispatch status --json`."""

    n: int
    state: str
    id: str
    url: str


class ChannelJson(TypedDict, total=False):
    """Shape of a channel in `dispatch status --json`."""

    total: int
    states: dict[str, int]
    parts: list[PartJson]
    paused_until: str | None
    in_doubt_since: str | None
    hold_reason: str
    hold_note: str


class StatusJson(TypedDict):
    """Shape of `dispatch status --json` (DESIGN.md §8)."""

    schema: int
    dispatch: str
    release: str
    revision: int
    seal: str
    state: str
    hold_reason: str
    held_by: str
    hold_note: str
    lift_at: str
    first_sent_at: str | None
    last_accepted_at: str | None
    lateness_ms: float | None
    unheard: int
    channels: dict[str, ChannelJson]
    notes: dict[str, str]


def status_json(status: DispatchStatus) -> StatusJson:
    """Return the status in the shape that stays."""
    return StatusJson(
        schema=1,
        dispatch=status.dispatch,
        release=status.release,
        revision=status.revision,
        seal=status.seal,
        state=status.state.value,
        hold_reason=status.why_held,
        held_by=status.held_by,
        hold_note=status.hold_note,
        lift_at=instant(status.lift_at),
        first_sent_at=_instant_or_none(status.first_sent_at),
        last_accepted_at=_instant_or_none(status.last_accepted_at),
        lateness_ms=None if status.lateness is None else round(status.lateness / timedelta(milliseconds=1), 3),
        unheard=status.unheard[0] if status.unheard else 0,
        channels={name.value: _channel_json(channel, now=status.read_at) for name, channel in status.channels},
        notes=dict(status.notes),
    )


def _channel_json(channel: ChannelStatus, *, now: datetime) -> ChannelJson:
    shape = ChannelJson(
        total=channel.tally.total,
        states={state.value: number for state, number in channel.tally.counts.items() if number},
        paused_until=_instant_or_none(channel.pause_at(now)),
        in_doubt_since=_instant_or_none(channel.in_doubt_since),
        hold_reason=channel.hold_reason,
        hold_note=channel.hold_note,
    )
    if channel.parts:
        shape["parts"] = [PartJson(n=p.n, state=p.state.value, id=p.remote_id, url=p.url) for p in channel.parts]
    return shape


def instant(moment: datetime) -> str:
    """Return an instant as ISO 8601 in UTC with a "Z", to the microsecond where there are any.

    >>> from datetime import UTC
    >>> instant(datetime(2026, 3, 30, 0, 1, tzinfo=UTC))
    '2026-03-30T00:01:00Z'
    """
    return moment.isoformat().replace("+00:00", "Z")


def _instant_or_none(moment: datetime | None) -> str | None:
    return None if moment is None else instant(moment)
