"""What a mail that came back says, once it is read (intake/returned_mail.py)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from distributor.core.delivery import State


class MailKind(StrEnum):
    """What a mail is to us."""

    LEAVE = "leave"
    #: A report on a delivery.
    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    #: Written by a machine for a person: a note that somebody is away.
    AUTOMATIC = "automatic"
    #: Written by a person, or not understood.
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnedMail:
    """What a mail says."""

    kind: MailKind
    #: The token that it carries, "" when it carries none. Whether it is ours is for others to say.
    token: str = ""
    #: What a report proves about the delivery.
    state: State | None = None
    #: For a bounce: the address is bad for good.
    is_permanent: bool = False
    #: As it stands, for looking whether a person asks to leave in their own words; never stored or logged.
    subject: str = ""
