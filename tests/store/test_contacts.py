"""The contact book on the real Redis: one number per person for ever, lists as sets, imports that may be repeated."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from distributor.core.audience import Contact
from distributor.core.errors import NotFound, StoreUnavailable
from distributor.core.ids import ContactNumber, Language, ListName, address_key
from distributor.ports import ContactBook, ImportCount
from distributor.store.codec import UnknownSchema
from distributor.store.connection import connect
from distributor.store.contacts import RedisContactBook
from distributor.store.suppressions import RedisSuppressionList

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PRESS, RADIO = ListName("press"), ListName("radio")
ANA = Contact(
    address="ana@paper.example", name="Ana Lima", outlet="The Paper", languages=(Language("en"),), tags=("human rights",)
)
JON = Contact(address="jon@radio.example", name="Jon Roe")
KIM = Contact(address="kim@agency.example")


@pytest.fixture
def book(redis_client: redis.Redis) -> ContactBook:
    """Return an empty book on an empty Redis."""
    return RedisContactBook(redis_client)


def people(count: int) -> list[Contact]:
    return [Contact(address=f"person{n}@outlet.example", name=f"Person {n}") for n in range(count)]


def on(book: ContactBook, *names: ListName) -> list[ContactNumber]:
    return list(book.members(names))


def number_of(book: ContactBook, contact: Contact) -> ContactNumber:
    number = book.find(contact.address)
    assert number is not None
    return number


def test_people_come_back_as_they_were_stored(book: ContactBook) -> None:
    book.add_to_list(PRESS, [ANA, JON, KIM], at=AT)

    assert list(book.everyone_on(PRESS)) == [ANA, JON, KIM]
    assert book.lists() == {PRESS: 3}


def test_an_import_again_changes_nothing(book: ContactBook) -> None:
    first = book.add_to_list(PRESS, people(2_500), at=AT)
    before = on(book, PRESS)

    second = book.add_to_list(PRESS, people(2_500), at=AT)

    assert first == ImportCount(added=2_500, updated=0, unchanged=0, suppressed=0)
    assert second == ImportCount(added=0, updated=0, unchanged=2_500, suppressed=0)
    assert on(book, PRESS) == before == list(range(1, 2_501))


def test_a_person_keeps_one_number_on_every_list(book: ContactBook) -> None:
    """A number that meant two people over time would send one person's message to the other."""
    book.add_to_list(PRESS, [ANA, JON], at=AT)
    numbers = [number_of(book, ANA), number_of(book, JON)]

    book.remove_from_list(PRESS, [ANA.address])
    book.add_to_list(RADIO, [KIM, JON, ANA], at=AT)

    assert [number_of(book, ANA), number_of(book, JON)] == numbers
    assert on(book, PRESS, RADIO) == [*numbers, number_of(book, KIM)]


def test_an_import_updates_what_it_gives_and_keeps_what_it_leaves_empty(book: ContactBook) -> None:
    book.add_to_list(PRESS, [ANA], at=AT)

    count = book.add_to_list(
        PRESS, [replace(ANA, name="", outlet="The Journal", languages=(), tags=("press", "human rights"))], at=AT
    )

    assert count == ImportCount(added=0, updated=1, unchanged=0, suppressed=0)
    assert list(book.everyone_on(PRESS)) == [replace(ANA, outlet="The Journal", tags=("human rights", "press"))]


def test_every_field_that_an_import_gives_is_the_new_one(book: ContactBook) -> None:
    book.add_to_list(PRESS, [ANA], at=AT)
    moved = replace(ANA, name="Ana de Lima", outlet="Radio Two", languages=(Language("pt"), Language("en")))

    book.add_to_list(RADIO, [moved], at=AT)

    assert list(book.everyone_on(PRESS)) == [moved]


def test_a_tag_that_is_part_of_another_is_a_tag_of_its_own(book: ContactBook) -> None:
    book.add_to_list(PRESS, [ANA], at=AT)

    book.add_to_list(PRESS, [replace(ANA, tags=("rights", "human"))], at=AT)

    assert list(book.everyone_on(PRESS)) == [replace(ANA, tags=("human rights", "rights", "human"))]


def test_an_import_counts_the_suppressed_and_leaves_them_so(book: ContactBook, redis_client: redis.Redis) -> None:
    suppressions = RedisSuppressionList(redis_client)
    suppressions.add(JON.address, reason="asked by phone", by="Lea", at=AT)

    count = book.add_to_list(PRESS, [ANA, JON], at=AT)

    assert count.suppressed == 1
    assert suppressions.find(JON.address) is not None


def test_whoever_is_on_two_lists_is_a_member_once(book: ContactBook) -> None:
    book.add_to_list(PRESS, [ANA, JON], at=AT)
    book.add_to_list(RADIO, [JON, KIM], at=AT)

    assert on(book, PRESS, RADIO) == on(book, RADIO, PRESS) == [1, 2, 3]


def test_a_list_that_is_not_there_is_named_with_those_that_are(book: ContactBook) -> None:
    book.add_to_list(PRESS, [ANA], at=AT)

    with pytest.raises(NotFound, match=r"radio.*press"):
        book.members([PRESS, RADIO])
    with pytest.raises(NotFound):
        book.everyone_on(RADIO)
    with pytest.raises(NotFound):
        book.remove_from_list(RADIO, [ANA.address])


def test_whoever_is_taken_off_a_list_stays_a_contact(book: ContactBook) -> None:
    book.add_to_list(PRESS, [ANA, JON], at=AT)

    removed = book.remove_from_list(PRESS, [ANA.address, KIM.address])
    again = book.remove_from_list(PRESS, [ANA.address])

    assert (removed, again) == (1, 0)
    assert list(book.everyone_on(PRESS)) == [JON]
    assert list(book.load([number_of(book, ANA)])) == [(1, ANA)]


def test_contacts_are_loaded_in_the_order_asked_without_the_missing(book: ContactBook) -> None:
    everyone = people(600)
    book.add_to_list(PRESS, everyone, at=AT)
    asked = [ContactNumber(n) for n in (600, 1, 999_999, 255, 256, 257, 1)]

    found = list(book.load(asked))

    assert found == [(n, everyone[n - 1]) for n in (600, 1, 255, 256, 257, 1)]
    assert list(book.load([])) == []


def test_numbers_are_found_by_address_key(book: ContactBook) -> None:
    book.add_to_list(PRESS, [ANA, JON], at=AT)

    assert list(book.numbers_of([JON.key, address_key("nobody@paper.example"), ANA.key])) == [2, None, 1]
    assert list(book.numbers_of([])) == []


def test_two_imports_of_one_file_at_once_number_everybody_once(redis_url: str, redis_client: redis.Redis) -> None:
    everyone = people(3_000)
    counts: list[ImportCount] = []
    start = threading.Barrier(2)

    def import_in(order: Sequence[Contact]) -> None:
        client = connect(redis_url)
        start.wait()
        counts.append(RedisContactBook(client).add_to_list(PRESS, order, at=AT))
        client.close()

    threads = [threading.Thread(target=import_in, args=(order,)) for order in (everyone, everyone[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    book = RedisContactBook(redis_client)
    assert [sum(count.added for count in counts), sum(count.unchanged for count in counts)] == [3_000, 3_000]
    assert on(book, PRESS) == list(range(1, 3_001))
    assert sorted(contact.address for contact in book.everyone_on(PRESS)) == sorted(contact.address for contact in everyone)


_LISTED = st.lists(st.integers(0, 40), max_size=12)


@given(press=_LISTED, radio=_LISTED, removed=_LISTED)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_lists_are_sets(redis_client: redis.Redis, press: list[int], radio: list[int], removed: list[int]) -> None:
    redis_client.flushall()
    book, everyone = RedisContactBook(redis_client), people(41)
    for name, listed in ((PRESS, press), (RADIO, radio)):
        book.add_to_list(name, [everyone[n] for n in listed] or [KIM], at=AT)
    book.remove_from_list(PRESS, [everyone[n].address for n in removed])

    found = list(book.load(on(book, PRESS, RADIO)))

    expected = {everyone[n] for n in (set(press) - set(removed)) | set(radio)} | ({KIM} if not press or not radio else set())
    assert {contact for _, contact in found} == expected
    assert [number for number, _ in found] == sorted({number for number, _ in found})


_TEXT = st.text(alphabet=st.characters(codec="utf-8"), max_size=30)
_TAGS = st.lists(_TEXT.filter(lambda tag: tag and ";" not in tag), max_size=3, unique=True).map(tuple)


@given(name=_TEXT, outlet=_TEXT, tags=_TAGS, later=_TAGS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_is_changed_by_being_stored_or_updated(
    redis_client: redis.Redis, name: str, outlet: str, tags: tuple[str, ...], later: tuple[str, ...]
) -> None:
    """The script reads and writes what Python wrote; every character must survive both."""
    redis_client.flushall()
    book = RedisContactBook(redis_client)
    book.add_to_list(PRESS, [replace(KIM, name=name, tags=tags)], at=AT)

    book.add_to_list(PRESS, [replace(KIM, outlet=outlet, tags=later)], at=AT)

    assert list(book.everyone_on(PRESS)) == [replace(KIM, name=name, outlet=outlet, tags=tuple(dict.fromkeys((*tags, *later))))]


def test_a_contact_of_a_later_version_is_refused_by_name(book: ContactBook, redis_client: redis.Redis) -> None:
    book.add_to_list(PRESS, [ANA], at=AT)
    redis_client.hset("contacts:0", "1", '[3,"ana@paper.example","","","",""]')

    with pytest.raises(UnknownSchema):
        list(book.everyone_on(PRESS))


def test_a_redis_that_is_away_is_said_to_be_away() -> None:
    book = RedisContactBook(connect("redis://127.0.0.1:1/0"))

    for ask in (
        book.lists,
        lambda: book.members([PRESS]),
        lambda: book.find(ANA.address),
        lambda: list(book.load([ContactNumber(1)])),
    ):
        with pytest.raises(StoreUnavailable):
            ask()
    with pytest.raises(StoreUnavailable):
        book.add_to_list(PRESS, [ANA], at=AT)
