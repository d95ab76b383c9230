"""Looking for people in the browser."""

from __future__ import annotations

from itertools import islice
from typing import Final

from fastapi import Response
from fastapi.responses import HTMLResponse

from distributor.bootstrap import Service
from distributor.bootstrap_contacts import contact_keeper
from distributor.core.account import Permission
from distributor.core.ids import address_key
from distributor.render.staff_pages import StaffPages
from distributor.web.staff.gate import Gate, Visit

_A_PAGE: Final = 50
#: Whoever has not found somebody on so many pages writes more of the name.
_MOST_PAGES: Final = 20
_LONGEST_TEXT: Final = 200


class PeoplePages:
    """Finds people."""

    def __init__(self, service: Service, pages: StaffPages) -> None:
        self._service = service
        self._pages = pages

    def add_to(self, gate: Gate) -> None:
        """Declare the addresses. A person's address is in none of them: proxies and browsers remember those."""
        gate.page("/people", self.search, needs=Permission.READ)
        gate.act("/people", self.find, needs=Permission.READ)

    def search(self, visit: Visit) -> Response:
        """Show a field to look for somebody."""
        lists = self._service.book.lists()
        return self._html(visit, "people.html", lists=lists, text="", chosen="", found=None, page=1, has_more=False)

    def find(self, visit: Visit) -> Response:
        """Show a page of who fits what was typed. A form and not a query, so that no address gets into a log."""
        text = visit.fields.get("text", "").strip()[:_LONGEST_TEXT]
        lists = self._service.book.lists()
        on = next((name for name in lists if name == visit.fields.get("list", "")), None)
        page = _page_number(visit.fields.get("page", ""))
        first = (page - 1) * _A_PAGE
        fitting = contact_keeper(self._service).find(text, on=on) if text else iter(())
        people = list(islice(fitting, first, first + _A_PAGE + 1))
        shown = people[:_A_PAGE]
        numbers = self._service.book.numbers_of([address_key(contact.address) for contact in shown])
        found = [(number, contact) for number, contact in zip(numbers, shown, strict=True) if number is not None]
        has_more = len(people) > _A_PAGE and page < _MOST_PAGES
        return self._html(
            visit, "people.html", lists=lists, text=text, chosen=on or "", found=found, page=page, has_more=has_more
        )

    def _html(self, visit: Visit, name: str, **values: object) -> HTMLResponse:
        return HTMLResponse(self._pages.page(name, visitor=visit.visitor, **values))


def _page_number(text: str) -> int:
    is_number = text.isascii() and text.isdecimal() and len(text) <= len(str(_MOST_PAGES))
    return min(max(int(text), 1), _MOST_PAGES) if is_number else 1
