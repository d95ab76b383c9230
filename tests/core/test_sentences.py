"""Sentences end where a reader says, and cuts leave together what belongs together."""

from __future__ import annotations

import pytest
from hypothesis import given

from distributor.core.counting import graphemes
from distributor.core.cuts import cuts
from distributor.core.marks import pairs
from distributor.core.sentences import folded, sentences
from tests.core.strategies import hostile


@pytest.mark.parametrize(
    "text",
    [
        "Dr. Roe spoke. | She left.",
        "It took 2.5 km of tape. | Then more.",
        "The U.S. State Department agreed. | So did No. 10.",
        "She flew to the U.S. | The trip was long.",
        "He lives on St. John St. in London. | Next.",
        "He said e.g. that. | Done.",
        "J. R. Roe agreed! | Really? | Yes.",
        "We have plan B. | It works.",
        "No. | That is wrong.",
        "They met at 5 p.m. GMT on Jan. 5. | The mayor came at 6 p.m. | It rained.",
        "Wait... what happened?",
        "“It is over. We are free.” | She wept.",
        'She said, "It is over. We are free." | Then she wept.',
        "“Why?” she asked. | Nobody knew.",
        "It was late (see p. 5. and more). | Next.",
        "It cost $3.5m. | Then more.",
        "M. Dupont est venu. | Mme. Roux aussi.",
        "« C’est fini. » | Il part.",
        "El Sr. García habló. | ¿Y la Dra. Ruiz? | También.",
        "O Sr. Silva veio. | A Dra. Costa também.",
        "Das sind z.B. Minen. | Ende.",
        "Am 3. Mai kam Prof. Dr. med. Weber. | Die 20. Konferenz endete.",
        "„Das ist gut. Sehr gut.“ | Er ging.",
        "地雷は残る。|支援が必要だ。",
        "彼は「残る。」と述べた。|次。",
        "القنابل خطيرة. | هل انتهى؟ | نعم.",
        "See https://example.org/a.b?c=d. | Then leave.",
        "Unclosed “quotation marks hold nothing. | Next.",
    ],
)
def test_sentences_end_where_a_reader_says(text: str) -> None:
    expected = tuple(piece.strip() for piece in text.split("|"))
    whole = text.replace(" | ", " ").replace("|", "")

    assert sentences(whole) == expected


@given(hostile)
def test_sentences_lose_nothing(text: str) -> None:
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())


@pytest.mark.parametrize(
    "together",
    [
        "164 members", "US$ 3 million euros", "€ 5", "20 kg", "2.5 km", "100 000 people", "30 March 2022", "10:00 a.m. GMT",
        "5 per cent", "20 square kilometres", "10 to 12 people", "two million", "Article 5", "No. 7", "§ 5", "12 Mio. Franken",
        "Dr Jane", "Dr. A. B. Roe", "Director Hector Guerra", "Director, Hector Guerra", "Minister Hans von Storch",
        "Prof. Dr. med. Weber",
        "Jane Roe", "João da Silva", "Human Rights Watch", "“two words”",
        "«deux mots»", "„zwei Worte“", '"two words"', "(two words)",
    ],
)  # fmt: skip
def test_what_belongs_together_is_not_cut(together: str) -> None:
    text = f"before this and that {together} after it and so on"
    start = text.index(together)

    clauses, words, _, _ = cuts(text)

    assert not {*range(start + 1, start + len(together))} & {*clauses, *words}
    assert start - 1 in words, "it can still be cut in front"


def test_a_quotation_that_must_be_cut_still_keeps_numbers_and_titles() -> None:
    text = "“all of the 164 members and Dr Roe know”"

    _, words, spaces, _ = cuts(text)

    assert words == ()
    assert [text[at:].split(maxsplit=1)[0] for at in spaces] == ["of", "the", "164", "and", "Dr", "know”"]


def test_a_headline_in_capitals_is_no_name() -> None:
    _, words, _, _ = cuts("Campaign Calls On Every State To Join The Treaty And Clear The Mines")

    assert len(words) > 8


def test_an_address_is_never_divided() -> None:
    text = "see https://example.org/a-b,c;d:e and go"

    assert not {at for level in cuts(text) for at in level} & {*range(5, text.index(" and"))}


@given(hostile)
def test_no_cut_divides_what_a_reader_takes_for_one_character(text: str) -> None:
    whole = folded(text)
    ends = {0}
    for one in graphemes(whole):
        ends.add(max(ends) + len(one))

    assert {at for level in cuts(whole) for at in level} <= ends


def test_marks_nest_and_an_apostrophe_closes_nothing() -> None:
    text = "‘It’s (all “his”) own’ and a “lost one"

    assert [text[a : b + 1] for a, b in pairs(text)] == ["“his”", "(all “his”)", "‘It’s (all “his”) own’"]
