"""The e-mails that the sandbox accepted, as their readers would find them.

In memory stand only addresses and custom_args, about 200 bytes a message; the request bodies lie one after the other in an
unnamed temporary file, from which a message is rendered when somebody opens it.
"""

from __future__ import annotations

import re
import secrets
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Final

import orjson

from distributor.sandbox.mail_rules import CheckedSend

_ID_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class AcceptedSend:
    """One accepted request."""

    number: int
    #: What X-Message-Id said.
    message_id: str
    #: When the body had been received fully, µs since the epoch.
    accepted_at: int
    subject: str
    #: One per message, in the request's order.
    addresses: tuple[str, ...]
    #: Per message the number of its personalization within the request.
    envelopes: tuple[int, ...]
    #: Per message its custom_args as a JSON object.
    args: tuple[bytes, ...]
    categories: tuple[str, ...]
    offset: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One message as its reader would see it."""

    send: AcceptedSend
    position: int
    subject: str
    sender: str
    to: str
    reply_to: str
    text: str
    html: str
    #: Headers given by the sender, and what SendGrid adds, in order.
    headers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class MessageRef:
    """Where a message stands: the request's number and the message's position in it."""

    send: AcceptedSend
    position: int


@dataclass(slots=True)
class Mailbox:
    """All accepted messages, in the order of acceptance."""

    sends: list[AcceptedSend] = field(default_factory=list)
    message_count: int = 0
    #: Messages whose address had been written to before.
    duplicates: int = 0
    #: Messages whose address and custom_args both had been seen before: one delivery, sent twice.
    repeated: int = 0
    #: Messages in which a reader sees another reader's address.
    shared: int = 0
    _seen: set[str] = field(default_factory=set)
    _deliveries: set[int] = field(default_factory=set)
    _spool: IO[bytes] | None = None
    _end: int = 0

    @property
    def recipient_count(self) -> int:
        """Return how many different addresses got at least one message."""
        return len(self._seen)

    def accept(self, checked: CheckedSend, body: bytes, *, accepted_at: int) -> AcceptedSend:
        """Keep the request's messages and return them under a new id."""
        addresses = tuple(address for envelope in checked.envelopes for address in envelope.addresses)
        send = AcceptedSend(
            number=len(self.sends),
            message_id=secrets.token_urlsafe(_ID_BYTES),
            accepted_at=accepted_at,
            subject=checked.subject,
            addresses=addresses,
            envelopes=tuple(n for n, envelope in enumerate(checked.envelopes) for _ in envelope.addresses),
            args=tuple(envelope.args for envelope in checked.envelopes for _ in envelope.addresses),
            categories=checked.categories,
            offset=self._end,
            size=len(body),
        )
        self._spool_body(body)
        self._count(send)
        self.shared += sum(len(envelope.addresses) for envelope in checked.envelopes if len(envelope.addresses) > 1)
        self.sends.append(send)
        return send

    def newest_first(self, query: str = "") -> Iterator[MessageRef]:
        """Return the messages whose address, subject or custom_args contain the query, case-insensitively."""
        wanted = query.casefold()
        for send in reversed(self.sends):
            is_match = not wanted or wanted in send.subject.casefold()
            for position in range(len(send.addresses) - 1, -1, -1):
                if is_match or wanted in send.addresses[position].casefold() or wanted.encode() in send.args[position].lower():
                    yield MessageRef(send, position)

    def open(self, number: int, position: int) -> Letter | None:
        """Render one message as its reader would see it; None when there is no such message."""
        if not 0 <= number < len(self.sends) or not 0 <= position < len(self.sends[number].addresses):
            return None
        send = self.sends[number]
        return _render(send, position, self._read_body(send))

    def close(self) -> None:
        """Delete the bodies; the mailbox is not used afterwards."""
        if self._spool is not None:
            self._spool.close()

    def _spool_body(self, body: bytes) -> None:
        if self._spool is None:
            # Without a name in any folder, so that a killed sandbox leaves nothing behind.
            self._spool = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the mailbox
        self._spool.seek(self._end)
        self._spool.write(body)
        self._end += len(body)

    def _read_body(self, send: AcceptedSend) -> dict[str, object]:
        if self._spool is None:
            return {}
        self._spool.seek(send.offset)
        body = orjson.loads(self._spool.read(send.size))
        return body if isinstance(body, dict) else {}

    def _count(self, send: AcceptedSend) -> None:
        for address, args in zip(send.addresses, send.args, strict=True):
            folded = address.casefold()
            self.duplicates += folded in self._seen
            self._seen.add(folded)
            delivery = hash((folded, args))
            self.repeated += delivery in self._deliveries
            self._deliveries.add(delivery)
        self.message_count += len(send.addresses)


# Substitutions reach subject, reply_to and content; headers and custom_args are not among them (docs "personalizations",
# read 2026-11-23).
def _render(send: AcceptedSend, position: int, body: dict[str, object]) -> Letter:
    personalizations = body["personalizations"]
    envelope = personalizations[send.envelopes[position]] if isinstance(personalizations, list) else {}
    fill = _filler(envelope.get("substitutions", {}))
    content = body["content"] if isinstance(body["content"], list) else []
    parts = {part["type"]: fill(part["value"]) for part in reversed(content)}
    given = {**_as_dict(body.get("headers")), **envelope.get("headers", {})}
    return Letter(
        send=send,
        position=position,
        subject=fill(envelope.get("subject", send.subject)),
        sender=_person(envelope.get("from", body.get("from"))),
        to=", ".join(_person(person) for person in envelope["to"]),
        reply_to=fill(_person(body.get("reply_to"))),
        text=parts.get("text/plain", ""),
        html=parts.get("text/html", ""),
        headers=(*given.items(), ("X-Message-Id", send.message_id)),
    )


def _filler(substitutions: dict[str, str]) -> _Filler:
    # Longest first, so that one tag that begins like another does not hide it; in one pass, so that a value is never
    # itself searched for tags.
    tags = sorted((tag for tag in substitutions if tag), key=len, reverse=True)
    return _Filler(re.compile("|".join(map(re.escape, tags))) if tags else None, substitutions)


@dataclass(frozen=True, slots=True)
class _Filler:
    """Puts one recipient's substitutions into a text."""

    pattern: re.Pattern[str] | None
    substitutions: dict[str, str]

    def __call__(self, text: str) -> str:
        return self.pattern.sub(lambda match: self.substitutions[match.group()], text) if self.pattern else text


def _person(entry: object) -> str:
    person = _as_dict(entry)
    email, name = person.get("email", ""), person.get("name", "")
    return f"{name} <{email}>" if name else str(email)


def _as_dict(value: object) -> dict[str, str]:
    return value if isinstance(value, dict) else {}
