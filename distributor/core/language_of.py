"""Which language a text is in, of the four that the fixed phrases know; told by its commonest small words."""

from __future__ import annotations

from types import MappingProxyType

import regex

from distributor.core.ids import Language

_SMALL_WORDS: MappingProxyType[Language, frozenset[str]] = MappingProxyType(
    {
        Language("en"): frozenset(
            ["the", "of", "and", "to", "in", "is", "that", "for", "with", "by", "on", "are", "was", "has", "this", "from", "at"]
        ),
        Language("fr"): frozenset(
            [
                "le",
                "la",
                "les",
                "des",
                "et",
                "du",
                "une",
                "est",
                "que",
                "dans",
                "pour",
                "par",
                "sur",
                "au",
                "aux",
                "ont",
                "été",
                "ce",
                "cette",
            ]
        ),
        Language("es"): frozenset(
            [
                "el",
                "los",
                "las",
                "una",
                "y",
                "del",
                "que",
                "por",
                "para",
                "con",
                "se",
                "en",
                "fue",
                "ha",
                "su",
                "al",
                "más",
                "como",
            ]
        ),
        Language("de"): frozenset(
            [
                "der",
                "die",
                "das",
                "und",
                "den",
                "von",
                "zu",
                "mit",
                "ist",
                "des",
                "im",
                "ein",
                "eine",
                "für",
                "auf",
                "nicht",
                "sich",
                "dem",
            ]
        ),
    }
)
_ENOUGH = 5
_CLEARLY = 1.5


def language_of(text: str) -> Language | None:
    """Return the language of the text, None when it is not clear.

    >>> language_of("The law of the land is that which the people of the land have made for themselves in the end.")
    'en'
    """
    words = regex.findall(r"\p{L}+", text.casefold())
    scores = sorted(((sum(word in small for word in words), language) for language, small in _SMALL_WORDS.items()), reverse=True)
    (best, language), (second, _) = scores[:2]
    return language if best >= _ENOUGH and best >= _CLEARLY * second else None


def language_said_or_guessed(said: Language | None, text: str) -> tuple[Language, tuple[str, ...]]:
    """Return the language that somebody said, else the one that the words are in, with a remark that it is a guess."""
    if said:
        return said, ()
    guess = language_of(text)
    if guess:
        return guess, (
            f'The language was taken to be "{guess}" from its words; "language:" in the front matter says it for certain.',
        )
    return Language("en"), ('The language is not clear and was taken to be "en"; write "language:" in the front matter.',)
