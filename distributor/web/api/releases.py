"""Releases for programs: take in, look, check, approve."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field

from distributor.bootstrap import Service
from distributor.core.account import Permission
from distributor.core.approval import Waiver, short_code
from distributor.core.errors import BadInput
from distributor.core.understood import understood
from distributor.intake.read import read_release_bytes
from distributor.ports_releases import ReleaseLine, ReleaseSearch, StoredRevision
from distributor.web.api.door import By, Door
from distributor.web.api.shapes import After, Limit, Page, Shape, example

_NAMES: Final = {"markdown": "release.md", "text": "release.txt", "html": "release.html"}
#: Words of a release in a list of them, and in what is asked of one.
_ID: Final = "r4k2tq7m3a"


class NewRelease(Shape):
    """A release as it was written."""

    model_config = example(
        text="---\nheadline: A footbridge opens again\nembargo: 2099-03-01 10:00 Europe/Zurich\n---\nPeople walk again.",
        format="markdown",
    )

    text: str = Field(max_length=2_000_000, description="The whole release, with its front matter if it has one.")
    format: Literal["markdown", "text", "html"] = "markdown"
    embargo: str = Field("", max_length=200, description="The embargo, if the text leaves it open.")
    revises: str | None = Field(None, max_length=64, description="The release of which this is a new revision.")


class ReleaseRow(Shape):
    """A release in a list."""

    model_config = example(
        release=_ID, revision=2, headline="A footbridge opens again", added_by="Eda Writes", added_at="2026-11-25T09:00:00Z",
        is_approved=False,
    )  # fmt: skip

    release: str
    revision: int
    headline: str
    added_by: str
    added_at: str
    is_approved: bool


class Understood(Shape):
    """One thing that was understood of the text."""

    model_config = example(what="Embargo", value="1 March 2099, 10:00 Europe/Zurich")

    what: str
    value: str


class ReleaseShape(Shape):
    """A revision of a release and what was understood of it."""

    model_config = example(
        release=_ID, revision=2, headline="A footbridge opens again", added_by="Eda Writes", added_at="2026-11-25T09:00:00Z",
        is_approved=False, seal=None, languages=["en"], understood=[{"what": "City", "value": "Geneva"}],
    )  # fmt: skip

    release: str
    revision: int
    headline: str
    added_by: str
    added_at: str
    is_approved: bool = Field(description="Whether an approval stands for the latest revision.")
    seal: str | None
    languages: list[str] = Field(description="Its own language first, then those of its translations.")
    understood: list[Understood]


class CheckShape(Shape):
    """What one check found."""

    model_config = example(
        check="press-contact", severity="error", passed=False, message="There is no press contact.", remedy="Add one."
    )

    check: str
    severity: Literal["error", "warning"]
    passed: bool
    message: str
    remedy: str


class Checks(Shape):
    """What every check found. Errors stand against approval."""

    model_config = example(release=_ID, revision=2, checks=[])

    release: str
    revision: int
    checks: list[CheckShape]


class WaiverShape(Shape):
    """A failing check that is passed over."""

    model_config = example(check="dead-links", reason="The links follow at noon")

    check: str = Field(max_length=100)
    reason: str = Field(min_length=1, max_length=1000)


class NewApproval(Shape):
    """An approval of the revision that was looked at."""

    model_config = example(revision=2, waivers=[])

    revision: int = Field(ge=1, le=2**31)
    waivers: list[WaiverShape] = Field(default_factory=list, max_length=50)


class Seal(Shape):
    """What was sealed, and the short code to read out."""

    model_config = example(release=_ID, revision=2, seal="9f86d081884c7d65", code="9F86-D081")

    release: str
    revision: int
    seal: str
    code: str


class ReleaseRoutes:
    """The routes of releases."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def add_to(self, door: Door) -> None:
        """Declare the routes."""
        area = door.area("releases", "Press releases: take in, see what was understood, check, approve.")
        area.read("/releases", self.list_releases, needs=Permission.READ)
        area.write("/releases", self.take_in_release, needs=Permission.WRITE_RELEASE)
        area.read("/releases/{release}", self.show_release, needs=Permission.READ)
        area.read("/releases/{release}/checks", self.check_release, needs=Permission.READ)
        area.write("/releases/{release}/approval", self.approve_release, needs=Permission.APPROVE)

    def list_releases(self, limit: Limit = 50, after: After = "") -> Page[ReleaseRow]:
        """List releases, newest first."""
        found = self._service.releases.index.page(ReleaseSearch(after=after, count=limit))
        return Page(items=[_row(line) for line in found.lines], next=found.after or None)

    def take_in_release(self, new: NewRelease, caller: By) -> ReleaseShape:
        """Take in a release, or a new revision of one.

        A new revision voids the approval. The same text again is the same release.
        """
        content = read_release_bytes(
            new.text.encode("utf-8", "replace"),
            name=_NAMES[new.format],
            now=self._service.clock.now(),
            embargo_answer=new.embargo,
        )
        known = self._service.releases.resolve(new.revises) if new.revises else None
        return self._shape(self._service.taker.take_in(content, by=caller.name, revises=known))

    def show_release(self, release: str) -> ReleaseShape:
        """Show a release's latest revision.

        The beginning of its id is enough, from four characters on.
        """
        return self._shape(self._stored(release))

    def check_release(self, release: str) -> Checks:
        """Run every check on a release."""
        stored = self._stored(release)
        results = self._service.check(stored, self._service.compose(stored), self._service.clock.now())
        found = [
            CheckShape(check=r.name, severity=r.severity.value, passed=r.passed, message=r.message, remedy=r.remedy)
            for r in results
        ]
        return Checks(release=stored.release_id, revision=stored.revision, checks=found)

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
        approval = self._service.approver.approve(stored.release_id, by=caller.name, waivers=waivers)
        return Seal(release=approval.release, revision=approval.revision, seal=approval.seal, code=short_code(approval.seal))

    def _stored(self, name: str) -> StoredRevision:
        return self._service.releases.get(self._service.releases.resolve(name))

    def _shape(self, stored: StoredRevision) -> ReleaseShape:
        approval = self._service.releases.approval(stored.release_id)
        return ReleaseShape(
            release=stored.release_id,
            revision=stored.revision,
            headline=stored.content.headline,
            added_by=stored.added_by,
            added_at=stored.added_at.isoformat(),
            is_approved=approval is not None,
            seal=approval.seal if approval else None,
            languages=[one.language for one in stored.in_all_languages],
            understood=[Understood(what=what, value=value) for what, value in understood(stored.content)],
        )


def _row(line: ReleaseLine) -> ReleaseRow:
    return ReleaseRow(
        release=line.release_id, revision=line.revision, headline=line.headline, added_by=line.added_by,
        added_at=line.added_at.isoformat(), is_approved=line.is_approved,
    )  # fmt: skip
