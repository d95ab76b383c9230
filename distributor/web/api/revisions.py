"""Texts, corrections and translations of releases for programs."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Final

from fastapi import Form, Query, UploadFile

from distributor.bootstrap import Service
from distributor.core.account import Permission
from distributor.core.errors import BadInput
from distributor.core.ids import Language
from distributor.core.item import are_shared
from distributor.core.report import instant
from distributor.core.translation import Translated
from distributor.intake.language_code import language_called
from distributor.intake.read import read_release_bytes
from distributor.intake.said import amended, with_links
from distributor.intake.write import written
from distributor.ports_releases import StoredRevision
from distributor.web.api.door import FORM, MOST_BYTES_WITH_FILES, By, Door
from distributor.web.api.release_shapes import ReleaseShape
from distributor.web.api.releases import FILE_NAMES, file_name, release_shape
from distributor.web.api.revision_shapes import (
    Correction,
    Decision,
    NewTranslation,
    RevisionRow,
    Revisions,
    Texts,
    TextShape,
)

_MOST: Final = 50
_After = Annotated[int | None, Query(ge=1, le=2**31, description="The revision you had before you.")]


class RevisionRoutes:
    """The routes of how a release comes to be what it is."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def add_to(self, door: Door) -> None:
        """Declare the routes."""
        area = door.area("revisions", "Texts of releases: revisions, corrections of one thing, translations.")
        writes = Permission.WRITE_RELEASE
        area.read("/releases/{release}/revisions", self.list_revisions, needs=Permission.READ)
        area.read("/releases/{release}/texts", self.show_texts, needs=Permission.READ)
        area.write("/releases/{release}/corrections", self.correct_release, needs=writes)
        area.write("/releases/{release}/translations", self.translate_release, needs=writes)
        area.write(
            "/releases/{release}/translations/files", self.translate_release_by_file, needs=writes, accepts=FORM,
            most=MOST_BYTES_WITH_FILES,
        )  # fmt: skip
        area.write("/releases/{release}/translations/{language}", self.withdraw_translation, needs=writes, method="DELETE")
        area.write("/releases/{release}/others", self.decide_others, needs=writes)

    def list_revisions(self, release: str) -> Revisions:
        """List the newest revisions of a release, newest first."""
        name = self._service.releases.resolve(release)
        rows = [
            RevisionRow(revision=one.revision, added_by=one.added_by, added_at=instant(one.added_at))
            for one in self._service.releases.revisions(name, most=_MOST)
        ]
        return Revisions(release=name, revisions=rows)

    def show_texts(self, release: str, revision: Annotated[int | None, Query(ge=1, le=2**31)] = None) -> Texts:
        """Show the texts of a revision, the latest unless one is named, to be edited and taken in again.

        In each every part has its key, so that reading it again gives the same release.
        """
        stored = self._service.releases.get(self._service.releases.resolve(release), revision)
        return Texts(
            release=stored.release_id,
            revision=stored.revision,
            texts=[TextShape(language=one.language, text=written(one)) for one in (stored.content, *stored.translations)],
            missing=list(stored.missing_languages),
            others=stored.others,
        )

    def correct_release(self, release: str, correction: Correction, caller: By) -> ReleaseShape:
        """Put some things of a release right: a new revision, which voids the approval and holds what is scheduled.

        A correction that changes nothing makes no revision.
        """
        stored = self._stored(release)
        content = amended(stored.content, correction.keys, now=self._service.clock.now())
        if correction.links is not None:
            content = with_links(content, correction.links)
        if content == stored.content:
            return release_shape(self._service, stored)
        stays = correction.links is None and are_shared(correction.keys)
        return release_shape(
            self._service,
            self._service.taker.take_in(
                content,
                by=caller.name,
                revises=stored.release_id,
                after=correction.after or stored.revision,
                translated=Translated.KEPT if stays else correction.translations,
            ),
        )

    def translate_release(self, release: str, new: NewTranslation, caller: By) -> ReleaseShape:
        """Add a translation, or replace the one of its language: a new revision."""
        content = new.text.encode("utf-8", "replace")
        return self._translate(release, content, FILE_NAMES[new.format], new.language or "", after=new.after, by=caller.name)

    def translate_release_by_file(
        self,
        release: str,
        caller: By,
        file: UploadFile,
        language: Annotated[str, Form(max_length=20)] = "",
        after: Annotated[int | None, Form(ge=1, le=2**31)] = None,
    ) -> ReleaseShape:
        """Add a translation from a file: Markdown, plain text, .docx or HTML."""
        return self._translate(release, file.file.read(), file_name(file), language, after=after, by=caller.name)

    def withdraw_translation(self, release: str, language: str, caller: By, after: _After = None) -> ReleaseShape:
        """Take a translation away: a new revision. Earlier ones keep it."""
        name = self._service.releases.resolve(release)
        stored = self._service.taker.withdraw_translation(name, Language(language), by=caller.name, after=after)
        return release_shape(self._service, stored)

    def decide_others(self, release: str, decision: Decision, caller: By) -> ReleaseShape:
        """Decide what becomes of those who read none of the languages: a new revision."""
        name = self._service.releases.resolve(release)
        stored = self._service.taker.decide_others(name, decision.others, by=caller.name, after=decision.after)
        return release_shape(self._service, stored)

    def _translate(self, release: str, content: bytes, name: str, code: str, *, after: int | None, by: str) -> ReleaseShape:
        language = _language(code)
        text = read_release_bytes(content, name=name, now=self._service.clock.now(), language_answer=language)
        text = replace(text, lists=(), languages_wanted=())
        stored = self._service.taker.translate(self._service.releases.resolve(release), text, by=by, after=after)
        return release_shape(self._service, stored)

    def _stored(self, release: str) -> StoredRevision:
        return self._service.releases.get(self._service.releases.resolve(release))


def _language(code: str) -> Language | None:
    language = language_called(code) if code else None
    if code and language is None:
        raise BadInput("This is no language code that is known.", where="language", remedy='Write one like "fr" or "pt-BR".')
    return language
