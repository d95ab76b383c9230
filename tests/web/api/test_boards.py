"""Boards and lifts for programs."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

from tests.flow.newsroom import EMAIL, X, with_headline
from tests.web.api.program import Program, problem
from tests.web.staff.conftest import DISPATCHER, EDITOR, StaffSite


def test_programs_see_go_or_no_go_the_wave_and_the_calendar(site: StaffSite) -> None:
    site.newsroom.crowd(3)
    gone = site.newsroom.schedule(site.newsroom.approved(), channels=(EMAIL, X))
    site.newsroom.work()
    coming = site.newsroom.schedule(site.newsroom.approved(with_headline("Soon")), lift_in=timedelta(hours=1))
    program = Program.of(site, EDITOR)

    readiness = program.get(f"/dispatches/{coming.dispatch}/readiness")
    wave = program.get(f"/dispatches/{gone.dispatch}/wave")
    lifts = program.get("/calendar")["lifts"]
    since = quote((gone.lift_at - timedelta(minutes=1)).isoformat())
    before = program.get(f"/calendar?since={since}")["lifts"]
    too_long = program.ask("GET", "/calendar?since=2026-01-01T00:00:00Z&until=2027-01-01T00:00:00Z")
    beyond = program.ask("GET", "/calendar?since=0001-01-01T00:00:00%2B23:00")

    assert (readiness["verdict"], "Workers" in {sign["topic"] for sign in readiness["signs"]}) == ("stop", True)
    assert wave["channels"]["email"]["steps"][-1]["taken_so_far"] == 3
    assert [(lift["dispatch"], lift["headline"], lift["state"]) for lift in lifts] == [(coming.dispatch, "Soon", "armed")]
    assert {lift["dispatch"] for lift in before} == {gone.dispatch, coming.dispatch}
    assert {problem(too_long), problem(beyond)} == {"bad-input"}


def test_a_program_settles_one_channel_and_leaves_the_other(site: StaffSite) -> None:
    site.newsroom.crowd(3)
    plan = site.newsroom.schedule(site.newsroom.approved(), channels=(EMAIL, X))
    site.newsroom.sandbox.play(
        {"provider": "sendgrid", "kind": "cut-after-accept", "next": 1}, {"provider": "x", "kind": "cut-after-accept", "next": 1}
    )
    site.newsroom.work()
    site.newsroom.sandbox.play()
    decision = {"unknown": "sent", "reason": "the feed shows them", "channel": "email"}

    settled = Program.of(site, DISPATCHER).post(f"/dispatches/{plan.dispatch}/settle", decision)

    assert settled["moved"] == 3
    assert site.newsroom.states(plan.dispatch) == {"accepted": 3}
    assert site.newsroom.states(plan.dispatch, X)["unknown"] == 1
