"""Schedule: bind an approved release to lists, channels and a lift, and seal the whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from distributor.core.approval import Approval, master_digest, seal_dispatch, seal_release
from distributor.core.audience_filter import base_of
from distributor.core.delivery import WITH_PROVIDER, State
from distributor.core.errors import NotFound, ScheduleRefused
from distributor.core.ids import ListName, MasterKey, ReleaseId, digest
from distributor.core.message import ChannelName, Master, ThreadMaster
from distributor.core.plan import DispatchPlan, dispatch_id, refuse_early_lift
from distributor.core.report import instant
from distributor.ports import AuditEntry, AuditLog, Channel, Clock, ContactBook
from distributor.ports_dispatch import Dispatches
from distributor.ports_releases import ReleaseStore, StoredRevision
from distributor.telemetry import Event, tell


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleRequest:
    """What a person asks for."""

    release: ReleaseId
    lists: tuple[ListName, ...]
    channels: tuple[ChannelName, ...]
    by: str
    #: None: the release's own embargo.
    lift_at: datetime | None
    late_limit: timedelta


class RefuseOnX(Protocol):
    """Knows the account on X."""

    def __call__(self, plan: DispatchPlan, masters: Sequence[Master], *, now: datetime) -> None:
        """Raise ScheduleRefused for a thread that surely stops in its middle."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheduler:
    """Schedules dispatches; holds what this takes."""

    releases: ReleaseStore
    dispatches: Dispatches
    book: ContactBook
    audit: AuditLog
    clock: Clock
    channels: Mapping[ChannelName, Channel]
    #: The sender identity of a channel, as sealed.
    account_of: Callable[[ChannelName], str]
    #: Refuses masters for X that its account surely cannot post as a whole (x_account.XAccount.refuse).
    refuse_on_x: RefuseOnX

    def schedule(self, request: ScheduleRequest) -> DispatchPlan:
        """Store the dispatch and return its plan; the same request again returns the same dispatch.

        Raises:
            NotFound: no such release or list.
            ScheduleRefused: not approved, the approval is void, no lift, a lift before the embargo, a channel that is not set up,
                a thread that is out already, or one that surely stops in its middle.
        """
        if not request.by.strip():
            raise ScheduleRefused("A dispatch needs the name of who schedules it. Add --as NAME.")
        stored = self.releases.get(request.release)
        approval = self._approval_of(stored)
        masters = self._masters_for(stored, approval, request.channels)
        self._refuse_unknown_lists(request)
        plan = self._plan(request, stored, approval, masters)
        self._refuse_second_thread(plan)
        # A repeat is answered with the dispatch that is there, whatever became of the account meanwhile.
        if plan.dispatch not in self.dispatches.of_release(plan.release):
            self.refuse_on_x(plan, masters, now=plan.scheduled_at)
        if self.dispatches.create(plan):
            self._record(plan)
        return self.dispatches.plan(plan.dispatch)

    def _approval_of(self, stored: StoredRevision) -> Approval:
        approval = self.releases.approval(stored.release_id)
        if approval is None or approval.revision != stored.revision:
            raise ScheduleRefused(
                f"Release {stored.release_id} revision {stored.revision} is not approved. "
                f"`distributor release approve {stored.release_id} --as NAME` approves it."
            )
        return approval

    def _masters_for(self, stored: StoredRevision, approval: Approval, channels: Sequence[ChannelName]) -> tuple[Master, ...]:
        masters = self.releases.masters(stored.release_id, stored.revision)
        seal = seal_release(
            release=stored.release_id,
            revision=stored.revision,
            content_digest=stored.digest,
            masters=[(master.key, master_digest(master)) for master in masters],
            waivers=approval.waivers,
        )
        if seal != approval.seal:
            raise ScheduleRefused("What is stored is not what was approved. Approve the release again.")
        wanted = tuple(master for master in masters if channel_of(master) in channels)
        for channel in channels:
            if channel not in self.channels:
                raise ScheduleRefused(f"Channel {channel.value} is not set up; `distributor doctor` says what is missing.")
            if not any(channel_of(master) is channel for master in wanted):
                raise ScheduleRefused(f"The approved release has nothing for {channel.value}. Approve it again.")
        return wanted

    def _refuse_unknown_lists(self, request: ScheduleRequest) -> None:
        if ChannelName.EMAIL not in request.channels:
            return
        if not request.lists:
            raise ScheduleRefused("E-mail needs at least one media list. Add --to LIST.")
        known = self.book.lists()
        for name in request.lists:
            if base_of(name) not in known:
                there = ", ".join(sorted(known)) or "none yet"
                raise NotFound("list", name, remedy=f"Lists: {there}.")

    def _plan(
        self, request: ScheduleRequest, stored: StoredRevision, approval: Approval, masters: Sequence[Master]
    ) -> DispatchPlan:
        now = self.clock.now()
        embargo = stored.content.embargo
        lift_at = refuse_early_lift(
            embargo_lift=embargo.lift_at() if embargo else None,
            is_immediate=embargo is not None and embargo.is_immediate,
            asked=request.lift_at,
            now=now,
        )
        frames = [(master.key, digest(self.channels[channel_of(master)].frame(master))) for master in masters]
        accounts = tuple((name, self.account_of(name)) for name in sorted(request.channels))
        lists = tuple(sorted(set(request.lists)))
        channels = tuple(sorted(set(request.channels)))
        seal = seal_dispatch(
            release_seal=approval.seal,
            lists=lists,
            channels=channels,
            accounts=accounts,
            frames=frames,
            lift_at=lift_at,
            late_limit=request.late_limit,
        )
        return DispatchPlan(
            dispatch=dispatch_id(seal=seal, cancelled_before=self._cancelled_before(stored.release_id, seal)),
            release=stored.release_id,
            revision=stored.revision,
            release_seal=approval.seal,
            seal=seal,
            lists=lists,
            channels=channels,
            accounts=accounts,
            masters=tuple(sorted(MasterKey(key) for key, _ in frames)),
            lift_at=lift_at,
            late_limit=request.late_limit,
            scheduled_at=now,
            scheduled_by=request.by.strip(),
            embargo_at=embargo.lift_at() if embargo else None,
        )

    def _cancelled_before(self, release: ReleaseId, seal: str) -> int:
        earlier = (self.dispatches.plan(dispatch) for dispatch in self.dispatches.of_release(release))
        return sum(plan.seal == seal and self.dispatches.status(plan.dispatch).is_cancelled for plan in earlier)

    def _refuse_second_thread(self, plan: DispatchPlan) -> None:
        threads = {name for name in plan.channels if name is not ChannelName.EMAIL}
        for earlier in self.dispatches.of_release(plan.release):
            other = self.dispatches.plan(earlier)
            if earlier == plan.dispatch or other.revision != plan.revision:
                continue
            status = self.dispatches.status(earlier)
            for name, channel in status.channels:
                is_out = channel.tally.count(WITH_PROVIDER | {State.SUBMITTING, State.UNKNOWN}) > 0
                if name in threads and (is_out or not status.is_cancelled):
                    raise ScheduleRefused(
                        f"Dispatch {earlier} posts this thread on {name.value} already. "
                        f"Leave out --channel {name.value}, or cancel that dispatch before its lift."
                    )

    def _record(self, plan: DispatchPlan) -> None:
        self.audit.append(
            AuditEntry(
                at=plan.scheduled_at,
                by=plan.scheduled_by,
                action=Event.DISPATCH_SCHEDULED.value,
                subject=plan.dispatch,
                facts=(
                    ("release", plan.release),
                    ("revision", str(plan.revision)),
                    ("seal", plan.seal),
                    ("lists", ",".join(plan.lists)),
                    ("channels", ",".join(plan.channels)),
                    ("lift_at", instant(plan.lift_at)),
                    ("late_limit", str(plan.late_limit)),
                ),
            )
        )
        tell(Event.DISPATCH_SCHEDULED, dispatch=plan.dispatch, release=plan.release, lift_at=instant(plan.lift_at))


def channel_of(master: Master) -> ChannelName:
    """Return the channel that a master is for."""
    return master.channel if isinstance(master, ThreadMaster) else ChannelName.EMAIL
