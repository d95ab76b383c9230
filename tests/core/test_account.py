"""Roles and permissions, and which passwords are refused."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.core.account import (
    PERMISSIONS,
    Account,
    AccountId,
    Permission,
    Role,
    account_id,
    caller_of,
    may,
    new_account,
    permissions_of,
    roles_with,
)
from distributor.core.errors import BadInput, Forbidden
from distributor.core.password import normal, refuse_weak

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def account(*roles: Role, is_active: bool = True) -> Account:
    return Account(
        id=AccountId("u1"), name="Ana", login="ana@desk.example", roles=tuple(sorted(roles)), added_at=AT, is_active=is_active
    )


def test_the_table_names_every_role_and_every_permission_is_somebodys() -> None:
    assert set(PERMISSIONS) == set(Role)
    assert frozenset().union(*PERMISSIONS.values()) == frozenset(Permission)


def test_nobody_writes_and_approves_by_one_role() -> None:
    """Two people are only two when the desk gives one of them the other's role on purpose."""
    assert not [role for role in Role if {Permission.WRITE_RELEASE, Permission.APPROVE} <= PERMISSIONS[role]]
    assert roles_with(Permission.MANAGE_USERS) == (Role.ADMIN,)


def test_everybody_who_sees_a_mistake_can_hold() -> None:
    assert roles_with(Permission.HOLD) == tuple(Role)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("permission", list(Permission))
def test_an_account_may_what_its_role_may_and_a_disabled_one_nothing(role: Role, permission: Permission) -> None:
    assert may(account(role), permission) is (permission in PERMISSIONS[role])
    assert not may(account(role, is_active=False), permission)


@given(roles=st.sets(st.sampled_from(Role), min_size=1), scopes=st.sets(st.sampled_from(Permission)))
def test_a_token_never_may_more_than_its_scopes_nor_than_its_account(roles: set[Role], scopes: set[Permission]) -> None:
    known = account(*roles)

    caller = caller_of(known, scopes=scopes)

    assert caller.permissions == scopes & permissions_of(known)
    assert caller_of(known).permissions == permissions_of(known)


def test_who_may_not_hears_which_permission_is_wanting_and_who_has_it() -> None:
    caller = caller_of(account(Role.EDITOR))

    caller.demand(Permission.WRITE_RELEASE)
    with pytest.raises(Forbidden, match=r"approve \(roles: approver\)") as caught:
        caller.demand(Permission.APPROVE)

    assert caught.value.permission == "approve"


def test_a_new_account_has_one_form_of_its_login_and_of_its_name() -> None:
    made = new_account(
        name="  Ana   Lima ", login=" Ana@DESK.example ", roles=[Role.EDITOR, Role.ADMIN, Role.EDITOR], added_at=AT
    )

    assert (made.name, made.login, made.roles) == ("Ana Lima", "ana@desk.example", (Role.ADMIN, Role.EDITOR))
    assert made.id == account_id("ana@desk.EXAMPLE")
    assert "ana" not in made.id


@pytest.mark.parametrize("name", ["", "   ", "\u200b\u200b", "Ana\x1b[2J", "a" * 101])
def test_a_name_that_nobody_can_read_is_refused(name: str) -> None:
    with pytest.raises(BadInput, match="name"):
        new_account(name=name, login="ana@desk.example", roles=[Role.EDITOR], added_at=AT)


def test_an_account_without_a_role_is_refused() -> None:
    with pytest.raises(BadInput, match="role"):
        new_account(name="Ana", login="ana@desk.example", roles=[], added_at=AT)


@given(st.text(st.characters()) | st.just("\ud800@x") | st.just("a@" + "b" * 100_000))
def test_any_text_as_a_login_has_an_id_and_is_not_in_it(login: str) -> None:
    found = account_id(login)

    assert len(found) == 17
    assert found.isalnum()
    assert found == account_id(login)


@pytest.mark.parametrize(
    "password",
    [
        "", "eleven char", "x" * 1001, "aaaaaaaaaaaaaa", "abababababab", "012345678901", "abcdefghijklm", "qwertyuiopasdf",
        "Password2026!", "P@ssw0rd1234!!", "Change me please", "WELCOME BACK 99", "correct horse battery staple",
        "ana.lima@desk.example", "ana.lima2026!!", "analima12345", "Ana Lima Ana Lima", "desk.example.1",
    ],
)  # fmt: skip
def test_a_password_that_is_guessed_soon_is_refused_and_not_quoted(password: str) -> None:
    with pytest.raises(BadInput) as caught:
        refuse_weak(password, login="ana.lima@desk.example", name="Ana Lima")

    assert not password or password not in str(caught.value)


@pytest.mark.parametrize("password", ["rain on copper pans", "Zaun-Mond-Eimer-7", "дождь и медный таз", "jR4!kq0Zt2#m"])
def test_a_long_password_of_any_letters_is_taken(password: str) -> None:
    refuse_weak(password, login="ana.lima@desk.example", name="Ana Lima")


def test_a_password_is_the_same_from_every_keyboard() -> None:
    assert normal("caf\u00e9 au lait matin") == normal("cafe\u0301 au lait matin")
