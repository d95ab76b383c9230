"""To whom a release would go, in numbers that nobody waits for."""

from __future__ import annotations

from fastapi import Response
from fastapi.responses import HTMLResponse

from distributor.bootstrap import Service
from distributor.core.account import Permission
from distributor.core.errors import DistributorError
from distributor.core.ids import ReleaseId
from distributor.core.lift_words import in_zones
from distributor.render.staff_pages import StaffPages
from distributor.web.staff.audience_counter import AudienceCounter
from distributor.web.staff.gate import Gate, Visit


class AudiencePages:
    """Shows the counts of the lists for a release."""

    def __init__(self, service: Service, pages: StaffPages, counter: AudienceCounter) -> None:
        self._service = service
        self._pages = pages
        self._counter = counter

    def add_to(self, gate: Gate) -> None:
        """Declare the addresses."""
        gate.page("/releases/{release}/audience", self.show, needs=Permission.READ)
        gate.watch("/releases/{release}/audience/counts", self.counts, needs=Permission.READ)

    def show(self, visit: Visit) -> Response:
        """Show the counts on a page of their own, for browsers without scripts."""
        return self._html(visit, "audience.html")

    def counts(self, visit: Visit) -> Response:
        """Show the part that the approval page loads by itself, and asks for until it is there."""
        return self._html(visit, "_audience.html")

    def _html(self, visit: Visit, name: str) -> Response:
        stored = self._service.releases.get(ReleaseId(visit.path["release"]))
        counted, problem = None, ""
        try:
            counted = self._counter.known(stored)
        except DistributorError as error:
            problem = str(error)
        lift_at = stored.content.embargo.lift_at() if stored.content.embargo else None
        zones = [one.zone for one in counted.counts.zones] if counted else []
        html = self._pages.page(
            name, visitor=visit.visitor, stored=stored, known=counted, problem=problem, now=self._service.clock.now(),
            clocks=dict(in_zones(lift_at, zones)) if lift_at else {},
        )  # fmt: skip
        return HTMLResponse(html)
