"""A paste is read as what it is, without anybody having to say so."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.core.release import SourceFormat
from distributor.intake.pasted import name_of_pasted
from distributor.intake.read import read_release_bytes

NOW = datetime(2030, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("# The bridge opens\n\nGeneva - People cross it again.\n", SourceFormat.MARKDOWN),
        ("The bridge opens\n\nPeople cross [it](https://example.org/it) again.\n", SourceFormat.MARKDOWN),
        ("---\nheadline: The bridge opens\n---\nPeople cross it again.\n", SourceFormat.MARKDOWN),
        ("<h1>The bridge opens</h1><p>People cross it again.</p>", SourceFormat.HTML),
        ("<!doctype html><h1>The bridge opens</h1><p>People cross it again.</p>", SourceFormat.HTML),
        ("The bridge opens\n\nGeneva, 3 March 2026 - People cross it again (see [1]).\n\n###\n", SourceFormat.TEXT),
    ],
)
def test_a_paste_is_read_as_what_it_is(text: str, form: SourceFormat) -> None:
    release = read_release_bytes(text.encode(), name=name_of_pasted(text), now=NOW)

    assert (release.source_format, release.headline) == (form, "The bridge opens")


@given(st.text(max_size=200))
def test_any_paste_has_a_name(text: str) -> None:
    assert name_of_pasted(text) in {"the text", "the text.md", "the text.html"}
