"""E-mail addresses: one form for each, so that the same person is never two."""

from __future__ import annotations

from email_validator import EmailNotValidError, validate_email

from distributor.core.errors import BadInput


def normalise(address: str, *, where: str = "address") -> str:
    """Return the address in its one form: lower case, the domain in ASCII.

    The part before the @ may be case-sensitive by RFC 5321, but no mailbox provider of today makes two people of it, and
    mailing one reporter twice is the worse mistake.

    >>> normalise("Ana.Lima@EXAMPLE.org")
    'ana.lima@example.org'

    Raises:
        BadInput: it is not one address, or one that SendGrid cannot mail (letters beyond ASCII before the @).
    """
    try:
        found = validate_email(address.strip(), check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError as error:
        raise BadInput(
            "This is no e-mail address that can be mailed.", where=where, remedy=f"{str(error).rstrip('.')}."
        ) from error
    return f"{found.local_part}@{found.ascii_domain}".lower()
