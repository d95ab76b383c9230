"""The shapes of what will leave: the difference, the audience in numbers, posts, tests."""

from __future__ import annotations

from pydantic import Field

from distributor.web.api.shapes import Shape, example

_ID = "r4k2m7p3q8w"


class RunShape(Shape):
    """Neighbouring words that share a fate."""

    model_config = example(change="added", text="today")

    change: str = Field(description="`same`, `added`, `removed`; or `left-out`: so many unchanged paragraphs as `text` says.")
    text: str


class ChangedPart(Shape):
    """One thing that has changed, paragraph by paragraph."""

    model_config = example(title="Subject in English", paragraphs=[[{"change": "added", "text": "today"}]])

    title: str
    paragraphs: list[list[RunShape]]


class Difference(Shape):
    """What has changed since the revision that was approved last."""

    model_config = example(release=_ID, revision=3, since=1, changed=[], unchanged=["Sender", "Embargo"])

    release: str
    revision: int
    since: int | None = Field(description="The approved revision; null: none was approved before.")
    changed: list[ChangedPart]
    unchanged: list[str]


class ListCountShape(Shape):
    """Who on one list or saved filter would get which language."""

    model_config = example(list="press", people=320, by_language={"en": 200, "fr": 120}, reads_none=14, came=3, left=1)

    list: str
    people: int = Field(description="Suppressed people are counted, too, and get nothing.")
    by_language: dict[str, int]
    reads_none: int = Field(description="How many read none of the release's languages.")
    came: int | None = Field(description="Since `since`; null: not known, or a filter.")
    left: int | None


class ZoneShape(Shape):
    """A time zone with its part of the people whose zone or country is known, from 0 to 1."""

    model_config = example(zone="Europe/Zurich", share=0.62)

    zone: str
    share: float


class Audience(Shape):
    """To whom a release could go, in numbers that are counted in the background."""

    model_config = example(
        release=_ID, revision=3, is_counted=True, counted_at="2026-11-25T09:00:00Z", since="the approval of revision 1",
        lists=[], zones=[{"zone": "Europe/Zurich", "share": 0.62}],
    )  # fmt: skip

    release: str
    revision: int
    is_counted: bool = Field(description="False: being counted; ask again in a second.")
    counted_at: str | None
    since: str
    lists: list[ListCountShape]
    zones: list[ZoneShape]


class PostShape(Shape):
    """One post, counted as its platform counts."""

    model_config = example(text="1/3 The footbridge is open.", count=27, limit=280, fits=True, has_link=False)

    text: str
    count: int
    limit: int
    fits: bool
    has_link: bool


class PostTexts(Shape):
    """Posts to count."""

    model_config = example(posts=["1/2 The footbridge is open.", "2/2 https://example.org/bridge"])

    posts: list[str] = Field(max_length=25)


class NewThread(Shape):
    """Posts to keep as written by hand."""

    model_config = example(revision=2, posts=["1/2 The footbridge is open.", "2/2 https://example.org/bridge"])

    revision: int = Field(ge=1, le=2**31, description="The one that was looked at.")
    posts: list[str] | None = Field(max_length=25, description="null: compose them from the release again.")


class ThreadShape(Shape):
    """The posts of a release as they would leave."""

    model_config = example(release=_ID, revision=3, channel="x", language="en", is_written=True, posts=[])

    release: str
    revision: int
    channel: str
    language: str
    is_written: bool = Field(description="By hand; false: composed from the release.")
    posts: list[PostShape]


class Posts(Shape):
    """Counted posts."""

    model_config = example(posts=[])

    posts: list[PostShape]


class NewTest(Shape):
    """A test to send to oneself."""

    model_config = example(revision=2, languages=["en"])

    revision: int = Field(ge=1, le=2**31, description="The one that was looked at.")
    languages: list[str] = Field(min_length=1, max_length=50)


class TestSent(Shape):
    """How many messages the provider took, all for the address that the token's account signs in with."""

    model_config = example(release=_ID, revision=2, messages=1)

    release: str
    revision: int
    messages: int


class WithdrawalReason(Shape):
    """Why an approval is withdrawn."""

    model_config = example(reason="A name is wrong")

    reason: str = Field(min_length=1, max_length=1000)


class Withdrawn(Shape):
    """An approval that no longer stands, and what was held for it."""

    model_config = example(release=_ID, revision=2, is_approved=False, dispatches=["d7m3k9p2q4x"])

    release: str
    revision: int
    is_approved: bool
    dispatches: list[str] = Field(description="Every dispatch of the release; what had not left is held.")


class ReaderShape(Shape):
    """What one person would get, chosen as a dispatch chooses."""

    model_config = example(number=7, language="fr", is_served=True, is_suppressed=False)

    number: int
    language: str | None = Field(description="null: nothing, for they read none of the languages.")
    is_served: bool = Field(description="Whether they are known to read it, or nothing is known.")
    is_suppressed: bool
