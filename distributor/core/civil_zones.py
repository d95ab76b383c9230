"""Time zones as people name them: GMT, BST, CET, Eastern Time, Geneva time, UTC+2, Europe/Zurich.

One rule reads an abbreviation that belongs to one season: it must fit the date. "CET" in July contradicts itself, because the
clocks of Central Europe show CEST then; whether the writer meant the clock on the wall or the letter of the abbreviation is
an hour's difference, so it is asked.

Abbreviations without a season ("ET", "CT", "PT") and names of places follow the clock on the wall.
GMT and UTC are the same all the year: GMT has no summer form (London's is called BST), and people in Accra and Dakar live by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import available_timezones

import regex

from distributor.core.embargo import LocalTime, zone_of
from distributor.core.errors import BadInput


@dataclass(frozen=True, slots=True, kw_only=True)
class CivilZone:
    """What an abbreviation stands for."""

    zone: str
    #: The only distance from UTC that the abbreviation allows; None: whatever the zone's clocks show.
    offset: timedelta | None = None


def _seasonal(zone: str, standard: str, summer: str, hours: float) -> dict[str, CivilZone]:
    """Return the two abbreviations of a zone that puts its clocks forward by an hour."""
    return {
        standard: CivilZone(zone=zone, offset=timedelta(hours=hours)),
        summer: CivilZone(zone=zone, offset=timedelta(hours=hours + 1)),
    }


#: Zones behind European abbreviations are those that tzdata itself links them to (CET is Europe/Brussels, EET Europe/Athens).
_ABBREVIATIONS: dict[str, CivilZone] = {
    "GMT": CivilZone(zone="GMT"),
    "UTC": CivilZone(zone="UTC"),
    "Z": CivilZone(zone="UTC"),
    "BST": CivilZone(zone="Europe/London", offset=timedelta(hours=1)),
    **_seasonal("Europe/Lisbon", "WET", "WEST", 0),
    # In common use CET and MEZ are the clock on the wall, all year; only the summer words name a season.
    "CET": CivilZone(zone="Europe/Brussels"),
    "CEST": CivilZone(zone="Europe/Brussels", offset=timedelta(hours=2)),
    "MEZ": CivilZone(zone="Europe/Berlin"),
    "MESZ": CivilZone(zone="Europe/Berlin", offset=timedelta(hours=2)),
    **_seasonal("Europe/Athens", "EET", "EEST", 2),
    **_seasonal("America/New_York", "EST", "EDT", -5),
    **_seasonal("America/Denver", "MST", "MDT", -7),
    **_seasonal("America/Los_Angeles", "PST", "PDT", -8),
    **_seasonal("Australia/Sydney", "AEST", "AEDT", 10),
    **_seasonal("Australia/Adelaide", "ACST", "ACDT", 9.5),
    **_seasonal("Pacific/Auckland", "NZST", "NZDT", 12),
    "CDT": CivilZone(zone="America/Chicago", offset=timedelta(hours=-5)),
    "ET": CivilZone(zone="America/New_York"),
    "CT": CivilZone(zone="America/Chicago"),
    "MT": CivilZone(zone="America/Denver"),
    "PT": CivilZone(zone="America/Los_Angeles"),
    "AET": CivilZone(zone="Australia/Sydney"),
    "AWST": CivilZone(zone="Australia/Perth"),
    "MSK": CivilZone(zone="Europe/Moscow", offset=timedelta(hours=3)),
    "TRT": CivilZone(zone="Europe/Istanbul", offset=timedelta(hours=3)),
    "EAT": CivilZone(zone="Africa/Nairobi"),
    "CAT": CivilZone(zone="Africa/Maputo"),
    "WAT": CivilZone(zone="Africa/Lagos"),
    "SAST": CivilZone(zone="Africa/Johannesburg"),
    "PKT": CivilZone(zone="Asia/Karachi"),
    "NPT": CivilZone(zone="Asia/Kathmandu"),
    "SGT": CivilZone(zone="Asia/Singapore"),
    "HKT": CivilZone(zone="Asia/Hong_Kong"),
    "JST": CivilZone(zone="Asia/Tokyo"),
    "KST": CivilZone(zone="Asia/Seoul"),
    "BRT": CivilZone(zone="America/Sao_Paulo", offset=timedelta(hours=-3)),
}
#: Abbreviations that whole countries read differently.
_SHARED: dict[str, str] = {
    "IST": "India (Asia/Kolkata), Ireland (Europe/Dublin) or Israel (Asia/Jerusalem)",
    "CST": "the central United States (America/Chicago), China (Asia/Shanghai) or Cuba (America/Havana)",
    "AST": "the Atlantic coast (America/Halifax) or Arabia (Asia/Riyadh)",
    "GST": "the Gulf (Asia/Dubai) or Guam (Pacific/Guam)",
    "WST": "Western Australia (Australia/Perth) or Samoa (Pacific/Apia)",
}
_NAMES: dict[str, str] = {
    "greenwich mean": "GMT", "coordinated universal": "UTC", "universal": "UTC", "british summer": "BST",
    "central european": "CENTRAL EUROPEAN", "central european summer": "CEST", "central european standard": "CET",
    "eastern": "ET", "central": "CT", "mountain": "MT", "pacific": "PT",
    "eastern standard": "EST", "eastern daylight": "EDT", "central daylight": "CDT",
    "mountain standard": "MST", "mountain daylight": "MDT", "pacific standard": "PST", "pacific daylight": "PDT",
    "east africa": "EAT", "central africa": "CAT", "west africa": "WAT", "japan standard": "JST",
}  # fmt: skip
#: Towns of press releases that no zone is named after, and other languages' names for those that one is.
_TOWNS: dict[str, str] = {
    "geneva": "Europe/Zurich", "genève": "Europe/Zurich", "ginebra": "Europe/Zurich", "genf": "Europe/Zurich",
    "bern": "Europe/Zurich", "zürich": "Europe/Zurich", "swiss": "Europe/Zurich", "londres": "Europe/London",
    "uk": "Europe/London", "british": "Europe/London", "bruxelles": "Europe/Brussels", "bruselas": "Europe/Brussels",
    "brüssel": "Europe/Brussels", "parís": "Europe/Paris", "vienne": "Europe/Vienna", "wien": "Europe/Vienna",
    "the hague": "Europe/Amsterdam", "berlín": "Europe/Berlin", "lisbonne": "Europe/Lisbon", "roma": "Europe/Rome",
    "washington": "America/New_York", "washington dc": "America/New_York", "ottawa": "America/Toronto",
    "ciudad de méxico": "America/Mexico_City", "kiev": "Europe/Kyiv", "delhi": "Asia/Kolkata",
    "new delhi": "Asia/Kolkata", "beijing": "Asia/Shanghai", "canberra": "Australia/Sydney",
}  # fmt: skip
_CONTINENTS = frozenset({"Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"})
#: Last parts of zones that are words of their own.
_NO_TOWNS = ("act", "nsw", "north", "south", "west", "christmas", "easter")
_OFFSET = regex.compile(r"(?:UTC|GMT)?\s?(?P<sign>[+\-−])\s?(?P<hours>\d{1,2})(?::?(?P<minutes>\d{2}))?")
_REMEDY = 'Name the zone by its place, such as "Europe/Zurich", "America/New_York" or "UTC".'
#: The zones Etc/GMT-14 to Etc/GMT+12 cover every whole hour that is in use.
_WEST, _EAST = timedelta(hours=-12), timedelta(hours=14)
_HOUR = timedelta(hours=1)


def is_zone(word: str) -> bool:
    """Say whether `place` would know the word as a zone, or know why it is no single one.

    >>> is_zone("BST"), is_zone("Geneva"), is_zone("IST"), is_zone("Tuesday")
    (True, True, True, False)
    """
    return word in _SHARED or _OFFSET.fullmatch(word) is not None or _civil(word) is not None


def place(wall: datetime, word: str) -> LocalTime:
    """Return the wall time in the zone that the word names.

    A distance from UTC in whole hours becomes a zone like Etc/GMT-2 (its sign is turned round by convention); any other
    distance is converted to UTC.

    Raises:
        BadInput: the word names no zone, several, or one whose clocks show something else on that date.
    """
    if word in _SHARED:
        raise BadInput(f"{word} can mean {_SHARED[word]}.", where="zone", remedy=_REMEDY)
    if offset := _OFFSET.fullmatch(word):
        return _at_offset(wall, offset)
    civil = _civil(word)
    if civil is None:
        raise BadInput("The time zone is not one that is known.", where="zone", remedy=_REMEDY)
    return LocalTime(wall=wall, zone=civil.zone) if civil.offset is None else _in_season(wall, word, civil.zone, civil.offset)


def _in_season(wall: datetime, word: str, zone: str, offset: timedelta) -> LocalTime:
    shown = [wall.replace(tzinfo=zone_of(zone), fold=fold).utcoffset() for fold in (0, 1)]
    if offset not in shown:
        raise BadInput(
            f"{word} does not fit the date: on {wall:%Y-%m-%d} the clocks in {zone} show another time.",
            where="zone",
            remedy=f'Write "{wall:%Y-%m-%d %H:%M} {zone}" if the clock on the wall there is meant, '
            f'or "{wall:%Y-%m-%dT%H:%M}{_written(offset)}" if {word} is meant to the letter.',
        )
    # In the hour that occurs twice the abbreviation says which one is meant.
    return LocalTime(wall=wall, zone=zone, fold=None if shown[0] == shown[1] else shown.index(offset))


def _at_offset(wall: datetime, match: regex.Match[str]) -> LocalTime:
    distance = timedelta(hours=int(match["hours"]), minutes=int(match["minutes"] or 0))
    offset = distance if match["sign"] == "+" else -distance
    if not _WEST <= offset <= _EAST:
        raise BadInput("No place on earth is that far from UTC.", where="zone", remedy=_REMEDY)
    if offset % _HOUR:
        try:
            return LocalTime(wall=wall - offset, zone="UTC")
        except OverflowError as error:
            raise BadInput("The date is out of the calendar.", where="date", remedy="Write a year of this century.") from error
    hours = offset // _HOUR
    return LocalTime(wall=wall, zone=f"Etc/GMT{-hours:+d}" if hours else "UTC")


def _written(offset: timedelta) -> str:
    minutes = offset // timedelta(minutes=1)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def _civil(word: str) -> CivilZone | None:
    if word in _ABBREVIATIONS:
        return _ABBREVIATIONS[word]
    name = " ".join(word.casefold().replace(".", "").split())
    if name in _NAMES:
        # "Central European Time" is the clock on the wall in common use; only "Summer" and "Standard" name a season.
        return _ABBREVIATIONS.get(_NAMES[name], CivilZone(zone="Europe/Brussels"))
    zone = _TOWNS.get(name) or _places().get(name)
    return None if zone is None else CivilZone(zone=zone)


@cache
def _places() -> dict[str, str]:
    """Return zones by their own name and by the town in it, both without case. Regions such as US/Eastern give no towns."""
    names = available_timezones()
    zones = sorted(name for name in names if name.split("/")[0] in _CONTINENTS)
    towns = {zone.rsplit("/", 1)[1].replace("_", " ").casefold(): zone for zone in reversed(zones)}
    for quarter in _NO_TOWNS:
        towns.pop(quarter, None)
    return towns | {zone.casefold(): zone for zone in names if "/" in zone}
