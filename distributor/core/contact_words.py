"""By which words a person is found: the beginnings of those in their address, name, outlet, beat and tags."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from distributor.core.audience import Contact
from distributor.core.folding import words_of

#: What is longer is no word that somebody types.
_LONGEST: Final = 30
#: A person with more words is found by the first so many.
_MOST_OF_ONE: Final = 40
#: Words of one search; more narrow nothing any more.
_MOST_LOOKED_FOR: Final = 8


def words_to_find(contact: Contact) -> tuple[str, ...]:
    """Return the folded words by whose beginnings the person is found, each once.

    >>> words_to_find(Contact(address="ana.lima@paper.example", name="Ana Lima", outlet="The Paper"))
    ('ana', 'lima', 'paper', 'example', 'the')
    """
    whole = " ".join((contact.address, contact.name, contact.outlet, contact.beat, *contact.tags))
    return _cut(words_of(whole)[:_MOST_OF_ONE])


def words_looked_for(text: str) -> tuple[str, ...]:
    """Return the folded words of what somebody typed.

    >>> words_looked_for("LIMA, Ána@")
    ('lima', 'ana')
    """
    return _cut(words_of(text)[:_MOST_LOOKED_FOR])


def is_found(contact: Contact, wanted: Iterable[str]) -> bool:
    """Say whether each of the words begins a word of the person."""
    theirs = words_to_find(contact)
    return all(any(word.startswith(one) for word in theirs) for one in wanted)


def _cut(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word[:_LONGEST] for word in words))
