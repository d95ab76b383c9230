"""A recipient's own word by the link in a message: what they may choose, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from distributor.core.ids import AddressKey, Language, ListName

#: Who a suppression is by when the recipient asked for it.
RECIPIENT: Final = "recipient"
#: How long the page offers to take a recipient's own word back. Later, only a person of the staff may (`suppress remove`).
UNDO_WITHIN: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class JournalLine:
    """Somebody who must not be mailed any more: at all, or through one list."""

    key: AddressKey
    list_name: ListName | None = None


class Wish(StrEnum):
    """What a recipient asks for."""

    #: Nothing any more. What a post without a word means, as RFC 8058 has it.
    ALL = "all"
    #: Nothing through the lists that this message was sent to.
    LIST = "list"
    LANGUAGE = "language"
    UNDO = "undo"


class Leaving(StrEnum):
    """What came of a recipient's word."""

    #: The address is suppressed from now on, or off the lists.
    LEFT = "left"
    #: It was so before, or the person was erased and nobody is left to mail.
    LEFT_BEFORE = "left before"
    #: The link is not one that we made.
    NO_SUCH_LINK = "no such link"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How somebody stands who opens their link."""

    #: The languages they read, preferred first; empty when that is not known.
    languages: tuple[Language, ...]
    #: Nothing is mailed to them.
    is_suppressed: bool
    #: They are on a list that the message was sent to.
    is_on_list: bool
    #: They have left by their own word, lately enough to take it back here.
    can_undo: bool


def can_be_undone(*, by: str, at: datetime, now: datetime) -> bool:
    """Say whether a recipient may take back what was done: their own word, and not long ago.

    A complaint, a bounce and whatever staff have entered stay: those are not the recipient's to lift by a click.
    """
    return by == RECIPIENT and now - at <= UNDO_WITHIN
