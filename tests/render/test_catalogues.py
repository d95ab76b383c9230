"""Every phrase that code and pages use is in every catalogue, whole and with its places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from configparser import ConfigParser
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from distributor.core.ids import Language
from distributor.render.catalogue import SOURCE, languages, spoken, translations
from distributor.render.pages import own_name

TRANSLATED = [language for language in languages() if language != SOURCE]
PLACE = re.compile(r"%\(\w+\)s|\{\w+\}")


def used(root: Path) -> Iterator[str]:
    """Yield every phrase that stands in the sources which config/babel.cfg names."""
    mapping = ConfigParser()
    mapping.read(root / "config" / "babel.cfg")
    for section in mapping.sections():
        method, _, pattern = section.partition(": ")
        for path in root.glob(pattern):
            for _, phrase, *_ in extract_from_file(method, path, options=dict(mapping[section])):
                yield str(phrase)


def catalogue(root: Path, language: Language) -> Catalog:
    """Return what the translators wrote."""
    with (root / "templates" / "locale" / language / "LC_MESSAGES" / "messages.po").open("rb") as source:
        return read_po(source, locale=language, abort_invalid=True)


def test_all_eight_languages_are_there() -> None:
    assert set(languages()) == {"en", "fr", "es", "pt", "de", "ar", "uk", "ru"}


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalogue_has_every_phrase_and_no_other(repo_root: Path, language: Language) -> None:
    wanted = set(used(repo_root))

    written = {str(message.id) for message in catalogue(repo_root, language) if message.id}

    assert len(wanted) > 20
    assert written == wanted


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_phrase_is_empty_doubtful_or_without_its_places(repo_root: Path, language: Language) -> None:
    for message in catalogue(repo_root, language):
        if message.id:
            assert str(message.string).strip()
            assert not message.fuzzy
            assert sorted(PLACE.findall(str(message.string))) == sorted(PLACE.findall(str(message.id)))


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_phrase_comes_out_translated(repo_root: Path, language: Language) -> None:
    find = translations(language).gettext

    assert all(find(phrase) != phrase for phrase in used(repo_root))


@pytest.mark.parametrize("language", ["", "xx", "../../etc", "fr\0", "FR-ca", "zh-Hans-CN", "é"])
def test_a_strange_language_speaks_english_or_its_own(language: str) -> None:
    assert spoken(Language(language)) in {"en", "fr"}
    assert translations(Language(language)).gettext("Unsubscribe") in {"Unsubscribe", "Se désabonner"}
    assert own_name(Language(language)) is not None
