"""Provider events on the real Redis: any order, any repetition, one end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from distributor.core.delivery import RANKS, STATES, State, code, merge
from distributor.core.delivery_event import DeliveryEvent, Mark
from distributor.core.errors import OutcomeUnknown, StoreUnavailable
from distributor.core.ids import Index
from distributor.store.connection import connect
from distributor.store.events import RedisEventStore
from distributor.store.ledger_keys import ChannelKeys
from tests.store.ledger_desk import ACCEPTED, EMAIL, Desk

AT = datetime(2026, 3, 30, 0, 2, tzinfo=UTC)
#: What a provider can say; nobody reports that we are submitting, or that we do not know.
REPORTED = [state for state in RANKS if state not in {State.SUBMITTING, State.UNKNOWN}]


@pytest.fixture
def desk(redis_client: redis.Redis) -> Desk:
    """Return an empty desk on an empty Redis."""
    return Desk(redis_client, dispatch="devents")


def event(desk: Desk, index: int, state: State | None = None, mark: Mark | None = None) -> DeliveryEvent:
    """Return one event about the desk's dispatch."""
    return DeliveryEvent(dispatch=desk.id, index=Index(index), state=state, mark=mark, at=AT)


def marked(desk: Desk, mark: Mark, size: int) -> list[int]:
    """Return the indices that carry the mark."""
    key = ChannelKeys(desk.id, EMAIL).marked(mark.value)
    return [index for index in range(size) if desk.client.getbit(key, index)]


def test_events_move_their_own_delivery_and_the_counters_with_it(desk: Desk) -> None:
    desk.prepare(4)
    desk.ledger.settle_accepted(desk.claim_and_submit(), ACCEPTED)

    applied = RedisEventStore(desk.client).apply(
        desk.id, [event(desk, 0, State.DELIVERED), event(desk, 1, State.BOUNCED), event(desk, 3, State.DEFERRED)]
    )

    assert (applied.moved, applied.repeated, applied.contradictory, applied.proven) == (3, 0, 0, frozenset())
    assert desk.states() == "DBad"
    assert desk.counts() == {"D": 1, "B": 1, "a": 1, "d": 1}


def test_a_late_report_of_an_earlier_stage_moves_nothing_back(desk: Desk) -> None:
    """Providers promise no order: `processed` may well come after `delivered`."""
    desk.prepare(1)
    desk.ledger.settle_accepted(desk.claim_and_submit(), ACCEPTED)
    store = RedisEventStore(desk.client)
    store.apply(desk.id, [event(desk, 0, State.DELIVERED)])

    applied = store.apply(desk.id, [event(desk, 0, State.ACCEPTED), event(desk, 0, State.DELIVERED)])

    assert (applied.moved, applied.repeated) == (0, 2)
    assert desk.states() == "D"


@pytest.mark.parametrize("letter", [letter.decode() for letter, state in STATES.items() if state not in RANKS])
def test_an_event_about_somebody_who_never_left_is_counted_and_changes_nothing(desk: Desk, letter: str) -> None:
    desk.prepare(1)
    desk.client.set(ChannelKeys(desk.id, EMAIL).states, letter)

    applied = RedisEventStore(desk.client).apply(
        desk.id, [event(desk, 0, State.DELIVERED), event(desk, 0, mark=Mark.OPENED), event(desk, 7, State.BOUNCED)]
    )

    assert (applied.moved, applied.repeated, applied.contradictory) == (0, 0, 3)
    assert desk.states() == letter
    assert marked(desk, Mark.OPENED, 8) == []


def test_marks_are_kept_beside_the_state(desk: Desk) -> None:
    desk.prepare(3)
    desk.ledger.settle_accepted(desk.claim_and_submit(), ACCEPTED)
    store = RedisEventStore(desk.client)

    first = store.apply(desk.id, [event(desk, 1, mark=Mark.OPENED), event(desk, 2, State.DELIVERED, Mark.CLICKED)])
    again = store.apply(desk.id, [event(desk, 1, mark=Mark.OPENED)])

    assert (first.moved, again.moved, again.repeated) == (2, 0, 1)
    assert (marked(desk, Mark.OPENED, 3), marked(desk, Mark.CLICKED, 3)) == ([1], [2])
    assert desk.states() == "aaD"


def test_one_event_proves_that_the_whole_request_was_taken(desk: Desk) -> None:
    """SendGrid takes or refuses a request whole. A batch that is still with its worker gets its answer from there."""
    desk.prepare(2, 3, 2)
    desk.claim()
    in_doubt, _ = desk.claim_and_submit(), desk.claim_and_submit()
    desk.ledger.settle_failed(in_doubt, OutcomeUnknown("cut"), retry_in=timedelta(0), hold="")

    applied = RedisEventStore(desk.client).apply(
        desk.id, [event(desk, 4, State.DELIVERED), event(desk, 5, State.ACCEPTED), event(desk, 0, State.DELIVERED)]
    )

    assert applied.proven == {in_doubt.start}
    assert desk.states() == "ccaaDas"
    assert desk.counts() == desk.counted()
    assert applied.contradictory == 1


def test_an_opened_message_proves_as_much_as_a_delivered_one(desk: Desk) -> None:
    desk.prepare(3)
    desk.ledger.settle_failed(desk.claim_and_submit(), OutcomeUnknown("cut"), retry_in=timedelta(0), hold="")

    RedisEventStore(desk.client).apply(desk.id, [event(desk, 1, mark=Mark.OPENED)])

    assert desk.states() == "aaa"


def test_events_about_nobody_in_the_batch_prove_nothing(desk: Desk) -> None:
    desk.prepare(2, 2)
    for _ in range(2):
        desk.ledger.settle_failed(desk.claim_and_submit(), OutcomeUnknown("cut"), retry_in=timedelta(0), hold="")
    desk.client.setrange(ChannelKeys(desk.id, EMAIL).states, 0, "S")

    applied = RedisEventStore(desk.client).apply(desk.id, [event(desk, 0, State.DELIVERED), event(desk, 9, State.DELIVERED)])

    assert applied.proven == frozenset()
    assert desk.states() == "Suuu"


@pytest.mark.parametrize("is_dead", [True, False], ids=["the worker died", "the answer was lost"])
def test_a_batch_of_which_somebody_was_reported_about_never_comes_in_doubt(desk: Desk, is_dead: bool) -> None:
    desk.prepare(3)
    claim = desk.claim_and_submit()
    RedisEventStore(desk.client).apply(desk.id, [event(desk, 1, State.DELIVERED)])

    if is_dead:
        desk.end_lease(claim)
        assert desk.ledger.expire(desk.id, EMAIL) == (0, 0)
    else:
        desk.ledger.settle_failed(claim, OutcomeUnknown("cut"), retry_in=timedelta(0), hold="")

    assert desk.states() == "aDa"
    assert desk.counts() == desk.counted()


def test_an_event_that_overtakes_the_answer_is_not_undone_by_it(desk: Desk) -> None:
    desk.prepare(3)
    claim = desk.claim_and_submit()
    RedisEventStore(desk.client).apply(desk.id, [event(desk, 1, State.DELIVERED)])

    desk.ledger.settle_accepted(claim, ACCEPTED)

    assert desk.states() == "aDa"
    assert desk.counts() == desk.counted()


def test_a_state_that_no_event_can_prove_is_a_defect(desk: Desk) -> None:
    with pytest.raises(ValueError, match="withdrawn"):
        RedisEventStore(desk.client).apply(desk.id, [event(desk, 0, State.WITHDRAWN)])


def test_who_stands_at_an_index_is_read_without_the_audience(desk: Desk) -> None:
    desk.create()
    desk.open_batches(3, members=[70_000, 5, 4_000_000_000])

    found = RedisEventStore(desk.client).contacts_at(desk.id, [Index(2), Index(0), Index(9)])

    assert found == [4_000_000_000, 70_000, None]


def test_a_store_that_is_away_is_said_to_be_away(desk: Desk) -> None:
    gone = RedisEventStore(connect("redis://127.0.0.1:1/0"))

    with pytest.raises(StoreUnavailable):
        gone.apply(desk.id, [event(desk, 0, State.DELIVERED)])
    with pytest.raises(StoreUnavailable):
        gone.contacts_at(desk.id, [Index(0)])


_SIZE = 6
_REPORTS = st.lists(
    st.tuples(st.integers(0, _SIZE), st.none() | st.sampled_from(REPORTED), st.none() | st.sampled_from(list(Mark))), max_size=30
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    letters=st.lists(st.sampled_from(sorted(STATES)), min_size=_SIZE, max_size=_SIZE),
    reports=_REPORTS,
    chance=st.randoms(use_true_random=False),
)
def test_every_order_and_every_repetition_ends_the_same(
    desk: Desk, letters: list[bytes], reports: list[tuple[int, State | None, Mark | None]], chance: object
) -> None:
    """The plain-Python model is `core.delivery.merge`, folded over the events in the order in which they happened."""
    desk.prepare(_SIZE)
    is_proven = any(index < _SIZE and STATES[letters[index]] in RANKS for index, _, _ in reports)
    expected = [b"a" if is_proven and letter == b"u" else letter for letter in letters]
    for index, state, _ in reports:
        if index < _SIZE and state is not None:
            expected[index] = code(merge(STATES[expected[index]], state))
    shuffled = [event(desk, *report) for report in (*reports, *reports)]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]  # Hypothesis does not export the type of its randoms

    put_states(desk, letters)
    applied = RedisEventStore(desk.client).apply(desk.id, shuffled)

    assert desk.states().encode() == b"".join(expected)
    assert desk.counts() == desk.counted()
    assert applied.moved + applied.repeated + applied.contradictory == len(shuffled)


def put_states(desk: Desk, letters: Sequence[bytes]) -> None:
    """Write these states with counters that fit them."""
    k = ChannelKeys(desk.id, EMAIL)
    desk.client.delete(k.states, k.counts, *(k.marked(mark.value) for mark in Mark))
    desk.client.set(k.states, b"".join(letters))
    desk.client.hset(k.counts, mapping={letter.decode(): number for letter, number in Counter(letters).items()})
