"""Write a thread by hand: the posts of the text that the account posts, as a new revision in which nothing else has changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Protocol

from distributor.core.checks_subject import CheckResult, Severity
from distributor.core.errors import BadInput
from distributor.core.ids import Language, ReleaseId
from distributor.core.message import Master, ThreadMaster
from distributor.core.release import Release
from distributor.core.translation import Translated
from distributor.ports import Clock
from distributor.ports_releases import StoredRevision

#: More than anybody reads.
MOST_PARTS: Final = 25


class TakesIn(Protocol):
    """The step that stores revisions."""

    def take_in(
        self, content: Release, *, by: str, revises: ReleaseId | None, after: int | None = None, translated: Translated = ...
    ) -> StoredRevision:
        """Store a new revision of a release."""
        ...

    def translate(self, release: ReleaseId, translation: Release, *, by: str, after: int | None = None) -> StoredRevision:
        """Store a translation as a new revision."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadWriter:
    """Writes threads; holds what this takes."""

    taker: TakesIn
    compose: Callable[[StoredRevision], Sequence[Master]]
    check: Callable[[StoredRevision, Sequence[Master], datetime], Sequence[CheckResult]]
    #: Returns the text that goes onto the platform, in the account's own language where there is one.
    text_of: Callable[[StoredRevision], Release]
    clock: Clock

    def write(self, stored: StoredRevision, parts: Sequence[str], *, by: str) -> StoredRevision:
        """Save these posts as a revision after this one; posts that are what is composed anyway are not kept as written.

        Raises:
            BadInput: a check that stood against nothing before, or any about threads, stands against them.
            RevisionCame: a newer revision came meanwhile.
        """
        changed = self._with_posts(stored, () if tuple(parts) == self.composed(stored) else tuple(parts))
        if problem := self._faults(stored, changed, parts):
            raise BadInput(problem, where="posts", remedy="Nothing is saved.")
        if changed == stored:
            return stored
        text = self.text_of(changed)
        if text.language == changed.content.language:
            return self.taker.take_in(
                changed.content, by=by, revises=changed.release_id, after=changed.revision, translated=Translated.KEPT
            )
        bare = next(one for one in changed.translations if one.language == text.language)
        return self.taker.translate(changed.release_id, bare, by=by, after=changed.revision)

    def thread_of(self, stored: StoredRevision) -> ThreadMaster:
        """Return the posts as they would leave now."""
        return next(one for one in self.compose(stored) if isinstance(one, ThreadMaster))

    def composed(self, stored: StoredRevision) -> tuple[str, ...]:
        """Return the posts as they are composed when nobody writes them."""
        return self.thread_of(self._with_posts(stored, ())).parts

    def language(self, stored: StoredRevision) -> Language:
        """Return the language in which the account posts."""
        return self.text_of(stored).language

    def _with_posts(self, stored: StoredRevision, parts: tuple[str, ...]) -> StoredRevision:
        language = self.language(stored)
        if language == stored.content.language:
            return replace(stored, content=replace(stored.content, thread=parts))
        texts = tuple(replace(one, thread=parts) if one.language == language else one for one in stored.translations)
        return replace(stored, translations=texts)

    def _faults(self, stored: StoredRevision, changed: StoredRevision, parts: Sequence[str]) -> str:
        """Return what stands against the posts that did not stand before, "" for nothing."""
        if not 1 <= len(parts) <= MOST_PARTS:
            return f"A thread has at least one post and at most {MOST_PARTS}."
        if empty := [str(at) for at, part in enumerate(parts, 1) if not part.strip()]:
            return f"Post {', '.join(empty)} is empty. Write something, or remove it."
        before, after = self._failing(stored), self._failing(changed)
        return "\n".join(said for name, said in after.items() if name.startswith("thread") or name not in before)

    def _failing(self, stored: StoredRevision) -> dict[str, str]:
        checks = self.check(stored, self.compose(stored), self.clock.now())
        # The remedies of checks about threads name commands; whoever is here is at the place to mend it.
        return {
            check.name: check.message if check.name.startswith("thread") else f"{check.message} {check.remedy}"
            for check in checks
            if not check.passed and check.severity is Severity.ERROR
        }
