"""What the web process needs; `bootstrap` gives it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from distributor.core.delivery_event import EventPost
from distributor.core.finding import Finding
from distributor.flow.apply_events import EventApplier
from distributor.flow.preferences import Preferences
from distributor.flow.unsubscribe import Unsubscriber
from distributor.ports_dispatch import Dispatches
from distributor.ports_events import EventInbox
from distributor.render.pages import PageRenderer
from distributor.web.online import OnlineView


@dataclass(frozen=True, slots=True, kw_only=True)
class EventIntake:
    """How one provider's events are known to be its own, and read."""

    #: (raw body, signature header, timestamp header) to whether the provider signed exactly that. Never raises.
    verify: Callable[[bytes, str, str], bool]
    #: Timestamp header to whether the post was signed lately enough. Never raises.
    is_fresh: Callable[[str], bool]
    #: Raw body to what it holds; raises BadInput when it is not what the provider sends.
    read: Callable[[bytes], EventPost]


@dataclass(frozen=True, slots=True, kw_only=True)
class WebParts:
    """Exactly the adapters and steps behind the pages."""

    #: Looks whether Redis answers and keeps what it acknowledges (store.connection.check_durable).
    check_store: Callable[[], Sequence[Finding]]
    dispatches: Dispatches
    workers_alive: Callable[[], int]
    suppression_count: Callable[[], int]
    #: None while no public key is configured: unsigned events are not taken.
    sendgrid_events: EventIntake | None
    inbox: EventInbox
    applier: EventApplier
    unsubscriber: Unsubscriber
    preferences: Preferences
    view: OnlineView
    pages: PageRenderer
    #: Who writes, as recipients know them; for the pages.
    sender_name: str
