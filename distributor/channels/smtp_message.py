"""Build the messages of an SMTP batch (pure): one MIME message per recipient, filled in at the lift by joining bytes.

The frame is the whole message without what differs: headers and bodies in quoted-printable, in which every slot stands on a line
of its own, so that what is put there can be folded by itself. What differs is staged exactly as for SendGrid, so that both ways
out carry the same headers and the same values. Limits: RFC 5322 §2.1.1 (lines of at most 998 octets), RFC 2045 §6.7 (76).
"""

from __future__ import annotations

import re
from binascii import b2a_qp
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final

import orjson

from distributor.core.audience import must_be_one_address
from distributor.core.errors import BadInput
from distributor.core.ids import RemoteId
from distributor.core.message import EmailMaster, Slot, html_token, text_token

#: Names the sender of the envelope at the top of a frame. It is no part of the message.
_ENVELOPE: Final = b"Return-Path: <%b>\r\n"
_READ_ENVELOPE: Final = re.compile(rb"Return-Path: <([!-;=?-~]+)>\r\n")
_TOKENS: Final = re.compile("|".join(re.escape(make(slot)) for slot in Slot for make in (html_token, text_token)))
#: A slot in a frame, with the soft line break that ends its line.
_SLOT_LINE: Final = re.compile(b"(" + _TOKENS.pattern.encode("ascii") + b")=\r\n")
#: A soft line break: the line goes on (RFC 2045 §6.7).
_SOFT: Final = b"=\n"


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame, read."""

    #: Who is told when a message cannot be delivered.
    envelope_sender: str
    #: From here to the empty line: the headers that all share.
    head: bytes
    #: The bodies, cut at the slots: text, token, text, token, …, text.
    pieces: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """One message for one recipient."""

    recipient: str
    message_id: RemoteId
    #: Whole, with CRLF, not dot-stuffed.
    content: bytes

    @property
    def is_international(self) -> bool:
        """Say whether only a server with SMTPUTF8 can take it (RFC 6531)."""
        return not self.recipient.isascii()

    def signed(self, header: bytes) -> Letter:
        """Return the message with a signature's header at its top."""
        return replace(self, content=header + self.content)


def build_frame(master: EmailMaster, *, bounce_address: str = "") -> bytes:
    """Return everything that all messages of the master share. `bounce_address` is the envelope's sender if not the sender's own.

    Raises:
        BadInput: an address of the sender holds letters beyond ASCII.
    """
    sender = master.sender
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(sender.name, addr_spec=_ascii(sender.email, "sender.email"))
    if sender.reply_to:
        message["Reply-To"] = Address(addr_spec=_ascii(sender.reply_to, "sender.reply_to"))
    message["Subject"] = master.subject
    message["MIME-Version"] = "1.0"
    # Derived, for the seal covers the frame. No line of quoted-printable begins with two hyphens and an equals sign.
    boundary = "=_" + blake2b((master.text + "\0" + master.html).encode("utf-8"), digest_size=12).hexdigest()
    message["Content-Type"] = f'multipart/alternative; boundary="{boundary}"'
    # Plain text first: the last that a reader can show wins (RFC 2046 §5.1.4).
    for kind, text in (("text/plain", master.text), ("text/html", master.html)):
        part = EmailMessage(policy=SMTP)
        part["Content-Type"] = f'{kind}; charset="utf-8"'
        part["Content-Transfer-Encoding"] = "quoted-printable"
        part.set_payload(b"".join(_encoded(text)).decode("ascii"))
        message.attach(part)
    envelope = _ENVELOPE % _ascii(bounce_address or sender.email, "smtp.bounce_address").encode("ascii")
    return envelope + message.as_bytes()


@lru_cache(maxsize=32)
def read_frame(frame: bytes) -> Frame:
    """Return what `build_frame` put together.

    Raises:
        ValueError: these bytes are no frame of this channel.
    """
    envelope = _READ_ENVELOPE.match(frame)
    head, has_body, body = frame.partition(b"\r\n\r\n")
    if envelope is None or not has_body:
        raise ValueError("the batch was not prepared for a mail server")
    return Frame(
        envelope_sender=envelope[1].decode("ascii"),
        head=head[envelope.end() :],
        pieces=tuple(_SLOT_LINE.split(body)),
    )


def letters(frame: Frame, staged: bytes, *, date: datetime) -> Iterator[Letter]:
    """Yield the messages of a staged batch, in its order. `date` is the instant that they leave at.

    Raises:
        ValueError: what is staged is not what this channel staged.
    """
    try:
        for person in orjson.loads(b"[" + staged + b"]"):
            yield _letter(frame, person, format_datetime(date))
    except (KeyError, TypeError) as error:
        raise ValueError("the staged batch cannot be read") from error


def _letter(frame: Frame, person: Mapping[str, Any], date: str) -> Letter:
    (to,) = person["to"]
    recipient, headers = str(to["email"]), {"Date": date, "To": str(to["email"]), **person["headers"]}
    must_be_one_address(recipient)
    lines = "".join(f"{name}: {_folded(value)}\r\n" for name, value in headers.items())
    values = {token.encode("ascii"): _encoded_value(value) for token, value in person["substitutions"].items()}
    body = b"".join([values[piece] if at % 2 else piece for at, piece in enumerate(frame.pieces)])
    return Letter(
        recipient=recipient,
        message_id=RemoteId(headers["Message-ID"]),
        content=lines.encode("utf-8") + frame.head + b"\r\n\r\n" + body,
    )


def _folded(value: str) -> str:
    """Return a header's value with a line for each of its links."""
    if any(ending in value for ending in "\r\n\0"):
        raise ValueError("a header has one line")
    return value.replace(">, <", ">,\r\n <")


def _encoded(text: str) -> Iterator[bytes]:
    """Yield the text in quoted-printable, with every token on a line of its own."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    at = 0
    for token in _TOKENS.finditer(text):
        yield _open_ended(text[at : token.start()])
        yield token[0].encode("ascii") + _SOFT
        at = token.end()
    yield b2a_qp(text[at:].encode("utf-8"), istext=True)


def _encoded_value(value: str) -> bytes:
    return _open_ended(value).replace(b"\n", b"\r\n")


def _open_ended(text: str) -> bytes:
    """Return text in quoted-printable, ending at the beginning of a line that goes on what it says."""
    if not text:
        return b""
    # A letter more shows whether the last line has room for what makes it go on.
    encoded = b2a_qp(text.encode("utf-8") + b"x", istext=True)[:-1]
    return encoded if encoded.endswith(b"\n") else encoded + _SOFT


def _ascii(text: str, where: str) -> str:
    if not text.isascii():
        raise BadInput("A sender is written in ASCII.", where=where, remedy="Write the domain as xn--…, or take another address.")
    return text
