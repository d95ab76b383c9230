"""The languages of a release: which are there, wanted and missing; and who reads none of them."""

from __future__ import annotations

from dataclasses import replace

from fastapi import Response
from fastapi.responses import HTMLResponse, RedirectResponse

from distributor.bootstrap import Service
from distributor.core.account import Permission
from distributor.core.errors import BadInput, NotFound, RevisionCame
from distributor.core.ids import Language, ReleaseId
from distributor.core.release import Release
from distributor.core.translation import Others
from distributor.intake.language_code import language_called
from distributor.intake.read import read_release_bytes
from distributor.intake.write import written
from distributor.ports_releases import StoredRevision
from distributor.render.staff_pages import StaffPages
from distributor.web.staff.drafting import shown_name
from distributor.web.staff.form import MOST_BYTES_WITH_FILES
from distributor.web.staff.gate import Gate, Visit
from distributor.web.staff.stakes import objection, stakes_of, told
from distributor.web.staff.typed import Typed


class TranslationPages:
    """Shows and changes the translations of a release."""

    def __init__(self, service: Service, pages: StaffPages) -> None:
        self._service = service
        self._pages = pages

    def add_to(self, gate: Gate) -> None:
        """Declare the addresses."""
        writes = Permission.WRITE_RELEASE
        gate.page("/releases/{release}/translations", self.overview, needs=Permission.READ)
        gate.act("/releases/{release}/others", self.decide_others, needs=writes)
        gate.page("/releases/{release}/translations/{translation}", self.show, needs=writes)
        gate.act("/releases/{release}/translations/{translation}", self.save, needs=writes, most=MOST_BYTES_WITH_FILES)
        gate.act("/releases/{release}/translations/{translation}/remove", self.remove, needs=writes)

    def overview(self, visit: Visit) -> Response:
        """Show every language that is there or wanted; with `language`, go to the form of that one."""
        stored = self._stored(visit)
        asked = visit.fields.get("language", "").strip()
        code = language_called(asked) if asked else None
        if code and code != stored.content.language and visit.visitor.caller.may(Permission.WRITE_RELEASE):
            return RedirectResponse(f"/releases/{stored.release_id}/translations/{code}", 303)
        problem = ""
        if asked:
            problem = (
                f"The release itself is in {code}." if code else "No language has this code. Write one like fr, pt-BR or ar."
            )
        return self._list(visit, stored, asked=asked, problem=problem, status=422 if problem else 200)

    def decide_others(self, visit: Visit) -> Response:
        """Say what becomes of those who read none of the languages."""
        stored = self._stored(visit)
        stakes = stakes_of(self._service, stored, keeps_translations=True)
        if problem := objection(visit, stakes, stored):
            return self._list(visit, stored, chosen=visit.fields.get("others", ""), problem=problem, status=409)
        try:
            self._service.taker.decide_others(
                stored.release_id, _others(visit.fields.get("others", "")), by=visit.by, after=stakes.revision
            )
        except (BadInput, RevisionCame) as error:
            return self._list(visit, self._stored(visit), problem=told(error), status=422)
        return RedirectResponse(f"/releases/{stored.release_id}/translations", 303)

    def show(self, visit: Visit) -> Response:
        """Show the text in one language, to be edited, or the form for a new one."""
        stored, language = self._stored(visit), _language(visit)
        present = next((one for one in stored.translations if one.language == language), None)
        return self._form(visit, stored, language, {"text": written(present) if present else ""})

    def save(self, visit: Visit) -> Response:
        """Store the text in that language, from the file if one came."""
        stored, language = self._stored(visit), _language(visit)
        stakes = stakes_of(self._service, stored, keeps_translations=True)
        if problem := objection(visit, stakes, stored):
            return self._form(visit, stored, language, visit.fields, problem=problem, status=409)
        try:
            text = self._read(visit, language)
            self._service.taker.translate(stored.release_id, text, by=visit.by, after=stakes.revision)
        except (BadInput, RevisionCame) as error:
            return self._form(visit, self._stored(visit), language, visit.fields, problem=told(error), status=422)
        return RedirectResponse(f"/releases/{stored.release_id}/translations", 303)

    def remove(self, visit: Visit) -> Response:
        """Take the text in that language away; earlier revisions keep it."""
        stored, language = self._stored(visit), _language(visit)
        stakes = stakes_of(self._service, stored, keeps_translations=True)
        if problem := objection(visit, stakes, stored):
            return self._list(visit, stored, problem=problem, status=409)
        self._service.taker.withdraw_translation(stored.release_id, language, by=visit.by, after=stakes.revision)
        return RedirectResponse(f"/releases/{stored.release_id}/translations", 303)

    def _read(self, visit: Visit, language: Language) -> Release:
        upload, now = visit.files.get("file"), self._service.clock.now()
        content, name = (
            (upload.content, shown_name(upload.name)) if upload else (visit.fields.get("text", "").encode(), "release.md")
        )
        text = read_release_bytes(content, name=name, now=now, language_answer=language)
        if text.language != language:
            raise BadInput(
                f"The text says that it is in {text.language}.", where="language",
                remedy=f"This is the page for {language}: change what it says, or go to the page of that language.",
            )  # fmt: skip
        return replace(text, lists=(), languages_wanted=())

    def _list(
        self, visit: Visit, stored: StoredRevision, *, asked: str = "", chosen: str = "", problem: str = "", status: int = 200
    ) -> HTMLResponse:
        html = self._pages.page(
            "translations.html", visitor=visit.visitor, stored=stored, missing=stored.missing_languages, asked=asked,
            chosen=chosen or stored.others.value, may_write=visit.visitor.caller.may(Permission.WRITE_RELEASE),
            stakes=stakes_of(self._service, stored, keeps_translations=True), problem=problem,
        )  # fmt: skip
        return HTMLResponse(html, status)

    def _form(
        self, visit: Visit, stored: StoredRevision, language: Language, typed: Typed, *, problem: str = "", status: int = 200
    ) -> HTMLResponse:
        if language == stored.content.language:
            raise NotFound("translation", language, remedy="It is the release's own language: correct the release itself.")
        html = self._pages.page(
            "translation.html", visitor=visit.visitor, stored=stored, language=language, typed=typed,
            original=written(stored.content), is_there=language in {one.language for one in stored.translations}, problem=problem,
            stakes=stakes_of(self._service, stored, keeps_translations=True),
        )  # fmt: skip
        return HTMLResponse(html, status)

    def _stored(self, visit: Visit) -> StoredRevision:
        return self._service.releases.get(ReleaseId(visit.path["release"]))


def _language(visit: Visit) -> Language:
    code = visit.path["translation"]
    language = language_called(code)
    if language is None or language != code:
        raise NotFound("language", code[:40], remedy="Write its code, like fr, pt-BR or ar.")
    return language


def _others(name: str) -> Others:
    try:
        return Others(name)
    except ValueError as error:
        raise BadInput("There is no such choice.", where="others", remedy="Choose one of those in the form.") from error
