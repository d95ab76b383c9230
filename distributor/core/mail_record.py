"""What DNS said about a sender's domain, and what to make of it. Nothing here asks DNS; `channels.mail_dns` does."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

#: A name as it may stand in a message to staff: DNS holds any bytes, also such as would drive a terminal.
_NAME: Final = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_-]{1,63})*")
_LONGEST_NAME: Final = 253
_TAG: Final = re.compile(r"[a-z][a-z0-9_]*", re.IGNORECASE)


class Standing(StrEnum):
    """How one thing stands with the mailbox providers."""

    #: Seen in DNS or in the settings, and as it should be.
    GOOD = "good"
    #: Seen, or surely absent, and not as it should be.
    POOR = "poor"
    #: DNS did not answer, or answered nothing that can be relied on: neither good nor poor is known.
    UNKNOWN = "unknown"
    #: Nothing was asked, for a reason that the message names.
    NOT_ASKED = "not asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One thing that was judged."""

    #: As `doctor` prints it: "mail.spf".
    name: str
    standing: Standing
    message: str
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What DNS said about the texts at one name. No texts and no reason: there surely are none."""

    #: One per TXT record, its strings joined; any bytes.
    texts: tuple[bytes, ...] = ()
    #: Why nothing was heard ("no answer in time"); "" when DNS did answer.
    unheard: str = ""


#: By name without a dot at its end, in lower case.
Answers = Mapping[str, Answer]

_NEVER_ASKED: Final = Answer(unheard="it was not asked")


def heard(answers: Answers, name: str) -> Answer:
    """Return the answer about the name; one that was never asked is unheard, not absent."""
    return answers.get(name, _NEVER_ASKED)


def is_name(text: str) -> bool:
    """Return whether the text can be asked and printed: a name in ASCII and lower case, no dot at its end.

    >>> is_name("mail.press.org"), is_name("%{i}._spf.press.org"), is_name("")
    (True, False, False)
    """
    return len(text) <= _LONGEST_NAME and _NAME.fullmatch(text) is not None


def tags_of(text: bytes) -> dict[str, str] | None:
    """Return the tags of a record such as `v=DMARC1; p=none`, names in lower case, values without the space around them.

    None: it is no such list, or names a tag twice (RFC 6376 §3.2, RFC 9989 §4.8).

    >>> tags_of(b"v=DMARC1 ; p = none;")
    {'v': 'DMARC1', 'p': 'none'}
    """
    tags: dict[str, str] = {}
    parts = [part for part in text.decode("latin-1").split(";") if part.strip()]
    for part in parts:
        name, equals, value = part.partition("=")
        name = name.strip().lower()
        if not equals or _TAG.fullmatch(name) is None or name in tags:
            return None
        tags[name] = value.strip()
    return tags
