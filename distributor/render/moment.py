"""Dates and times in the words of a language, by the Unicode CLDR that Babel carries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.dates import format_date, format_skeleton, get_timezone_gmt, get_timezone_name

from distributor.core.embargo import zone_of
from distributor.core.errors import must_be_aware
from distributor.core.ids import Language

#: English without a country is read everywhere, so that "23 November" is clearer than the American order that CLDR gives "en".
_WORLD_ENGLISH = "en-001"
_FALLBACK = "en-001"
#: What CLDR writes where there is no name, and none may be taken from a wider language.
_NO_NAME = "∅∅∅"
#: Far enough from any day to be in the other season.
_HALF_A_YEAR = timedelta(days=182)


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
        zone="" if is_utc else _zone_words(local, zone, locale),
        utc=f"{_clock(universal, locale) if same_day else _full(universal, locale)} UTC",
    )


def _zone_words(local: datetime, zone: str, locale: Locale) -> str:
    variant: Literal["daylight", "standard"] = "daylight" if _is_summer_time(local) else "standard"
    words = get_timezone_name(local, width="long", locale=locale, zone_variant=variant)
    if words != get_timezone_gmt(local, width="long", locale=locale):
        return words
    # Babel 2.18 looks renamed zones up by their new name, and knows the names of their times by the old one: Europe/Kiev.
    return next((name for old in _old_names(zone) if (name := _shared_words(old, variant, locale))), words)


def _is_summer_time(local: datetime) -> bool:
    saving = local.dst() or timedelta(0)
    if saving:
        return saving > timedelta(0)
    # The tz database has Dublin's winter as an hour taken off, its summer as nothing added: Babel alone swaps their names.
    return ((local + _HALF_A_YEAR).dst() or timedelta(0)) < timedelta(0)


def _old_names(zone: str) -> list[str]:
    aliases = get_global("zone_aliases")
    return [old for old, new in aliases.items() if new == aliases.get(zone, zone)]


def _shared_words(zone: str, variant: str, locale: Locale) -> str:
    """Return what the region around the zone calls its time, "" when it has no such name."""
    names = locale.meta_zones.get(get_global("meta_zones").get(zone), {}).get("long", {})
    name = names.get(variant, "")
    return "" if name == _NO_NAME else name


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
