"""API tokens on the real Redis: shown once, stored as a hash, gone when revoked or expired."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import cast

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from distributor.core.account import AccountId, Permission, TokenId
from distributor.core.errors import StoreUnavailable
from distributor.ports_accounts import ApiTokens
from distributor.store.api_tokens import PREFIX, RedisApiTokens
from distributor.store.connection import connect

ANA, JON = AccountId("u-ana"), AccountId("u-jon")
SCOPES = (Permission.SCHEDULE, Permission.READ)


@pytest.fixture
def tokens(redis_client: redis.Redis) -> ApiTokens:
    """Return no tokens on an empty Redis."""
    return RedisApiTokens(redis_client)


def test_a_token_opens_what_it_was_issued_for(tokens: ApiTokens) -> None:
    secret, issued = tokens.issue(ANA, label="newsroom board", scopes=SCOPES)

    found = tokens.find(secret)

    assert found is not None
    assert (found.id, found.account, found.label, found.scopes) == (issued.id, ANA, "newsroom board", tuple(sorted(SCOPES)))
    assert secret.startswith(PREFIX)
    assert len(secret) == len(PREFIX) + 43


def test_nothing_that_stands_in_redis_is_a_token(tokens: ApiTokens, redis_client: redis.Redis) -> None:
    secret, issued = tokens.issue(ANA, label="board", scopes=SCOPES)
    tokens.find(secret)

    hashes = [cast("dict[bytes, bytes]", redis_client.hgetall(name)) for name in ("api_tokens", "api_tokens:used")]
    stored = b" ".join(part for one in hashes for pair in one.items() for part in pair)

    assert redis_client.dbsize() == len(hashes)
    assert secret.removeprefix(PREFIX).encode() not in stored
    assert tokens.find(PREFIX + issued.id) is None
    assert issued.id not in secret


def test_a_revoked_token_opens_nothing_and_others_do(tokens: ApiTokens) -> None:
    (mine, token), (other, _) = tokens.issue(ANA, label="a", scopes=SCOPES), tokens.issue(ANA, label="b", scopes=SCOPES)

    revoked = [tokens.revoke(token.id), tokens.revoke(token.id), tokens.revoke(TokenId("t-none"))]

    assert [one is not None for one in revoked] == [True, False, False]
    assert tokens.find(mine) is None
    assert tokens.find(other) is not None


def test_a_token_expires_by_redis_clock_and_stays_listed(tokens: ApiTokens) -> None:
    secret, _ = tokens.issue(ANA, label="a", scopes=SCOPES, life=timedelta(milliseconds=400))
    before = tokens.find(secret)

    time.sleep(0.45)

    assert before is not None
    assert tokens.find(secret) is None
    assert len(tokens.all()) == 1


def test_the_last_use_is_noted_to_the_minute(tokens: ApiTokens, redis_client: redis.Redis) -> None:
    """Each write waits for the disk."""
    secret, issued = tokens.issue(ANA, label="a", scopes=SCOPES)
    unused = tokens.all()[0].used_at
    tokens.find(secret)
    first = tokens.all()[0].used_at
    tokens.find(secret)
    second = tokens.all()[0].used_at

    redis_client.hset("api_tokens:used", issued.id, 1_000_000)
    tokens.find(secret)

    assert unused is None
    assert first is not None
    assert first == second
    assert first >= issued.added_at
    assert (tokens.all()[0].used_at or first) > first


def test_tokens_are_listed_newest_first(tokens: ApiTokens) -> None:
    for label in ("one", "two", "three"):
        tokens.issue(JON, label=label, scopes=SCOPES)

    assert [token.label for token in tokens.all()] == ["three", "two", "one"]


@given(st.text(st.characters(), max_size=60).map(lambda text: PREFIX + text) | st.text() | st.just(PREFIX + "a" * 10_000_000))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_that_was_not_given_out_is_a_token(tokens: ApiTokens, text: str) -> None:
    assert tokens.find(text) is None


def test_a_redis_that_is_away_lets_nobody_in() -> None:
    with pytest.raises(StoreUnavailable):
        RedisApiTokens(connect("redis://127.0.0.1:1/0")).find(PREFIX + "A" * 43)
