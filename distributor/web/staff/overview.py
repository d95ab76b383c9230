"""The first page: what is under way, and every release, to page through and to look for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fastapi import Response
from fastapi.responses import HTMLResponse, RedirectResponse

from distributor.bootstrap import Service
from distributor.core.account import Permission
from distributor.core.errors import BadInput
from distributor.core.folding import words_of
from distributor.core.ids import DispatchId
from distributor.core.report import DispatchState, DispatchStatus
from distributor.ports_releases import ReleaseLine, ReleasePage, ReleaseSearch, Stage
from distributor.render.staff_pages import StaffPages
from distributor.web.staff.gate import Gate, Visit

#: What somebody must look at comes first.
_ORDER: Final = (DispatchState.HELD, DispatchState.INCOMPLETE, DispatchState.RELEASING, DispatchState.ARMED)
_MOST_UNDER_WAY: Final = 30
_MOST_NOTES: Final = 5
#: Dispatches of one release that its line tells of; its page has all of them.
_NEWEST: Final = 2
#: Nobody types more than this into a search.
_MOST_TEXT: Final = 200
_STAGES: Final = (
    (Stage.ALL, "Any state"),
    (Stage.DRAFT, "Not approved"),
    (Stage.APPROVED, "Approved, not scheduled"),
    (Stage.UNDER_WAY, "Under way"),
    (Stage.FINISHED, "Finished"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One release in the list."""

    line: ReleaseLine
    #: None: at once, or the text does not say.
    lift_at: datetime | None
    dispatches: tuple[DispatchStatus, ...]


class OverviewPages:
    """Shows where everything stands."""

    def __init__(self, service: Service, pages: StaffPages) -> None:
        self._service = service
        self._pages = pages

    def add_to(self, gate: Gate) -> None:
        """Declare the addresses. Words that are looked for stand in a form: those of an embargoed headline get into no URL."""
        gate.page("/", self.show, needs=Permission.READ)
        gate.act("/", self.find, needs=Permission.READ)

    def show(self, visit: Visit) -> Response:
        """Show what is under way, and a page of the releases."""
        return self._html(visit, text="")

    def find(self, visit: Visit) -> Response:
        """Show the releases in whose headlines all words stand; without a word, the list has an address of its own."""
        text = visit.fields.get("text", "").strip()[:_MOST_TEXT]
        if not text:
            return RedirectResponse(f"/?stage={_stage(visit).value}", 303)
        return self._html(visit, text=text)

    def _html(self, visit: Visit, *, text: str) -> HTMLResponse:
        stage, after = _stage(visit), visit.fields.get("after", "")
        page = self._page(text, stage, after)
        html = self._pages.page(
            "overview.html",
            visitor=visit.visitor,
            under_way=[] if after else self._under_way(),
            rows=self._rows(page.lines),
            text=text,
            stage=stage.value,
            stages=_STAGES,
            after=page.after,
            is_first=not after,
            count=self._service.releases.index.count(),
            notes=[] if after else self._service.staff_notes.newest(_MOST_NOTES),
            now=self._service.lift_clock.now(),
            may_write=visit.visitor.caller.may(Permission.WRITE_RELEASE),
        )
        return HTMLResponse(html)

    def _page(self, text: str, stage: Stage, after: str) -> ReleasePage:
        words = words_of(text)
        if text and not words:
            return ReleasePage(lines=(), after="")
        return self._service.releases.index.page(ReleaseSearch(words=words, stage=stage, after=after))

    def _under_way(self) -> list[tuple[DispatchStatus, str]]:
        """Return what is not finished with its headline, what must be looked at first."""
        dispatches = self._service.dispatches.under_way(most=_MOST_UNDER_WAY)
        found = [status for status in self._service.dispatches.statuses(dispatches) if status.state in _ORDER]
        found.sort(key=lambda status: (_ORDER.index(status.state), status.lift_at))
        headlines = self._service.releases.index.headlines([status.release for status in found])
        return list(zip(found, headlines, strict=True))

    def _rows(self, lines: tuple[ReleaseLine, ...]) -> list[_Row]:
        wanted = [dispatch for line in lines for dispatch in line.dispatches[:_NEWEST]]
        found: dict[DispatchId, DispatchStatus] = {one.dispatch: one for one in self._service.dispatches.statuses(wanted)}
        return [
            _Row(
                line=line,
                lift_at=_lift(line),
                dispatches=tuple(found[one] for one in line.dispatches[:_NEWEST] if one in found),
            )
            for line in lines
        ]


def _stage(visit: Visit) -> Stage:
    asked = visit.fields.get("stage", "")
    return Stage(asked) if asked in set(Stage) else Stage.ALL


def _lift(line: ReleaseLine) -> datetime | None:
    try:
        return line.embargo.lift_at() if line.embargo else None
    except BadInput:
        # The zone's rules have changed and the hour does not exist any more: its page and the checks tell.
        return None
