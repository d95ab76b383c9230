"""What the provider reports: written to the ledger, and acted on where somebody must not be mailed again."""

from __future__ import annotations

import itertools

import pytest
import redis

from distributor.core.delivery import State
from distributor.core.delivery_event import DeliveryEvent, Mark, SuppressionReason, suppression_reason
from distributor.core.ids import DispatchId, Index
from distributor.flow.record import Recorded
from tests.flow.desk_with_people import AT, PEOPLE, PeopleDesk
from tests.store.ledger_desk import ACCEPTED


@pytest.fixture
def desk(redis_client: redis.Redis) -> PeopleDesk:
    """Return a desk whose three people have been sent their message."""
    desk = PeopleDesk(redis_client)
    desk.invite(3)
    desk.ledger.settle_accepted(desk.claim_and_submit(), ACCEPTED)
    return desk


def event(
    index: int, state: State | None, *, dispatch: str = "dpeople", mark: Mark | None = None, is_permanent: bool = False
) -> DeliveryEvent:
    """Return one event."""
    return DeliveryEvent(
        dispatch=DispatchId(dispatch), index=Index(index), state=state, mark=mark, at=AT, is_permanent=is_permanent
    )


def test_events_move_deliveries_and_the_record_counts_each(desk: PeopleDesk) -> None:
    recorded = desk.recorder.record(
        [
            event(0, State.DELIVERED),
            event(0, State.DELIVERED),
            event(1, None, mark=Mark.OPENED),
            event(9, State.DELIVERED),
            event(0, State.DELIVERED, dispatch="dsomebodyelse"),
        ]
    )

    assert recorded == Recorded(moved=2, repeated=1, contradictory=1, unknown=1, suppressed=0)
    assert desk.states() == "Daa"


@pytest.mark.parametrize(
    ("state", "is_permanent", "reason"),
    [
        (State.COMPLAINED, False, "complained"),
        (State.UNSUBSCRIBED, False, "unsubscribed"),
        (State.BOUNCED, True, "bounced"),
        (State.DROPPED, True, "dropped"),
    ],
)
def test_who_must_not_be_mailed_again_is_suppressed(desk: PeopleDesk, state: State, is_permanent: bool, reason: str) -> None:
    recorded = desk.recorder.record([event(1, state, is_permanent=is_permanent)])

    assert recorded.suppressed == 1
    assert desk.suppressed() == [(PEOPLE[1], reason, "provider")]
    (entry,) = desk.audit.entries()
    assert (entry.by, entry.subject, entry.reason, entry.facts) == ("provider", desk.id, reason, (("index", "1"),))


@pytest.mark.parametrize("state", [State.ACCEPTED, State.DEFERRED, State.DELIVERED, State.BOUNCED, State.DROPPED])
def test_a_passing_trouble_suppresses_nobody(desk: PeopleDesk, state: State) -> None:
    """A server that blocks us today may take the next release; its reader never asked to be left alone."""
    assert desk.recorder.record([event(1, state)]).suppressed == 0
    assert desk.suppressed() == []


def test_repeated_events_suppress_once_and_are_audited_once(desk: PeopleDesk) -> None:
    post = [event(1, State.COMPLAINED), event(1, State.UNSUBSCRIBED), event(1, State.COMPLAINED)]
    desk.recorder.record(post)

    again = desk.recorder.record(post)

    assert (again.moved, again.repeated, again.suppressed) == (0, 3, 0)
    assert desk.suppressions.journal_end() == 1
    assert len(list(desk.audit.entries())) == 1


def test_every_order_of_the_same_events_ends_the_same(redis_client: redis.Redis) -> None:
    post = [
        event(0, State.DELIVERED),
        event(0, State.BOUNCED, is_permanent=True),
        event(0, State.ACCEPTED),
        event(1, State.DEFERRED),
    ]
    ends = set()

    for order in itertools.permutations(post):
        redis_client.flushall()
        desk = PeopleDesk(redis_client)
        desk.invite(3)
        desk.ledger.settle_accepted(desk.claim_and_submit(), ACCEPTED)
        desk.recorder.record(order)
        ends.add((desk.states(), tuple(desk.suppressed())))

    assert ends == {("Bda", ((PEOPLE[0], "bounced", "provider"),))}


def test_a_complaint_stops_the_next_dispatch_that_is_staged_already(desk: PeopleDesk, redis_client: redis.Redis) -> None:
    later = PeopleDesk(redis_client, dispatch="dlater")
    later.invite(3)
    claim = later.claim()

    desk.recorder.record([event(2, State.COMPLAINED)])

    later.sync.catch_up(later.id)
    assert later.submit(claim, journal_seen=later.sync.journal_end()).left_out == {2}


@pytest.mark.parametrize("state", list(State))
def test_every_state_has_an_answer_to_whether_it_suppresses(state: State) -> None:
    reason = suppression_reason(event(0, state, is_permanent=True))

    assert reason is None or isinstance(reason, SuppressionReason)
    assert (reason is not None) == (state in {State.COMPLAINED, State.UNSUBSCRIBED, State.BOUNCED, State.DROPPED})
