"""Who says what: a quotation keeps its speaker, and nobody is given words that nobody said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.core.quotation import with_quotations
from distributor.core.release import Paragraph, Span, plain


def quotations_in(*paragraphs: str) -> list[list[tuple[str | None, str]]]:
    blocks = with_quotations(tuple(Paragraph(text=(Span(text=words),)) for words in paragraphs))
    return [[(q.speaker, q.words) for q in block.quotations] for block in blocks if isinstance(block, Paragraph)]


@pytest.mark.parametrize(
    ("paragraph", "speaker", "words"),
    [
        ("“One two three,” said Example Aid Director, Ana Example.", "Ana Example", "One two three,"),
        ("“One two three,” said Ana Example, Director of Example Aid.", "Ana Example", "One two three,"),
        ("“One two three,” Ana Example, Director of Example Aid, said.", "Ana Example", "One two three,"),
        ("Ana Example, who leads Example Aid, said: “One two three.”", "Ana Example", "One two three."),
        ('"It works," says Dr. Jane Specimen.', "Dr. Jane Specimen", "It works,"),
        ('According to Bruno Muster, "it is a good day".', "Bruno Muster", "it is a good day"),
        ("„Wir sind froh“, sagte Bruno Muster, Sprecher.", "Bruno Muster", "Wir sind froh"),
        ("« Nous avons gagné », a déclaré Marie Exemple.", "Marie Exemple", "Nous avons gagné"),
        ("Juan Ejemplo, director, afirmó: «Es un gran día».", "Juan Ejemplo", "Es un gran día"),
        ("“We are glad,” said UN Secretary-General António Guterres in New York.", "António Guterres", "We are glad,"),
        ("“Good,” said a spokesperson.", None, "Good,"),
        ("“We welcome this,” EXAID said.", "EXAID", "We welcome this,"),
    ],
)
def test_a_quotation_is_given_to_its_speaker(paragraph: str, speaker: str | None, words: str) -> None:
    assert quotations_in(paragraph) == [[(speaker, words)]]


def test_a_surname_a_pronoun_and_the_second_half_of_a_quotation_find_the_full_name() -> None:
    found = quotations_in(
        "Ana Example leads the campaign.",
        "“One,” said Example. “Two comes after it.”",
        "She added: “Three words more.”",
    )

    assert found[1:] == [
        [("Ana Example", "One,"), ("Ana Example", "Two comes after it.")],
        [("Ana Example", "Three words more.")],
    ]


def test_a_quotation_over_two_paragraphs_has_one_speaker() -> None:
    found = quotations_in("“The first part is open and goes on.", "“The second closes,” said Ana Example.")

    assert [quotation[0][0] for quotation in found] == ["Ana Example", "Ana Example"]


def test_a_colon_announces_the_speaker_of_the_next_paragraph() -> None:
    assert quotations_in("Ana Example said:", "“This is a whole paragraph.”")[1] == [
        ("Ana Example", "This is a whole paragraph.")
    ]


def test_marks_around_a_term_are_no_quotation() -> None:
    assert quotations_in("The “Medal” type and the report “A World Of Roads Today” were shown.") == [[]]


@given(st.lists(st.text(alphabet='“”"«»„ abAB.,:said \n', max_size=60), max_size=4))
def test_words_of_a_quotation_stand_in_their_paragraph(paragraphs: list[str]) -> None:
    blocks = with_quotations(tuple(Paragraph(text=(Span(text=words),)) for words in paragraphs))

    for block in blocks:
        assert isinstance(block, Paragraph)
        assert all(quotation.words in plain(block.text) for quotation in block.quotations)
