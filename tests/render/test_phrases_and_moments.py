"""The fixed words of each language, and instants in its forms."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

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


@pytest.mark.parametrize(
    ("zone", "winter", "summer"),
    [
        ("Europe/London", "Greenwich Mean Time", "British Summer Time"),
        # Its winter is the exception in the tz database, its summer in everybody's mind.
        ("Europe/Dublin", "Greenwich Mean Time", "Irish Standard Time"),
        # Renamed since the Unicode data were keyed.
        ("Europe/Kyiv", "Eastern European Standard Time", "Eastern European Summer Time"),
        ("Europe/Kiev", "Eastern European Standard Time", "Eastern European Summer Time"),
        ("Asia/Kolkata", "India Standard Time", "India Standard Time"),
        # No name anywhere: the distance says enough.
        ("Asia/Amman", "GMT+03:00", "GMT+03:00"),
    ],
)
def test_a_zone_is_named_as_people_there_name_it_in_either_season(zone: str, winter: str, summer: str) -> None:
    names = [moment_words(LIFT_AT.replace(month=month), zone=zone, language=Language("en")).zone for month in (1, 7)]

    assert names == [winter, summer]


@pytest.mark.parametrize("month", [1, 7])
def test_one_name_never_means_two_times(month: int) -> None:
    """A name that is an hour off contradicts the UTC beside it, and a reporter may believe the wrong one of the two."""
    at = LIFT_AT.replace(month=month)
    distances: dict[str, set[timedelta | None]] = {}
    for zone in available_timezones():
        name = moment_words(at, zone=zone, language=Language("en")).zone
        distances.setdefault(name, set()).add(at.astimezone(ZoneInfo(zone)).utcoffset())

    assert {name: found for name, found in distances.items() if len(found) > 1} == {}


def test_where_grammar_wants_another_case_a_colon_comes_before_the_weekday() -> None:
    ends = {language: phrases_for(Language(language)).embargoed_until[-1] == ":" for language in LANGUAGES}

    assert {language for language, has_colon in ends.items() if has_colon} == {"uk", "ru"}


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
