"""Apply events: from posts that are kept to the ledger. A post is forgotten only when all of it is applied.

Whoever dies in between leaves it waiting, and some worker's sweep applies it again: the end is the same for any repetition.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from distributor.core.delivery_event import DeliveryEvent, EventPost, NamelessEvent
from distributor.core.errors import StoreUnavailable
from distributor.ports_events import EventInbox
from distributor.telemetry import Event, tell

#: Whoever took a post applies it within milliseconds. After so long they are gone.
LEFT_ALONE: Final = timedelta(seconds=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventApplier:
    """Applies posts; holds what this takes."""

    inbox: EventInbox
    #: Raw body to what it holds.
    read: Callable[[bytes], EventPost]
    #: Finds the deliveries that events without ids are about.
    match: Callable[[Sequence[NamelessEvent]], Sequence[DeliveryEvent]]
    record: Callable[[Sequence[DeliveryEvent]], object]

    def apply(self, kept: str, body: bytes, post: EventPost) -> None:
        """Apply one post and forget it. One that cannot be applied is set aside and told of; it blocks nobody.

        Without Redis it stays where it is, for a later sweep.
        """
        try:
            self.record([*post.events, *(self.match(post.nameless) if post.nameless else ())])
            self.inbox.done(kept)
        except StoreUnavailable:
            return
        except Exception as error:
            # A defect of ours must not lose what the provider will not say again.
            self.inbox.set_aside(kept, body)
            tell(Event.EVENTS_KEPT_ASIDE, error=type(error).__name__)

    def sweep(self, *, older_than: timedelta = LEFT_ALONE) -> int:
        """Apply what somebody took and left; return how many posts that were.

        Raises:
            StoreUnavailable: Redis does not answer; the next sweep goes on.
        """
        count = 0
        for kept, body in self.inbox.waiting(older_than=older_than):
            # It was read before it was kept.
            self.apply(kept, body, self.read(body))
            count += 1
        return count
