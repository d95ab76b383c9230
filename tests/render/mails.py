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
from distributor.core.message import EmailMaster, Sender, Slot, html_token
from distributor.intake.read import read_release
from distributor.render.email import EmailRenderer
from distributor.resources import resource

LANGUAGES: Final = ("ar", "de", "en", "es", "fr", "pt", "ru", "uk")
SENDER: Final = Sender(
    email="press@bridges.campaign.org", name="Paths for All", reply_to="desk@bridges.campaign.org",
    postal_address="9 Rue de la Paix\n1202 Geneva, Switzerland",
)  # fmt: skip
_FOLDER: Final = Path(__file__).parent / "languages"
_LEFT_AT: Final = datetime(2027, 3, 1, 9, 0, 0, tzinfo=UTC)
_DISPATCH: Final = DispatchId("dbridge")
_LINKS: Final = SignedLinks(
    dispatch=_DISPATCH,
    secret=b"a secret for tests",
    public_url="https://news.campaign.org",
    leave_address="press@bridges.campaign.org",
)


def master_of(language: str) -> EmailMaster:
    """Return the release in that language as it is sealed."""
    release = read_release(_FOLDER / f"{language}.md", now=datetime(2027, 2, 20, 9, 0, tzinfo=UTC))
    return EmailRenderer(resource("templates")).render(release, sender=SENDER, lift_at=_LEFT_AT)


def html_of(language: str) -> str:
    """Return the HTML as one recipient has it."""
    html = master_of(language).html
    shown = {
        Slot.ADDRESS: "ana.lima@paper.org",
        Slot.UNSUBSCRIBE_URL: "https://news.campaign.org/unsubscribe/x",
        Slot.VIEW_URL: "https://news.campaign.org/view/x",
    }
    for slot, words in shown.items():
        html = html.replace(html_token(slot), words)
    return html


def message_of(language: str) -> bytes:
    """Return the whole message as it goes to a mail server."""
    master = master_of(language)
    person = Recipient(index=Index(0), contact=ContactNumber(7), address="ana.lima@paper.org")
    staged = build_personalizations(
        dispatch=_DISPATCH, master=master, recipients=(person,), links=_LINKS, sender_domain="bridges.campaign.org"
    )
    (letter,) = letters(read_frame(build_frame(master)), staged, date=_LEFT_AT)
    return letter.content
