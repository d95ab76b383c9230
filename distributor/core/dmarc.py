"""DMARC (RFC 9989, before it 7489 and 9091): what a domain asks receivers to do with mail that only claims to be its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from distributor.core.mail_record import Answers, Standing, Verdict, heard, tags_of

_NAME: Final = "mail.dmarc"
#: RFC 9989 §4.10: no more questions than this, however many labels a name has.
_LONGEST_WALK: Final = 8
_MEANINGS: Final = {
    "none": (
        "asks for nothing (p=none): enough for Gmail and Yahoo, but a forgery in your name is delivered like any mail; "
        "quarantine or reject would stop it"
    ),
    "quarantine": "asks for forgeries to go to the spam folder (quarantine)",
    "reject": "asks for forgeries to be refused (reject)",
}


def dmarc_domains(domain: str) -> tuple[str, ...]:
    """Return the domains whose `_dmarc` record may speak for this one, the nearest first; at most eight.

    >>> dmarc_domains("press.harbour.city")
    ('press.harbour.city', 'harbour.city', 'city')
    """
    labels = domain.split(".")
    parents = labels[1:] if len(labels) <= _LONGEST_WALK else labels[-(_LONGEST_WALK - 1) :]
    return (domain, *(".".join(parents[start:]) for start in range(len(parents))))


def organisation_of(domain: str, answers: Answers) -> str:
    """Return the domain of the organisation, as the tree walk finds it; the domain itself when no record says more."""
    found = domain
    for name, tags in _walk(domain, answers):
        if tags.get("psd") == "y" and name != domain:
            # A registry's own record: the organisation is one label below it.
            return ".".join(domain.split(".")[-(name.count(".") + 2) :])
        found = name
        if tags.get("psd") == "n":
            break
    return found


def is_aligned(domain: str, signing: str, answers: Answers) -> bool:
    """Return whether a signature by `signing` speaks for a From in `domain`: for the very name, or for its organisation."""
    if signing == domain:
        return True
    policy = policy_of(domain, answers)
    if policy is not None and policy.get("adkim", "r").lower() == "s":
        return False
    organisation = organisation_of(domain, answers)
    # Without a record there is no organisation to be seen, and a parent is the best guess.
    return signing == organisation or signing.endswith(f".{organisation}") or (policy is None and domain.endswith(f".{signing}"))


def policy_of(domain: str, answers: Answers) -> dict[str, str] | None:
    """Return the tags that apply to a From in this domain; None: no record says anything."""
    speaker = _speaker(domain, answers)
    return _tags(answers, speaker) if speaker else None


def policy_word(domain: str, answers: Answers) -> str:
    """Return "none", "quarantine", "reject", or "" when nothing applies. A word that nobody knows counts as none."""
    policy = policy_of(domain, answers)
    if policy is None:
        return ""
    is_own = _tags(answers, domain) is not None
    word = (policy.get("p", "none") if is_own else policy.get("sp") or policy.get("p", "none")).lower()
    return word if word in _MEANINGS else "none"


def judge_dmarc(domain: str, answers: Answers) -> Verdict:
    """Judge what applies to a From in this domain. Raises nothing, whatever bytes DNS holds."""
    own = heard(answers, f"_dmarc.{domain}")
    count = sum(_is_dmarc(text) for text in own.texts)
    if own.unheard:
        return _unknown(domain, own.unheard)
    if count > 1:
        return _poor(f"There are {count} DMARC records at _dmarc.{domain}, and receivers heed none of several.", "Keep one.")
    speaker = domain if count else _speaker(domain, answers)
    if speaker:
        return _judge_one(domain, speaker, answers)
    for name in dmarc_domains(domain):
        if unheard := heard(answers, f"_dmarc.{name}").unheard:
            return _unknown(name, unheard)
    return _poor(
        f"{domain} has no DMARC record; Gmail, Yahoo and Outlook.com refuse or junk a bulk sender's mail without one.",
        f"Publish a TXT record at _dmarc.{domain}, to begin with: v=DMARC1; p=none; rua=mailto:… for reports.",
    )


def _judge_one(domain: str, name: str, answers: Answers) -> Verdict:
    tags = _tags(answers, name)
    if tags is None:
        return _poor(f"The DMARC record at _dmarc.{name} cannot be read.", "Write it as tags: v=DMARC1; p=none; rua=mailto:…")
    if tags.get("p", "none").lower() not in _MEANINGS:
        return _poor(f"The DMARC record at _dmarc.{name} has a p= that nobody knows.", "Write p=none, quarantine or reject.")
    word = policy_word(domain, answers)
    return Verdict(name=_NAME, standing=Standing.GOOD, message=f"The DMARC record at _dmarc.{name} {_MEANINGS[word or 'none']}.")


def _speaker(domain: str, answers: Answers) -> str:
    """Return the domain whose record applies: its own, else the organisation's, else the registry's; "" for none."""
    walked = [name for name, _ in _walk(domain, answers)]
    wanted = (domain, organisation_of(domain, answers), *walked[-1:])
    return next((name for name in wanted if name in walked), "")


def _walk(domain: str, answers: Answers) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield each domain on the way up that has one readable record, with its tags; the nearest first."""
    for name in dmarc_domains(domain):
        tags = _tags(answers, name)
        if tags is not None:
            yield name, tags
            if tags.get("psd") in {"y", "n"} and name != domain:
                return


def _tags(answers: Answers, name: str) -> dict[str, str] | None:
    records = [text for text in heard(answers, f"_dmarc.{name}").texts if _is_dmarc(text)]
    return tags_of(records[0]) if len(records) == 1 else None


def _is_dmarc(text: bytes) -> bool:
    """Return whether the text begins as a DMARC record must: others at the name are somebody else's."""
    name, _, value = text.partition(b";")[0].partition(b"=")
    return name.strip() == b"v" and value.strip() == b"DMARC1"


def _unknown(name: str, why: str) -> Verdict:
    return Verdict(
        name=_NAME,
        standing=Standing.UNKNOWN,
        message=f"The DMARC record at _dmarc.{name} could not be looked up: {why}.",
        remedy="Run `distributor doctor` where DNS answers.",
    )


def _poor(message: str, remedy: str) -> Verdict:
    return Verdict(name=_NAME, standing=Standing.POOR, message=message, remedy=remedy)
