"""The way of a release by programs, and that two people stay two people there."""

from __future__ import annotations

import json

import pytest

from distributor.core.account import Role, account_id
from distributor.core.report import DispatchState
from tests.web.api.program import Program, problem
from tests.web.api.table import TEXT, Files
from tests.web.staff.conftest import APPROVER, DISPATCHER, EDITOR, StaffSite


def test_the_way_of_a_release_by_programs(site: StaffSite) -> None:
    site.newsroom.crowd(3)
    editor, approver, dispatcher = (Program.of(site, login) for login in (EDITOR, APPROVER, DISPATCHER))

    first, again = (editor.post("/releases", {"text": TEXT}) for _ in range(2))
    release = first["release"]
    checks = editor.get(f"/releases/{release}/checks")["checks"]
    old = approver.ask("POST", f"/releases/{release}/approval", {"revision": 2})
    sealed = approver.post(f"/releases/{release}/approval", {"revision": 1})
    wanted = {"release": release, "to": ["press"], "channels": ["email"]}
    early = dispatcher.ask("POST", "/dispatches", {**wanted, "lift": "2026-01-01T00:00:00Z"})
    scheduled, twice = (dispatcher.post("/dispatches", wanted) for _ in range(2))
    held = editor.post(f"/dispatches/{scheduled['dispatch']}/hold", {"reason": "a typo"})

    assert again["release"] == release
    assert all(check["passed"] for check in checks if check["severity"] == "error")
    assert (problem(old), problem(early)) == ("bad-input", "refused")
    assert "never earlier" in early.text
    assert len(sealed["code"]) == 9
    assert (twice["dispatch"], scheduled["state"]) == (scheduled["dispatch"], "armed")
    assert (held["state"], held["hold_reason"]) == (DispatchState.HELD, "staff")


@pytest.mark.parametrize("lift", ["9999-12-31T23:59:59Z", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"])
def test_no_lift_at_an_end_of_the_calendar_breaks_the_pages_that_would_list_it(site: StaffSite, lift: str) -> None:
    site.newsroom.crowd(1)
    release, program = site.newsroom.approved().release_id, Program.of(site, DISPATCHER)

    refused = program.ask("POST", "/dispatches", {"release": release, "to": ["press"], "channels": ["email"], "lift": lift})
    session, path = site.sign_in(DISPATCHER), f"/releases/{release}/schedule"
    page = site.post(path, session, list="press", channel="email", late="60", lift=lift, sure="yes")

    assert (problem(refused), page.status) == ("refused", 422)
    assert site.get("/", session).status == 200
    assert site.newsroom.service.dispatches.all() == []


def test_two_people_stay_two_people(site: StaffSite) -> None:
    site.door.keeper.set_roles(account_id(EDITOR), list(Role), by="the tests")
    everything = Program.of(site, EDITOR)
    release = everything.post("/releases", {"text": TEXT})["release"]

    answer = everything.ask("POST", f"/releases/{release}/approval", {"revision": 1})

    assert problem(answer) == "refused"
    assert site.newsroom.service.releases.approval(release) is None


def test_a_list_comes_in_pages_that_miss_nothing_and_repeat_nothing(site: StaffSite) -> None:
    editor = Program.of(site, EDITOR)
    taken = [editor.post("/releases", {"text": TEXT.replace("Lower", name)})["release"] for name in ("Upper", "Middle", "Far")]

    first = editor.get("/releases?limit=2")
    second = editor.get(f"/releases?limit=2&after={first['next']}")

    assert second["next"] is None
    assert [one["release"] for one in first["items"] + second["items"]] == taken[::-1]
    assert problem(editor.ask("GET", "/releases?after=elsewhere")) == "bad-input"


def test_a_release_is_put_right_and_translated_by_programs(site: StaffSite) -> None:
    editor = Program.of(site, EDITOR)
    release = editor.post("/releases", {"text": TEXT})["release"]
    at = f"/releases/{release}"

    fixed = editor.post(f"{at}/corrections", {"after": 1, "keys": {"contacts": [{"name": "Ana", "phone": "+41 22 555 01 00"}]}})
    same = editor.post(f"{at}/corrections", {"keys": {"headline": fixed["headline"]}})
    late = editor.ask("POST", f"{at}/corrections", {"after": 1, "keys": {"headline": "Mine"}})
    french = Files({"file": ("pont.html", b"<h1>Le pont</h1><p>On passe.</p>")}, {"language": "fr"})
    translated = editor.post(f"{at}/translations/files", french)
    editor.post(f"{at}/corrections", {"keys": {"hashtags": ["Bridge"], "languages": "fr, es"}})
    decided = editor.post(f"{at}/others", {"others": "hold", "after": 4})
    texts = editor.get(f"{at}/texts")
    again = editor.post("/releases", {"text": texts["texts"][0]["text"], "revises": release, "translations": "kept"})
    withdrawn = editor.ask("DELETE", f"{at}/translations/fr?after={again['revision']}")

    assert [fixed["revision"], same["revision"], translated["revision"], decided["revision"]] == [2, 2, 3, 5]
    assert (problem(late), translated["languages"], texts["missing"], texts["others"]) == (
        "refused",
        ["en", "fr"],
        ["es"],
        "hold",
    )
    assert (again["languages"], again["revision"], withdrawn.status) == (["en", "fr"], 5, 200)
    assert [one["revision"] for one in editor.get(f"{at}/revisions")["revisions"]] == [6, 5, 4, 3, 2, 1]


def test_a_correction_that_cannot_be_names_its_key(site: StaffSite) -> None:
    editor = Program.of(site, EDITOR)
    at = f"/releases/{editor.post('/releases', {'text': TEXT})['release']}/corrections"

    for body, where in (
        ({"keys": {"embargo": "tomorrow"}}, "embargo"),
        ({"keys": {"colour": "red"}}, "colour"),
        ({"keys": {"contacts": [{"name": "Ana", "fax": "1"}]}}, "contacts, 1, fax"),
        ({"links": ["javascript:alert(1)"]}, "links, 1"),
        ({"links": ["https://a.example", "https://b.example"]}, "links"),
    ):
        refused = editor.ask("POST", at, body)
        assert (problem(refused), json.loads(refused.text)["where"]) == ("bad-input", where)
