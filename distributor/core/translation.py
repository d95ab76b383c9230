"""One release in several languages: what a translation takes from the original, and whom nobody translated for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from enum import StrEnum

from distributor.core.errors import BadInput, NotFound
from distributor.core.ids import Language
from distributor.core.release import Release


class Others(StrEnum):
    """What becomes of those who read none of the release's languages. Approved and sealed with it.

    Of whom no language is known gets the release in its own.
    """

    #: They get the release in its own language.
    FALLBACK = "fallback"
    #: They are not in the audience.
    LEAVE_OUT = "leave-out"
    #: If there are any, the dispatch is not prepared, and staff decide.
    HOLD = "hold"


class Translated(StrEnum):
    """What becomes of the translations when the text that they translate changes."""

    #: They say what it said before, so they are left behind.
    LEFT_BEHIND = "left-behind"
    #: Somebody says that they still say the same.
    KEPT = "kept"


def kept_translations(changed: Release, translations: Sequence[Release]) -> tuple[Release, ...]:
    """Return the translations for the changed text; an embargo of their own that it no longer has is its own now.

    Raises:
        BadInput: one is in the language that the text itself has now.
    """
    kept: tuple[Release, ...] = ()
    for one in translations:
        agrees = one.embargo is None or one.embargo == changed.embargo or _same_instant(changed, one)
        kept = with_translation(changed, kept, one if agrees else replace(one, embargo=None))
    return kept


def without_translation(translations: Sequence[Release], language: str) -> tuple[Release, ...]:
    """Return the translations without the one in that language.

    Raises:
        NotFound: there is none.
    """
    others = tuple(one for one in translations if one.language != language)
    if len(others) == len(translations):
        raise NotFound("translation", language[:40], remedy="The release's page shows those that there are.")
    return others


def with_translation(original: Release, translations: Sequence[Release], coming: Release) -> tuple[Release, ...]:
    """Return the translations with one more, in place of an earlier one of its language; sorted by language.

    Raises:
        BadInput: it is in the original's own language, or names another embargo.
    """
    if coming.language == original.language:
        raise BadInput(
            f"The release itself is in {original.language}.",
            where="language",
            remedy="Write the translation's own `language:` into it, or take it in with --revises.",
        )
    if coming.embargo is not None and coming.embargo != original.embargo and not _same_instant(original, coming):
        raise BadInput(
            "The translation names another embargo than the release.", where="embargo", remedy="Let both say the same instant."
        )
    others = [one for one in translations if one.language != coming.language]
    return tuple(sorted((*others, coming), key=lambda one: one.language))


def in_all_languages(original: Release, translations: Iterable[Release]) -> tuple[Release, ...]:
    """Return what is rendered: the original, and each translation with what it leaves to the original."""
    return (original, *(_whole(original, one) for one in translations))


def _whole(original: Release, translation: Release) -> Release:
    return replace(
        translation,
        embargo=original.embargo,
        contacts=translation.contacts or original.contacts,
        images=translation.images or original.images,
        link=translation.link or original.link,
        hashtags=translation.hashtags or original.hashtags,
        author=original.author,
        lists=original.lists,
    )


def _same_instant(original: Release, coming: Release) -> bool:
    if original.embargo is None or coming.embargo is None:
        return False
    return original.embargo.lift_at() == coming.embargo.lift_at()


def is_served(wanted: Sequence[Language], present: Iterable[Language]) -> bool:
    """Say whether somebody who reads these languages, if any are known, finds one of them; "pt-BR" is served by "pt".

    >>> is_served([Language("pt-BR")], [Language("pt")]), is_served([], []), is_served([Language("fi")], [Language("en")])
    (True, True, False)
    """
    there = set(present)
    return not wanted or any({language, language.partition("-")[0]} & there for language in wanted)
