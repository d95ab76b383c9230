"""The shapes of texts, corrections and translations in the API."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from distributor.core.translation import Others, Translated
from distributor.web.api.shapes import AfterRevision, Shape, example

_ID: Final = "r4k2tq7m3a"
_TEXT: Final = "---\nheadline: A footbridge opens again\nlanguage: en\nreading: exact\n---\n\nPeople walk again.\n"
_LONGEST: Final = 64_000
_Line = Annotated[str, Field(max_length=_LONGEST)]
#: The value of one key: a text, several, or several records.
Value = _Line | Annotated[list[_Line], Field(max_length=200)] | Annotated[list[dict[str, _Line]], Field(max_length=200)]


class TextShape(Shape):
    """A text in one language, as Markdown with front matter; sent again as it is, it is the same text."""

    model_config = example(language="en", text=_TEXT)

    language: str
    text: str


class Texts(Shape):
    """The texts of a revision."""

    model_config = example(
        release=_ID, revision=2, texts=[{"language": "en", "text": _TEXT}], missing=["fr"], others=Others.FALLBACK
    )

    release: str
    revision: int
    texts: list[TextShape] = Field(description="Its own language first, then its translations.")
    missing: list[str] = Field(description="Languages that are wanted and not there.")
    others: Others = Field(description="What becomes of those who read none of the languages.")


class RevisionRow(Shape):
    """A revision in a list."""

    model_config = example(revision=2, added_by="Eda Writes", added_at="2026-11-25T09:00:00Z")

    revision: int
    added_by: str
    added_at: str


class Revisions(Shape):
    """The newest revisions of a release, newest first; at most fifty."""

    model_config = example(release=_ID, revisions=[{"revision": 2, "added_by": "Eda Writes", "added_at": "2026-11-25T09:00:00Z"}])

    release: str
    revisions: list[RevisionRow]


class Correction(Shape):
    """Some keys of a release put right; all else stays as it is."""

    model_config = example(after=2, keys={"headline": "A footbridge opens", "hashtags": ["Bridge"]}, translations="kept")

    after: AfterRevision = None
    keys: dict[str, Value] = Field(
        default_factory=dict,
        max_length=30,
        description="By the names of the front matter (headline, embargo, contacts, notes …), `body` for the text.",
    )
    links: list[_Line] | None = Field(
        None, max_length=500, description="Targets of all links in reading order; an empty one makes the words plain text."
    )
    translations: Translated = Field(
        Translated.LEFT_BEHIND,
        description="What becomes of the translations. They stay anyhow when only what they take from the release changes.",
    )


class NewTranslation(Shape):
    """The release in another language."""

    model_config = example(text="# Une passerelle rouvre\n\nOn marche de nouveau.", language="fr", after=2)

    text: str = Field(max_length=2_000_000)
    format: Literal["markdown", "text", "html"] = "markdown"
    language: str | None = Field(None, max_length=20, description="Its language, if the text leaves it open.")
    after: AfterRevision = None


class Decision(Shape):
    """What becomes of those who read none of the languages."""

    model_config = example(others=Others.LEAVE_OUT, after=2)

    others: Others
    after: AfterRevision = None
