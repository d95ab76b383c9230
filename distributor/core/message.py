"""Masters: a release rendered for one channel and one language, and the slots in it that differ per recipient.

Masters are rendered before approval, so that the seal covers bytes. What differs per recipient stands in the master as a slot
token, which the provider (or we) replaces in every copy. Each slot has two tokens, because the same address must be escaped
in HTML and must not be in plain text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from html import escape

from distributor.core.ids import Language, MasterKey


class ChannelName(StrEnum):
    """A way out. One provider module in `channels/` each."""

    EMAIL = "email"
    X = "x"


#: Channels that carry a thread: parts that leave one after the other, to nobody in particular.
THREADS = frozenset({ChannelName.X})


class Slot(StrEnum):
    """What differs per recipient in an e-mail master."""

    #: The recipient's own link to leave the list.
    UNSUBSCRIBE_URL = "unsubscribe_url"
    #: Where the recipient can read the message in a browser.
    VIEW_URL = "view_url"
    #: The address the message goes to.
    ADDRESS = "address"


#: A release that contains this anywhere is refused: its text could be taken for a slot.
TOKEN_START = "%%pr-"  # noqa: S105 - a marker in text, not a secret


def html_token(slot: Slot) -> str:
    """Return what stands for the slot in HTML; its value must be HTML-escaped.

    >>> html_token(Slot.ADDRESS)
    '%%pr-address-h%%'
    """
    return f"{TOKEN_START}{slot.value}-h%%"


def text_token(slot: Slot) -> str:
    """Return what stands for the slot in plain text.

    >>> text_token(Slot.ADDRESS)
    '%%pr-address-t%%'
    """
    return f"{TOKEN_START}{slot.value}-t%%"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """One sender identity for e-mail, as sealed."""

    email: str
    name: str
    reply_to: str = ""
    postal_address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailMaster:
    """An e-mail for everybody who reads one language, complete but for its slots."""

    language: Language
    subject: str
    html: str
    text: str
    sender: Sender

    @property
    def key(self) -> MasterKey:
        """Return the name of this master within its release."""
        return master_key(ChannelName.EMAIL, self.language)

    @property
    def size_bytes(self) -> int:
        """Return the size of the HTML part in bytes of UTF-8."""
        return len(self.html.encode("utf-8"))


def filled(master: EmailMaster, values: Mapping[Slot, str]) -> EmailMaster:
    """Return the e-mail as one recipient sees it: for looking at, not for sending (the channel fills every copy itself)."""
    html, text = master.html, master.text
    for slot, value in values.items():
        html = html.replace(html_token(slot), escape(value))
        text = text.replace(text_token(slot), value)
    return replace(master, html=html, text=text)


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadMaster:
    """A thread for one channel and language: its parts in order, at least one."""

    channel: ChannelName
    language: Language
    parts: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.parts:
            raise ValueError("a thread has at least one part")

    @property
    def key(self) -> MasterKey:
        """Return the name of this master within its release."""
        return master_key(self.channel, self.language)


Master = EmailMaster | ThreadMaster


def master_key(channel: ChannelName, language: Language) -> MasterKey:
    """Return the name of a master within its release.

    >>> master_key(ChannelName.EMAIL, Language("en"))
    'email/en'
    """
    return MasterKey(f"{channel.value}/{language}")
