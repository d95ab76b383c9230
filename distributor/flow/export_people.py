"""Export people: what leaves the house is their data, so that the audit says who took how much of it, and when."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from distributor.core.ids import ContactNumber
from distributor.ports import AuditEntry, AuditLog, Clock, ContactBook
from distributor.ports_people import Left, SuppressionPages

#: What may be exported, as it stands in the audit.
PERSON: Final = "contact.exported"
LIST: Final = "list.exported"
SUPPRESSIONS: Final = "suppression.exported"
AUDIT: Final = "audit.exported"
DISPATCH: Final = "dispatch.exported"

_BLOCK: Final = 1000


def record_export(action: str, subject: str, *, audit: AuditLog, clock: Clock, by: str, count: int | None = None) -> None:
    """Write down an export before it begins: one that is broken off has left in part. `subject` is an id or a list's name."""
    facts = () if count is None else (("people", str(count)),)
    audit.append(AuditEntry(at=clock.now(), by=by, action=action, subject=subject, facts=facts))


def suppression_rows(pages: SuppressionPages, book: ContactBook) -> Iterator[list[str]]:
    """Yield the table of everybody who must not be mailed, newest first: address, list ("" for all), since, reason, by whom."""
    yield ["email", "list", "since", "reason", "by"]
    before, is_more = None, True
    while is_more:
        page = pages.newest(before=before, most=_BLOCK)
        for line, _, address in with_people(page.lines, book):
            yield [address, line.list_name or "", line.record.at.isoformat(), line.record.reason, line.record.by]
        before, is_more = page.before, page.before is not None


def with_people(lines: tuple[Left, ...], book: ContactBook) -> Iterator[tuple[Left, ContactNumber | None, str]]:
    """Yield each line with the number and address of the person, as far as they are still known."""
    numbers = book.numbers_of([line.record.key for line in lines])
    known = dict(book.load(sorted({number for number in numbers if number is not None})))
    for line, number in zip(lines, numbers, strict=True):
        contact = known.get(number) if number is not None else None
        yield line, number if contact else None, line.record.address or (contact.address if contact else "")
