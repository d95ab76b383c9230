"""What will leave, as its readers see it: each language, light and dark, and as one of them in particular."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal
from urllib.parse import quote, urlencode

from fastapi import Response
from fastapi.responses import HTMLResponse, RedirectResponse

from distributor.bootstrap import Service
from distributor.bootstrap_contacts import contact_keeper
from distributor.bootstrap_trial import trier
from distributor.core.account import Permission
from distributor.core.checks_of_text import LARGEST_EMAIL, LONGEST_SUBJECT
from distributor.core.errors import BadInput, NotFound, Refused
from distributor.core.ids import ContactNumber, Language, ReleaseId
from distributor.core.message import ChannelName, EmailMaster, Master, Slot, ThreadMaster, filled
from distributor.core.part_count import counted
from distributor.core.release import Release
from distributor.core.thread_form import counter_of
from distributor.flow.one_reader import Reader, reader_of
from distributor.ports_releases import StoredRevision
from distributor.render.as_seen import in_scheme, inert
from distributor.render.letter import preheader_of
from distributor.render.staff_pages import StaffPages
from distributor.render.thread_page import ThreadPage
from distributor.render.wording import link_target
from distributor.web.staff.found_people import found_people
from distributor.web.staff.gate import Gate, Visit

#: A preview is a page of its own within ours: it may look as it likes, and do nothing.
_PREVIEW_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src https: data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox"
)
_VIEWS: Final = ("light", "dark", "text")
#: Beyond any contact's number.
_DIGITS: Final = 9
_EXAMPLE: Final = "reporter@example.org"


class PreviewPages:
    """Shows every master of a release."""

    def __init__(self, service: Service, pages: StaffPages, threads: ThreadPage) -> None:
        self._service = service
        self._pages = pages
        self._threads = threads
        self._trier = trier(service)

    def add_to(self, gate: Gate) -> None:
        """Declare the addresses. A person's address is in none of them."""
        gate.page("/releases/{release}/preview", self.show, needs=Permission.READ)
        gate.act("/releases/{release}/preview", self.find, needs=Permission.READ)
        gate.page("/releases/{release}/preview/{channel}/{language}", self.frame, needs=Permission.READ)
        gate.act("/releases/{release}/test", self.test, needs=Permission.SEND_TEST)

    def show(self, visit: Visit) -> Response:
        """Show one master of the latest revision, and the ways to the others."""
        return self._html(visit)

    def find(self, visit: Visit) -> Response:
        """Show who fits what was typed, to choose through whose eyes to look. A form, so that no address gets into a log."""
        text = visit.fields.get("text", "").strip()
        return self._html(visit, text=text, found=found_people(contact_keeper(self._service), text))

    def test(self, visit: Visit) -> Response:
        """Send a test to the address that the account signs in with, and to no other."""
        stored = self._stored(visit)
        if visit.fields.get("revision") != str(stored.revision):
            return self._html(visit, problem="A newer revision has come. Look at it, then send the test.")
        emails = [one for one in self._service.compose(stored) if isinstance(one, EmailMaster)]
        languages = [Language(language) for language in visit.all("language")]
        try:
            count = self._trier.send_to_oneself(stored, emails, languages, account=visit.visitor.caller.account)
        except (BadInput, Refused) as error:
            return self._html(visit, problem=str(error))
        part = quote(visit.fields.get("part", ""), safe="/")
        return RedirectResponse(f"/releases/{stored.release_id}/preview?part={part}&sent={count}#test", 303)

    def frame(self, visit: Visit) -> Response:
        """Show one master as its reader sees it."""
        stored = self._stored(visit)
        wanted = f"{visit.path['channel']}/{visit.path['language']}"
        master = next((one for one in self._service.compose(stored) if one.key == wanted), None)
        if isinstance(master, EmailMaster):
            scheme: Literal["light", "dark"] = "dark" if visit.fields.get("view") == "dark" else "light"
            seen = self._filled(master, self._reader(visit, stored))
            return HTMLResponse(inert(in_scheme(seen.html, scheme)), headers=_preview_headers())
        if isinstance(master, ThreadMaster):
            counter = counter_of(self._service.form)
            html = self._threads.render(master, count=counter.count, limit=counter.limit)
            return HTMLResponse(html, headers=_preview_headers())
        raise NotFound("preview", wanted, remedy="The release's page shows those that there are.")

    def _html(
        self, visit: Visit, *, text: str = "", found: Sequence[tuple[ContactNumber, object]] | None = None, problem: str = ""
    ) -> Response:
        stored = self._stored(visit)
        reader = self._reader(visit, stored)
        masters = self._service.compose(stored)
        master = _chosen(masters, visit.fields.get("part", ""), reader)
        asked = visit.fields.get("view", "light")
        about = self._about(master, stored, reader)
        html = self._pages.page(
            "preview.html", visitor=visit.visitor, stored=stored, masters=masters, master=master, reader=reader,
            view=asked if asked in _VIEWS else "light", text=text, found=found, href=_hrefs(stored, master, reader, asked),
            may=visit.visitor.caller.may, Permission=Permission, problem=problem, sent=visit.fields.get("sent", ""),
            why_no_test=self._trier.why_not, **about,
        )  # fmt: skip
        return HTMLResponse(html, 422 if problem else 200)

    def _about(self, master: Master, stored: StoredRevision, reader: Reader | None) -> dict[str, object]:
        return (
            self._about_email(master, stored, reader) if isinstance(master, EmailMaster) else self._about_thread(master, stored)
        )

    def _about_email(self, master: EmailMaster, stored: StoredRevision, reader: Reader | None) -> dict[str, object]:
        text = next(one for one in stored.in_all_languages if one.language == master.language)
        return {
            "is_email": True,
            "seen": self._filled(master, reader),
            "preheader": preheader_of(text),
            "most_bytes": LARGEST_EMAIL,
            "longest_subject": LONGEST_SUBJECT,
            "links": [(words, target, link_target(target)) for words, target, _ in text.links()],
            "address": reader.contact.address if reader else _EXAMPLE,
        }

    def _about_thread(self, master: ThreadMaster, stored: StoredRevision) -> dict[str, object]:
        return {
            "is_email": False,
            "parts": counted(master.parts, counter_of(self._service.form)),
            "needs": self._service.thread_needs(master, _lift_of(stored.content)),
            "is_written": any(one.thread for one in stored.in_all_languages if one.language == master.language),
        }

    def _filled(self, master: EmailMaster, reader: Reader | None) -> EmailMaster:
        """Return the e-mail with this person's address, and with links that are nobody's."""
        url = self._service.settings.public_url
        values = {
            Slot.ADDRESS: reader.contact.address if reader else _EXAMPLE,
            Slot.VIEW_URL: f"{url}/view/…",
            Slot.UNSUBSCRIBE_URL: f"{url}/unsubscribe/…",
        }
        return filled(master, values)

    def _reader(self, visit: Visit, stored: StoredRevision) -> Reader | None:
        number = visit.fields.get("contact", "")
        if not number:
            return None
        if not (number.isascii() and number.isdecimal()) or len(number) > _DIGITS:
            raise NotFound("person", number[:_DIGITS], remedy="Look for them anew.")
        return reader_of(stored, ContactNumber(int(number)), book=self._service.book, suppressions=self._service.suppressions)

    def _stored(self, visit: Visit) -> StoredRevision:
        return self._service.releases.get(ReleaseId(visit.path["release"]))


def _chosen(masters: Sequence[Master], part: str, reader: Reader | None) -> Master:
    """Return the master that was asked for, else what the reader would get, else the first."""
    named = next((one for one in masters if one.key == part), None)
    theirs = f"{ChannelName.EMAIL.value}/{reader.language}" if reader else ""
    return named or next((one for one in masters if one.key == theirs), masters[0])


class _Links:
    """Addresses of this page with one thing changed."""

    def __init__(self, path: str, now: dict[str, str]) -> None:
        self._path = path
        self._now = now

    def __call__(self, **changed: str) -> str:
        return f"{self._path}?{urlencode({name: value for name, value in {**self._now, **changed}.items() if value})}"

    def frame(self, part: str) -> str:
        """Return the address of the frame that shows a part."""
        return f"{self._path}/{part}?{urlencode({name: self._now[name] for name in ('view', 'contact') if self._now[name]})}"


def _hrefs(stored: StoredRevision, master: Master, reader: Reader | None, view: str) -> _Links:
    now = {"part": master.key, "view": view if view in _VIEWS else "light", "contact": str(reader.number) if reader else ""}
    return _Links(f"/releases/{stored.release_id}/preview", now)


def _lift_of(content: Release) -> datetime | None:
    return content.embargo.lift_at() if content.embargo else None


def _preview_headers() -> dict[str, str]:
    return {"Content-Security-Policy": _PREVIEW_POLICY, "X-Frame-Options": "SAMEORIGIN"}
