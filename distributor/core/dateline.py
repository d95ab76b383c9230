"""The dateline: "(Geneva, 30 March 2022) –", "LONDON/PARIS, March 30, 2022 -", "Genf –", alone or before the first sentence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import regex

from distributor.core.calendar_words import FoundDate, find_dates, find_weekdays
from distributor.core.errors import BadInput
from distributor.core.release import Dateline

_WORD = r"\p{Lu}[\p{L}.'’-]*"
_TOWN = rf"{_WORD}(?:[ ](?:(?:of|de|del|la|le|les|el|am|an|der|di|do|da)[ ])?{_WORD}){{0,3}}"
#: A town, several of them, or a town with its state or country.
_CITY = rf"(?!(?:In|On|At|By|From|Since|Until|Am|Im|En|Le|El)\b)(?P<city>{_TOWN}(?:\s?/\s?{_TOWN}){{0,3}}(?:,[ ]{_TOWN}){{0,2}})"
_DASH = r"[–—―-]"
_LONGEST = 120
_DATED = regex.compile(rf"^[(\[]?\s*{_CITY}\s*[,(]?\s*(?:le|den|el|a|on)?\s*$")
_BETWEEN = regex.compile(rf"^\s*[)\]]*\s*(?:/[\p{{L}} ]+/\s*)?(?:[.:]\s*{_DASH}+|{_DASH}+|:|\.)?\s*")
_SEPARATED = regex.compile(rf"^\s*[)\]]*\s*(?:/[\p{{L}} ]+/\s*)?(?:[.:]?\s*{_DASH}+|:|[)\]])")
_UNDATED = regex.compile(rf"^[(\[]?\s*{_CITY}\s*[)\]]?\s*(?:\s[–—―]+\s+|\s--?\s+|\s?—\s?)(?=[\p{{Lu}}“\"«„])")


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundDateline:
    """A dateline and where the sentence after it begins."""

    dateline: Dateline
    #: Position in the text behind the dateline and its dash; the text's length when nothing follows.
    end: int


def dated_line(text: str) -> FoundDateline | None:
    """Return the dateline with a date at the start of the text.

    Raises:
        BadInput: its date can be read in two ways, does not exist or has another weekday than is written.
    """
    head = text[:_LONGEST]
    found = next(iter(_dates_of(head)), None)
    if found is None:
        return None
    weekdays = [weekday for weekday in find_weekdays(head[: found.end]) if weekday[0] < found.start]
    town = head[: weekdays[0][0] if weekdays else found.start]
    match = _DATED.match(town)
    rest = text[found.end :]
    separator = _SEPARATED.match(rest)
    if match is None or (rest.strip(" .)]") and separator is None):
        return None
    day = None if found.year is None else found.in_year(found.year)
    if day is not None and weekdays and weekdays[0][2] != day.weekday():
        raise BadInput(
            "The dateline's weekday does not fit its date.", where="dateline", remedy=f"{day} is a {day:%A}: mend one of them."
        )
    between = _BETWEEN.match(rest)
    end = found.end + (between.end() if between else 0)
    return FoundDateline(dateline=Dateline(city=_city(match["city"]), date=day), end=end)


def undated_line(text: str) -> FoundDateline | None:
    """Return the dateline of a town alone ("Geneva – The …"). Only to be asked of a release's first sentence."""
    match = _UNDATED.match(text[:_LONGEST])
    return None if match is None else FoundDateline(dateline=Dateline(city=_city(match["city"]), date=None), end=match.end())


def only_date(text: str) -> date | None:
    """Return the date of a line that holds nothing else ("30 March 2022")."""
    found = next(iter(_dates_of(text[:_LONGEST])), None)
    if found is None or found.year is None:
        return None
    rest = text[: found.start] + text[found.end :]
    for start, end, _ in reversed(find_weekdays(rest)):
        rest = rest[:start] + rest[end:]
    return None if regex.search(r"[\p{L}\d]", rest) else found.in_year(found.year)


def _dates_of(text: str) -> tuple[FoundDate, ...]:
    return find_dates(text) if len(text) <= _LONGEST else ()


def _city(written: str) -> str:
    """Return the town as people write it in a sentence: "GENEVA" becomes "Geneva", short forms like "N.Y." stay."""
    words = written.strip(" ,(")
    if not words.isupper():
        return words
    return regex.sub(r"\p{Lu}[\p{Lu}’']{2,}", lambda match: match[0].capitalize(), words)
