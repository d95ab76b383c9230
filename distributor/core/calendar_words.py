"""Dates as people write them in English, French, Spanish and German.

A date whose day and month could be swapped, or that no calendar has, is asked about; nothing is guessed.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import cache

import regex
from babel.dates import get_day_names, get_month_names

from distributor.core.errors import BadInput

_LOCALES = ("en", "fr", "es", "de")
_MONTHS_OF_A_YEAR = 12
#: Spellings that the locale data lacks.
_MORE_MONTHS = {"sept": 9, "mrz": 3}
_MORE_DAYS = {"sonnabend": 5}
#: Ways to leave the day to the reader's calendar.
_RELATIVE = regex.compile(r"\b(today|tonight|tomorrow|demain|aujourd['’]hui|mañana|hoy|morgen|heute)\b", regex.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundDate:
    """A date and where it stands: `text[start:end]`."""

    start: int
    end: int
    day: int
    month: int
    #: None when the writer left it out.
    year: int | None

    def in_year(self, year: int) -> date:
        """Return the date, in the given year where none was written.

        Raises:
            BadInput: no calendar has that day.
        """
        chosen = year if self.year is None else self.year
        try:
            return date(chosen, self.month, self.day)
        except ValueError as error:
            raise BadInput(
                f"There is no day {self.day} in month {self.month} of {chosen}.",
                where="date",
                remedy="Write a date that exists, such as 2022-03-30.",
            ) from error


def find_dates(text: str) -> tuple[FoundDate, ...]:
    """Return every date in the text, in order.

    Raises:
        BadInput: a date in figures can be read as two different days.
    """
    return tuple(_found(match) for match in _dates().finditer(text))


def find_weekdays(text: str) -> tuple[tuple[int, int, int], ...]:
    """Return (start, end, weekday) of every weekday named in full; Monday is 0. "America/Santo_Domingo" names no Sunday.

    >>> find_weekdays("Sunday in America/Santo_Domingo")
    ((0, 6, 6),)
    """
    matches = (match for match in _weekdays().finditer(text) if text[match.start() - 1 : match.start()] not in {"_", "/"})
    return tuple((match.start(), match.end(), _weekday_words()[_fold(match[0])]) for match in matches)


def names_relative_day(text: str) -> bool:
    """Say whether the text counts on the day on which it is read ("tomorrow").

    >>> names_relative_day("Embargoed until tomorrow, 10:00 GMT")
    True
    """
    return _RELATIVE.search(text) is not None


def _found(match: regex.Match[str]) -> FoundDate:
    part = match.groupdict()
    if part["first"]:
        first, second = _day_and_month(int(part["first"]), int(part["second"]), written=match[0])
        return FoundDate(start=match.start(), end=match.end(), day=first, month=second, year=int(part["slash_year"]))
    day, month, year = next(
        (part[f"{form}_day"], part[f"{form}_month"], part[f"{form}_year"])
        for form in ("iso", "dotted", "worded", "american")
        if part[f"{form}_day"]
    )
    number = int(month) if month.isdecimal() else _month_words()[_fold(month)]
    return FoundDate(start=match.start(), end=match.end(), day=int(day), month=number, year=int(year) if year else None)


def _day_and_month(first: int, second: int, *, written: str) -> tuple[int, int]:
    """Return (day, month) of a date in figures, if only one order of them makes sense."""
    if first == second or first > _MONTHS_OF_A_YEAR:
        return first, second
    if second > _MONTHS_OF_A_YEAR:
        return second, first
    raise BadInput(
        f"{written} can mean two different days.",
        where="date",
        remedy="Write the month as a word, or the date as 2022-03-30.",
    )


def _fold(word: str) -> str:
    """Return the word without case, accents and a closing full stop."""
    decomposed = unicodedata.normalize("NFKD", word.casefold().rstrip("."))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


@cache
def _month_words() -> dict[str, int]:
    words = {
        _fold(name): number
        for locale in _LOCALES
        for width in ("wide", "abbreviated")
        for number, name in get_month_names(width, locale=locale).items()
    }
    return words | _MORE_MONTHS


@cache
def _weekday_words() -> dict[str, int]:
    wide = {_fold(name): number for locale in _LOCALES for number, name in get_day_names("wide", locale=locale).items()}
    # Short forms only in English: "mar." is Tuesday in French and March in Spanish.
    short = {_fold(name): number for number, name in get_day_names("abbreviated", locale="en").items()}
    return wide | short | _MORE_DAYS


def _any_of(words: dict[str, int]) -> str:
    """Return a pattern for the words, also with accents on their vowels; the longest first."""
    accented = {"a": "[aäáàâ]", "e": "[eéèê]", "i": "[iíî]", "o": "[oóô]", "u": "[uúûü]"}
    ordered = sorted(words, key=len, reverse=True)
    return "|".join("".join(accented.get(letter, letter) for letter in word) for word in ordered)


@cache
def _weekdays() -> regex.Pattern[str]:
    return regex.compile(rf"(?<!\p{{L}})(?:{_any_of(_weekday_words())})(?!\p{{L}})\.?", regex.IGNORECASE)


@cache
def _dates() -> regex.Pattern[str]:
    month = rf"(?:{_any_of(_month_words())})(?!\p{{L}})"
    day = r"(?<![\d:.])\d{1,2}"
    year = r"(?:19|20)\d{2}(?!\d)"
    return regex.compile(
        rf"""(?<!\d)(?P<iso_year>\d{{4}})-(?P<iso_month>\d{{2}})-(?P<iso_day>\d{{2}})(?!\d)
        | (?P<dotted_day>{day})\.\s?(?P<dotted_month>0?[1-9]|1[0-2])\.(?:\s?(?P<dotted_year>{year}))?(?!\d)
        | (?<![\d:.])(?P<first>\d{{1,2}})/(?P<second>\d{{1,2}})/(?P<slash_year>{year})
        | (?P<worded_day>{day})(?:st|nd|rd|th|er|º|\.)?\s*(?:(?:of|de)\s+)?(?P<worded_month>{month})\.?
          (?:,?\s+(?:del?\s+)?(?P<worded_year>{year}))?
        | (?<!\p{{L}})(?P<american_month>{month})\.?\s+(?P<american_day>\d{{1,2}})(?:st|nd|rd|th)?(?!\d|[:.h]\d)
          (?:,?\s+(?P<american_year>{year}))?
        """,
        regex.IGNORECASE | regex.VERBOSE,
    )
