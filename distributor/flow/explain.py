"""Explain: why a dispatch is as it is, and what became of one recipient, in sentences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from distributor.core.delivery import State
from distributor.core.errors import NotFound
from distributor.core.ids import DispatchId
from distributor.core.message import THREADS, ChannelName
from distributor.core.report import ChannelStatus
from distributor.ports import AuditLog, ContactBook, SuppressionList
from distributor.ports_dispatch import BatchRecord, Dispatches
from distributor.ports_events import PersonDeliveries

_MEANINGS = {
    State.PLANNED: "has not left yet",
    State.CLAIMED: "is in a worker's hands and has not left yet",
    State.SUBMITTING: "is being handed to the provider right now",
    State.ACCEPTED: "was accepted by the provider; nothing is known of its delivery yet",
    State.DEFERRED: "was accepted; the recipient's server asked the provider to try later",
    State.DELIVERED: "was delivered to the recipient's server",
    State.LIVE: "is public",
    State.REFUSED: "was refused by the provider for good",
    State.UNKNOWN: "is in doubt: the answer was lost, the provider may or may not have it",
    State.BOUNCED: "was refused by the recipient's server",
    State.DROPPED: "was thrown away by the provider",
    State.COMPLAINED: "was reported as spam by the recipient",
    State.UNSUBSCRIBED: "was delivered, and the recipient unsubscribed by it",
    State.SUPPRESSED: "was not sent: the address is suppressed",
    State.WITHDRAWN: "was withdrawn before it left",
}


def explain_dispatch(
    dispatch: DispatchId, *, dispatches: Dispatches, audit: AuditLog, when: Callable[[datetime], str]
) -> list[str]:
    """Return sentences about the dispatch: its plan, who did what, and the batches that had trouble.

    Raises:
        NotFound: no such dispatch.
    """
    plan, status = dispatches.plan(dispatch), dispatches.status(dispatch)
    what = f"release {plan.release} revision {plan.revision}"
    lines = [
        f"Dispatch {dispatch} sends {what} by {', '.join(plan.channels)} to {', '.join(plan.lists) or 'no list'}.",
        f"It is {status.state.value}; its lift is {when(plan.lift_at)}.",
    ]
    for subject in (plan.release, dispatch):
        for entry in audit.entries(subject=subject):
            reason = f", because: {entry.reason}" if entry.reason else ""
            lines.append(f"{when(entry.at)}: {entry.action} by {entry.by}{reason}.")
    for channel, found in status.channels:
        lines.extend(_doubt(dispatch, channel, found, when))
    for channel in plan.channels:
        lines.extend(_trouble(channel, dispatches.batches(dispatch, channel), when))
    return lines


def _doubt(dispatch: DispatchId, channel: ChannelName, status: ChannelStatus, when: Callable[[datetime], str]) -> list[str]:
    """Return since when something is in doubt, what can end that, and how a person does."""
    if not (count := status.tally.counts.get(State.UNKNOWN, 0)):
        return []
    since = f" since {when(status.in_doubt_since)}" if status.in_doubt_since else ""
    hope = (
        "The account's own posts are read every 15 s; a part that is found there is settled by that."
        if channel in THREADS
        else "One event of the provider's webhook about anybody in a batch settles the whole batch."
    )
    post = " (with --post ID if it is public)" if channel in THREADS else ""
    decide = f"distributor dispatch settle {dispatch} --unknown sent|again --as NAME --reason TEXT{post}"
    return [
        f"{channel.value}: {count:,} in doubt{since}: the answer was lost, the provider may or may not have them. {hope}",
        f"To decide it yourself, look at the provider's record, then: {decide}.",
    ]


def _trouble(channel: ChannelName, records: Sequence[BatchRecord], when: Callable[[datetime], str]) -> list[str]:
    return [
        f"{channel.value} batch at {record.start} ({record.count} deliveries), try {record.attempts}, "
        f"{when(record.settled_at) if record.settled_at else 'not settled'}: {record.why}."
        for record in records
        if record.why
    ]


def explain_recipient(
    dispatch: DispatchId,
    address: str,
    *,
    dispatches: Dispatches,
    deliveries: PersonDeliveries,
    book: ContactBook,
    suppressions: SuppressionList,
    when: Callable[[datetime], str],
) -> list[str]:
    """Return sentences about one recipient of the dispatch.

    Raises:
        NotFound: no such dispatch, or the address is not in its audience.
    """
    number = book.find(address)
    message = next(iter(deliveries.of(number, [dispatch])), None) if number is not None else None
    if message is None:
        raise NotFound("recipient of this dispatch", address, remedy="The audience was frozen when it was prepared.")
    index, state = message.index, message.state
    lines = [f"The e-mail to {address} {_MEANINGS[state]} (state {state.value})."]
    for record in dispatches.batches(dispatch, ChannelName.EMAIL):
        if record.start <= index < record.start + record.count and record.sent_at is not None:
            if state is State.UNKNOWN and record.settled_at is not None:
                lines.append(
                    f"It is in doubt since {when(record.settled_at)}; `distributor why {dispatch}` says what can end that."
                )
            lines.append(f"Its batch was handed over at {when(record.sent_at)}, try {record.attempts}.")
            if record.why:
                lines.append(f"The last answer: {record.why}.")
    lines += [f"{when(event.at) if event.at else 'At an unknown time'}: {event.what}." for event in message.events]
    found = suppressions.find(address)
    if found is not None:
        lines.append(f"The address is suppressed since {when(found.at)}: {found.reason} ({found.by}).")
    return lines
