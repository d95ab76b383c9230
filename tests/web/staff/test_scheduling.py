"""Scheduling in the browser: nothing leaves that was not shown and confirmed, and no time that two people read in two ways."""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from distributor.bootstrap_contacts import save_filter
from distributor.core.audience_filter import AudienceFilter
from distributor.core.embargo import Embargo, LocalTime
from distributor.ports_releases import StoredRevision
from tests.flow.newsroom import RELEASE, with_headline
from tests.web.staff.conftest import APPROVER, DISPATCHER, Answer, StaffSite

EMBARGO = Embargo(local=LocalTime(wall=datetime.fromisoformat("2099-03-01T10:00"), zone="Europe/Zurich"))


@pytest.fixture
def stored(site: StaffSite) -> StoredRevision:
    """Return an approved release with an embargo, and people to send it to."""
    site.newsroom.crowd(3)
    return site.newsroom.approved(replace(RELEASE, embargo=EMBARGO))


def ask(site: StaffSite, stored: StoredRevision, session: str, **fields: str) -> Answer:
    """Send the form with the usual choices and these."""
    usual = {"list": "press", "channel": "email", "late": "60"}
    return send(site, stored, session, {**usual, **fields})


def send(site: StaffSite, stored: StoredRevision, session: str, form: dict[str, str]) -> Answer:
    """Send a form that is ours."""
    return site.send(f"/releases/{stored.release_id}/schedule", {**form, "csrf": site.door.sign_in.csrf_of(session)}, session)


def confirmed(page: str) -> dict[str, str]:
    """Return what the page that asks would send with a yes."""
    found = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))
    return {**{name: value for name, value in found.items() if name != "csrf"}, "sure": "yes"}


def test_what_will_happen_is_shown_before_anything_is_scheduled(site: StaffSite, stored: StoredRevision) -> None:
    session = site.sign_in(DISPATCHER)

    page = ask(site, stored, session)

    assert page.status == 200
    for told in ("Sun 01 Mar 2099 09:00:00", "10:00:00 CET", "<strong>3</strong> people", "press@campaign.example"):
        assert told in page.text, told
    assert site.newsroom.service.dispatches.all() == []

    answer = send(site, stored, session, confirmed(page.text))
    (dispatch,) = site.newsroom.service.dispatches.all()
    assert (answer.status, answer.headers["location"]) == (303, f"/dispatches/{dispatch}")
    assert site.newsroom.states(dispatch) == {"planned": 3}


def test_a_form_that_is_sent_twice_at_once_makes_one_dispatch(site: StaffSite) -> None:
    """Also a release that leaves at once, whose lift would be another instant for each of the two."""
    site.newsroom.crowd(3)
    stored = site.newsroom.approved(replace(RELEASE, embargo=Embargo(local=None)))
    session = site.sign_in(DISPATCHER)
    form = confirmed(ask(site, stored, session).text)
    form["csrf"] = site.door.sign_in.csrf_of(session)
    answers: list[Answer] = []

    def press() -> None:
        answers.append(site.send(f"/releases/{stored.release_id}/schedule", form, session))

    threads = [threading.Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    (dispatch,) = site.newsroom.service.dispatches.all()
    assert {(one.status, one.headers["location"]) for one in answers} == {(303, f"/dispatches/{dispatch}")}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"wall": "2099-03-01T09:59", "zone": "Europe/Zurich"}, "before the release&#39;s embargo"),
        ({"wall": "2099-03-29T02:30", "zone": "Europe/Zurich"}, "does not exist"),
        ({"wall": "2099-10-25T02:30", "zone": "Europe/Zurich"}, "occurs twice"),
        ({"wall": "2099-04-01T10:00", "zone": "Atlantis"}, "time zone is not one"),
        ({"wall": "tomorrow", "zone": "UTC"}, "no date with a time"),
        ({"wall": "2099-04-01T10:00+02:00", "zone": "UTC"}, "no date with a time"),
        ({"wall": "9999-12-31T23:59", "zone": "America/New_York"}, "end of the calendar"),
        ({"late": "0"}, "number of minutes"),
        ({"late": "1" * 400}, "number of minutes"),
        ({"late": "²"}, "number of minutes"),
        ({"channel": "pigeon"}, "no such channel"),
        ({"list": "no-such-list"}, "is called"),
        ({"list": "<script>"}, "list"),
        ({"lift": "not an instant", "sure": "yes"}, "cannot be read"),
        ({"lift": "2026-01-01T00:00", "sure": "yes"}, "cannot be read"),
        ({"lift": "2026-01-01T00:00:00+00:00", "sure": "yes"}, "before the release&#39;s embargo"),
        ({"seal": "0" * 64}, "Another revision was approved"),
    ],
)
def test_what_cannot_be_is_refused_and_what_was_typed_stays(
    site: StaffSite, stored: StoredRevision, fields: dict[str, str], said: str
) -> None:
    answer = ask(site, stored, site.sign_in(DISPATCHER), **fields)

    assert answer.status == 422
    assert said in answer.text
    assert 'role="alert"' in answer.text
    assert f'name="wall" type="datetime-local" value="{fields.get("wall", "")}"' in answer.text.replace("&#43;", "+")
    assert "<script>" not in answer.text
    assert site.newsroom.service.dispatches.all() == []


def test_a_time_that_the_clocks_show_twice_is_taken_when_it_is_said_which(site: StaffSite, stored: StoredRevision) -> None:
    session = site.sign_in(DISPATCHER)

    first, second = (
        ask(site, stored, session, wall="2099-10-25T02:30", zone="Europe/Zurich", twice=which) for which in ("first", "second")
    )

    assert "02:30:00 CEST" in first.text
    assert "02:30:00 CET" in second.text
    assert "The clocks change in Europe/Zurich" in first.text


def test_midnight_is_pointed_out(site: StaffSite, stored: StoredRevision) -> None:
    page = ask(site, stored, site.sign_in(DISPATCHER), wall="2099-04-02T00:00", zone="Africa/Nairobi")

    assert "exactly midnight in Africa/Nairobi" in page.text
    assert "Thu 02 Apr 2099 00:00:00 EAT" in page.text


def test_going_back_keeps_the_choices(site: StaffSite, stored: StoredRevision) -> None:
    session = site.sign_in(DISPATCHER)
    page = ask(site, stored, session, wall="2099-04-02T09:30", zone="Africa/Nairobi", late="15")

    back = send(site, stored, session, {**confirmed(page.text), "sure": "change"})

    assert 'value="2099-04-02T09:30"' in back.text
    assert "<option selected>Africa/Nairobi</option>" in back.text
    assert 'value="15"' in back.text
    assert 'name="list" value="press" checked' in back.text


def test_a_saved_filter_is_a_choice(site: StaffSite, stored: StoredRevision) -> None:
    save_filter(site.newsroom.service, "in-french", AudienceFilter.of("press", {"language": ["fr"]}))
    session = site.sign_in(DISPATCHER)

    assert 'name="list" value="in-french"' in site.get(f"/releases/{stored.release_id}/schedule", session).text
    assert "counted when it is prepared" in ask(site, stored, session, list="in-french").text


def test_nobody_on_the_lists_is_told_and_nothing_stays_scheduled(site: StaffSite) -> None:
    site.newsroom.people("a@b.example")
    site.newsroom.service.book.remove_from_list(next(iter(site.newsroom.service.book.lists())), ["a@b.example"])
    stored = site.newsroom.approved(replace(RELEASE, embargo=EMBARGO))
    session = site.sign_in(DISPATCHER)

    answer = send(site, stored, session, confirmed(ask(site, stored, session).text))

    assert answer.status == 422
    assert "Nobody on press may be mailed" in answer.text


def test_what_was_confirmed_long_ago_does_not_leave_at_once(site: StaffSite) -> None:
    site.newsroom.crowd(1)
    stored = site.newsroom.approved(replace(RELEASE, embargo=Embargo(local=None)))
    session = site.sign_in(DISPATCHER)
    old = (datetime.now(UTC) - timedelta(minutes=6)).isoformat()

    answer = ask(site, stored, session, sure="yes", lift=old)

    assert answer.status == 200
    assert "Schedule this?" in answer.text
    assert site.newsroom.service.dispatches.all() == []


def test_an_approval_that_is_void_by_now_schedules_nothing(site: StaffSite, stored: StoredRevision) -> None:
    session = site.sign_in(DISPATCHER)
    form = confirmed(ask(site, stored, session).text)
    site.newsroom.take_in(with_headline("Something else"), revises=stored)

    answer = send(site, stored, session, form)

    assert answer.status == 422
    assert "not approved" in answer.text
    assert site.newsroom.service.dispatches.all() == []
    assert site.get(f"/releases/{stored.release_id}/schedule", site.sign_in(APPROVER)).status == 403
