"""The embargo line: "EMBARGOED UNTIL 00:01 GMT, 30 March 2022" and its many sisters, read without guessing.

The line is read in three passes: dates and weekdays first, since "30.03" would look like a time; then times of day; then the zone
next to each time ("ET" is a zone there and a French word elsewhere). Several times must all mean one instant. The year may be
left out when the release has one. Everything else that is missing, or speaks against itself, is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import regex

from distributor.core.calendar_words import FoundDate, find_dates, find_weekdays, names_relative_day
from distributor.core.civil_zones import is_zone, place
from distributor.core.clock_words import FoundTime, find_times
from distributor.core.embargo import Embargo, LocalTime, resolve
from distributor.core.errors import BadInput

_IMMEDIATE = regex.compile(
    r"""\b(?:immediate(?:ly)?\s+(?:release|publication|use|distribution)|release\s+immediately|diffusion\s+imm[eé]diate
    |publication\s+imm[eé]diate|(?:publicaci[oó]n|difusi[oó]n|divulgaci[oó]n)\s+inmediata|sofortige[nr]?\s+ver[oö]ffentlichung
    |sofort\s+(?:frei|zur\s+ver[oö]ffentlichung)|no\s+embargo|sans\s+embargo|keine\s+sperrfrist
    |sperrfrist\s*:\s*keine|embargo\s*:\s*none)\b|^\W*(?:immediate(?:ly)?|none)\W*$""",
    regex.IGNORECASE | regex.VERBOSE,
)
_NOT_IMMEDIATE = regex.compile(r"\b(?:not|pas|nicht|no)\s+(?:for|pour|zur|para)\b", regex.IGNORECASE)
_WORDING = regex.compile(
    r"""^\W*(?:
      (?:strict(?:ly)?\s+|under\s+(?:strict\s+)?|press\s+|news\s+|media\s+)?embargo(?:e?d)?
         (?=\W*$|\s*[:–—-]|\s*\(|\s+(?:until|till|to|for\s+(?:release|publication)|date|time|lifts?|ends|not|jusqu|hasta|bis)\b|\s+\d)
    | (?:strictly\s+)?not\s+(?:for|to\s+be)\s+(?:release|publication|broadcast|use|publish|distribution|immediate)
         .{0,60}?(?:before|until|prior|release)
    | do\s+not\s+(?:publish|release|use|broadcast).{0,60}?(?:before|until|prior)
    | (?:hold|held)\s+(?:for\s+release|until) | for\s+(?:release|publication)\s+(?:on|at|after|from|not\s+before|:|\d)
    | (?:for|no|pour|para|zur)?\s*immediate(?:ly)?\s+(?:release|publication|use|distribution) | release\s+immediately
    | (?:strictement\s+)?(?:sous\s+)?embargo\s+(?:strict\s+)?jusqu | sous\s+embargo | ne\s+pas\s+(?:publier|diffuser).{0,30}avant
    | pour\s+(?:diffusion|publication)\s+imm[eé]diate
    | (?:estrictamente\s+)?embargad[oa] | bajo\s+embargo | no\s+(?:publicar|difundir).{0,30}antes | embargo\s+hasta
    | para\s+(?:su\s+)?(?:publicaci[oó]n|difusi[oó]n|divulgaci[oó]n)\s+inmediata
    | sperrfrist | gesperrt\s+bis | (?:frei|ver[oö]ffentlichung)\s+(?:ab|erst)\b | nicht\s+(?:vor|zu\s+ver[oö]ffentlichen)
    | zur\s+sofortigen\s+ver[oö]ffentlichung | (?:ab\s+)?sofort\s+(?:frei|zur)
    )""",
    regex.IGNORECASE | regex.VERBOSE,
)
_LONGEST_LINE = 250
_FILLER = regex.compile(
    r"[\s,;.()\[\]–—-]+|(?:hrs?|hours?|uhr|heures?|horas?|h|o['’]clock|on|at|am|um|le|the|de|du|des|del|of|hora|heure|a|à|zeit|time|local|u\.s\.)"
    r"(?!\p{L})",
    regex.IGNORECASE,
)
_JOINT = regex.compile(r"\s*(?:/|=|\||and\b|or\b|et\b|und\b|y\b|,|\()\s*")
_ZONE = regex.compile(
    r"""(?P<offset>(?:UTC|GMT)\s?[+−-]\s?\d{1,2}(?::?\d{2})?(?!\d))
    | (?P<iana>[A-Z][A-Za-z]+/[A-Za-z_/+\-0-9]+)
    | (?P<named>(?i:Greenwich\ Mean|Coordinated\ Universal|Universal|British\ Summer|Central\ European(?:\ Summer|\ Standard)?
        |(?:Eastern|Central|Mountain|Pacific)(?:\ Standard|\ Daylight)?|(?:East|Central|West)\ Africa
        |Japan\ Standard)(?=\ (?i:time)))
    | (?P<small>(?:gmt|utc|cet|cest|bst|z)(?!\p{L})) | (?P<word>\p{Lu}[\p{Lu}.]*(?![\p{L}]))
    | (?P<town>\p{Lu}[\p{L}.'’-]*(?:\ \p{L}[\p{L}.'’-]*){0,3})""",
    regex.VERBOSE,
)
#: Right behind a time written as ISO 8601 does. Elsewhere "-12:00" would be the end of a span.
_ISO_OFFSET = regex.compile(r"\s?(?P<offset>[+−-]\d{2}:?\d{2})(?!\d)")
_REMEDY = 'Write it as "embargo: {example}" in the front matter, or give --embargo "{example}".'
_EXAMPLE = "2022-03-30 00:01 Europe/London"
#: A date without a year must lie this near to the release's own, else it is more likely in another year.
_BEFORE, _AFTER = timedelta(days=31), timedelta(days=183)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """One time of the line with the zones next to it."""

    found: FoundTime
    zones: tuple[str, ...]


def is_embargo_line(text: str) -> bool:
    """Say whether a line of a release is about its embargo, whatever it says.

    >>> is_embargo_line("STRICTLY EMBARGOED until 6 a.m. ET"), is_embargo_line("Embargo on arms must hold, ministers say")
    (True, False)
    """
    return len(text) <= _LONGEST_LINE and _WORDING.match(text) is not None


def is_only_a_moment(text: str) -> bool:
    """Say whether a line holds nothing but a date, a time or both, as the second line of an embargo does."""
    try:
        dates, weekdays = find_dates(text), find_weekdays(text)
        rest = _blank(text, [*((d.start, d.end) for d in dates), *((start, end) for start, end, _ in weekdays)])
        times = find_times(rest)
    except BadInput:
        return False
    if not (dates or times):
        return False
    tail = "".join(rest[a:b] for a, b in _gaps(rest, times))
    return all(is_zone(word) for word in regex.sub(_FILLER, " ", tail.replace("/", " ")).split())


def lacks_a_moment(text: str) -> bool:
    """Say whether an embargo line leaves its date or its time to the next line ("EMBARGOED UNTIL:")."""
    try:
        dates = find_dates(text)
        return not dates or not find_times(_blank(text, [(found.start, found.end) for found in dates]))
    except BadInput:
        return False


def embargo_in_line(line: str, *, release_date: date | None) -> Embargo:
    """Return the embargo that a line states: in the text, in the front matter, or in answer to a question.

    Raises:
        BadInput: something is missing (date, time, zone) or speaks against itself; `where` is "embargo".
    """
    try:
        return _embargo(line, release_date)
    except BadInput as error:
        remedy = error.remedy if "embargo:" in error.remedy else f"{error.remedy} {_REMEDY.format(example=_EXAMPLE)}".strip()
        raise BadInput(error.problem, where="embargo", remedy=remedy) from error


def _embargo(line: str, release_date: date | None) -> Embargo:
    is_immediate = _IMMEDIATE.search(line) is not None and _NOT_IMMEDIATE.search(line) is None
    dates, weekdays = find_dates(line), find_weekdays(line)
    rest = _blank(line, [*((d.start, d.end) for d in dates), *((start, end) for start, end, _ in weekdays)])
    times = find_times(rest)
    if is_immediate and not (dates or times):
        return Embargo(local=None)
    if is_immediate:
        raise _asked("The line says both that the release is immediate and that it has an embargo.")
    _must_be_complete(line, has_date=bool(dates), has_time=bool(times))
    days = _days(dates, release_date)
    _must_fit_weekdays(days, [weekday for _, _, weekday in weekdays])
    return Embargo(local=_one_instant(_moments(days, _readings(line, rest, times))))


def _must_be_complete(line: str, *, has_date: bool, has_time: bool) -> None:
    if not has_date:
        hint = " It counts from a day that the reader must know." if names_relative_day(line) else ""
        raise _asked(f"The embargo names no date.{hint}")
    if not has_time:
        raise _asked("The embargo names no time of day.")


def _days(dates: tuple[FoundDate, ...], release_date: date | None) -> list[date]:
    year = next((found.year for found in dates if found.year is not None), None)
    if year is not None:
        return [found.in_year(year) for found in dates]
    if release_date is None:
        raise _asked("The embargo names no year, and neither does the release.")
    days = [found.in_year(release_date.year) for found in dates]
    if any(not -_BEFORE <= day - release_date <= _AFTER for day in days):
        raise _asked("The embargo names no year, and in the release's year its date is far from the release's own.")
    return days


def _must_fit_weekdays(days: list[date], weekdays: list[int]) -> None:
    actual = {day.weekday() for day in days}
    if not set(weekdays) <= actual:
        raise _asked(f"The weekday does not fit the date: {days[0]} is a {days[0]:%A}.")


def _readings(line: str, rest: str, times: tuple[FoundTime, ...]) -> list[_Reading]:
    gaps = _gaps(rest, times)
    readings = []
    for found, (start, end) in zip(times, gaps[1:], strict=True):
        offset = _ISO_OFFSET.match(line, found.end) if _is_iso(line, found) else None
        zones = (offset["offset"],) if offset else ()
        readings.append(_Reading(found=found, zones=zones + _zones_in(rest[offset.end() if offset else start : end])))
    if len(readings) == 1 and not readings[0].zones:
        return [_Reading(found=times[0], zones=_zone_before(rest[: times[0].start]))]
    return readings


def _is_iso(line: str, found: FoundTime) -> bool:
    return regex.search(r"\d{4}-\d{2}-\d{2}[T ]$", line[: found.start]) is not None


def _zones_in(tail: str) -> tuple[str, ...]:
    """Return the zones that follow a time, up to the first word that is none."""
    zones: list[str] = []
    at = 0
    while at < len(tail):
        if match := _FILLER.match(tail, at) or _JOINT.match(tail, at):
            at = match.end()
        elif known := _zone_at(tail, at):
            word, at = known
            zones.append(word)
        else:
            break
    return tuple(zones)


def _zone_at(text: str, at: int) -> tuple[str, int] | None:
    """Return the zone that starts there and where it ends. Of several words for a town the longest known row is taken."""
    match = _ZONE.match(text, at)
    if match is None:
        return None
    if match["town"]:
        words = match["town"].split(" ")
        rows = (" ".join(words[:count]) for count in range(len(words), 0, -1))
        town = next((row for row in rows if is_zone(row)), None)
        return (town, at + len(town)) if town else None
    word = match["small"].upper() if match["small"] else match[0].rstrip(".") if match["word"] else match[0]
    word = word.replace(".", "") if match["word"] else word
    return (word, match.end()) if is_zone(word) else None


def _zone_before(head: str) -> tuple[str, ...]:
    """Return the zone that stands right before the only time ("GMT 00:01", "Geneva time: 10:00")."""
    words = regex.sub(r"(?:\W|\b(?:time|um|at)\b)+$", "", head, flags=regex.IGNORECASE).split()
    candidates = (" ".join(words[-count:]).strip("(,;:") for count in (3, 2, 1) if len(words) >= count)
    return tuple(word for word in candidates if is_zone(word))[:1]


def _moments(days: list[date], readings: list[_Reading]) -> list[LocalTime]:
    if any(not reading.zones for reading in readings):
        raise _asked("The embargo names no time zone that is known.", wall=_wall(days[0], readings[0]))
    if len(set(days)) == 1:
        days = days[:1] * len(readings)
    elif len(days) != len(readings):
        raise _asked("The embargo names several dates, and it is not clear which of them counts.")
    return [place(_wall(day, reading), zone) for day, reading in zip(days, readings, strict=True) for zone in reading.zones]


def _wall(day: date, reading: _Reading) -> datetime:
    return datetime.combine(day, reading.found.time)


def _one_instant(moments: list[LocalTime]) -> LocalTime:
    instants = {resolve(moment) for moment in moments}
    if len(instants) > 1:
        meant = " and ".join(f"{instant:%Y-%m-%d %H:%M} UTC" for instant in sorted(instants))
        raise _asked(f"The times in the embargo mean different instants: {meant}.")
    return moments[0]


def _blank(text: str, spans: list[tuple[int, int]]) -> str:
    """Return the text with spaces in place of the spans, so that positions stay."""
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _gaps(text: str, times: tuple[FoundTime, ...]) -> list[tuple[int, int]]:
    """Return what lies before, between and after the times: one more than there are times."""
    starts = [0, *(found.end for found in times)]
    ends = [*(found.start for found in times), len(text)]
    return list(zip(starts, ends, strict=True))


def _asked(problem: str, *, wall: datetime | None = None) -> BadInput:
    example = _EXAMPLE if wall is None else f"{wall:%Y-%m-%d %H:%M} Europe/London"
    return BadInput(problem, where="embargo", remedy=_REMEDY.format(example=example))
