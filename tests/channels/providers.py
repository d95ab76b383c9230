"""Every channel that the contract is run on, and in what they differ."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote, urlsplit

from distributor.channels.sendgrid import SendGridChannel
from distributor.channels.smtp import SmtpChannel
from distributor.channels.smtp_server import server_at
from distributor.channels.x import XChannel
from distributor.core.errors import NotSent, OutcomeUnknown, Rejected, SendFailure
from distributor.core.message import Master
from distributor.ports import Channel
from distributor.sandbox.account import SandboxSettings
from tests.channels.loopback import Act, leave, reply
from tests.channels.mail_server import PASSWORD, USER
from tests.channels.material import DISPATCH, EMAIL, LINKS, THREAD, people

_KEYS = SandboxSettings()

#: Kind of fault, as the counterpart plays it; whether it accepts all the same; what the channel must make of it.
Fault = tuple[str, bool, type[SendFailure]]
_OVER_HTTP: tuple[Fault, ...] = (
    ("429", False, NotSent),
    ("500", False, OutcomeUnknown),
    ("503", False, OutcomeUnknown),
    ("500-after-accept", True, OutcomeUnknown),
    ("cut-after-accept", True, OutcomeUnknown),
    ("cut-before-accept", False, OutcomeUnknown),
    ("garbage-2xx", True, OutcomeUnknown),
    ("reset", False, OutcomeUnknown),
)


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
    #: What the provider's answer is when it took the request, where that is HTTP.
    acceptance: Act = leave
    #: Whether one request carries several recipients, and may be refused for one of them.
    is_batched: bool
    #: What must never be logged.
    secrets: tuple[str, ...]
    faults: tuple[Fault, ...] = _OVER_HTTP
    #: Whether a batch goes in one request and is taken or refused whole; else message by message.
    sends_whole: bool = True
    #: Whether a busy provider names a time.
    says_how_long: bool = True

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


def _smtp(url: str, read_timeout: timedelta, is_wrong: bool) -> Channel:
    password = quote("wrong" if is_wrong else PASSWORD, safe="")
    server = server_at(
        f"smtp://{USER}:{password}@{urlsplit(url).netloc}",
        wants_starttls=False,
        hello="example.org",
        connect_timeout=timedelta(seconds=5),
        read_timeout=read_timeout,
    )
    return SmtpChannel(
        server,
        sender_domain="example.org",
        connections=3,
        batch_size=20,
        batch_time=timedelta(seconds=10),
        messages_per_connection=100,
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
SMTP = Provider(
    name="smtp",
    make=_smtp,
    master=EMAIL,
    foreign=THREAD,
    route="MAIL ",
    is_batched=True,
    secrets=(PASSWORD, quote(PASSWORD, safe=""), "islands", "reporter0@", "nobody here"),
    faults=(
        ("421", False, NotSent),
        ("reset", False, NotSent),
        ("550-sender", False, NotSent),
        ("451-sender", False, NotSent),
        ("451", False, NotSent),
        ("550", False, Rejected),
        ("554-relay", False, NotSent),
        ("554", False, NotSent),
        ("452", False, NotSent),
        ("552-mailbox", False, Rejected),
        ("200", True, OutcomeUnknown),
        ("cut-after-accept", True, OutcomeUnknown),
        ("cut-before-accept", False, OutcomeUnknown),
        ("garbage-2xx", True, OutcomeUnknown),
    ),
    sends_whole=False,
    says_how_long=False,
)
OVER_HTTP = (SENDGRID, X)
EVERY = (*OVER_HTTP, SMTP)
