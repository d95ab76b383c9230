"""Saved filters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.core.audience import Contact
from distributor.core.audience_filter import AudienceFilter, base_of, is_filter
from distributor.core.errors import BadInput
from distributor.core.ids import Language, ListName

ANA = Contact(
    address="ana@paper.example", outlet="The Paper", languages=(Language("fr-CH"), Language("de")), tags=("mines",), country="CH",
    beat="Health", is_priority=True,
)  # fmt: skip


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [
        ({"country": ["Schweiz", "FR"]}, True),
        ({"country": ["FR"]}, False),
        ({"language": ["fr"]}, True),
        ({"language": ["fr-CH"]}, True),
        ({"language": ["fr-FR"]}, False),
        ({"tag": ["Mines"]}, True),
        ({"outlet": ["the paper"], "beat": ["health"], "priority": ["yes"]}, True),
        ({"outlet": ["the paper"], "beat": ["sports"]}, False),
    ],
)
def test_of_one_field_any_of_several_all_must_fit(wanted: dict[str, list[str]], fits: bool) -> None:
    assert AudienceFilter.of("press", wanted).fits(ANA) is fits


def test_the_text_is_the_same_however_it_was_asked_for() -> None:
    one = AudienceFilter.of("Press", {"language": ["FR", "de"], "country": ["Switzerland"]})
    other = AudienceFilter.of("press", {"country": ["ch"], "language": ["de", "fr", "fr"]})

    assert str(one) == str(other) == "press?country=CH&language=de,fr"
    assert AudienceFilter.parse(str(one)) == one
    assert is_filter(str(one))
    assert not is_filter("press")
    assert base_of(ListName(str(one))) == "press"


@pytest.mark.parametrize(
    "wanted",
    [{}, {"country": []}, {"shoe": ["42"]}, {"country": ["Atlantis"]}, {"beat": ["a&b"]}, {"tag": [" "]}, {"outlet": ["a,b"]}],
)
def test_what_cannot_be_filtered_by_is_refused(wanted: dict[str, list[str]]) -> None:
    with pytest.raises(BadInput):
        AudienceFilter.of("press", wanted)


@given(st.text(max_size=80))
def test_no_text_whatever_gives_anything_but_a_filter_or_bad_input(text: str) -> None:
    try:
        found = AudienceFilter.parse(text)
    except BadInput:
        return
    assert AudienceFilter.parse(str(found)) == found
