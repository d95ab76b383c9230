"""Plain text from right to left: what a reader sees, by the same algorithm that mail programs run."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.render.direction import LEFT_TO_RIGHT, RIGHT_TO_LEFT, marked

MARKS = str.maketrans("", "", LEFT_TO_RIGHT + RIGHT_TO_LEFT)


@pytest.mark.parametrize("run", ["+41 (0)22 555 01 40", "press@desk.example", "https://desk.example/a", "%%pr-view_url-t%%"])
def test_a_run_from_the_left_begins_with_a_mark(run: str) -> None:
    assert f"{LEFT_TO_RIGHT}{run}" in marked(f"الهاتف: {run} اليوم")


@pytest.mark.parametrize("run", ["+41 (0)22 555 01 40", "press@desk.example", "https://desk.example/a"])
def test_nothing_invisible_stands_right_behind_a_link(run: str) -> None:
    """A mail program could take it for a part of the address."""
    marks = marked(f"اقرأ ({run}) اليوم")

    assert f"{run})" in marks


def test_a_link_that_ends_with_a_slash_keeps_it_at_its_end() -> None:
    assert f"https://desk.example/ {LEFT_TO_RIGHT})" in marked("اقرأ (https://desk.example/)")


def test_a_line_that_begins_with_a_latin_name_is_still_set_from_the_right() -> None:
    assert marked("UNMAS تقول: انتهى").startswith(RIGHT_TO_LEFT)


def test_a_phone_number_alone_is_read_from_the_left() -> None:
    assert marked("+41 (0)22 555 01 40") == f"{LEFT_TO_RIGHT}+41 (0)22 555 01 40"


@pytest.mark.parametrize("line", ["", "9 Rue de la Paix", "1202 Geneva, Switzerland", "--", "press@desk.example"])
def test_a_line_without_such_letters_is_left_alone(line: str) -> None:
    assert marked(line) == line


@given(text=st.text(alphabet=st.characters(exclude_categories=["Cs"])).filter(lambda text: text == text.translate(MARKS)))
def test_marks_are_all_that_is_added(text: str) -> None:
    """Without the marks, and the space before one behind a link, the text is what it was."""
    assert marked(text).replace(f" {LEFT_TO_RIGHT}", "").translate(MARKS) in {text, text.translate(MARKS)} or (
        f" {LEFT_TO_RIGHT}" in marked(text)
    )
    assert marked(text).count("\n") == text.count("\n")
