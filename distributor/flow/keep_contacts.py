"""Keep contacts: find, show, change, move and erase single people, by a named person's word, with a line in the audit.

The audit names a person by the hash of their address, so that erasing somebody leaves no hole in it and no trace.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime

from distributor.core.audience import Contact
from distributor.core.contact_row import contact_of, tags_of
from distributor.core.contact_words import words_looked_for
from distributor.core.errors import BadInput, NotFound, Refused
from distributor.core.ids import ContactNumber, DispatchId, ListName, address_key
from distributor.ports import AuditEntry, AuditLog, Clock, ContactBook, Suppression, SuppressionList
from distributor.ports_contacts import ContactEdits, ContactSearch, LeftLists, PeoplePage, PeopleWanted
from distributor.ports_dispatch import Dispatches
from distributor.ports_events import PersonDeliveries

#: Why an erased person is suppressed: an import could bring them back otherwise.
ERASED = "erased"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """All that is stored on one person."""

    contact: Contact
    lists: tuple[ListName, ...]
    suppression: Suppression | None
    #: Dispatch and state of each message, newest first.
    deliveries: tuple[tuple[DispatchId, str], ...]
    #: Dispatch, what happened and when, of every single event that the provider reported: by dispatch, then in order.
    events: tuple[tuple[DispatchId, str, datetime | None], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactKeeper:
    """Does what a press desk asks for; holds what this takes."""

    book: ContactBook
    edits: ContactEdits
    search: ContactSearch
    suppressions: SuppressionList
    left_lists: LeftLists
    dispatches: Dispatches
    deliveries: PersonDeliveries
    audit: AuditLog
    clock: Clock

    def find(self, text: str, *, on: ListName | None = None) -> Iterator[Contact]:
        """Yield everybody with words that begin with each of those in the text; case and accents do not matter."""
        page = self.page(text, on=on)
        yield from (contact for _, contact in page.people)
        while page.after:
            page = self.page(text, on=on, after=page.after)
            yield from (contact for _, contact in page.people)

    def page(self, text: str, *, on: ListName | None = None, after: int = 0, count: int = 50) -> PeoplePage:
        """Return a page of those people with their numbers; without a word in the text, of everybody (on the list).

        Raises:
            NotFound: no such list.
        """
        if on is not None and on not in (known := self.book.lists()):
            raise NotFound("list", on, remedy=f"Lists: {', '.join(known) or 'none yet'}.")
        words = words_looked_for(text)
        if text.strip() and not words:
            return PeoplePage(people=(), after=0, total=0)
        return self.search.page(PeopleWanted(words=words, on=on, after=after, count=count))

    def dossier(self, address: str) -> Dossier:
        """Return everything that is stored on the person of a normalised address.

        Raises:
            NotFound: nobody has that address.
        """
        number, contact = self._get(address)
        deliveries = self.deliveries.of(number, self.dispatches.all())
        return Dossier(
            contact=contact,
            lists=self.edits.lists_of(number),
            suppression=self.suppressions.find(address),
            deliveries=tuple((one.dispatch, one.state.value) for one in deliveries),
            events=tuple((one.dispatch, event.what, event.at) for one in deliveries for event in one.events),
        )

    def edit(self, address: str, changes: Mapping[str, str], *, tag: Sequence[str], untag: Sequence[str], by: str) -> Contact:
        """Change fields (by the names of an import's columns) and tags; return the contact as it is now.

        Raises:
            NotFound: nobody has that address.
            BadInput: a field or value cannot be, or the address itself would change.
        """
        number, before = self._get(address)
        _refuse_strange(changes)
        read = contact_of({"email": before.address, **changes})
        changed = {name: getattr(read, name) for column in changes for name in _ATTRIBUTES[column]}
        gone = {word for text in untag for word in tags_of(text)}
        tags = dict.fromkeys([*before.tags, *(word for text in tag for word in tags_of(text))])
        tags = dict.fromkeys(word for word in (changed.pop("tags", None) or tags) if word not in gone)
        after = replace(before, **changed, tags=tuple(tags))
        if after != before:
            self.edits.put(number, after)
            self._record("contact.edited", address, by, (("fields", ",".join(_differences(before, after))),))
        return after

    def move(self, address: str, *, out_of: ListName | None, onto: ListName | None, by: str) -> bool:
        """Take a person off one list and put them on another; either may be None. False when nothing changed.

        Raises:
            NotFound: nobody has that address, or there is no such list.
            Refused: neither list is named, or they left the list by their own word.
        """
        if out_of is None and onto is None:
            raise Refused("Name a list. `distributor contacts lists` shows them.")
        number, contact = self._get(address)
        self._refuse_return(contact, onto)
        known = self.book.lists()
        for name in filter(None, (out_of, onto)):
            if name not in known:
                raise NotFound("list", name, remedy=f"Lists: {', '.join(known) or 'none yet'}.")
        # On the new one first: whoever is cut off in between is on both, and not on none.
        is_moved = [self.edits.set_on_list(number, onto, is_on=True)] if onto else []
        is_moved += [self.edits.set_on_list(number, out_of, is_on=False)] if out_of else []
        if any(is_moved):
            self._record("contact.moved", address, by, (("from", out_of or ""), ("to", onto or "")))
        return any(is_moved)

    def _refuse_return(self, contact: Contact, onto: ListName | None) -> None:
        """Refuse to put somebody on a list that they left by their own word."""
        if onto and self.left_lists.left(contact.key, [onto]):
            raise Refused(
                f"They have left {onto} by their own word. If they ask to come back: "
                f"`distributor suppress remove ADDRESS --list {onto} --reason TEXT --as NAME`."
            )

    def erase(self, address: str, *, by: str, reason: str) -> None:
        """Forget a person for good. What stays is the hash of the address, suppressed, so that no import brings them back.

        Dispatches that have them in a frozen audience hear of the suppression before their next batch.

        Raises:
            NotFound: nobody has that address.
        """
        self._get(address)
        self.suppressions.add(address, reason=ERASED, by=by, at=self.clock.now())
        self.suppressions.forget_address(address)
        self.edits.erase(address)
        self._record("contact.erased", address, by, (), reason)

    def _get(self, address: str) -> tuple[ContactNumber, Contact]:
        found = self.edits.get(address)
        if found is None:
            raise NotFound("contact", address, remedy="`distributor contacts find TEXT` looks for people.")
        return found

    def _record(self, action: str, address: str, by: str, facts: tuple[tuple[str, str], ...], reason: str = "") -> None:
        if not by.strip():
            raise Refused("Say who does it. Add --as NAME.")
        entry = AuditEntry(at=self.clock.now(), by=by, action=action, subject=address_key(address), reason=reason, facts=facts)
        self.audit.append(entry)


#: Column of an import to the attributes of a contact that it fills.
_ATTRIBUTES: Mapping[str, tuple[str, ...]] = {
    "name": ("name",),
    "outlet": ("outlet",),
    "beat": ("beat",),
    "language": ("languages",),
    "country": ("country",),
    "zone": ("zone",),
    "tags": ("tags",),
    "priority": ("is_priority",),
    "phone": ("phone",),
    "notes": ("notes",),
    "consent_source": ("consent_source",),
    "consent_on": ("consent_on",),
}


def _refuse_strange(changes: Mapping[str, str]) -> None:
    for column in changes:
        if column not in _ATTRIBUTES:
            raise BadInput(
                f"There is no field {column[:40]!r} to change.", where="--set", remedy=f"Fields are {', '.join(_ATTRIBUTES)}."
            )


def _differences(before: Contact, after: Contact) -> list[str]:
    return [field.name for field in fields(Contact) if getattr(before, field.name) != getattr(after, field.name)]
