"""Prepare: freeze the audience and stage every batch, so that nothing slow is left to do at the lift.

Nothing is visible to workers before the last step commits a channel, and every step may be repeated: a preparation that was cut
off is begun again, by whoever sees it, and ends the same.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial

from distributor.ahead import WriteBehind, one_ahead
from distributor.core.audience import Recipient, must_have_members
from distributor.core.delivery import NOT_SENT, State, code
from distributor.core.errors import BadInput, NotFound, Refused
from distributor.core.ids import ContactNumber, DispatchId, Index, Language, MasterKey, address_key
from distributor.core.message import ChannelName, EmailMaster, Master, ThreadMaster
from distributor.core.plan import Batch, DispatchPlan, choose_language, cut_into_batches
from distributor.core.translation import Others, is_served
from distributor.ports import Channel, ContactBook, LinkMaker, SuppressionList
from distributor.ports_dispatch import Dispatches, Ledger
from distributor.telemetry import Event, tell

#: Contacts are read in blocks of this many.
_BLOCK = 5000
#: How many staged bodies are on their way to the store at most: a megabyte each.
_WRITES_BEHIND = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What preparation froze."""

    #: Recipients by master, those who are suppressed already not counted.
    by_master: Mapping[MasterKey, int]
    suppressed: int
    #: Left out because an earlier dispatch of this revision has them.
    already_reached: int
    parts: int
    #: Left out because they read none of the languages.
    unserved: int = 0

    @property
    def recipients(self) -> int:
        """Return how many people the e-mail goes to."""
        return sum(self.by_master.values())


@dataclass(slots=True)
class _Freeze:
    """The audience while it is being read."""

    members: list[ContactNumber] = field(default_factory=list)
    suppressed: list[ContactNumber] = field(default_factory=list)
    by_master: dict[MasterKey, int] = field(default_factory=dict)
    #: Those who read none of the languages and are left out for it.
    unserved: int = 0
    batches: list[Batch] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparer:
    """Prepares dispatches; holds the adapters that this takes."""

    ledger: Ledger
    dispatches: Dispatches
    book: ContactBook
    suppressions: SuppressionList
    channels: Mapping[ChannelName, Channel]
    #: Returns the link maker of one dispatch.
    links_of: Callable[[DispatchId], LinkMaker]
    #: What was approved for those who read none of the languages.
    others_of: Callable[[DispatchPlan], Others]
    #: Compares the lists with what they were at approval, and remembers them as they are frozen.
    watch_audience: Callable[[DispatchPlan], object]
    #: Returns the sealed masters of one revision of a release.
    masters_of: Callable[[DispatchPlan], Sequence[Master]]

    def prepare_once(self, plan: DispatchPlan, *, progress: Callable[[int, int], None] = lambda done, total: None) -> Prepared:
        """Stage everything of the plan and open it for claims, unless that is done already or another process is at it.

        `progress` is called with (recipients staged, recipients in all). A dispatch that turns out to have nobody to go to is
        cancelled before the error is raised.

        Raises:
            BadInput: nobody on the lists may be mailed.
            NotFound: a list does not exist (any more).
            Refused: another process took over; it will finish.
        """
        token = secrets.token_hex(8)
        if self.dispatches.status(plan.dispatch).is_prepared:
            return self._prepared_before(plan)
        if not self.dispatches.begin(plan.dispatch, token=token):
            raise Refused(f"Another process is preparing dispatch {plan.dispatch} right now; look at its status.")
        try:
            return self._prepare(plan, token, progress)
        except (BadInput, NotFound):
            self.dispatches.cancel(plan.dispatch, by="distributor")
            self.dispatches.close(plan.dispatch)
            raise

    def _prepared_before(self, plan: DispatchPlan) -> Prepared:
        tallies = {name: channel.tally for name, channel in self.dispatches.status(plan.dispatch).channels}
        emails = tallies.get(ChannelName.EMAIL)
        suppressed = emails.counts.get(State.SUPPRESSED, 0) if emails else 0
        return Prepared(
            by_master=dict.fromkeys(plan.masters[:1], emails.total - suppressed) if emails else {},
            suppressed=suppressed,
            already_reached=0,
            parts=sum(tally.total for name, tally in tallies.items() if name is not ChannelName.EMAIL),
        )

    def _prepare(self, plan: DispatchPlan, token: str, progress: Callable[[int, int], None]) -> Prepared:
        masters = self.masters_of(plan)
        for master in masters:
            self.dispatches.store_frame(plan.dispatch, master.key, self.channels[_channel_of(master)].frame(master))
        freeze, reached = _Freeze(), frozenset[ContactNumber]()
        if ChannelName.EMAIL in plan.channels:
            reached = self._reached_before(plan)
            emails = [master for master in masters if isinstance(master, EmailMaster)]
            self._stage_emails(plan, emails, reached=reached, freeze=freeze, token=token, progress=progress)
        threads = [master for master in masters if isinstance(master, ThreadMaster)]
        parts = sum(self._stage_thread(plan, master, token) for master in threads)
        tell(
            Event.DISPATCH_PREPARED,
            dispatch=plan.dispatch,
            recipients=sum(freeze.by_master.values()),
            batches=len(freeze.batches) + parts,
        )
        return Prepared(
            by_master=freeze.by_master,
            suppressed=len(freeze.suppressed),
            already_reached=len(reached),
            parts=parts,
            unserved=freeze.unserved,
        )

    def _stage_emails(
        self,
        plan: DispatchPlan,
        masters: Sequence[EmailMaster],
        *,
        reached: frozenset[ContactNumber],
        freeze: _Freeze,
        token: str,
        progress: Callable[[int, int], None],
    ) -> None:
        # The journal is read first: a suppression that comes while we stage is then applied by the gate.
        journal_seen = self.suppressions.journal_end()
        self.watch_audience(plan)
        numbers = [number for number in self.book.members(plan.lists) if number not in reached]
        by_key = {master.key: master for master in masters}
        channel, links = self.channels[ChannelName.EMAIL], self.links_of(plan.dispatch)
        others = self.others_of(plan)
        stream = self._those_who_may_be_mailed(numbers, masters, freeze, others)
        with WriteBehind(most=_WRITES_BEHIND) as staging:
            for batch, recipients in cut_into_batches(stream, size=channel.batch_size):
                body = channel.stage(dispatch=plan.dispatch, master=by_key[batch.master], recipients=recipients, links=links)
                staging.call(partial(self.dispatches.stage, plan.dispatch, ChannelName.EMAIL, batch, body, token=token))
                freeze.batches.append(batch)
                freeze.members.extend(recipient.contact for recipient in recipients)
                freeze.by_master[batch.master] = freeze.by_master.get(batch.master, 0) + batch.count
                progress(len(freeze.members), len(numbers))
        if others is Others.HOLD and freeze.unserved:
            raise BadInput(
                f"{freeze.unserved:,} people read none of the release's languages, and it was approved to ask then.",
                where="--to",
                remedy="Take in a translation (`release add FILE --translates R`), or decide: `release others R fallback`.",
            )
        must_have_members(len(freeze.members), lists=plan.lists)
        self.dispatches.commit(
            plan.dispatch,
            ChannelName.EMAIL,
            batches=freeze.batches,
            members=[*freeze.members, *freeze.suppressed],
            suppressed=len(freeze.suppressed),
            journal_seen=journal_seen,
            token=token,
        )

    def _those_who_may_be_mailed(
        self, numbers: Sequence[ContactNumber], masters: Sequence[EmailMaster], freeze: _Freeze, others: Others
    ) -> Iterator[tuple[ContactNumber, str, MasterKey]]:
        present, fallback = {master.language: master.key for master in masters}, masters[0].key

        # Few combinations of languages exist among a million people.
        @lru_cache(maxsize=4096)
        def master_for(languages: tuple[Language, ...]) -> MasterKey | None:
            if others is not Others.FALLBACK and not is_served(languages, present):
                return None
            return choose_language(languages, present=present, fallback=fallback)

        # Whoever is suppressed from now on is in the journal, which the gate compares; so looking once is enough.
        is_anybody = self.suppressions.count() > 0
        for block in one_ahead(
            lambda part: list(self.book.routes(part)), [numbers[at : at + _BLOCK] for at in range(0, len(numbers), _BLOCK)]
        ):
            keys = [address_key(address) for _, address, _ in block] if is_anybody else []
            flags = self.suppressions.suppressed_among(keys) if is_anybody else [False] * len(block)
            for (number, address, languages), is_suppressed in zip(block, flags, strict=True):
                if is_suppressed:
                    freeze.suppressed.append(number)
                elif (key := master_for(languages)) is not None:
                    yield number, address, key
                else:
                    freeze.unserved += 1

    def _reached_before(self, plan: DispatchPlan) -> frozenset[ContactNumber]:
        """Return who has this revision, or will have it, by an earlier dispatch: nobody gets it twice."""
        reached: set[ContactNumber] = set()
        for earlier in self.dispatches.of_release(plan.release):
            if earlier == plan.dispatch:
                break
            other = self.dispatches.plan(earlier)
            if other.revision == plan.revision and ChannelName.EMAIL in other.channels:
                free = _letters_of_those_not_reached(is_cancelled=self.dispatches.status(earlier).is_cancelled)
                letters = self.dispatches.states(earlier, ChannelName.EMAIL)
                audience = self.dispatches.audience(earlier, ChannelName.EMAIL)
                reached.update(number for number, letter in zip(audience, letters, strict=False) if letter not in free)
        return frozenset(reached)

    def _stage_thread(self, plan: DispatchPlan, master: ThreadMaster, token: str) -> int:
        channel, links = self.channels[master.channel], self.links_of(plan.dispatch)
        batches = [Batch(start=at, count=1, master=master.key) for at in range(len(master.parts))]
        for batch in batches:
            part = Recipient(index=Index(batch.start), contact=ContactNumber(0), address="thread@part")
            body = channel.stage(dispatch=plan.dispatch, master=master, recipients=(part,), links=links)
            self.dispatches.stage(plan.dispatch, master.channel, batch, body, token=token)
        self.dispatches.commit(plan.dispatch, master.channel, batches=batches, members=(), suppressed=0, token=token)
        return len(batches)


def _channel_of(master: Master) -> ChannelName:
    return master.channel if isinstance(master, ThreadMaster) else ChannelName.EMAIL


def _letters_of_those_not_reached(*, is_cancelled: bool) -> bytes:
    # What is still planned in a cancelled dispatch can never leave: its gate is closed for good.
    free = NOT_SENT | ({State.PLANNED, State.CLAIMED} if is_cancelled else set())
    return b"".join(code(state) for state in sorted(free))
