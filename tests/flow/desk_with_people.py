"""A dispatch to three known people on the real Redis, with everything that listens to what comes back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import redis

from distributor.channels.sendgrid_events import read_post
from distributor.core.audience import Contact
from distributor.core.ids import ContactNumber, Index, ListName
from distributor.core.links import TokenHolder, make_token, read_token
from distributor.flow.apply_events import EventApplier
from distributor.flow.match_nameless import Matcher
from distributor.flow.preferences import Preferences
from distributor.flow.record import Recorder
from distributor.flow.suppression_sync import SuppressionSync
from distributor.flow.unsubscribe import Unsubscriber
from distributor.store.audit import RedisAuditLog
from distributor.store.contact_edits import RedisContactEdits
from distributor.store.contacts import RedisContactBook
from distributor.store.event_inbox import RedisEventInbox
from distributor.store.events import RedisEventStore
from distributor.store.left_lists import RedisLeftLists
from distributor.store.redis_clock import RedisClock
from distributor.store.staff_notes import RedisStaffNotes
from distributor.store.suppressions import RedisSuppressionList
from tests.store.ledger_desk import Desk

PEOPLE = ("ines@paper.example", "jon@radio.example", "kim@agency.example")
SECRET = b"a secret of 32 bytes for tests.."
AT = datetime(2026, 3, 30, 0, 2, tzinfo=UTC)


class PeopleDesk(Desk):
    """The ledger's desk, with people at the indices."""

    def __init__(self, client: redis.Redis, *, dispatch: str = "dpeople") -> None:
        super().__init__(client, dispatch=dispatch)
        clock = RedisClock(client)
        self.book = RedisContactBook(client)
        self.suppressions = RedisSuppressionList(client)
        self.audit = RedisAuditLog(client)
        self.events = RedisEventStore(client)
        self.staff_notes = RedisStaffNotes(client)
        self.unsubscriber = Unsubscriber(
            read_token=lambda token: read_token(token, secret=SECRET),
            book=self.book,
            suppressions=self.suppressions,
            events=self.events,
            audit=self.audit,
            notes=self.staff_notes,
            clock=clock,
        )
        self.left_lists = RedisLeftLists(client)
        self.edits = RedisContactEdits(client, self.book)
        self.preferences = Preferences(
            read_token=lambda token: read_token(token, secret=SECRET),
            dispatches=self.dispatches,
            book=self.book,
            edits=self.edits,
            suppressions=self.suppressions,
            left_lists=self.left_lists,
            events=self.events,
            notes=self.staff_notes,
            audit=self.audit,
            clock=clock,
        )
        self.recorder = Recorder(
            store=self.events,
            dispatches=self.dispatches,
            book=self.book,
            suppressions=self.suppressions,
            audit=self.audit,
            clock=clock,
        )
        self.inbox = RedisEventInbox(client)
        self.matcher = Matcher(book=self.book, dispatches=self.dispatches)
        self.applier = EventApplier(inbox=self.inbox, read=read_post, match=self.matcher.match, record=self.recorder.record)
        self.sync = SuppressionSync(
            ledger=self.ledger,
            dispatches=self.dispatches,
            suppressions=self.suppressions,
            numbers_of=self.book.numbers_of,
            is_on_any=self.book.is_on_any,
        )

    def invite(self, *sizes: int) -> None:
        """Open batches of these sizes to the three people, in their order."""
        self.book.add_to_list(ListName("press"), [Contact(address=address) for address in PEOPLE], at=AT)
        self.create()
        self.open_batches(*sizes, members=[self.number(address) for address in PEOPLE])

    def number(self, address: str) -> ContactNumber:
        """Return the number of somebody on the list."""
        number = self.book.find(address)
        assert number is not None
        return number

    def token_of(self, index: int) -> str:
        """Return the token in the message to the person at that index."""
        holder = TokenHolder(dispatch=self.id, index=Index(index), contact=self.number(PEOPLE[index]))
        return make_token(holder, secret=SECRET)

    def suppressed(self) -> Sequence[tuple[str, str, str]]:
        """Return (address, reason, by) of every suppression, by address."""
        return sorted((found.address, found.reason, found.by) for found in self.suppressions.entries())
