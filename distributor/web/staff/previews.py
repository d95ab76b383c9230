"""What will leave, as its readers see it."""

from __future__ import annotations

from typing import Final

from fastapi import Response
from fastapi.responses import HTMLResponse

from distributor.bootstrap import Service
from distributor.core.account import Permission
from distributor.core.errors import NotFound
from distributor.core.ids import ReleaseId
from distributor.core.message import ChannelName, EmailMaster, Master, Slot, ThreadMaster, filled
from distributor.core.thread_form import counter_of
from distributor.render.staff_pages import StaffPages
from distributor.render.thread_page import ThreadPage
from distributor.web.staff.gate import Gate, Visit

#: A preview is a page of its own within ours: it may look as it likes, and do nothing.
_PREVIEW_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src https: data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox"
)


class PreviewPages:
    """Shows every master of a release."""

    def __init__(self, service: Service, pages: StaffPages, threads: ThreadPage) -> None:
        self._service = service
        self._pages = pages
        self._threads = threads

    def add_to(self, gate: Gate) -> None:
        """Declare the addresses."""
        gate.page("/releases/{release}/preview", self.show, needs=Permission.READ)
        gate.page("/releases/{release}/preview/{channel}/{language}", self.frame, needs=Permission.READ)

    def show(self, visit: Visit) -> Response:
        """Show every master of the latest revision."""
        stored = self._service.releases.get(ReleaseId(visit.path["release"]))
        names = [_name_of(master) for master in self._service.compose(stored)]
        return HTMLResponse(self._pages.page("preview.html", visitor=visit.visitor, stored=stored, previews=names))

    def frame(self, visit: Visit) -> Response:
        """Show one master as its reader sees it."""
        wanted = (visit.path["channel"], visit.path["language"])
        stored = self._service.releases.get(ReleaseId(visit.path["release"]))
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


def _name_of(master: Master) -> tuple[str, str]:
    channel = master.channel if isinstance(master, ThreadMaster) else ChannelName.EMAIL
    return channel.value, master.language


def _preview_headers() -> dict[str, str]:
    return {"Content-Security-Policy": _PREVIEW_POLICY, "X-Frame-Options": "SAMEORIGIN"}
