"""The door of the API: a token does what its scopes and its owner's roles allow today; errors say what to do and nothing else."""

from __future__ import annotations

import json
import logging
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from distributor.core.account import Permission, Role, account_id
from distributor.web.api.door import PREFIX
from distributor.web.staff.gate import COOKIE
from tests.web.api.program import Program, encoded, problem
from tests.web.api.table import ROUTES, TEXT
from tests.web.staff.conftest import ADMIN, EDITOR, StaffSite
from tests.web.staff.table import filled_in


def everything(site: StaffSite) -> Program:
    """Return a program that may do all there is."""
    site.door.keeper.set_roles(account_id(EDITOR), list(Role), by="the tests")
    return Program.of(site, EDITOR)


def test_every_route_is_in_the_table_with_its_permission(site: StaffSite) -> None:
    paths = json.loads(site.get(f"{PREFIX}/openapi.json").text)["paths"]
    documented = {
        (method.upper(), path.removeprefix(PREFIX)): operation["x-permission"]
        for path, methods in paths.items()
        if path.startswith(f"{PREFIX}/")
        for method, operation in methods.items()
    }

    assert {(one.method, one.path): one.needs for one in site.routes} == {route: needs for route, (needs, _) in ROUTES.items()}
    assert documented == {route: needs.value for route, (needs, _) in ROUTES.items()}


def test_nothing_below_the_prefix_stands_outside_the_door(site: StaffSite) -> None:
    behind = {(one.method, PREFIX + one.path) for one in site.routes}

    found = {
        (method, path)
        for route in site.app.routes
        if (path := getattr(route, "path", "")).startswith(PREFIX) and path != f"{PREFIX}/openapi.json"
        for method in getattr(route, "methods", ())
    }

    assert found == behind


def test_a_token_does_what_its_scope_allows_and_nothing_else(site: StaffSite) -> None:
    site.door.keeper.set_roles(account_id(EDITOR), list(Role), by="the tests")
    programs = {scope: Program.of(site, EDITOR, scope) for scope in Permission}

    for scope, ((method, pattern), (needs, body)) in product(Permission, ROUTES.items()):
        program = programs[scope]
        answer = program.ask(method, filled_in(pattern, site.names()), body)
        assert (answer.status == 403) == (needs is not scope), (method, pattern, answer.text)
        assert answer.status < 500


def test_without_a_good_token_nothing_is_told(site: StaffSite) -> None:
    secrets = ("", "x", "dst_" + "a" * 43, "é".encode().decode("latin-1"))

    for secret, ((method, pattern), (_, body)) in product(secrets, ROUTES.items()):
        answer = Program(site, secret).ask(method, filled_in(pattern, site.names()), body)
        assert (problem(answer), answer.status, answer.headers["www-authenticate"]) == ("not-signed-in", 401, "Bearer")


def test_a_session_of_a_browser_opens_nothing_here(site: StaffSite) -> None:
    cookie = {"Cookie": f"{COOKIE}={site.sign_in(ADMIN)}"}

    for (method, pattern), (_, body) in ROUTES.items():
        sent, kind = encoded(body)
        answer = site.raw(method, PREFIX + filled_in(pattern, site.names()), sent, {**cookie, "Content-Type": kind})
        assert answer.status == 401


def test_what_an_account_may_not_any_more_its_token_may_not_at_once(site: StaffSite) -> None:
    program = Program.of(site, EDITOR)
    assert program.ask("POST", "/releases", {"text": TEXT}).status == 200

    site.door.keeper.set_roles(account_id(EDITOR), [Role.ADMIN], by="the tests")
    without_role = program.ask("POST", "/releases", {"text": TEXT})
    site.door.keeper.disable(account_id(EDITOR), by="the tests")
    disabled = program.ask("GET", "/releases")

    assert (without_role.status, disabled.status) == (403, 401)


def test_another_site_in_a_browser_is_not_invited(site: StaffSite) -> None:
    asked = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"}

    answers = [site.raw(method, f"{PREFIX}/releases", None, asked) for method in ("OPTIONS", "GET")]

    assert [answer.status for answer in answers] == [405, 401]
    assert not [name for answer in answers for name in answer.headers if name.startswith("access-control")]


#: Method, path, body and its media type; status and problem.
UNREADABLE: list[tuple[str, str, bytes | None, str, tuple[int, str]]] = [
    ("POST", "/releases", b"x" * (5 * 1024 * 1024 + 1), "application/json", (413, "too-large")),
    ("POST", "/releases", b"text=x", "application/x-www-form-urlencoded", (415, "wrong-media-type")),
    ("POST", "/releases", b"{}", "", (415, "wrong-media-type")),
    ("POST", "/releases", b"", "application/json", (422, "bad-input")),
    ("POST", "/releases", b"{", "application/json", (422, "bad-input")),
    ("POST", "/releases", b"[" * 100_000, "application/json", (422, "bad-input")),
    ("POST", "/releases", b'{"text": "\\ud800"}', "application/json", (422, "bad-input")),
    ("POST", "/releases", b"\xff", "application/json; charset=utf-8", (422, "bad-input")),
    ("GET", "/releases/rnone", None, "", (404, "not-found")),
    ("GET", "/nothing", None, "", (404, "no-such-address")),
    ("PUT", "/releases", b"{}", "application/json", (405, "no-such-method")),
]


def test_what_cannot_be_read_is_refused_in_one_form(site: StaffSite) -> None:
    program = everything(site)

    for method, path, body, kind, expected in UNREADABLE:
        answer = program.raw(method, path, body, {"Content-Type": kind} if kind else {})
        assert (answer.status, problem(answer)) == expected, (method, path, kind)


def test_what_was_sent_is_not_repeated(site: StaffSite) -> None:
    body = {"text": "mines found near a school", "mines found near a school": 1, "format": "near a school"}
    program = everything(site)

    wrong = program.ask("POST", "/releases", body)
    unknown = program.ask("GET", "/releases/near-a-school")

    assert (problem(wrong), problem(unknown)) == ("bad-input", "not-found")
    assert "body.format" in wrong.text
    assert "near" not in wrong.text + unknown.text


def test_no_token_gets_into_a_log(site: StaffSite, caplog: pytest.LogCaptureFixture) -> None:
    program = everything(site)

    with caplog.at_level(logging.DEBUG):
        program.ask("GET", "/releases")
        Program(site, program.secret + "x").ask("GET", "/releases")

    assert "dst_" not in "".join(record.getMessage() for record in caplog.records if record.name != "urllib3.connectionpool")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=6,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(body=st.binary(max_size=40) | JSON.map(lambda value: json.dumps(value).encode()))
def test_no_bytes_make_it_fall_over(site: StaffSite, body: bytes) -> None:
    answer = everything(site).raw("POST", "/releases", body, {"Content-Type": "application/json"})

    assert answer.status < 500, answer.text
