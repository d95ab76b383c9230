"""The audit on the real Redis: everything is accounted for, in order, for ever."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import orjson
import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from distributor.core.errors import StoreUnavailable
from distributor.ports import AuditEntry
from distributor.ports_audit import AuditQuery
from distributor.store.audit import RedisAuditLog, entry_json
from distributor.store.codec import encode
from distributor.store.connection import connect

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
APPROVED = AuditEntry(
    at=AT,
    by="Ana",
    action="release.approved",
    subject="rabc",
    reason="read it twice",
    facts=(("revision", "2"), ("code", "AAAA-AAAA")),
)


def entry(number: int, *, subject: str = "rabc") -> AuditEntry:
    return AuditEntry(at=AT, by="Ana", action="release.added", subject=subject, facts=(("n", str(number)),))


def test_an_entry_comes_back_as_it_was_written(redis_client: redis.Redis) -> None:
    audit = RedisAuditLog(redis_client)

    audit.append(APPROVED)

    assert list(audit.entries()) == [APPROVED]


def test_entries_keep_the_order_of_writing_over_many_pages(redis_client: redis.Redis) -> None:
    """Not that of `at`: whose clock goes wrong cannot put words before those that were there."""
    audit = RedisAuditLog(redis_client)
    written = [AuditEntry(at=AT - timedelta(seconds=n), by="Ana", action="a.b", subject="s", facts=()) for n in range(2_100)]
    for one in written:
        audit.append(one)

    assert list(audit.entries()) == written


def test_entries_of_one_subject_leave_out_the_others(redis_client: redis.Redis) -> None:
    audit = RedisAuditLog(redis_client)
    for number, subject in enumerate(("rabc", "rabcd", "rabc", "dxyz")):
        audit.append(entry(number, subject=subject))

    assert list(audit.entries(subject="rabc")) == [entry(0), entry(2)]
    assert list(audit.entries(subject="nobody")) == []


def test_nothing_is_lost_when_many_write_at_once(redis_url: str, redis_client: redis.Redis) -> None:
    def write(who: int) -> None:
        client = connect(redis_url)
        for number in range(50):
            RedisAuditLog(client).append(entry(number, subject=f"s{who}"))
        client.close()

    threads = [threading.Thread(target=write, args=(who,)) for who in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    audit = RedisAuditLog(redis_client)
    assert [list(audit.entries(subject=f"s{who}")) for who in range(4)] == [
        [entry(number, subject=f"s{who}") for number in range(50)] for who in range(4)
    ]


_TEXT = st.text(alphabet=st.characters(codec="utf-8"), max_size=20)


@given(by=_TEXT, reason=_TEXT, facts=st.lists(st.tuples(_TEXT, _TEXT), max_size=3).map(tuple))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_words_break_the_audit(redis_client: redis.Redis, by: str, reason: str, facts: tuple[tuple[str, str], ...]) -> None:
    written = AuditEntry(at=AT, by=by, action="a.b", subject="s", reason=reason, facts=facts)
    redis_client.flushall()
    audit = RedisAuditLog(redis_client)

    audit.append(written)

    assert list(audit.entries(subject="s")) == [written]


def test_an_exported_entry_is_one_line_of_json() -> None:
    line = entry_json(APPROVED)

    assert b"\n" not in line
    assert orjson.loads(line) == {
        "at": "2026-03-01T12:00:00+00:00",
        "by": "Ana",
        "action": "release.approved",
        "subject": "rabc",
        "reason": "read it twice",
        "facts": {"revision": "2", "code": "AAAA-AAAA"},
    }


def test_a_redis_that_is_away_is_said_to_be_away() -> None:
    audit = RedisAuditLog(connect("redis://127.0.0.1:1/0"))

    with pytest.raises(StoreUnavailable):
        audit.append(APPROVED)
    with pytest.raises(StoreUnavailable):
        list(audit.entries())


def test_the_newest_lines_come_page_by_page_and_none_is_missing_or_twice(redis_client: redis.Redis) -> None:
    audit = RedisAuditLog(redis_client)
    for number in range(25):
        audit.append(entry(number, subject="rodd" if number % 2 else "reven"))

    pages: list[list[int]] = []
    before = None
    while not pages or before:
        page = audit.newest(AuditQuery(subject="rodd"), before=before, most=5)
        pages.append([int(dict(one.facts)["n"]) for one in page.entries])
        before = page.before

    assert pages == [[23, 21, 19, 17, 15], [13, 11, 9, 7, 5], [3, 1]]
    assert [int(dict(one.facts)["n"]) for one in audit.all_newest(AuditQuery())] == list(range(24, -1, -1))


@pytest.mark.parametrize("place", ["x", "(1", "-", "1-1 DEL", "9" * 40, "0-0"])
def test_a_place_that_nobody_gave_shows_the_newest_or_nothing(redis_client: redis.Redis, place: str) -> None:
    audit = RedisAuditLog(redis_client)
    audit.append(APPROVED)

    assert audit.newest(AuditQuery(), before=place, most=5).entries in {(), (APPROVED,)}


def test_a_rare_line_far_back_is_reached_in_bounded_steps(redis_client: redis.Redis) -> None:
    audit = RedisAuditLog(redis_client)
    audit.append(APPROVED)
    with redis_client.pipeline(transaction=False) as pipe:
        for number in range(21_000):
            pipe.xadd("audit", {"entry": encode(entry(number, subject="rother"))})
        pipe.execute()

    first = audit.newest(AuditQuery(actions=("release.approved",)), before=None, most=5)
    second = audit.newest(AuditQuery(actions=("release.approved",)), before=first.before, most=5)

    assert (first.entries, second.entries, second.before) == ((), (APPROVED,), None)


def test_a_query_asks_for_person_kind_and_period() -> None:
    day = timedelta(days=1)

    assert AuditQuery(by="ANA", actions=("release",), since=AT, until=AT + day).fits(APPROVED)
    assert not AuditQuery(until=AT).fits(APPROVED)
    assert not AuditQuery(since=AT + day).fits(APPROVED)
    assert not AuditQuery(actions=("rel",)).fits(APPROVED)
    assert not AuditQuery(by="Anna").fits(APPROVED)
