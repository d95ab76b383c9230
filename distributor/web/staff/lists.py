"""Media lists and saved filters in the browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from fastapi import Response
from fastapi.responses import HTMLResponse, RedirectResponse, StreamingResponse

from distributor.bootstrap import Service
from distributor.bootstrap_contacts import contact_edits, list_keeper, media_lists
from distributor.core.account import Permission
from distributor.core.audience import Contact
from distributor.core.audience_filter import FILTER_FIELDS, AudienceFilter
from distributor.core.contact_headers import FIELDS
from distributor.core.contact_row import contact_of
from distributor.core.contact_table import csv_blocks, row_of
from distributor.core.errors import BadInput, NotFound, Refused
from distributor.core.ids import ListName
from distributor.flow.add_person import add_person
from distributor.flow.export_people import LIST, record_export
from distributor.render.staff_pages import StaffPages
from distributor.web.staff.gate import Gate, Visit
from distributor.web.staff.reason import reason_in

_A_PAGE: Final = 50
#: What is asked of somebody who is added by hand.
_BY_HAND: Final = ("email", "name", "outlet", "language")
_BLOCK: Final = 1000
#: Beyond any contact's number.
_DIGITS: Final = 9


class ListPages:
    """Shows lists with who is on them, and makes and forgets them."""

    def __init__(self, service: Service, pages: StaffPages) -> None:
        self._service = service
        self._pages = pages
        self._keeper = list_keeper(service)
        self._lists = media_lists(service)
        self._edits = contact_edits(service)

    def add_to(self, gate: Gate) -> None:
        """Declare the addresses."""
        gate.page("/lists", self.everything, needs=Permission.READ)
        gate.act("/lists", self.create, needs=Permission.MANAGE_CONTACTS)
        gate.page("/lists/{list}", self.show, needs=Permission.READ)
        gate.act("/lists/{list}/people", self.add_person, needs=Permission.MANAGE_CONTACTS)
        gate.act("/lists/{list}/export", self.export, needs=Permission.MANAGE_CONTACTS)
        gate.act("/lists/{list}/delete", self.delete, needs=Permission.MANAGE_CONTACTS)
        gate.act("/filters", self.save_filter, needs=Permission.MANAGE_CONTACTS)
        gate.page("/filters/{filter}/count", self.count, needs=Permission.READ)
        gate.act("/filters/{filter}/remove", self.remove_filter, needs=Permission.MANAGE_CONTACTS)

    def everything(self, visit: Visit) -> Response:
        """Show every list with its number of people, and every saved filter."""
        return self._everything(visit)

    def _everything(self, visit: Visit, *, problem: str = "") -> Response:
        filters = {name: _readable(text) for name, text in self._edits.filters().items()}
        values = {"lists": self._service.book.lists(), "filters": filters, "fields": FILTER_FIELDS}
        typed = {name: visit.fields.get(name, "") for name in ("name", "filter_name", "base", *FILTER_FIELDS)}
        return self._html(visit, "lists.html", status=422 if problem else 200, problem=problem, typed=typed, **values)

    def create(self, visit: Visit) -> Response:
        """Make an empty list."""
        try:
            name = self._keeper.create(visit.fields.get("name", ""), by=visit.by)
        except (BadInput, Refused) as error:
            return self._everything(visit, problem=_said(error))
        return RedirectResponse(f"/lists/{name}", 303)

    def show(self, visit: Visit) -> Response:
        """Show a list's people a page at a time, in the order of their numbers."""
        return self._show(visit)

    def _show(self, visit: Visit, *, problem: str = "") -> Response:
        name, count = self._named(visit)
        after = _number(visit.fields.get("after", ""))
        numbers = self._lists.page(name, after=after, most=_A_PAGE + 1)
        people = list(self._service.book.load(numbers[:_A_PAGE]))
        values = {
            "list_name": name,
            "count": count,
            "people_here": people,
            "after": after,
            "following": numbers[_A_PAGE - 1] if len(numbers) > _A_PAGE else None,
            "problem": problem,
            "typed": {field: visit.fields.get(field, "") if problem else "" for field in _BY_HAND},
        }
        return self._html(visit, "list.html", status=422 if problem else 200, **values)

    def add_person(self, visit: Visit) -> Response:
        """Put one person on the list by hand; the rest of what is known of them is on their own page."""
        name, _ = self._named(visit)
        try:
            contact = contact_of({field: visit.fields.get(field, "") for field in _BY_HAND})
            number = add_person(
                contact,
                on=name,
                book=self._service.book,
                lists=self._lists,
                left_lists=self._service.left_lists,
                audit=self._service.audit,
                clock=self._service.clock,
                by=visit.by,
            )
        except (BadInput, Refused) as error:
            return self._show(visit, problem=_said(error))
        return RedirectResponse(f"/people/{number}", 303)

    def export(self, visit: Visit) -> Response:
        """Give the list with everything on its people as a CSV that `contacts import` reads again."""
        name, count = self._named(visit)
        record_export(LIST, name, audit=self._service.audit, clock=self._service.clock, by=visit.by, count=count)
        headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
        return StreamingResponse(self._csv(name), media_type="text/csv; charset=utf-8", headers=headers)

    def _csv(self, name: ListName) -> Iterator[str]:
        # With a byte-order mark, so that spreadsheets take it for UTF-8.
        yield "\ufeff"
        yield from csv_blocks([FIELDS])
        yield from csv_blocks(row_of(contact) for contact in self._members(name))

    def _members(self, name: ListName) -> Iterator[Contact]:
        after = 0
        while numbers := self._lists.page(name, after=after, most=_BLOCK):
            yield from (contact for _, contact in self._service.book.load(numbers))
            after = numbers[-1]

    def delete(self, visit: Visit) -> Response:
        """Forget a list, after asking."""
        name, count = self._named(visit)
        reason, problem = reason_in(visit), ""
        if visit.fields.get("sure") == "yes" and reason:
            try:
                self._keeper.delete(name, by=visit.by, reason=reason)
            except Refused as error:
                problem = str(error)
            else:
                return RedirectResponse("/lists", 303)
        elif visit.fields.get("sure"):
            problem = "Say why; it is kept in the audit."
        users = list(self._keeper.users_of(name))
        status = 422 if problem else 200
        return self._html(visit, "list_delete.html", status=status, list_name=name, count=count, users=users, problem=problem)

    def save_filter(self, visit: Visit) -> Response:
        """Save whom of a list a dispatch goes to."""
        wanted = {field: [one for one in visit.fields.get(field, "").split(",") if one.strip()] for field in FILTER_FIELDS}
        try:
            made = AudienceFilter.of(visit.fields.get("base", ""), wanted)
            self._keeper.save_filter(visit.fields.get("filter_name", ""), made, by=visit.by)
        except (BadInput, Refused, NotFound) as error:
            return self._everything(visit, problem=_said(error))
        return RedirectResponse("/lists#filters", 303)

    def count(self, visit: Visit) -> Response:
        """Count whom a filter fits today: a part of the page, because it looks at everybody on the list."""
        text = self._edits.filters().get(visit.path["filter"])
        if text is None:
            raise NotFound("saved filter", visit.path["filter"][:64])
        return HTMLResponse(f"{len(self._service.book.members([ListName(text)])):,} people today")

    def remove_filter(self, visit: Visit) -> Response:
        """Remove a saved filter; it is made again in a moment."""
        self._keeper.remove_filter(visit.path["filter"][:64], by=visit.by)
        return RedirectResponse("/lists#filters", 303)

    def _named(self, visit: Visit) -> tuple[ListName, int]:
        name = ListName(visit.path["list"])
        count = self._lists.size(name)
        if count is None:
            raise NotFound("list", name[:64], remedy="The page of lists shows them.")
        return name, count

    def _html(self, visit: Visit, page: str, *, status: int = 200, **values: object) -> HTMLResponse:
        return HTMLResponse(self._pages.page(page, visitor=visit.visitor, **values), status)


def _readable(text: str) -> tuple[str, list[tuple[str, str]]]:
    """Return a filter's list, and what it wants in words."""
    made = AudienceFilter.parse(text)
    return made.base, [(field, " or ".join(values)) for field, values in made.wanted]


def _said(error: BadInput | Refused | NotFound) -> str:
    return f"{error.problem} {error.remedy}" if isinstance(error, BadInput) else str(error)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _DIGITS else 0
