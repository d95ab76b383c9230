"""Codes of languages as people and documents write them."""

from __future__ import annotations

from babel import Locale, UnknownLocaleError

from distributor.core.ids import Language


def language_called(code: str) -> Language | None:
    """Return the language that a code means, in the one spelling that we use; None when no language is called so.

    >>> language_called("PT-br"), language_called("EN"), language_called("klingon")
    ('pt-BR', 'en', None)
    """
    try:
        locale = Locale.parse(code.strip(), sep="-")
    except (UnknownLocaleError, ValueError, TypeError):
        return None
    return Language("-".join(part for part in (locale.language, locale.script, locale.territory) if part))
