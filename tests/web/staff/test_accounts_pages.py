"""Accounts, passwords and tokens in the browser: what an admin keeps, and what is everybody's own."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from distributor.core.account import AccountId, Permission, Role, account_id
from distributor.core.errors import NotSignedIn
from distributor.web.staff.permission_words import PERMISSION_WORDS
from tests.web.staff.conftest import ADMIN, APPROVER, DISPATCHER, EDITOR, PASSWORD, StaffSite

NEW = "seven slow boats drift"
NASTY = "<img src=x onerror=alert(1)>"


def ask(site: StaffSite, path: str, session: str, *pairs: tuple[str, str]) -> tuple[int, str]:
    """Send a form in which a field may stand several times; return the status and the page."""
    from urllib.parse import urlencode

    body = urlencode([*pairs, ("csrf", site.door.sign_in.csrf_of(session))]).encode()
    headers = {"Cookie": f"distributor_session={session}", "Content-Type": "application/x-www-form-urlencoded"}
    answer = site.raw("POST", path, body, headers)
    return answer.status, answer.text


def secret_on(page: str) -> str:
    """Return what a page shows once."""
    found = re.search(r'class="secret">([^<]+)<', page)
    assert found is not None, page
    return found[1]


def roles_of(site: StaffSite, login: str) -> tuple[Role, ...]:
    return site.door.keeper.named(login).roles


def test_an_admin_adds_somebody_whose_password_is_made_and_shown_once(site: StaffSite) -> None:
    session, login = site.sign_in(ADMIN), "nia@desk.example.org"

    status, page = ask(
        site, "/accounts", session, ("name", "Nia New"), ("login", login), ("role", "editor"), ("role", "approver")
    )
    password = secret_on(page)

    assert status == 200
    assert roles_of(site, login) == (Role.APPROVER, Role.EDITOR)
    assert site.post("/login", login=login, password=password).status == 303
    assert password not in site.get("/accounts", session).text
    assert password not in "".join(str(entry) for entry in site.newsroom.service.audit.entries())


@pytest.mark.parametrize(
    "pairs",
    [
        {"name": "Ana", "login": "no address", "role": "editor"},
        {"name": " ", "login": "a@desk.example.org", "role": "editor"},
        {"name": "Ana", "login": "a@desk.example.org"},
        {"name": "Ana", "login": "a@desk.example.org", "role": "king"},
        {"name": "Ana", "login": "a@desk.example.org", "role": "editor", "password": "short"},
        {"name": "Ana", "login": EDITOR, "role": "editor"},
        {"name": "EDA  writes", "login": "a@desk.example.org", "role": "editor"},
    ],
)
def test_an_account_that_cannot_be_is_refused_with_what_was_typed(site: StaffSite, pairs: dict[str, str]) -> None:
    before = len(site.door.keeper.everyone())

    status, page = ask(site, "/accounts", site.sign_in(ADMIN), *pairs.items())

    assert (status, 'role="alert"' in page) == (422, True)
    assert f'value="{pairs["name"]}"' in page
    assert len(site.door.keeper.everyone()) == before


def test_extra_fields_make_nobody_more_than_was_said(site: StaffSite) -> None:
    """Whoever adds is_admin, permissions or an id to a form changes nothing by it."""
    session = site.sign_in(ADMIN)
    extra = (("is_admin", "true"), ("permissions", "manage-users"), ("id", "u1"), ("is_active", "no"), ("generation", "9"))

    ask(site, "/accounts", session, ("name", "Nia"), ("login", "nia@desk.example.org"), ("role", "editor"), *extra)

    account = site.door.keeper.named("nia@desk.example.org")
    assert (account.roles, account.is_active, account.is_admin) == ((Role.EDITOR,), True, False)


def test_the_last_admin_cannot_be_locked_out_and_the_page_says_why(site: StaffSite) -> None:
    session, admin = site.sign_in(ADMIN), account_id(ADMIN)

    demoted = ask(site, f"/accounts/{admin}/roles", session, ("role", "editor"))
    disabled = ask(site, f"/accounts/{admin}/active", session, ("active", "no"))
    none = ask(site, f"/accounts/{admin}/roles", session)

    assert (demoted[0], disabled[0], none[0]) == (422, 422, 422)
    assert "Nobody would be left who can manage accounts" in demoted[1]
    assert "Nobody would be left who can manage accounts" in disabled[1]
    assert roles_of(site, ADMIN) == (Role.ADMIN,)

    other = account_id(EDITOR)
    assert ask(site, f"/accounts/{other}/roles", session, ("role", "admin"), ("role", "editor"))[0] == 303
    assert ask(site, f"/accounts/{admin}/active", session, ("active", "no"))[0] == 303
    assert site.get("/accounts", session).status == 303, "an account that is shut out is out at once"


def test_roles_hold_from_the_next_click_on_and_shutting_out_from_this_one(site: StaffSite) -> None:
    admin, editor, name = site.sign_in(ADMIN), site.sign_in(EDITOR), account_id(EDITOR)

    ask(site, f"/accounts/{name}/roles", admin, ("role", "approver"))
    as_approver = site.get("/releases/new", editor).status
    ask(site, f"/accounts/{name}/active", admin, ("active", "no"))
    as_nobody = site.get("/", editor).status
    ask(site, f"/accounts/{name}/active", admin, ("active", "yes"))

    assert (as_approver, as_nobody, site.get("/", editor).status) == (403, 303, 303)
    assert site.sign_in(EDITOR)


def test_a_password_by_an_admin_ends_all_sessions_of_the_account(site: StaffSite) -> None:
    admin, editor, name = site.sign_in(ADMIN), site.sign_in(EDITOR), account_id(EDITOR)

    weak = ask(site, f"/accounts/{name}/password", admin, ("sure", "yes"), ("password", "password1234"))
    unsure = ask(site, f"/accounts/{name}/password", admin, ("password", NEW))
    still = site.get("/", editor).status
    status, page = ask(site, f"/accounts/{name}/password", admin, ("sure", "yes"))

    assert (weak[0], unsure[0], still, status) == (422, 422, 200, 200)
    assert site.get("/", editor).status == 303
    assert site.post("/login", login=EDITOR, password=secret_on(page)).status == 303


def test_an_admin_can_neither_approve_nor_import_by_an_address(site: StaffSite) -> None:
    stored = site.newsroom.take_in()
    session = site.sign_in(ADMIN)

    for path in (f"/releases/{stored.release_id}/approve", f"/releases/{stored.release_id}/schedule", "/imports", "/lists"):
        assert site.post(path, session).status == 403, path
    assert site.newsroom.service.releases.approved_seal(stored.release_id) == ""


def test_ones_own_password_takes_the_old_one_and_ends_the_other_sessions(site: StaffSite) -> None:
    here, there = site.sign_in(EDITOR), site.sign_in(EDITOR)

    wrong = site.post("/me/password", here, old="not it at all", new=NEW, again=NEW)
    unequal = site.post("/me/password", here, old=PASSWORD, new=NEW, again="other")
    weak = site.post("/me/password", here, old=PASSWORD, new="short", again="short")
    right = site.post("/me/password", here, old=PASSWORD, new=NEW, again=NEW)
    cookie = right.headers["set-cookie"]

    assert (wrong.status, unequal.status, weak.status, right.status) == (422, 422, 422, 303)
    assert "The old password is not right" in wrong.text
    assert "HttpOnly" in cookie
    fresh = cookie.partition("=")[2].partition(";")[0]
    assert (site.get("/", here).status, site.get("/", there).status, site.get("/", fresh).status) == (303, 303, 200)
    assert site.post("/login", login=EDITOR, password=PASSWORD).status == 403


def test_whoever_lost_a_phone_ends_all_other_sessions(site: StaffSite) -> None:
    here, there, stranger = site.sign_in(EDITOR), site.sign_in(EDITOR), site.sign_in(ADMIN)

    answer = site.post("/me/sessions/end", here, sure="yes")

    fresh = answer.headers["set-cookie"].partition("=")[2].partition(";")[0]
    assert [site.get("/", session).status for session in (here, there, fresh, stranger)] == [303, 303, 200, 200]
    assert site.post("/login", login=EDITOR, password=PASSWORD).status == 303


def test_guessing_the_old_password_in_a_stolen_session_gets_slow(site: StaffSite) -> None:
    session = site.sign_in(EDITOR)

    answers = [site.post("/me/password", session, old=f"guess number {n}", new=NEW, again=NEW) for n in range(7)]

    assert {answer.status for answer in answers} == {422}
    assert "Too many attempts" in answers[-1].text
    assert "Too many attempts" in site.post("/me/password", session, old=PASSWORD, new=NEW, again=NEW).text


def test_a_token_is_shown_once_does_what_it_may_and_is_revoked(site: StaffSite) -> None:
    session = site.sign_in(EDITOR)

    status, page = ask(site, "/me/tokens", session, ("label", NASTY), ("scope", "read"), ("life", "30"))
    secret = secret_on(page)
    caller = site.door.sign_in.by_token(secret)
    (token,) = site.door.tokens.of(account_id(EDITOR))
    own = site.get("/me", session).text

    assert status == 200
    assert caller.permissions == {Permission.READ}
    assert token.expires_at == token.added_at + timedelta(days=30)
    assert (secret in own, NASTY in own) == (False, False)
    assert site.post(f"/me/tokens/{token.id}/revoke", session).status == 200, "it asks first"
    assert site.door.sign_in.by_token(secret).name == "Eda Writes"
    assert site.post(f"/me/tokens/{token.id}/revoke", session, sure="yes").status == 303
    with pytest.raises(NotSignedIn):
        site.door.sign_in.by_token(secret)


@pytest.mark.parametrize(
    "pairs",
    [
        (("label", "x"), ("scope", "manage-users"), ("life", "30")),
        (("label", "x"), ("scope", "read"), ("life", "1000000")),
        (("label", ""), ("scope", "read"), ("life", "30")),
        (("label", "x"), ("scope", "everything"), ("life", "30")),
        (("label", "x"), ("life", "30")),
    ],
)
def test_no_token_does_more_than_its_owner(site: StaffSite, pairs: tuple[tuple[str, str], ...]) -> None:
    status, page = ask(site, "/me/tokens", site.sign_in(EDITOR), *pairs)

    assert (status, 'role="alert"' in page) == (422, True)
    assert site.door.tokens.everything() == ()


def test_tokens_are_ones_own_and_an_admin_sees_and_ends_all(site: StaffSite) -> None:
    _, token = site.door.tokens.issue(account_id(EDITOR), label="wall screen", scopes=[Permission.READ], by="x")
    stranger, admin = site.sign_in(DISPATCHER), site.sign_in(ADMIN)

    assert site.post(f"/me/tokens/{token.id}/revoke", stranger, sure="yes").status == 404
    assert site.post(f"/tokens/{token.id}/revoke", stranger).status == 403
    assert "wall screen" not in site.get("/me", stranger).text
    assert "wall screen" in site.get("/accounts", admin).text
    assert "wall screen" in site.get(f"/accounts/{account_id(EDITOR)}", admin).text
    assert site.post(f"/tokens/{token.id}/revoke", admin).status == 200, "it asks first"
    assert site.post(f"/tokens/{token.id}/revoke", admin, sure="yes").status == 303
    assert site.door.tokens.everything() == ()


def test_accounts_are_the_admins_and_the_menu_says_so(site: StaffSite) -> None:
    assert 'href="/accounts"' in site.get("/", site.sign_in(ADMIN)).text
    for login in (EDITOR, APPROVER, DISPATCHER):
        page = site.get("/", site.sign_in(login)).text
        assert ('href="/accounts"' in page, 'href="/me"' in page) == (False, True)
    assert site.get(f"/accounts/{AccountId('../etc')}", site.sign_in(ADMIN)).status in {404, 303}


def test_every_permission_is_told_in_words() -> None:
    """A page that names what somebody may would fail on one without."""
    assert set(PERMISSION_WORDS) == set(Permission)
