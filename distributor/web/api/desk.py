"""The desk itself, for programs: who did what, how the service is, what staff should hear."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Final

from fastapi import Query, Response
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, Field

from distributor.bootstrap import Service
from distributor.core.account import Permission
from distributor.core.report import instant
from distributor.core.staff_note import sentence
from distributor.flow.export_people import AUDIT, record_export
from distributor.ports import AuditEntry
from distributor.ports_audit import AuditQuery
from distributor.store.audit import entry_json
from distributor.web.api.door import By, Door
from distributor.web.api.shapes import After, Limit, Page, Shape, example
from distributor.web.staff.lookout import Lookout

#: Providers and DNS are asked; whoever waits longer asks again, and gets what was found meanwhile.
_PATIENCE: Final = timedelta(seconds=20)
_LONGEST: Final = 100


class EntryShape(Shape):
    """Who did what, when and why."""

    model_config = example(
        at="2026-11-25T09:00:00Z",
        by="Eda Writes",
        action="release.added",
        subject="r4k2tq7m3a",
        reason="",
        facts={"revision": "1"},
    )

    at: str
    by: str
    action: str
    subject: str = Field(description="An id; a person by the hash of their address.")
    reason: str
    facts: dict[str, str]


class AuditExport(Shape):
    """Which lines are wanted."""

    model_config = example(subject="r4k2tq7m3a")

    subject: str = Field("", max_length=_LONGEST, description="Only what was done to this.")


class FindingShape(Shape):
    """What one look found."""

    model_config = example(
        name="redis.version", passed=True, message="Redis is version 7.4.", remedy="", is_warning=False, severity="error"
    )

    name: str
    passed: bool
    message: str
    remedy: str
    is_warning: bool
    severity: str


class Health(Shape):
    """Whether a dispatch would go through."""

    model_config = example(passed=True, looked_at="2026-11-25T09:00:00Z", is_looking=False, findings=[])

    passed: bool = Field(description="False on any failure, and while nobody has looked; a warning is none.")
    looked_at: str | None = Field(description="When providers and DNS were asked; null: they are being asked for the first time.")
    is_looking: bool
    findings: list[FindingShape]


class NoteShape(Shape):
    """What staff should hear of without asking."""

    model_config = example(
        note="n3k2mq5bd7f3x9ab", topic="priority contact left", at="2026-11-25T09:00:00Z", dispatch="d7f3k2mq5b", contact=17,
        address="reporter@news.example", sentence="A priority contact has unsubscribed.",
    )  # fmt: skip

    note: str
    topic: str
    at: str
    dispatch: str
    contact: int = Field(description="0 for a note about nobody.")
    address: str | None
    sentence: str


class DeskRoutes:
    """The routes of the desk itself."""

    def __init__(self, service: Service, lookout: Lookout) -> None:
        self._service = service
        self._lookout = lookout

    def add_to(self, door: Door) -> None:
        """Declare the routes."""
        area = door.area("desk", "The audit, the service's health, notes to staff.")
        area.read("/audit", self.list_audit, needs=Permission.READ_AUDIT)
        area.search("/audit/export", self.export_audit, needs=Permission.READ_AUDIT, gives="application/x-ndjson")
        area.read("/health", self.examine_service, needs=Permission.READ)
        area.read("/notes", self.list_notes, needs=Permission.READ)

    def list_audit(
        self,
        *,
        limit: Limit = 50,
        after: After = "",
        subject: Annotated[str, Query(max_length=_LONGEST, description="Only what was done to this.")] = "",
        action: Annotated[str, Query(max_length=_LONGEST, description="`release.approved`, or all of `release`.")] = "",
        since: AwareDatetime | None = None,
        until: AwareDatetime | None = None,
    ) -> Page[EntryShape]:
        """List who did what, newest first.

        A page may be short, or empty, and not the last: `next` says.
        """
        query = AuditQuery(subject=subject, actions=(action,) if action else (), since=since, until=until)
        page = self._service.audit.newest(query, before=after or None, most=limit)
        return Page(items=[_entry(one) for one in page.entries], next=page.before)

    def export_audit(self, wanted: AuditExport, caller: By) -> Response:
        """Give the audit, oldest first, as lines of JSON. The audit tells of it."""
        service = self._service
        record_export(AUDIT, wanted.subject or "all", audit=service.audit, clock=service.clock, by=caller.name)

        def lines() -> Iterator[bytes]:
            for entry in service.audit.entries(subject=wanted.subject or None):
                yield entry_json(entry) + b"\n"

        return StreamingResponse(lines(), media_type="application/x-ndjson")

    def examine_service(self) -> Health:
        """Look whether a dispatch would go through: Redis, clocks, credentials, sender, workers, DNS.

        Providers and DNS are asked in the background; what is known is at most a quarter of an hour old.
        """
        seen = self._lookout.seen(wait=_PATIENCE)
        return Health(
            passed=bool(seen.findings) and all(one.passed or one.is_warning for one in seen.findings),
            looked_at=instant(seen.at) if seen.at else None,
            is_looking=seen.is_looking,
            findings=[
                FindingShape(
                    name=one.name, passed=one.passed, message=one.message, remedy=one.remedy, is_warning=one.is_warning,
                    severity=one.severity,
                )
                for one in seen.findings
            ],
        )  # fmt: skip

    def list_notes(self, limit: Limit = 50) -> Page[NoteShape]:
        """List the newest notes to staff."""
        found = self._service.staff_notes.newest(limit)
        people = dict(self._service.book.load(sorted({note.contact for note in found if note.contact})))
        items = [
            NoteShape(
                note=note.id, topic=note.topic.value, at=instant(note.at), dispatch=note.dispatch, contact=note.contact,
                address=people[note.contact].address if note.contact in people else None, sentence=sentence(note),
            )
            for note in found
        ]  # fmt: skip
        return Page(items=items, next=None)


def _entry(entry: AuditEntry) -> EntryShape:
    return EntryShape(
        at=instant(entry.at),
        by=entry.by,
        action=entry.action,
        subject=entry.subject,
        reason=entry.reason,
        facts=dict(entry.facts),
    )
