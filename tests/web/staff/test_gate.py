"""The door: nobody gets in, does, or is led elsewhere by anything but a session of theirs and a form of ours."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import redis

from distributor.cli.demo_stay import still_running
from distributor.core.account import PERMISSIONS, Permission, Role, account_id
from distributor.core.report import DispatchState
from distributor.sandbox.serve import RunningSandbox
from distributor.web.staff.gate import COOKIE
from distributor.web.staff.permission_words import PERMISSION_WORDS
from tests.flow.newsroom import Newsroom
from tests.web.staff.conftest import ADMIN, APPROVER, DISPATCHER, EDITOR, PASSWORD, STAFF, StaffSite
from tests.web.staff.table import LOADED_ANEW, TABLE, filled_in


def test_every_address_is_in_the_table(site: StaffSite) -> None:
    assert {(one.method, one.path): one.needs for one in site.declared} == TABLE


def test_every_permission_is_said_in_words() -> None:
    """One's own page says what one may do; a new permission without words would break it."""
    assert set(PERMISSION_WORDS) == set(Permission)


def test_every_role_is_let_in_or_kept_out_as_the_table_says(site: StaffSite) -> None:
    stored = site.newsroom.take_in()
    names = site.names(release=stored.release_id)

    for login, (_, role) in STAFF.items():
        session = site.sign_in(login)
        for (method, pattern), needs in TABLE.items():
            path = filled_in(pattern, names)
            answer = site.get(path, session) if method == "GET" else site.post(path, session)
            is_kept_out = answer.status == 403
            assert is_kept_out == (needs not in PERMISSIONS[role]), (login, method, path, answer.status)
            assert answer.status < 500, path


def test_a_stranger_sees_nothing_and_is_asked_to_sign_in(site: StaffSite) -> None:
    stored = site.newsroom.take_in()

    for method, pattern in TABLE:
        path = filled_in(pattern, site.names(release=stored.release_id))
        answer = site.get(path) if method == "GET" else site.post(path)
        turned_away = {303, 401} if method == "GET" else {401}
        assert (answer.status in turned_away, stored.content.headline in answer.text) == (True, False), path


@pytest.mark.parametrize("csrf", ["", "x", "a" * 43])
def test_a_form_that_is_not_ours_does_nothing(site: StaffSite, csrf: str) -> None:
    site.newsroom.crowd(2)
    plan = site.newsroom.schedule(site.newsroom.approved())
    session = site.sign_in(DISPATCHER)

    answer = site.post(f"/dispatches/{plan.dispatch}/hold", session, csrf=csrf)

    assert answer.status == 403
    assert site.newsroom.status(plan.dispatch).state is not DispatchState.HELD


def test_a_form_of_another_session_or_another_site_does_nothing(site: StaffSite) -> None:
    session, other = site.sign_in(EDITOR), site.sign_in(EDITOR)
    theirs = site.door.sign_in.csrf_of(other)

    assert site.post("/people", session, csrf=theirs, text="x").status == 403
    assert site.post("/people", session, headers={"Origin": "https://elsewhere.example"}, text="x").status == 403
    assert site.post("/people", session, headers={"Origin": site.url}, text="x").status == 200


def test_signing_in_gives_a_new_session_in_a_cookie_that_scripts_cannot_read(site: StaffSite) -> None:
    planted = site.sign_in(EDITOR)

    answer = site.post("/login", planted, login=EDITOR, password=PASSWORD, next="/people")

    cookie = answer.headers["set-cookie"]
    assert (answer.status, answer.headers["location"]) == (303, "/people")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert planted not in cookie
    assert site.get("/people", planted).status == 303, "what a stranger may have planted is ended"


def test_over_https_the_cookie_is_this_hosts_alone(
    redis_url: str, redis_client: redis.Redis, running_sandbox: RunningSandbox, tmp_path: Path
) -> None:
    newsroom = Newsroom(redis_url, running_sandbox, tmp_path, DISTRIBUTOR_PUBLIC_URL="https://press.example.org")
    site = StaffSite(newsroom)
    try:
        began = site.post("/login", login=EDITOR, password=PASSWORD).headers["set-cookie"]
        secret = began.partition("=")[2].partition(";")[0]
        inside = site.raw("GET", "/people", None, {"Cookie": f"__Host-{COOKIE}={secret}"})
        planted = site.get("/people", secret)
        ended = site.raw("POST", "/logout", b"", {"Cookie": f"__Host-{COOKIE}={secret}"}).headers["set-cookie"]
    finally:
        site.close()
        newsroom.service.close()

    assert began.startswith(f"__Host-{COOKIE}=")
    assert all(word in began and word in ended for word in ("Secure", "Path=/"))
    assert "Domain" not in began
    assert (inside.status, planted.status) == (200, 303)


@pytest.mark.parametrize(
    "target",
    ["https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example", "javascript:alert(1)", "", "/login", "/é"],
)
def test_nobody_is_led_elsewhere_after_signing_in(site: StaffSite, target: str) -> None:
    answer = site.post("/login", login=EDITOR, password=PASSWORD, next=target)

    assert answer.headers["location"] == "/"


def test_a_wrong_password_is_refused_without_saying_which_part_was_wrong(site: StaffSite) -> None:
    answers = [site.post("/login", login=login, password="wrong") for login in (EDITOR, "nobody@desk.example.org", "<script>")]

    assert {answer.status for answer in answers} == {403}
    assert all("do not open an account" in answer.text and "<script>alert" not in answer.text for answer in answers)


def test_what_was_typed_outlives_the_session(site: StaffSite) -> None:
    """The session ends in the middle of an edit; after signing in again the text is still there, and one button sends it."""
    session = site.sign_in(EDITOR)
    site.door.sign_in.log_out(session)
    text = "---\nheadline: A <b>bold</b> claim\n---\nMines were found.\n"

    refused = site.post("/releases/new", session, csrf="old", text=text, kind="md")
    kept = dict(re.findall(r'name="kept\.(\w+)" value="([^"]*)"', refused.text))
    form = {"login": EDITOR, "password": PASSWORD, "next": "/releases/new", "kept.text": text, "kept.kind": "md"}
    back = site.send("/login", form)

    assert refused.status == 401
    assert "&lt;b&gt;bold" in kept["text"]
    assert back.status == 200
    assert "&lt;b&gt;bold" in back.text
    assert 'action="/releases/new"' in back.text
    assert site.newsroom.service.releases.list_all() == []


def test_what_another_site_typed_is_not_kept_for_whoever_signs_in(site: StaffSite) -> None:
    """The cookie does not travel with another site's form: its fields must not come back as something that one had typed."""
    typed = {"sure": "yes", "reason": "planted"}

    theirs = site.send("/dispatches/d1/cancel", typed, headers={"Origin": "https://elsewhere.example"})
    ours = site.send("/dispatches/d1/cancel", typed, headers={"Origin": site.url})

    assert (theirs.status, "planted" in theirs.text, "planted" in ours.text) == (401, False, True)


def test_a_page_that_loads_parts_of_itself_anew_does_not_put_off_the_end_of_a_session(
    site: StaffSite, redis_client: redis.Redis
) -> None:
    session = site.sign_in(EDITOR)
    (key,) = redis_client.keys("session:*")

    def left_after(path: str) -> int:
        redis_client.pexpire(key, 60_000)
        assert site.get(path, session).status < 500
        return int(redis_client.pttl(key))

    names = site.names(release=site.newsroom.take_in().release_id)
    parts = [filled_in(path, names) for method, path in TABLE if method == "GET" and path in LOADED_ANEW]

    assert all(left_after(path) <= 60_000 for path in parts)
    assert left_after("/health") > 60_000
    redis_client.delete(key)
    assert {(site.get(path, session).status, site.get(path, session).headers["hx-refresh"]) for path in parts} == {(401, "true")}


def test_signing_out_ends_the_session(site: StaffSite) -> None:
    session = site.sign_in(ADMIN)

    assert site.post("/logout", session).status == 303
    assert site.get("/", session).status == 303


def test_pages_are_kept_by_nobody_and_allow_no_script_of_theirs(site: StaffSite) -> None:
    stored = site.newsroom.take_in()
    session = site.sign_in(APPROVER)

    for path in ("/", f"/releases/{stored.release_id}", "/people", "/audit", "/health", "/login"):
        answer = site.get(path, session)
        policy = answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"
        assert "noindex" in answer.headers["x-robots-tag"]
        assert "unsafe" not in policy
        assert re.findall(r"<script(?![^>]* src=)", answer.text) == []
        assert re.findall(r" (?:style|on\w+)=", answer.text) == []


def test_a_demo_that_stays_shows_logins_that_work(site: StaffSite) -> None:
    said = still_running(site.newsroom.service, "d1", web_url=site.url, sandbox_url="http://127.0.0.1:1")

    logins = re.findall(r"as (\S+) with the password (\S+)", said)
    answers = [site.post("/login", login=login, password=password) for login, password in logins]

    assert [(answer.status, answer.headers["location"]) for answer in answers] == [(303, "/"), (303, "/")]
    assert f"{site.url}/dispatches/d1" in said


def test_no_form_of_any_page_is_taken_from_elsewhere(site: StaffSite) -> None:
    """Every act wants the token of its session, comes from this origin, and by POST: also one that is added tomorrow."""
    site.door.keeper.set_roles(account_id(ADMIN), list(Role), by="the tests")
    session = site.sign_in(ADMIN)
    names = site.names(release=site.newsroom.take_in().release_id)
    before = site.newsroom.service.client.dbsize()

    for method, pattern in TABLE:
        if method == "GET":
            continue
        path = filled_in(pattern, names)
        assert site.post(path, session, csrf="", sure="yes").status == 403, path
        assert site.post(path, session, headers={"Origin": "null"}, sure="yes").status == 403, path
        assert site.raw("POST", path, b"{}", {"Cookie": f"{COOKIE}={session}", "Content-Type": "text/plain"}).status == 413, path
        if ("GET", pattern) not in TABLE:
            assert site.get(path, session).status in {404, 405}, path
    assert site.newsroom.service.client.dbsize() == before


def test_an_address_with_nothing_to_see_is_told_as_a_page_to_people_and_as_json_to_programs(site: StaffSite) -> None:
    session = site.sign_in(EDITOR)
    browser = {"Accept": "text/html,*/*;q=0.8"}

    mistyped, act = (site.get(path, session, **browser) for path in ("/nowhere", "/releases/r1/approve"))
    stranger, program = site.get("/nowhere", **browser), site.get("/api/v1/nowhere", **browser)

    assert [answer.status for answer in (mistyped, act, stranger, program)] == [404, 405, 404, 404]
    assert "There is no page at this address." in mistyped.text
    assert "Sign out" in act.text
    assert "Sign out" not in stranger.text
    assert program.text.startswith("{")
    assert site.get("/nowhere").text == '{"detail":"Not Found"}'


def test_files_of_ours_are_the_only_ones_given(site: StaffSite) -> None:
    for path in ("/static/../_frame.html", "/static/%2e%2e/%2e%2e/pyproject.toml", "/static/_frame.html", "/static//etc/passwd"):
        assert site.get(path).status == 404
    assert site.get("/static/staff.css").status == 200
