"""Who must never be mailed, for programs. Whom it is about always comes in a body."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form, Response, UploadFile
from fastapi.responses import StreamingResponse
from pydantic import Field

from distributor.bootstrap import Service
from distributor.bootstrap_contacts import suppression_pages
from distributor.core.account import Permission
from distributor.core.addresses import normalise
from distributor.core.contact_table import csv_blocks
from distributor.core.errors import BadInput
from distributor.core.ids import ContactNumber, address_key
from distributor.core.media_list import list_name
from distributor.core.report import instant
from distributor.core.suppression_file import suppressions_in
from distributor.flow.export_people import SUPPRESSIONS, record_export, suppression_rows
from distributor.flow.suppress import readmit, suppress_address, suppress_all, unsuppress_address
from distributor.intake.table_file import table_rows
from distributor.ports_people import Left
from distributor.web.api.door import FORM, MOST_BYTES_WITH_FILES, By, Door
from distributor.web.api.shapes import After, Limit, Page, Shape, example


class NewSuppression(Shape):
    """An address that must never be mailed again."""

    model_config = example(address="reporter@news.example", reason="asked by phone")

    address: str = Field(max_length=320)
    reason: str = Field("entered by hand", min_length=1, max_length=1000)


class Lifting(Shape):
    """An address that may be mailed again, by the person's own wish."""

    model_config = example(address="reporter@news.example", reason="wrote to us on Monday", list=None)

    address: str = Field(max_length=320)
    reason: str = Field(min_length=1, max_length=1000)
    list: str | None = Field(None, max_length=64, description="Only put them on this list again, which they had left.")


class Whether(Shape):
    """Whether something changed."""

    model_config = example(is_new=True)

    is_new: bool = Field(description="False when it was so already.")


class SuppressionShape(Shape):
    """Somebody who must not be mailed: at all, or by one list."""

    model_config = example(
        key="n0Yx1b2c3d4e5f6g7h8i", address="reporter@news.example", list=None, reason="asked by phone", by="Eda Writes",
        at="2026-11-25T09:00:00Z",
    )  # fmt: skip

    key: str = Field(description="What remains of an address when a person is erased.")
    address: str = Field(description="Empty for a person who was erased.")
    list: str | None = Field(description="The list that they left; null: nothing at all is mailed to them.")
    reason: str
    by: str
    at: str


class OneAddress(Shape):
    """An address to look up; by POST, so that it stands in no URL."""

    model_config = example(address="reporter@news.example")

    address: str = Field(max_length=320)


class Standing(Shape):
    """Whether an address may be mailed."""

    model_config = example(suppression=None, left=[])

    suppression: SuppressionShape | None = Field(description="null: it may be mailed, but for the lists below.")
    left: list[SuppressionShape] = Field(description="The lists that they have left by their own word.")


class WrongLineShape(Shape):
    """A line that holds no address."""

    model_config = example(line=3, problem="This is no address.")

    line: int
    problem: str


class SuppressedFile(Shape):
    """What suppressing a file did, or would do."""

    model_config = example(new=20, known=2, wrong=[], dry_run=False)

    new: int
    known: int
    wrong: list[WrongLineShape]
    dry_run: bool


class SuppressionRoutes:
    """The routes of suppressions."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._stored = suppression_pages(service)

    def add_to(self, door: Door) -> None:
        """Declare the routes."""
        area = door.area("suppressions", "Addresses that must never be mailed, and who has left which list.")
        area.read("/suppressions", self.list_suppressions, needs=Permission.READ)
        area.search("/suppressions/find", self.find_suppression, needs=Permission.READ)
        area.search("/suppressions/export", self.export_suppressions, needs=Permission.SUPPRESS, gives="text/csv")
        area.write("/suppressions", self.suppress_address, needs=Permission.SUPPRESS)
        area.write("/suppressions/lift", self.lift_suppression, needs=Permission.SUPPRESS)
        area.write(
            "/suppressions/imports", self.suppress_file, needs=Permission.SUPPRESS, accepts=FORM, most=MOST_BYTES_WITH_FILES
        )

    def list_suppressions(self, limit: Limit = 50, after: After = "") -> Page[SuppressionShape]:
        """List who must not be mailed, newest first."""
        if after and not (after.isascii() and after.isdecimal() and len(after) <= _DIGITS):
            raise BadInput("This is not `next` of a page.", where="after", remedy="Begin anew, without it.")
        page = self._stored.newest(before=int(after) if after else None, most=limit)
        numbers = self._service.book.numbers_of([line.record.key for line in page.lines])
        addresses = {
            number: one.address for number, one in self._service.book.load(sorted({n for n in numbers if n is not None}))
        }
        items = [_line(line, number, addresses) for line, number in zip(page.lines, numbers, strict=True)]
        return Page(items=items, next=None if page.before is None else str(page.before))

    def find_suppression(self, whom: OneAddress) -> Standing:
        """Say whether an address may be mailed: at all, and by each list."""
        address = normalise(whom.address)
        found, key = self._service.suppressions.find(address), address_key(address)
        left = self._service.left_lists.left(key, tuple(self._service.book.lists()))
        shapes = [_line(Left(record=one, list_name=name), None, {}) for name, one in left.items()]
        return Standing(suppression=_line(Left(record=found, list_name=None), None, {}) if found else None, left=shapes)

    def export_suppressions(self, caller: By) -> Response:
        """Give all of them as a table, newest first. The audit tells of it."""
        service = self._service
        record_export(
            SUPPRESSIONS, "all", audit=service.audit, clock=service.clock, by=caller.name, count=service.suppressions.count()
        )
        return StreamingResponse(csv_blocks(suppression_rows(self._stored, service.book)), media_type="text/csv; charset=utf-8")

    def suppress_address(self, new: NewSuppression, caller: By) -> Whether:
        """Never mail an address again, also not by a dispatch that is prepared or running."""
        is_new = suppress_address(
            normalise(new.address), suppressions=self._service.suppressions, audit=self._service.audit,
            clock=self._service.clock, by=caller.name, reason=new.reason,
        )  # fmt: skip
        return Whether(is_new=is_new)

    def lift_suppression(self, lifting: Lifting, caller: By) -> Whether:
        """Let an address be mailed again, from the next dispatch on. Only the person may ask for this."""
        address, service = normalise(lifting.address), self._service
        if lifting.list is not None:
            is_back = readmit(
                address, list_name(lifting.list), lists=service.left_lists, book=service.book, audit=service.audit,
                clock=service.clock, by=caller.name, reason=lifting.reason,
            )  # fmt: skip
            return Whether(is_new=is_back)
        was_there = unsuppress_address(
            address, suppressions=service.suppressions, audit=service.audit, clock=service.clock, by=caller.name,
            reason=lifting.reason,
        )  # fmt: skip
        return Whether(is_new=was_there)

    def suppress_file(
        self,
        caller: By,
        file: UploadFile,
        reason: Annotated[str, Form(min_length=1, max_length=1000)],
        dry_run: Annotated[bool, Form(description="Say what would happen, and store nothing.")] = False,
    ) -> SuppressedFile:
        """Never mail anybody in a file again: one address per line, or a table with a column for them.

        Lines that hold no address are named and left out.
        """
        read, suppressions = suppressions_in(table_rows(file.file.read(), name="file"), name="file"), self._service.suppressions
        if dry_run:
            new = len(read.addresses) - sum(suppressions.suppressed_among([address_key(one) for one in read.addresses]))
        else:
            new = suppress_all(
                read.addresses, suppressions=suppressions, audit=self._service.audit, clock=self._service.clock, by=caller.name,
                reason=reason,
            )  # fmt: skip
        wrong = [WrongLineShape(line=one.line, problem=one.problem) for one in read.wrong]
        return SuppressedFile(new=new, known=len(read.addresses) - new, wrong=wrong, dry_run=dry_run)


def _line(line: Left, number: ContactNumber | None, addresses: dict[ContactNumber, str]) -> SuppressionShape:
    known = addresses.get(number, "") if number is not None else ""
    return SuppressionShape(
        key=line.record.key, address=line.record.address or known, list=line.list_name, reason=line.record.reason,
        by=line.record.by, at=instant(line.record.at),
    )  # fmt: skip


_DIGITS = 12
