"""Press contacts as they stand in a release: name, role, e-mail and phone on one line or on several."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import regex

from distributor.core.release import PressContact, Span, Text, plain

_EMAIL = regex.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = regex.compile(r"(?<![\w/])\+?(?:\(\+?\d{1,4}\)\s?)?\d[\d  ()./-]{5,}\d(?!\w)")
_LABEL = regex.compile(
    r"(?:\b(?:e-?mail|mail|courriel|correo(?:\s+electrónico)?|tel(?:ephone|efon|éfono|efono)?|tél(?:éphone)?|phone|mobile|cell|móvil|mobil"
    r"|whatsapp|signal|fax|office)\b\s*\.?\s*(?:/\s*)?)+\s*:?|[<>]|\bmailto:",
    regex.IGNORECASE,
)
_CALLED = regex.compile(r"^\W*(?:(?:please\s+)?contact|(?:press|media)\s+contact)\b\s*:?", regex.IGNORECASE)
_BETWEEN = regex.compile(r"\s*(?:[,;|•]|\s[–—-]\s|\(|\))\s*")
_NAME = regex.compile(
    r"^(?:\p{Lu}[\p{L}.'’-]*|de|da|del|van|von|der|bin|al|el|la)(?:\s+(?:\p{Lu}[\p{L}.'’-]*|de|da|del|van|von|der|bin|al|el|la)){1,5}$"
)
_LONGEST_ROLE = 80


@dataclass(slots=True)
class _Card:
    name: str = ""
    role: str = ""
    email: str = ""
    phone: str = ""

    @property
    def is_reachable(self) -> bool:
        return bool(self.email or self.phone)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundContacts:
    """The contacts in some lines, and the lines that say something else."""

    contacts: tuple[PressContact, ...]
    rest: tuple[Text, ...]


def contacts_in(lines: Iterable[Text]) -> FoundContacts:
    """Return the contacts, in order. A contact begins with a name, or with an address that has none."""
    cards: list[_Card] = []
    rest: list[Text] = []
    for line in lines:
        if not _read(_with_targets(line), cards):
            rest.append(line)
    contacts = tuple(
        PressContact(name=_line(card.name or card.email or card.phone), role=_line(card.role), email=card.email, phone=card.phone)
        for card in cards
        if card.is_reachable
    )
    lost = [(_only(card.name, card.role)) for card in cards if not card.is_reachable]
    return FoundContacts(contacts=contacts, rest=(*rest, *(text for text in lost if text)))


def _with_targets(line: Text) -> str:
    """Return the line's words, with the address behind a mailto link that its words do not show."""
    words = plain(line)
    hidden = [span.href[7:].split("?")[0] for span in line if span.href and span.href.casefold().startswith("mailto:")]
    return " ".join([words, *(address for address in hidden if address not in words)])


def _read(line: str, cards: list[_Card]) -> bool:
    """Read one line into the cards. Return False if it says nothing about a contact."""
    emails, phones = _EMAIL.findall(line), _PHONE.findall(_EMAIL.sub(" ", line))
    words = _LABEL.sub(" ", _PHONE.sub(" ", _EMAIL.sub(" ", _CALLED.sub("", line))))
    pieces = [piece for part in _BETWEEN.split(words) if (piece := part.strip(" \t:.–—-"))]
    name = next((piece for piece in pieces[:2] if _NAME.match(piece)), "")
    roles = [piece for piece in pieces if piece != name]
    if not (emails or phones) and (len(line) > _LONGEST_ROLE or not (name or cards)):
        return False
    if (
        name
        and (not cards or cards[-1].name or cards[-1].is_reachable)
        and not _is_role_of(name, cards, has_reach=bool(emails or phones))
    ):
        cards.append(_Card(name=name))
    elif name:
        roles.insert(0, name)
    if not cards or (emails and cards[-1].email):
        cards.append(_Card())
    return _fill(cards[-1], emails, phones, roles)


def _is_role_of(name: str, cards: list[_Card], *, has_reach: bool) -> bool:
    """Say whether capitalised words on a line of their own are the role of the person named on the line before."""
    return bool(cards) and not has_reach and bool(cards[-1].name) and not cards[-1].role and not cards[-1].is_reachable


def _fill(card: _Card, emails: list[str], phones: list[str], roles: list[str]) -> bool:
    card.email = card.email or next(iter(emails), "")
    card.phone = card.phone or " ".join(next(iter(phones), "").split())
    role = ", ".join(roles)
    card.role = card.role or role if len(role) <= _LONGEST_ROLE else card.role
    return True


def _line(words: str) -> str:
    return " ".join(words.split())


def _only(*words: str) -> Text:
    said = ", ".join(word for word in words if word)
    return (Span(text=said),) if said else ()
