"""Staff's word that somebody must not be mailed, and what staff hear of those who leave."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
import redis

from distributor.bootstrap_contacts import contact_keeper
from distributor.core.audience import Contact
from distributor.core.errors import NotSent, Refused
from distributor.core.ids import ContactNumber, DispatchId, ListName, address_key
from distributor.core.staff_note import StaffNote, Topic, sentence
from distributor.flow.suppress import readmit, suppress_all
from distributor.flow.tell_staff import Courier
from distributor.store.staff_notes import MOST, RedisStaffNotes
from tests.flow.desk_with_people import AT, PEOPLE, PeopleDesk
from tests.flow.newsroom import PRESS, Newsroom


@dataclass
class Sink:
    """Somewhere that notes are told to; deaf for as long as the test says so."""

    name: str = "desk"
    is_deaf: bool = False
    heard: list[tuple[str, str]] = field(default_factory=list)

    def call_staff(self, alert_id: str, text: str, *, dispatch: str) -> None:
        """Hear a note, or fail."""
        if self.is_deaf:
            raise NotSent("nobody is there")
        self.heard.append((alert_id, text))


@pytest.fixture
def desk(redis_client: redis.Redis) -> PeopleDesk:
    """Return a desk whose three people are invited."""
    desk = PeopleDesk(redis_client)
    desk.invite(3)
    return desk


def note(number: int, *, topic: Topic = Topic.PRIORITY_LEFT) -> StaffNote:
    """Return a note about one contact."""
    return StaffNote(topic=topic, at=AT + timedelta(seconds=number), dispatch=DispatchId("done"), contact=ContactNumber(number))


def test_a_file_suppresses_at_once_also_in_a_dispatch_that_is_prepared(desk: PeopleDesk) -> None:
    desk.suppressions.add(PEOPLE[0], reason="asked", by="Ana", at=AT)

    new = suppress_all(
        [*PEOPLE, *(f"r{n}@news.example" for n in range(2500))],
        suppressions=desk.suppressions, audit=desk.audit, clock=desk.unsubscriber.clock, by="Ana", reason="old tool",
    )  # fmt: skip

    assert new == 2502
    assert desk.sync.catch_up(desk.id) == 3
    assert desk.suppressions.journal_end() == 2503
    assert [entry.facts for entry in desk.audit.entries()] == [(("given", "2503"), ("new", "2502"))]


def test_only_a_persons_word_puts_somebody_back_on_a_list_that_they_left(newsroom: Newsroom) -> None:
    service = newsroom.service
    service.book.add_to_list(PRESS, [Contact(address="ana@paper.example")], at=AT)
    number = service.book.find("ana@paper.example")
    assert number is not None
    service.left_lists.leave(PRESS, address_key("ana@paper.example"), number, reason="unsubscribed", by="recipient", at=AT)

    with pytest.raises(Refused, match="suppress remove"):
        contact_keeper(service).move("ana@paper.example", out_of=None, onto=PRESS, by="Ana")

    def ask(address: str, name: ListName) -> bool:
        return readmit(
            address, name, lists=service.left_lists, book=service.book, audit=service.audit, clock=service.clock,
            by="Ana", reason="asked by phone",
        )  # fmt: skip

    assert ask("ana@paper.example", PRESS)
    assert not ask("ana@paper.example", PRESS)
    assert not ask("nobody@paper.example", ListName("radio"))
    assert list(service.book.members([PRESS])) == [number]


def test_each_sink_hears_of_a_note_once_and_again_only_if_it_was_deaf(redis_client: redis.Redis) -> None:
    notes = RedisStaffNotes(redis_client)
    well, deaf = Sink(), Sink(name="mail", is_deaf=True)
    courier = Courier(notes=notes, sinks=[well, deaf])
    notes.add(note(1))
    notes.add(note(2))

    assert (courier.carry(), courier.carry()) == (2, 0)
    deaf.is_deaf = False
    assert (courier.carry(), courier.carry()) == (2, 0)

    assert [text for _, text in well.heard] == [text for _, text in deaf.heard]
    assert [alert_id for alert_id, _ in deaf.heard] == [note(1).id, note(2).id]


def test_the_same_note_twice_is_one(redis_client: redis.Redis) -> None:
    notes = RedisStaffNotes(redis_client)

    assert [notes.add(note(1)), notes.add(note(1))] == [True, False]
    assert len(notes.newest()) == 1


def test_only_the_newest_are_kept_and_nothing_of_the_others(redis_client: redis.Redis) -> None:
    notes = RedisStaffNotes(redis_client)
    for number in range(1, MOST + 11):
        notes.add(note(number))
        notes.mark_told(note(number), "desk")

    kept = notes.newest()

    assert (len(kept), kept[0].contact, kept[-1].contact) == (MOST, MOST + 10, 11)
    assert len(redis_client.keys("staff_notes:told:*")) == MOST


@pytest.mark.parametrize("topic", list(Topic))
def test_what_goes_over_a_wire_names_nobody(topic: Topic) -> None:
    assert "@" not in sentence(note(7, topic=topic))
