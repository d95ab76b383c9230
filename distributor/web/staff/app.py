"""The staff application, put together."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath
from typing import Final

from fastapi import FastAPI, Request, Response

from distributor.bootstrap import Service
from distributor.bootstrap_doctor import examine
from distributor.flow.sign_in import SignIn
from distributor.render.staff_pages import StaffPages
from distributor.render.thread_page import ThreadPage
from distributor.resources import resource
from distributor.web.staff.accounts import AccountPages
from distributor.web.staff.approval import ApprovalPages
from distributor.web.staff.audience import AudiencePages
from distributor.web.staff.audience_counter import AudienceCounter
from distributor.web.staff.audit import AuditPages
from distributor.web.staff.board import BoardReader
from distributor.web.staff.calendar import CalendarPages
from distributor.web.staff.corrections import CorrectionPages
from distributor.web.staff.dispatches import DispatchPages
from distributor.web.staff.drafting import DraftingPages
from distributor.web.staff.gate import Declared, Gate
from distributor.web.staff.health import HealthPages
from distributor.web.staff.import_runner import ImportRunner
from distributor.web.staff.imports import ImportPages
from distributor.web.staff.lists import ListPages
from distributor.web.staff.live import LiveBoards
from distributor.web.staff.lookout import Lookout
from distributor.web.staff.me import OwnPages
from distributor.web.staff.overview import OverviewPages
from distributor.web.staff.people import PeoplePages
from distributor.web.staff.person import PersonPages
from distributor.web.staff.previews import PreviewPages
from distributor.web.staff.releases import ReleasePages
from distributor.web.staff.reports import ReportPages
from distributor.web.staff.scheduling import SchedulingPages
from distributor.web.staff.steering import SteeringPages
from distributor.web.staff.suppression_files import SuppressionFilePages
from distributor.web.staff.suppressions import SuppressionPages
from distributor.web.staff.threads import ThreadPages
from distributor.web.staff.translations import TranslationPages

#: Takes the request and the status.
Unknown = Callable[[Request, int], Awaitable[Response]]
_KINDS: Final = {".css": "text/css", ".js": "text/javascript"}


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffApplication:
    """The application as it runs."""

    #: Every page and act.
    declared: list[Declared]
    lookout: Lookout
    imports: ImportRunner
    live: LiveBoards
    counter: AudienceCounter
    #: Answers browsers where there is nothing.
    unknown: Unknown

    def end_streams(self) -> None:
        """End what would keep the server from stopping. On its own event loop."""
        self.live.close()

    def close(self) -> None:
        """End what runs in the background."""
        self.counter.close()
        self.imports.close()
        self.lookout.close()


def add_staff_application(app: FastAPI, service: Service, sign_in: SignIn) -> StaffApplication:
    """Add every page and act to the web process."""
    pages = StaffPages(resource("templates", "staff"), zone=service.settings.desk_zone)
    gate = Gate(app, pages=pages, sign_in=sign_in, is_secure=service.settings.public_url.startswith("https://"))
    lookout = Lookout(partial(examine, service), now=service.clock.now)
    OverviewPages(service, pages).add_to(gate)
    PreviewPages(service, pages, ThreadPage(resource("templates"))).add_to(gate)
    ApprovalPages(service, pages).add_to(gate)
    SchedulingPages(service, pages).add_to(gate)
    counter = AudienceCounter(service)
    AudiencePages(service, pages, counter).add_to(gate)
    ThreadPages(service, pages).add_to(gate)
    reader = BoardReader(service, lookout)
    boards = DispatchPages(reader, pages, lookout)
    boards.add_to(gate)
    SteeringPages(service, reader, pages).add_to(gate)
    ReportPages(service, reader, pages).add_to(gate)
    CalendarPages(service, pages).add_to(gate)
    HealthPages(service, pages, lookout).add_to(gate)
    # New ones first: their addresses look like those of a release.
    for part in (DraftingPages, ReleasePages, CorrectionPages, TranslationPages):
        part(service, pages).add_to(gate)
    for area in (PeoplePages, PersonPages, ListPages, SuppressionFilePages, SuppressionPages, AuditPages):
        area(service, pages).add_to(gate)
    AccountPages(service, pages, sign_in).add_to(gate)
    OwnPages(service, pages, sign_in).add_to(gate)
    imports = ImportRunner(service)
    ImportPages(service, pages, imports).add_to(gate)
    for name in pages.static_files():
        _add_file(app, pages, name)
    return StaffApplication(
        declared=gate.declared, lookout=lookout, imports=imports, live=boards.live, counter=counter, unknown=gate.unknown
    )


def _add_file(app: FastAPI, pages: StaffPages, name: str) -> None:
    content, kind = pages.file(name), _KINDS[PurePosixPath(name).suffix]

    def give() -> Response:
        # Its address changes with its content, so that nobody ever sees an old one.
        return Response(content, media_type=kind, headers={"Cache-Control": "public, max-age=31536000, immutable"})

    app.add_api_route(f"/static/{name}", give, methods=["GET"], include_in_schema=False)
