"""What a line of the audit says, in the words of a press desk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final


class Thing(Enum):
    """What a line is about: where its subject leads."""

    RELEASE = "release"
    DISPATCH = "dispatch"
    LIST = "list"
    FILTER = "filter"
    ACCOUNT = "account"
    TOKEN = "token"  # noqa: S105 - a kind of thing
    #: Named by the key of their address; who was erased leads nowhere.
    PERSON = "person"
    #: Of a suppression: a person, the dispatch by which they left, or a file of them.
    WHOEVER = "whoever"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A line, without the name of who did it, which comes first."""

    verb: str
    thing: Thing
    #: What stands behind the subject.
    rest: str = ""
    #: Facts that the sentence has not told.
    facts: tuple[tuple[str, str], ...] = ()


_T = Thing
#: Action to what is said before the subject, what the subject is, and what is said behind; a name in braces is a fact.
_WORDS: Final[Mapping[str, tuple[str, Thing, str]]] = MappingProxyType(
    {
        "release.added": ("took in revision {revision} of release", _T.RELEASE, ""),
        "release.approved": ("approved release", _T.RELEASE, ", revision {revision}"),
        "approval.voided": ("voided the approval of release", _T.RELEASE, ""),
        "trial.begun": ("sent themselves a test of release", _T.RELEASE, ", revision {revision}, in {languages}"),
        "trial.failed": ("did not get a test of release", _T.RELEASE, ": {why}"),
        "check.waived": ("passed over the check {check} of release", _T.RELEASE, ""),
        "dispatch.scheduled": ("scheduled dispatch", _T.DISPATCH, " of release {release} to {lists}"),
        "dispatch.held": ("held dispatch", _T.DISPATCH, ""),
        "dispatch.resumed": ("let dispatch", _T.DISPATCH, " go on"),
        "dispatch.cancelled": ("cancelled dispatch", _T.DISPATCH, ""),
        "dispatch.settled": ("decided what is in doubt of dispatch", _T.DISPATCH, ": {decision}"),
        "dispatch.proved": ("made a proof of dispatch", _T.DISPATCH, ""),
        "dispatch.exported": ("exported the report of", _T.DISPATCH, ""),
        "contacts.imported": ("imported {good} people onto", _T.LIST, ""),
        "contact.added": ("added", _T.PERSON, " to {list}"),
        "contact.edited": ("changed the {fields} of", _T.PERSON, ""),
        "contact.moved": ("changed the lists of", _T.PERSON, ""),
        "contact.erased": ("erased for good", _T.PERSON, ""),
        "contact.exported": ("exported everything on", _T.PERSON, ""),
        "list.created": ("made the list", _T.LIST, ""),
        "list.deleted": ("deleted the list", _T.LIST, " of {people} people"),
        "list.exported": ("exported the list", _T.LIST, " of {people} people"),
        "list.left": ("left {lists}, written to by dispatch", _T.DISPATCH, ""),
        "language.changed": ("chose {language}, written to by dispatch", _T.DISPATCH, ""),
        "filter.saved": ("saved the filter", _T.FILTER, " of {list}"),
        "filter.removed": ("removed the filter", _T.FILTER, ""),
        "suppression.added": ("suppressed", _T.WHOEVER, ""),
        "suppression.removed": ("let be mailed again", _T.WHOEVER, ""),
        "suppression.exported": ("exported the suppressions", _T.NOTHING, " of {people} people"),
        "audit.exported": ("exported the audit", _T.NOTHING, ""),
        "account.added": ("added the account", _T.ACCOUNT, " as {roles}"),
        "account.roles_set": ("made", _T.ACCOUNT, " {roles}"),
        "account.disabled": ("shut out", _T.ACCOUNT, ""),
        "account.enabled": ("let in again", _T.ACCOUNT, ""),
        "account.password_set": ("set a new password for", _T.ACCOUNT, ""),
        "account.password_changed": ("changed their own password", _T.NOTHING, ""),
        "token.issued": ("issued API token", _T.TOKEN, ""),
        "token.revoked": ("revoked API token", _T.TOKEN, ""),
        "login.accepted": ("signed in", _T.NOTHING, ""),
        "login.failed": ("failed to sign in as", _T.ACCOUNT, ""),
        "login.others_ended": ("ended all their other sessions", _T.NOTHING, ""),
        "login.ended": ("signed out", _T.NOTHING, ""),
    }
)
#: What may be chosen to look at, and the beginnings of its actions.
AREAS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "releases": ("release", "approval", "check"),
        "dispatches": ("dispatch",),
        "people and lists": ("contact", "contacts", "list", "language", "filter"),
        "suppressions": ("suppression",),
        "accounts": ("account", "token"),
        "signing in": ("login",),
        "the audit itself": ("audit",),
    }
)


def actions_by_area() -> dict[str, tuple[str, ...]]:
    """Return the actions that are known, by what they are about, sorted."""
    return {area: tuple(sorted(one for one in _WORDS if one.partition(".")[0] in kinds)) for area, kinds in AREAS.items()}


def wanted_actions(chosen: str) -> tuple[str, ...]:
    """Return what to look for when somebody chose an area or one action; nothing in particular for anything else.

    >>> wanted_actions("suppressions"), wanted_actions("list.created"), wanted_actions("?")
    (('suppression',), ('list.created',), ())
    """
    return AREAS.get(chosen, (chosen,) if chosen in _WORDS else ())


def sentence_of(action: str, facts: tuple[tuple[str, str], ...]) -> Sentence:
    """Return what a line says; an action that is not known is named as it stands.

    >>> sentence_of("release.approved", (("revision", "2"), ("seal", "ab"))).rest
    ', revision 2'
    """
    verb, thing, rest = _WORDS.get(action, (f"did {action} to", Thing.NOTHING, ""))
    known = dict(facts)
    told = {name for name in known if f"{{{name}}}" in verb + rest}
    if any(f"{{{name}}}" in verb + rest for name in _names_in(verb + rest) - known.keys()):
        # Written by an earlier version, without a fact that is told today.
        rest = ""
    return Sentence(
        verb=_filled(verb, known),
        thing=thing,
        rest=_filled(rest, known),
        facts=tuple((name, value) for name, value in facts if name not in told and value),
    )


def _filled(text: str, facts: Mapping[str, str]) -> str:
    for name in _names_in(text):
        text = text.replace(f"{{{name}}}", facts.get(name, "").replace(",", ", ") or "…")
    return text


def _names_in(text: str) -> set[str]:
    return {part.partition("}")[0] for part in text.split("{")[1:]}
