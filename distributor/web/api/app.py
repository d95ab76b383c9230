"""The API, put together."""

from __future__ import annotations

from fastapi import FastAPI, Request, Response
from fastapi.exception_handlers import http_exception_handler
from starlette.exceptions import HTTPException

from distributor.bootstrap import Service
from distributor.bootstrap_accounts import StaffDoor
from distributor.web.api.accounts import AccountRoutes
from distributor.web.api.boards import BoardRoutes
from distributor.web.api.contacts import ContactRoutes
from distributor.web.api.desk import DeskRoutes
from distributor.web.api.dispatches import DispatchRoutes
from distributor.web.api.door import PREFIX, Declared, Door
from distributor.web.api.leaving import LeavingRoutes
from distributor.web.api.lists import ListRoutes
from distributor.web.api.me import MyRoutes
from distributor.web.api.people import PersonRoutes
from distributor.web.api.problem import problem_of_http
from distributor.web.api.records import RecordRoutes
from distributor.web.api.releases import ReleaseRoutes
from distributor.web.api.revisions import RevisionRoutes
from distributor.web.api.suppressions import SuppressionRoutes
from distributor.web.staff.app import Unknown
from distributor.web.staff.audience_counter import AudienceCounter
from distributor.web.staff.lookout import Lookout


def add_api(
    app: FastAPI, service: Service, staff: StaffDoor, lookout: Lookout, counter: AudienceCounter, *, unknown: Unknown
) -> list[Declared]:
    """Add every route to the web process; return what was declared. `unknown` tells browsers where there is nothing."""
    door = Door(app, sign_in=staff.sign_in, answers=service.answers)
    for area in (
        ReleaseRoutes,
        RevisionRoutes,
        DispatchRoutes,
        RecordRoutes,
        ContactRoutes,
        PersonRoutes,
        ListRoutes,
        SuppressionRoutes,
    ):
        area(service).add_to(door)
    for watching in (BoardRoutes, DeskRoutes):
        watching(service, lookout).add_to(door)
    LeavingRoutes(service, counter).add_to(door)
    AccountRoutes(staff).add_to(door)
    MyRoutes(staff, now=service.lift_clock.now).add_to(door)

    async def answer(request: Request, error: Exception) -> Response:
        """Refuse what no route takes: in the API's form there, to people as a page."""
        assert isinstance(error, HTTPException)  # noqa: S101 - what the handler is for
        if request.url.path.startswith(f"{PREFIX}/"):
            return problem_of_http(error)
        if "text/html" in request.headers.get("accept", ""):
            return await unknown(request, error.status_code)
        return await http_exception_handler(request, error)

    app.add_exception_handler(HTTPException, answer)
    return door.declared
