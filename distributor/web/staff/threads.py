"""Writing the posts of a thread by hand, counted as their platform counts them. All of it works without a script, too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fastapi import Response
from fastapi.responses import HTMLResponse, RedirectResponse

from distributor.bootstrap import Service
from distributor.core.account import Permission
from distributor.core.cost import cost_of
from distributor.core.errors import BadInput, RevisionCame
from distributor.core.ids import ReleaseId
from distributor.core.message import ChannelName, ThreadMaster
from distributor.core.part_count import counted, renumbered
from distributor.core.thread_form import counter_of
from distributor.flow.write_thread import MOST_PARTS
from distributor.ports_releases import StoredRevision
from distributor.render.staff_pages import StaffPages
from distributor.web.staff.gate import Gate, Visit
from distributor.web.staff.stakes import objection, stakes_of

_DIGITS: Final = 4


class ThreadPages:
    """Shows the posts as a form, and saves them as a new revision."""

    def __init__(self, service: Service, pages: StaffPages) -> None:
        self._service = service
        self._pages = pages
        self._writer = service.thread_writer

    def add_to(self, gate: Gate) -> None:
        """Declare the addresses."""
        gate.page("/releases/{release}/thread", self.show, needs=Permission.WRITE_RELEASE)
        gate.act("/releases/{release}/thread", self.change, needs=Permission.WRITE_RELEASE)
        gate.act("/releases/{release}/thread/counts", self.counts, needs=Permission.WRITE_RELEASE)

    def show(self, visit: Visit) -> Response:
        """Show the posts as they would leave now."""
        stored = self._stored(visit)
        return self._form(visit, stored, self._writer.thread_of(stored).parts)

    def change(self, visit: Visit) -> Response:
        """Add, remove or move a post, or compose them anew: nothing of that is saved. Or save what is there."""
        stored, parts = self._stored(visit), _typed(visit)
        what, _, at = visit.fields.get("do", "save").partition(":")
        # Told at whatever comes first: the form goes on from the newer revision, and nobody may go on without knowing.
        problem = objection(visit, stakes_of(self._service, stored, keeps_translations=True), stored)
        if what == "save" and not problem:
            return self._save(visit, stored, parts)
        if what == "compose":
            parts = self._writer.composed(stored)
        elif what != "save":
            parts = _rearranged(parts, what, int(at) if at.isascii() and at.isdecimal() and len(at) < _DIGITS else -1)
        return self._form(visit, stored, parts, problem=problem, status=409 if problem else 200)

    def counts(self, visit: Visit) -> Response:
        """Show how full each post is as it is being typed; the page puts the pieces in their places."""
        stored, parts = self._stored(visit), _typed(visit)
        html = self._pages.page("_counts.html", **self._counts(stored, parts), is_update=True)
        return HTMLResponse(html)

    def _save(self, visit: Visit, stored: StoredRevision, parts: Sequence[str]) -> Response:
        try:
            saved = self._writer.write(stored, parts, by=visit.by)
        except BadInput as error:
            return self._form(visit, stored, parts, problem=error.problem, status=422)
        except RevisionCame:
            newer = self._stored(visit)
            came = objection(visit, stakes_of(self._service, newer, keeps_translations=True), newer)
            return self._form(visit, newer, parts, problem=came, status=409)
        part = self._writer.thread_of(saved).key
        return RedirectResponse(f"/releases/{stored.release_id}/preview?part={part}", 303)

    def _form(
        self, visit: Visit, stored: StoredRevision, parts: Sequence[str], *, problem: str = "", status: int = 200
    ) -> Response:
        writer, service = self._writer, self._service
        html = self._pages.page(
            "thread.html", visitor=visit.visitor, stored=stored, problem=problem, most=MOST_PARTS, is_update=False,
            stakes=stakes_of(service, stored, keeps_translations=True), language=writer.language(stored),
            is_composed=tuple(parts) == writer.composed(stored), form=service.form.value, **self._counts(stored, parts),
        )  # fmt: skip
        return HTMLResponse(html, status)

    def _counts(self, stored: StoredRevision, parts: Sequence[str]) -> dict[str, object]:
        cost = None
        if all(len(part) <= _LONGEST_COSTED for part in parts) and parts:
            cost = cost_of(ThreadMaster(channel=ChannelName.X, language=stored.content.language, parts=tuple(parts)))
        return {"parts": counted(parts, counter_of(self._service.form)), "cost": cost}

    def _stored(self, visit: Visit) -> StoredRevision:
        return self._service.releases.get(ReleaseId(visit.path["release"]))


#: Longer parts are no posts, and cost nothing but the time to look for links in them.
_LONGEST_COSTED: Final = 30_000


def _typed(visit: Visit) -> tuple[str, ...]:
    parts = tuple(part.replace("\r\n", "\n").strip() for part in visit.all("part"))
    if len(parts) > MOST_PARTS:
        raise BadInput("Nobody reads a thread of so many posts.", where="thread", remedy=f"Write at most {MOST_PARTS}.")
    return parts


def _rearranged(parts: Sequence[str], what: str, at: int) -> tuple[str, ...]:
    """Return the posts after one was added behind, removed or moved, with their numbers put right; as they are otherwise."""
    if not 0 <= at < max(len(parts), 1):
        return tuple(parts)
    changed = list(parts)
    match what:
        case "add" if len(changed) < MOST_PARTS:
            changed.insert(at + 1, "")
        case "remove":
            del changed[at : at + 1]
        case "up" if at > 0:
            changed[at - 1], changed[at] = changed[at], changed[at - 1]
        case "down" if at + 1 < len(changed):
            changed[at + 1], changed[at] = changed[at], changed[at + 1]
    return renumbered(changed)
