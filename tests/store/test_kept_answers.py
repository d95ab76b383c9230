"""The record behind an idempotency key: one attempt at a time, none blocked for ever by one that died."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta

import redis

from distributor.core.account import AccountId, TokenId
from distributor.ports_answers import AnswerKey, Earlier
from distributor.store.kept_answers import RedisKeptAnswers

FIRST = AnswerKey(account=AccountId("u1"), key="k", token=TokenId("t1"), request="post /a", run="one")
SECOND = replace(FIRST, run="two")


def test_an_attempt_that_died_blocks_for_its_lease_only(redis_client: redis.Redis) -> None:
    answers = RedisKeptAnswers(redis_client, lease=timedelta(milliseconds=60))
    answers.begin(FIRST)
    assert answers.begin(SECOND).earlier is Earlier.RUNNING

    time.sleep(0.08)

    assert answers.begin(SECOND).earlier is Earlier.NEW


def test_an_attempt_that_outlived_its_lease_does_not_answer_for_the_next(redis_client: redis.Redis) -> None:
    answers = RedisKeptAnswers(redis_client, lease=timedelta(milliseconds=40))
    answers.begin(FIRST)
    time.sleep(0.06)
    answers.begin(SECOND)

    answers.keep(FIRST, b"late")
    answers.forget(FIRST)

    assert answers.begin(replace(FIRST, run="three")).earlier is Earlier.RUNNING
    answers.keep(SECOND, b"in time")
    assert answers.begin(FIRST).answer == b"in time"


def test_what_was_forgotten_never_was(redis_client: redis.Redis) -> None:
    answers = RedisKeptAnswers(redis_client)
    answers.begin(FIRST)

    answers.forget(FIRST)

    assert redis_client.keys("*") == []
    assert answers.begin(replace(SECOND, request="post /b")).earlier is Earlier.NEW


def test_who_comes_later_hears_why_it_is_not_theirs(redis_client: redis.Redis) -> None:
    answers = RedisKeptAnswers(redis_client)
    answers.begin(FIRST)
    answers.keep(FIRST, b"done")

    assert answers.begin(replace(SECOND, token=TokenId("t2"))).earlier is Earlier.OTHER_TOKEN
    assert answers.begin(replace(SECOND, request="post /b")).earlier is Earlier.OTHER_REQUEST
    assert answers.begin(replace(SECOND, account=AccountId("u2"))).earlier is Earlier.NEW
    assert answers.begin(SECOND).answer == b"done"
