"""Sessions on the real Redis: they end when they should, and nothing that stands in Redis opens one."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import cast

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from distributor.core.account import AccountId
from distributor.core.errors import StoreUnavailable
from distributor.ports_accounts import Sessions
from distributor.store.connection import connect
from distributor.store.redis_clock import RedisClock
from distributor.store.sessions import RedisSessions

ANA = AccountId("u-ana")
HOUR = timedelta(hours=1)


@pytest.fixture
def sessions(redis_client: redis.Redis) -> Sessions:
    """Return no sessions on an empty Redis."""
    return RedisSessions(redis_client, idle=HOUR)


def test_a_session_says_whose_it_is_and_when_it_ends_at_the_latest(sessions: Sessions, redis_client: redis.Redis) -> None:
    secret = sessions.open(ANA, generation=3)

    found = sessions.find(secret)

    assert found is not None
    assert (found.account, found.generation) == (ANA, 3)
    assert abs(found.ends_at - RedisClock(redis_client).now() - timedelta(hours=12)) < timedelta(seconds=5)


def test_every_session_has_a_secret_of_256_bits_of_its_own(sessions: Sessions) -> None:
    secrets = {sessions.open(ANA, generation=0) for _ in range(50)}

    assert len(secrets) == 50
    assert {len(secret) for secret in secrets} == {43}


def test_nothing_that_stands_in_redis_opens_a_session(sessions: Sessions, redis_client: redis.Redis) -> None:
    """Whoever reads a backup must not be able to sign in with it."""
    secret = sessions.open(ANA, generation=0)

    names = [name.decode() for name in cast("list[bytes]", redis_client.keys("*"))]
    values = [value.decode() for name in names for value in cast("list[bytes]", redis_client.hvals(name))]

    assert len(names) == 1
    assert secret not in " ".join(names + values)
    assert not any(sessions.find(text) or sessions.find(text.removeprefix("session:")) for text in names + values)


def test_a_session_that_was_ended_stays_ended(sessions: Sessions) -> None:
    secret, other = sessions.open(ANA, generation=0), sessions.open(ANA, generation=0)

    closed = [sessions.close(secret), sessions.close(secret)]

    assert [one is not None for one in closed] == [True, False]
    assert sessions.find(secret) is None
    assert sessions.find(other) is not None


def test_a_session_ends_after_its_idle_limit(redis_client: redis.Redis) -> None:
    sessions = RedisSessions(redis_client, idle=timedelta(milliseconds=80))
    secret = sessions.open(ANA, generation=0)

    time.sleep(0.1)

    assert sessions.find(secret) is None
    assert redis_client.dbsize() == 0


def test_each_request_puts_the_idle_end_off_but_not_the_last(redis_client: redis.Redis) -> None:
    sessions = RedisSessions(redis_client, idle=timedelta(milliseconds=900), absolute=timedelta(milliseconds=1700))
    secret = sessions.open(ANA, generation=0)

    found = []
    for _ in range(10):
        found.append(sessions.find(secret) is not None)
        time.sleep(0.2)

    assert found[:5] == [True] * 5
    assert found[-1] is False
    assert redis_client.dbsize() == 0


def test_looking_often_does_not_write_often(sessions: Sessions, redis_client: redis.Redis) -> None:
    """Each write waits for the disk."""
    secret = sessions.open(ANA, generation=0)
    redis_client.config_resetstat()

    for _ in range(20):
        sessions.find(secret)

    assert "cmdstat_pexpire" not in redis_client.info("commandstats")


def test_the_idle_end_is_put_off_after_a_minute(sessions: Sessions, redis_client: redis.Redis) -> None:
    secret = sessions.open(ANA, generation=0)
    (name,) = redis_client.keys()
    redis_client.pexpire(name, 60_000)

    sessions.find(secret)

    assert redis_client.pttl(name) > 3_500_000


@given(st.text(st.characters(), max_size=80) | st.just("a" * 10_000_000))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_that_was_not_given_out_opens_a_session(sessions: Sessions, text: str) -> None:
    assert sessions.find(text) is None
    assert sessions.close(text) is None


def test_a_form_belongs_to_its_session_only(sessions: Sessions) -> None:
    mine, other = sessions.open(ANA, generation=0), sessions.open(ANA, generation=0)

    token = sessions.csrf_token(mine)

    assert sessions.is_csrf_token(mine, token)
    assert not sessions.is_csrf_token(other, token)
    assert not any(sessions.is_csrf_token(mine, wrong) for wrong in ("", mine, token[:-1], token + "A", "é\ud800"))
    assert mine not in token


def test_a_redis_that_is_away_signs_nobody_in() -> None:
    sessions = RedisSessions(connect("redis://127.0.0.1:1/0"), idle=HOUR)

    with pytest.raises(StoreUnavailable):
        sessions.find("A" * 43)
