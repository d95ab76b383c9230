"""Releases in the browser: take in, look, approve, schedule."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from fastapi import Response
from fastapi.responses import HTMLResponse, RedirectResponse

from distributor.bootstrap import Service
from distributor.bootstrap_contacts import audience_named
from distributor.core.account import Permission
from distributor.core.approval import Waiver
from distributor.core.errors import BadInput, NotFound
from distributor.core.ids import ReleaseId
from distributor.core.message import ChannelName, EmailMaster, Master, Slot, ThreadMaster, filled
from distributor.core.thread_form import counter_of
from distributor.core.understood import understood
from distributor.flow.schedule import ScheduleRequest
from distributor.intake.read import read_release_bytes
from distributor.ports_releases import StoredRevision
from distributor.render.staff_pages import StaffPages
from distributor.render.thread_page import ThreadPage
from distributor.web.staff.gate import Gate, Visit

#: A preview is a page of its own within ours: it may look as it likes, and do nothing.
_PREVIEW_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src https: data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox"
)
_KINDS: Final = {"md": "release.md", "txt": "release.txt", "html": "release.html"}


class ReleasePages:
    """Shows releases and does what is asked with them."""

    def __init__(self, service: Service, pages: StaffPages, threads: ThreadPage) -> None:
        self._service = service
        self._pages = pages
        self._threads = threads

    def add_to(self, gate: Gate) -> None:
        """Declare the addresses."""
        gate.page("/", self.overview, needs=Permission.READ)
        gate.page("/releases/new", self.blank, needs=Permission.WRITE_RELEASE)
        gate.act("/releases/new", self.take_in, needs=Permission.WRITE_RELEASE)
        gate.page("/releases/{release}", self.show, needs=Permission.READ)
        gate.page("/releases/{release}/preview/{channel}/{language}", self.preview, needs=Permission.READ)
        gate.act("/releases/{release}/approve", self.approve, needs=Permission.APPROVE)
        gate.act("/releases/{release}/schedule", self.schedule, needs=Permission.SCHEDULE)

    def overview(self, visit: Visit) -> Response:
        """Show what is under way, and every release."""
        statuses = [self._service.dispatches.status(one) for one in self._service.dispatches.all()[:_MOST_SHOWN]]
        return self._html(
            visit, "overview.html", releases=self._service.releases.list_all()[:_MOST_SHOWN], dispatches=statuses,
            notes=self._service.staff_notes.newest(5), now=self._service.lift_clock.now(),
            may_write=visit.visitor.caller.may(Permission.WRITE_RELEASE),
        )  # fmt: skip

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
        """Show what was understood, the checks, what would leave, and what can be done next."""
        stored = self._stored(visit)
        masters = tuple(self._service.compose(stored))
        checks = self._service.check(stored, masters, self._service.clock.now())
        approval = self._service.releases.approval(stored.release_id)
        return self._html(
            visit, "release.html", stored=stored, understood=understood(stored.content),
            checks=sorted(checks, key=lambda check: check.passed),
            previews=[_name_of(master) for master in masters], approval=approval, needs=self._needs(stored, masters),
            dispatches=[self._service.dispatches.status(one) for one in self._service.dispatches.of_release(stored.release_id)],
            lists=self._service.book.lists(), channels=sorted(self._service.channels), now=self._service.lift_clock.now(),
            lift_at=stored.content.embargo.lift_at() if stored.content.embargo else None,
            is_own=visit.by in {stored.added_by, stored.content.author} and self._service.settings.approval.two_person,
            may=visit.visitor.caller.may, Permission=Permission,
        )  # fmt: skip

    def preview(self, visit: Visit) -> Response:
        """Show one master as its reader sees it."""
        wanted = (visit.path["channel"], visit.path["language"])
        stored = self._stored(visit)
        master = next((one for one in self._service.compose(stored) if _name_of(one) == wanted), None)
        if isinstance(master, EmailMaster):
            url = self._service.settings.public_url
            example = {Slot.ADDRESS: "reporter@example.org", Slot.VIEW_URL: f"{url}/view/x", Slot.UNSUBSCRIBE_URL: f"{url}/x"}
            return HTMLResponse(filled(master, example).html, headers=_preview_headers())
        if isinstance(master, ThreadMaster):
            counter = counter_of(self._service.form)
            html = self._threads.render(master, count=counter.count, limit=counter.limit)
            return HTMLResponse(html, headers=_preview_headers())
        raise NotFound("preview", "/".join(wanted), remedy="The release's page shows those that there are.")

    def approve(self, visit: Visit) -> Response:
        """Seal the revision that was shown; a newer one must be looked at first."""
        stored = self._stored(visit)
        if visit.fields.get("revision") != str(stored.revision):
            raise BadInput("A newer revision has come.", where="release", remedy="Look at it, then approve it.")
        waivers = tuple(
            Waiver(check=check, reason=visit.fields.get("reason", ""), by=visit.by) for check in dict.fromkeys(visit.all("waive"))
        )
        self._service.approver.approve(stored.release_id, by=visit.by, waivers=waivers)
        return RedirectResponse(f"/releases/{stored.release_id}", 303)

    def schedule(self, visit: Visit) -> Response:
        """Schedule the approved release and prepare it, which takes some seconds for very long lists."""
        stored = self._stored(visit)
        plan = self._service.scheduler.schedule(
            ScheduleRequest(
                release=stored.release_id,
                lists=tuple(audience_named(self._service, name) for name in visit.all("list")),
                channels=tuple(_channel(name) for name in visit.all("channel")),
                by=visit.by,
                lift_at=None,
                late_limit=timedelta(minutes=self._service.settings.dispatch.late_limit_minutes),
            )
        )
        self._service.preparer.prepare_once(plan)
        return RedirectResponse(f"/dispatches/{plan.dispatch}", 303)

    def _stored(self, visit: Visit) -> StoredRevision:
        return self._service.releases.get(ReleaseId(visit.path["release"]))

    def _needs(self, stored: StoredRevision, masters: Sequence[Master]) -> list[str]:
        lift_at = stored.content.embargo.lift_at() if stored.content.embargo else None
        threads = [master for master in masters if isinstance(master, ThreadMaster)]
        return [line for thread in threads for line in self._service.thread_needs(thread, lift_at)]

    def _html(self, visit: Visit, name: str, *, status: int = 200, **values: object) -> HTMLResponse:
        return HTMLResponse(self._pages.page(name, visitor=visit.visitor, **values), status)


_MOST_SHOWN: Final = 50


def _name_of(master: Master) -> tuple[str, str]:
    channel = master.channel if isinstance(master, ThreadMaster) else ChannelName.EMAIL
    return channel.value, master.language


def _channel(name: str) -> ChannelName:
    try:
        return ChannelName(name)
    except ValueError as error:
        raise BadInput("There is no such channel.", where="channel", remedy="Choose one of those in the form.") from error


def _preview_headers() -> dict[str, str]:
    return {"Content-Security-Policy": _PREVIEW_POLICY, "X-Frame-Options": "SAMEORIGIN"}
