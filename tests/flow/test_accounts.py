"""Who comes in, what they may do then, and how they are shut out: attacked from every side that an outsider has."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import redis
from argon2 import PasswordHasher as Argon
from argon2.profiles import CHEAPEST
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from distributor.bootstrap_accounts import StaffDoor, staff_door
from distributor.bootstrap_stores import Stores
from distributor.core.account import Account, AccountId, Permission, Role, account_id
from distributor.core.errors import BadInput, Forbidden, LoginRefused, LoginThrottled, NotFound, NotSignedIn, Refused
from distributor.flow.sign_in import NOBODY, SignedIn
from distributor.settings import load_settings
from distributor.store.audit import RedisAuditLog
from distributor.store.embedded import RedisHandle
from distributor.store.password_hash import ArgonHasher

LOGIN, PASSWORD = "ana@desk.example", "rain on copper pans"
OTHER = "four blue kettles sing"
HOME, CAFE = "192.0.2.7", "198.51.100.9"
_TEXT = st.text(st.characters(), max_size=60)


@pytest.fixture
def stores(redis_url: str, redis_client: redis.Redis, tmp_path: Path) -> Iterator[Stores]:
    """Return the stores on an empty Redis."""
    assert redis_client.dbsize() == 0
    found = Stores(load_settings(environ={}, cwd=tmp_path), RedisHandle(url=redis_url, broker_url=redis_url, is_embedded=False))
    yield found
    found.client.close()


@pytest.fixture
def door(stores: Stores) -> StaffDoor:
    """Return the steps, with hashes that are quickly made."""
    return staff_door(stores, hasher=ArgonHasher(CHEAPEST))


@pytest.fixture
def ana(door: StaffDoor) -> Account:
    """Return an editor and admin who can sign in."""
    return door.keeper.add(name="Ana Lima", login=LOGIN, roles=[Role.ADMIN, Role.EDITOR], password=PASSWORD, by="root")


def log_in(door: StaffDoor, login: str = LOGIN, password: str = PASSWORD, *, previous: str = "") -> SignedIn:
    return door.sign_in.log_in(login, password, address=HOME, previous=previous)


def actions(redis_client: redis.Redis) -> list[tuple[str, str]]:
    return [(entry.action, entry.by) for entry in RedisAuditLog(redis_client).entries()]


def test_who_signs_in_may_what_the_roles_may(door: StaffDoor, ana: Account) -> None:
    signed_in = log_in(door, " ANA@Desk.example ")

    caller = door.sign_in.by_session(signed_in.secret)
    assert caller == signed_in.caller
    assert caller.account == ana
    caller.demand(Permission.MANAGE_USERS)
    with pytest.raises(Forbidden):
        caller.demand(Permission.APPROVE)


@pytest.mark.parametrize(("login", "password"), [(LOGIN, OTHER), ("jon@desk.example", PASSWORD), ("", ""), (LOGIN, "")])
def test_who_fails_does_not_learn_why(door: StaffDoor, ana: Account, login: str, password: str) -> None:
    assert ana.is_active
    with pytest.raises(LoginRefused) as caught:
        log_in(door, login, password)

    assert str(caught.value) == "This login and this password do not open an account."


def test_a_disabled_account_says_no_more_than_an_unknown_one(door: StaffDoor, ana: Account) -> None:
    door.keeper.add(name="Jon Ek", login="jon@desk.example", roles=[Role.ADMIN], password=OTHER, by="root")
    door.keeper.disable(ana.id, by="Jon Ek")

    with pytest.raises(LoginRefused, match=r"^This login and this password do not open an account"):
        log_in(door)


def test_a_login_makes_a_new_session_and_never_takes_one_that_came_along(door: StaffDoor, ana: Account) -> None:
    """Session fixation: somebody plants a cookie that they know, and waits for its owner to sign in with it."""
    planted = "A" * 43
    first = log_in(door, previous=planted)
    second = log_in(door, previous=first.secret)

    assert ana.is_active
    assert len({planted, first.secret, second.secret}) == 3
    for dead in (planted, first.secret):
        with pytest.raises(NotSignedIn):
            door.sign_in.by_session(dead)
    assert door.sign_in.by_session(second.secret).account == ana


def test_a_session_that_was_logged_out_cannot_be_replayed(door: StaffDoor, ana: Account) -> None:
    signed_in = log_in(door)
    door.sign_in.log_out(signed_in.secret)
    door.sign_in.log_out(signed_in.secret)

    assert ana.is_active
    with pytest.raises(NotSignedIn):
        door.sign_in.by_session(signed_in.secret)


def test_a_form_of_one_session_is_not_one_of_another(door: StaffDoor, ana: Account) -> None:
    mine, other = log_in(door), log_in(door)

    assert ana.is_active
    assert door.sign_in.is_own_form(mine.secret, mine.csrf)
    assert not door.sign_in.is_own_form(mine.secret, other.csrf)


def test_disabling_shuts_out_sessions_and_tokens_at_once(door: StaffDoor, ana: Account) -> None:
    door.keeper.add(name="Jon Ek", login="jon@desk.example", roles=[Role.ADMIN], password=OTHER, by="root")
    session = log_in(door).secret
    token, _ = door.tokens.issue(ana.id, label="board", scopes=[Permission.READ], by="Ana Lima")

    door.keeper.disable(ana.id, by="Jon Ek")

    with pytest.raises(NotSignedIn):
        door.sign_in.by_session(session)
    with pytest.raises(NotSignedIn):
        door.sign_in.by_token(token)
    door.keeper.enable(ana.id, by="Jon Ek")
    with pytest.raises(NotSignedIn):
        door.sign_in.by_session(session)
    assert door.sign_in.by_token(token).account == ana


def test_a_new_password_ends_every_session_and_begins_one(door: StaffDoor, ana: Account) -> None:
    here, elsewhere = log_in(door), log_in(door)

    renewed = door.sign_in.change_password(here.secret, old=PASSWORD, new=OTHER, address=HOME)

    for dead in (here.secret, elsewhere.secret):
        with pytest.raises(NotSignedIn):
            door.sign_in.by_session(dead)
    assert door.sign_in.by_session(renewed.secret).account == ana
    with pytest.raises(LoginRefused):
        log_in(door)
    assert log_in(door, password=OTHER).caller.account == ana


def test_a_stolen_session_does_not_change_the_password(door: StaffDoor, ana: Account) -> None:
    session = log_in(door).secret

    with pytest.raises(LoginRefused):
        door.sign_in.change_password(session, old="a guess of a thief", new=OTHER, address=CAFE)
    with pytest.raises(BadInput):
        door.sign_in.change_password(session, old=PASSWORD, new="short", address=CAFE)

    assert door.sign_in.by_session(session).account == ana


def test_a_password_by_an_admin_ends_the_sessions_and_the_waiting(door: StaffDoor, ana: Account) -> None:
    session = log_in(door).secret
    with pytest.raises(LoginThrottled):
        exhaust(door)

    door.keeper.set_password(ana.id, OTHER, by="Jon Ek")

    with pytest.raises(NotSignedIn):
        door.sign_in.by_session(session)
    assert log_in(door, password=OTHER).caller.account == ana


def exhaust(door: StaffDoor, login: str = LOGIN) -> None:
    for _ in range(10):
        try:
            log_in(door, login, "a guess of a thief")
        except LoginThrottled:
            raise
        except LoginRefused:
            pass


@pytest.mark.parametrize("login", [LOGIN, "nobody@desk.example", "no address\ud800"])
def test_guessing_ends_in_a_wait_for_known_and_unknown_logins_alike(door: StaffDoor, ana: Account, login: str) -> None:
    assert ana.is_active
    with pytest.raises(LoginThrottled) as caught:
        exhaust(door, login)

    assert timedelta(0) < caught.value.wait <= timedelta(seconds=2)


def test_during_the_wait_the_right_password_is_refused_too(door: StaffDoor, ana: Account) -> None:
    with pytest.raises(LoginThrottled):
        exhaust(door)

    with pytest.raises(LoginThrottled):
        log_in(door)

    door.keeper.enable(ana.id, by="root")
    assert log_in(door).caller.account == ana


class CountingHasher(ArgonHasher):
    """The real one, and what it was asked."""

    def __init__(self) -> None:
        super().__init__(CHEAPEST)
        self.asked: list[bool] = []

    def verify(self, known: str | None, password: str) -> bool:
        """Compare, and remember whether there was a hash."""
        self.asked.append(known is not None)
        return super().verify(known, password)


def test_an_unknown_login_costs_a_hash_like_a_known_one(stores: Stores) -> None:
    """Or the time of the answer would tell who works here."""
    hasher = CountingHasher()
    door = staff_door(stores, hasher=hasher)
    door.keeper.add(name="Ana Lima", login=LOGIN, roles=[Role.ADMIN], password=PASSWORD, by="root")

    for login in (LOGIN, "nobody@desk.example", "no address"):
        with pytest.raises(LoginRefused):
            log_in(door, login, OTHER)

    assert hasher.asked == [True, False, False]


def test_comparing_without_a_hash_takes_as_long_as_with_one() -> None:
    """By a wide margin: a comparison that was left out would take a thousandth of the time."""
    hasher = ArgonHasher()
    known = hasher.hash(PASSWORD)

    def seconds(act: Callable[[], bool]) -> float:
        began = time.perf_counter()
        act()
        return time.perf_counter() - began

    hasher.verify(None, OTHER)
    with_one = min(seconds(lambda: hasher.verify(known, OTHER)) for _ in range(3))
    without = min(seconds(lambda: hasher.verify(None, OTHER)) for _ in range(3))

    assert without > with_one / 10


def test_a_login_brings_an_old_hash_up_to_todays_parameters(stores: Stores, door: StaffDoor, ana: Account) -> None:
    stronger = replace(CHEAPEST, time_cost=2)
    tomorrow = staff_door(stores, hasher=ArgonHasher(stronger))

    session = log_in(tomorrow).secret

    known = tomorrow.sign_in.accounts.get(ana.id)
    assert known is not None
    assert not Argon.from_parameters(stronger).check_needs_rehash(known.password_hash)
    assert tomorrow.sign_in.by_session(session).account == ana
    assert log_in(door).caller.account == ana


def test_roles_hold_from_the_next_request_on(door: StaffDoor, ana: Account) -> None:
    jon = door.keeper.add(name="Jon Ek", login="jon@desk.example", roles=[Role.ADMIN], password=OTHER, by="root")
    session = door.sign_in.log_in("jon@desk.example", OTHER, address=HOME).secret

    door.keeper.set_roles(jon.id, [Role.EDITOR, Role.APPROVER], by=ana.name)

    caller = door.sign_in.by_session(session)
    assert caller.may(Permission.APPROVE)
    assert not caller.may(Permission.MANAGE_USERS)


def test_the_last_admin_stays(door: StaffDoor, ana: Account) -> None:
    with pytest.raises(Refused, match="Nobody would be left"):
        door.keeper.disable(ana.id, by="root")
    with pytest.raises(Refused, match="Nobody would be left"):
        door.keeper.set_roles(ana.id, [Role.EDITOR], by="root")


def test_a_token_may_what_its_scopes_say_and_no_more(door: StaffDoor, ana: Account) -> None:
    token, issued = door.tokens.issue(ana.id, label="board", scopes=[Permission.READ], by=ana.name)

    caller = door.sign_in.by_token(token)

    assert (caller.token, caller.permissions) == (issued.id, frozenset({Permission.READ}))
    with pytest.raises(Forbidden):
        caller.demand(Permission.WRITE_RELEASE)
    with pytest.raises(NotSignedIn):
        door.sign_in.by_session(token)
    with pytest.raises(NotSignedIn):
        door.sign_in.by_token(log_in(door).secret)


def test_a_token_loses_what_its_account_loses(door: StaffDoor, ana: Account) -> None:
    door.keeper.add(name="Jon Ek", login="jon@desk.example", roles=[Role.ADMIN], password=OTHER, by="root")
    token, _ = door.tokens.issue(ana.id, label="b", scopes=[Permission.READ, Permission.MANAGE_USERS], by=ana.name)

    door.keeper.set_roles(ana.id, [Role.EDITOR], by="Jon Ek")

    assert door.sign_in.by_token(token).permissions == {Permission.READ}


def test_nobody_issues_a_token_that_is_stronger_than_they_are(door: StaffDoor, ana: Account) -> None:
    with pytest.raises(Refused, match="Leave out: approve"):
        door.tokens.issue(ana.id, label="b", scopes=[Permission.APPROVE, Permission.READ], by=ana.name)
    with pytest.raises(Refused, match="Leave out: write-release"):
        door.tokens.issue(ana.id, label="b", scopes=[Permission.WRITE_RELEASE], by=ana.name, within=frozenset({Permission.READ}))
    assert door.tokens.of(ana.id) == ()


def test_a_token_needs_a_label_a_scope_and_an_account(door: StaffDoor, ana: Account) -> None:
    for label, scopes in (("", [Permission.READ]), ("a\x1b[2J", [Permission.READ]), ("board", [])):
        with pytest.raises(BadInput):
            door.tokens.issue(ana.id, label=label, scopes=scopes, by=ana.name)
    with pytest.raises(NotFound):
        door.tokens.issue(AccountId("u-none"), label="board", scopes=[Permission.READ], by=ana.name)


def test_a_token_is_revoked_by_its_owner_and_by_nobody_elses_word_for_it(door: StaffDoor, ana: Account) -> None:
    token, issued = door.tokens.issue(ana.id, label="board", scopes=[Permission.READ], by=ana.name)

    with pytest.raises(NotFound):
        door.tokens.revoke(issued.id, by="Jon Ek", owner=AccountId("u-jon"))
    assert door.sign_in.by_token(token).account == ana
    door.tokens.revoke(issued.id, by=ana.name, owner=ana.id)

    with pytest.raises(NotSignedIn):
        door.sign_in.by_token(token)


def test_a_weak_password_or_a_nameless_deed_changes_nothing(door: StaffDoor, redis_client: redis.Redis, ana: Account) -> None:
    before = redis_client.hgetall("accounts")

    with pytest.raises(BadInput):
        door.keeper.set_password(ana.id, "Password2026!", by="root")
    with pytest.raises(BadInput):
        door.keeper.add(name="Jon", login="jon@desk.example", roles=[Role.EDITOR], password="jon", by="root")
    for act in (
        lambda: door.keeper.disable(ana.id, by=" "),
        lambda: door.keeper.set_password(ana.id, OTHER, by=""),
        lambda: door.keeper.set_roles(ana.id, [Role.ADMIN], by=""),
        lambda: door.tokens.issue(ana.id, label="b", scopes=[Permission.READ], by=""),
    ):
        with pytest.raises(Refused, match="who does it"):
            act()

    assert redis_client.hgetall("accounts") == before
    assert actions(redis_client) == [("account.added", "root")]


def test_everything_is_accounted_for_and_no_secret_is_told(
    door: StaffDoor, redis_client: redis.Redis, ana: Account, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="distributor")
    signed_in = log_in(door)
    token, issued = door.tokens.issue(ana.id, label="board", scopes=[Permission.READ], by=ana.name)
    with pytest.raises(LoginRefused):
        log_in(door, "secret typed as login", "a guess of a thief")
    renewed = door.sign_in.change_password(signed_in.secret, old=PASSWORD, new=OTHER, address=HOME)
    door.tokens.revoke(issued.id, by=ana.name)
    door.sign_in.log_out(renewed.secret)
    with pytest.raises(LoginThrottled):
        exhaust(door)

    told = [(action, by) for action, by in actions(redis_client) if action != "login.failed"]
    assert told == [
        ("account.added", "root"), ("login.accepted", "Ana Lima"), ("token.issued", "Ana Lima"),
        ("account.password_changed", "Ana Lima"), ("token.revoked", "Ana Lima"), ("login.ended", "Ana Lima"),
    ]  # fmt: skip
    assert actions(redis_client).count(("login.failed", NOBODY)) == 6
    said = str(list(RedisAuditLog(redis_client).entries())) + caplog.text + repr([signed_in, renewed, issued])
    said += str([record.__dict__ for record in caplog.records])
    hushed = (PASSWORD, OTHER, "guess", signed_in.secret, signed_in.csrf, renewed.secret, token, "typed as login", HOME)
    assert [secret for secret in hushed if secret in said] == []
    assert LOGIN not in str(list(RedisAuditLog(redis_client).entries()))


@given(login=_TEXT, password=_TEXT, cookie=_TEXT)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
def test_no_text_opens_the_door_or_breaks_it(door: StaffDoor, login: str, password: str, cookie: str) -> None:
    door.sign_in.throttle.forget(account_id(login))

    with pytest.raises(LoginRefused):
        door.sign_in.log_in(login, password, address=cookie, previous=cookie)
    with pytest.raises(NotSignedIn):
        door.sign_in.by_session(cookie)
    with pytest.raises(NotSignedIn):
        door.sign_in.by_token(cookie)
    door.sign_in.log_out(cookie)
    assert not door.sign_in.is_own_form(cookie, password)


@given(login=_TEXT)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
def test_whatever_is_given_as_an_address_is_added_or_refused_in_words(door: StaffDoor, login: str) -> None:
    try:
        account = door.keeper.add(name=f"P {account_id(login)}", login=login, roles=[Role.EDITOR], password=PASSWORD, by="root")
    except (BadInput, Refused):
        return
    assert door.keeper.named(login) == account
