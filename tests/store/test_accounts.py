"""Accounts and password hashes on the real Redis: one login is one person, and somebody can always manage accounts."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime

import argon2
import pytest
import redis
from argon2.profiles import CHEAPEST
from hypothesis import given, settings
from hypothesis import strategies as st

from distributor.core.account import AccountId, Role, new_account
from distributor.core.errors import DistributorError, NotFound, Refused, StoreUnavailable
from distributor.core.password import LONGEST
from distributor.ports_accounts import Accounts, KnownAccount, PasswordHasher
from distributor.store.accounts import RedisAccounts
from distributor.store.connection import connect
from distributor.store.password_hash import ArgonHasher

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
CHEAP = ArgonHasher(CHEAPEST)


def known(name: str, *roles: Role, login: str = "") -> KnownAccount:
    login = login or f"{name.casefold().replace(' ', '.')}@desk.example"
    account = new_account(name=name, login=login, roles=roles or [Role.EDITOR], added_at=AT)
    return KnownAccount(account=account, password_hash="$argon2id$not-one")


@pytest.fixture
def accounts(redis_client: redis.Redis) -> Accounts:
    """Return no accounts on an empty Redis."""
    return RedisAccounts(redis_client)


def test_an_account_comes_back_as_it_was_added(accounts: Accounts) -> None:
    ana = known("Ana Lima", Role.EDITOR, Role.ADMIN)

    accounts.add(ana)

    assert accounts.get(ana.account.id) == ana
    assert accounts.get(AccountId("u-nobody")) is None


def test_accounts_are_listed_by_name(accounts: Accounts) -> None:
    for name in ("kim Oh", "Ana Lima", "Jon Ek"):
        accounts.add(known(name))

    assert [one.account.name for one in accounts.all()] == ["Ana Lima", "Jon Ek", "kim Oh"]


@pytest.mark.parametrize("name", ["Ana Lima", "ANA LIMA", "Ana\u00a0Lima", "Ana\u200b Lima", "\uff21na Lima"])
def test_two_people_never_have_names_that_read_alike(accounts: Accounts, name: str) -> None:
    """The two-person rule and the audit know people by name."""
    accounts.add(known("Ana Lima"))
    second = replace(known("Else"), account=replace(known("Else").account, name=name))

    with pytest.raises(Refused, match="name"):
        accounts.add(second)


def test_of_many_who_add_one_login_at_once_one_wins(redis_url: str, redis_client: redis.Redis) -> None:
    answers: list[str] = []
    start = threading.Barrier(8)

    def add(number: int) -> None:
        client = connect(redis_url)
        start.wait()
        try:
            RedisAccounts(client).add(known(f"Person {number}", login="desk@desk.example"))
            answers.append(f"Person {number}")
        except Refused:
            answers.append("refused")
        client.close()

    threads = [threading.Thread(target=add, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers.count("refused") == 7
    assert [one.account.name for one in RedisAccounts(redis_client).all()] == [name for name in answers if name != "refused"]


def test_changes_at_once_are_all_kept(redis_url: str, redis_client: redis.Redis) -> None:
    ana = known("Ana Lima")
    RedisAccounts(redis_client).add(ana)

    def count_up() -> None:
        client = connect(redis_url)
        for _ in range(10):
            RedisAccounts(client).change(ana.account.id, lambda now: replace(now, generation=now.generation + 1))
        client.close()

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    found = RedisAccounts(redis_client).get(ana.account.id)
    assert found is not None
    assert found.generation == 40


def disabled(now: KnownAccount) -> KnownAccount:
    return replace(now, account=replace(now.account, is_active=False))


def test_two_admins_who_disable_each_other_at_once_leave_one(redis_url: str, redis_client: redis.Redis) -> None:
    people = [known("Ana", Role.ADMIN), known("Jon", Role.ADMIN)]
    for one in people:
        RedisAccounts(redis_client).add(one)
    start, refused = threading.Barrier(2), []

    def disable(victim: KnownAccount) -> None:
        client = connect(redis_url)
        start.wait()
        try:
            RedisAccounts(client).change(victim.account.id, disabled)
        except Refused:
            refused.append(victim)
        client.close()

    threads = [threading.Thread(target=disable, args=(one,)) for one in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(refused) == 1
    assert [one.account.is_admin for one in RedisAccounts(redis_client).all()].count(True) == 1


def test_who_is_not_there_cannot_be_changed(accounts: Accounts) -> None:
    with pytest.raises(NotFound):
        accounts.change(AccountId("u-nobody"), disabled)


def test_a_redis_that_is_away_is_said_to_be_away() -> None:
    away = RedisAccounts(connect("redis://127.0.0.1:1/0"))

    for act in (lambda: away.get(AccountId("u1")), away.all, lambda: away.add(known("Ana"))):
        with pytest.raises(StoreUnavailable):
            act()


def test_a_record_shows_no_hash_when_it_is_printed() -> None:
    assert "argon2" not in repr(known("Ana"))


def test_what_production_hashes_with_is_the_second_recommendation_of_rfc_9106() -> None:
    """Cheaper ones, as tests use them, would be guessed: this pins the default."""
    found = argon2.extract_parameters(ArgonHasher().hash("rain on copper pans"))

    assert (found.type, found.version, found.time_cost, found.memory_cost, found.parallelism) == (
        argon2.Type.ID, 19, 3, 64 * 1024, 4,
    )  # fmt: skip
    assert (found.salt_len, found.hash_len) == (16, 32)


def test_a_hash_of_other_parameters_is_outdated() -> None:
    assert ArgonHasher().is_outdated(CHEAP.hash("rain on copper pans"))
    assert not CHEAP.is_outdated(CHEAP.hash("rain on copper pans"))


def test_the_same_password_has_another_hash_each_time() -> None:
    assert CHEAP.hash("rain on copper pans") != CHEAP.hash("rain on copper pans")


@given(st.text(st.characters(), max_size=40))
@settings(max_examples=30)
def test_any_text_opens_its_own_hash_only(password: str) -> None:
    """Half a surrogate pair, nulls and right-to-left marks included."""
    made = CHEAP.hash(password)

    assert CHEAP.verify(made, password)
    assert not CHEAP.verify(made, password + "x")
    assert not CHEAP.verify(None, password)


def test_a_password_without_end_is_wrong_and_costs_no_more() -> None:
    hasher: PasswordHasher = CHEAP

    assert not hasher.verify(hasher.hash("y" * LONGEST), "y" * 10_000_000)
    assert not hasher.verify("no hash at all", "rain on copper pans")


def test_what_another_version_stored_is_refused_by_name(redis_client: redis.Redis) -> None:
    redis_client.hset("accounts", "u1", b'{"schema": 99, "value": {}}')

    with pytest.raises(DistributorError, match="shape 99"):
        RedisAccounts(redis_client).get(AccountId("u1"))
