"""Suppressions on the real Redis: whoever asked to be left alone is, and running dispatches learn of it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
import redis

from distributor.core.errors import StoreUnavailable
from distributor.core.ids import address_key
from distributor.ports import Suppression, SuppressionList
from distributor.store.connection import connect
from distributor.store.suppressions import RedisSuppressionList

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ANA, JON, KIM = "ana@paper.example", "jon@radio.example", "kim@agency.example"


@pytest.fixture
def suppressions(redis_client: redis.Redis) -> SuppressionList:
    """Return an empty list on an empty Redis."""
    return RedisSuppressionList(redis_client)


def test_a_suppression_says_why_by_whom_and_when(suppressions: SuppressionList) -> None:
    is_new = suppressions.add(ANA, reason="asked by phone", by="Lea", at=AT)

    assert is_new
    assert suppressions.find(ANA) == Suppression(key=address_key(ANA), address=ANA, reason="asked by phone", by="Lea", at=AT)
    assert suppressions.find(JON) is None


def test_the_first_reason_stays(suppressions: SuppressionList) -> None:
    suppressions.add(ANA, reason="complained", by="provider", at=AT)

    is_new = suppressions.add(ANA, reason="unsubscribed", by="recipient", at=AT + timedelta(days=1))

    found = suppressions.find(ANA)
    assert not is_new
    assert found is not None
    assert found.reason == "complained"
    assert suppressions.journal_end() == 1


def test_each_key_is_answered_in_its_place(suppressions: SuppressionList) -> None:
    suppressions.add(JON, reason="bounced", by="provider", at=AT)

    flags = suppressions.suppressed_among([address_key(address) for address in (ANA, JON, KIM, JON)])

    assert list(flags) == [False, True, False, True]
    assert list(suppressions.suppressed_among([])) == []


def test_the_journal_tells_what_is_new_since_one_looked(suppressions: SuppressionList) -> None:
    suppressions.add(ANA, reason="", by="Lea", at=AT)
    seen = suppressions.journal_end()

    suppressions.add(JON, reason="", by="Lea", at=AT)
    suppressions.add(KIM, reason="", by="Lea", at=AT)

    assert [line.key for line in suppressions.journal_since(seen)] == [address_key(JON), address_key(KIM)]
    assert list(suppressions.journal_since(suppressions.journal_end())) == []
    assert len(suppressions.journal_since(0)) == 3


def test_a_lifted_suppression_can_come_again_and_is_told_again(suppressions: SuppressionList) -> None:
    """A dispatch that is under way must learn of the second one too."""
    suppressions.add(ANA, reason="", by="Lea", at=AT)

    removed = [suppressions.remove(ANA), suppressions.remove(ANA)]
    is_new = suppressions.add(ANA, reason="", by="Lea", at=AT)

    assert removed == [True, False]
    assert is_new
    assert [line.key for line in suppressions.journal_since(1)] == [address_key(ANA)]


def test_entries_are_newest_first(suppressions: SuppressionList) -> None:
    for day, address in enumerate((JON, ANA, KIM)):
        suppressions.add(address, reason="", by="Lea", at=AT + timedelta(days=day))

    assert [entry.address for entry in suppressions.entries()] == [KIM, ANA, JON]


def test_many_who_suppress_one_address_at_once_suppress_it_once(redis_url: str, redis_client: redis.Redis) -> None:
    answers: list[bool] = []
    start = threading.Barrier(8)

    def suppress(by: str) -> None:
        client = connect(redis_url)
        start.wait()
        answers.append(RedisSuppressionList(client).add(ANA, reason="", by=by, at=AT))
        client.close()

    threads = [threading.Thread(target=suppress, args=(f"by {n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == [False] * 7 + [True]
    assert RedisSuppressionList(redis_client).journal_end() == 1


def test_a_redis_that_is_away_never_says_that_nobody_is_suppressed() -> None:
    suppressions = RedisSuppressionList(connect("redis://127.0.0.1:1/0"))

    with pytest.raises(StoreUnavailable):
        suppressions.suppressed_among([address_key(ANA)])
    with pytest.raises(StoreUnavailable):
        suppressions.find(ANA)
    with pytest.raises(StoreUnavailable):
        suppressions.journal_since(0)
