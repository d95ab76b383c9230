"""Scheduling in the browser: to whom, by which ways and when; what will happen is shown before anything is scheduled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from fastapi import Response
from fastapi.responses import HTMLResponse, RedirectResponse

from distributor.bootstrap import Service
from distributor.bootstrap_contacts import audience_named, contact_edits
from distributor.core.account import Permission
from distributor.core.approval import Approval
from distributor.core.audience_filter import base_of, is_filter
from distributor.core.embargo import is_in_calendar
from distributor.core.errors import BadInput, NotFound, Refused, ScheduleRefused
from distributor.core.ids import ListName, ReleaseId
from distributor.core.lift_words import in_zones, later_lift, traps, zones_by_region
from distributor.core.message import THREADS, ChannelName, ThreadMaster
from distributor.flow.schedule import ScheduleRequest, channel_of
from distributor.ports_releases import StoredRevision
from distributor.render.staff_pages import StaffPages
from distributor.web.staff.gate import Gate, Visit

_MOST_LATE_MINUTES: Final = 7 * 24 * 60
#: So long after it was shown, "at once" is still the instant that was shown; later it is asked anew.
_AT_ONCE_HOLDS_FOR: Final = timedelta(minutes=5)
#: What was typed of another lift, for whoever goes back.
_TYPED: Final = ("wall", "zone", "twice")
_SECOND: Final = {"first": False, "second": True}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What the form asks for, read."""

    #: Names as the form gave them: of lists or of saved filters.
    names: tuple[str, ...]
    lists: tuple[ListName, ...]
    channels: tuple[ChannelName, ...]
    lift_at: datetime
    late_limit: timedelta


class SchedulingPages:
    """Shows what would be scheduled, and schedules it."""

    def __init__(self, service: Service, pages: StaffPages) -> None:
        self._service = service
        self._pages = pages

    def add_to(self, gate: Gate) -> None:
        """Declare the addresses."""
        gate.page("/releases/{release}/schedule", self.show, needs=Permission.SCHEDULE)
        gate.act("/releases/{release}/schedule", self.schedule, needs=Permission.SCHEDULE)

    def show(self, visit: Visit) -> Response:
        """Show the choices."""
        return self._form(visit, self._stored(visit))

    def schedule(self, visit: Visit) -> Response:
        """Show what would happen; once the person has said yes to exactly that, schedule and prepare it.

        Preparing takes some seconds for very long lists. Whoever sends the form twice gets one dispatch, named by what it does.
        """
        stored = self._stored(visit)
        if visit.fields.get("sure") == "change":
            return self._form(visit, stored)
        try:
            approval = self._approval(visit, stored)
            asked = self._read(visit, stored)
            if visit.fields.get("sure") != "yes" or self._is_stale(visit, stored, asked):
                return self._ask(visit, stored, approval, asked)
            return RedirectResponse(f"/dispatches/{self._scheduled(visit, stored, asked)}", 303)
        except (BadInput, NotFound, ScheduleRefused) as error:
            return self._form(visit, stored, problem=str(error))

    def _scheduled(self, visit: Visit, stored: StoredRevision, asked: _Asked) -> str:
        request = ScheduleRequest(
            release=stored.release_id, lists=asked.lists, channels=asked.channels, by=visit.by, lift_at=asked.lift_at,
            late_limit=asked.late_limit,
        )  # fmt: skip
        plan = self._service.scheduler.schedule(request)
        try:
            self._service.preparer.prepare_once(plan)
        except Refused:
            # The same form was sent twice, and the other one is at it; or a worker is.
            return plan.dispatch
        return plan.dispatch

    def _read(self, visit: Visit, stored: StoredRevision) -> _Asked:
        names = tuple(dict.fromkeys(visit.all("list")))
        channels = tuple(_channel(name) for name in dict.fromkeys(visit.all("channel")))
        if not channels:
            raise BadInput("Nothing is chosen to send it by.", where="by", remedy="Choose e-mail, a thread, or both.")
        by_email = ChannelName.EMAIL in channels
        if by_email and not names:
            raise BadInput("E-mail needs somebody to go to.", where="to", remedy="Choose a media list or a saved filter.")
        lists = tuple(audience_named(self._service, name) for name in names) if by_email else ()
        known = self._service.book.lists()
        for name in lists:
            if base_of(name) not in known:
                raise NotFound("list", base_of(name), remedy="Choose one of the lists below.")
        return _Asked(
            names=names if by_email else (),
            lists=lists,
            channels=channels,
            lift_at=self._lift(visit, stored),
            late_limit=_late(visit),
        )

    def _lift(self, visit: Visit, stored: StoredRevision) -> datetime:
        """Return the lift that was asked for, else the embargo's, else now; never one before the embargo."""
        embargo, now = stored.content.embargo, self._service.lift_clock.now()
        held_until = embargo.lift_at() if embargo else None
        asked = _confirmed(visit.fields.get("lift", "")) or later_lift(
            visit.fields.get("wall", ""),
            visit.fields.get("zone", self._service.settings.desk_zone),
            second=_SECOND.get(visit.fields.get("twice", "")),
        )
        if asked is not None and held_until is not None and asked < held_until:
            raise BadInput(
                "This is before the release's embargo.",
                where="lift",
                remedy=f"It may leave at {held_until:%a %d %b %Y %H:%M:%S} UTC or later, never earlier.",
            )
        if asked is not None and not visit.fields.get("lift") and asked < now:
            raise BadInput("This is over already.", where="lift", remedy="Choose a time that is still to come.")
        if asked is None and embargo is None:
            raise BadInput("The release names no embargo.", where="lift", remedy="Say below when it may leave.")
        return asked or held_until or now

    def _is_stale(self, visit: Visit, stored: StoredRevision, asked: _Asked) -> bool:
        """Say whether "at once" was said so long ago that it must be asked anew."""
        is_open = stored.content.embargo is not None and stored.content.embargo.is_immediate
        return is_open and bool(visit.fields.get("lift")) and self._service.lift_clock.now() - asked.lift_at > _AT_ONCE_HOLDS_FOR

    def _approval(self, visit: Visit, stored: StoredRevision) -> Approval:
        approval = self._service.releases.approval(stored.release_id)
        if approval is None or approval.revision != stored.revision:
            raise ScheduleRefused("This revision is not approved, or not any more. Somebody approves it first.")
        if visit.fields.get("seal", approval.seal) != approval.seal:
            raise ScheduleRefused("Another revision was approved since you looked. Look at it, then schedule it.")
        return approval

    def _ask(self, visit: Visit, stored: StoredRevision, approval: Approval, asked: _Asked) -> Response:
        masters = [
            one for one in self._service.releases.masters(stored.release_id, stored.revision) if channel_of(one) in asked.channels
        ]
        threads = [one for one in masters if isinstance(one, ThreadMaster)]
        service = self._service
        now, zones = service.lift_clock.now(), self._zones(visit, stored)
        html = self._pages.page(
            "plan.html", visitor=visit.visitor, stored=stored, approval=approval, asked=asked, masters=masters, threads=threads,
            now=now, clocks=in_zones(asked.lift_at, zones),
            traps=list(dict.fromkeys(trap for zone in zones for trap in traps(asked.lift_at, zone))),
            late_at=asked.lift_at + asked.late_limit, is_past=asked.lift_at <= now,
            lift=asked.lift_at.astimezone(UTC).isoformat(), typed={name: visit.fields.get(name, "") for name in _TYPED},
            people=self._people(asked), needs=[line for one in threads for line in service.thread_needs(one, asked.lift_at)],
            accounts={name: service.account_of(name) for name in asked.channels},
        )  # fmt: skip
        return HTMLResponse(html)

    def _people(self, asked: _Asked) -> int | None:
        """Return how many are on the lists together, each once; None when a filter is among them, which only preparing counts."""
        if any(is_filter(name) for name in asked.lists):
            return None
        return len(self._service.book.members(asked.lists)) if asked.lists else 0

    def _form(self, visit: Visit, stored: StoredRevision, *, problem: str = "") -> Response:
        service = self._service
        approval = service.releases.approval(stored.release_id)
        masters = service.releases.masters(stored.release_id, stored.revision) if approval else ()
        ways = dict.fromkeys(channel_of(master) for master in masters)
        html = self._pages.page(
            "schedule.html", visitor=visit.visitor, stored=stored, approval=approval, problem=problem,
            lists=service.book.lists(), filters=contact_edits(service).filters(), now=service.lift_clock.now(),
            channels=[(name, service.account_of(name), name in service.channels) for name in ways],
            threads=THREADS, lift_at=stored.content.embargo.lift_at() if stored.content.embargo else None,
            zones=self._zones(visit, stored), regions=zones_by_region(), chosen=self._chosen(visit, stored),
        )  # fmt: skip
        return HTMLResponse(html, 422 if problem else 200)

    def _chosen(self, visit: Visit, stored: StoredRevision) -> dict[str, object]:
        """Return what was typed; at first what the release names and the settings say."""
        fields, is_first = visit.fields, "csrf" not in visit.fields
        return {
            "list": stored.content.lists if is_first else visit.all("list"),
            "channel": tuple(self._service.channels) if is_first else visit.all("channel"),
            "wall": fields.get("wall", ""),
            "zone": fields.get("zone", self._service.settings.desk_zone),
            "twice": fields.get("twice", ""),
            "late": fields.get("late", str(self._service.settings.dispatch.late_limit_minutes)),
        }

    def _zones(self, visit: Visit, stored: StoredRevision) -> Sequence[str]:
        """Return the zones in which the lift is told: the desk's, the embargo's, and the one that was chosen."""
        local = stored.content.embargo.local if stored.content.embargo else None
        chosen = visit.fields.get("zone", "") if visit.fields.get("wall") else ""
        zones = [self._service.settings.desk_zone, *([local.zone] if local else []), *([chosen] if chosen else [])]
        return list(dict.fromkeys(zones))

    def _stored(self, visit: Visit) -> StoredRevision:
        return self._service.releases.get(ReleaseId(visit.path["release"]))


def _confirmed(text: str) -> datetime | None:
    """Return the instant that the page before carried; None when there was none."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or not is_in_calendar(moment):
        raise BadInput("The instant of the lift cannot be read.", where="lift", remedy="Choose it anew.")
    return moment


def _late(visit: Visit) -> timedelta:
    text = visit.fields.get("late", "60").strip()
    minutes = int(text) if text.isascii() and text.isdecimal() and len(text) <= len(str(_MOST_LATE_MINUTES)) else 0
    if not 1 <= minutes <= _MOST_LATE_MINUTES:
        raise BadInput("The late limit is a number of minutes.", where="late limit", remedy=f"Write 1 to {_MOST_LATE_MINUTES:,}.")
    return timedelta(minutes=minutes)


def _channel(name: str) -> ChannelName:
    try:
        return ChannelName(name)
    except ValueError as error:
        raise BadInput("There is no such channel.", where="by", remedy="Choose one of those in the form.") from error
