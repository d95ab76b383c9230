"""Who did what, when and why, in the browser."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Final
from zoneinfo import ZoneInfo

from fastapi import Response
from fastapi.responses import HTMLResponse, StreamingResponse

from distributor.bootstrap import Service
from distributor.bootstrap_accounts import account_names
from distributor.core.account import Permission
from distributor.core.audit_words import Sentence, Thing, actions_by_area, sentence_of, wanted_actions
from distributor.core.contact_table import csv_blocks
from distributor.core.embargo import is_in_calendar
from distributor.core.ids import AddressKey
from distributor.flow.export_people import AUDIT, record_export
from distributor.ports import AuditEntry
from distributor.ports_audit import AuditQuery
from distributor.render.staff_pages import StaffPages
from distributor.store.audit import entry_json
from distributor.web.staff.gate import Gate, Visit

_A_PAGE: Final = 100
_LINES_A_BLOCK: Final = 2000
_LONGEST: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A line as it is shown."""

    entry: AuditEntry
    sentence: Sentence
    #: What the subject is called, and where it leads ("": nowhere).
    name: str
    href: str


class AuditPages:
    """Shows the audit newest first, and lets it be looked through and exported."""

    def __init__(self, service: Service, pages: StaffPages) -> None:
        self._service = service
        self._pages = pages

    def add_to(self, gate: Gate) -> None:
        """Declare the addresses. What names a colleague comes in a form; ids may stand in an address."""
        gate.page("/audit", self.show, needs=Permission.READ_AUDIT)
        gate.act("/audit", self.show, needs=Permission.READ_AUDIT)
        gate.act("/audit/export", self.export, needs=Permission.READ_AUDIT)

    def show(self, visit: Visit) -> Response:
        """Show a page of lines, each as a sentence."""
        query = self._query(visit)
        page = self._service.audit.newest(query, before=visit.fields.get("before"), most=_A_PAGE)
        values = {
            "lines": self._told(page.entries, may_see_accounts=visit.visitor.caller.may(Permission.MANAGE_USERS)),
            "before": page.before,
            "is_first": not visit.fields.get("before"),
            "asked": {name: visit.fields.get(name, "")[:_LONGEST] for name in ("subject", "by", "area", "since", "until")},
            "areas": actions_by_area(),
            "names": sorted(account_names(self._service).values()),
            "is_filtered": query != AuditQuery(),
        }
        return HTMLResponse(self._pages.page("audit.html", visitor=visit.visitor, **values))

    def export(self, visit: Visit) -> Response:
        """Give all that was asked for as a file, newest first."""
        record_export(AUDIT, "all", audit=self._service.audit, clock=self._service.clock, by=visit.by)
        entries = self._service.audit.all_newest(self._query(visit))
        if visit.fields.get("format") == "json":
            return StreamingResponse(_json_lines(entries), media_type="application/x-ndjson", headers=_file("audit.jsonl"))
        return StreamingResponse(_csv(entries), media_type="text/csv; charset=utf-8", headers=_file("audit.csv"))

    def _query(self, visit: Visit) -> AuditQuery:
        zone = ZoneInfo(self._service.settings.desk_zone)
        return AuditQuery(
            subject=visit.fields.get("subject", "").strip()[:_LONGEST],
            by=visit.fields.get("by", "").strip()[:_LONGEST],
            actions=wanted_actions(visit.fields.get("area", "")),
            since=_day(visit.fields.get("since", ""), zone),
            # The day that is named is meant, too.
            until=_day(visit.fields.get("until", ""), zone, later=timedelta(days=1)),
        )

    def _told(self, entries: Sequence[AuditEntry], *, may_see_accounts: bool) -> list[Told]:
        sentences = [sentence_of(entry.action, entry.facts) for entry in entries]
        numbers = self._service.book.numbers_of([AddressKey(entry.subject) for entry in entries])
        names = account_names(self._service)
        told: list[Told] = []
        for entry, sentence, number in zip(entries, sentences, numbers, strict=True):
            name, href = _place_of(entry.subject, sentence.thing, number, names)
            is_open = may_see_accounts or sentence.thing is not Thing.ACCOUNT
            told.append(Told(entry=entry, sentence=sentence, name=name, href=href if is_open else ""))
        return told


#: Where subjects lead that are shown as they stand.
_PATHS: Final = {Thing.RELEASE: "/releases/", Thing.DISPATCH: "/dispatches/", Thing.LIST: "/lists/"}


def _place_of(subject: str, thing: Thing, number: int | None, names: Mapping[str, str]) -> tuple[str, str]:
    """Return what a subject is called, and where it leads."""
    match thing:
        case Thing.PERSON | Thing.WHOEVER if number is not None:
            return f"person {number}", f"/people/{number}"
        case Thing.PERSON:
            return "a person who was erased", ""
        case Thing.WHOEVER:
            return _whoever(subject)
        case Thing.ACCOUNT:
            return names.get(subject, "an account that is not known"), f"/accounts/{subject}" if subject in names else ""
        case Thing.NOTHING:
            return "", ""
        case _:
            return subject, f"{_PATHS[thing]}{subject}" if thing in _PATHS else ""


def _whoever(subject: str) -> tuple[str, str]:
    if subject == "file":
        return "the addresses of a file", ""
    # Dispatches are written by those who leave and by providers: a key of an address is longer.
    is_dispatch = subject.startswith("d") and len(subject) < _KEY
    return (f"somebody whom dispatch {subject} wrote to", f"/dispatches/{subject}") if is_dispatch else ("an address", "")


#: Characters in the key of an address.
_KEY: Final = 20


def _csv(entries: Iterator[AuditEntry]) -> Iterator[str]:
    yield "\ufeff"
    yield from csv_blocks([["at", "by", "action", "subject", "reason", "facts"]])
    yield from csv_blocks(
        [entry.at.isoformat(), entry.by, entry.action, entry.subject, entry.reason, _facts(entry)] for entry in entries
    )


def _json_lines(entries: Iterator[AuditEntry]) -> Iterator[bytes]:
    while block := b"".join(entry_json(entry) + b"\n" for entry in islice(entries, _LINES_A_BLOCK)):
        yield block


def _facts(entry: AuditEntry) -> str:
    return "; ".join(f"{name}={value}" for name, value in entry.facts)


def _file(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}


def _day(text: str, zone: ZoneInfo, *, later: timedelta = timedelta(0)) -> datetime | None:
    """Return the beginning of a day, or so much later; None for what is no day, or one at an end of the calendar."""
    try:
        begin = datetime.combine(date.fromisoformat(text), time(), zone)
    except ValueError:
        return None
    return begin + later if is_in_calendar(begin) else None
