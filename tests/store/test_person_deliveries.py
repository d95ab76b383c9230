"""One person among the audiences of many dispatches, and what happened to their messages, on the real Redis."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from distributor.core.delivery import State
from distributor.core.delivery_event import DeliveryEvent, Mark
from distributor.core.ids import ContactNumber, DispatchId, Index
from distributor.store.audience_runs import TOO_MANY, runs_of
from distributor.store.events import RedisEventStore
from distributor.store.ledger_keys import ChannelKeys
from distributor.store.person_deliveries import RedisPersonDeliveries
from tests.store.ledger_desk import ACCEPTED, EMAIL, Desk


def desk_with(client: redis.Redis, members: Sequence[int], *, dispatch: str = "dperson") -> Desk:
    """Return a dispatch that has been accepted for these people."""
    desk = Desk(client, dispatch=dispatch)
    desk.create()
    desk.open_batches(len(members), members=members)
    desk.ledger.settle_accepted(desk.claim_and_submit(), ACCEPTED)
    return desk


def event(desk: Desk, index: int, kind: State | Mark, at: datetime) -> DeliveryEvent:
    """Return an event about the desk's dispatch."""
    state, mark = (None, kind) if isinstance(kind, Mark) else (kind, None)
    return DeliveryEvent(dispatch=desk.id, index=Index(index), state=state, mark=mark, at=at)


def moment(minutes: int = 0) -> datetime:
    """Return a whole minute, now or so many later."""
    return datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(minutes=minutes)


@given(members=st.lists(st.integers(1, 40), min_size=1, max_size=40, unique=True), is_old=st.booleans())
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_everybody_is_found_where_they_stand_and_nobody_else(redis_client: redis.Redis, members: list[int], is_old: bool) -> None:
    redis_client.flushall()
    desk = desk_with(redis_client, members)
    if is_old:
        redis_client.delete(ChannelKeys(desk.id, EMAIL).runs)
    deliveries = RedisPersonDeliveries(redis_client)

    found = {number: deliveries.of(ContactNumber(number), [desk.id]) for number in range(42)}

    assert {number: one[0].index for number, one in found.items() if one} == {n: at for at, n in enumerate(members)}


def test_an_audience_without_any_order_is_looked_through(redis_client: redis.Redis) -> None:
    members = list(range(6000, 0, -1))
    desk = desk_with(redis_client, members[:1000])
    k = ChannelKeys(desk.id, EMAIL)
    assert runs_of([ContactNumber(number) for number in members]) == TOO_MANY
    redis_client.set(k.runs, TOO_MANY)
    RedisEventStore(redis_client).apply(desk.id, [event(desk, 300, State.DELIVERED, moment())])

    (found,) = RedisPersonDeliveries(redis_client).of(ContactNumber(5700), [desk.id])

    assert (found.index, found.state, [one.what for one in found.events]) == (300, State.DELIVERED, ["delivered"])
    assert RedisPersonDeliveries(redis_client).of(ContactNumber(1), [desk.id]) == []


def test_messages_come_in_the_order_asked_with_their_states(redis_client: redis.Redis) -> None:
    desks = [desk_with(redis_client, [1, 5, 9, number], dispatch=f"d{number}") for number in (20, 30, 40)]
    RedisEventStore(redis_client).apply(desks[1].id, [event(desks[1], 1, State.BOUNCED, moment())])
    names = [desk.id for desk in desks]

    found = RedisPersonDeliveries(redis_client).of(ContactNumber(5), [DispatchId("dnone"), *reversed(names)])

    assert [(one.dispatch, one.state) for one in found] == [
        (names[2], State.ACCEPTED), (names[1], State.BOUNCED), (names[0], State.ACCEPTED),
    ]  # fmt: skip
    assert [one.dispatch for one in RedisPersonDeliveries(redis_client).of(ContactNumber(30), names)] == [names[1]]


def test_single_events_are_kept_in_the_order_of_their_times_however_they_come(redis_client: redis.Redis) -> None:
    desk = desk_with(redis_client, range(1, 601))
    store = RedisEventStore(redis_client)
    told = [
        event(desk, 300, Mark.OPENED, moment(9)),
        event(desk, 300, State.DEFERRED, moment(2)),
        event(desk, 300, State.DELIVERED, moment(4)),
        event(desk, 300, State.DEFERRED, moment(1)),
        event(desk, 300, State.ACCEPTED, moment(0)),
        event(desk, 300, Mark.OPENED, moment(7)),
    ]
    others = [event(desk, index, State.DELIVERED, moment()) for index in (0, 44, 299, 301, 556, 599)]

    for _ in range(3):
        store.apply(desk.id, [*told, *others])
        store.apply(desk.id, told[::-1])

    (found,) = RedisPersonDeliveries(redis_client).of(ContactNumber(301), [desk.id])
    assert [(one.what, one.at) for one in found.events] == [
        ("accepted", moment(0)), ("deferred", moment(1)), ("deferred", moment(2)), ("delivered", moment(4)),
        ("opened", moment(7)), ("opened", moment(9)),
    ]  # fmt: skip
    k = ChannelKeys(desk.id, EMAIL)
    assert [redis_client.llen(k.timeline(block)) for block in range(3)] == [2, 8, 2], "what is repeated is kept once"


def test_events_about_somebody_who_never_left_are_not_told(redis_client: redis.Redis) -> None:
    desk = Desk(redis_client)
    desk.prepare(3)

    RedisEventStore(redis_client).apply(
        desk.id, [event(desk, 0, State.DELIVERED, moment()), event(desk, 99, Mark.OPENED, moment())]
    )

    assert list(redis_client.scan_iter("*:events:*")) == []


def test_who_opens_a_mail_without_end_fills_no_memory(redis_client: redis.Redis) -> None:
    desk = desk_with(redis_client, range(1, 11))
    store = RedisEventStore(redis_client)
    for start in range(0, 3000, 500):
        store.apply(desk.id, [event(desk, 3, Mark.OPENED, moment(minute)) for minute in range(start, start + 500)])

    store.apply(desk.id, [event(desk, 4, State.COMPLAINED, moment())])

    assert redis_client.llen(ChannelKeys(desk.id, EMAIL).timeline(0)) == 2048 + 1
    (found,) = RedisPersonDeliveries(redis_client).of(ContactNumber(5), [desk.id])
    assert [one.what for one in found.events] == ["complained"], "what is new is always told"


@pytest.mark.parametrize("count", [1, 255, 256, 257, 1000])
def test_the_last_of_a_block_and_the_first_of_the_next_keep_apart(redis_client: redis.Redis, count: int) -> None:
    desk = desk_with(redis_client, range(1, count + 1))
    events = [event(desk, index, State.DELIVERED, moment(index)) for index in range(count)]
    RedisEventStore(redis_client).apply(desk.id, events)

    deliveries = RedisPersonDeliveries(redis_client)

    for number in {1, count, min(256, count), min(257, count)}:
        (found,) = deliveries.of(ContactNumber(number), [desk.id])
        assert [one.at for one in found.events] == [moment(number - 1)]
