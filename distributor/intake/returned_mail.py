"""Mail that comes back: somebody asks to leave, a mail server could not deliver, a mailbox provider passes on a complaint.

Who it is about is told only by a token of ours: in the subject of a mail to the leave address (RFC 2369), or in the
`List-Unsubscribe` of the message that a report returns (RFC 3464, RFC 5965). An address alone is not believed: whoever can write
a mail can write any address into it. What a person writes is not searched for links, for an answer quotes the whole release.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import Message
from typing import Final

from distributor.core.delivery import State
from distributor.core.returned_mail import MailKind, ReturnedMail

#: Longer mail is cut: what decides stands in the headers and the first parts.
LARGEST_MAIL: Final = 10 * 1024 * 1024
#: A report about one of our messages has three parts; beyond this many nobody looks.
_MOST_PARTS: Final = 40
_LETTERS: Final = r"([A-Za-z0-9_-]{24,200})"
_LEAVE: Final = re.compile(rf"\s*unsubscribe\s+{_LETTERS}\s*", re.IGNORECASE)
_LINK: Final = re.compile(rf"/unsubscribe/{_LETTERS}(?![A-Za-z0-9_-])")
#: RFC 3463: 5.1.x says that the address is bad, 5.2.1 that the mailbox is closed. All else may pass, or is about the message.
_ADDRESS_IS_BAD: Final = re.compile(r"5\.(?:1\.\d{1,3}|2\.1)(?!\d)")
_STATES: Final = {"failed": State.BOUNCED, "delayed": State.DEFERRED, "delivered": State.DELIVERED, "relayed": State.DELIVERED}


def read_mail(data: bytes) -> ReturnedMail:
    """Return what a raw mail (RFC 5322) says. Nothing in it makes this fail: what is not understood is OTHER."""
    try:
        # The lenient policy: its parser keeps what is broken as it is.
        mail = message_from_bytes(data[:LARGEST_MAIL], policy=policy.compat32)
    except RecursionError:
        # A thousand parts within each other, which no mail program writes.
        return ReturnedMail(kind=MailKind.OTHER)
    subject = _text(mail, "Subject")
    report = _parameter(mail, "report-type") if mail.get_content_type() == "multipart/report" else ""
    if report == "delivery-status":
        return _bounce(mail)
    if report == "feedback-report":
        return ReturnedMail(kind=MailKind.COMPLAINT, token=_returned_token(mail), state=State.COMPLAINED)
    if found := _LEAVE.fullmatch(subject):
        return ReturnedMail(kind=MailKind.LEAVE, token=found[1], subject=subject)
    is_automatic = _text(mail, "Auto-Submitted").strip().lower() not in {"", "no"}
    return ReturnedMail(kind=MailKind.AUTOMATIC if is_automatic else MailKind.OTHER, subject=subject)


def _bounce(mail: Message) -> ReturnedMail:
    for block in _blocks(mail):
        state = _STATES.get(_text(block, "Action").strip().lower())
        if state is not None:
            is_permanent = state is State.BOUNCED and _ADDRESS_IS_BAD.match(_text(block, "Status").strip()) is not None
            return ReturnedMail(kind=MailKind.BOUNCE, token=_returned_token(mail), state=state, is_permanent=is_permanent)
    return ReturnedMail(kind=MailKind.OTHER)


def _blocks(mail: Message) -> Iterator[Message]:
    """Yield the groups of fields in a delivery report."""
    for part in _parts(mail):
        if part.get_content_type() == "message/delivery-status":
            payload = part.get_payload()
            yield from (block for block in payload if isinstance(block, Message)) if isinstance(payload, list) else ()


def _returned_token(mail: Message) -> str:
    """Return the token in the message that a report returns, whole or its headers alone; "" when there is none."""
    for part in _parts(mail):
        if part.get_content_type() == "text/rfc822-headers":
            payload = part.get_payload(decode=True)
            headers = message_from_bytes(payload if isinstance(payload, bytes) else b"", policy=policy.compat32)
        else:
            headers = part
        if found := _LINK.search("".join(_text(headers, "List-Unsubscribe").split())):
            return found[1]
    return ""


def _parts(mail: Message) -> Iterator[Message]:
    for _, part in zip(range(_MOST_PARTS), mail.walk(), strict=False):
        yield part


def _text(mail: Message, name: str) -> str:
    return str(mail.get(name) or "")


def _parameter(mail: Message, name: str) -> str:
    value = mail.get_param(name)
    return value.lower() if isinstance(value, str) else ""
