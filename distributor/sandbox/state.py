"""All that one running sandbox knows."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from distributor.sandbox.account import SandboxSettings
from distributor.sandbox.connection import Connections
from distributor.sandbox.events import EventPoster
from distributor.sandbox.faults import Faults
from distributor.sandbox.journal import Journal
from distributor.sandbox.mailbox import Mailbox
from distributor.sandbox.quota import Quotas
from distributor.sandbox.timeline import Timeline


@dataclass(slots=True)
class SandboxState:
    """One account with each provider, everything it was sent, and the faults in force. Used from one event loop."""

    settings: SandboxSettings = field(default_factory=SandboxSettings)
    mailbox: Mailbox = field(default_factory=Mailbox)
    timeline: Timeline = field(default_factory=Timeline)
    faults: Faults = field(default_factory=Faults)
    quotas: Quotas = field(default_factory=Quotas)
    connections: Connections = field(default_factory=Connections)
    journal: Journal = field(init=False)
    events: EventPoster = field(init=False)

    def __post_init__(self) -> None:
        self.journal = Journal(self.settings.log_file)
        self.events = EventPoster(self.settings, self.faults)

    def reset(self) -> None:
        """Forget messages, posts, exchanges, quotas and faults; the keys and the log file stay."""
        self.mailbox.close()
        self.mailbox = Mailbox()
        self.timeline.clear()
        self.journal.exchanges.clear()
        self.quotas.clear()
        self.faults.rules.clear()
        self.events.clear()


def wall_us() -> int:
    """Return µs since the epoch by this machine's wall clock; the sandbox shares no clock with what it tests."""
    return time.time_ns() // 1000
