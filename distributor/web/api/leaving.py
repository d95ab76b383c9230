"""What will leave, for programs: the difference to the last approval, the audience in numbers, posts, tests, and withdrawing."""

from __future__ import annotations

from distributor.bootstrap import Service
from distributor.bootstrap_trial import trier
from distributor.core.account import Permission
from distributor.core.errors import BadInput
from distributor.core.ids import ContactNumber, Language
from distributor.core.message import EmailMaster
from distributor.core.part_count import PartCount, counted
from distributor.core.report import instant
from distributor.core.thread_form import counter_of
from distributor.flow.count_audience import ListCount
from distributor.flow.one_reader import reader_of
from distributor.flow.since_approval import since_approval
from distributor.ports_releases import StoredRevision
from distributor.web.api.door import By, Door
from distributor.web.api.leaving_shapes import (
    Audience,
    ChangedPart,
    Difference,
    ListCountShape,
    NewTest,
    NewThread,
    Posts,
    PostShape,
    PostTexts,
    ReaderShape,
    RunShape,
    TestSent,
    ThreadShape,
    WithdrawalReason,
    Withdrawn,
    ZoneShape,
)
from distributor.web.staff.audience_counter import AudienceCounter


class LeavingRoutes:
    """The routes of what will leave."""

    def __init__(self, service: Service, counter: AudienceCounter) -> None:
        self._service = service
        self._counter = counter
        self._trier = trier(service)

    def add_to(self, door: Door) -> None:
        """Declare the routes."""
        area = door.area("leaving", "What will leave: differences, audiences, posts, tests, withdrawing an approval.")
        area.read("/releases/{release}/difference", self.show_difference, needs=Permission.READ)
        area.read("/releases/{release}/audience", self.count_audience, needs=Permission.READ)
        area.read("/releases/{release}/readers/{number}", self.show_reader, needs=Permission.READ)
        area.read("/releases/{release}/thread", self.show_thread, needs=Permission.READ)
        area.write("/releases/{release}/thread", self.write_thread, needs=Permission.WRITE_RELEASE, method="PUT")
        area.search("/releases/{release}/thread/counts", self.count_posts, needs=Permission.READ)
        area.write("/releases/{release}/test", self.send_test, needs=Permission.SEND_TEST)
        area.write("/releases/{release}/approval/withdrawal", self.withdraw_approval, needs=Permission.APPROVE)

    def show_difference(self, release: str) -> Difference:
        """Show word by word what has changed since the revision that was approved last."""
        stored = self._stored(release)
        since = since_approval(stored, self._service.compose(stored), self._service.releases)
        parts = since.changed if since else ()
        return Difference(
            release=stored.release_id, revision=stored.revision, since=since.revision if since else None,
            changed=[
                ChangedPart(
                    title=part.title,
                    paragraphs=[[RunShape(change=run.change.value, text=run.text) for run in block] for block in part.blocks],
                )
                for part in parts
            ],
            unchanged=list(since.unchanged) if since else [],
        )  # fmt: skip

    def count_audience(self, release: str) -> Audience:
        """Count every list and saved filter by language, with who came and left.

        Counting reads everybody on the lists, so it is done in the background and kept for ten minutes.
        """
        stored = self._stored(release)
        known = self._counter.known(stored)
        return Audience(
            release=stored.release_id, revision=stored.revision, is_counted=known is not None,
            counted_at=instant(known.at) if known else None, since=known.since if known else "",
            lists=[_list(one) for one in known.counts.lists] if known else [],
            zones=[ZoneShape(zone=one.zone, share=one.share) for one in known.counts.zones] if known else [],
        )  # fmt: skip

    def show_reader(self, release: str, number: int) -> ReaderShape:
        """Show what one person on the lists would get of a release."""
        stored = self._stored(release)
        wanted = ContactNumber(number if 0 < number < _MOST_CONTACTS else 0)
        reader = reader_of(stored, wanted, book=self._service.book, suppressions=self._service.suppressions)
        return ReaderShape(
            number=number, language=reader.language, is_served=reader.is_served, is_suppressed=reader.is_suppressed
        )  # fmt: skip

    def show_thread(self, release: str) -> ThreadShape:
        """Show the posts as they would leave now, counted as their platform counts."""
        return self._thread(self._stored(release))

    def write_thread(self, release: str, new: NewThread, caller: By) -> ThreadShape:
        """Keep posts that were written by hand, as a new revision, which voids the approval.

        They pass the same checks as any thread.
        """
        stored, writer = self._seen(release, new.revision), self._service.thread_writer
        posts = writer.composed(stored) if new.posts is None else [post.replace("\r\n", "\n").strip() for post in new.posts]
        return self._thread(writer.write(stored, posts, by=caller.name))

    def count_posts(self, release: str, texts: PostTexts) -> Posts:
        """Count posts as the platform would, without keeping them."""
        self._stored(release)
        return Posts(posts=[_post(part) for part in counted(texts.posts, counter_of(self._service.form))])

    def send_test(self, release: str, new: NewTest, caller: By) -> TestSent:
        """Send a test to the address that the token's account signs in with, and to no other.

        By it the e-mail provider has the text before the lift. At most five times in ten minutes.
        """
        stored = self._seen(release, new.revision)
        emails = [one for one in self._service.compose(stored) if isinstance(one, EmailMaster)]
        languages = [Language(language) for language in new.languages]
        messages = self._trier.send_to_oneself(stored, emails, languages, account=caller.account)
        return TestSent(release=stored.release_id, revision=stored.revision, messages=messages)

    def withdraw_approval(self, release: str, why: WithdrawalReason, caller: By) -> Withdrawn:
        """Take the approval back, which holds whatever of the release has not left."""
        stored = self._stored(release)
        self._service.approver.withdraw(stored.release_id, by=caller.name, reason=why.reason)
        dispatches = list(self._service.dispatches.of_release(stored.release_id))
        return Withdrawn(release=stored.release_id, revision=stored.revision, is_approved=False, dispatches=list(dispatches))

    def _thread(self, stored: StoredRevision) -> ThreadShape:
        writer = self._service.thread_writer
        thread = writer.thread_of(stored)
        return ThreadShape(
            release=stored.release_id, revision=stored.revision, channel=thread.channel.value, language=thread.language,
            is_written=thread.parts != writer.composed(stored),
            posts=[_post(part) for part in counted(thread.parts, counter_of(self._service.form))],
        )  # fmt: skip

    def _stored(self, release: str) -> StoredRevision:
        return self._service.releases.get(self._service.releases.resolve(release))

    def _seen(self, release: str, revision: int) -> StoredRevision:
        stored = self._stored(release)
        if stored.revision != revision:
            raise BadInput("A newer revision has come.", where="revision", remedy=f"Look at revision {stored.revision} first.")
        return stored


#: Beyond any contact's number.
_MOST_CONTACTS = 10**9


def _list(one: ListCount) -> ListCountShape:
    return ListCountShape(
        list=one.name, people=one.people, by_language=dict(one.counted.by_language), reads_none=one.counted.none_of_them,
        came=one.change.came if one.change else None, left=one.change.left if one.change else None,
    )  # fmt: skip


def _post(part: PartCount) -> PostShape:
    return PostShape(text=part.text, count=part.count, limit=part.limit, fits=part.fits, has_link=part.has_link)
