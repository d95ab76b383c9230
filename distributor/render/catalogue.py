"""The fixed phrases of each language, from the gettext catalogues in templates/locale.

A catalogue is read as its translators write it (.po), once per process and language: there is no build step, and nothing that
could be older than its source. A language that has no catalogue gets English, which is what the phrases are written in.
"""

from __future__ import annotations

import gettext
import io
from functools import cache
from pathlib import Path
from typing import Final

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from distributor.core.ids import Language
from distributor.resources import resource

#: What the phrases themselves are written in.
SOURCE: Final = Language("en")
_DOMAIN: Final = "messages"


def languages() -> tuple[Language, ...]:
    """Return the languages that have phrases: English, then those with a catalogue, by their codes."""
    return SOURCE, *(Language(path.parts[-3]) for path in sorted(_folder().glob(f"*/LC_MESSAGES/{_DOMAIN}.po")))


@cache
def translations(language: Language) -> gettext.NullTranslations:
    """Return what translates a phrase into the language, whatever its country; English where there is no catalogue.

    Raises:
        ValueError: the catalogue is not one, which is a defect.
    """
    known = {one.casefold(): one for one in languages()}
    name = known.get(primary(language), SOURCE)
    if name == SOURCE:
        return gettext.NullTranslations()
    with (_folder() / name / "LC_MESSAGES" / f"{_DOMAIN}.po").open("rb") as source:
        catalogue = read_po(source, locale=name, abort_invalid=True)
    compiled = io.BytesIO()
    # Phrases that are marked as doubtful ("fuzzy") are left out, and come out in English.
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def spoken(language: Language) -> Language:
    """Return the language in which phrases for this one come out.

    >>> spoken(Language("fr-CA")), spoken(Language("it"))
    ('fr', 'en')
    """
    name = primary(language)
    return Language(name) if name in languages() else SOURCE


def primary(language: Language) -> str:
    """Return the language without its script and country, in lower case."""
    return language.replace("_", "-").partition("-")[0].casefold()


def _folder() -> Path:
    return resource("templates", "locale")
