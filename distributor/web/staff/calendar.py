"""The calendar of lifts: what leaves when, what is approved and waits for somebody to schedule it, and what comes too close."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from fastapi import Response
from fastapi.responses import HTMLResponse

from distributor.bootstrap import Service
from distributor.core.account import Permission
from distributor.core.errors import BadInput
from distributor.core.month import Lift, beside, bounds, days, first_of, with_collisions
from distributor.ports_releases import ReleaseLine, ReleaseSearch, Stage
from distributor.render.staff_pages import StaffPages
from distributor.store.lifts import RedisLifts
from distributor.web.staff.gate import Gate, Visit

#: More lifts than a press office has in six weeks.
_MOST_LIFTS: Final = 500
_MOST_APPROVED: Final = 200


class Agenda:
    """Gathers lifts: dispatches, and releases that are approved and not scheduled."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._lifts = RedisLifts(service.client)

    def between(self, since: datetime, until: datetime) -> list[Lift]:
        """Return what lifts in `[since, until)`, earliest first."""
        return self.read(since, until)[0]

    def read(self, since: datetime, until: datetime) -> tuple[list[Lift], list[ReleaseLine]]:
        """Return those lifts, and the releases that are approved, not scheduled, and name no time."""
        approved = self._approved()
        waiting = (
            Lift(at=at, headline=line.headline, href=f"/releases/{line.release_id}", state="approved", release=line.release_id)
            for line in approved
            if (at := _lift_of(line)) is not None and since <= at < until
        )
        lifts = list(with_collisions([*self._dispatches(since, until), *waiting]))
        return lifts, [line for line in approved if _lift_of(line) is None]

    def _approved(self) -> tuple[ReleaseLine, ...]:
        return self._service.releases.index.page(ReleaseSearch(stage=Stage.APPROVED, count=_MOST_APPROVED)).lines

    def _dispatches(self, since: datetime, until: datetime) -> Iterator[Lift]:
        statuses = self._service.dispatches.statuses(self._lifts.between(since, until, most=_MOST_LIFTS))
        headlines = self._service.releases.index.headlines([status.release for status in statuses])
        for status, headline in zip(statuses, headlines, strict=True):
            yield Lift(
                at=status.lift_at,
                headline=headline,
                href=f"/dispatches/{status.dispatch}",
                state=status.state.value,
                release=status.release,
            )


class CalendarPages:
    """Shows months."""

    def __init__(self, service: Service, pages: StaffPages) -> None:
        self._service = service
        self._pages = pages
        self._agenda = Agenda(service)

    def add_to(self, gate: Gate) -> None:
        """Declare the address."""
        gate.page("/calendar", self.show, needs=Permission.READ)

    def show(self, visit: Visit) -> Response:
        """Show a month; on a phone only the days on which something leaves."""
        zone = ZoneInfo(self._service.settings.desk_zone)
        now = self._service.lift_clock.now()
        today = now.astimezone(zone).date()
        first = first_of(visit.fields.get("month", ""), today=today)
        lifts, timeless = self._agenda.read(*bounds(first, zone=zone))
        html = self._pages.page(
            "calendar.html",
            visitor=visit.visitor,
            days=days(first, lifts, zone=zone, today=today),
            first=first,
            before=beside(first, months=-1),
            after=beside(first, months=1),
            today=today,
            now=now,
            zone=zone,
            is_empty=not lifts,
            timeless=timeless,
        )
        return HTMLResponse(html)


def _lift_of(line: ReleaseLine) -> datetime | None:
    try:
        return line.embargo.lift_at() if line.embargo else None
    except BadInput:
        # The zone's rules have changed since: its page tells of it.
        return None
