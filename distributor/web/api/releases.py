"""Releases for programs: take in, look, check, approve."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final

from fastapi import Form, Query, UploadFile

from distributor.bootstrap import Service
from distributor.core.account import Permission
from distributor.core.approval import Waiver, short_code
from distributor.core.errors import BadInput
from distributor.core.message import EmailMaster, Master, ThreadMaster
from distributor.core.report import instant
from distributor.core.understood import understood
from distributor.intake.read import read_release_bytes
from distributor.intake.write import says_the_same
from distributor.ports_releases import ReleaseLine, ReleaseSearch, StoredRevision
from distributor.web.api.door import FORM, MOST_BYTES_WITH_FILES, By, Door
from distributor.web.api.release_shapes import (
    Checks,
    CheckShape,
    Masters,
    MasterShape,
    NewApproval,
    NewRelease,
    ReleaseRow,
    ReleaseShape,
    Seal,
    Understood,
)
from distributor.web.api.shapes import After, Limit, Page

#: What a text is called by its format, for whoever reads messages.
FILE_NAMES: Final = {"markdown": "release.md", "text": "release.txt", "html": "release.html"}


class ReleaseRoutes:
    """The routes of releases."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def add_to(self, door: Door) -> None:
        """Declare the routes."""
        area = door.area("releases", "Press releases: take in, see what was understood, check, approve.")
        area.read("/releases", self.list_releases, needs=Permission.READ)
        area.write("/releases", self.take_in_release, needs=Permission.WRITE_RELEASE)
        area.write(
            "/releases/files",
            self.take_in_release_file,
            needs=Permission.WRITE_RELEASE,
            accepts=FORM,
            most=MOST_BYTES_WITH_FILES,
        )
        area.read("/releases/{release}", self.show_release, needs=Permission.READ)
        area.read("/releases/{release}/checks", self.check_release, needs=Permission.READ)
        area.read("/releases/{release}/masters", self.preview_release, needs=Permission.READ)
        area.write("/releases/{release}/approval", self.approve_release, needs=Permission.APPROVE)

    def list_releases(self, limit: Limit = 50, after: After = "") -> Page[ReleaseRow]:
        """List releases, newest first."""
        found = self._service.releases.index.page(ReleaseSearch(after=after, count=limit))
        return Page(items=[_row(line) for line in found.lines], next=found.after or None)

    def take_in_release(self, new: NewRelease, caller: By) -> ReleaseShape:
        """Take in a release, or a new revision of one.

        A new revision voids the approval. The same text again is the same release, and makes no revision.
        """
        content = read_release_bytes(
            new.text.encode("utf-8", "replace"),
            name=FILE_NAMES[new.format],
            now=self._service.clock.now(),
            embargo_answer=new.embargo,
        )
        known = self._service.releases.resolve(new.revises) if new.revises else None
        if known and says_the_same(content, (present := self._service.releases.get(known)).content):
            return self._shape(present)
        after = new.after if known else None
        return self._shape(
            self._service.taker.take_in(content, by=caller.name, revises=known, after=after, translated=new.translations)
        )

    def take_in_release_file(
        self,
        caller: By,
        file: UploadFile,
        embargo: Annotated[str, Form(max_length=200)] = "",
        revises: Annotated[str, Form(max_length=64)] = "",
    ) -> ReleaseShape:
        """Take in a release from a file: Markdown, plain text, .docx or HTML.

        The name's ending says which. `embargo` answers what the file leaves open; `revises` names the release of which it is a
        new revision.
        """
        content = read_release_bytes(
            file.file.read(), name=file_name(file), now=self._service.clock.now(), embargo_answer=embargo
        )
        known = self._service.releases.resolve(revises) if revises else None
        return self._shape(self._service.taker.take_in(content, by=caller.name, revises=known))

    def show_release(self, release: str, revision: Annotated[int | None, Query(ge=1, le=2**31)] = None) -> ReleaseShape:
        """Show a revision of a release, the latest unless one is named.

        The beginning of its id is enough, from four characters on.
        """
        return self._shape(self._service.releases.get(self._service.releases.resolve(release), revision))

    def check_release(self, release: str) -> Checks:
        """Run every check on a release."""
        stored = self._stored(release)
        results = self._service.check(stored, self._service.compose(stored), self._service.clock.now())
        found = [
            CheckShape(check=r.name, severity=r.severity.value, passed=r.passed, message=r.message, remedy=r.remedy)
            for r in results
        ]
        return Checks(release=stored.release_id, revision=stored.revision, checks=found)

    def preview_release(self, release: str) -> Masters:
        """Show what would leave of a release by each channel and in each language.

        In e-mails, `%%pr-…%%` stands for what differs per recipient.
        """
        stored = self._stored(release)
        return Masters(
            release=stored.release_id,
            revision=stored.revision,
            form=self._service.form.value,
            public_url=self._service.settings.public_url,
            masters=[self._master(master, _lift_of(stored)) for master in self._service.compose(stored)],
        )

    def approve_release(self, release: str, new: NewApproval, caller: By) -> Seal:
        """Seal the revision that was looked at.

        Whoever wrote it or took it in cannot approve it. Waivers need the permission `waive` too.
        """
        if new.waivers:
            caller.demand(Permission.WAIVE)
        stored = self._stored(release)
        if stored.revision != new.revision:
            raise BadInput("A newer revision has come.", where="revision", remedy=f"Look at revision {stored.revision} first.")
        waivers = tuple(Waiver(check=one.check, reason=one.reason, by=caller.name) for one in new.waivers)
        needs: list[str] = []

        def show(found: StoredRevision, masters: Sequence[Master]) -> None:
            threads = [master for master in masters if isinstance(master, ThreadMaster)]
            needs.extend(line for thread in threads for line in self._service.thread_needs(thread, _lift_of(found)))

        # Once more, where it is sealed: another revision may come in between.
        approval = self._service.approver.approve(
            stored.release_id, by=caller.name, waivers=waivers, show=show, revision=new.revision
        )
        return Seal(
            release=approval.release, revision=approval.revision, seal=approval.seal, code=short_code(approval.seal),
            by=approval.by, at=instant(approval.at), needs=needs,
        )  # fmt: skip

    def _master(self, master: Master, lift_at: datetime | None) -> MasterShape:
        if isinstance(master, EmailMaster):
            return MasterShape(
                channel="email", language=master.language, subject=master.subject, html=master.html, text=master.text,
                sender_email=master.sender.email, sender_name=master.sender.name, parts=[], needs=[],
            )  # fmt: skip
        return MasterShape(
            channel=master.channel.value, language=master.language, subject="", html="", text="", sender_email="", sender_name="",
            parts=list(master.parts), needs=self._service.thread_needs(master, lift_at),
        )  # fmt: skip

    def _stored(self, name: str) -> StoredRevision:
        return self._service.releases.get(self._service.releases.resolve(name))

    def _shape(self, stored: StoredRevision) -> ReleaseShape:
        return release_shape(self._service, stored)


def file_name(file: UploadFile) -> str:
    """Return the last part of a file's name, for its ending and for messages."""
    return (file.filename or "").replace("\\", "/").rpartition("/")[2][-_LONGEST_NAME:] or "release.txt"


def release_shape(service: Service, stored: StoredRevision) -> ReleaseShape:
    """Return a revision as programs see it."""
    approval = service.releases.approval(stored.release_id)
    return ReleaseShape(
        release=stored.release_id,
        revision=stored.revision,
        headline=stored.content.headline,
        added_by=stored.added_by,
        added_at=instant(stored.added_at),
        is_approved=approval is not None,
        seal=approval.seal if approval else None,
        languages=[one.language for one in stored.in_all_languages],
        understood=[
            *(Understood(what=what, value=value) for what, value in understood(stored.content)),
            *(Understood(what="Translation", value=f"{one.language}: {one.headline}") for one in stored.translations),
        ],
    )


def _row(line: ReleaseLine) -> ReleaseRow:
    return ReleaseRow(
        release=line.release_id, revision=line.revision, headline=line.headline, added_by=line.added_by,
        added_at=instant(line.added_at), is_approved=line.is_approved, dispatches=list(line.dispatches),
        lift_at=_lift_in(line),
    )  # fmt: skip


def _lift_in(line: ReleaseLine) -> str | None:
    try:
        lift_at = line.embargo.lift_at() if line.embargo else None
    except BadInput:
        # A wall time that its zone skips or has twice; the checks say so.
        return None
    return instant(lift_at) if lift_at else None


def _lift_of(stored: StoredRevision) -> datetime | None:
    return stored.content.embargo.lift_at() if stored.content.embargo else None


_LONGEST_NAME: Final = 200
