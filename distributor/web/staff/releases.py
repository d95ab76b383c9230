"""A release in the browser: what was understood beside its text, and what the checks say with the way to mend it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from fastapi import Response
from fastapi.responses import HTMLResponse

from distributor.bootstrap import Service
from distributor.core.account import Permission
from distributor.core.checks_subject import CheckResult, Severity
from distributor.core.errors import NotFound
from distributor.core.ids import ReleaseId
from distributor.core.item import BY_NAME, MENDED_AT, items_of
from distributor.intake.write import written
from distributor.intake.written_lines import with_lines_of
from distributor.ports_releases import StoredRevision
from distributor.render.staff_pages import StaffPages
from distributor.web.staff.gate import Gate, Visit

#: Revisions in the list.
_MOST: Final = 20
_LONGEST_NUMBER: Final = 6


class ReleasePages:
    """Shows releases and their revisions."""

    def __init__(self, service: Service, pages: StaffPages) -> None:
        self._service = service
        self._pages = pages

    def add_to(self, gate: Gate) -> None:
        """Declare the addresses."""
        gate.page("/releases/{release}", self.show, needs=Permission.READ)
        gate.page("/releases/{release}/revisions/{revision}", self.show_revision, needs=Permission.READ)

    def show(self, visit: Visit) -> Response:
        """Show what was understood, the text, and the checks."""
        stored = self._service.releases.get(ReleaseId(visit.path["release"]))
        text, now = written(stored.content), self._service.clock.now()
        placed = replace(
            stored,
            content=with_lines_of(text, stored.content, now=now),
            translations=tuple(with_lines_of(written(one), one, now=now) for one in stored.translations),
        )
        checks = self._service.check(placed, self._service.compose(stored), now)
        html = self._pages.page(
            "release.html", visitor=visit.visitor, stored=stored, items=items_of(placed.content), text=text,
            failing=_failing(checks), passed=[check for check in checks if check.passed], mended_at=self._remedies(stored),
            missing=stored.missing_languages, approval=self._service.releases.approval(stored.release_id),
            revisions=self._service.releases.revisions(stored.release_id, most=_MOST),
            dispatches=[self._service.dispatches.status(one) for one in self._service.dispatches.of_release(stored.release_id)],
            now=self._service.lift_clock.now(),
            lift_at=stored.content.embargo.lift_at() if stored.content.embargo else None,
            may_write=visit.visitor.caller.may(Permission.WRITE_RELEASE),
        )  # fmt: skip
        return HTMLResponse(html)

    def show_revision(self, visit: Visit) -> Response:
        """Show an earlier revision, to be read only."""
        number = visit.path["revision"]
        if not (number.isascii() and number.isdigit() and len(number) <= _LONGEST_NUMBER):
            raise NotFound("revision", number[:40], remedy="The release's page lists them.")
        release = ReleaseId(visit.path["release"])
        stored = self._service.releases.get(release, int(number))
        text = written(stored.content)
        placed = with_lines_of(text, stored.content, now=self._service.clock.now())
        html = self._pages.page(
            "revision.html", visitor=visit.visitor, stored=stored, items=items_of(placed), text=text,
            latest=self._service.releases.get(release).revision, may_write=visit.visitor.caller.may(Permission.WRITE_RELEASE),
        )  # fmt: skip
        return HTMLResponse(html)

    def _remedies(self, stored: StoredRevision) -> dict[str, tuple[str, str]]:
        """Return for each check the address where it is mended, and what to do there."""
        at = f"/releases/{stored.release_id}"
        items = {check: BY_NAME[name] for check, name in MENDED_AT.items()}
        return {
            **{check: (f"{at}/correct/{item.name}", f"Correct: {item.label.lower()}") for check, item in items.items()},
            "missing-translation": (f"{at}/translations", "Add a translation"),
            # It may stand in any item, and all of them are there.
            "placeholder": (f"/releases/new?revises={stored.release_id}", "Edit the text"),
            "thread-length": (f"{at}/thread", "Edit the posts"),
            "thread-rules": (f"{at}/thread", "Edit the posts"),
        }


def _failing(checks: Sequence[CheckResult]) -> list[CheckResult]:
    """Return the checks that fail, what stands against approval first."""
    return sorted((check for check in checks if not check.passed), key=lambda check: check.severity is not Severity.ERROR)
