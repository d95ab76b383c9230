"""Password hashes by Argon2id. Implements ports_accounts.PasswordHasher."""

from __future__ import annotations

import secrets
import threading
from functools import cached_property
from typing import Final

import argon2
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from distributor.core.password import LONGEST, normal

#: RFC 9106, 4, the second recommended option: 3 passes over 64 MiB, 4 lanes, https://www.rfc-editor.org/rfc/rfc9106#section-4.
DEFAULT: Final = RFC_9106_LOW_MEMORY
#: Each hash takes 64 MiB: a flood of logins may wait, but may not use up the machine.
_AT_ONCE: Final = 2


class ArgonHasher:
    """Makes and compares hashes. Thread-safe."""

    def __init__(self, parameters: argon2.Parameters = DEFAULT) -> None:
        self._hasher = argon2.PasswordHasher.from_parameters(parameters)
        self._turn = threading.BoundedSemaphore(_AT_ONCE)

    def hash(self, password: str) -> str:
        """Return a new hash with its own salt."""
        with self._turn:
            return self._hasher.hash(_bytes(password))

    def verify(self, known: str | None, password: str) -> bool:
        """Say whether the password made the hash; without one it takes as long, and is False."""
        # Prepared before the comparison, or the first unknown login would take twice as long as any other.
        stand_in = self._nobodys
        with self._turn:
            try:
                self._hasher.verify(stand_in if known is None else known, _bytes(password[: LONGEST + 1]))
            except (VerificationError, InvalidHashError):
                return False
        return known is not None and len(password) <= LONGEST

    def is_outdated(self, known: str) -> bool:
        """Say whether the hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(known)

    @cached_property
    def _nobodys(self) -> str:
        return self._hasher.hash(secrets.token_bytes(32))


def _bytes(password: str) -> bytes:
    # A browser can send half of a surrogate pair; it must be a wrong password and not a fault.
    return normal(password).encode("utf-8", "surrogatepass")
