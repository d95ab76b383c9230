"""The API: what a token may do, the way of a release by programs, and that no request makes it fall over."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from distributor.core.account import Permission, Role, account_id, permissions_of
from distributor.core.report import DispatchState
from tests.web.staff.conftest import APPROVER, DISPATCHER, EDITOR, Answer, StaffSite

TEXT = """---
headline: The footbridge at Lower Mill opens again
city: Geneva
date: 2026-11-23
embargo: 2099-03-01 10:00 Europe/Zurich
contacts:
  - {name: Lena Fischer, email: press@campaign.example}
link: https://example.org/bridge
---
People in Lower Mill reach school on foot again, the campaign said today.

“My daughter counted the days,” said Mirela Osmani, teacher.
"""
#: Every route with the permission that it asks for, and something to send.
ROUTES: dict[tuple[str, str], tuple[Permission, Any]] = {
    ("GET", "/releases"): (Permission.READ, None),
    ("POST", "/releases"): (Permission.WRITE_RELEASE, {"text": TEXT}),
    ("GET", "/releases/{release}"): (Permission.READ, None),
    ("GET", "/releases/{release}/checks"): (Permission.READ, None),
    ("POST", "/releases/{release}/approval"): (Permission.APPROVE, {"revision": 1}),
    ("POST", "/dispatches"): (Permission.SCHEDULE, {"release": "none", "channels": ["email"]}),
    ("GET", "/dispatches/{dispatch}"): (Permission.READ, None),
    ("POST", "/dispatches/{dispatch}/hold"): (Permission.HOLD, {}),
    ("POST", "/dispatches/{dispatch}/resume"): (Permission.RESUME, {}),
    ("POST", "/dispatches/{dispatch}/cancel"): (Permission.CANCEL, {}),
}


def token(site: StaffSite, login: str, *scopes: Permission) -> str:
    """Return a token of that person with these scopes."""
    allowed = permissions_of(site.door.keeper.named(login))
    return site.door.tokens.issue(account_id(login), label="tests", scopes=scopes or list(allowed), by="the tests")[0]


def ask(site: StaffSite, method: str, path: str, secret: str, body: object = None) -> Answer:
    """Send one request."""
    data = None if body is None else json.dumps(body).encode()
    return site.raw(method, f"/api/v1{path}", data, {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"})


def test_every_route_is_in_the_table(site: StaffSite) -> None:
    paths = json.loads(site.get("/api/v1/openapi.json").text)["paths"]

    found = {(method.upper(), path) for path, methods in paths.items() if path.startswith("/api/v1/") for method in methods}

    assert found == {(method, f"/api/v1{path}") for method, path in ROUTES}


@pytest.mark.parametrize("scope", list(Permission))
def test_a_token_does_what_its_scope_allows_and_nothing_else(site: StaffSite, scope: Permission) -> None:
    site.door.keeper.set_roles(account_id(EDITOR), list(Role), by="the tests")
    secret = token(site, EDITOR, scope)

    for (method, pattern), (needs, body) in ROUTES.items():
        answer = ask(site, method, pattern.replace("{release}", "rnone").replace("{dispatch}", "dnone"), secret, body)
        assert (answer.status == 403) == (needs is not scope), (method, pattern, answer.text)
        assert answer.status < 500


@pytest.mark.parametrize("secret", ["", "x", "dst_" + "a" * 43, "é".encode().decode("latin-1")])
def test_without_a_good_token_nothing_is_told(site: StaffSite, secret: str) -> None:
    for (method, pattern), (_, body) in ROUTES.items():
        answer = ask(site, method, pattern.replace("{release}", "r").replace("{dispatch}", "d"), secret, body)
        assert (answer.status, answer.headers.get("www-authenticate")) == (401, "Bearer")


def test_the_way_of_a_release_by_programs(site: StaffSite) -> None:
    site.newsroom.crowd(3)
    editor, approver, dispatcher = token(site, EDITOR), token(site, APPROVER), token(site, DISPATCHER)

    first = json.loads(ask(site, "POST", "/releases", editor, {"text": TEXT}).text)
    again = json.loads(ask(site, "POST", "/releases", editor, {"text": TEXT}).text)
    release = first["release"]
    checks = json.loads(ask(site, "GET", f"/releases/{release}/checks", editor).text)
    old = ask(site, "POST", f"/releases/{release}/approval", approver, {"revision": 2})
    sealed = json.loads(ask(site, "POST", f"/releases/{release}/approval", approver, {"revision": 1}).text)
    wanted = {"release": release, "to": ["press"], "channels": ["email"]}
    early = ask(site, "POST", "/dispatches", dispatcher, {**wanted, "lift": "2026-01-01T00:00:00Z"})
    scheduled = json.loads(ask(site, "POST", "/dispatches", dispatcher, wanted).text)
    twice = json.loads(ask(site, "POST", "/dispatches", dispatcher, wanted).text)
    held = json.loads(ask(site, "POST", f"/dispatches/{scheduled['dispatch']}/hold", editor, {"reason": "a typo"}).text)

    assert again["release"] == release
    assert all(check["passed"] for check in checks if check["severity"] == "error")
    assert (old.status, early.status) == (422, 409)
    assert "never earlier" in json.loads(early.text)["problem"]
    assert len(sealed["code"]) == 9
    assert (twice["dispatch"], scheduled["state"]) == (scheduled["dispatch"], "armed")
    assert (held["state"], held["hold_reason"]) == (DispatchState.HELD, "staff")


def test_two_people_stay_two_people(site: StaffSite) -> None:
    site.door.keeper.set_roles(account_id(EDITOR), list(Role), by="the tests")
    everything = token(site, EDITOR)
    release = json.loads(ask(site, "POST", "/releases", everything, {"text": TEXT}).text)["release"]

    answer = ask(site, "POST", f"/releases/{release}/approval", everything, {"revision": 1})

    assert answer.status == 409
    assert site.newsroom.service.releases.approval(release) is None


def test_what_cannot_be_is_named_and_not_repeated(site: StaffSite) -> None:
    body = {"text": "mines found near a school", "strange": 1, "format": "pdf"}

    answer = ask(site, "POST", "/releases", token(site, EDITOR), body)

    assert answer.status == 422
    assert "format" in answer.text
    assert "near a school" not in answer.text


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=6,
)
NAMES = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=12)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(route=st.sampled_from(sorted(ROUTES)), body=JSON, name=NAMES)
def test_no_request_makes_it_fall_over(site: StaffSite, route: tuple[str, str], body: object, name: str) -> None:
    site.door.keeper.set_roles(account_id(EDITOR), list(Role), by="the tests")
    path = route[1].replace("{release}", quote(name, safe="") or "r").replace("{dispatch}", quote(name, safe="") or "d")

    answer = ask(site, route[0], path, token(site, EDITOR), body if route[0] == "POST" else None)

    assert answer.status < 500, answer.text
