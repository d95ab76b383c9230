"""SMTP channels for tests, and what they are given to send."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from distributor.channels.smtp import SmtpChannel
from distributor.channels.smtp_dkim import Signer
from distributor.channels.smtp_server import server_at
from distributor.core.audience import Recipient
from distributor.core.errors import PartlySent, SendFailure
from distributor.core.ids import RemoteId
from distributor.core.message import EmailMaster
from distributor.ports import Accepted
from tests.channels.material import DISPATCH, EMAIL, LINKS, leave_to_send, people


def channel_to(
    url: str,
    *,
    starttls: bool = False,
    read_timeout_s: float = 5.0,
    batch_time_s: float = 10.0,
    connections: int = 2,
    messages_per_connection: int = 100,
    signer: Signer | None = None,
    bounce_address: str = "",
) -> SmtpChannel:
    """Return a channel to this server."""
    server = server_at(
        url,
        wants_starttls=starttls,
        hello="desk.example.org",
        connect_timeout=timedelta(seconds=min(5.0, read_timeout_s)),
        read_timeout=timedelta(seconds=read_timeout_s),
    )
    return SmtpChannel(
        server,
        sender_domain="example.org",
        bounce_address=bounce_address,
        signer=signer,
        connections=connections,
        batch_size=50,
        batch_time=timedelta(seconds=batch_time_s),
        messages_per_connection=messages_per_connection,
    )


def send(channel: SmtpChannel, to: int | Iterable[Recipient] = 1, *, master: EmailMaster = EMAIL) -> Accepted:
    """Send the master to so many, or to these."""
    recipients = people(to) if isinstance(to, int) else list(to)
    return channel.send(
        leave_to_send(),
        frame=channel.frame(master),
        staged=channel.stage(dispatch=DISPATCH, master=master, recipients=recipients, links=LINKS),
        reply_to=None,
    )


def outcome(channel: SmtpChannel, to: int | Iterable[Recipient] = 1, *, master: EmailMaster = EMAIL) -> Accepted | SendFailure:
    """Return what came of one send."""
    try:
        return send(channel, to, master=master)
    except SendFailure as failure:
        return failure


def words(found: Accepted | SendFailure) -> list[str]:
    """Return a word for each outcome of a batch that was taken in part."""
    assert isinstance(found, PartlySent), found
    return ["Accepted" if isinstance(one, str) else type(one).__name__ for one in found.outcomes]


def reasons(found: Accepted | SendFailure) -> list[RemoteId | str]:
    """Return the reasons, or remote ids, of a batch that was taken in part."""
    assert isinstance(found, PartlySent), found
    return [one if isinstance(one, str) else one.reason for one in found.outcomes]
