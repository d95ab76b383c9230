"""What the steps in `flow` need from the world. Adapters do not inherit from these; they fit.

Every method states its atomicity, its order and its errors. `store/` implements the stores on Redis, `channels/`
the channels. The ledger's ports are in `ports_dispatch.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from distributor.core.audience import Contact, Recipient
from distributor.core.embargo import Clearance
from distributor.core.finding import Finding
from distributor.core.ids import AddressKey, ContactNumber, DispatchId, Language, ListName, RemoteId
from distributor.core.leaving import JournalLine
from distributor.core.links import RecipientLinks
from distributor.core.message import ChannelName, Master


class Clock(Protocol):
    """Where instants come from. `bootstrap` gives the only real one; it decides nothing about a lift."""

    def now(self) -> datetime:
        """Return the present instant, aware UTC."""
        ...


class LiftClock(Protocol):
    """Redis's clock, as seen from here. Only for waiting: the gate asks Redis itself."""

    def now(self) -> datetime:
        """Return Redis's time, aware UTC."""
        ...

    def left_until(self, instant: datetime) -> timedelta:
        """Return how long it is until the instant by an estimate of Redis's clock; negative when it is past."""
        ...

    def wait_until(self, instant: datetime, *, should_stop: Callable[[], bool]) -> None:
        """Return at the instant by Redis's clock, or soon after `should_stop` says so. May return a moment early."""
        ...


class LinkMaker(Protocol):
    """Makes the links of one recipient; pure, and fast enough for 150,000 a second."""

    def __call__(self, recipient: Recipient) -> RecipientLinks:
        """Return the links for the recipient."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The provider's word that it took the message."""

    #: The provider's id of the request (SendGrid's X-Message-Id) or of the post.
    remote_id: RemoteId
    #: Where the public can see it; "" for e-mail.
    url: str = ""


class Channel(Protocol):
    """One provider. Three parts in this order: build the request (pure), make the call, read the answer.

    A request travels in two pieces: the frame, which all batches of one master share and the seal covers, and the staged batch
    with what differs per recipient. Both are opaque bytes to everybody but the channel.
    """

    name: ChannelName
    #: Recipients per request: 1 for a thread's part, up to 1,000 for e-mail.
    batch_size: int

    def frame(self, master: Master) -> bytes:
        """Return the shared part of every request of this master. Pure and deterministic: the seal covers it."""
        ...

    def stage(self, *, dispatch: DispatchId, master: Master, recipients: Sequence[Recipient], links: LinkMaker) -> bytes:
        """Return the batch's own part of the request, recipients in the order given. Pure and deterministic.

        A thread's channel takes one recipient whose index is the part's number from 0 and whose address is ignored.
        """
        ...

    def without(self, staged: bytes, positions: frozenset[int]) -> bytes:
        """Return the staged batch without the recipients at these positions (from 0 within the batch)."""
        ...

    def open(self) -> datetime | None:
        """Warm the connections, so that the first send does not pay for a handshake. Sends nothing of a release.

        Returns what the provider's clock says, in whole seconds cut off; None when it does not say.

        Raises:
            NotSent: the provider cannot be reached.
        """
        ...

    def send(self, clearance: Clearance, *, frame: bytes, staged: bytes, reply_to: RemoteId | None) -> Accepted:
        """Send one batch or part, once, in one request; never retry, never sleep, never follow a redirect.

        Raises:
            Rejected: surely not accepted, never again.
            NotSent: surely not accepted, may be tried again.
            OutcomeUnknown: everything else, also what no table names.
        """
        ...

    def diagnose(self) -> tuple[Finding, ...]:
        """Look whether credentials and account would let a send through, without sending."""
        ...

    def close(self) -> None:
        """Close the connections. Safe to call twice."""
        ...


class ReadsBack(Protocol):
    """A channel that can look among the account's own posts for a part whose answer was lost."""

    def find(self, *, staged: bytes, since: datetime, reply_to: RemoteId | None) -> Accepted | None:
        """Return the post that is this staged part. None proves nothing: reads may lag behind writes.

        Raises:
            NotSent: the provider cannot be asked now.
        """
        ...


class AlertSink(Protocol):
    """Somewhere that alarms are told to."""

    @property
    def name(self) -> str:
        """Return the word under which it is remembered what this sink has heard."""
        ...

    def call_staff(self, alert_id: str, text: str, *, dispatch: str) -> None:
        """Tell one alarm.

        Raises:
            NotSent: it may not have been heard.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportCount:
    """What an import did; the first three numbers sum to the contacts that were given."""

    added: int
    updated: int
    unchanged: int
    #: How many of them are suppressed, and stay so: an import never clears a suppression.
    suppressed: int
    left_before: int = 0  #: How many left this list by their own word, and stay off it.


class ContactBook(Protocol):
    """Contacts and media lists."""

    def add_to_list(self, name: ListName, contacts: Sequence[Contact], *, at: datetime) -> ImportCount:
        """Store the contacts and put them on the list; all or nothing for each block of 1,000, safe to repeat."""
        ...

    def lists(self) -> dict[ListName, int]:
        """Return every list with its number of members, by name."""
        ...

    def remove_from_list(self, name: ListName, addresses: Sequence[str]) -> int:
        """Take normalised addresses off the list, all or none; the contacts stay. Return how many were on it.

        Raises:
            NotFound: no such list.
        """
        ...

    def members(self, names: Sequence[ListName]) -> Sequence[ContactNumber]:
        """Return the members of any of the lists, each once, ascending.

        Raises:
            NotFound: a list does not exist.
        """
        ...

    def load(self, numbers: Sequence[ContactNumber]) -> Iterable[tuple[ContactNumber, Contact]]:
        """Return the contacts in the order asked; numbers that were erased are left out."""
        ...

    def routes(self, numbers: Sequence[ContactNumber]) -> Iterable[tuple[ContactNumber, str, tuple[Language, ...]]]:
        """Return number, normalised address and languages (preferred first) of contacts in the order asked.

        What preparing needs of a million people, without the rest of them. Numbers that were erased are left out.
        """
        ...

    def find(self, address: str) -> ContactNumber | None:
        """Return the number of a normalised address."""
        ...

    def numbers_of(self, keys: Sequence[AddressKey]) -> Sequence[ContactNumber | None]:
        """Return the number behind each address key, None where nobody has that address."""
        ...

    def everyone_on(self, name: ListName) -> Iterable[Contact]:
        """Return the list's members, in the order of their first import.

        Raises:
            NotFound: no such list.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """Why an address must never be mailed."""

    key: AddressKey
    #: The address, or "" for a person who was erased.
    address: str
    reason: str
    by: str
    at: datetime


class SuppressionList(Protocol):
    """Addresses that must never be mailed, and a journal by which running dispatches learn of new ones."""

    def add(self, address: str, *, reason: str, by: str, at: datetime) -> bool:
        """Suppress a normalised address and write the journal, atomically. Return False if it was suppressed already."""
        ...

    def remove(self, address: str) -> bool:
        """Lift a suppression by a person's word. Return False if there was none."""
        ...

    def forget_address(self, address: str) -> None:
        """Keep the suppression of a normalised address by its hash alone."""
        ...

    def suppressed_among(self, keys: Sequence[AddressKey]) -> Sequence[bool]:
        """Say for each key whether it is suppressed, in one round trip."""
        ...

    def count(self) -> int:
        """Return how many addresses are suppressed."""
        ...

    def find(self, address: str) -> Suppression | None:
        """Return why a normalised address is suppressed, None when it is not."""
        ...

    def entries(self) -> Iterable[Suppression]:
        """Return all suppressions, newest first."""
        ...

    def journal_end(self) -> int:
        """Return the number of entries ever written to the journal."""
        ...

    def journal_since(self, seen: int) -> Sequence[JournalLine]:
        """Return the lines written after the first `seen` entries, oldest first."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """Who did what, when and why. `subject` is an id, never text of a release."""

    at: datetime
    by: str
    #: `subject.verb` in the grammar of telemetry, such as "release.approved".
    action: str
    subject: str
    reason: str = ""
    #: Small facts by name: numbers, ids, codes.
    facts: tuple[tuple[str, str], ...] = ()


class AuditLog(Protocol):
    """Append-only."""

    def append(self, entry: AuditEntry) -> None:
        """Store the entry after all earlier ones."""
        ...

    def entries(self, *, subject: str | None = None) -> Iterable[AuditEntry]:
        """Return the entries, oldest first, of one subject or of all."""
        ...
