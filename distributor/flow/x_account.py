"""What is known of the account on X before a thread is approved or scheduled: what it has left, and whether it may reply."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, datetime
from itertools import islice

from distributor.core.delivery import OPEN, State
from distributor.core.errors import ScheduleRefused
from distributor.core.finding import Finding
from distributor.core.ids import DispatchId
from distributor.core.message import ChannelName, Master, ThreadMaster
from distributor.core.plan import DispatchPlan
from distributor.core.quota import DAY, Planned, QuotaLeft, Told, quota_left
from distributor.core.report import DispatchStatus, instant
from distributor.core.thread_form import REPLY_REFUSED, Replies, ThreadForm
from distributor.ports_dispatch import Dispatches

#: How many dispatches back are looked at; more threads than these fit into no day of a press office.
_MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class XAccount:
    """What can be known of the account; holds what this takes."""

    dispatches: Dispatches
    #: Returns what X's last answer to a post said of the account's limits.
    told: Callable[[], Told | None]
    #: What staff says of the account; it overrules what its history says.
    replies: Replies
    #: What staff chose to leave; None: a thread, or `fallback` when X refuses the account's replies.
    chosen: ThreadForm | None
    fallback: ThreadForm

    def form(self) -> ThreadForm:
        """Return how a release goes onto X as things stand."""
        if self.chosen is not None:
            return self.chosen
        return self.fallback if self.no_replies() else ThreadForm.THREAD

    def no_replies(self) -> str:
        """Return why X would refuse a reply of the account to its own post, as one sentence; "" as far as nobody knows of it."""
        if self.replies is Replies.ALLOWED:
            return ""
        if self.replies is Replies.REFUSED:
            return "DISTRIBUTOR_X__REPLIES says that X refuses replies of this account to its own posts."
        refused_at = are_replies_refused(self.dispatches)
        return f"X refused a reply of this account to its own post (dispatch {refused_at})." if refused_at else ""

    def quota(self, posts: int, *, lift_at: datetime, now: datetime, leaving_out: DispatchId | None = None) -> QuotaLeft | None:
        """Return what a thread of so many posts finds at its lift, or now when that is over, beside the threads near it.

        None for a year at the edge of the calendar, which is a slip of the pen that a check speaks about.
        """
        leaves_at = max(lift_at, now)
        if not MINYEAR < leaves_at.year < MAXYEAR:
            return None
        others = [
            Planned(lift_at=status.lift_at, posts=dict(status.channels)[ChannelName.X].tally.total)
            for status in _threads(self.dispatches)
            if status.dispatch != leaving_out and not status.is_cancelled and abs(status.lift_at - leaves_at) < DAY
        ]
        return quota_left(posts, lift_at=leaves_at, others=others, told=self.told())

    def notes(self, thread: ThreadMaster, *, lift_at: datetime | None, now: datetime) -> list[str]:
        """Return what staff should know of this thread before it is approved, one sentence each."""
        quota = self.quota(len(thread.parts), lift_at=lift_at or now, now=now)
        notes = [] if quota is None else [str(quota) if quota.is_enough else f"Warning: {quota}"]
        if (why := self.no_replies()) and len(thread.parts) > 1:
            notes.append(f"Warning: {why} This thread would stop at its second part; --form post makes it one post.")
        elif why and self.chosen is None:
            notes.append(f"{why} So it is one post instead of a thread.")
        return notes

    def refuse(self, plan: DispatchPlan, masters: Sequence[Master], *, now: datetime) -> None:
        """Refuse a thread that surely stops in its middle. What only may be late is no reason.

        Raises:
            ScheduleRefused: X refuses the account's replies, or says itself that the last part goes after the late limit only.
        """
        threads = [m for m in masters if isinstance(m, ThreadMaster) and m.channel is ChannelName.X]
        for thread in threads:
            if len(thread.parts) > 1 and (why := self.no_replies()):
                raise ScheduleRefused(
                    f"{why} A thread would stop at its second part. Approve the release again as one post (--form post, or "
                    "--form long with Premium; DISTRIBUTOR_X__FORM says it for good), or leave out --channel x. If replies do go "
                    "out by now, set DISTRIBUTOR_X__REPLIES=allowed."
                )
            quota = self.quota(len(thread.parts), lift_at=plan.lift_at, now=now, leaving_out=plan.dispatch)
            late_at = plan.lift_at + plan.late_limit
            if quota and quota.cannot_end_by(late_at):
                raise ScheduleRefused(
                    f"{quota} The late limit is {instant(late_at)}, so the thread would be held in its middle. "
                    "Lift later (--lift), allow more (--late-limit), or leave out --channel x."
                )

    def findings(self, *, now: datetime) -> tuple[Finding, ...]:
        """Say whether the account may go on with a thread, and whether every waiting thread has room: nothing is asked of X."""
        why = self.no_replies()
        replies = Finding(
            name="x.replies",
            passed=not why,
            message=why or "Nothing is known against replies of this account to its own posts.",
            remedy=f"Releases are composed as `{self.form()}`; approve waiting threads again."
            if self.chosen is not ThreadForm.THREAD
            else "Take DISTRIBUTOR_X__FORM=thread away, so that one post leaves instead, and approve waiting threads again.",
        )
        waiting = [status for status in _threads(self.dispatches) if _is_waiting(status)]
        tight = [(status, quota) for status in waiting if (quota := self._quota_of(status, now)) and not quota.is_enough]
        room = f"{self._last_word(now)} Every waiting thread has room ({len(waiting)})."
        return replies, Finding(
            name="x.quota",
            passed=not tight,
            message=" ".join(f"Dispatch {status.dispatch}: {quota}" for status, quota in tight) or room,
            remedy="Nothing is lost: what X does not take yet follows. To have it in one piece, cancel and lift later.",
        )

    def _quota_of(self, status: DispatchStatus, now: datetime) -> QuotaLeft | None:
        left = dict(status.channels)[ChannelName.X].tally.count(OPEN)
        return self.quota(left, lift_at=status.lift_at, now=now, leaving_out=status.dispatch)

    def _last_word(self, now: datetime) -> str:
        if (told := self.told()) is None:
            return "X has not told yet what it leaves to this account; its documented limits are assumed."
        left = [
            f"{limit.left} of {limit.most} posts until {instant(limit.ends_at)}"
            for limit in (told.window, told.day)
            if limit is not None and limit.ends_at > now
        ]
        if not left:
            return f"Since {instant(told.at)} X's limits began anew."
        return f"At {instant(told.at)} X left {' and '.join(left)}."


def are_replies_refused(dispatches: Dispatches) -> DispatchId | None:
    """Return the dispatch at which X refused a reply to the account's own post; None if none was, or a later one went out."""
    for status in _threads(dispatches):
        if any(part.state is State.LIVE for part in dict(status.channels)[ChannelName.X].parts[1:]):
            return None
        if any(record.why == REPLY_REFUSED for record in dispatches.batches(status.dispatch, ChannelName.X)):
            return status.dispatch
    return None


def _is_waiting(status: DispatchStatus) -> bool:
    return not status.is_cancelled and dict(status.channels)[ChannelName.X].tally.count(OPEN) > 0


def _threads(dispatches: Dispatches) -> Iterator[DispatchStatus]:
    """Yield the status of the newest dispatches with a thread, newest first."""
    for dispatch in islice(dispatches.all(), _MOST):
        if ChannelName.X in dispatches.plan(dispatch).channels:
            yield dispatches.status(dispatch)
