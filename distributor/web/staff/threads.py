"""Writing the posts of a thread by hand, counted as their platform counts them. All of it works without a script, too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from fastapi import Response
from fastapi.responses import HTMLResponse, RedirectResponse

from distributor.bootstrap import Service
from distributor.core.account import Permission
from distributor.core.checks_subject import Severity
from distributor.core.cost import cost_of
from distributor.core.errors import BadInput, RevisionCame
from distributor.core.ids import ReleaseId
from distributor.core.message import ChannelName, ThreadMaster
from distributor.core.part_count import counted, renumbered
from distributor.core.thread_form import counter_of
from distributor.core.translation import Translated
from distributor.ports_releases import StoredRevision
from distributor.render.staff_pages import StaffPages
from distributor.web.staff.gate import Gate, Visit
from distributor.web.staff.stakes import objection, stakes_of

#: More than anybody reads.
_MOST_PARTS: Final = 25
_DIGITS: Final = 4


class ThreadPages:
    """Shows the posts as a form, and saves them as a new revision."""

    def __init__(self, service: Service, pages: StaffPages) -> None:
        self._service = service
        self._pages = pages

    def add_to(self, gate: Gate) -> None:
        """Declare the addresses."""
        gate.page("/releases/{release}/thread", self.show, needs=Permission.WRITE_RELEASE)
        gate.act("/releases/{release}/thread", self.change, needs=Permission.WRITE_RELEASE)
        gate.act("/releases/{release}/thread/counts", self.counts, needs=Permission.WRITE_RELEASE)

    def show(self, visit: Visit) -> Response:
        """Show the posts as they would leave now."""
        stored = self._stored(visit)
        return self._form(visit, stored, self._thread_of(stored).parts)

    def change(self, visit: Visit) -> Response:
        """Add, remove or move a post, or compose them anew: nothing of that is saved. Or save what is there."""
        stored, parts = self._stored(visit), _typed(visit)
        what, _, at = visit.fields.get("do", "save").partition(":")
        # Told at whatever comes first: the form goes on from the newer revision, and nobody may go on without knowing.
        problem = objection(visit, stakes_of(self._service, stored, keeps_translations=True), stored)
        if what == "save" and not problem:
            return self._save(visit, stored, parts)
        if what == "compose":
            parts = self._composed(stored)
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
            changed = _with_thread(stored, self._language(stored), () if tuple(parts) == self._composed(stored) else tuple(parts))
            if problem := self._faults(stored, changed, parts):
                return self._form(visit, stored, parts, problem=problem, status=422)
            if changed != stored:
                self._store(visit, changed)
        except BadInput as error:
            return self._form(visit, stored, parts, problem=str(error), status=422)
        except RevisionCame:
            newer = self._stored(visit)
            came = objection(visit, stakes_of(self._service, newer, keeps_translations=True), newer)
            return self._form(visit, newer, parts, problem=came, status=409)
        part = self._thread_of(changed).key
        return RedirectResponse(f"/releases/{stored.release_id}/preview?part={part}", 303)

    def _store(self, visit: Visit, changed: StoredRevision) -> None:
        """Save a revision in which nothing but the posts has changed, so that translations stay what they are."""
        taker, after = self._service.taker, changed.revision
        language = self._language(changed)
        if language == changed.content.language:
            taker.take_in(
                changed.content, by=visit.by, revises=changed.release_id, after=after, translated=Translated.KEPT
            )  # fmt: skip
            return
        text = next(one for one in changed.translations if one.language == language)
        taker.translate(changed.release_id, text, by=visit.by, after=after)

    def _faults(self, stored: StoredRevision, changed: StoredRevision, parts: Sequence[str]) -> str:
        """Return what the checks find against the posts that they did not find before, "" for nothing."""
        if not parts:
            return "A thread has at least one post. Add one, or compose them from the release."
        if empty := [str(at) for at, part in enumerate(parts, 1) if not part]:
            return f"Post {', '.join(empty)} is empty. Write something, or remove it."
        before, after = (self._failing(one) for one in (stored, changed))
        return "\n".join(
            f"{message} {remedy}" for name, (message, remedy) in after.items() if name.startswith("thread") or name not in before
        )

    def _failing(self, stored: StoredRevision) -> dict[str, tuple[str, str]]:
        checks = self._service.check(stored, self._service.compose(stored), self._service.clock.now())
        return {
            check.name: (check.message, "" if check.name.startswith("thread") else check.remedy)
            for check in checks
            if not check.passed and check.severity is Severity.ERROR
        }

    def _composed(self, stored: StoredRevision) -> tuple[str, ...]:
        """Return the posts as they are composed when nobody writes them."""
        return self._thread_of(_with_thread(stored, self._language(stored), ())).parts

    def _thread_of(self, stored: StoredRevision) -> ThreadMaster:
        return next(one for one in self._service.compose(stored) if isinstance(one, ThreadMaster))

    def _language(self, stored: StoredRevision) -> str:
        """Return the language in which the account posts: whose posts are edited."""
        return self._service.on_x(stored).language

    def _form(
        self, visit: Visit, stored: StoredRevision, parts: Sequence[str], *, problem: str = "", status: int = 200
    ) -> Response:
        html = self._pages.page(
            "thread.html", visitor=visit.visitor, stored=stored, problem=problem, most=_MOST_PARTS, is_update=False,
            stakes=stakes_of(self._service, stored, keeps_translations=True), language=self._language(stored),
            is_composed=tuple(parts) == self._composed(stored), form=self._service.form.value, **self._counts(stored, parts),
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


def _with_thread(stored: StoredRevision, language: str, parts: tuple[str, ...]) -> StoredRevision:
    """Return the revision with these posts in the text of this language."""
    if language == stored.content.language:
        return replace(stored, content=replace(stored.content, thread=parts))
    texts = tuple(replace(one, thread=parts) if one.language == language else one for one in stored.translations)
    return replace(stored, translations=texts)


def _typed(visit: Visit) -> tuple[str, ...]:
    parts = tuple(part.replace("\r\n", "\n").strip() for part in visit.all("part"))
    if len(parts) > _MOST_PARTS:
        raise BadInput("Nobody reads a thread of so many posts.", where="thread", remedy=f"Write at most {_MOST_PARTS}.")
    return parts


def _rearranged(parts: Sequence[str], what: str, at: int) -> tuple[str, ...]:
    """Return the posts after one was added behind, removed or moved, with their numbers put right; as they are otherwise."""
    if not 0 <= at < max(len(parts), 1):
        return tuple(parts)
    changed = list(parts)
    match what:
        case "add" if len(changed) < _MOST_PARTS:
            changed.insert(at + 1, "")
        case "remove":
            del changed[at : at + 1]
        case "up" if at > 0:
            changed[at - 1], changed[at] = changed[at], changed[at - 1]
        case "down" if at + 1 < len(changed):
            changed[at + 1], changed[at] = changed[at], changed[at + 1]
    return renumbered(changed)
