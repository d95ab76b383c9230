"""Who receives: contacts, and the frozen audience of one dispatch."""

from __future__ import annotations

import re
from dataclasses import dataclass

from distributor.core.errors import BadInput
from distributor.core.ids import AddressKey, ContactNumber, Index, Language, address_key

# One pattern, not a loop over characters: a million recipients pass here while a dispatch is prepared.
_ONE_ADDRESS = re.compile(r"[^@,;<> \t\r\n\0]*@[^@,;<> \t\r\n\0]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A person on a media list, as imported. The address is normalised and is the contact's identity.

    Raises:
        ValueError: the address is empty, holds several addresses, or holds a control character.
    """

    address: str
    name: str = ""
    outlet: str = ""
    #: Languages the person reads, preferred first; empty means not known.
    languages: tuple[Language, ...] = ()
    tags: tuple[str, ...] = ()
    #: What the person writes about.
    beat: str = ""
    #: ISO 3166, two letters; "" not known.
    country: str = ""
    #: IANA zone; "" not known.
    zone: str = ""
    #: Staff hear when such a person leaves.
    is_priority: bool = False
    phone: str = ""
    notes: str = ""
    #: Why the person may be written to, and since when (ISO 8601 date); "" not recorded.
    consent_source: str = ""
    consent_on: str = ""

    def __post_init__(self) -> None:
        must_be_one_address(self.address)

    @property
    def key(self) -> AddressKey:
        """Return the key under which the address is stored."""
        return address_key(self.address)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """One member of a frozen audience: exactly one address."""

    index: Index
    contact: ContactNumber
    address: str

    def __post_init__(self) -> None:
        must_be_one_address(self.address)


def must_be_one_address(address: str) -> None:
    """Refuse what could put two people, or a header, into one To line.

    Raises:
        ValueError: not exactly one address.
    """
    if not _ONE_ADDRESS.fullmatch(address):
        raise ValueError("a recipient is exactly one address")


def must_have_members(count: int, *, lists: tuple[str, ...]) -> None:
    """Refuse an audience of nobody.

    Raises:
        BadInput: the lists hold nobody who may be mailed.
    """
    if count == 0:
        raise BadInput(
            f"Nobody on {', '.join(lists)} may be mailed.",
            where="--to",
            remedy="Import contacts with `distributor contacts import FILE --list NAME`, or name another list.",
        )
