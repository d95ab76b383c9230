"""One person in the browser: everything that is stored on them, and what may be done with it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from fastapi import Response
from fastapi.responses import HTMLResponse, RedirectResponse

from distributor.bootstrap import Service
from distributor.bootstrap_contacts import contact_keeper
from distributor.core.account import Permission
from distributor.core.audience import Contact
from distributor.core.contact_row import tags_of
from distributor.core.errors import BadInput, NotFound, Refused
from distributor.core.ids import ContactNumber, DispatchId, ListName
from distributor.flow.export_people import PERSON, record_export
from distributor.flow.suppress import readmit, suppress_address, unsuppress_address
from distributor.ports import Suppression
from distributor.render.staff_pages import StaffPages
from distributor.web.staff.gate import Gate, Visit
from distributor.web.staff.reason import reason_in

#: Beyond any contact's number.
_DIGITS: Final = 9
#: How many messages are shown; the export has all.
_MOST_MESSAGES: Final = 50
#: What the form of a person offers; whatever else comes with it is not looked at.
_FIELDS: Final = (
    "name", "outlet", "beat", "language", "country", "zone", "priority", "phone", "notes", "consent_source", "consent_on",
)  # fmt: skip


class PersonPages:
    """Shows one person and lets them be changed, moved, suppressed, exported and erased."""

    def __init__(self, service: Service, pages: StaffPages) -> None:
        self._service = service
        self._pages = pages
        self._keeper = contact_keeper(service)

    def add_to(self, gate: Gate) -> None:
        """Declare the addresses. A person is named by their number: proxies and browsers remember addresses."""
        gate.page("/people/{number}", self.show, needs=Permission.READ)
        gate.act("/people/{number}/export", self.export, needs=Permission.READ)
        gate.page("/people/{number}/edit", self.show_form, needs=Permission.MANAGE_CONTACTS)
        gate.act("/people/{number}/edit", self.edit, needs=Permission.MANAGE_CONTACTS)
        gate.act("/people/{number}/lists", self.move, needs=Permission.MANAGE_CONTACTS)
        gate.act("/people/{number}/suppress", self.suppress, needs=Permission.SUPPRESS)
        gate.page("/people/{number}/lift", self.ask_to_lift, needs=Permission.SUPPRESS)
        gate.act("/people/{number}/lift", self.lift, needs=Permission.SUPPRESS)
        gate.page("/people/{number}/erase", self.ask_to_erase, needs=Permission.ERASE_PERSON)
        gate.act("/people/{number}/erase", self.erase, needs=Permission.ERASE_PERSON)

    def show(self, visit: Visit) -> Response:
        """Show everything that is stored on one person."""
        return self._show(visit, self._contact(visit))

    def _show(self, visit: Visit, contact: Contact, *, problem: str = "") -> Response:
        dossier = self._keeper.dossier(contact.address)
        lists = tuple(self._service.book.lists())
        left = self._left(contact)
        values = {
            "number": visit.path["number"],
            "dossier": dossier,
            "left": left,
            "others": [name for name in lists if name not in dossier.lists and name not in left],
            "messages": [(*line, self._headline(line[0])) for line in dossier.deliveries[:_MOST_MESSAGES]],
            "events_of": _by_dispatch(dossier.events),
            "more_messages": max(0, len(dossier.deliveries) - _MOST_MESSAGES),
            "problem": problem,
        }
        return self._html(visit, "person.html", status=422 if problem else 200, **values)

    def export(self, visit: Visit) -> Response:
        """Give everything that is stored on one person as a file, for them."""
        contact = self._contact(visit)
        dossier = self._keeper.dossier(contact.address)
        record_export(PERSON, contact.key, audit=self._service.audit, clock=self._service.clock, by=visit.by)
        shape = {**dataclasses.asdict(dossier), "left_lists": [_left_json(*one) for one in self._left(contact).items()]}
        text = json.dumps(shape, default=str, ensure_ascii=False, indent=2)
        name = f"person-{visit.path['number']}.json"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(text, media_type="application/json", headers=headers)

    def show_form(self, visit: Visit) -> Response:
        """Show the fields to be changed."""
        return self._form(visit, _typed(self._contact(visit)))

    def _form(self, visit: Visit, typed: Mapping[str, str], *, problem: str = "", where: str = "") -> Response:
        contact = self._contact(visit)
        values = {"number": visit.path["number"], "contact": contact, "typed": typed, "problem": problem, "where": where}
        return self._html(visit, "person_edit.html", status=422 if problem else 200, **values)

    def edit(self, visit: Visit) -> Response:
        """Change what came with the form, of the fields that it offers."""
        before = self._contact(visit)
        typed = {name: visit.fields[name] for name in (*_FIELDS, "tags") if name in visit.fields}
        if "priority" not in typed and "fields" in visit.fields:
            # A box that is not ticked is not sent.
            typed["priority"] = ""
        changes = {name: value.strip() for name, value in typed.items() if name in _FIELDS}
        tags = tags_of(typed["tags"]) if "tags" in typed else list(before.tags)
        gone = [tag for tag in before.tags if tag not in tags]
        try:
            self._keeper.edit(before.address, changes, tag=tags, untag=gone, by=visit.by)
        except BadInput as error:
            problem = f"{error.problem} {error.remedy}"
            return self._form(visit, {**_typed(before), **typed}, problem=problem, where=error.where)
        return self._back(visit)

    def move(self, visit: Visit) -> Response:
        """Put the person on a list, or take them off one."""
        contact = self._contact(visit)
        onto, out_of = visit.fields.get("onto", ""), visit.fields.get("out_of", "")
        try:
            self._keeper.move(
                contact.address,
                onto=ListName(onto) if onto else None,
                out_of=ListName(out_of) if out_of else None,
                by=visit.by,
            )
        except (Refused, NotFound) as error:
            return self._show(visit, contact, problem="Choose a list." if not (onto or out_of) else str(error))
        return self._back(visit)

    def suppress(self, visit: Visit) -> Response:
        """Never mail this person again."""
        contact, reason = self._contact(visit), reason_in(visit)
        if not reason:
            return self._show(visit, contact, problem="Say why nothing may be mailed to them; it is kept in the audit.")
        suppress_address(
            contact.address, suppressions=self._service.suppressions, audit=self._service.audit, clock=self._service.clock,
            by=visit.by, reason=reason,
        )  # fmt: skip
        return self._back(visit)

    def ask_to_lift(self, visit: Visit) -> Response:
        """Ask before somebody may be mailed again, at all or by a list that they had left."""
        return self._ask_to_lift(visit, self._contact(visit))

    def _ask_to_lift(self, visit: Visit, contact: Contact, *, problem: str = "") -> Response:
        name = visit.fields.get("list", "")
        found = self._left(contact).get(ListName(name)) if name else self._service.suppressions.find(contact.address)
        if found is None:
            raise Refused("There is nothing to lift: they may be mailed.")
        values = {"number": visit.path["number"], "contact": contact, "found": found, "list_name": name, "problem": problem}
        return self._html(visit, "person_lift.html", status=422 if problem else 200, **values)

    def lift(self, visit: Visit) -> Response:
        """Let the person be mailed again, by a named person's word."""
        contact, reason = self._contact(visit), reason_in(visit)
        if not reason:
            return self._ask_to_lift(visit, contact, problem="Say how they asked for it; it is kept in the audit.")
        service, name = self._service, visit.fields.get("list", "")
        if name:
            readmit(
                contact.address, ListName(name), lists=service.left_lists, book=service.book, audit=service.audit,
                clock=service.clock, by=visit.by, reason=reason,
            )  # fmt: skip
        else:
            unsuppress_address(
                contact.address, suppressions=service.suppressions, audit=service.audit, clock=service.clock,
                by=visit.by, reason=reason,
            )  # fmt: skip
        return self._back(visit)

    def ask_to_erase(self, visit: Visit) -> Response:
        """Ask before somebody is forgotten, and say what goes and what stays."""
        return self._ask_to_erase(visit, self._contact(visit))

    def _ask_to_erase(self, visit: Visit, contact: Contact, *, problem: str = "") -> Response:
        dossier = self._keeper.dossier(contact.address)
        values = {"number": visit.path["number"], "dossier": dossier, "problem": problem}
        return self._html(visit, "person_erase.html", status=422 if problem else 200, **values)

    def erase(self, visit: Visit) -> Response:
        """Forget the person for good."""
        contact, reason = self._contact(visit), reason_in(visit)
        if visit.fields.get("sure") != "yes" or not reason:
            return self._ask_to_erase(visit, contact, problem="Say why they are erased; it is kept in the audit.")
        self._keeper.erase(contact.address, by=visit.by, reason=reason)
        return RedirectResponse("/people?told=erased", 303)

    def _contact(self, visit: Visit) -> Contact:
        number = visit.path["number"]
        # What Python takes for a digit may be one of another script.
        is_number = number.isascii() and number.isdecimal() and len(number) <= _DIGITS
        loaded = self._service.book.load([ContactNumber(int(number))]) if is_number else ()
        contact = next((one for _, one in loaded), None)
        if contact is None:
            raise NotFound("person", number[:_DIGITS], remedy="They may have been erased. Look for them on the page of people.")
        return contact

    def _left(self, contact: Contact) -> dict[ListName, Suppression]:
        return self._service.left_lists.left(contact.key, tuple(self._service.book.lists()))

    def _headline(self, dispatch: DispatchId) -> str:
        plan = self._service.dispatches.plan(dispatch)
        return self._service.releases.get(plan.release, plan.revision).content.headline

    @staticmethod
    def _back(visit: Visit) -> Response:
        return RedirectResponse(f"/people/{visit.path['number']}", 303)

    def _html(self, visit: Visit, name: str, *, status: int = 200, **values: object) -> HTMLResponse:
        return HTMLResponse(self._pages.page(name, visitor=visit.visitor, **values), status)


def _by_dispatch(
    events: Iterable[tuple[DispatchId, str, datetime | None]],
) -> dict[DispatchId, list[tuple[str, datetime | None]]]:
    found: dict[DispatchId, list[tuple[str, datetime | None]]] = {}
    for dispatch, what, at in events:
        found.setdefault(dispatch, []).append((what, at))
    return found


def _typed(contact: Contact) -> dict[str, str]:
    """Return a contact as the fields of the form."""

    def joined(words: Sequence[str]) -> str:
        return ", ".join(words)

    return {
        **{name: str(getattr(contact, name)) for name in _FIELDS if name not in {"language", "priority"}},
        "language": joined(contact.languages),
        "priority": "yes" if contact.is_priority else "",
        "tags": joined(contact.tags),
    }


def _left_json(name: ListName, left: Suppression) -> dict[str, str]:
    return {"list": name, "at": left.at.isoformat(), "by": left.by, "reason": left.reason}
