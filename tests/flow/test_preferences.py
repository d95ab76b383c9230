"""What recipients choose instead of leaving everything: one list, a language, and taking it back."""

from __future__ import annotations

from datetime import timedelta

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from distributor.core.audience import Contact
from distributor.core.errors import BadInput
from distributor.core.ids import ListName, address_key
from distributor.core.leaving import RECIPIENT, UNDO_WITHIN, Leaving, can_be_undone
from distributor.core.staff_note import Topic
from distributor.ports_dispatch import Verdict
from tests.flow.desk_with_people import AT, PEOPLE, PeopleDesk
from tests.store.ledger_desk import ACCEPTED

PRESS = ListName("press")


@pytest.fixture
def desk(redis_client: redis.Redis) -> PeopleDesk:
    """Return a desk whose three people are invited in two batches."""
    desk = PeopleDesk(redis_client)
    desk.invite(1, 2)
    return desk


def on_press(desk: PeopleDesk) -> set[str]:
    """Return who is on the list."""
    return {contact.address for contact in desk.book.everyone_on(PRESS)}


def test_looking_changes_nothing(desk: PeopleDesk, redis_client: redis.Redis) -> None:
    before = {key: redis_client.dump(key) for key in redis_client.keys("*")}

    standing = desk.preferences.look(desk.token_of(1))

    assert standing is not None
    assert (standing.is_suppressed, standing.is_on_list, standing.can_undo) == (False, True, False)
    assert {key: redis_client.dump(key) for key in redis_client.keys("*")} == before


def test_leaving_a_list_holds_for_a_batch_that_is_staged_already(desk: PeopleDesk) -> None:
    """Between two batches of a running dispatch: the first has left, the second is claimed."""
    desk.ledger.settle_accepted(desk.claim_and_submit(), ACCEPTED)
    claim = desk.claim()

    assert desk.preferences.leave_list(desk.token_of(2)) is Leaving.LEFT

    assert desk.submit(claim, journal_seen=desk.sync.journal_end()).verdict is Verdict.STALE
    assert desk.sync.catch_up(desk.id) == 1
    assert desk.submit(claim, journal_seen=desk.sync.journal_end()).left_out == {1}
    assert desk.suppressed() == []
    assert PEOPLE[2] not in on_press(desk)


def test_somebody_on_another_list_of_a_dispatch_is_still_reached_by_it(desk: PeopleDesk, redis_client: redis.Redis) -> None:
    """The message came through `press`; the other dispatch goes to both lists."""
    both = PeopleDesk(redis_client, dispatch="dboth")
    both.book.add_to_list(ListName("radio"), [Contact(address=PEOPLE[1])], at=AT)
    both.create(lists=("press", "radio"))
    both.open_batches(3, members=[both.number(address) for address in PEOPLE])

    desk.preferences.leave_list(desk.token_of(1))
    desk.preferences.leave_list(desk.token_of(2))

    assert both.sync.catch_up(both.id) == 1
    assert both.states() == "ppS"


def test_a_dispatch_to_other_lists_is_not_touched(desk: PeopleDesk, redis_client: redis.Redis) -> None:
    other = PeopleDesk(redis_client, dispatch="dother")
    other.book.add_to_list(ListName("radio"), [Contact(address=PEOPLE[1])], at=AT)
    other.create(lists=("radio",))
    other.open_batches(1, members=[other.number(PEOPLE[1])])

    desk.preferences.leave_list(desk.token_of(1))

    assert other.sync.catch_up(other.id) == 0
    assert other.states() == "p"


def test_no_import_puts_back_whoever_left_the_list(desk: PeopleDesk) -> None:
    desk.preferences.leave_list(desk.token_of(1))

    count = desk.book.add_to_list(PRESS, [Contact(address=address, outlet="Radio") for address in PEOPLE], at=AT)
    elsewhere = desk.book.add_to_list(ListName("radio"), [Contact(address=PEOPLE[1])], at=AT)

    assert (count.updated, count.left_before, elsewhere.left_before) == (3, 1, 0)
    assert on_press(desk) == {PEOPLE[0], PEOPLE[2]}


def test_the_same_word_twice_is_one_word(desk: PeopleDesk) -> None:
    desk.preferences.leave_list(desk.token_of(1))

    assert desk.preferences.leave_list(desk.token_of(1)) is Leaving.LEFT_BEFORE
    assert desk.suppressions.journal_end() == 1
    assert [entry.action for entry in desk.audit.entries()] == ["list.left"]


def test_taking_it_back_restores_list_and_address(desk: PeopleDesk) -> None:
    desk.preferences.leave_list(desk.token_of(1))
    desk.unsubscriber.unsubscribe(desk.token_of(1))

    assert desk.preferences.undo(desk.token_of(1))

    assert desk.suppressed() == []
    assert on_press(desk) == set(PEOPLE)
    assert not desk.preferences.undo(desk.token_of(1))


@pytest.mark.parametrize("by", ["provider", "Ana Lima"])
def test_nobody_takes_back_what_was_not_their_own_word(desk: PeopleDesk, by: str) -> None:
    """A bounce, a complaint and what staff entered are not lifted by whoever holds a forwarded message."""
    desk.suppressions.add(PEOPLE[1], reason="complained", by=by, at=desk.unsubscriber.clock.now())

    assert not desk.preferences.undo(desk.token_of(1))
    assert len(desk.suppressed()) == 1


def test_a_word_of_long_ago_is_not_taken_back_by_a_click() -> None:
    assert can_be_undone(by=RECIPIENT, at=AT, now=AT + UNDO_WITHIN)
    assert not can_be_undone(by=RECIPIENT, at=AT, now=AT + UNDO_WITHIN + timedelta(seconds=1))


def test_the_chosen_language_comes_first_and_the_others_stay(desk: PeopleDesk) -> None:
    desk.preferences.change_language(desk.token_of(1), "fr")

    assert desk.preferences.change_language(desk.token_of(1), "uk") == "uk"

    found = desk.edits.get(PEOPLE[1])
    assert found is not None
    assert found[1].languages == ("uk", "fr")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(word=st.text(max_size=30))
def test_no_made_up_language_gets_into_the_book(desk: PeopleDesk, word: str) -> None:
    try:
        language = desk.preferences.change_language(desk.token_of(0), word)
    except BadInput:
        return
    assert language is not None
    assert language.replace("-", "").isalnum()


def test_a_priority_contact_who_leaves_raises_one_note_without_a_name(desk: PeopleDesk) -> None:
    desk.book.add_to_list(PRESS, [Contact(address=PEOPLE[1], is_priority=True)], at=AT)

    desk.preferences.leave_list(desk.token_of(1))
    desk.unsubscriber.unsubscribe(desk.token_of(1))
    desk.unsubscriber.unsubscribe(desk.token_of(1))
    desk.unsubscriber.unsubscribe(desk.token_of(0))

    notes = desk.staff_notes.newest()
    assert {note.topic for note in notes} == {Topic.PRIORITY_LEFT, Topic.PRIORITY_LEFT_LIST}
    assert {note.contact for note in notes} == {desk.number(PEOPLE[1])}
    assert len(notes) == 2


@pytest.mark.parametrize("token", ["", "x", "a" * 300])
def test_a_link_that_is_not_ours_does_nothing(desk: PeopleDesk, token: str) -> None:
    assert desk.preferences.look(token) is None
    assert desk.preferences.leave_list(token) is Leaving.NO_SUCH_LINK
    assert desk.preferences.change_language(token, "fr") is None
    assert not desk.preferences.undo(token)


def test_an_erased_person_has_nothing_to_choose(desk: PeopleDesk) -> None:
    token = desk.token_of(1)
    desk.edits.erase(PEOPLE[1])

    standing = desk.preferences.look(token)

    assert standing is not None
    assert (standing.is_suppressed, standing.can_undo) == (True, False)
    assert desk.preferences.leave_list(token) is Leaving.LEFT_BEFORE
    assert not list(desk.left_lists.left(address_key(PEOPLE[1]), [PRESS]))


def test_choosing_proves_that_the_message_arrived(desk: PeopleDesk) -> None:
    for _ in range(2):
        desk.ledger.settle_accepted(desk.claim_and_submit(), ACCEPTED)

    desk.preferences.leave_list(desk.token_of(0))
    desk.preferences.change_language(desk.token_of(1), "fr")

    assert desk.states() == "DDa"
