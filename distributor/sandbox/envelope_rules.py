"""What SendGrid refuses in one personalization: the envelope of one message. Pure, and run a thousand times per request.

Sources as in mail_rules.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, NoReturn

import orjson

Json = dict[str, object]

MAX_ARGS_BYTES: Final = 10_000
MAX_SUBSTITUTIONS: Final = 150
MAX_SUBSTITUTION_BYTES: Final = 10_000
MAX_AHEAD_S: Final = 72 * 3600
_MAX_ADDRESS_CHARS: Final = 254
_MAX_LOCAL_CHARS: Final = 64

#: Headers that SendGrid writes itself, lower case.
RESERVED_HEADERS: Final = frozenset(
    {
        "x-sg-id",
        "x-sg-eid",
        "received",
        "dkim-signature",
        "content-type",
        "content-transfer-encoding",
        "to",
        "from",
        "subject",
        "reply-to",
        "cc",
        "bcc",
    }
)

_ADDRESS: Final = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])",
)
_TEXT_ONLY: Final = frozenset({str})
_HEADER_NAME: Final = re.compile(r"[!-9;-~]+")


class MailRefused(Exception):
    """SendGrid would refuse the whole request; nothing of it is accepted."""

    def __init__(self, message: str, field: str | None, *, status: int = 400) -> None:
        super().__init__(message)
        self.message = message
        #: The path of the field ("personalizations.3.to.0.email"), or None where SendGrid does not say.
        self.field = field
        self.status = status


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is kept in memory of one personalization."""

    #: to, then cc, then bcc; as written.
    addresses: tuple[str, ...]
    #: Merged custom_args as a JSON object.
    args: bytes
    has_subject: bool


def refuse(message: str, field: str | None, *, status: int = 400) -> NoReturn:
    """Refuse the request.

    Raises:
        MailRefused: always.
    """
    raise MailRefused(message, field, status=status)


def check_envelope(entry: object, *, where: str, message: Json, domain: str, now_s: float, seen: set[str]) -> Envelope:
    """Return the envelope, adding its addresses, case-folded, to those seen in the request.

    Raises:
        MailRefused: this personalization spoils the request.
    """
    if not isinstance(entry, dict):
        refuse("Bad Request", None)
    addresses = _check_recipients(entry, where, seen)
    if "subject" in entry and (not isinstance(entry["subject"], str) or not entry["subject"]):
        refuse("The subject must be a string at least one character in length.", f"{where}.subject")
    if "from" in entry and check_address(entry["from"], f"{where}.from").rpartition("@")[2].lower() != domain:
        refuse("The from of a personalization must have the domain of the message's from.", f"{where}.from")
    if "headers" in entry:
        check_headers(entry["headers"], f"{where}.headers")
    if "substitutions" in entry:
        _check_substitutions(entry["substitutions"], f"{where}.substitutions")
    if "send_at" in entry:
        check_send_at(entry["send_at"], now_s=now_s, where=f"{where}.send_at")
    return Envelope(addresses, _merged_args(entry, message, where), "subject" in entry)


def check_address(entry: object, where: str) -> str:
    """Return the address of an e-mail object.

    Raises:
        MailRefused: it has none that SendGrid would take. Addresses that need SMTPUTF8 are refused.
    """
    if not isinstance(entry, dict) or not isinstance(entry.get("name", ""), str):
        refuse("Bad Request", None)
    email = entry.get("email")
    if not isinstance(email, str) or not _is_address(email):
        refuse("Does not contain a valid address.", f"{where}.email")
    return email


def check_headers(headers: object, where: str) -> None:
    """Check extra headers of a message or a personalization.

    Raises:
        MailRefused: a value is no string, or a name is reserved, given twice, or no header's name.
    """
    if not isinstance(headers, dict) or not _TEXT_ONLY.issuperset(map(type, headers.values())):
        refuse("Bad Request", None)
    names = {name.lower() for name in headers}
    if not RESERVED_HEADERS.isdisjoint(names):
        refuse(f"The header {min(RESERVED_HEADERS & names)} is reserved and cannot be set.", where)
    values = "".join(headers.values())
    if len(names) != len(headers) or "\r" in values or "\n" in values or not all(map(_HEADER_NAME.fullmatch, headers)):
        refuse("Header names must be unique ASCII without spaces, and values without line breaks.", where)


def check_send_at(send_at: object, *, now_s: float, where: str) -> None:
    """Check a scheduling parameter; a time in the past is allowed and means now.

    Raises:
        MailRefused: it is no number of seconds, or more than 72 hours ahead.
    """
    if send_at is None:
        return
    if not isinstance(send_at, int) or isinstance(send_at, bool):
        refuse("Bad Request", None)
    if send_at > now_s + MAX_AHEAD_S:
        refuse("Scheduling more than 72 hours in advance is forbidden.", where)


def size_of_args(args: object, where: str) -> int:
    """Return the bytes of names and values together.

    Raises:
        MailRefused: a value is no string, or is empty.
    """
    size = _size_of_texts(args)
    if isinstance(args, dict) and "" in args.values():
        refuse("The values of custom_args must not be empty.", where)
    return size


def _size_of_texts(texts: object) -> int:
    # This runs for every message, so the loops over names and values are left to the interpreter's own functions.
    if not isinstance(texts, dict) or not _TEXT_ONLY.issuperset(map(type, texts.values())):
        refuse("Bad Request", None)
    return len("".join(texts).encode()) + len("".join(texts.values()).encode())


def _is_address(email: str) -> bool:
    local = email.find("@")
    return len(email) <= _MAX_ADDRESS_CHARS and local <= _MAX_LOCAL_CHARS and _ADDRESS.fullmatch(email) is not None


def _check_recipients(entry: Json, where: str, seen: set[str]) -> tuple[str, ...]:
    if not entry.get("to"):
        refuse(
            "The to parameter is required for all personalization objects, and must have at least one email object.",
            f"{where}.to",
        )
    addresses = []
    for field in ("to", "cc", "bcc"):
        people = entry.get(field, ())
        if not isinstance(people, list | tuple):
            refuse("Bad Request", None)
        for position, person in enumerate(people):
            email = check_address(person, f"{where}.{field}.{position}")
            folded = email.casefold()
            if folded in seen:
                refuse(
                    "Each unique email address in the personalizations array should only be included once. "
                    f"You have included {email} more than once.",
                    "personalizations",
                )
            seen.add(folded)
            addresses.append(email)
    return tuple(addresses)


def _check_substitutions(substitutions: object, where: str) -> None:
    if not isinstance(substitutions, dict):
        refuse("Bad Request", None)
    if len(substitutions) > MAX_SUBSTITUTIONS:
        refuse("There is a limit of 150 substitutions per personalization.", where)
    if _size_of_texts(substitutions) > MAX_SUBSTITUTION_BYTES:
        refuse("The substitutions of a personalization are limited to 10000 bytes.", where)


def _merged_args(entry: Json, message: Json, where: str) -> bytes:
    own, shared = entry.get("custom_args", {}), message.get("custom_args", {})
    if not isinstance(own, dict) or not isinstance(shared, dict):
        refuse("Bad Request", None)
    merged = {**shared, **own} if shared else own
    if size_of_args(merged, f"{where}.custom_args") > MAX_ARGS_BYTES:
        refuse("The custom_args are limited to 10000 bytes.", f"{where}.custom_args")
    # orjson's bytes keep the large buffer they were written in; the copy, kept for every message, is as long as its content.
    return memoryview(orjson.dumps(merged)).tobytes()
