"""A wall-clock time means one instant, or is asked about: in every zone, in every gap and every overlap."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.core.embargo import Embargo, LocalTime, resolve, zone_of
from distributor.core.errors import BadInput


def at(wall: str) -> datetime:
    """Return what the clock on the wall shows; it has no zone, and that is the point."""
    return datetime.fromisoformat(wall)


ZONES = sorted(available_timezones() - {"localtime"})
WALLS = st.datetimes(min_value=at("1900-01-01"), max_value=at("2100-01-01"))


@given(wall=WALLS, zone=st.sampled_from(ZONES), fold=st.sampled_from([None, 0, 1]))
def test_a_resolved_instant_shows_the_written_wall_time_again(wall: datetime, zone: str, fold: int | None) -> None:
    try:
        instant = resolve(LocalTime(wall=wall, zone=zone, fold=fold))
    except BadInput:
        return

    assert instant.tzinfo is UTC
    assert instant.astimezone(zone_of(zone)).replace(tzinfo=None) == wall


@given(wall=WALLS, zone=st.sampled_from(ZONES))
def test_a_time_that_is_asked_about_belongs_to_no_instant_or_to_two(wall: datetime, zone: str) -> None:
    """The refusal itself is checked, by looking at every instant near by: nothing clear is ever asked about."""
    try:
        resolve(LocalTime(wall=wall, zone=zone))
    except BadInput:
        is_asked = True
    else:
        is_asked = False
    tz = zone_of(zone)
    offsets = {
        (wall + timedelta(hours=hours)).replace(tzinfo=UTC).astimezone(tz).utcoffset() or timedelta() for hours in range(-30, 31)
    }
    meant = {wall - offset for offset in offsets if _shows(wall - offset, zone) == wall}

    assert is_asked == (len(meant) != 1)


def _shows(naive_utc: datetime, zone: str) -> datetime:
    return naive_utc.replace(tzinfo=UTC).astimezone(zone_of(zone)).replace(tzinfo=None)


@pytest.mark.parametrize("zone", ZONES)
def test_noon_on_an_ordinary_day_is_clear_in_every_zone(zone: str) -> None:
    instant = resolve(LocalTime(wall=at("2022-03-30T12:00"), zone=zone))

    assert abs(instant - datetime(2022, 3, 30, 12, tzinfo=UTC)) <= timedelta(hours=14)


def test_the_hour_that_is_skipped_names_the_times_around_it() -> None:
    with pytest.raises(BadInput, match="does not exist") as error:
        resolve(LocalTime(wall=at("2022-03-27T01:30"), zone="Europe/London"))

    assert error.value.remedy == "Write 2022-03-27 00:30 or 2022-03-27 02:30 instead."


def test_a_whole_day_that_is_skipped_names_the_days_around_it() -> None:
    """Samoa crossed the date line: 30 December 2011 never was."""
    with pytest.raises(BadInput) as error:
        resolve(LocalTime(wall=at("2011-12-30T10:00"), zone="Pacific/Apia"))

    assert "2011-12-29 10:00" in error.value.remedy
    assert "2011-12-31 10:00" in error.value.remedy


def test_the_hour_that_occurs_twice_is_asked_about_unless_it_is_said_which() -> None:
    wall = at("2022-10-30T01:30")
    with pytest.raises(BadInput, match="occurs twice"):
        resolve(LocalTime(wall=wall, zone="Europe/London"))

    assert resolve(LocalTime(wall=wall, zone="Europe/London", fold=0)) == datetime(2022, 10, 30, 0, 30, tzinfo=UTC)
    assert resolve(LocalTime(wall=wall, zone="Europe/London", fold=1)) == datetime(2022, 10, 30, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize("wall", [at("0001-01-01T00:00"), at("9999-12-31T23:59")])
def test_the_ends_of_the_calendar_are_asked_about(wall: datetime) -> None:
    refused = []
    for zone in ("Etc/GMT-14", "Etc/GMT+12"):
        try:
            resolve(LocalTime(wall=wall, zone=zone))
        except BadInput as error:
            refused.append(error.where)

    assert refused == ["embargo"] * 2


def test_immediate_release_has_no_instant() -> None:
    assert Embargo(local=None).is_immediate
    assert Embargo(local=None).lift_at() is None


def test_an_unknown_zone_and_a_wall_time_with_a_zone_are_refused() -> None:
    with pytest.raises(ValueError, match="unknown time zone"):
        LocalTime(wall=at("2022-03-30"), zone="Europe/Atlantis")
    with pytest.raises(ValueError, match="no zone of its own"):
        LocalTime(wall=datetime(2022, 3, 30, tzinfo=UTC), zone="UTC")
