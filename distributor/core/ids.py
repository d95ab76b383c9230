"""Identifiers: opaque, derived from content, safe to show in a log or a URL.

An id derived from content makes a repeated request find the first one's result instead of making a second.
"""

from __future__ import annotations

import base64
import hashlib
from typing import NewType

ReleaseId = NewType("ReleaseId", str)
DispatchId = NewType("DispatchId", str)
#: "email", "x" …; the names of core.message.Channel.
ListName = NewType("ListName", str)
#: BCP 47, lower case primary tag ("en", "pt-BR").
Language = NewType("Language", str)
#: Where one master belongs: "email/en", "x/en".
MasterKey = NewType("MasterKey", str)
#: The provider's own name of an accepted message or part.
RemoteId = NewType("RemoteId", str)
#: Position of a recipient in a dispatch's frozen audience, or of a part in its thread; from 0.
Index = NewType("Index", int)
#: A contact's number: given once to an address, never to another one.
ContactNumber = NewType("ContactNumber", int)
#: Digest of a normalised address; what remains of a person who was erased.
AddressKey = NewType("AddressKey", str)

_ADDRESS_KEY_BYTES = 15


def digest_id(prefix: str, *parts: bytes | str, length: int = 10) -> str:
    """Return a short id that is the same for the same parts.

    `length` base-32 characters carry 5 bits each; 10 make an accidental collision among a million ids
    less likely than one in two thousand. Parts are length-prefixed, so ("ab", "c") and ("a", "bc") differ.

    >>> digest_id("r", "one", "two") == digest_id("r", "one", "two")
    True
    >>> digest_id("r", "ab", "c") == digest_id("r", "a", "bc")
    False
    """
    return prefix + base64.b32encode(digest(*parts)).decode("ascii").lower()[:length]


def digest(*parts: bytes | str) -> bytes:
    """Return the SHA-256 over length-prefixed parts, 32 bytes."""
    hasher = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8") if isinstance(part, str) else part
        hasher.update(len(data).to_bytes(8, "big"))
        hasher.update(data)
    return hasher.digest()


def address_key(address: str) -> AddressKey:
    """Return the key under which an already normalised address is stored: 20 characters, URL-safe."""
    return AddressKey(base64.urlsafe_b64encode(digest("address", address)[:_ADDRESS_KEY_BYTES]).decode("ascii"))
