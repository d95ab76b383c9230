"""Match: find the delivery that an event without an id is about, by its address and the time.

Bounces that come long after the message carry no id (PROVIDERS.md §1.5). An event is matched to the newest dispatch that had left
for that address when it happened, and not longer ago than mail servers try; an address that got nothing lately is somebody else's
mail on the same account, and nothing follows from it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from distributor.core.addresses import normalise
from distributor.core.delivery import RANKS, State, code
from distributor.core.delivery_event import DeliveryEvent, NamelessEvent
from distributor.core.errors import BadInput
from distributor.core.ids import ContactNumber, DispatchId, Index, address_key
from distributor.core.message import ChannelName
from distributor.ports import ContactBook
from distributor.ports_dispatch import Dispatches

#: RFC 5321 §4.5.4.1: a sender gives up after four to five days.
WINDOW: Final = timedelta(days=5)
#: The provider's clock may be a little behind ours.
_SLACK: Final = timedelta(minutes=10)
#: Further back nobody looks; a desk sends a few releases a week.
_MOST_DISPATCHES: Final = 50
_LEFT: Final = b"".join(code(state) for state in RANKS if state is not State.SUBMITTING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matcher:
    """Matches events; holds what this takes."""

    book: ContactBook
    dispatches: Dispatches

    def match(self, events: Sequence[NamelessEvent]) -> list[DeliveryEvent]:
        """Return an event with an id for each that could be matched, in no order.

        Raises:
            StoreUnavailable: Redis does not answer.
        """
        waiting = self._by_contact(events)
        matched: list[DeliveryEvent] = []
        for dispatch, first_sent_at in self._lately():
            if not waiting:
                break
            index_of = {number: at for at, number in enumerate(self._audience(dispatch)) if number in waiting}
            letters = self.dispatches.states(dispatch, ChannelName.EMAIL) if index_of else b""
            for number, index in index_of.items():
                if letters[index : index + 1] in _LEFT and letters[index : index + 1]:
                    fitting = [one for one in waiting[number] if _fits(one, first_sent_at)]
                    matched += [_named(one, dispatch, index) for one in fitting]
                    waiting[number] = [one for one in waiting[number] if one not in fitting]
            waiting = {number: rest for number, rest in waiting.items() if rest}
        return matched

    def _by_contact(self, events: Sequence[NamelessEvent]) -> dict[ContactNumber, list[NamelessEvent]]:
        keyed = [(address_key(address), event) for event in events if (address := _normalised(event.address))]
        found: dict[ContactNumber, list[NamelessEvent]] = {}
        for (_, event), number in zip(keyed, self.book.numbers_of([key for key, _ in keyed]), strict=True):
            if number is not None:
                found.setdefault(number, []).append(event)
        return found

    def _lately(self) -> Iterator[tuple[DispatchId, datetime]]:
        """Yield the dispatches that have begun, newest first, with when."""
        for dispatch in self.dispatches.all()[:_MOST_DISPATCHES]:
            first = self.dispatches.status(dispatch).first_sent_at
            if first is not None and ChannelName.EMAIL in self.dispatches.plan(dispatch).channels:
                yield dispatch, first

    def _audience(self, dispatch: DispatchId) -> Sequence[ContactNumber]:
        return self.dispatches.audience(dispatch, ChannelName.EMAIL)


def _fits(event: NamelessEvent, first_sent_at: datetime) -> bool:
    return -_SLACK <= event.at - first_sent_at <= WINDOW


def _named(event: NamelessEvent, dispatch: DispatchId, index: int) -> DeliveryEvent:
    return DeliveryEvent(dispatch=dispatch, index=Index(index), state=event.state, at=event.at, is_permanent=event.is_permanent)


def _normalised(address: str) -> str:
    try:
        return normalise(address)
    except BadInput:
        return ""
