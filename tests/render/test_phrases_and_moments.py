"""The fixed words of each language, and instants in its forms."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.core.ids import Language
from distributor.render.moment import day_words, moment_words
from distributor.render.phrases import ADDRESS_PLACE, phrases_for
from distributor.render.wording import phone_target, shortened

LANGUAGES = ("en", "fr", "es", "de", "pt", "ar", "uk", "ru")
LIFT_AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_every_phrase_and_a_place_for_the_address(language: str) -> None:
    phrases = phrases_for(Language(language))

    assert phrases.language == language
    assert all(getattr(phrases, field.name).strip() for field in fields(phrases))
    assert phrases.sent_to.count(ADDRESS_PLACE) == 1


@pytest.mark.parametrize("name", [field.name for field in fields(phrases_for(Language("en")))])
def test_no_two_languages_share_a_phrase_by_mistake(name: str) -> None:
    words = [getattr(phrases_for(Language(language)), name) for language in LANGUAGES]

    assert len(set(words)) == len(words)


@pytest.mark.parametrize(("asked", "given_in"), [("pt-BR", "pt"), ("FR", "fr"), ("zh-Hans", "en"), ("xx", "en")])
def test_a_country_does_not_matter_and_english_stands_in(asked: str, given_in: str) -> None:
    assert phrases_for(Language(asked)).language == given_in


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Monday, 23 November 2026, 10:00"),
        ("en-US", "Monday, November 23, 2026, 10:00"),
        ("fr", "lundi 23 novembre 2026, 10:00"),
        ("de", "Montag, 23. November 2026, 10:00"),
        ("es", "lunes, 23 de noviembre de 2026, 10:00"),
        ("ar", "الاثنين، 23 نوفمبر 2026، 10:00"),
        ("xx", "Monday, 23 November 2026, 10:00"),
    ],
)
def test_an_instant_is_told_with_its_weekday_in_the_language(language: str, words: str) -> None:
    assert moment_words(LIFT_AT, zone="Europe/Zurich", language=Language(language)).local == words


def test_utc_names_the_day_where_it_is_another_one() -> None:
    moment = moment_words(LIFT_AT, zone="Pacific/Auckland", language=Language("en"))
    late = moment_words(LIFT_AT.replace(hour=20), zone="Pacific/Auckland", language=Language("en"))

    assert (moment.local, moment.utc) == ("Monday, 23 November 2026, 22:00", "09:00 UTC")
    assert (late.local, late.utc) == ("Tuesday, 24 November 2026, 09:00", "Monday, 23 November 2026, 20:00 UTC")


def test_summer_time_is_named_as_such() -> None:
    assert moment_words(LIFT_AT.replace(month=7), zone="Europe/London", language=Language("en")).zone == "British Summer Time"


@given(day=st.dates(), language=st.sampled_from([*LANGUAGES, "it", "he", "fa", "xx", ""]))
def test_every_day_has_words(day: date, language: str) -> None:
    assert day_words(day, language=Language(language)).strip()


@pytest.mark.parametrize(
    ("number", "target"),
    [
        ("+41 22 555 01 40", "tel:+41225550140"),
        ("+44 (0)20 7946 0000", "tel:+442079460000"),
        ("022/555.01-40", "tel:0225550140"),
        ("+41 22 555 01 40 ext. 4", None),
        ("022 555 01 40, 022 555 01 41", None),
        ("call us", None),
        ("", None),
    ],
)
def test_only_a_number_can_be_dialled(number: str, target: str | None) -> None:
    assert phone_target(number) == target


@given(text=st.text(max_size=80), most=st.integers(min_value=1, max_value=60))
def test_a_shortened_text_is_never_too_long_and_says_that_it_goes_on(text: str, most: int) -> None:
    short = shortened(text, most)

    assert len(short) <= most
    assert short == text or (short.endswith("…") and text.startswith(short[:-1]))
