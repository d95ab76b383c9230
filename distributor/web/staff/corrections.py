"""Putting one thing right that was understood wrongly, without touching the rest."""

from __future__ import annotations

from fastapi import Response
from fastapi.responses import HTMLResponse, RedirectResponse

from distributor.bootstrap import Service
from distributor.core.account import Permission
from distributor.core.errors import BadInput, NotFound, RevisionCame
from distributor.core.ids import ReleaseId
from distributor.core.item import BY_NAME, Item, items_of
from distributor.core.release import Release
from distributor.intake.said import amended, with_links
from distributor.ports_releases import StoredRevision
from distributor.render.staff_pages import StaffPages
from distributor.web.staff.gate import Gate, Visit
from distributor.web.staff.stakes import objection, stakes_of, told, translated
from distributor.web.staff.typed import Typed, keys_in, rows, said_in, targets_in, typed_of
from distributor.web.staff.zones import ZONES


class CorrectionPages:
    """A form for each item."""

    def __init__(self, service: Service, pages: StaffPages) -> None:
        self._service = service
        self._pages = pages

    def add_to(self, gate: Gate) -> None:
        """Declare the addresses."""
        gate.page("/releases/{release}/correct/{item}", self.show, needs=Permission.WRITE_RELEASE)
        gate.act("/releases/{release}/correct/{item}", self.save, needs=Permission.WRITE_RELEASE)

    def show(self, visit: Visit) -> Response:
        """Show what the item says, to be put right."""
        stored, item = self._stored(visit), _item(visit)
        return self._form(visit, stored, item, typed_of(stored.content))

    def save(self, visit: Visit) -> Response:
        """Make a new revision with the item as typed."""
        stored, item = self._stored(visit), _item(visit)
        stakes = stakes_of(self._service, stored, keeps_translations=item.is_shared)
        if problem := objection(visit, stakes, stored):
            return self._form(visit, stored, item, visit.fields, problem=problem, status=409)
        try:
            content = self._put_right(stored.content, item, visit.fields)
            if content != stored.content:
                self._service.taker.take_in(
                    content,
                    by=visit.by,
                    revises=stored.release_id,
                    after=stakes.revision,
                    translated=translated(visit, keeps_translations=item.is_shared),
                )
        except BadInput as error:
            return self._form(visit, stored, item, visit.fields, problem=told(error), status=422)
        except RevisionCame:
            newer = self._stored(visit)
            came = objection(visit, stakes_of(self._service, newer), newer)
            return self._form(visit, newer, item, visit.fields, problem=came, status=409)
        return RedirectResponse(f"/releases/{stored.release_id}#{item.name}", 303)

    def _put_right(self, release: Release, item: Item, typed: Typed) -> Release:
        if item.name == "links":
            return with_links(release, targets_in(typed))
        return amended(release, said_in(typed, item.keys), now=self._service.clock.now())

    def _form(
        self, visit: Visit, stored: StoredRevision, item: Item, typed: Typed, *, problem: str = "", status: int = 200
    ) -> HTMLResponse:
        present = next(values for one, values in items_of(stored.content) if one == item)
        html = self._pages.page(
            "correct.html", visitor=visit.visitor, stored=stored, item=item, keys=keys_in(item), typed=typed, rows=rows,
            present=present, stakes=stakes_of(self._service, stored, keeps_translations=item.is_shared),
            zone=self._service.settings.desk_zone, zones=ZONES, problem=problem,
        )  # fmt: skip
        return HTMLResponse(html, status)

    def _stored(self, visit: Visit) -> StoredRevision:
        return self._service.releases.get(ReleaseId(visit.path["release"]))


def _item(visit: Visit) -> Item:
    try:
        return BY_NAME[visit.path["item"]]
    except KeyError as error:
        raise NotFound(
            "item of a release", visit.path["item"][:40], remedy="The release's page shows those there are."
        ) from error
