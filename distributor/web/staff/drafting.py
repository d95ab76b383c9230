"""Taking in a release, or a new revision of one: by paste, as a file, or by a form. Nothing typed is lost when it is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from fastapi import Response
from fastapi.responses import HTMLResponse, RedirectResponse

from distributor.bootstrap import Service
from distributor.core.account import Permission
from distributor.core.errors import BadInput, NotFound, Refused
from distributor.core.release import Release
from distributor.intake.pasted import name_of_pasted
from distributor.intake.read import read_release_bytes
from distributor.intake.said import amended, release_said
from distributor.intake.write import says_the_same, written
from distributor.ports_releases import StoredRevision
from distributor.render.staff_pages import StaffPages
from distributor.resources import resource
from distributor.web.staff.form import MOST_BYTES_WITH_FILES
from distributor.web.staff.gate import Gate, Visit
from distributor.web.staff.stakes import objection, stakes_of, told, translated
from distributor.web.staff.typed import FORM_KEYS, Typed, rows, said_in, typed_of
from distributor.web.staff.zones import ZONES

_KINDS: Final = {"md": "release.md", "txt": "release.txt", "html": "release.html"}
#: A name is shown in messages; browsers send any.
_LONGEST_NAME: Final = 100
_Read = Callable[[Visit, StoredRevision | None], Release]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Refusal:
    """Why what was sent was not taken."""

    problem: str = ""
    status: int = 200


class DraftingPages:
    """Three ways in, with one intake behind them."""

    def __init__(self, service: Service, pages: StaffPages) -> None:
        self._service = service
        self._pages = pages
        self._ways: Mapping[str, _Read] = {"paste": self._pasted, "file": self._uploaded, "form": self._filled_in}

    def add_to(self, gate: Gate) -> None:
        """Declare the addresses."""
        for way, path in (("paste", "/releases/new"), ("file", "/releases/new/file"), ("form", "/releases/new/form")):
            gate.page(path, self._blank(way), needs=Permission.WRITE_RELEASE)
            gate.act(path, self._take_in(way), needs=Permission.WRITE_RELEASE, most=MOST_BYTES_WITH_FILES)

    def _blank(self, way: str) -> Callable[[Visit], Response]:
        def show(visit: Visit) -> Response:
            """Show the form: empty, or with `revises` filled in with what that release says."""
            revised = self._revised(visit)
            return self._form(visit, way, self._begun(visit, revised), revised)

        return show

    def _begun(self, visit: Visit, revised: StoredRevision | None) -> Typed:
        if revised is None:
            # Another than the demo sends: X refuses the same posts twice.
            sample = resource("templates", "sample", "another.md").read_text("utf-8") if "sample" in visit.fields else ""
            return {"text": sample}
        content = revised.content
        earlier = visit.fields.get("from", "")
        if earlier.isascii() and earlier.isdigit() and len(earlier) < 6:  # noqa: PLR2004 - no release has a million revisions
            content = self._service.releases.get(revised.release_id, int(earlier)).content
        return {**typed_of(content), "kind": "md", "text": written(content)}

    def _take_in(self, way: str) -> Callable[[Visit], Response]:
        def take(visit: Visit) -> Response:
            """Store what came; show what is wrong with it beside what was typed."""
            try:
                revised = self._revised(visit)
            except NotFound as error:
                return self._form(visit, way, visit.fields, None, _Refusal(problem=str(error), status=422))
            return self._store(visit, way, revised)

        return take

    def _store(self, visit: Visit, way: str, revised: StoredRevision | None) -> Response:
        stakes = stakes_of(self._service, revised) if revised else None
        if revised and stakes and (problem := objection(visit, stakes, revised)):
            return self._form(visit, way, visit.fields, revised, _Refusal(problem=problem, status=409))
        try:
            content = self._ways[way](visit, revised)
            if revised and says_the_same(content, revised.content):
                return RedirectResponse(f"/releases/{revised.release_id}", 303)
            stored = self._service.taker.take_in(
                content,
                by=visit.by,
                revises=revised.release_id if revised else None,
                after=stakes.revision if stakes else None,
                translated=translated(visit),
            )
        except BadInput as error:
            return self._form(visit, way, visit.fields, revised, _Refusal(problem=told(error), status=422))
        except Refused as error:
            return self._form(visit, way, visit.fields, self._revised(visit), _Refusal(problem=str(error), status=409))
        return RedirectResponse(f"/releases/{stored.release_id}", 303)

    def _pasted(self, visit: Visit, _revised: StoredRevision | None) -> Release:
        text = visit.fields.get("text", "")
        name = _KINDS.get(visit.fields.get("kind", "")) or name_of_pasted(text)
        return self._read(text.encode(), name, visit)

    def _uploaded(self, visit: Visit, _revised: StoredRevision | None) -> Release:
        upload = visit.files.get("file")
        if upload is None or not upload.content:
            problem = "No file came." if upload is None else "The file is empty."
            raise BadInput(problem, where="file", remedy="Choose the file of the release, then send the form.")
        return self._read(upload.content, shown_name(upload.name), visit)

    def _read(self, content: bytes, name: str, visit: Visit) -> Release:
        answer = visit.fields.get("embargo", "")
        return read_release_bytes(content, name=name, now=self._service.clock.now(), embargo_answer=answer)

    def _filled_in(self, visit: Visit, revised: StoredRevision | None) -> Release:
        keys, now = said_in(visit.fields, FORM_KEYS), self._service.clock.now()
        if not visit.fields.get("headline", "").strip():
            raise BadInput("The release has no headline.", where="headline", remedy="Write it in one line.")
        return amended(revised.content, keys, now=now) if revised else release_said(keys, now=now)

    def _revised(self, visit: Visit) -> StoredRevision | None:
        name = visit.fields.get("revises", "")
        return self._service.releases.get(self._service.releases.resolve(name)) if name else None

    def _form(
        self,
        visit: Visit,
        way: str,
        typed: Typed,
        revised: StoredRevision | None,
        refusal: _Refusal = _Refusal(),
    ) -> HTMLResponse:
        html = self._pages.page(
            "new.html", visitor=visit.visitor, way=way, typed=typed, revised=revised, rows=rows, keys=FORM_KEYS,
            stakes=stakes_of(self._service, revised) if revised else None, zone=self._service.settings.desk_zone, zones=ZONES,
            problem=refusal.problem,
        )  # fmt: skip
        return HTMLResponse(html, refusal.status)


def shown_name(name: str) -> str:
    """Return an uploaded file's name as it may stand in a message: its last characters, visible ones only."""
    return "".join(character for character in name if character.isprintable())[-_LONGEST_NAME:] or "the file"
