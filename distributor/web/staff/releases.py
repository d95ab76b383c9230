"""A release in the browser: take in, and look at what was understood."""

from __future__ import annotations

from typing import Final

from fastapi import Response
from fastapi.responses import HTMLResponse, RedirectResponse

from distributor.bootstrap import Service
from distributor.core.account import Permission
from distributor.core.errors import BadInput, NotFound
from distributor.core.ids import ReleaseId
from distributor.core.understood import understood
from distributor.intake.read import read_release_bytes
from distributor.ports_releases import StoredRevision
from distributor.render.staff_pages import StaffPages
from distributor.web.staff.gate import Gate, Visit

_KINDS: Final = {"md": "release.md", "txt": "release.txt", "html": "release.html"}


class ReleasePages:
    """Shows releases and does what is asked with them."""

    def __init__(self, service: Service, pages: StaffPages) -> None:
        self._service = service
        self._pages = pages

    def add_to(self, gate: Gate) -> None:
        """Declare the addresses."""
        gate.page("/releases/new", self.blank, needs=Permission.WRITE_RELEASE)
        gate.act("/releases/new", self.take_in, needs=Permission.WRITE_RELEASE)
        gate.page("/releases/{release}", self.show, needs=Permission.READ)

    def blank(self, visit: Visit) -> Response:
        """Show an empty form; with `revises`, one for a new revision."""
        revises = visit.fields.get("revises", "")
        return self._html(visit, "new.html", text="", embargo="", kind="md", revises=revises, problem="")

    def take_in(self, visit: Visit) -> Response:
        """Store what was pasted; show what is wrong with it beside the text, which is kept."""
        text, kind = visit.fields.get("text", ""), visit.fields.get("kind", "md")
        embargo, revises = visit.fields.get("embargo", ""), visit.fields.get("revises", "")
        try:
            content = read_release_bytes(
                text.encode(), name=_KINDS.get(kind, "release.md"), now=self._service.clock.now(), embargo_answer=embargo
            )
            known = self._service.releases.resolve(revises) if revises else None
            stored = self._service.taker.take_in(content, by=visit.by, revises=known)
        except (BadInput, NotFound) as error:
            kept = {"text": text, "embargo": embargo, "kind": kind, "revises": revises}
            return self._html(visit, "new.html", status=422, problem=str(error), **kept)
        return RedirectResponse(f"/releases/{stored.release_id}", 303)

    def show(self, visit: Visit) -> Response:
        """Show what was understood, and the checks."""
        stored = self._stored(visit)
        checks = self._service.check(stored, self._service.compose(stored), self._service.clock.now())
        return self._html(
            visit, "release.html", stored=stored, understood=understood(stored.content),
            checks=sorted(checks, key=lambda check: check.passed),
            approval=self._service.releases.approval(stored.release_id),
            dispatches=[self._service.dispatches.status(one) for one in self._service.dispatches.of_release(stored.release_id)],
            now=self._service.lift_clock.now(),
            lift_at=stored.content.embargo.lift_at() if stored.content.embargo else None,
            may=visit.visitor.caller.may, Permission=Permission,
        )  # fmt: skip

    def _stored(self, visit: Visit) -> StoredRevision:
        return self._service.releases.get(ReleaseId(visit.path["release"]))

    def _html(self, visit: Visit, name: str, *, status: int = 200, **values: object) -> HTMLResponse:
        return HTMLResponse(self._pages.page(name, visitor=visit.visitor, **values), status)
