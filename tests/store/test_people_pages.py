"""Lists and suppressions a page at a time on the real Redis: nobody is missing or twice, however sparse they are."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from distributor.core.ids import ContactNumber, ListName, address_key
from distributor.ports_people import Left
from distributor.store.contacts import list_key
from distributor.store.media_lists import RedisMediaLists
from distributor.store.suppression_pages import RedisSuppressionPages
from distributor.store.suppressions import RedisSuppressionList

PRESS = ListName("press")
AT = datetime(2026, 3, 1, tzinfo=UTC)


def paged(lists: RedisMediaLists, *, most: int) -> list[int]:
    """Return everybody on the list, page by page."""
    found: list[ContactNumber] = []
    while page := lists.page(PRESS, after=found[-1] if found else 0, most=most):
        found += page
    return [int(number) for number in found]


@given(
    st.sets(st.one_of(st.integers(1, 200), st.integers(30_000, 34_000), st.integers(1, 3_000_000)), max_size=60),
    st.integers(1, 7),
)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_pages_of_a_list_are_the_list(redis_client: redis.Redis, numbers: set[int], most: int) -> None:
    redis_client.flushall()
    for number in numbers:
        redis_client.setbit(list_key(PRESS), number, 1)

    assert paged(RedisMediaLists(redis_client), most=most) == sorted(numbers)


def test_a_list_is_made_once_and_not_under_the_name_of_a_filter(redis_client: redis.Redis) -> None:
    lists = RedisMediaLists(redis_client)
    redis_client.hset("filters", "fr", "press?language=fr")

    assert [lists.create(PRESS), lists.create(PRESS), lists.create(ListName("fr"))] == [True, False, False]
    assert (lists.size(PRESS), lists.size(ListName("fr"))) == (0, None)
    assert [lists.delete(PRESS), lists.delete(PRESS)] == [True, False]


def all_lines(pages: RedisSuppressionPages, *, most: int) -> list[Left]:
    """Return every line, page by page."""
    page = pages.newest(before=None, most=most)
    found = [*page.lines]
    while page.before is not None:
        page = pages.newest(before=page.before, most=most)
        found += page.lines
    return found


@pytest.mark.parametrize("most", [1, 7, 50])
def test_the_pages_of_suppressions_are_all_that_stand_newest_first(redis_client: redis.Redis, most: int) -> None:
    suppressions, pages = RedisSuppressionList(redis_client), RedisSuppressionPages(redis_client)
    for number in range(100):
        suppressions.add(f"s{number}@news.example", reason="r", by="b", at=AT)
    for number in range(0, 100, 2):
        suppressions.remove(f"s{number}@news.example")

    found = [line.record.address for line in all_lines(pages, most=most)]

    assert found == [f"s{number}@news.example" for number in range(99, 0, -2)]
    assert all(first != second for first, second in pairwise(found))
    assert pages.by_key(address_key("s2@news.example")) is None


def test_who_was_lifted_and_suppressed_again_stands_where_it_happened_last(redis_client: redis.Redis) -> None:
    suppressions, pages = RedisSuppressionList(redis_client), RedisSuppressionPages(redis_client)
    for address in ("a@news.example", "b@news.example"):
        suppressions.add(address, reason="r", by="b", at=AT)
    suppressions.remove("a@news.example")
    suppressions.add("a@news.example", reason="again", by="b", at=AT)

    lines = pages.newest(before=None, most=50).lines

    assert [line.record.address for line in lines] == ["a@news.example", "b@news.example"]


def test_twenty_thousand_that_were_lifted_are_passed_in_bounded_steps(redis_client: redis.Redis) -> None:
    suppressions, pages = RedisSuppressionList(redis_client), RedisSuppressionPages(redis_client)
    suppressions.add("first@news.example", reason="r", by="b", at=AT)
    redis_client.rpush("suppressions:journal", *[f"gone{number:016}" for number in range(20_000)])

    page = pages.newest(before=None, most=500)

    assert (page.lines, page.before) == ((), 15_001)
    assert [line.record.address for line in all_lines(pages, most=500)] == ["first@news.example"]
