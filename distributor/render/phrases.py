"""The fixed phrases around a release, in the languages that have a catalogue (render/catalogue.py).

Nothing here is text of a release. A language that has no phrases gets the English ones, marked as English, so that a screen
reader does not read them aloud in another language's sounds.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

from distributor.core.ids import Language
from distributor.render.catalogue import primary, spoken, translations

#: What "{address}" stands for in `Phrases.sent_to`.
ADDRESS_PLACE = "{address}"
_RIGHT_TO_LEFT = frozenset({"ar", "he", "fa", "ur"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """The phrases of one language."""

    #: The language that the phrases are in, not the one they were asked for.
    language: Language
    press_release: str
    #: Before a weekday in the nominative, the only case that CLDR gives: where grammar wants another one, a colon parts the two.
    embargoed_until: str
    immediate_release: str
    notes: str
    #: Above a boilerplate that has no heading of its own.
    about: str
    contacts: str
    view_online: str
    unsubscribe: str
    #: Holds `ADDRESS_PLACE` once.
    sent_to: str


@cache
def phrases_for(language: Language) -> Phrases:
    """Return the phrases of the language, whatever its country; English where there are none.

    >>> phrases_for(Language("fr-CA")).unsubscribe, phrases_for(Language("it")).language
    ('Se désabonner', 'en')
    """
    _ = translations(language).gettext
    return Phrases(
        language=spoken(language),
        press_release=_("Press release"),
        embargoed_until=_("Embargoed until"),
        immediate_release=_("For immediate release"),
        notes=_("Notes to editors"),
        about=_("About us"),
        contacts=_("Press contacts"),
        view_online=_("View in your browser"),
        unsubscribe=_("Unsubscribe"),
        sent_to=_("This message was sent to {address}."),
    )


def direction_of(language: Language) -> Literal["ltr", "rtl"]:
    """Return which way the language is written.

    >>> direction_of(Language("ar")), direction_of(Language("en-GB"))
    ('rtl', 'ltr')
    """
    return "rtl" if primary(language) in _RIGHT_TO_LEFT else "ltr"
