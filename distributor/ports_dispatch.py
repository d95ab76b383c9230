"""What dispatching needs from the store: the ledger of deliveries, and the dispatches themselves.

Every change is one atomic script on keys of one dispatch. Every method may be repeated after a lost reply: it either answers the
same or says that the claim is not the caller's any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from distributor.core.delivery import State
from distributor.core.embargo import GateFacts
from distributor.core.errors import SendFailure
from distributor.core.ids import ContactNumber, DispatchId, MasterKey, ReleaseId, RemoteId
from distributor.core.message import ChannelName
from distributor.core.plan import Batch, DispatchPlan
from distributor.core.report import DispatchStatus
from distributor.ports import Accepted


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One batch in a worker's hands, under a lease."""

    dispatch: DispatchId
    channel: ChannelName
    #: Never used before; names this claim in every later call.
    token: str
    #: The batch's first index, which is also its id.
    start: int
    count: int
    master: MasterKey
    #: 1 for the first try.
    attempt: int


class NoClaim(StrEnum):
    """Why nothing could be claimed."""

    #: Nothing is open in this channel (any more).
    EMPTY = "empty"
    #: Not yet; `Pause.wait` says how long.
    WAIT = "wait"
    #: A part of the thread is under way with another worker.
    BUSY = "busy"
    #: The thread cannot go on by itself: a part is refused or in doubt.
    CUT = "cut"
    #: Held or cancelled.
    HELD = "held"
    #: Scheduled, but not prepared yet.
    UNPREPARED = "unprepared"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Nothing to claim now."""

    why: NoClaim
    #: How long by Redis's clock until it is worth asking again; zero when nobody can say.
    wait: timedelta = timedelta(0)


class Verdict(StrEnum):
    """The gate's answer; nothing but OPEN lets a call be made."""

    OPEN = "open"
    EARLY = "early"
    #: The suppression journal has entries that are not applied to this dispatch yet.
    STALE = "stale"
    HELD = "held"
    SEAL = "seal"
    LATE = "late"
    LOST = "lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class GateAnswer:
    """What the gate's script saw and said."""

    verdict: Verdict
    facts: GateFacts
    #: Positions within the batch of those who do not go (suppressed meanwhile).
    left_out: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartInDoubt:
    """The part at which a thread has stopped, because nobody knows whether it is public."""

    #: Its number, from 0.
    start: int
    staged: bytes
    sent_at: datetime
    #: The part before it; None for the first.
    reply_to: RemoteId | None


class Ledger(Protocol):
    """The state of every delivery and part; each method is one atomic script on the dispatch's keys."""

    def submit(self, claim: Claim, *, revision: int, offered_seal: str, journal_seen: int) -> GateAnswer:
        """Ask the gate, and mark the batch `submitting` if it opens. Repeated with the same token it answers the same."""
        ...

    def settle_accepted(self, claim: Claim, accepted: Accepted) -> bool:
        """Write that the provider took the batch (state `accepted`, or `live` for a part). False: not this claim's any more."""
        ...

    def settle_failed(self, claim: Claim, failure: SendFailure, *, retry_in: timedelta, hold: str) -> bool:
        """Write what the failure's class allows: refused, planned again after `retry_in`, or unknown; and hold the
        channel for the reason word `hold` unless that is empty. False: not this claim's any more.
        """
        ...

    def split(self, claim: Claim, *, middle: int, first: bytes, second: bytes) -> bool:
        """Cut a refused batch in two open ones at index `middle`, with their staged bodies."""
        ...

    def expire(self, dispatch: DispatchId, channel: ChannelName) -> tuple[int, int]:
        """Take back ended leases; return how many batches were (given back, left in doubt)."""
        ...

    def open_starts(self, dispatch: DispatchId, channel: ChannelName) -> Sequence[int]:
        """Return the batches that nobody has claimed, ascending."""
        ...

    def staged(self, dispatch: DispatchId, channel: ChannelName, start: int) -> bytes:
        """Return a batch's staged body.

        Raises:
            NotFound: the body is gone, which means that the batch is settled.
        """
        ...

    def reply_to(self, claim: Claim) -> RemoteId | None:
        """Return the remote id of the part before the claimed one; None for the first."""
        ...

    def suppress(self, dispatch: DispatchId, channel: ChannelName, *, journal_seen: int, indices: Sequence[int]) -> int:
        """Mark those who have not left yet as suppressed and remember how much of the journal is applied."""
        ...

    def withdraw(self, dispatch: DispatchId, channel: ChannelName) -> None:
        """Withdraw every open batch of a cancelled dispatch, in bounded steps. Safe to repeat and to interrupt."""
        ...

    def adopt(self, dispatch: DispatchId, channel: ChannelName, *, start: int, found: Accepted) -> bool:
        """Take a part out of doubt that was found, or named by a person. False: it was not in doubt (any more)."""
        ...

    def part_in_doubt(self, dispatch: DispatchId, channel: ChannelName) -> PartInDoubt | None:
        """Return the part of a thread that is in doubt. There is at most one: the thread stops at it."""
        ...

    def decide(self, dispatch: DispatchId, channel: ChannelName, *, send_again: bool) -> int:
        """Apply a person's decision to everything in doubt; return how many deliveries or parts moved."""
        ...


class Dispatches(Protocol):
    """Scheduled dispatches: plans, staged batches, status and control."""

    def create(self, plan: DispatchPlan) -> bool:
        """Store the plan and put its lift into the schedule, atomically. False: this dispatch exists already."""
        ...

    def plan(self, dispatch: DispatchId) -> DispatchPlan:
        """Return the plan.

        Raises:
            NotFound: no such dispatch.
        """
        ...

    def of_release(self, release: ReleaseId) -> Sequence[DispatchId]:
        """Return every dispatch of a release, oldest first."""
        ...

    def store_frame(self, dispatch: DispatchId, master: MasterKey, frame: bytes) -> None:
        """Store a master's request frame."""
        ...

    def frame(self, dispatch: DispatchId, master: MasterKey) -> bytes:
        """Return a master's request frame."""
        ...

    def begin(self, dispatch: DispatchId, *, token: str) -> bool:
        """Begin to prepare. False: another preparation is at it and showed life within the last seconds."""
        ...

    def stage(self, dispatch: DispatchId, channel: ChannelName, batch: Batch, body: bytes, *, token: str = "") -> None:
        """Store one batch's staged body; nothing once it is committed. Not visible to workers before `commit`."""
        ...

    def commit(
        self,
        dispatch: DispatchId,
        channel: ChannelName,
        *,
        batches: Sequence[Batch],
        members: Sequence[ContactNumber],
        suppressed: int,
        journal_seen: int = 0,
        token: str = "",
    ) -> bool:
        """Freeze the audience and open its batches, atomically. `members` holds everybody by index, those who are suppressed
        already at its end; `journal_seen` is how much of the suppression journal they were compared with. False: it was
        committed before, and nothing changed.
        """
        ...

    def audience(self, dispatch: DispatchId, channel: ChannelName) -> Sequence[ContactNumber]:
        """Return the frozen audience by index."""
        ...

    def journal_seen(self, dispatch: DispatchId) -> int:
        """Return how much of the suppression journal is applied to the dispatch."""
        ...

    def states(self, dispatch: DispatchId, channel: ChannelName) -> bytes:
        """Return everybody's state letter by index (for reports, not for status)."""
        ...

    def batches(self, dispatch: DispatchId, channel: ChannelName) -> Sequence[BatchRecord]:
        """Return what happened to each batch, by start."""
        ...

    def status(self, dispatch: DispatchId) -> DispatchStatus:
        """Return the status in constant time, read in one transaction.

        Raises:
            NotFound: no such dispatch.
        """
        ...

    def mark_alarm(self, dispatch: DispatchId, alarm: str) -> bool:
        """Note that an alarm is raised, atomically. False: it was raised before."""
        ...

    def unmark_alarm(self, dispatch: DispatchId, alarm: str) -> None:
        """Take the note back, so that the alarm is raised again."""
        ...

    def due(self, *, within: timedelta) -> Sequence[DispatchId]:
        """Return unfinished dispatches whose lift is at most `within` ahead by Redis's clock, earliest first."""
        ...

    def all(self) -> Sequence[DispatchId]:
        """Return every dispatch, newest first."""
        ...

    def hold(self, dispatch: DispatchId, *, by: str, reason: str, note: str) -> bool:
        """Stop new claims and gates on every worker. False: it was held already.

        Raises:
            NotFound: no such dispatch.
            Refused: it is cancelled.
        """
        ...

    def resume(self, dispatch: DispatchId, *, by: str, may_start_for: timedelta) -> bool:
        """Let a held dispatch go on; it may start for so long from now even past its late limit. False: it was not held."""
        ...

    def cancel(self, dispatch: DispatchId, *, by: str) -> bool:
        """Let nothing more leave, for good. False: it was cancelled already."""
        ...

    def close(self, dispatch: DispatchId) -> None:
        """Take a finished dispatch off the schedule and free its staged bodies."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRecord:
    """What happened to one batch."""

    start: int
    count: int
    master: MasterKey
    attempts: int
    sent_at: datetime | None
    settled_at: datetime | None
    #: Why the last answer was no success, "" otherwise.
    why: str
    remote_id: RemoteId
    #: What the last answer made of it; None while there was none.
    settled: State | None = None


class SuppressionJournal(Protocol):
    """Carries new suppressions into running dispatches."""

    def catch_up(self, dispatch: DispatchId) -> int:
        """Apply the lines that the dispatch has not seen; return how many recipients that stopped."""
        ...
