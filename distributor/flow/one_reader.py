"""What one person on the lists would get of a release, chosen as the dispatch chooses."""

from __future__ import annotations

from dataclasses import dataclass

from distributor.core.audience import Contact
from distributor.core.errors import NotFound
from distributor.core.ids import ContactNumber, Language, MasterKey
from distributor.core.plan import choose_language
from distributor.core.translation import Others, is_served
from distributor.ports import ContactBook, SuppressionList
from distributor.ports_releases import StoredRevision


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """One person, as a dispatch of the release would meet them."""

    number: ContactNumber
    contact: Contact
    #: In which they would get it; None: they read none of the languages, and it was decided to leave such people out, or to ask.
    language: Language | None
    #: Whether they read what they would get, as far as is known.
    is_served: bool
    is_suppressed: bool


def reader_of(stored: StoredRevision, number: ContactNumber, *, book: ContactBook, suppressions: SuppressionList) -> Reader:
    """Return the person of this number.

    Raises:
        NotFound: there is none.
    """
    contact = next((one for _, one in book.load([number])), None)
    if contact is None:
        raise NotFound("person", str(number), remedy="They may have been erased. Look for them anew.")
    languages = [text.language for text in stored.in_all_languages]
    served = is_served(contact.languages, languages)
    present = {language: MasterKey(language) for language in languages}
    chosen = choose_language(contact.languages, present=present, fallback=MasterKey(languages[0]))
    return Reader(
        number=number,
        contact=contact,
        language=Language(chosen) if served or stored.others is Others.FALLBACK else None,
        is_served=served,
        is_suppressed=suppressions.suppressed_among([contact.key])[0],
    )
