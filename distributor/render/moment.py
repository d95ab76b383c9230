"""Dates and times in the words of a language, by the Unicode CLDR that Babel carries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, get_timezone_name

from distributor.core.embargo import zone_of
from distributor.core.errors import must_be_aware
from distributor.core.ids import Language

#: English without a country is read everywhere, so that "23 November" is clearer than the American order that CLDR gives "en".
_WORLD_ENGLISH = "en-001"
_FALLBACK = "en-001"


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentWords:
    """An instant as people in one zone and in UTC call it."""

    #: "Monday, 23 November 2026, 10:00"
    local: str
    #: "Central European Standard Time"; "" when the zone is UTC itself.
    zone: str
    #: "09:00 UTC", with the day when it is another one there.
    utc: str


def day_words(day: date, *, language: Language) -> str:
    """Return the day as a dateline gives it.

    >>> from datetime import date
    >>> day_words(date(2026, 11, 23), language=Language("en"))
    '23 November 2026'
    """
    return format_date(day, "long", locale=_locale(language))


def moment_words(instant: datetime, *, zone: str, language: Language) -> MomentWords:
    """Return the instant in the zone and in UTC, with the weekday, on the 24-hour clock.

    Raises:
        ValueError: the instant carries no zone, or there is no such zone.
    """
    locale = _locale(language)
    local = must_be_aware(instant, name="instant").astimezone(zone_of(zone))
    universal = instant.astimezone(UTC)
    is_utc = zone in {"UTC", "Etc/UTC", "Etc/UCT", "Zulu", "Universal"}
    same_day = local.date() == universal.date()
    return MomentWords(
        local=_full(local, locale),
        zone="" if is_utc else get_timezone_name(local, width="long", locale=locale),
        utc=f"{_clock(universal, locale) if same_day else _full(universal, locale)} UTC",
    )


def _full(moment: datetime, locale: Locale) -> str:
    comma = "،" if locale.language in {"ar", "fa", "ur"} else ","
    return f"{format_date(moment, 'full', locale=locale)}{comma} {_clock(moment, locale)}"


def _clock(moment: datetime, locale: Locale) -> str:
    return format_skeleton("Hm", moment, tzinfo=moment.tzinfo, locale=locale)


def _locale(language: Language) -> Locale:
    wanted = _WORLD_ENGLISH if language.casefold() == "en" else language.replace("_", "-")
    try:
        return Locale.parse(wanted, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale.parse(_FALLBACK, sep="-")
