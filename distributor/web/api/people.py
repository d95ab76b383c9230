"""One person for programs: add, change, move, export, erase. A person is named by their number, never by an address in a URL."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Path
from pydantic import Field

from distributor.bootstrap import Service
from distributor.bootstrap_contacts import contact_keeper, media_lists
from distributor.core.account import Permission
from distributor.core.audience import Contact
from distributor.core.contact_row import contact_of
from distributor.core.errors import BadInput, NotFound
from distributor.core.ids import ContactNumber
from distributor.core.media_list import list_name
from distributor.flow.add_person import add_person
from distributor.flow.export_people import PERSON, record_export
from distributor.web.api.contact_shapes import Dossier, PersonShape, person_of
from distributor.web.api.contacts import ContactRoutes
from distributor.web.api.door import By, Door
from distributor.web.api.shapes import Shape, example

_DIGITS: Final = 9
_LONGEST: Final = 1000
Number = Annotated[int, Path(ge=1, lt=10**_DIGITS)]


class NewPerson(Shape):
    """Somebody who is added by hand. Cells are as in a media list."""

    model_config = example(email="reporter@news.example", name="Ana Lima", outlet="The News", language="en fr", tags="tv")

    email: str = Field(max_length=320)
    name: str = Field("", max_length=_LONGEST)
    outlet: str = Field("", max_length=_LONGEST)
    beat: str = Field("", max_length=_LONGEST)
    language: str = Field("", max_length=_LONGEST, description="Codes, preferred first.")
    country: str = Field("", max_length=_LONGEST)
    zone: str = Field("", max_length=_LONGEST)
    tags: str = Field("", max_length=_LONGEST, description="Several with semicolons.")
    priority: str = Field("", max_length=40, description="`yes`, or nothing.")
    phone: str = Field("", max_length=_LONGEST)
    notes: str = Field("", max_length=_LONGEST)
    consent_source: str = Field("", max_length=_LONGEST)
    consent_on: str = Field("", max_length=40, description="As 2026-03-30.")


class PersonChange(Shape):
    """What changes of a person; what is not named stays. The address cannot change: it is who they are."""

    model_config = example(fields={"outlet": "The Paper", "language": "fr"}, tag=["tv"], untag=["radio"])

    fields: dict[str, str] = Field(
        default_factory=dict,
        max_length=20,
        description="Field, by the name of an import's column, to its value; empty clears it.",
    )
    tag: list[str] = Field(default_factory=list, max_length=50)
    untag: list[str] = Field(default_factory=list, max_length=50)


class Moving(Shape):
    """The list to leave, the list to go on; one of them may be left out."""

    model_config = example(out_of="press", onto="radio")

    out_of: str = Field("", max_length=64)
    onto: str = Field("", max_length=64)


class Moved(Shape):
    """Whether something changed."""

    model_config = example(is_moved=True)

    is_moved: bool


class Why(Shape):
    """Why, for the audit, which keeps it for ever: without the person's name."""

    model_config = example(reason="their request of 3 March")

    reason: str = Field(min_length=1, max_length=500)


class Erased(Shape):
    """Who was erased."""

    model_config = example(number=17)

    number: int


class PersonRoutes:
    """The routes of single people."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._keeper = contact_keeper(service)
        self._contacts = ContactRoutes(service)

    def add_to(self, door: Door) -> None:
        """Declare the routes."""
        area = door.area("people", "One person: add by hand, change, move between lists, export, erase.")
        area.write("/lists/{list}/people", self.add_person, needs=Permission.MANAGE_CONTACTS)
        area.write("/contacts/{number}", self.change_person, needs=Permission.MANAGE_CONTACTS, method="PATCH")
        area.write("/contacts/{number}/lists", self.move_person, needs=Permission.MANAGE_CONTACTS)
        area.search("/contacts/{number}/export", self.export_person, needs=Permission.READ)
        area.write("/contacts/{number}/erase", self.erase_person, needs=Permission.ERASE_PERSON)

    def add_person(self, list: str, new: NewPerson, caller: By) -> PersonShape:  # noqa: A002 - the name in the address
        """Put one person on a media list, as an import of one row would.

        Who is there already keeps what the new one leaves empty. A suppression stays.
        """
        contact = contact_of(new.model_dump())
        number = add_person(
            contact,
            on=list_name(list),
            book=self._service.book,
            lists=media_lists(self._service),
            left_lists=self._service.left_lists,
            audit=self._service.audit,
            clock=self._service.clock,
            by=caller.name,
        )
        return person_of(number, self._contact(number))

    def change_person(self, number: Number, change: PersonChange, caller: By) -> PersonShape:
        """Change fields and tags of a person."""
        if any(len(value) > _LONGEST for value in change.fields.values()):
            raise BadInput(f"A field is longer than {_LONGEST:,} characters.", where="fields", remedy="Shorten it.")
        before = self._contact(number)
        after = self._keeper.edit(before.address, change.fields, tag=change.tag, untag=change.untag, by=caller.name)
        return person_of(number, after)

    def move_person(self, number: Number, moving: Moving, caller: By) -> Moved:
        """Take a person off one list and put them on another.

        A list that they have left by their own word is refused: `/suppressions/lift` with that list, when they ask to come back.
        """
        is_moved = self._keeper.move(
            self._contact(number).address,
            out_of=list_name(moving.out_of) if moving.out_of else None,
            onto=list_name(moving.onto) if moving.onto else None,
            by=caller.name,
        )
        return Moved(is_moved=is_moved)

    def export_person(self, number: Number, caller: By) -> Dossier:
        """Give everything that is stored on a person, for them. The audit tells of it."""
        contact = self._contact(number)
        record_export(PERSON, contact.key, audit=self._service.audit, clock=self._service.clock, by=caller.name)
        return self._contacts.show_contact(number)

    def erase_person(self, number: Number, why: Why, caller: By) -> Erased:
        """Forget a person for good. It cannot be undone.

        The hash of their address stays, suppressed, so that no import brings them back; messages that have left have left.
        """
        self._keeper.erase(self._contact(number).address, by=caller.name, reason=why.reason)
        return Erased(number=number)

    def _contact(self, number: int) -> Contact:
        contact = next((one for _, one in self._service.book.load([ContactNumber(number)])), None)
        if contact is None:
            raise NotFound("person", str(number), remedy="They may have been erased.")
        return contact
