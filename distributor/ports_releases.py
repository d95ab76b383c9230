"""What taking in, approving and scheduling need from the store: releases, their revisions and approvals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from distributor.core.approval import Approval
from distributor.core.embargo import Embargo
from distributor.core.ids import DispatchId, Language, ReleaseId
from distributor.core.message import Master
from distributor.core.release import Release
from distributor.core.report import DispatchStatus
from distributor.core.translation import Others, in_all_languages


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRevision:
    """One revision of a release as it is kept."""

    release_id: ReleaseId
    #: From 1.
    revision: int
    content: Release
    #: Who took it in.
    added_by: str
    added_at: datetime
    #: SHA-256 over everything below and above that is said.
    digest: bytes
    #: The same in other languages, by language.
    translations: tuple[Release, ...] = ()
    #: What becomes of those who read none of the languages.
    others: Others = Others.FALLBACK

    @property
    def in_all_languages(self) -> tuple[Release, ...]:
        """Return what is rendered: the release in its own language first."""
        return in_all_languages(self.content, self.translations)

    @property
    def missing_languages(self) -> tuple[Language, ...]:
        """Return the languages that are wanted and not there."""
        there = {self.content.language, *(one.language for one in self.translations)}
        return tuple(one for one in self.content.languages_wanted if one not in there)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseLine:
    """One release in a list of them."""

    release_id: ReleaseId
    revision: int
    headline: str
    added_by: str
    added_at: datetime
    is_approved: bool
    #: As the officer wrote it; None when the text does not say.
    embargo: Embargo | None = None
    #: Up to twenty of its dispatches, newest first.
    dispatches: tuple[DispatchId, ...] = ()


class Stage(StrEnum):
    """Which releases a list shows."""

    ALL = ""
    #: No approval stands.
    DRAFT = "draft"
    #: Approved, and never scheduled.
    APPROVED = "approved"
    #: A dispatch of it is not finished: scheduled, leaving, held or in doubt.
    UNDER_WAY = "under-way"
    #: It was scheduled, and nothing of it is under way any more.
    FINISHED = "finished"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseSearch:
    """What somebody looks for in the list of releases."""

    #: Folded words (core.folding) that all stand in the headline, also in the middle of a word.
    words: tuple[str, ...] = ()
    stage: Stage = Stage.ALL
    #: Where the page before ended, as that page says; "" begins with the newest.
    after: str = ""
    count: int = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasePage:
    """One page of the list. Releases that are taken in meanwhile move nothing on later pages."""

    #: Newest first.
    lines: tuple[ReleaseLine, ...]
    #: Where the next page begins; "" when there is none. A page may be short, or empty, and not the last.
    after: str


class ReleaseIndex(Protocol):
    """What lists show of releases, without reading their texts."""

    def page(self, search: ReleaseSearch) -> ReleasePage:
        """Return one page in one round trip; it looks at a bounded number of releases.

        Raises:
            BadInput: `after` is nothing that a page said.
        """
        ...

    def count(self) -> int:
        """Return how many releases there are."""
        ...

    def headlines(self, releases: Sequence[ReleaseId]) -> Sequence[str]:
        """Return the headline of each release's latest revision, "" for a release that is not there, in one round trip."""
        ...


class DispatchesAtAGlance(Protocol):
    """Many dispatches at once."""

    def statuses(self, dispatches: Sequence[DispatchId]) -> Sequence[DispatchStatus]:
        """Return the status of each, in two round trips for all of them; those that are not there are left out."""
        ...

    def under_way(self, *, most: int) -> Sequence[DispatchId]:
        """Return at most so many dispatches that are not finished, earliest lift first."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionLine:
    """One revision in a list of them."""

    revision: int
    added_by: str
    added_at: datetime


class ReleaseStore(Protocol):
    """Releases, their revisions and approvals."""

    def add(
        self,
        release: Release,
        *,
        by: str,
        at: datetime,
        revises: ReleaseId | None = None,
        translations: Sequence[Release] = (),
        others: Others = Others.FALLBACK,
        after: int | None = None,
    ) -> StoredRevision:
        """Store a release, or a new revision of one, atomically; what is stored already is returned as it is.

        A new revision voids the release's approval in the same step. `after` is the revision that the writer had before them.

        Raises:
            NotFound: `revises` names no release.
            RevisionCame: `after` is no longer the latest.
        """
        ...

    def get(self, release: ReleaseId, revision: int | None = None) -> StoredRevision:
        """Return a revision, the latest unless one is named.

        Raises:
            NotFound: no such release or revision.
        """
        ...

    def revisions(self, release: ReleaseId, *, most: int) -> Sequence[RevisionLine]:
        """Return the newest revisions of a release, newest first; none when there is no such release."""
        ...

    def resolve(self, prefix: str) -> ReleaseId:
        """Return the one release whose id begins so.

        Raises:
            NotFound: none or several do, or the prefix is shorter than 4 characters.
        """
        ...

    def list_all(self) -> Sequence[ReleaseLine]:
        """Return every release, newest first."""
        ...

    def save_approval(self, approval: Approval, masters: Sequence[Master]) -> None:
        """Store an approval with its masters, atomically.

        Raises:
            ApprovalRefused: a newer revision came meanwhile.
        """
        ...

    def approval(self, release: ReleaseId) -> Approval | None:
        """Return the approval that stands, None when there is none or it is void."""
        ...

    def masters(self, release: ReleaseId, revision: int) -> tuple[Master, ...]:
        """Return the masters that were sealed with this revision, the release's own language first."""
        ...

    def last_approved(self, release: ReleaseId, *, before: int) -> int | None:
        """Return the newest revision older than `before` that ever was approved, also when that is void by now; None for none."""
        ...

    def void_approval(self, release: ReleaseId) -> bool:
        """Take the approval back. False when there was none."""
        ...

    def approved_seal(self, release: ReleaseId) -> str:
        """Return the seal of the approval that stands, "" when there is none; one read, for the gate.

        Raises:
            StoreUnavailable: Redis does not answer.
        """
        ...
