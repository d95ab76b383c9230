"""Embargo lines as desks write them: each is read as what it says, or asked about, and never guessed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.core.embargo import resolve
from distributor.core.embargo_line import embargo_in_line, is_embargo_line
from distributor.core.errors import BadInput

ISSUED = date(2022, 3, 30)


@pytest.mark.parametrize(
    ("line", "lift"),
    [
        ("EMBARGOED UNTIL 00:01 GMT, 30 March 2022", "2022-03-30 00:01"),
        ("EMBARGO: 0001 GMT, Wednesday 30 March 2022", "2022-03-30 00:01"),
        ("Under embargo until 30 March 2022, 10:00 CEST", "2022-03-30 08:00"),
        ("Under embargo until 30 January 2022, 10:00 CET", "2022-01-30 09:00"),
        ("Under embargo until 30 March 2022, 10:00 CET", "2022-03-30 08:00"),
        ("Embargo: 2022-03-30 10:00 America/Santo_Domingo", "2022-03-30 14:00"),
        ("Strictly embargoed: not for publication before 6 a.m. ET on Wednesday, March 30, 2022", "2022-03-30 10:00"),
        ("Strictly embargoed: not for publication before 00.01 BST on 30 March 2022", "2022-03-29 23:01"),
        ("Embargoed for release until 11:00 A.M. U.S. EASTERN TIME on March 30, 2022", "2022-03-30 15:00"),
        ("Embargo until 10 a.m. CT, January 30, 2022", "2022-01-30 16:00"),
        ("Embargo: 10:00 p.m. PT, Tuesday, March 29, 2022", "2022-03-30 05:00"),
        ("Do not publish before 10:00 SAST 30.3.2022", "2022-03-30 08:00"),
        ("Hold for release until noon GMT on 30/03/2022", "2022-03-30 12:00"),
        ("Embargoed until 10 a.m. Geneva time, 30 March", "2022-03-30 08:00"),
        ("Embargoed until GMT 00:01, 30 March 2022", "2022-03-30 00:01"),
        ("Embargo until 10:00 UTC+2, 30 March 2022", "2022-03-30 08:00"),
        ("Embargo until 10:00 MSK, 30 March 2022", "2022-03-30 07:00"),
        ("Embargo until 10:00 AEST, 30 June 2022", "2022-06-30 00:00"),
        ("SOUS EMBARGO JUSQU'AU MERCREDI 30 MARS 2022 À 10H00 (HEURE DE GENÈVE)", "2022-03-30 08:00"),
        ("Sous embargo jusqu’au 1er avril 2022 à 10 h 30, heure de Paris", "2022-04-01 08:30"),
        ("EMBARGADO HASTA EL 30 DE MARZO DE 2022 A LAS 10:00 (HORA DE MADRID)", "2022-03-30 08:00"),
        ("Embargado hasta las 10.00 h CEST del 30 de marzo de 2022", "2022-03-30 08:00"),
        ("SPERRFRIST: Mittwoch, 30. März 2022, 10 Uhr (MESZ)", "2022-03-30 08:00"),
        ("Sperrfrist: 30.03.2022, 10.00 Uhr MESZ", "2022-03-30 08:00"),
        ("EMBARGOED UNTIL 00:01 GMT / 01:01 CET, 30 January 2022", "2022-01-30 00:01"),
        ("EMBARGOED UNTIL 00:01 GMT (30 March 2022) / 20:01 EDT (29 March 2022)", "2022-03-30 00:01"),
        ("Embargo until 9am Eastern Time (2pm London, 3pm CEST) on March 30, 2022", "2022-03-30 13:00"),
        ("Embargo: 12:01 am GMT, 30 March 2022", "2022-03-30 00:01"),
    ],
)
def test_a_usual_wording_is_known_and_means_its_instant(line: str, lift: str) -> None:
    embargo = embargo_in_line(line, release_date=ISSUED)

    assert is_embargo_line(line)
    assert embargo.lift_at() == datetime.fromisoformat(lift).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "line",
    ["FOR IMMEDIATE RELEASE", "For immediate publication", "POUR DIFFUSION IMMÉDIATE", "PARA PUBLICACIÓN INMEDIATA",
     "ZUR SOFORTIGEN VERÖFFENTLICHUNG", "Sperrfrist: keine"],
)  # fmt: skip
def test_an_immediate_release_is_known_in_four_languages(line: str) -> None:
    embargo = embargo_in_line(line, release_date=None)

    assert is_embargo_line(line)
    assert embargo.is_immediate


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("Embargo: 30 March 2022", "no time of day"),
        ("Embargo: 10:00 GMT", "no date"),
        ("Embargo: tomorrow 10:00 GMT", "counts from a day"),
        ("Embargo: 30 March 2022 10:00", "no time zone"),
        ("Embargo: 30 March 2022 10:00 local time", "no time zone"),
        ("Embargo: 30 March 2022 10:00 IST", "India"),
        ("Embargo: 30 March 2022 10:00 CST", "China"),
        ("Embargo: 30 January 2022 10:00 CEST", "CEST does not fit"),
        ("Embargo: 30 January 2022 10:00 BST", "BST does not fit"),
        ("Embargo: 30 July 2022 10:00 EST", "EST does not fit"),
        ("Embargo: Thursday 30 March 2022 10:00 GMT", "weekday"),
        ("Embargo: 30 March 2022 midnight GMT", "Midnight"),
        ("Sperrfrist: 30. März 2022, Mitternacht MESZ", "Midnight"),
        ("Embargo: 30 March 2022 12:00 am GMT", "noon by some"),
        ("Embargo: 30 March 2022 12pm GMT", "noon by some"),
        ("Embargo: 30 March 2022 24:00 GMT", "00:00 of the next"),
        ("Embargo: 30 March 2022 15:00 am GMT", "a.m. or p.m."),
        ("Embargo: 30 March 2022 26:00 GMT", "No clock"),
        ("Embargo: 30 February 2022 10:00 GMT", "no day 30"),
        ("Embargo: 03/04/2022 10:00 GMT", "two different days"),
        ("Embargo: 30 March 2022 00:01 GMT / 02:01 BST", "different instants"),
        ("Embargo: 30 March 2022 10:00-12:00 GMT", "no time zone"),
        ("2022-03-30 10:00-12:00 GMT", "different instants"),
        ("Embargo: 29 March 2022 or 30 March 2022 10:00 GMT", "several dates"),
        ("Embargo: 2 January, 10:00 GMT", "far from the release"),
        ("Embargo: 27 March 2022 01:30 London time", "does not exist"),
        ("Embargo: 30 October 2022 01:30 London time", "occurs twice"),
        ("NOT FOR IMMEDIATE RELEASE", "no date"),
        ("For immediate release, embargoed until 10:00 GMT 30 March 2022", "both"),
        ("", "no date"),
    ],
)
def test_what_is_missing_or_contradicts_itself_is_asked_for(line: str, problem: str) -> None:
    with pytest.raises(BadInput) as error:
        embargo_in_line(line, release_date=ISSUED)

    assert problem in error.value.problem
    assert "embargo:" in error.value.remedy
    assert error.value.where == "embargo"


def test_a_year_left_out_is_asked_for_when_the_release_has_none() -> None:
    with pytest.raises(BadInput, match="no year"):
        embargo_in_line("Embargo: 30 March, 10:00 GMT", release_date=None)


def test_an_abbreviation_says_which_of_two_equal_hours_is_meant() -> None:
    summer = embargo_in_line("Embargo until 1:30 BST 30 October 2022", release_date=None)
    winter = embargo_in_line("Embargo until 1:30 GMT 30 October 2022", release_date=None)

    assert summer.lift_at() == datetime(2022, 10, 30, 0, 30, tzinfo=UTC)
    assert winter.lift_at() == datetime(2022, 10, 30, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("answer", "zone", "lift"),
    [
        ("2022-03-30 00:01 Europe/London", "Europe/London", "2022-03-29 23:01"),
        ("2022-03-30T00:01+01:00", "Etc/GMT-1", "2022-03-29 23:01"),
        ("2022-03-30T00:01-0500", "Etc/GMT+5", "2022-03-30 05:01"),
        ("2022-03-30T00:01:30+05:45", "UTC", "2022-03-29 18:16:30"),
        ("2022-03-30T00:01Z", "UTC", "2022-03-30 00:01"),
        ("2022-03-30 00:01 UTC", "UTC", "2022-03-30 00:01"),
    ],
)
def test_an_answer_in_figures_is_read(answer: str, zone: str, lift: str) -> None:
    embargo = embargo_in_line(answer, release_date=None)

    assert embargo.local is not None
    assert embargo.local.zone == zone
    assert embargo.lift_at() == datetime.fromisoformat(lift).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "line",
    [
        "Embargo on arms must hold, ministers say",
        "The council lifted its embargo",
        "Immediate help is needed",
        "Release of prisoners",
    ],
)
def test_a_headline_about_an_embargo_is_no_embargo_line(line: str) -> None:
    assert not is_embargo_line(line)


@given(
    wall=st.datetimes(min_value=datetime.fromisoformat("1980-01-01"), max_value=datetime.fromisoformat("2090-01-01")).map(
        lambda d: d.replace(microsecond=0)
    ),
    zone=st.sampled_from(sorted(zone for zone in available_timezones() if "/" in zone)),
)
def test_every_zone_by_its_own_name_is_read_back(wall: datetime, zone: str) -> None:
    try:
        embargo = embargo_in_line(f"{wall:%Y-%m-%d %H:%M:%S} {zone}", release_date=None)
    except BadInput as error:
        assert "does not exist" in error.problem or "occurs twice" in error.problem  # noqa: PT017 - both outcomes are right
        return

    assert embargo.local is not None
    assert (wall, zone) == (embargo.local.wall, embargo.local.zone)
    assert embargo.lift_at() == resolve(embargo.local)


@given(
    st.lists(
        st.sampled_from(
            [
                "Embargo", "until", "30", "March", "2022", "10:00", "GMT", "/", "CET", "(", ")", "12", "am", ",", "ET", "noon",
                "30.03.", "Uhr", "+", "-", "h", "Geneva", "time", "Monday", "24:00", "99:99", "31 February", "0001", "Z",
            ]
        ),
        max_size=12,
    ).map(" ".join)
    | st.text(max_size=80)
)  # fmt: skip
def test_no_line_does_anything_but_mean_an_instant_or_be_asked_about(line: str) -> None:
    is_embargo_line(line)
    try:
        embargo_in_line(line, release_date=ISSUED).lift_at()
    except BadInput as error:
        assert error.remedy  # noqa: PT017 - an answer and a question are both right
