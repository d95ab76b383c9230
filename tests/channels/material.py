"""Masters, people and leave to send, for tests of channels."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from distributor.core.audience import Recipient
from distributor.core.embargo import Clearance, GateFacts, clear
from distributor.core.ids import ContactNumber, DispatchId, Index, Language
from distributor.core.links import SignedLinks
from distributor.core.message import ChannelName, EmailMaster, Sender, Slot, ThreadMaster, html_token, text_token

DISPATCH = DispatchId("dabcdefghij")
LIFT = datetime(2026, 3, 30, 0, 1, tzinfo=UTC)

EMAIL = EmailMaster(
    language=Language("en"),
    subject="Ferry to the islands sails again",
    html=f"<p>The ferry sails. <a href='{html_token(Slot.UNSUBSCRIBE_URL)}'>Leave</a> {html_token(Slot.ADDRESS)}</p>",
    text=f"The ferry sails. Online: {text_token(Slot.VIEW_URL)} Leave: {text_token(Slot.UNSUBSCRIBE_URL)}",
    sender=Sender(email="press@example.org", name="Harbour desk", reply_to="desk@example.org"),
)
THREAD = ThreadMaster(
    channel=ChannelName.X,
    language=Language("en"),
    parts=("The ferry to the islands sails again. 1/2", "“We waited a year,” said Ana Lima & her crew. example.org/ferry 2/2"),
)
LINKS = SignedLinks(
    dispatch=DISPATCH, secret=b"a secret for tests", public_url="https://news.example.org", leave_address="leave@example.org"
)


def leave_to_send() -> Clearance:
    """Return what the gate gives at the very lift."""
    return clear(
        GateFacts(
            dispatch=DISPATCH,
            revision=1,
            now=LIFT,
            lift_at=LIFT,
            late_at=LIFT + timedelta(hours=1),
            is_held=False,
            seal="s",
            offered_seal="s",
            is_owned=True,
        )
    )


def person(index: int = 0, *, address: str = "") -> Recipient:
    """Return the member of the audience at that index."""
    return Recipient(
        index=Index(index), contact=ContactNumber(index + 7), address=address or f"reporter{index}@paper{index % 9}.example"
    )


def people(count: int) -> list[Recipient]:
    """Return the first members of the audience."""
    return [person(index) for index in range(count)]
