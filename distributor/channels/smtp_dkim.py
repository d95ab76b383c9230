"""Sign messages with DKIM (RFC 6376), through dkimpy.

A signature takes some milliseconds of one core with a key of 2,048 bits. A relay that signs by itself needs none of ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import dkim

from distributor.channels.sendgrid_payload import must_be_domain
from distributor.core.errors import ConfigurationError

#: What readers see, what folds doubles, and what RFC 8058 §4 wants signed. dkimpy names From twice, so that none can be added.
_SIGNED: Final = (
    b"from", b"reply-to", b"subject", b"date", b"message-id", b"to", b"mime-version", b"content-type",
    b"list-id", b"list-unsubscribe", b"list-unsubscribe-post",
)  # fmt: skip
_SAMPLE: Final = b"From: a@example.org\r\n\r\n\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Signs for one domain."""

    domain: str
    selector: str
    #: PEM of an RSA key, PKCS #1 or #8.
    key: bytes

    def __post_init__(self) -> None:
        try:
            must_be_domain(self.domain)
            must_be_domain(self.selector)
            self.header_of(_SAMPLE)
        except (dkim.DKIMException, ValueError, TypeError, IndexError) as error:
            raise ConfigurationError(
                "The DKIM settings cannot be used: smtp.dkim_key must be the PEM of an RSA key of 1,024 bits or more, "
                "smtp.dkim_selector and smtp.dkim_domain the names of its record in DNS."
            ) from error

    def header_of(self, message: bytes) -> bytes:
        """Return the header to put before the message, with its line ending."""
        # The body as it is: quoted-printable leaves nothing that a relay would change, and dkimpy's "relaxed" takes a while.
        header: bytes = dkim.sign(
            message,
            self.selector.encode("ascii"),
            self.domain.encode("ascii"),
            self.key,
            canonicalize=(b"relaxed", b"simple"),
            include_headers=[
                name for name in _SIGNED if b"\r\n" + name + b":" in b"\r\n" + message.partition(b"\r\n\r\n")[0].lower()
            ],
        )
        return header
