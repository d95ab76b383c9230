"""Slots: what differs per recipient, escaped in HTML and plain in text."""

from __future__ import annotations

from distributor.core.ids import Language
from distributor.core.message import TOKEN_START, EmailMaster, Slot, filled, html_token, text_token
from tests.core.factories import SENDER


def test_a_preview_shows_an_example_recipient_and_no_token() -> None:
    slots = list(Slot)
    master = EmailMaster(
        language=Language("en"),
        subject="S",
        html="".join(html_token(slot) for slot in slots),
        text="".join(text_token(slot) for slot in slots),
        sender=SENDER,
    )

    seen = filled(master, dict.fromkeys(slots, "<a&b>"))

    assert seen.html == "&lt;a&amp;b&gt;" * len(slots)
    assert seen.text == "<a&b>" * len(slots)
    assert TOKEN_START not in seen.html + seen.text
