"""What X said of the account's limits is kept as it was said, and is never in the way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import orjson
import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from distributor.core.errors import StoreUnavailable
from distributor.core.quota import Allowance, Told
from distributor.store.connection import connect
from distributor.store.x_account import RedisXMemory

NOW = datetime(2026, 3, 30, 0, 1, tzinfo=UTC)
_MOMENTS = st.timedeltas(timedelta(0), timedelta(days=9000)).map(lambda away: NOW + away)
_ALLOWANCES = st.none() | st.builds(Allowance, most=st.integers(0, 10**12), left=st.integers(0, 10**12), ends_at=_MOMENTS)


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=st.builds(Told, at=_MOMENTS, window=_ALLOWANCES, day=_ALLOWANCES))
def test_what_was_said_comes_back_as_it_was_and_only_for_that_account(redis_client: redis.Redis, told: Told) -> None:
    RedisXMemory(redis_client, "1").remember(told)

    assert RedisXMemory(redis_client, "1").told() == told
    assert RedisXMemory(redis_client, "2").told() is None


def test_a_shape_of_a_newer_version_says_nothing(redis_client: redis.Redis) -> None:
    redis_client.set("x:account:3:told", orjson.dumps({"schema": 2, "else": True}))

    assert RedisXMemory(redis_client, "3").told() is None


def test_a_redis_that_is_away_does_not_stop_a_post_from_being_written_down() -> None:
    away = RedisXMemory(connect("redis://127.0.0.1:1/0"), "1")

    away.remember(Told(at=NOW, window=None, day=None))

    with pytest.raises(StoreUnavailable):
        away.told()
