"""Imports of media lists: good rows come in, wrong ones are named, and nothing comes of a file that cannot be read."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
import redis

from distributor.core.audience import Contact
from distributor.core.errors import BadInput
from distributor.core.ids import ListName
from distributor.core.media_list import read_contacts
from distributor.flow.import_contacts import ImportReport, import_contacts
from distributor.ports import AuditEntry
from distributor.store.audit import RedisAuditLog
from distributor.store.connection import connect
from distributor.store.contacts import RedisContactBook
from distributor.store.suppressions import RedisSuppressionList

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PRESS = ListName("press")


@dataclass(frozen=True, slots=True)
class SetClock:
    """A clock that stands."""

    at: datetime = AT

    def now(self) -> datetime:
        """Return its one instant."""
        return self.at


@dataclass
class Importer:
    """Somebody who imports lists into one Redis."""

    client: redis.Redis
    book: RedisContactBook = field(init=False)
    audit: RedisAuditLog = field(init=False)

    def __post_init__(self) -> None:
        self.book, self.audit = RedisContactBook(self.client), RedisAuditLog(self.client)

    def read(self, data: bytes, *, progress: Callable[[int, int], None] = lambda done, total: None) -> ImportReport:
        return import_contacts(
            read_contacts(data, name="reporters.csv"),
            list_name=PRESS,
            book=self.book,
            audit=self.audit,
            clock=SetClock(),
            by="Lea",
            progress=progress,
        )


@pytest.fixture
def importer(redis_client: redis.Redis) -> Importer:
    """Return somebody with an empty Redis."""
    return Importer(redis_client)


def file_of(count: int) -> bytes:
    return "".join(["email,name\n", *(f"person{n}@outlet.example,Person {n}\n" for n in range(count))]).encode()


def test_good_rows_are_stored_and_wrong_ones_reported(importer: Importer) -> None:
    report = importer.read(b"Nom;Courriel;Ville\nAna Lima;Ana@Paper.example;Lisboa\nJon;nobody;\n;ana@paper.example;\n")

    assert list(importer.book.everyone_on(PRESS)) == [Contact(address="ana@paper.example", name="Ana Lima")]
    assert (report.added, report.updated, report.unchanged, report.merged) == (1, 0, 0, 1)
    assert [(error.line, error.column) for error in report.errors] == [(3, "email")]
    assert report.ignored_columns == ("Ville",)


def test_an_import_is_in_the_audit_with_numbers_and_no_names(importer: Importer) -> None:
    importer.read(b"email\nana@paper.example\nnobody\n")

    (entry,) = importer.audit.entries()
    assert entry == AuditEntry(
        at=AT,
        by="Lea",
        action="contacts.imported",
        subject="press",
        facts=(("list", "press"), ("good", "1"), ("bad", "1")),
    )


@pytest.mark.parametrize(
    "data", [b"", b"name\nAna\n", b'email\nana@paper.example\n"', "email,name\na@b.example,é\n".encode("latin-1")]
)
def test_nothing_is_stored_of_a_file_that_cannot_be_read(importer: Importer, data: bytes) -> None:
    with pytest.raises(BadInput, match=r"reporters\.csv"):
        importer.read(data)

    assert importer.client.dbsize() == 0


def test_importing_a_file_again_changes_nothing(importer: Importer) -> None:
    first = importer.read(file_of(2_300))
    members = list(importer.book.members([PRESS]))

    second = importer.read(file_of(2_300))

    assert (first.added, second.added, second.updated, second.unchanged) == (2_300, 0, 0, 2_300)
    assert list(importer.book.members([PRESS])) == members


def test_an_import_never_lifts_a_suppression(importer: Importer) -> None:
    suppressions = RedisSuppressionList(importer.client)
    suppressions.add("person7@outlet.example", reason="unsubscribed", by="recipient", at=AT)

    report = importer.read(file_of(10))

    assert (report.added, report.suppressed) == (10, 1)
    assert suppressions.find("person7@outlet.example") is not None


def test_an_import_that_is_cut_off_is_in_the_audit_with_those_who_are_stored(importer: Importer) -> None:
    """Somebody drops it, or the process ends, after two of three blocks."""

    def drop(done: int, _total: int) -> None:
        if done == 2_000:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        importer.read(file_of(2_300), progress=drop)

    (entry,) = importer.audit.entries()
    assert (entry.by, entry.action, dict(entry.facts)["good"]) == ("Lea", "contacts.imported", "2000")
    assert len(importer.book.members([PRESS])) == 2_000


def test_progress_is_told_to_the_end(importer: Importer) -> None:
    told: list[tuple[int, int]] = []

    importer.read(file_of(2_300), progress=lambda done, total: told.append((done, total)))

    assert told == [(1_000, 2_300), (2_000, 2_300), (2_300, 2_300)]


def test_an_import_that_was_cut_off_is_made_whole_by_doing_it_again(importer: Importer) -> None:
    """Blocks that were stored stay stored; nobody gets a second number."""

    def cut_off(done: int, _total: int) -> None:
        if done == 2_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        importer.read(file_of(2_300), progress=cut_off)

    report = importer.read(file_of(2_300))

    assert (report.added, report.unchanged) == (300, 2_000)
    assert list(importer.book.members([PRESS])) == list(range(1, 2_301))


def test_two_people_who_import_the_same_file_at_once_make_one_list(redis_url: str, importer: Importer) -> None:
    reports: list[ImportReport] = []
    start = threading.Barrier(2)

    def read() -> None:
        client = connect(redis_url)
        start.wait()
        reports.append(Importer(client).read(file_of(2_300)))
        client.close()

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(report.added for report in reports) == sum(report.unchanged for report in reports) == 2_300
    assert list(importer.book.members([PRESS])) == list(range(1, 2_301))
    assert len(list(importer.audit.entries())) == 2
