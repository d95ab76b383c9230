"""Times of day as people write them: 00:01, 10 a.m., 10 Uhr, 10h00, noon.

Midnight, 24:00 and twelve o'clock with a.m. or p.m. are asked about: readers disagree on the day or on its half.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

import regex

from distributor.core.errors import BadInput

_TIME = regex.compile(
    r"""(?<![\d.:+-])(?:
        (?P<midnight>(?:12\s+)?(?:midnight|medianoche)|(?:z[eé]ro\s+heure|minuit)|mitternacht|(?:0?0:00|12:00|24:00)\s+midnight)
      | (?:12(?:[:.]00)?\s+)?(?P<noon>noon|midday|midi|mediod[ií]a)(?!\p{L})
      | (?:12(?::00)?\s+(?:uhr\s+)?)?(?P<german_noon>mittags?)(?!\p{L})
      | (?P<hour>\d{1,2})\s?(?:[:.]|h(?:eures?)?\s?)(?P<minute>[0-5]\d)(?!\d)(?:[:.](?P<second>[0-5]\d)(?!\d))?
        (?:\s*(?P<half>[ap])\.?\s?m(?:\.|(?!\p{L})))?
      | (?P<bare>\d{1,2})\s*(?:(?P<bare_half>[ap])\.?\s?m(?:\.|(?!\p{L}))|(?:uhr|heures?|horas?|h|hrs|hours)(?!\p{L}))
      | (?P<military>[0-2]\d[0-5]\d)(?=\s?(?:hrs?|hours|h|gmt|utc|z|[A-Z]{2,5})(?!\p{L}))
    )""",
    regex.IGNORECASE | regex.VERBOSE,
)
_NOON = 12
_HOURS = 24
_CERTAIN = "Write the time on the 24-hour clock with its date, such as 2022-03-30 00:01."


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundTime:
    """A time of day and where it stands: `text[start:end]`."""

    start: int
    end: int
    time: time


def find_times(text: str) -> tuple[FoundTime, ...]:
    """Return every time of day in the text, in order. Dates must have been blanked out, for 30.03 looks like one.

    Raises:
        BadInput: a time that no clock shows, or that people read in two ways.
    """
    return tuple(FoundTime(start=match.start(), end=match.end(), time=_read(match)) for match in _TIME.finditer(text))


def _read(match: regex.Match[str]) -> time:
    part = match.groupdict()
    if part["midnight"]:
        raise _unclear("Midnight is the start of one day and the end of another.")
    if part["noon"] or part["german_noon"]:
        return time(_NOON)
    if part["military"]:
        return _clock(int(part["military"][:2]), int(part["military"][2:]), 0, half=None)
    hour, half = part["hour"] or part["bare"], part["half"] or part["bare_half"]
    return _clock(int(hour), int(part["minute"] or 0), int(part["second"] or 0), half=half)


def _clock(hour: int, minute: int, second: int, *, half: str | None) -> time:
    if hour == _HOURS and minute == 0 and second == 0:
        raise _unclear("24:00 is the end of its day, which is 00:00 of the next.")
    if hour >= _HOURS:
        raise _unclear(f"No clock shows {hour}:{minute:02}.")
    if half is None:
        return time(hour, minute, second)
    return _with_half(hour, minute, second, is_afternoon=half.casefold() == "p")


def _with_half(hour: int, minute: int, second: int, *, is_afternoon: bool) -> time:
    if hour == _NOON and minute == 0 and second == 0:
        raise _unclear("Twelve o'clock a.m. or p.m. is read as noon by some and as midnight by others.")
    if hour > _NOON or (hour == 0 and is_afternoon):
        raise _unclear(f"{hour}:{minute:02} does not go with a.m. or p.m.")
    return time(hour % _NOON + (_NOON if is_afternoon else 0), minute, second)


def _unclear(problem: str) -> BadInput:
    return BadInput(problem, where="time", remedy=_CERTAIN)
