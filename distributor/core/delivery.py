"""The states of a delivery and of a part of a thread, in one table.

A delivery is one message to one recipient; a part is one post of a thread. Both walk through the same table. Work moves
them in batches (`Step`, by the Lua scripts in store/lua); what the provider reports moves single ones (`merge`).

    planned → claimed → submitting → accepted → deferred → delivered
                    ↘ planned (not sent)   ↘ refused | unknown      ↘ bounced | dropped | complained | unsubscribed
    planned → suppressed | withdrawn
    submitting → live                      (parts: the provider's id proves that it is public)

Provider events may come in any order and any number of times. `merge` takes the one of higher rank, so that every order and
repetition ends in the same state. `unknown` leaves only by evidence (an event, a read-back) or by a named person's word.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class State(StrEnum):
    """Where one delivery or part stands. The ledger stores `code(state)`, one byte each."""

    #: In: the audience is frozen. Out: claimed by a worker, suppressed, or withdrawn.
    PLANNED = "planned"
    #: In: a worker holds the batch under a lease. Out: submitting, or planned again when the lease ends.
    CLAIMED = "claimed"
    #: In: the gate opened and the call begins. Out: by the answer; by a crash to unknown, never to planned.
    SUBMITTING = "submitting"
    #: In: the provider confirmed that it took the message. Not yet delivered. Out: by events.
    ACCEPTED = "accepted"
    #: In: the provider reports a delay and goes on trying. Out: by events.
    DEFERRED = "deferred"
    #: In: the recipient's server took the message. Out: a later bounce, complaint or unsubscription.
    DELIVERED = "delivered"
    #: In: a post of a thread is public and has a remote id. Final.
    LIVE = "live"
    #: In: the provider refused this message for good. Final.
    REFUSED = "refused"
    #: In: perhaps accepted. Out: evidence, or a named person's decision.
    UNKNOWN = "unknown"
    #: In: the recipient's server refused the message. Final but for a complaint.
    BOUNCED = "bounced"
    #: In: the provider threw the message away (its own suppression, an invalid address). Final.
    DROPPED = "dropped"
    #: In: the recipient reported spam. Final.
    COMPLAINED = "complained"
    #: In: the recipient unsubscribed by this message. Final but for a complaint.
    UNSUBSCRIBED = "unsubscribed"
    #: In: the address was on the suppression list before the message left. Final.
    SUPPRESSED = "suppressed"
    #: In: the dispatch was cancelled before the message left. Final.
    WITHDRAWN = "withdrawn"


#: One ASCII letter per state, as the ledger's packed string holds it. Never change a letter: stored ledgers keep it.
CODES: MappingProxyType[State, bytes] = MappingProxyType(
    {
        State.PLANNED: b"p",
        State.CLAIMED: b"c",
        State.SUBMITTING: b"s",
        State.ACCEPTED: b"a",
        State.DEFERRED: b"d",
        State.DELIVERED: b"D",
        State.LIVE: b"L",
        State.REFUSED: b"r",
        State.UNKNOWN: b"u",
        State.BOUNCED: b"B",
        State.DROPPED: b"x",
        State.COMPLAINED: b"C",
        State.UNSUBSCRIBED: b"U",
        State.SUPPRESSED: b"S",
        State.WITHDRAWN: b"w",
    }
)
STATES: MappingProxyType[bytes, State] = MappingProxyType({code: state for state, code in CODES.items()})

#: Nothing has left yet and something still may.
OPEN = frozenset({State.PLANNED, State.CLAIMED, State.SUBMITTING})
#: The provider has the message, or had it.
WITH_PROVIDER = frozenset(
    {
        State.ACCEPTED,
        State.DEFERRED,
        State.DELIVERED,
        State.LIVE,
        State.BOUNCED,
        State.DROPPED,
        State.COMPLAINED,
        State.UNSUBSCRIBED,
    }
)
#: It will surely never be sent by this dispatch.
NOT_SENT = frozenset({State.REFUSED, State.SUPPRESSED, State.WITHDRAWN})

#: What work (not events) may do. Total over the enum.
WORK: MappingProxyType[State, frozenset[State]] = MappingProxyType(
    {
        State.PLANNED: frozenset({State.CLAIMED, State.SUPPRESSED, State.WITHDRAWN}),
        State.CLAIMED: frozenset({State.SUBMITTING, State.PLANNED, State.SUPPRESSED, State.WITHDRAWN}),
        State.SUBMITTING: frozenset({State.ACCEPTED, State.LIVE, State.PLANNED, State.REFUSED, State.UNKNOWN}),
        # A person's word ("treat as sent", "send again") or a late answer of the very worker that sent it.
        State.UNKNOWN: frozenset({State.ACCEPTED, State.LIVE, State.PLANNED, State.REFUSED}),
        State.ACCEPTED: frozenset(),
        State.DEFERRED: frozenset(),
        State.DELIVERED: frozenset(),
        State.LIVE: frozenset(),
        State.REFUSED: frozenset(),
        State.BOUNCED: frozenset(),
        State.DROPPED: frozenset(),
        State.COMPLAINED: frozenset(),
        State.UNSUBSCRIBED: frozenset(),
        State.SUPPRESSED: frozenset(),
        State.WITHDRAWN: frozenset(),
    }
)

#: Rank of what an event proves; an event moves a delivery only upwards. States without a rank are not moved by events:
#: an event about a delivery that never left is a contradiction to report, not a fact to store.
RANKS: MappingProxyType[State, int] = MappingProxyType(
    {
        State.SUBMITTING: 0,
        State.UNKNOWN: 1,
        State.ACCEPTED: 2,
        State.DEFERRED: 3,
        State.DELIVERED: 4,
        State.DROPPED: 5,
        State.BOUNCED: 6,
        State.UNSUBSCRIBED: 7,
        State.COMPLAINED: 8,
    }
)


def code(state: State) -> bytes:
    """Return the letter that the ledger stores for the state."""
    return CODES[state]


def merge(current: State, reported: State) -> State:
    """Return the state after an event; the same for every order and repetition of the same events.

    >>> merge(State.DELIVERED, State.ACCEPTED)
    <State.DELIVERED: 'delivered'>
    >>> merge(State.UNKNOWN, State.DELIVERED)
    <State.DELIVERED: 'delivered'>
    """
    if current not in RANKS or reported not in RANKS:
        return current
    return max(current, reported, key=RANKS.__getitem__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many deliveries or parts of one channel are in each state. The counts sum to `total`."""

    total: int
    counts: MappingProxyType[State, int]

    def count(self, states: frozenset[State]) -> int:
        """Return how many are in any of the states."""
        return sum(number for state, number in self.counts.items() if state in states)

    @property
    def is_balanced(self) -> bool:
        """Say whether everybody is in exactly one state."""
        return sum(self.counts.values()) == self.total

    @property
    def is_settled(self) -> bool:
        """Say whether nothing can leave any more and nothing is in doubt."""
        return self.count(OPEN) == 0 and self.counts.get(State.UNKNOWN, 0) == 0
