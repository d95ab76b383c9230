"""Ask DNS for the records by which mailbox providers believe a sender, through dnspython. Nothing is decided here.

Every question and all of them together have a time limit, and whatever is not a clear answer comes back as unheard: a machine
without DNS must never look like a domain without records, nor like one whose records are good.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import dns.exception
import dns.name
import dns.nameserver
import dns.rcode
import dns.rdatatype
import dns.resolver
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization

from distributor.core.deliverability import MailSetup, names_to_ask, why_not_asked
from distributor.core.mail_record import Answer
from distributor.core.spf import LOOKUP_LIMIT, spf_targets

#: One question, all servers and tries together; and one try at one server.
_ONE_QUESTION: Final = timedelta(seconds=2)
_ONE_TRY_S: Final = 1.0
_ALL_QUESTIONS: Final = timedelta(seconds=6)
#: What fits one packet on every path (DNS flag day 2020); more comes over TCP.
_UDP_BYTES: Final = 1232
_TIME_IS_UP: Final = Answer(unheard="the time for DNS is up")


class MailDns:
    """Looks up what `core.deliverability` judges."""

    def __init__(
        self,
        *,
        servers: Sequence[tuple[str, int]] = (),
        one_question: timedelta = _ONE_QUESTION,
        all_questions: timedelta = _ALL_QUESTIONS,
    ) -> None:
        """Take the servers as (IP address, port); none: those that the machine is set up with, read when they are needed."""
        self._servers = tuple(servers)
        self._one_question = one_question
        self._all_questions = all_questions

    def look_up(self, setup: MailSetup) -> dict[str, Answer]:
        """Return what DNS said, by name; {} where nothing is to be asked. Takes no longer than the limit, and raises nothing."""
        if why_not_asked(setup):
            return {}
        ends_at = time.monotonic() + self._all_questions.total_seconds()
        try:
            resolver = self._resolver()
        except dns.exception.DNSException:
            return _all_unheard(setup, "this machine has no name server set up")
        answers = {name: self._texts(resolver, name, ends_at=ends_at) for name in names_to_ask(setup)}
        # The SPF tree last: its servers are many and strangers', and one that hangs must not cost the other answers.
        pending, asked = [setup.bounce_domain], 0
        while pending and asked <= LOOKUP_LIMIT:
            name = pending.pop(0)
            if name not in answers:
                answers[name] = self._texts(resolver, name, ends_at=ends_at)
                # Each of these but the first costs a look-up, so what is left unasked is over the limit in any case.
                pending += spf_targets(answers[name])
                asked += 1
        return answers

    def _resolver(self) -> dns.resolver.Resolver:
        resolver = dns.resolver.Resolver(configure=not self._servers)
        if self._servers:
            resolver.nameservers = [dns.nameserver.Do53Nameserver(address, port) for address, port in self._servers]
        resolver.timeout = _ONE_TRY_S
        resolver.use_edns(0, 0, _UDP_BYTES)
        return resolver

    def _texts(self, resolver: dns.resolver.Resolver, name: str, *, ends_at: float) -> Answer:
        left_s = min(self._one_question.total_seconds(), ends_at - time.monotonic())
        if left_s <= 0:
            return _TIME_IS_UP
        try:
            # The dot at the end keeps the machine's search list out: another domain's record would be judged.
            found = resolver.resolve(f"{name}.", dns.rdatatype.TXT, lifetime=left_s, search=False, raise_on_no_answer=False)
        except dns.resolver.NXDOMAIN:
            return Answer()
        except dns.exception.Timeout:
            return Answer(unheard="no answer in time")
        except dns.resolver.NoNameservers as error:
            return Answer(unheard=_refusal(error))
        except dns.exception.DNSException as error:
            return Answer(unheard=f"the answer makes no sense ({type(error).__name__})")
        return Answer(texts=tuple(b"".join(record.strings) for record in found.rrset or ()))


def public_half(pem: bytes) -> bytes:
    """Return the public key to a private one, as DER; b"" when it cannot be read."""
    try:
        key = serialization.load_pem_private_key(pem, password=None).public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return b""
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def _refusal(error: dns.resolver.NoNameservers) -> str:
    """Return what the last server said, in words."""
    errors = error.kwargs.get("errors") or [()]
    response = errors[-1][-1] if errors[-1] else None
    return (
        f"the name server answers {dns.rcode.to_text(response.rcode())}" if response is not None else "no name server is reached"
    )


def _all_unheard(setup: MailSetup, why: str) -> dict[str, Answer]:
    return {name: Answer(unheard=why) for name in (*names_to_ask(setup), setup.bounce_domain)}
