"""Small releases for tests: complete, and one keyword away from being wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from distributor.core.checks_subject import CheckSubject
from distributor.core.counting import counter_for
from distributor.core.ids import Language
from distributor.core.message import ChannelName, EmailMaster, Sender
from distributor.core.release import Paragraph, PressContact, Quotation, Release, Span
from distributor.core.thread import compose_thread

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SENDER = Sender(email="press@campaign.example", name="Press Desk", postal_address="1 Square, Geneva")


def paragraph(text: str, *, quotations: tuple[Quotation, ...] = (), href: str | None = None, line: int = 0) -> Paragraph:
    """Return a paragraph of one span."""
    return Paragraph(text=(Span(text=text, href=href),), quotations=quotations, line=line)


def release(**changes: Any) -> Release:
    """Return a release that passes every check but the one about the embargo, with changes."""
    whole = Release(
        headline="Teams clear the last mines around a village school",
        language=Language("en"),
        body=(
            paragraph("Children in the valley can walk to school again, the campaign said. Teams cleared 40 hectares.", line=3),
            paragraph(
                "“The path is open,” said Mara Lind, head of the clearance team.",
                quotations=(Quotation(words="The path is open,", speaker="Mara Lind"),),
                line=5,
            ),
        ),
        contacts=(PressContact(name="Ana Lima", email="press@campaign.example"),),
        link="https://example.org/school",
    )
    return replace(whole, **changes)


def email_master(content: Release, *, html: str = "<p>text</p>") -> EmailMaster:
    """Return an e-mail of the release."""
    return EmailMaster(language=content.language, subject=content.headline, html=html, text="text", sender=SENDER)


def subject(content: Release | None = None, **changes: Any) -> CheckSubject:
    """Return what the checks look at, for a release."""
    found = content or release()
    whole = CheckSubject(
        release=found,
        email_masters=(email_master(found),),
        threads=(compose_thread(found, counter=counter_for(ChannelName.X), channel=ChannelName.X),),
        sender=SENDER,
        lift_at=found.embargo.lift_at() if found.embargo else None,
        languages_present=frozenset({found.language}),
        now=NOW,
    )
    return replace(whole, **changes)
