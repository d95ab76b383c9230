"""What a proof of dispatch says: who sent what by whose word, when it left, and where each recipient stands.

How it is written down and checked is in core/proof_file.py, how it looks in render/proof.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from distributor.core.delivery import NOT_SENT, OPEN, State
from distributor.core.embargo import Embargo
from distributor.core.message import ChannelName
from distributor.core.report import DispatchState, DispatchStatus

#: What stands in place of somebody who asked to be erased.
ERASED = "(erased)"
#: What stands in place of the headline until the lift: a proof is made to be handed on.
EMBARGOED = "The headline is under embargo until the lift"

#: What each state says and what it does not, in the words of docs/states.md (a test compares them).
MEANINGS: MappingProxyType[State, str] = MappingProxyType(
    {
        State.PLANNED: "in the frozen audience, not left yet",
        State.CLAIMED: "in a worker's hands, still not left",
        State.SUBMITTING: "the gate has opened, the request is on its way",
        State.ACCEPTED: "the provider confirmed that it took the message",
        State.DEFERRED: "the recipient's server asked the provider to try later",
        State.DELIVERED: "the recipient's server took it",
        State.LIVE: "a post of a thread that is public",
        State.REFUSED: "the provider refused this message for good",
        State.UNKNOWN: "the answer was lost; the provider may have it or not",
        State.BOUNCED: "the recipient's server refused it",
        State.DROPPED: "the provider threw it away",
        State.COMPLAINED: "the recipient reported spam",
        State.UNSUBSCRIBED: "the recipient left by this message",
        State.SUPPRESSED: "the address must not be mailed, so it was not",
        State.WITHDRAWN: "the dispatch was cancelled before it left",
    }
)
#: Of these, a time of leaving or a provider's id would be about somebody else's message, or about an earlier try.
_NOT_LEFT = (OPEN - {State.SUBMITTING}) | (NOT_SENT - {State.REFUSED})


@dataclass(frozen=True, slots=True)
class ProofRow:
    """Where one recipient or part stands. Positional, for there may be a million of them; every field is JSON as it is."""

    channel: str
    #: From 1 within the channel.
    n: int
    #: The address, `ERASED`, or "part 1".
    recipient: str
    name: str
    outlet: str
    state: str
    #: When the request that carried it left, ISO 8601 in UTC; "" when it did not.
    sent_at: str
    #: When the provider's answer to that request came; "" when none did.
    settled_at: str
    attempts: int
    #: The provider's id of the request or post.
    remote_id: str
    url: str
    #: Why the last answer was no success.
    why: str


#: What a row of the data says, in this order.
COLUMNS = tuple(ProofRow.__slots__)


def has_left(state: State) -> bool:
    """Say whether a request with this delivery or part may have left."""
    return state not in _NOT_LEFT


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofAct:
    """What somebody decided about the release or the dispatch."""

    at: datetime
    by: str
    #: In plain words, such as "held".
    what: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelCount:
    """One channel in numbers, counted from the rows, so that both always agree."""

    channel: ChannelName
    total: int
    #: (state, how many) of every state that somebody is in, in the order of the states.
    counts: tuple[tuple[State, int], ...]
    first_sent_at: str = ""
    last_sent_at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofHead:
    """Everything but the rows."""

    dispatch: str
    release: str
    revision: int
    headline: str
    #: The dispatch's seal, 64 hex digits, and the short code to read out.
    seal: str
    seal_code: str
    state: DispatchState
    has_left: bool
    #: Words for a hold that lasts; "" when nothing is held.
    hold: str
    sender: str
    postal_address: str
    #: (channel, identity) as sealed.
    accounts: tuple[tuple[str, str], ...]
    lists: tuple[str, ...]
    #: As the officer wrote it, with its zone.
    embargo: str
    lift_at: datetime
    #: IANA zone in which staff read times.
    desk_zone: str
    scheduled_by: str
    scheduled_at: datetime
    first_sent_at: datetime | None
    last_accepted_at: datetime | None
    channels: tuple[ChannelCount, ...]
    approvals: tuple[ProofAct, ...]
    waivers: tuple[ProofAct, ...]
    acts: tuple[ProofAct, ...]
    #: By the store's clock.
    made_at: datetime
    #: Name and version of this program.
    made_with: str

    @property
    def title(self) -> str:
        """Return what kind of proof this is, so that nobody takes a file made too early for one of success."""
        if not self.has_left:
            is_over = self.state in {DispatchState.CANCELLED, DispatchState.EXPIRED, DispatchState.DONE}
            return f"Proof of dispatch: nothing has left{'' if is_over else ' yet'}"
        return "Proof of dispatch" if self.state is DispatchState.DONE else "Proof of dispatch, as far as it has come"


class RowCount:
    """Counts rows as they pass, in bounded memory."""

    def __init__(self) -> None:
        self._counts: dict[str, Counter[str]] = {}
        self._first: dict[str, str] = {}
        self._last: dict[str, str] = {}

    def counted(self, rows: Iterable[ProofRow]) -> Iterator[ProofRow]:
        """Pass the rows on."""
        for row in rows:
            self._counts.setdefault(row.channel, Counter())[row.state] += 1
            if row.sent_at:
                # Instants of one form in UTC sort as text; see core.proof_file.precise.
                self._first[row.channel] = min(self._first.get(row.channel, row.sent_at), row.sent_at)
                self._last[row.channel] = max(self._last.get(row.channel, row.sent_at), row.sent_at)
            yield row

    def of(self, channel: ChannelName) -> ChannelCount:
        """Return the channel's numbers."""
        counts: Mapping[str, int] = self._counts.get(channel.value, {})
        return ChannelCount(
            channel=channel,
            total=sum(counts.values()),
            counts=tuple((state, counts[state.value]) for state in State if counts.get(state.value)),
            first_sent_at=self._first.get(channel.value, ""),
            last_sent_at=self._last.get(channel.value, ""),
        )


def hold_words(status: DispatchStatus) -> str:
    """Return by whom and why the dispatch, or a channel of it, is held; "" when nothing is."""
    if not status.why_held:
        return ""
    who = f" by {status.held_by}" if status.held_by else ""
    note = status.hold_note or next((channel.hold_note for _, channel in status.channels if channel.hold_note), "")
    return f"held{who}, reason: {status.why_held}{f' ({note})' if note else ''}"


def embargo_words(embargo: Embargo | None) -> str:
    """Return the embargo as the officer wrote it.

    >>> embargo_words(Embargo(local=None))
    'for immediate release'
    """
    if embargo is None:
        return "none in the release; the lift was named when it was scheduled"
    if embargo.local is None:
        return "for immediate release"
    which = {None: "", 0: " (the first of two such hours)", 1: " (the second of two such hours)"}[embargo.local.fold]
    return f"{embargo.local.wall:%Y-%m-%d %H:%M} {embargo.local.zone}{which}"
