"""The same small release in every language that has phrases, as the e-mail that leaves."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from distributor.channels.sendgrid_payload import build_personalizations
from distributor.channels.smtp_message import build_frame, letters, read_frame
from distributor.core.audience import Recipient
from distributor.core.ids import ContactNumber, DispatchId, Index
from distributor.core.links import SignedLinks
from distributor.core.message import EmailMaster, Sender, Slot, filled
from distributor.intake.read import read_release
from distributor.render.email import EmailRenderer
from distributor.resources import resource

LANGUAGES: Final = ("ar", "de", "en", "es", "fr", "pt", "ru", "uk")
SENDER: Final = Sender(
    email="press@bridges.example.org", name="Paths for All", reply_to="desk@bridges.example.org",
    postal_address="9 Rue de la Paix\n1202 Geneva, Switzerland",
)  # fmt: skip
_FOLDER: Final = Path(__file__).parent / "languages"
_LEFT_AT: Final = datetime(2027, 3, 1, 9, 0, 0, tzinfo=UTC)
_DISPATCH: Final = DispatchId("dbridge")
_REPORTER: Final = Recipient(index=Index(0), contact=ContactNumber(7), address="ana.lima@paper.example.net")
_LINKS: Final = SignedLinks(
    dispatch=_DISPATCH,
    secret=b"a secret for tests",
    public_url="https://news.example.org",
    leave_address="press@bridges.example.org",
)


def master_of(language: str) -> EmailMaster:
    """Return the release in that language as it is sealed."""
    release = read_release(_FOLDER / f"{language}.md", now=datetime(2027, 2, 20, 9, 0, tzinfo=UTC))
    return EmailRenderer(resource("templates")).render(release, sender=SENDER, lift_at=_LEFT_AT)


def html_of(language: str) -> str:
    """Return the HTML as one recipient has it."""
    links = _LINKS(_REPORTER)
    values = {Slot.ADDRESS: _REPORTER.address, Slot.UNSUBSCRIBE_URL: links.unsubscribe_url, Slot.VIEW_URL: links.view_url}
    return filled(master_of(language), values).html


def message_of(language: str) -> bytes:
    """Return the whole message as it goes to a mail server."""
    master = master_of(language)
    staged = build_personalizations(
        dispatch=_DISPATCH, master=master, recipients=(_REPORTER,), links=_LINKS, sender_domain="bridges.example.org"
    )
    (letter,) = letters(read_frame(build_frame(master)), staged, date=_LEFT_AT)
    return letter.content
