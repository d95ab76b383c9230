"""What is known of the account on X before a thread is approved or scheduled: what it has left, and whether it may reply."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from distributor.core.delivery import State
from distributor.core.ids import DispatchId
from distributor.core.message import ChannelName
from distributor.core.quota import DAY, Planned, QuotaLeft, quota_left
from distributor.core.report import DispatchStatus
from distributor.core.thread_form import REPLY_REFUSED
from distributor.ports import Finding
from distributor.ports_dispatch import Dispatches

#: How many dispatches back are looked at; more threads than these fit into no day of a press office.
_MOST = 200


def quota_around(posts: int, *, lift_at: datetime, dispatches: Dispatches, leaving_out: DispatchId | None = None) -> QuotaLeft:
    """Return what a thread of so many posts finds at its lift, beside the threads that are scheduled or out."""
    others = (
        Planned(lift_at=status.lift_at, posts=dict(status.channels)[ChannelName.X].tally.total)
        for status in _threads(dispatches)
        if status.dispatch != leaving_out and not status.is_cancelled and abs(status.lift_at - lift_at) < DAY
    )
    return quota_left(posts, lift_at=lift_at, others=others)


def are_replies_refused(dispatches: Dispatches) -> DispatchId | None:
    """Return the dispatch at which X refused a reply to the account's own post; None if none was, or a later one went out."""
    for status in _threads(dispatches):
        if any(part.state is State.LIVE for part in dict(status.channels)[ChannelName.X].parts[1:]):
            return None
        if any(record.why == REPLY_REFUSED for record in dispatches.batches(status.dispatch, ChannelName.X)):
            return status.dispatch
    return None


def diagnose_replies(dispatches: Dispatches) -> Finding:
    """Say whether the account may go on with a thread, as far as its own history tells: X tells nobody in advance."""
    refused_at = are_replies_refused(dispatches)
    return Finding(
        name="x.replies",
        passed=refused_at is None,
        message="No reply of this account to its own post was refused."
        if refused_at is None
        else f"X refused a reply of this account to its own post (dispatch {refused_at}).",
        remedy=""
        if refused_at is None
        else "Set DISTRIBUTOR_X__FORM to post, or to long for an account with Premium, and approve waiting releases again.",
    )


def _threads(dispatches: Dispatches) -> Iterator[DispatchStatus]:
    """Yield the status of the newest dispatches with a thread, newest first."""
    for dispatch in islice(dispatches.all(), _MOST):
        if ChannelName.X in dispatches.plan(dispatch).channels:
            yield dispatches.status(dispatch)
