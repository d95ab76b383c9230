"""Proof: one file that says who sent what by whose word, when it left, and where each recipient stands."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from distributor.core.approval import short_code
from distributor.core.delivery import STATES
from distributor.core.errors import BadInput
from distributor.core.ids import DispatchId
from distributor.core.message import THREADS, ChannelName, EmailMaster, Sender
from distributor.core.plan import DispatchPlan
from distributor.core.proof import EMBARGOED, ERASED, ProofHead, ProofRow, RowCount, embargo_words, has_left, hold_words
from distributor.core.proof_acts import acts_in
from distributor.core.proof_file import Checked, check, head_line, last_line, precise, read_row, row_line
from distributor.core.report import DispatchStatus
from distributor.ports import AuditEntry, AuditLog, Clock, ContactBook
from distributor.ports_dispatch import BatchRecord, Dispatches
from distributor.ports_releases import ReleaseStore

#: The audit's word for a proof that was made.
PROVED = "dispatch.proved"
_LONGEST_LINE_BYTES = 1 << 24
_COPY_BYTES = 1 << 20
_TELL_EVERY = 2000


class ProofPage(Protocol):
    """Turns a proof into HTML."""

    def __call__(self, head: ProofHead, *, checksum: str, rows: Iterable[ProofRow], data: Iterable[str]) -> Iterator[str]:
        """Yield the page in pieces; `rows` is read once, then `data`, whose lines stand in it as they are."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A proof that was written."""

    title: str
    checksum: str
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Prover:
    """Makes proofs of dispatches; holds what this takes."""

    dispatches: Dispatches
    releases: ReleaseStore
    book: ContactBook
    audit: AuditLog
    clock: Clock
    page: ProofPage
    desk_zone: str
    made_with: str

    def write(
        self, out: Path, dispatch: DispatchId, *, by: str, progress: Callable[[int, int], None] = lambda _done, _total: None
    ) -> Written:
        """Write the proof, whole or not at all, and keep its checksum in the audit. Memory does not grow with the recipients.

        `progress` hears of (steps done, steps in all).

        Raises:
            BadInput: the file is not .html, or cannot be written.
            NotFound: no such dispatch.
        """
        if out.suffix != ".html":
            raise BadInput("A proof is an .html file.", where=str(out), remedy="Name it proof.html.")
        plan, status = self.dispatches.plan(dispatch), self.dispatches.status(dispatch)
        # Each row is gathered once and written once.
        told = _Teller(progress, total=2 * sum(channel.tally.total for _, channel in status.channels))
        with _writing(out) as (spool, page):
            count = RowCount()
            spool.writelines(row_line(row).encode("ascii") for row in told.passing(count.counted(self._rows(plan, status))))
            head = self._head(plan, status, count)
            written = self._write_page(page, spool, head, told)
        facts = (("checksum", written.checksum), ("rows", str(written.rows)))
        self.audit.append(AuditEntry(at=self.clock.now(), by=by, action=PROVED, subject=dispatch, facts=facts))
        return written

    def _write_page(self, page: IO[bytes], spool: IO[bytes], head: ProofHead, told: _Teller) -> Written:
        first = head_line(head)
        data = hashlib.sha256(first.encode("ascii"))
        spool.seek(0)
        while block := spool.read(_COPY_BYTES):
            data.update(block)
        checksum, whole = data.hexdigest(), hashlib.sha256()
        for piece in self.page(
            head,
            checksum=checksum,
            rows=told.passing(read_row(line) for line in _lines(spool)),
            data=_chained(first, _lines(spool)),
        ):
            written = piece.encode("utf-8")
            whole.update(written)
            page.write(written)
        page.write(last_line(whole.hexdigest()).encode("ascii"))
        return Written(title=head.title, checksum=checksum, rows=sum(channel.total for channel in head.channels))

    def _rows(self, plan: DispatchPlan, status: DispatchStatus) -> Iterator[ProofRow]:
        urls = {(name, part.n): part.url for name, channel in status.channels for part in channel.parts}
        # The few parts of a thread first: behind a hundred thousand people nobody would find them.
        for channel in sorted(plan.channels, key=lambda name: name not in THREADS):
            people = self._people(plan.dispatch, channel) if channel not in THREADS else None
            letters = self.dispatches.states(plan.dispatch, channel)
            records = _BatchOf(self.dispatches.batches(plan.dispatch, channel))
            for index in range(len(letters)):
                recipient, name, outlet = next(people, (ERASED, "", "")) if people else (f"part {index + 1}", "", "")
                state = STATES[letters[index : index + 1]]
                record = records.at(index) if has_left(state) else None
                # A mail server names each message, but the ledger keeps the first one's name of those who ended alike.
                is_named = record is not None and (not plan.is_message_by_message or record.start == index)
                yield ProofRow(
                    channel.value,
                    index + 1,
                    recipient,
                    name,
                    outlet,
                    state.value,
                    precise(record.sent_at) if record else "",
                    precise(record.settled_at) if record else "",
                    record.attempts if record else 0,
                    record.remote_id if record and is_named else "",
                    urls.get((channel, index + 1), ""),
                    record.why if record else "",
                )

    def _people(self, dispatch: DispatchId, channel: ChannelName) -> Iterator[tuple[str, str, str]]:
        """Yield address, name and outlet by index; those who were erased meanwhile as such."""
        audience = self.dispatches.audience(dispatch, channel)
        found = iter(self.book.load(audience))
        number, contact = next(found, (None, None))
        for wanted in audience:
            if number == wanted and contact is not None:
                yield contact.address, contact.name, contact.outlet
                number, contact = next(found, (None, None))
            else:
                yield ERASED, "", ""

    def _head(self, plan: DispatchPlan, status: DispatchStatus, count: RowCount) -> ProofHead:
        stored = self.releases.get(plan.release, plan.revision)
        sender = self._sender(plan)
        decided = acts_in(self._audited(plan), plan)
        return ProofHead(
            dispatch=plan.dispatch,
            release=plan.release,
            revision=plan.revision,
            headline=stored.content.headline if status.read_at >= plan.lift_at else EMBARGOED,
            seal=plan.seal,
            seal_code=short_code(plan.seal),
            state=status.state,
            has_left=status.first_sent_at is not None,
            hold=hold_words(status),
            sender=f"{sender.name} <{sender.email}>" if sender else "",
            postal_address=sender.postal_address if sender else "",
            accounts=tuple((channel.value, account) for channel, account in plan.accounts),
            lists=plan.lists,
            embargo=embargo_words(stored.content.embargo),
            lift_at=plan.lift_at,
            desk_zone=self.desk_zone,
            scheduled_by=plan.scheduled_by,
            scheduled_at=plan.scheduled_at,
            first_sent_at=status.first_sent_at,
            last_accepted_at=status.last_accepted_at,
            channels=tuple(count.of(channel) for channel in plan.channels),
            approvals=decided.approvals,
            waivers=decided.waivers,
            acts=decided.acts,
            made_at=status.read_at,
            made_with=self.made_with,
        )

    def _sender(self, plan: DispatchPlan) -> Sender | None:
        masters = self.releases.masters(plan.release, plan.revision) if ChannelName.EMAIL in plan.channels else ()
        return next((master.sender for master in masters if isinstance(master, EmailMaster)), None)

    def _audited(self, plan: DispatchPlan) -> Iterator[AuditEntry]:
        return (entry for entry in self.audit.entries() if entry.subject in {plan.release, plan.dispatch})


def verify(file: Path) -> Checked:
    """Recompute the checksums of a proof, without a store and in bounded memory.

    Raises:
        BadInput: the file cannot be read.
    """
    try:
        with file.open("rb") as handle:
            return check(iter(lambda: handle.readline(_LONGEST_LINE_BYTES), b""))
    except OSError as error:
        raise BadInput("The proof cannot be read.", where=str(file), remedy=f"{error.strerror}.") from error


def is_on_record(checksum: str, *, dispatch: DispatchId, audit: AuditLog) -> bool:
    """Say whether a proof of this dispatch with this checksum was made here."""
    made = (entry for entry in audit.entries(subject=dispatch) if entry.action == PROVED)
    return any(dict(entry.facts).get("checksum") == checksum for entry in made)


class _BatchOf:
    """Finds the batch that an index is in; indices come in ascending order."""

    def __init__(self, records: Iterable[BatchRecord]) -> None:
        self._records = iter(records)
        self._current = next(self._records, None)

    def at(self, index: int) -> BatchRecord | None:
        while self._current is not None and index >= self._current.start + self._current.count:
            self._current = next(self._records, None)
        return self._current


class _Teller:
    """Tells of progress now and then."""

    def __init__(self, progress: Callable[[int, int], None], *, total: int) -> None:
        self._progress, self._total, self._done = progress, total, 0

    def passing(self, rows: Iterable[ProofRow]) -> Iterator[ProofRow]:
        for row in rows:
            yield row
            self._done += 1
            if self._done % _TELL_EVERY == 0 or self._done == self._total:
                self._progress(self._done, self._total)


@contextmanager
def _writing(out: Path) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """Yield a file for the rows that is gone afterwards, and the page's own, which gets its name when all has gone well."""
    unfinished = out.with_name(f".{out.name}.unfinished")
    try:
        with tempfile.TemporaryFile() as spool, unfinished.open("wb") as page:
            yield spool, page
        unfinished.replace(out)
    except OSError as error:
        raise BadInput(
            "The proof cannot be written here.", where=str(out), remedy=f"{error.strerror}. Name another folder."
        ) from error
    finally:
        unfinished.unlink(missing_ok=True)


def _lines(spool: IO[bytes]) -> Iterator[str]:
    # Rewound when the first line is asked for: two readings follow each other on this one handle.
    spool.seek(0)
    for line in spool:
        yield line.decode("ascii")


def _chained(first: str, rest: Iterable[str]) -> Iterator[str]:
    yield first
    yield from rest
