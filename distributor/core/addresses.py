"""E-mail addresses: one form for each, so that the same person is never two."""

from __future__ import annotations

import re
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

from distributor.core.errors import BadInput

#: RFC 5321, 4.5.3.1: 64 octets before the @, and 254 in all that fit a path.
_LONGEST_LOCAL, _LONGEST = 64, 254
_ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_PLAIN = re.compile(rf"(?P<local>{_ATOM}(?:\.{_ATOM})*)@(?P<domain>[^@]+)")


def normalise(address: str, *, where: str = "address") -> str:
    """Return the address in its one form: lower case, the domain in ASCII.

    The part before the @ may be case-sensitive by RFC 5321, but no mailbox provider of today makes two people of it, and
    mailing one reporter twice is the worse mistake.

    >>> normalise("Ana.Lima@EXAMPLE.org")
    'ana.lima@example.org'

    Raises:
        BadInput: it is not one address, or one that SendGrid cannot mail (letters beyond ASCII before the @).
    """
    text = address.strip()
    try:
        return _plain(text) or _validated(text)
    except EmailNotValidError as error:
        raise BadInput(
            "This is no e-mail address that can be mailed.", where=where, remedy=f"{str(error).rstrip('.')}."
        ) from error


def _plain(text: str) -> str | None:
    """Return the form of an everyday address, None for all that needs a closer look."""
    found = _PLAIN.fullmatch(text.lower()) if text.isascii() else None
    if found is None or len(found["local"]) > _LONGEST_LOCAL or len(text) > _LONGEST:
        return None
    # A list of 100,000 people has some thousand domains, and looking at a domain is what takes long.
    return f"{found['local']}@{_domain(found['domain'])}"


@lru_cache(maxsize=8192)
def _domain(domain: str) -> str:
    return _validated(f"a@{domain}").removeprefix("a@")


def _validated(text: str) -> str:
    found = validate_email(text, check_deliverability=False, allow_smtputf8=False, strict=True)
    return f"{found.local_part}@{found.ascii_domain}".lower()
