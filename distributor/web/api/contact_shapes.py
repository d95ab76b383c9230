"""The shapes of people and lists in the API. Rows that are wrong are told by line and column; what stood in them is not."""

from __future__ import annotations

from typing import Final

from pydantic import Field

from distributor.core.audience import Contact
from distributor.web.api.shapes import Shape, example

_PERSON: Final = {
    "number": 17, "address": "reporter@news.example", "name": "Ana Lima", "outlet": "The News", "beat": "climate",
    "languages": ["en"], "country": "CH", "zone": "Europe/Zurich", "tags": ["tv"], "is_priority": False, "phone": "", "notes": "",
    "consent_source": "asked at the briefing", "consent_on": "2026-01-31",
}  # fmt: skip


class PersonShape(Shape):
    """A person on a media list. The number is theirs for good and never another's; it stands in URLs for them."""

    model_config = example(**_PERSON)

    number: int
    address: str
    name: str
    outlet: str
    beat: str
    languages: list[str]
    country: str
    zone: str
    tags: list[str]
    is_priority: bool
    phone: str
    notes: str
    consent_source: str
    consent_on: str


class SuppressionOf(Shape):
    """Why somebody must not be mailed."""

    model_config = example(reason="asked by phone", by="Eda Writes", at="2026-11-25T09:00:00Z")

    reason: str
    by: str
    at: str


class EventOf(Shape):
    """Something that a provider reported of a message."""

    model_config = example(event="delivered", at="2026-11-25T09:00:03Z")

    event: str
    at: str | None = Field(description="By the provider's clock, to the second; null when it told none.")


class MessageOf(Shape):
    """A message to a person, its state, and what was reported of it."""

    model_config = example(
        dispatch="d7f3k2mq5b", state="delivered", events=[{"event": "delivered", "at": "2026-11-25T09:00:03Z"}]
    )

    dispatch: str
    state: str
    events: list[EventOf] = Field(default_factory=list, description="In order, each once.")


class Dossier(Shape):
    """Everything that is stored on one person."""

    model_config = example(
        person=_PERSON,
        lists=["press"],
        suppression={"reason": "asked by phone", "by": "Eda Writes", "at": "2026-11-25T09:00:00Z"},
        messages=[
            {"dispatch": "d7f3k2mq5b", "state": "delivered", "events": [{"event": "delivered", "at": "2026-11-25T09:00:03Z"}]}
        ],
    )

    person: PersonShape
    lists: list[str]
    suppression: SuppressionOf | None
    messages: list[MessageOf] = Field(description="Newest first.")


class Search(Shape):
    """Whom to look for; by POST, so that no address or name stands in a URL."""

    model_config = example(text="the news", list="press", limit=50, after="")

    text: str = Field(min_length=1, max_length=200, description="Beginnings of words of address, name, outlet, beat or tags.")
    list: str = Field("", max_length=64, description="Only on this list.")
    limit: int = Field(50, ge=1, le=200)
    after: str = Field("", max_length=20, description="`next` of the page before; nothing for the first.")


class ListShape(Shape):
    """A media list."""

    model_config = example(list="press", people=1200)

    list: str
    people: int


class RowProblem(Shape):
    """A row of a file that was left out, and why."""

    model_config = example(line=7, column="email", problem="This is no address.", remedy="Write one like name@paper.example.")

    line: int
    column: str
    problem: str
    remedy: str


class FieldChange(Shape):
    """What an import would change of one person."""

    model_config = example(address="reporter@news.example", changes=[["outlet", "The News", "The Paper"]])

    address: str
    changes: list[tuple[str, str, str]] = Field(description="Field, as it is, as it would be.")


class Imported(Shape):
    """What an import did, or would do."""

    model_config = example(
        dry_run=False, list_name="press", added=2, updated=1, unchanged=40, merged=0, suppressed=0, left_before=0, errors=[],
        ignored_columns=[], columns={"email": "E-Mail"}, differences=[],
    )  # fmt: skip

    dry_run: bool
    list_name: str
    added: int
    updated: int
    unchanged: int
    merged: int
    suppressed: int = Field(description="They are suppressed, and stay so.")
    left_before: int = Field(description="They have left the list by their own word, and stay off it.")
    errors: list[RowProblem]
    ignored_columns: list[str]
    columns: dict[str, str] = Field(description="Field to the header of the column that it was read from.")
    differences: list[FieldChange] = Field(description="A dry run: who would be changed, the first two hundred.")


def person_of(number: int, contact: Contact) -> PersonShape:
    """Return a person as they are shown."""
    return PersonShape(
        number=number, address=contact.address, name=contact.name, outlet=contact.outlet, beat=contact.beat,
        languages=list(contact.languages), country=contact.country, zone=contact.zone, tags=list(contact.tags),
        is_priority=contact.is_priority, phone=contact.phone, notes=contact.notes, consent_source=contact.consent_source,
        consent_on=contact.consent_on,
    )  # fmt: skip
