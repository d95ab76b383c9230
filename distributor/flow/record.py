"""Record: write what the provider reports, and never again mail whom it says must not be mailed.

The suppression is written before the state. Whoever repeats the events after a crash in between finds the suppression there
already, while the other order could lose it: the state would say "known" and nobody would look again.
Which event suppresses is `core.delivery_event.suppression_reason`'s decision. A suppression lifted by a person's word comes back
if the provider repeats the event that caused it, which it may do for a day: the safe side of the two.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from distributor.core.delivery_event import DeliveryEvent, SuppressionReason, suppression_reason
from distributor.core.errors import NotFound
from distributor.core.ids import DispatchId, Index
from distributor.ports import AuditEntry, AuditLog, Clock, ContactBook, SuppressionList
from distributor.ports_dispatch import Dispatches
from distributor.ports_events import Applied, EventStore
from distributor.telemetry import Event, tell

#: Who a suppression is by when the provider's word caused it.
PROVIDER = "provider"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What came of one post of events; all but `suppressed` sum to their number."""

    moved: int
    repeated: int
    contradictory: int
    #: Events of dispatches that nobody here knows (another installation on the same provider account, perhaps).
    unknown: int
    #: Addresses that were not suppressed before.
    suppressed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorder:
    """Records provider events; holds what this takes."""

    store: EventStore
    dispatches: Dispatches
    book: ContactBook
    suppressions: SuppressionList
    audit: AuditLog
    clock: Clock

    def record(self, events: Iterable[DeliveryEvent]) -> Recorded:
        """Write the events of any dispatches, in any order. Repeating it changes nothing.

        Raises:
            StoreUnavailable: some may be written; ask for all of them again.
        """
        applied: list[Applied] = []
        unknown = suppressed = 0
        for dispatch, group in _by_dispatch(events).items():
            if self._is_known(dispatch):
                suppressed += self._suppress(dispatch, group)
                applied.append(self.store.apply(dispatch, group))
            else:
                unknown += len(group)
        recorded = Recorded(
            moved=sum(one.moved for one in applied),
            repeated=sum(one.repeated for one in applied),
            contradictory=sum(one.contradictory for one in applied),
            unknown=unknown,
            suppressed=suppressed,
        )
        tell(
            Event.EVENTS_RECORDED,
            moved=recorded.moved,
            repeated=recorded.repeated,
            contradictory=recorded.contradictory,
            unknown=recorded.unknown,
        )
        return recorded

    def _is_known(self, dispatch: DispatchId) -> bool:
        try:
            self.dispatches.plan(dispatch)
        except NotFound:
            return False
        return True

    def _suppress(self, dispatch: DispatchId, events: Sequence[DeliveryEvent]) -> int:
        reasons: dict[Index, SuppressionReason] = {}
        for event in events:
            if (reason := suppression_reason(event)) is not None:
                reasons.setdefault(event.index, reason)
        if not reasons:
            return 0
        return sum(
            self._suppress_one(dispatch, index, address, reasons[index]) for index, address in self._who(dispatch, reasons)
        )

    def _who(self, dispatch: DispatchId, reasons: Mapping[Index, SuppressionReason]) -> Iterable[tuple[Index, str]]:
        """Yield the address at each index; those who were erased, or whom nobody knows, are left out."""
        numbers = self.store.contacts_at(dispatch, list(reasons))
        index_of = {number: index for index, number in zip(reasons, numbers, strict=True) if number is not None}
        for number, contact in self.book.load(list(index_of)):
            yield index_of[number], contact.address

    def _suppress_one(self, dispatch: DispatchId, index: Index, address: str, reason: SuppressionReason) -> bool:
        now = self.clock.now()
        if not self.suppressions.add(address, reason=reason.value, by=PROVIDER, at=now):
            return False
        self.audit.append(
            AuditEntry(
                at=now,
                by=PROVIDER,
                action=Event.SUPPRESSION_ADDED.value,
                subject=dispatch,
                reason=reason.value,
                facts=(("index", str(index)),),
            )
        )
        tell(Event.SUPPRESSION_ADDED, by=PROVIDER)
        return True


def _by_dispatch(events: Iterable[DeliveryEvent]) -> dict[DispatchId, list[DeliveryEvent]]:
    groups: dict[DispatchId, list[DeliveryEvent]] = {}
    for event in events:
        groups.setdefault(event.dispatch, []).append(event)
    return groups
