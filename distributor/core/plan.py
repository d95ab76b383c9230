"""The plan of one dispatch: what was sealed, for whom, when, and how it is cut into batches.

A plan is immutable. What happens to it is the ledger's business (core.delivery, store.ledger).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from distributor.core.approval import seal_dispatch
from distributor.core.audience import Recipient
from distributor.core.embargo import is_in_calendar
from distributor.core.errors import ScheduleRefused, must_be_aware
from distributor.core.ids import ContactNumber, DispatchId, Index, Language, ListName, MasterKey, ReleaseId, digest_id
from distributor.core.message import ChannelName

#: SendGrid takes at most 1,000 personalizations a request (PROVIDERS.md §1.1, tsg_mail_v3.yaml).
MAX_BATCH = 1000
#: Stands in the sealed account between the sender's address and the mail server, where there is one.
MAIL_SERVER_MARK = " via smtp://"


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchPlan:
    """One scheduled distribution of one sealed revision."""

    dispatch: DispatchId
    release: ReleaseId
    revision: int
    #: The release's seal at scheduling; the approval must still carry it at the gate.
    release_seal: str
    #: `core.approval.seal_dispatch` over everything below and the frames.
    seal: str
    lists: tuple[ListName, ...]
    channels: tuple[ChannelName, ...]
    #: One sender identity per channel ("email": the From address, "x": the account's name).
    accounts: tuple[tuple[ChannelName, str], ...]
    #: (master, channel) of everything that leaves, sorted.
    masters: tuple[MasterKey, ...]
    lift_at: datetime
    late_limit: timedelta
    scheduled_at: datetime
    scheduled_by: str
    #: The instant that the release's embargo meant at scheduling; None when it names no time, or was not kept then.
    embargo_at: datetime | None = None

    def __post_init__(self) -> None:
        must_be_aware(self.lift_at, name="lift_at")
        must_be_aware(self.scheduled_at, name="scheduled_at")

    @property
    def is_message_by_message(self) -> bool:
        """Say whether e-mails go to a mail server one by one, so that the fate of one says nothing of another's."""
        return any(MAIL_SERVER_MARK in account for channel, account in self.accounts if channel is ChannelName.EMAIL)

    def offered_seal(self, *, approved_seal: str, frames: Iterable[tuple[MasterKey, bytes]]) -> str:
        """Return the seal of what is at hand now: the approval as it stands and the digests of the loaded frames.

        Equal to `seal` exactly when nothing that was approved or scheduled has changed since.
        """
        return seal_dispatch(
            release_seal=approved_seal,
            lists=self.lists,
            channels=self.channels,
            accounts=self.accounts,
            frames=frames,
            lift_at=self.lift_at,
            late_limit=self.late_limit,
        )


def dispatch_id(*, seal: str, cancelled_before: int) -> DispatchId:
    """Return the id of a dispatch: the same request twice is one dispatch, not two.

    `cancelled_before` counts the dispatches of the same seal that were cancelled, so that one can be scheduled anew.
    """
    return DispatchId(digest_id("d", seal, str(cancelled_before)))


def refuse_early_lift(*, embargo_lift: datetime | None, is_immediate: bool, asked: datetime | None, now: datetime) -> datetime:
    """Return the lift of a dispatch: the release's own, or a later one that was asked for.

    Raises:
        ScheduleRefused: the lift asked for is before the embargo or at an end of the calendar, or neither the release nor the
            officer says one.
    """
    if asked is not None:
        must_be_aware(asked, name="asked")
        if not is_in_calendar(asked):
            raise ScheduleRefused(f"The year {asked.year} is at the end of the calendar. Choose a lift in this century.")
        if embargo_lift is not None and asked < embargo_lift:
            raise ScheduleRefused(
                f"--lift {asked.isoformat()} is before the release's embargo ({embargo_lift.isoformat()}). "
                "A lift may be later than the embargo, never earlier."
            )
        return asked
    if embargo_lift is not None:
        return embargo_lift
    if is_immediate:
        return now
    raise ScheduleRefused(
        "The release names no embargo. Say when it may leave: --lift 2026-03-30T00:01+02:00, or write "
        "`embargo:` (or `embargo: immediate`) into the release."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A contiguous range of the audience that shares a master and goes in one request. `start` is also its id."""

    start: int
    count: int
    master: MasterKey


def choose_language(wanted: Sequence[Language], *, present: Mapping[Language, MasterKey], fallback: MasterKey) -> MasterKey:
    """Return the master for somebody who reads these languages, preferred first.

    A regional tag falls back to its primary language ("pt-BR" to "pt") before the next preference is tried.
    """
    for language in wanted:
        for candidate in (language, Language(language.split("-", maxsplit=1)[0])):
            if candidate in present:
                return present[candidate]
    return fallback


def cut_into_batches(
    members: Iterable[tuple[ContactNumber, str, MasterKey]], *, size: int
) -> Iterator[tuple[Batch, tuple[Recipient, ...]]]:
    """Cut a stream of (contact, address, master) into batches of at most `size` with one master each.

    Indices count up in the order in which batches are full, so that each batch is one contiguous range. Never holds more than
    one unfinished batch per master.
    """
    if not 1 <= size <= MAX_BATCH:
        raise ValueError(f"a batch holds 1 to {MAX_BATCH} deliveries")
    waiting: dict[MasterKey, list[tuple[ContactNumber, str]]] = {}
    start = 0
    for number, address, master in members:
        group = waiting.setdefault(master, [])
        group.append((number, address))
        if len(group) == size:
            yield _batch(start, master, waiting.pop(master))
            start += size
    for master, group in sorted(waiting.items()):
        yield _batch(start, master, group)
        start += len(group)


def _batch(start: int, master: MasterKey, group: list[tuple[ContactNumber, str]]) -> tuple[Batch, tuple[Recipient, ...]]:
    recipients = tuple(
        Recipient(index=Index(at), contact=number, address=address) for at, (number, address) in enumerate(group, start)
    )
    return Batch(start=start, count=len(group), master=master), recipients
