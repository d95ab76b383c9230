"""Looking for one person, for pages that need one: by the whole address, else by the beginnings of words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from distributor.core.addresses import normalise
from distributor.core.audience import Contact
from distributor.core.errors import BadInput
from distributor.core.ids import ContactNumber
from distributor.flow.keep_contacts import ContactKeeper

_MOST: Final = 20
_LONGEST_TEXT: Final = 200


def found_people(keeper: ContactKeeper, text: str) -> Sequence[tuple[ContactNumber, Contact]]:
    """Return at most twenty people in whom the text stands; nobody for no text."""
    if not text:
        return []
    try:
        number = keeper.book.find(normalise(text))
    except (BadInput, UnicodeError):
        number = None
    if number is not None:
        return list(keeper.book.load([number]))
    return keeper.page(text[:_LONGEST_TEXT], on=None, after=0, count=_MOST).people
