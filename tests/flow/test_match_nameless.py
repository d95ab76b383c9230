"""An event that names only an address: to which delivery it belongs, and when to none."""

from __future__ import annotations

from datetime import timedelta

import pytest
import redis

from distributor.core.delivery import State
from distributor.core.delivery_event import NamelessEvent
from distributor.flow.match_nameless import WINDOW
from tests.flow.desk_with_people import PEOPLE, PeopleDesk
from tests.store.ledger_desk import ACCEPTED


def sent(client: redis.Redis, name: str) -> PeopleDesk:
    """Return a dispatch that has left for the three people."""
    desk = PeopleDesk(client, dispatch=name)
    desk.invite(3)
    desk.ledger.settle_accepted(desk.claim_and_submit(), ACCEPTED)
    return desk


def bounce(desk: PeopleDesk, address: str, *, after: timedelta = timedelta(seconds=5)) -> NamelessEvent:
    """Return a bounce so long after now."""
    return NamelessEvent(address=address, state=State.BOUNCED, at=desk.clock.now() + after, is_permanent=True)


def test_of_several_dispatches_it_is_the_newest_that_had_left(redis_client: redis.Redis) -> None:
    sent(redis_client, "dold")
    new = sent(redis_client, "dnew")
    waiting = PeopleDesk(redis_client, dispatch="dwaiting")
    waiting.create(lift_in=timedelta(hours=1))
    waiting.open_batches(3, members=[waiting.number(address) for address in PEOPLE])

    (event,) = new.matcher.match([bounce(new, PEOPLE[1])])

    assert (event.dispatch, event.index, event.is_permanent) == ("dnew", 1, True)


@pytest.mark.parametrize("after", [timedelta(minutes=-11), WINDOW + timedelta(minutes=1), timedelta(days=-400)])
def test_outside_the_window_it_is_nobodys(redis_client: redis.Redis, after: timedelta) -> None:
    desk = sent(redis_client, "dold")

    assert desk.matcher.match([bounce(desk, PEOPLE[1], after=after)]) == []


@pytest.mark.parametrize("address", ["", "stranger@paper.example", "a@b@c", "\0", "x" * 400])
def test_a_strange_address_is_nobodys(redis_client: redis.Redis, address: str) -> None:
    desk = sent(redis_client, "dold")

    assert desk.matcher.match([bounce(desk, address)]) == []


def test_whoever_was_left_out_got_nothing_that_could_bounce(redis_client: redis.Redis) -> None:
    desk = PeopleDesk(redis_client, dispatch="dold")
    desk.invite(2, 1)
    desk.unsubscriber.unsubscribe(desk.token_of(2))
    desk.sync.catch_up(desk.id)
    claim = desk.claim()
    desk.submit(claim, journal_seen=1)
    desk.ledger.settle_accepted(claim, ACCEPTED)

    matched = desk.matcher.match([bounce(desk, PEOPLE[2]), bounce(desk, PEOPLE[0])])

    assert [event.index for event in matched] == [0]


def test_posts_wait_by_age_and_in_their_order(redis_client: redis.Redis) -> None:
    desk = PeopleDesk(redis_client)
    kept = [desk.inbox.put(body) for body in (b"[1]", b"[2]", b"[3]")]

    assert list(desk.inbox.waiting(older_than=timedelta(minutes=1))) == []
    assert list(desk.inbox.waiting(older_than=timedelta(milliseconds=-5))) == list(
        zip(kept, (b"[1]", b"[2]", b"[3]"), strict=True)
    )
