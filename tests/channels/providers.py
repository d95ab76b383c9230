"""Every channel that the contract is run on, and in what they differ."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from distributor.channels.sendgrid import SendGridChannel
from distributor.channels.x import XChannel
from distributor.core.message import Master
from distributor.ports import Channel
from distributor.sandbox.account import SandboxSettings
from tests.channels.loopback import Act, reply
from tests.channels.material import DISPATCH, EMAIL, LINKS, THREAD, people

_KEYS = SandboxSettings()


@dataclass(frozen=True, kw_only=True)
class Provider:
    """One channel under the contract. Flags say what a provider cannot do; a test asks the flag, never the name."""

    #: As in the sandbox's fault rules.
    name: str
    #: (base URL, read time-out, whether to use a wrong credential) to a channel.
    make: Callable[[str, timedelta, bool], Channel]
    master: Master
    #: A master that belongs to another channel.
    foreign: Master
    #: The one request that sends, as "METHOD /path".
    route: str
    #: What the provider's answer is when it took the request.
    acceptance: Act
    #: Whether one request carries several recipients, and may be refused for one of them.
    is_batched: bool
    #: What must never be logged.
    secrets: tuple[str, ...]

    def channel(self, url: str, *, read_timeout_s: float = 5.0, is_wrong: bool = False) -> Channel:
        """Return the channel, turned to this address."""
        return self.make(url, timedelta(seconds=read_timeout_s), is_wrong)

    def staged(self, channel: Channel, *, count: int = 1) -> bytes:
        """Return a batch of so many, or the thread's first part."""
        recipients = people(count if self.is_batched else 1)
        return channel.stage(dispatch=DISPATCH, master=self.master, recipients=recipients, links=LINKS)


def _sendgrid(url: str, read_timeout: timedelta, is_wrong: bool) -> Channel:
    return SendGridChannel(
        api_key="SG.wrong" if is_wrong else _KEYS.api_key,
        base_url=url,
        sender_domain="example.org",
        connect_timeout=timedelta(seconds=5),
        read_timeout=read_timeout,
        pool_size=3,
    )


def _x(url: str, read_timeout: timedelta, is_wrong: bool) -> Channel:
    return XChannel(
        consumer_key=_KEYS.consumer_key,
        consumer_secret=_KEYS.consumer_secret,
        access_token=_KEYS.access_token,
        access_token_secret="wrong" if is_wrong else _KEYS.access_token_secret,
        base_url=url,
        connect_timeout=timedelta(seconds=5),
        read_timeout=read_timeout,
    )


SENDGRID = Provider(
    name="sendgrid",
    make=_sendgrid,
    master=EMAIL,
    foreign=THREAD,
    route="POST /v3/mail/send",
    acceptance=reply(202, b"", "X-Message-Id: abc"),
    is_batched=True,
    secrets=(_KEYS.api_key, "islands", "reporter0@"),
)
X = Provider(
    name="x",
    make=_x,
    master=THREAD,
    foreign=EMAIL,
    route="POST /2/tweets",
    acceptance=reply(201, b'{"data":{"id":"1500000000000000000","text":"?"}}'),
    is_batched=False,
    secrets=(_KEYS.consumer_secret, _KEYS.access_token, _KEYS.access_token_secret, "islands"),
)
EVERY = (SENDGRID, X)
