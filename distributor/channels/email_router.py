"""The one channel for e-mail where there are two ways out: what was prepared for a way leaves by it, or not at all.

The provider is sealed with the account. Whoever changes a setting between approval and lift changes where later dispatches go,
not this one; and what was prepared for one provider would be nonsense to the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from distributor.channels.sendgrid_payload import drop
from distributor.core.audience import Recipient
from distributor.core.embargo import Clearance
from distributor.core.errors import NotSent
from distributor.core.finding import Finding
from distributor.core.ids import DispatchId, RemoteId
from distributor.core.message import ChannelName, Master
from distributor.ports import Accepted, Channel, LinkMaker


class Way(StrEnum):
    """A provider of e-mail, as settings and accounts name it."""

    SENDGRID = "sendgrid"
    SMTP = "smtp"


class EmailRouter:
    """Implements ports.Channel over one or two others. Thread-safe if they are."""

    name = ChannelName.EMAIL

    def __init__(self, ways: Mapping[Way, Channel], *, chosen: Way) -> None:
        """Prepare for `chosen`; send over whatever a batch was prepared for."""
        self._ways = ways
        self._chosen = ways[chosen]
        self.batch_size = self._chosen.batch_size

    def frame(self, master: Master) -> bytes:
        """Return everything that all recipients share."""
        return self._chosen.frame(master)

    def stage(self, *, dispatch: DispatchId, master: Master, recipients: Sequence[Recipient], links: LinkMaker) -> bytes:
        """Return what differs per recipient."""
        return self._chosen.stage(dispatch=dispatch, master=master, recipients=recipients, links=links)

    def without(self, staged: bytes, positions: frozenset[int]) -> bytes:
        """Return the staged batch without these recipients; both ways stage alike."""
        return drop(staged, positions)

    def open(self) -> datetime | None:
        """Open the connections that the sends will use.

        Raises:
            NotSent: the chosen provider cannot be reached, or does not let us in.
        """
        return self._chosen.open()

    def send(self, clearance: Clearance, *, frame: bytes, staged: bytes, reply_to: RemoteId | None) -> Accepted:
        """Send one batch the way that it was prepared for."""
        way = way_of(frame)
        if way not in self._ways:
            raise NotSent(f"this was approved to leave by {way.value}, which is not set up any more", needs_staff=True)
        return self._ways[way].send(clearance, frame=frame, staged=staged, reply_to=reply_to)

    def diagnose(self) -> tuple[Finding, ...]:
        """Ask every provider."""
        return tuple(finding for channel in self._ways.values() for finding in channel.diagnose())

    def close(self) -> None:
        """Close the connections."""
        for channel in self._ways.values():
            channel.close()


def way_of(frame: bytes) -> Way:
    """Return what a frame was built for: SendGrid's are JSON, a mail server's begin with a header."""
    return Way.SENDGRID if frame.startswith(b"{") else Way.SMTP
