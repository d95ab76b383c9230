"""The shapes of releases in the API."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field

from distributor.core.translation import Translated
from distributor.web.api.shapes import AfterRevision, Shape, example

_ID: Final = "r4k2tq7m3a"
_TEXT: Final = "---\nheadline: A footbridge opens again\nembargo: 2099-03-01 10:00 Europe/Zurich\n---\nPeople walk again."


class NewRelease(Shape):
    """A release as it was written."""

    model_config = example(text=_TEXT, format="markdown")

    text: str = Field(max_length=2_000_000, description="The whole release, with its front matter if it has one.")
    format: Literal["markdown", "text", "html"] = "markdown"
    embargo: str = Field("", max_length=200, description="The embargo, if the text leaves it open.")
    revises: str | None = Field(None, max_length=64, description="The release of which this is a new revision.")
    after: AfterRevision = None
    translations: Translated = Field(Translated.LEFT_BEHIND, description="What becomes of the translations of a new revision.")


class ReleaseRow(Shape):
    """A release in a list."""

    model_config = example(
        release=_ID, revision=2, headline="A footbridge opens again", added_by="Eda Writes", added_at="2026-11-25T09:00:00Z",
        is_approved=True, lift_at="2099-03-01T09:00:00Z", dispatches=["d7f3k2mq5b"],
    )  # fmt: skip

    release: str
    revision: int
    headline: str
    added_by: str
    added_at: str
    is_approved: bool
    lift_at: str | None = Field(description="The instant that the embargo means; null when the text does not say.")
    dispatches: list[str] = Field(description="Up to twenty, newest first.")


class Understood(Shape):
    """One thing that was understood of the text."""

    model_config = example(what="Embargo", value="1 March 2099, 10:00 Europe/Zurich")

    what: str
    value: str


class ReleaseShape(Shape):
    """A revision of a release and what was understood of it."""

    model_config = example(
        release=_ID, revision=2, headline="A footbridge opens again", added_by="Eda Writes", added_at="2026-11-25T09:00:00Z",
        is_approved=False, seal=None, languages=["en"], understood=[{"what": "City", "value": "Geneva"}],
    )  # fmt: skip

    release: str
    revision: int
    headline: str
    added_by: str
    added_at: str
    is_approved: bool = Field(description="Whether an approval stands for the latest revision.")
    seal: str | None
    languages: list[str] = Field(description="Its own language first, then those of its translations.")
    understood: list[Understood]


class CheckShape(Shape):
    """What one check found."""

    model_config = example(
        check="press-contact", severity="error", passed=False, message="There is no press contact.", remedy="Add one."
    )

    check: str
    severity: Literal["error", "warning"]
    passed: bool
    message: str
    remedy: str


class Checks(Shape):
    """What every check found. Errors stand against approval."""

    model_config = example(release=_ID, revision=2, checks=[])

    release: str
    revision: int
    checks: list[CheckShape]


class WaiverShape(Shape):
    """A failing check that is passed over."""

    model_config = example(check="dead-links", reason="The links follow at noon")

    check: str = Field(max_length=100)
    reason: str = Field(min_length=1, max_length=1000)


class NewApproval(Shape):
    """An approval of the revision that was looked at."""

    model_config = example(revision=2, waivers=[])

    revision: int = Field(ge=1, le=2**31)
    waivers: list[WaiverShape] = Field(default_factory=list, max_length=50)


class Seal(Shape):
    """What was sealed by whom, and the short code to read out."""

    model_config = example(
        release=_ID, revision=2, seal="9f86d081884c7d65", code="9F86-D081", by="Pavel Seals", at="2026-11-25T09:00:00Z", needs=[]
    )

    release: str
    revision: int
    seal: str
    code: str
    by: str
    at: str
    needs: list[str] = Field(description="What the thread costs, and whether the account has room for it at the lift.")


class MasterShape(Shape):
    """What leaves by one channel in one language: an e-mail with its slots, or the posts of a thread."""

    model_config = example(
        channel="x", language="en", subject="", html="", text="", sender_email="", sender_name="", parts=["A footbridge opens."],
        needs=["Thread on x: 1 posts"],
    )  # fmt: skip

    channel: str
    language: str
    subject: str
    html: str
    text: str
    sender_email: str
    sender_name: str
    parts: list[str] = Field(description="The posts of a thread; empty for an e-mail.")
    needs: list[str] = Field(description="What the thread costs, and whether the account has room for it at the lift.")


class Masters(Shape):
    """What would leave of a revision."""

    model_config = example(release=_ID, revision=2, form="thread", public_url="https://desk.example", masters=[])

    release: str
    revision: int
    form: str = Field(description="How releases go onto X: `thread`, `post` or `long`.")
    public_url: str = Field(description="Where recipients reach the service.")
    masters: list[MasterShape]
