"""Looking for people in the browser."""

from __future__ import annotations

from typing import Final

from fastapi import Response
from fastapi.responses import HTMLResponse

from distributor.bootstrap import Service
from distributor.bootstrap_contacts import contact_keeper
from distributor.core.account import Permission
from distributor.ports_contacts import PeoplePage
from distributor.render.staff_pages import StaffPages
from distributor.web.staff.gate import Gate, Visit

_A_PAGE: Final = 50
#: Pages that one can go back; a search that needs more needs more words.
_MOST_PAGES: Final = 100
#: Beyond any contact's number.
_DIGITS: Final = 9
_NOBODY: Final = PeoplePage(people=(), after=0, total=0)
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
        is_told = visit.fields.get("told") == "erased"
        lists = self._service.book.lists()
        return self._html(visit, "people.html", lists=lists, text="", chosen="", found=None, trail=[], is_told=is_told)

    def find(self, visit: Visit) -> Response:
        """Show a page of who fits what was typed. A form and not a query, so that no address gets into a log."""
        text = visit.fields.get("text", "").strip()[:_LONGEST_TEXT]
        lists = self._service.book.lists()
        on = next((name for name in lists if name == visit.fields.get("list", "")), None)
        trail = _trail(visit.fields.get("trail", ""))
        after = trail[-1] if trail else 0
        found = contact_keeper(self._service).page(text, on=on, after=after, count=_A_PAGE) if text or on else _NOBODY
        return self._html(visit, "people.html", lists=lists, text=text, chosen=on or "", found=found, trail=trail, is_told=False)

    def _html(self, visit: Visit, name: str, **values: object) -> HTMLResponse:
        return HTMLResponse(self._pages.page(name, visitor=visit.visitor, **values))


def _trail(text: str) -> list[int]:
    """Return where each page that was seen ended, so that there is a way back; a trail that nobody walked is none."""
    ends = text.split()[-_MOST_PAGES:]
    are_numbers = all(end.isascii() and end.isdecimal() and len(end) <= _DIGITS for end in ends)
    return [int(end) for end in ends] if are_numbers else []
