"""Read what a mail server answers (pure): what it allows next, and whose fault it is.

Source of all rows: RFC 5321 §4.2.1 (2yz done, 4yz not done and may be tried again, 5yz not done and will not be), §4.1.1.4 (a
message is the server's from its answer to the last dot on), §4.2.3 and RFC 4954 §6 (single codes), RFC 3463 §3 (enhanced codes:
X.1 the address, X.2 the mailbox, X.3 the system, X.4 the network, X.5 the protocol, X.6 the content, X.7 security or policy).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from distributor.core.errors import NotSent, OutcomeUnknown, Rejected, SendFailure

_TAKEN: Final = 250
_GO_AHEAD: Final = 354
_CLOSING: Final = 421
#: The server wants a password, a better one, or TLS (RFC 4954 §6, RFC 3207 §4).
_LOCKED_OUT: Final = frozenset({530, 534, 535, 538})
#: The command, not its argument, is wrong (RFC 5321 §4.2.3): nobody else's would be taken either.
_MISUNDERSTOOD: Final = frozenset({500, 502, 503, 504})
_ENHANCED: Final = re.compile(rb"([245]\.(\d{1,3})\.\d{1,3})(?: |$)")
#: Enhanced subjects that are about this recipient alone: address, mailbox, the way to it.
_PERSONAL: Final = frozenset({b"1", b"2", b"4"})


class Step(StrEnum):
    """How far a message had come."""

    MAIL = "the sender"
    RCPT = "the recipient"
    DATA = "the message's announcement"
    #: The last dot is out: from here on the server may have the message.
    DOT = "the message"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said to one step. The text is the server's and is never passed on: it can quote us."""

    step: Step
    #: -1 for what is no answer at all, 0 when the connection ended instead.
    code: int
    text: bytes = b""

    @property
    def is_end_of_connection(self) -> bool:
        """Say whether nothing more can be asked on this connection."""
        return self.code in {0, -1, _CLOSING}

    @property
    def lets_go_on(self) -> bool:
        """Say whether the next step may follow."""
        match self.step:
            case Step.DATA:
                return self.code == _GO_AHEAD
            case Step.DOT:
                return self.code == _TAKEN
            case _:
                return 200 <= self.code < 300  # noqa: PLR2004 - 2yz


def read_answer(answer: Answer, *, others_pass: bool) -> SendFailure:
    """Return what an answer allows that does not let go on.

    A refusal may be about this recipient, or about everybody: a relay that does not know us, a filter that dislikes the release.
    The second must not burn an audience one by one, so it stops for staff, unless others of the batch were accepted
    (`others_pass`): then it was about this one.
    """
    reason, status = _reason(answer), max(answer.code, 0) or None
    if answer.step is Step.DOT and not 400 <= answer.code < 600:  # noqa: PLR2004 - 4yz and 5yz
        return OutcomeUnknown(reason, status=status)
    if answer.code < 500:  # noqa: PLR2004 - also no answer, an unexpected one, and the end: before the last dot nothing is sent
        return NotSent(reason, status=status)
    if _is_personal(answer) or (others_pass and answer.step in {Step.RCPT, Step.DOT}):
        return Rejected(reason, status=status)
    return NotSent(reason, status=status, needs_staff=True)


def _is_personal(answer: Answer) -> bool:
    if answer.code in _LOCKED_OUT | _MISUNDERSTOOD or answer.step not in {Step.RCPT, Step.DOT}:
        return False
    enhanced = _ENHANCED.match(answer.text)
    return enhanced[2] in _PERSONAL if enhanced else answer.step is Step.RCPT


def _reason(answer: Answer) -> str:
    if answer.code == 0:
        if answer.step is Step.DOT:
            return "the connection to the mail server ended after the whole message was written"
        return "the connection to the mail server ended before the message was whole"
    enhanced = _ENHANCED.match(answer.text)
    code = f"{answer.code} {enhanced[1].decode('ascii')}" if enhanced else str(answer.code)
    return f"the mail server answered {code} to {answer.step.value}" if answer.code > 0 else "the mail server answered nonsense"
