"""What a provider reports about one delivery, and what follows from it for the address.

The event names a dispatch and an index, never a person: that is all that travels with a message (`custom_args`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from distributor.core.delivery import State
from distributor.core.errors import must_be_aware
from distributor.core.ids import DispatchId, Index


class Mark(StrEnum):
    """What a recipient did with a message that arrived. Marks are kept beside the state and never change it."""

    OPENED = "opened"
    CLICKED = "clicked"


class SuppressionReason(StrEnum):
    """Why an address must never be mailed, in the words that the suppression list stores."""

    #: The recipient used the link in a message, or the provider's own.
    UNSUBSCRIBED = "unsubscribed"
    #: The recipient reported spam.
    COMPLAINED = "complained"
    #: The recipient's server says that there is no such address.
    BOUNCED = "bounced"
    #: The provider itself refuses the address for good (its own list, or not an address at all).
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryEvent:
    """One provider event about one delivery: a state, a mark, or both."""

    dispatch: DispatchId
    index: Index
    #: What the event proves; None when it only marks.
    state: State | None = None
    mark: Mark | None = None
    #: When the provider says that it happened, aware UTC. It orders nothing: `core.delivery.merge` needs no order.
    at: datetime
    #: For `bounced` and `dropped`: the address itself is bad for good. False for a passing block or a full mailbox.
    is_permanent: bool = False

    def __post_init__(self) -> None:
        must_be_aware(self.at, name="at")
        if self.index < 0:
            raise ValueError("an index counts from 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class NamelessEvent:
    """One provider event that carries no id of ours, only an address: bounces that come late do (PROVIDERS.md §1.5)."""

    #: As the provider wrote it; not normalised, perhaps no address at all.
    address: str
    state: State
    #: Aware UTC.
    at: datetime
    is_permanent: bool = False

    def __post_init__(self) -> None:
        must_be_aware(self.at, name="at")


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPost:
    """What one post of a provider holds."""

    events: tuple[DeliveryEvent, ...]
    nameless: tuple[NamelessEvent, ...] = ()


def suppression_reason(event: DeliveryEvent) -> SuppressionReason | None:
    """Return why the event's address must never be mailed again, None when the event is no reason for that.

    A complaint or an unsubscription always is. A bounce or a drop is only when the address is bad for good: a server that
    blocks us today may take the next release, and the person never asked to be left alone.
    """
    match event.state:
        case State.COMPLAINED:
            return SuppressionReason.COMPLAINED
        case State.UNSUBSCRIBED:
            return SuppressionReason.UNSUBSCRIBED
        case State.BOUNCED if event.is_permanent:
            return SuppressionReason.BOUNCED
        case State.DROPPED if event.is_permanent:
            return SuppressionReason.DROPPED
        case _:
            return None
