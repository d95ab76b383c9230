"""People and the audit in the browser."""

from __future__ import annotations

from itertools import islice
from typing import Final

from fastapi import Response
from fastapi.responses import HTMLResponse

from distributor.bootstrap import Service
from distributor.bootstrap_contacts import contact_keeper
from distributor.core.account import Permission
from distributor.core.errors import NotFound
from distributor.core.ids import ContactNumber
from distributor.render.staff_pages import StaffPages
from distributor.web.staff.gate import Gate, Visit

_MOST_FOUND: Final = 50
_MOST_ENTRIES: Final = 200


class PeoplePages:
    """Shows who is on the lists, and who did what."""

    def __init__(self, service: Service, pages: StaffPages) -> None:
        self._service = service
        self._pages = pages

    def add_to(self, gate: Gate) -> None:
        """Declare the addresses. A person's address is in none of them: proxies and browsers remember those."""
        gate.page("/people", self.lists, needs=Permission.READ)
        gate.act("/people", self.find, needs=Permission.READ)
        gate.page("/people/{number}", self.show, needs=Permission.READ)
        gate.page("/audit", self.audit, needs=Permission.READ_AUDIT)

    def lists(self, visit: Visit) -> Response:
        """Show the lists and a field to look for somebody."""
        return self._html(visit, "people.html", lists=self._service.book.lists(), text="", found=None)

    def find(self, visit: Visit) -> Response:
        """Show who fits what was typed. A form and not a query, so that no address gets into a log."""
        text = visit.fields.get("text", "").strip()
        people = list(islice(contact_keeper(self._service).find(text), _MOST_FOUND)) if text else []
        numbers = [self._service.book.find(contact.address) for contact in people]
        found = [(number, contact) for number, contact in zip(numbers, people, strict=True) if number is not None]
        return self._html(visit, "people.html", lists=self._service.book.lists(), text=text, found=found)

    def show(self, visit: Visit) -> Response:
        """Show everything that is stored on one person."""
        number = visit.path["number"]
        loaded = self._service.book.load([ContactNumber(int(number))]) if number.isdecimal() and len(number) <= _DIGITS else ()
        contact = next((one for _, one in loaded), None)
        if contact is None:
            raise NotFound("person", number[:_DIGITS], remedy="They may have been erased. Look for them on the page of people.")
        return self._html(visit, "person.html", dossier=contact_keeper(self._service).dossier(contact.address))

    def audit(self, visit: Visit) -> Response:
        """Show who did what, newest first."""
        entries = list(self._service.audit.entries(subject=visit.fields.get("subject") or None))
        return self._html(visit, "audit.html", entries=entries[: -_MOST_ENTRIES - 1 : -1])

    def _html(self, visit: Visit, name: str, **values: object) -> HTMLResponse:
        return HTMLResponse(self._pages.page(name, visitor=visit.visitor, **values))


#: Beyond any contact's number.
_DIGITS: Final = 9
