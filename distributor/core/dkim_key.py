"""DKIM's public keys in DNS (RFC 6376 §3.6.1, RFC 8301, RFC 8463): whether receivers can check what is signed."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from distributor.core.dmarc import is_aligned
from distributor.core.mail_record import Answers, Standing, Verdict, heard, tags_of

_NAME: Final = "mail.dkim"
#: Gmail takes no shorter key (support.google.com/mail/answer/81126, read 2026-01); RFC 8301 §3.2 asks for 2,048.
_FEWEST_BITS: Final = 1024
_ED25519_BYTES: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """Who signs, as far as the settings tell."""

    #: Names of the keys that may be in use; any one that can be checked is enough.
    selectors: tuple[str, ...]
    #: Domains under which they may stand, the likeliest first.
    domains: tuple[str, ...]
    #: The public half of the key that we sign with, as DER (SubjectPublicKeyInfo); b"" when somebody else signs.
    public_key: bytes = b""

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names to be asked, in their order."""
        return tuple(f"{selector}._domainkey.{domain}" for domain in self.domains for selector in self.selectors)


def judge_dkim(domain: str, signing: Signing, answers: Answers) -> Verdict:
    """Judge the keys for a From in this domain. Raises nothing, whatever bytes DNS holds."""
    if not signing.names:
        return _verdict(
            Standing.NOT_ASKED,
            "Messages are not signed here, so no DKIM key was looked up; whether the mail server signs cannot be seen from here.",
            "Set DISTRIBUTOR_SMTP__DKIM_KEY and __DKIM_SELECTOR, or look for dkim=pass in the headers of a mail to yourself.",
        )
    tried, troubles, unheard = ", ".join(signing.names), list[str](), list[str]()
    for name in signing.names:
        answer = heard(answers, name)
        if answer.unheard:
            unheard.append(f"{name} could not be looked up: {answer.unheard}")
        for text in answer.texts:
            trouble = _trouble(text, signing.public_key)
            if not trouble:
                return _aligned(domain, name, answers)
            troubles.append(f"the key at {name} {trouble}")
    if unheard:
        return _verdict(
            Standing.UNKNOWN, f"The DKIM key is not known: {unheard[0]}.", "Run `distributor doctor` where DNS answers."
        )
    if troubles:
        return _verdict(
            Standing.POOR, f"Receivers cannot check our signature: {troubles[0]}.", "Publish the key that signs there."
        )
    return _verdict(
        Standing.POOR,
        f"No DKIM key was found. Tried: {tried}.",
        "Publish the key there; with SendGrid, finish its domain authentication, which names the records to set.",
    )


def _aligned(domain: str, name: str, answers: Answers) -> Verdict:
    signing = name.partition("._domainkey.")[2]
    if is_aligned(domain, signing, answers):
        return _verdict(Standing.GOOD, f"Receivers can check signatures by the key at {name}.", "")
    return _verdict(
        Standing.POOR,
        f"The key at {name} is good, but {signing} does not speak for {domain}: DMARC heeds only signatures aligned with From.",
        f"Sign with a key of {domain}.",
    )


def _trouble(text: bytes, expected: bytes) -> str:
    """Return what is wrong with a key's record; "" for nothing."""
    tags = tags_of(text)
    if tags is None or tags.get("v", "DKIM1") != "DKIM1" or "p" not in tags:
        return "is no DKIM key"
    if not tags["p"]:
        return "is revoked (its p= is empty)"
    if "y" in tags.get("t", "").split(":"):
        return "says that it is only tested (t=y), so receivers treat our mail as unsigned"
    return _trouble_of_key(tags.get("k", "rsa").lower(), tags["p"], expected)


def _trouble_of_key(kind: str, encoded: str, expected: bytes) -> str:
    try:
        # A record is often broken into lines, and whitespace within p= means nothing.
        der = base64.b64decode("".join(encoded.split()), validate=True)
    except (binascii.Error, ValueError):
        return "is not base64"
    if kind == "ed25519":
        return _trouble_of_ed25519(der, expected)
    key = _rsa(der)
    if kind != "rsa" or key is None:
        return "cannot be read as a key"
    if key.key_size < _FEWEST_BITS:
        return f"has {key.key_size} bits, and receivers take no less than {_FEWEST_BITS:,}"
    ours = _rsa(expected) if expected else key
    return "" if ours is not None and ours.public_numbers() == key.public_numbers() else "is not the one that we sign with"


def _trouble_of_ed25519(key: bytes, expected: bytes) -> str:
    if len(key) != _ED25519_BYTES:
        return "cannot be read as a key"
    # We sign with RSA only (`channels.smtp_dkim`), so this key cannot be ours.
    return "is not the one that we sign with" if expected else "is of a kind that Gmail and Yahoo do not check (Ed25519)"


def _rsa(der: bytes) -> rsa.RSAPublicKey | None:
    try:
        key = serialization.load_der_public_key(der)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, rsa.RSAPublicKey) else None


def _verdict(standing: Standing, message: str, remedy: str) -> Verdict:
    return Verdict(name=_NAME, standing=standing, message=message, remedy=remedy)
