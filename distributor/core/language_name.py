"""The name of a language as the desk calls it."""

from __future__ import annotations

from functools import lru_cache

from babel import Locale, UnknownLocaleError


@lru_cache(maxsize=256)
def language_name(tag: str) -> str:
    """Return the English name of a language tag; the tag itself where nobody knows it.

    >>> language_name("fr"), language_name("pt-BR"), language_name("xx")
    ('French', 'Portuguese (Brazil)', 'xx')
    """
    try:
        return Locale.parse(tag, sep="-").get_display_name("en") or tag
    except (UnknownLocaleError, ValueError, TypeError):
        return tag
