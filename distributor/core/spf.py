"""Sender Policy Framework (RFC 7208): who may send mail for a domain, as its records say.

Read and counted, not evaluated: whether the provider's addresses are among them shows only when mail arrives. What is
counted is what the records could cost a receiver, so a domain that passes here costs no receiver more than it may.
The second limit, two look-ups that find nothing (§4.6.4), is not looked at: it would need a question per host name.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Final

from distributor.core.mail_record import Answer, Answers, Standing, Verdict, heard, is_name

#: RFC 7208 §4.6.4: with the eleventh, receivers give up and the domain counts as misconfigured.
LOOKUP_LIMIT: Final = 10
_NAME: Final = "mail.spf"
_MECHANISM: Final = re.compile(r"(?P<sign>[+\-?~]?)(?P<name>all|include|a|mx|ptr|ip4|ip6|exists)(?P<value>[:/].*)?", re.I)
_MODIFIER: Final = re.compile(r"(?P<name>[a-z][a-z0-9_.-]*)=(?P<value>.*)", re.I)
_COSTS: Final = frozenset({"include", "a", "mx", "ptr", "exists"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Record:
    """What one record says, as far as it matters here."""

    #: Questions that this record alone makes a receiver ask.
    lookups: int
    #: What is included or redirected to, with whether its "everybody passes" would hold for this record too.
    targets: tuple[tuple[str, bool], ...]
    #: The sign of `all` ("+", "-", "~", "?"), or "" when there is none.
    sign_of_all: str
    #: The first word that is no mechanism, by its place from 1; 0 when all are.
    bad_word: int


def spf_targets(answer: Answer) -> tuple[str, ...]:
    """Return the names that must be asked next to count this domain's look-ups, in their order; () if none follow."""
    found = _records(answer)
    return tuple(name for name, _ in _read(found[0]).targets if is_name(name)) if len(found) == 1 else ()


def judge_spf(domain: str, answers: Answers) -> Verdict:
    """Judge the domain's record and what it includes. Raises nothing, whatever bytes DNS holds."""
    root = heard(answers, domain)
    records = _records(root)
    if root.unheard:
        return _verdict(Standing.UNKNOWN, f"The SPF record of {domain} could not be looked up: {root.unheard}.")
    if not records:
        return _poor(f"{domain} has no SPF record.", "Publish one TXT record: v=spf1, your provider's include, -all.")
    if len(records) > 1:
        return _poor(
            f"{domain} has {len(records)} SPF records, and receivers heed none of several (RFC 7208 §4.5).",
            "Merge them into one TXT record.",
        )
    return _tree(domain, answers)


def _tree(domain: str, answers: Answers) -> Verdict:
    """Count through what is included. Ends: every name that is followed was counted, and the count has a limit."""
    pending: list[tuple[str, bool]] = [(domain, True)]
    lookups, unheard, first = 0, "", ""
    while pending and lookups <= LOOKUP_LIMIT:
        name, holds_for_all = pending.pop(0)
        if not is_name(name):
            # A macro: what it names differs with each message. It was counted.
            continue
        answer, records = heard(answers, name), _records(heard(answers, name))
        if answer.unheard:
            unheard = unheard or f"{name} could not be looked up: {answer.unheard}"
            continue
        trouble = _trouble(name, records)
        if trouble:
            return _poor(trouble, "Mend or remove it; receivers take the whole SPF record for broken (RFC 7208 §4.6, §5.2).")
        record = _read(records[0])
        first = first or record.sign_of_all or "none"
        if record.sign_of_all == "+" and holds_for_all:
            return _poor(
                f"The SPF record of {name} ends in +all: it lets everybody send as {domain}.", "Let it end in -all or ~all."
            )
        lookups += record.lookups
        pending += ((target, passes and holds_for_all) for target, passes in record.targets)
    return _counted(domain, lookups=lookups, unheard=unheard, sign_of_all=first)


def _trouble(name: str, records: tuple[str, ...]) -> str:
    if len(records) != 1:
        return f"{name}, which the SPF record includes, has {len(records) or 'no'} SPF records instead of one."
    bad_word = _read(records[0]).bad_word
    return f"Word {bad_word} of the SPF record of {name} is nothing that SPF knows." if bad_word else ""


def _counted(domain: str, *, lookups: int, unheard: str, sign_of_all: str) -> Verdict:
    if lookups > LOOKUP_LIMIT:
        return _poor(
            f"The SPF record of {domain} costs more than {LOOKUP_LIMIT} look-ups, and receivers stop there (RFC 7208 §4.6.4).",
            "Remove includes of services that no longer send for you.",
        )
    if unheard:
        return _verdict(Standing.UNKNOWN, f"The SPF record of {domain} could not be followed to its end: {unheard}.")
    ends = {"-": "refuses all others", "~": "doubts all others"}.get(sign_of_all, "says nothing about all others")
    message = f"{domain} has one SPF record, which costs {lookups} of {LOOKUP_LIMIT} look-ups and {ends}."
    return Verdict(name=_NAME, standing=Standing.GOOD, message=message)


def _records(answer: Answer) -> tuple[str, ...]:
    """Return the texts that are SPF records (RFC 7208 §4.5), as Latin letters: others are words that SPF does not know."""
    texts = (text.decode("latin-1") for text in answer.texts)
    return tuple(text for text in texts if text[:7].lower() in {"v=spf1", "v=spf1 "})


def _read(record: str) -> _Record:
    lookups, targets, redirect = 0, list[tuple[str, bool]](), ""
    for place, word in enumerate(record.split(" ")[1:], start=2):
        mechanism, modifier = _MECHANISM.fullmatch(word), _MODIFIER.fullmatch(word)
        if mechanism is not None and _is_sound(mechanism):
            name, sign = mechanism["name"].lower(), mechanism["sign"] or "+"
            if name == "all":
                # Nothing after it is ever looked at, and a redirect beside it is ignored (RFC 7208 §5.1).
                return _Record(lookups=lookups, targets=tuple(targets), sign_of_all=sign, bad_word=0)
            lookups += name in _COSTS
            targets += [(_target(mechanism), sign == "+")] if name == "include" else []
        elif modifier is not None:
            redirect = _plain(modifier["value"]) if modifier["name"].lower() == "redirect" else redirect
        elif word:
            return _Record(lookups=lookups, targets=tuple(targets), sign_of_all="", bad_word=place)
    if redirect:
        lookups += 1
        targets.append((redirect, True))
    return _Record(lookups=lookups, targets=tuple(targets), sign_of_all="", bad_word=0)


def _is_sound(mechanism: re.Match[str]) -> bool:
    """Return whether the mechanism has what must follow its name (RFC 7208 §5)."""
    name, value = mechanism["name"].lower(), mechanism["value"] or ""
    match name:
        case "all":
            return not value
        case "include" | "exists":
            return is_name(_target(mechanism)) or "%" in value
        case "ip4" | "ip6":
            return _is_network(value.removeprefix(":"), version=int(name[2:]))
        case _:
            return True


def _is_network(text: str, *, version: int) -> bool:
    try:
        return ipaddress.ip_network(text, strict=False).version == version
    except ValueError:
        return False


def _target(mechanism: re.Match[str]) -> str:
    return _plain((mechanism["value"] or "").removeprefix(":"))


def _plain(name: str) -> str:
    return name.rstrip(".").lower()


def _poor(message: str, remedy: str) -> Verdict:
    return Verdict(name=_NAME, standing=Standing.POOR, message=message, remedy=remedy)


def _verdict(standing: Standing, message: str) -> Verdict:
    return Verdict(name=_NAME, standing=standing, message=message, remedy="Run `distributor doctor` where DNS answers.")
