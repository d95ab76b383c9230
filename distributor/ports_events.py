"""What recording needs from the store: a place for what providers report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from distributor.core.delivery import State
from distributor.core.delivery_event import DeliveryEvent
from distributor.core.ids import ContactNumber, DispatchId, Index
from distributor.core.timeline import Happened


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What came of some events; the first three sum to their number."""

    #: Deliveries that moved on, and marks that were set.
    moved: int
    #: Known already, or overtaken by a later event.
    repeated: int
    #: About somebody who never left, or whom nobody knows. Nothing changed.
    contradictory: int
    #: Starts of the batches in doubt of which somebody turned out to have been reached: the provider took the request.
    proven: frozenset[int] = frozenset()


class EventStore(Protocol):
    """What providers report about a dispatch's e-mails."""

    def apply(self, dispatch: DispatchId, events: Sequence[DeliveryEvent]) -> Applied:
        """Write the events; atomic for each block of 500. The end is the same for every order and any repetition."""
        ...

    def contacts_at(self, dispatch: DispatchId, indices: Sequence[Index]) -> Sequence[ContactNumber | None]:
        """Return who stands at each index of the frozen audience, None where nobody does. Never reads the whole audience."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonDelivery:
    """One person's message of one dispatch."""

    dispatch: DispatchId
    index: Index
    state: State
    #: What the provider reported of it, in the order of its times, each once. Nothing before version 0.2 kept any.
    events: tuple[Happened, ...] = ()


class PersonDeliveries(Protocol):
    """Finding one person in frozen audiences."""

    def of(self, number: ContactNumber, dispatches: Sequence[DispatchId]) -> Sequence[PersonDelivery]:
        """Return the person's e-mail of each dispatch that has one, in the order given; no audience is read."""
        ...


class EventInbox(Protocol):
    """Posts of a provider that are taken and not applied yet. What is put there survives whoever put it."""

    def put(self, body: bytes) -> str | None:
        """Keep a post durably and return its id; None when the inbox is full and the provider should come again."""
        ...

    def waiting(self, *, older_than: timedelta) -> Iterable[tuple[str, bytes]]:
        """Yield (id, post) of those that wait for so long already, oldest first."""
        ...

    def done(self, post: str) -> None:
        """Forget a post that is applied."""
        ...

    def set_aside(self, post: str, body: bytes) -> None:
        """Keep a post apart that cannot be applied, so that it blocks nothing and is not lost; the last hundred are kept."""
        ...

    def length(self) -> int:
        """Return how many posts wait."""
        ...

    def aside(self) -> int:
        """Return how many posts were set aside."""
        ...
