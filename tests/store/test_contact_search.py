"""Looking for people on the real Redis: whatever happened to them before, each search finds whom reading everybody would find."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import cast

import pytest
import redis
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from distributor.core.audience import Contact
from distributor.core.contact_words import is_found, words_looked_for, words_to_find
from distributor.core.ids import ContactNumber, ListName
from distributor.ports_contacts import PeopleWanted
from distributor.store.connection import connect
from distributor.store.contact_edits import RedisContactEdits
from distributor.store.contact_index import CHANGES, LEXICON, MARK, STALE
from distributor.store.contact_search import RedisContactSearch
from distributor.store.contacts import RedisContactBook, numbers_in

AT = datetime(2026, 3, 1, tzinfo=UTC)
PRESS, RADIO = ListName("press"), ListName("radio")


class People:
    """A book with its search."""

    def __init__(self, client: redis.Redis) -> None:
        self.client = client
        self.book = RedisContactBook(client)
        self.edits = RedisContactEdits(client, self.book)
        self.search = RedisContactSearch(client, self.book)

    def find(self, text: str, *, on: ListName | None = None, count: int = 3) -> list[str]:
        """Page through a search to its end; return the addresses."""
        wanted = PeopleWanted(words=words_looked_for(text), on=on, count=count)
        found, after, totals = [], 0, set()
        while True:
            page = self.search.page(PeopleWanted(words=wanted.words, on=on, after=after, count=count))
            assert len(page.people) <= count
            found += [contact.address for _, contact in page.people]
            totals.add(page.total)
            if not page.after:
                assert totals <= {None, len(found)}
                return found
            assert page.after > after
            after = page.after

    def words(self) -> dict[str, set[int]]:
        """Return the whole index as Redis has it."""
        words = [word.decode() for word in cast("list[bytes]", self.client.zrange(LEXICON, 0, -1))]
        rare = {word: cast("bytes | None", self.client.get(f"word:{word}")) for word in words}
        stored = {word: _numbers(packed) for word, packed in rare.items() if packed is not None}
        common = {word: cast("bytes", self.client.get(f"words:{word}")) for word in words if word not in stored}
        kept = {key.decode().partition(":")[2] for key in self.client.scan_iter("word*:*")}
        assert kept == set(words), "a word without anybody is not kept"
        return stored | {word: set(numbers_in(bitmap)) for word, bitmap in common.items()}

    def lose_the_index(self) -> None:
        """Make it a store of an earlier version."""
        self.client.delete(LEXICON, MARK, STALE, CHANGES, *self.client.scan_iter("word*:*"))


def _numbers(packed: bytes) -> set[int]:
    assert len(packed) % 4 == 0
    numbers = [int.from_bytes(packed[at : at + 4], "big") for at in range(0, len(packed), 4)]
    assert len(numbers) == len(set(numbers)), "nobody stands twice under a word"
    return set(numbers)


@pytest.fixture
def people(redis_client: redis.Redis) -> People:
    """Return an empty book."""
    return People(redis_client)


def test_people_are_found_by_the_beginnings_of_words(people: People) -> None:
    people.book.add_to_list(
        PRESS,
        [
            Contact(
                address="zofia.muller@radio-one.example", name="Žofia Müller", outlet="Radio Łódź", beat="health", tags=("mines",)
            ),
            Contact(address="ben@paper.example", name="Ben Zimmer", outlet="The Paper", notes="met at the radio show"),
        ],
        at=AT,
    )  # fmt: skip

    for text in (
        "zof",
        "MÜL",
        "muller",
        "radio",
        "one",
        "lodz",
        "łódź",
        "hea",
        "min",
        "zofia.muller@radio-one.example",
        "rad zof",
    ):
        assert people.find(text) == ["zofia.muller@radio-one.example"], text
    assert people.find("z") == ["zofia.muller@radio-one.example", "ben@paper.example"]
    for text in ("immer", "ofia", "radio ben", "nobody", "ex zzz"):
        assert people.find(text) == [], text


@pytest.mark.parametrize(
    "text", ["*", "[a", "(b", "\xff", "a\xff", "\ud800", "-", "+", "'", "\0", "x" * 10_000, "a " * 10_000, "日本", "🎉"]
)
def test_signs_that_mean_something_to_redis_mean_nothing_here(people: People, text: str) -> None:
    known = [Contact(address="a@b.example"), Contact(address="c@d.example", name="日本 太郎")]
    people.book.add_to_list(PRESS, known, at=AT)

    assert people.find(text) == [one.address for one in known if is_found(one, words_looked_for(text))]


def test_a_store_of_an_earlier_version_is_searched_while_its_index_grows(people: People) -> None:
    """The index takes some thousand people with each search; those who wait are read, so that nobody is missing."""
    crowd = [Contact(address=f"r{number}@news{number % 7}.example") for number in range(4500)]
    people.book.add_to_list(PRESS, crowd, at=AT)
    people.lose_the_index()

    first = people.search.page(PeopleWanted(words=("news3",), count=5))
    mark = int(people.client.get(MARK) or 0)
    rest = people.find("news3 r44", count=50)

    assert (len(first.people), first.total, mark) == (5, None, 4000)
    assert rest == [one.address for one in crowd if is_found(one, ("news3", "r44"))]
    assert people.words() == _model(dict(people.edits.everyone()))


def test_what_an_import_leaves_as_it_was_is_still_found(people: People) -> None:
    people.book.add_to_list(PRESS, [Contact(address="ana@paper.example", name="Ana Lima", tags=("mines",))], at=AT)

    people.book.add_to_list(RADIO, [Contact(address="ana@paper.example", outlet="The Voice", tags=("health",))], at=AT)
    people.book.add_to_list(RADIO, [Contact(address="ana@paper.example", name="Ana Costa")], at=AT)

    assert [people.find(text) for text in ("lima", "costa", "mines", "health", "voice")] == [[], *[["ana@paper.example"]] * 4]


def test_somebody_who_is_erased_leaves_no_word_behind(people: People) -> None:
    crowd = [Contact(address=f"r{number}@news.example") for number in range(600)]
    people.book.add_to_list(PRESS, [*crowd, Contact(address="ana.unusual@paper.example", name="Ana")], at=AT)

    assert people.edits.erase("ana.unusual@paper.example")
    assert people.edits.erase("r7@news.example")

    assert people.find("unusual") == people.find("ana") == []
    assert "r7@news.example" not in people.find("r7", count=20)
    assert b"unusual" not in (people.client.dump(LEXICON) or b"")
    assert len(people.find("news", count=200)) == 599
    people.book.add_to_list(PRESS, [Contact(address="r7@news.example", name="Back Again")], at=AT)
    assert people.find("back") == ["r7@news.example"]


def test_a_list_is_paged_without_reading_all_of_it(people: People) -> None:
    people.book.add_to_list(PRESS, [Contact(address=f"r{number}@news.example") for number in range(30)], at=AT)
    for number in range(30):
        people.edits.set_on_list(ContactNumber(number + 1), RADIO, is_on=number % 3 == 0)
    # Nobody has this number.
    people.client.setbit("list:radio", 900_000, 1)

    page = people.search.page(PeopleWanted(on=RADIO, count=4))

    assert [number for number, _ in page.people] == [1, 4, 7, 10]
    assert page.total == 10
    assert people.search.page(PeopleWanted(on=ListName("nobody"))).people == ()
    assert people.find("", on=RADIO, count=4) == [f"r{number}@news.example" for number in range(0, 30, 3)]
    assert people.find("r1", on=RADIO) == ["r12@news.example", "r15@news.example", "r18@news.example"]
    assert len(people.find("", count=7)) == 30


def test_changes_from_two_sides_leave_an_index_that_is_right(people: People, redis_url: str) -> None:
    addresses = [f"r{number}@news.example" for number in range(40)]
    people.book.add_to_list(PRESS, [Contact(address=one) for one in addresses], at=AT)

    def change(word: str) -> None:
        client = connect(redis_url)
        mine = People(client)
        for turn in range(5):
            contacts = [Contact(address=one, name=f"{word} {turn}") for one in addresses[turn::2]]
            mine.book.add_to_list(RADIO, contacts, at=AT)
            number = ContactNumber(turn + 1)
            mine.edits.put(number, Contact(address=addresses[turn], name=f"{word} edited {turn}"))
            mine.book.add_to_list(RADIO, [Contact(address=f"{word}{turn}@other.example")], at=AT)
        client.close()

    threads = [threading.Thread(target=change, args=(word,)) for word in ("one", "two", "three")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    while not people.book.index.catch_up(blocks=1).is_complete:
        pass

    assert people.words() == _model(dict(people.edits.everyone()))


def _model(contacts: dict[ContactNumber, Contact]) -> dict[str, set[int]]:
    words: dict[str, set[int]] = {}
    for number, contact in contacts.items():
        for word in words_to_find(contact):
            words.setdefault(word, set()).add(number)
    return words


ADDRESSES = st.sampled_from(["ana@paper.example", "ben.ost@radio.example", "zoe@tv.example", "lea+x@tv.example", "ö@ü.example"])
TEXTS = st.sampled_from(["", "Ana Lima", "Ben", "ÉCOLE", "école nationale", "Żółć", "a b c d", "日本", "paper tv"])
CONTACTS = st.builds(
    Contact, address=ADDRESSES, name=TEXTS, outlet=TEXTS, beat=TEXTS, tags=st.sampled_from([(), ("mines",), ("tv", "a")])
)
QUERIES = st.sampled_from(["", "a", "ana", "p tv", "ecole", "zolc", "日", "mine", "example", "ben ost", "none"])


class FoundAsRead(RuleBasedStateMachine):
    """Import, edit, erase, lose the index: searches and the index itself are what reading everybody gives."""

    url = ""

    @initialize()
    def empty(self) -> None:
        client = connect(self.url)
        client.flushall()
        self.people = People(client)

    def teardown(self) -> None:
        if hasattr(self, "people"):
            self.people.client.close()

    @rule(contacts=st.lists(CONTACTS, max_size=4), name=st.sampled_from([PRESS, RADIO]))
    def bring_in(self, contacts: list[Contact], name: ListName) -> None:
        self.people.book.add_to_list(name, contacts, at=AT)

    @rule(contact=CONTACTS)
    def edit(self, contact: Contact) -> None:
        if found := self.people.edits.get(contact.address):
            self.people.edits.put(found[0], contact)

    @rule(address=ADDRESSES)
    def erase(self, address: str) -> None:
        self.people.edits.erase(address)

    @rule(address=ADDRESSES, name=st.sampled_from([PRESS, RADIO]), is_on=st.booleans())
    def move(self, address: str, name: ListName, is_on: bool) -> None:
        if found := self.people.edits.get(address):
            self.people.edits.set_on_list(found[0], name, is_on=is_on)

    @rule()
    def lose_the_index(self) -> None:
        self.people.lose_the_index()

    @rule(text=QUERIES, on=st.sampled_from([None, PRESS, RADIO]), count=st.integers(1, 3))
    def look(self, text: str, on: ListName | None, count: int) -> None:
        expected = [
            contact.address
            for number, contact in self.people.edits.everyone()
            if is_found(contact, words_looked_for(text)) and (on is None or on in self.people.edits.lists_of(number))
        ]
        assert self.people.find(text, on=on, count=count) == expected

    @invariant()
    def the_index_is_right(self) -> None:
        if hasattr(self, "people") and self.people.client.get(MARK):
            assert self.people.book.index.catch_up(blocks=2).is_complete
            assert self.people.words() == _model(dict(self.people.edits.everyone()))


def test_every_search_is_what_reading_everybody_would_give(redis_url: str) -> None:
    class OnThisRedis(FoundAsRead):
        url = redis_url

    run_state_machine_as_test(OnThisRedis, settings=settings(stateful_step_count=25, max_examples=25))
