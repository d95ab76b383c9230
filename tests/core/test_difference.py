"""The comparison of two texts: it says all that has changed, nothing else, and ends for every input."""

from __future__ import annotations

import time
from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from distributor.core.difference import Change, blocks_of, compare, seen

WORDS = st.lists(st.sampled_from(["mine", "school", "the", "of", "40", "—", "学校", "”"]), max_size=30).map(" ".join)
TEXTS = st.lists(WORDS.filter(bool), max_size=6)


def told(before: list[str], after: list[str]) -> list[list[tuple[str, str]]]:
    """Return what is shown, as words."""
    return [[(run.change.value, run.text) for run in block] for block in compare(before, after)]


def test_words_are_compared_and_not_lines() -> None:
    before, after = ["Teams cleared 40 hectares of mines, she said."], ["Teams cleared 44 hectares of mines today, she said."]

    assert told(before, after) == [
        [
            ("same", "Teams cleared "),
            ("removed", "40 "),
            ("added", "44 "),
            ("same", "hectares of mines "),
            ("added", "today"),
            ("same", ", she said."),
        ]
    ]


def test_the_same_text_folded_elsewhere_is_the_same() -> None:
    assert compare(blocks_of("One two\nthree.\n\n- a\n- b"), blocks_of("One\ntwo three.\n\n\n- a\n- b\n")) == ()


def test_a_paragraph_that_came_is_added_and_far_ones_are_left_out() -> None:
    before = [f"Paragraph {number}." for number in range(9)]

    assert told(before, [*before[:4], "New.", *before[4:]]) == [
        [("left-out", "3")],
        [("same", "Paragraph 3.")],
        [("added", "New.")],
        [("same", "Paragraph 4.")],
        [("left-out", "4")],
    ]


def test_characters_that_nobody_sees_are_named_where_they_came() -> None:
    ((*_, run),) = compare(["Pay 100 to Ana"], ["Pay 100 to \u202eanA\u2066"])

    assert (run.change, "⟨U+202E⟩" in run.text, "⟨U+2066⟩" in run.text) == (Change.ADDED, True, True)
    assert seen("line\nline\ttab") == "line\nline\ttab"


def test_scripts_without_spaces_are_compared_by_character() -> None:
    assert told(["学校的路开放了"], ["学校的路重新开放了"]) == [
        [("same", "学校的路"), ("added", "重新"), ("same", "开放了")],
    ]


@given(before=TEXTS, after=TEXTS)
def test_nothing_is_lost_and_nothing_is_made_up(before: list[str], after: list[str]) -> None:
    blocks = compare(before, after)
    if before == after:
        assert blocks == ()
        return
    runs = [run for block in blocks for run in block]
    assert {Change.ADDED, Change.REMOVED} & {run.change for run in runs}
    if Change.LEFT_OUT not in {run.change for run in runs}:
        assert _letters(run.text for run in runs if run.change is not Change.REMOVED) == _letters(after)
        assert _letters(run.text for run in runs if run.change is not Change.ADDED) == _letters(before)


def _letters(texts: Iterable[str]) -> str:
    return "".join("".join(texts).split())


def test_no_text_keeps_the_page_waiting() -> None:
    """Two megabytes of one word, a hundred thousand paragraphs, two texts that share nothing."""
    pairs = [
        (["a " * 500_000], ["a " * 500_001]),
        (["a"] * 100_000, ["a", "b"] * 50_000),
        (["ab " * 540], ["ba " * 540]),
        (["x" * 2_000_000], ["y" * 2_000_000]),
    ]
    started = time.process_time()

    for before, after in pairs:
        assert compare(before, after)

    assert time.process_time() - started < 10
