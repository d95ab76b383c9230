"""People and media lists for programs: import, export, find, look."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Annotated, Final

from fastapi import Form, Path, Response, UploadFile
from fastapi.responses import StreamingResponse

from distributor.bootstrap import Service
from distributor.bootstrap_contacts import contact_edits, contact_keeper, media_lists
from distributor.core.account import Permission
from distributor.core.audience import Contact
from distributor.core.contact_headers import FIELDS
from distributor.core.contact_table import csv_blocks, row_of
from distributor.core.errors import BadInput, NotFound
from distributor.core.ids import ContactNumber, DispatchId, ListName
from distributor.core.media_list import ContactsFile, RowError, contacts_in, list_name
from distributor.core.report import instant
from distributor.flow.export_people import LIST, record_export
from distributor.flow.import_contacts import forecast, import_contacts
from distributor.flow.keep_contacts import Dossier as PersonDossier
from distributor.intake.table_file import table_rows
from distributor.web.api.contact_shapes import (
    Dossier,
    EventOf,
    FieldChange,
    Imported,
    ListShape,
    MessageOf,
    PersonShape,
    RowProblem,
    Search,
    SuppressionOf,
    person_of,
)  # fmt: skip
from distributor.web.api.door import FORM, MOST_BYTES_WITH_FILES, By, Door
from distributor.web.api.shapes import Page

_BLOCK: Final = 1000
_DIGITS: Final = 9
Number = Annotated[int, Path(ge=1, lt=10**_DIGITS)]


class ContactRoutes:
    """The routes of people and lists."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._keeper = contact_keeper(service)
        self._lists = media_lists(service)

    def add_to(self, door: Door) -> None:
        """Declare the routes."""
        area = door.area("contacts", "People and media lists: import, export, find, look.")
        area.write(
            "/contacts/imports", self.import_contacts, needs=Permission.MANAGE_CONTACTS, accepts=FORM, most=MOST_BYTES_WITH_FILES
        )
        area.search("/contacts/find", self.find_contacts, needs=Permission.READ)
        area.read("/contacts/{number}", self.show_contact, needs=Permission.READ)
        area.read("/lists", self.list_lists, needs=Permission.READ)
        area.search("/lists/{list}/export", self.export_list, needs=Permission.MANAGE_CONTACTS, gives="text/csv")

    def import_contacts(
        self,
        caller: By,
        file: UploadFile,
        to_list: Annotated[str, Form(alias="list", max_length=64, description="The media list; made if it is not there.")],
        dry_run: Annotated[bool, Form(description="Say what would happen, and store nothing.")] = False,
        mapping: Annotated[
            list[str], Form(max_length=50, description="`COLUMN=FIELD` where guessing is wrong; kept for the list.")
        ] = [],  # noqa: B006 - FastAPI copies it
    ) -> Imported:
        """Put the people of a file (CSV or .xlsx) on a media list.

        Rows that are wrong are named and left out; the others are stored. The same file again changes nothing, and an import
        never lifts a suppression.
        """
        data, name, edits = file.file.read(), list_name(to_list), contact_edits(self._service)
        told, known = _mapping(mapping), edits.mapping_of(name)
        # The name of somebody's file is not ours to repeat.
        people = contacts_in(table_rows(data, name="file"), name="file", mapping=told, known=known)
        if dry_run:
            return self._foreseen(people, name)
        report = import_contacts(
            people, list_name=name, book=self._service.book, audit=self._service.audit, clock=self._service.clock, by=caller.name
        )
        if mapping:
            edits.save_mapping(name, {**known, **told})
        return Imported(
            dry_run=False, list_name=name, added=report.added, updated=report.updated, unchanged=report.unchanged,
            merged=report.merged, suppressed=report.suppressed, left_before=report.left_before, errors=_problems(report.errors),
            ignored_columns=list(report.ignored_columns), columns=dict(report.columns), differences=[],
        )  # fmt: skip

    def _foreseen(self, people: ContactsFile, name: ListName) -> Imported:
        seen = forecast(
            people,
            book=self._service.book,
            suppressions=self._service.suppressions,
            left_among=partial(self._service.left_lists.left_among, name),
        )
        return Imported(
            dry_run=True, list_name=name, added=seen.added, updated=seen.updated, unchanged=seen.unchanged, merged=people.merged,
            suppressed=seen.suppressed, left_before=seen.left_before, errors=_problems(people.errors),
            ignored_columns=list(people.ignored_columns), columns=dict(people.columns),
            differences=[FieldChange(address=one.address, changes=list(one.changes)) for one in seen.differences],
        )  # fmt: skip

    def find_contacts(self, search: Search) -> Page[PersonShape]:
        """Find people by the beginnings of words of their address, name, outlet, beat and tags; every word must fit.

        A page may be short, or empty, and not the last.
        """
        on = list_name(search.list) if search.list else None
        page = self._keeper.page(search.text, on=on, after=_place(search.after), count=search.limit)
        items = [person_of(number, contact) for number, contact in page.people]
        return Page(items=items, next=str(page.after) if page.after else None)

    def show_contact(self, number: Number) -> Dossier:
        """Show everything that is stored on one person."""
        contact = next((one for _, one in self._service.book.load([ContactNumber(number)])), None)
        if contact is None:
            raise NotFound("person", str(number), remedy="They may have been erased.")
        found = self._keeper.dossier(contact.address)
        why = found.suppression
        return Dossier(
            person=person_of(number, contact),
            lists=list(found.lists),
            suppression=SuppressionOf(reason=why.reason, by=why.by, at=instant(why.at)) if why else None,
            messages=[
                MessageOf(dispatch=dispatch, state=state, events=_events(found, dispatch)) for dispatch, state in found.deliveries
            ],
        )

    def list_lists(self) -> Page[ListShape]:
        """List the media lists with their numbers of people; all at once."""
        return Page(items=[ListShape(list=name, people=count) for name, count in self._service.book.lists().items()], next=None)

    def export_list(self, list: str, caller: By) -> Response:  # noqa: A002 - the name in the address
        """Give a media list with everything on its people, as a table that an import reads again. The audit tells of it."""
        name = list_name(list)
        count = self._lists.size(name)
        if count is None:
            raise NotFound("list", name, remedy="`distributor contacts lists` shows them.")
        record_export(LIST, name, audit=self._service.audit, clock=self._service.clock, by=caller.name, count=count)
        return StreamingResponse(self._csv(name), media_type="text/csv; charset=utf-8")

    def _csv(self, name: ListName) -> Iterator[str]:
        yield from csv_blocks([FIELDS])
        yield from csv_blocks(row_of(contact) for contact in self._members(name))

    def _members(self, name: ListName) -> Iterator[Contact]:
        after = 0
        while numbers := self._lists.page(name, after=after, most=_BLOCK):
            yield from (contact for _, contact in self._service.book.load(numbers))
            after = numbers[-1]


def _mapping(mapped: Sequence[str]) -> dict[str, str]:
    if any("=" not in text for text in mapped):
        raise BadInput("It maps nothing.", where="mapping", remedy="Write COLUMN=field, or COLUMN= to leave a column out.")
    return {column.strip(): field.strip().casefold() for column, _, field in (text.rpartition("=") for text in mapped)}


def _problems(errors: Sequence[RowError]) -> list[RowProblem]:
    return [RowProblem(line=one.line, column=one.column, problem=one.problem, remedy=one.remedy) for one in errors]


def _place(after: str) -> int:
    if after and not (after.isascii() and after.isdecimal() and len(after) <= _DIGITS):
        raise BadInput("This is not `next` of a page.", where="after", remedy="Begin anew, without it.")
    return int(after or "0")


def _events(dossier: PersonDossier, dispatch: DispatchId) -> list[EventOf]:
    return [EventOf(event=what, at=instant(at) if at else None) for named, what, at in dossier.events if named == dispatch]
