"""Counted as the platforms count: twitter-text's own conformance cases, graphemes, URLs."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from distributor.core.counting import BlueskyCounter, Counter, MastodonCounter, XCounter, counter_for, graphemes, has_url
from distributor.core.message import ChannelName
from tests.conftest import absent


@pytest.mark.parametrize(
    ("group", "fewest"), [("WeightedTweetsWithDiscountedEmojiCounterTest", 16), ("UnicodeDirectionalMarkerCounterTest", 1)]
)
def test_x_counts_like_twitter_text(repo_root: Path, group: str, fewest: int) -> None:
    """The published cases of today's counting; the other weighted groups are older settings."""
    file = repo_root.parent / "shared" / "specs" / "twitter-text-validate.yml"
    if not file.exists():
        absent("twitter-text's conformance file", remedy="It lies in ../shared/specs.")
    cases = yaml.safe_load(file.read_text("utf-8"))["tests"][group]

    counted = [(case["description"], XCounter().count(case["text"])) for case in cases]
    fitting = [(case["description"], XCounter().fits(case["text"])) for case in cases]

    assert len(cases) >= fewest
    assert counted == [(case["description"], case["expected"]["weightedLength"]) for case in cases]
    assert fitting == [(case["description"], case["expected"]["valid"]) for case in cases]


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("plain", 5),
        ("“–”", 3),
        ("…", 2),
        ("€", 2),
        ("日本", 4),
        ("👩‍👩‍👧", 2),
        ("https://example.org/" + "x" * 99, 23),
        ("example.com", 23),
    ],
)
def test_what_costs_more_than_it_seems(text: str, weight: int) -> None:
    assert XCounter().count(text) == weight


def test_a_part_at_the_limit_fits_and_one_above_does_not() -> None:
    assert XCounter().fits("x" * 280)
    assert not XCounter().fits("x" * 281)
    assert not XCounter().fits("")


def test_bluesky_counts_graphemes_and_bytes() -> None:
    family = "👩‍👩‍👧"

    assert BlueskyCounter().count(family * 300) == 300
    assert not BlueskyCounter().fits(family * 300), "18 bytes each are too many together"
    assert BlueskyCounter().fits("é" * 300)


def test_mastodon_counts_every_url_as_23() -> None:
    assert MastodonCounter().count("see https://example.org/" + "x" * 200) == 27


@given(st.text(max_size=60))
def test_graphemes_are_the_whole_text(text: str) -> None:
    assert "".join(graphemes(text)) == text


_EVERYDAY = st.text(alphabet=st.characters(max_codepoint=0x2FFF) | st.sampled_from("ab.-/:é…“” \n"))


@given(
    _EVERYDAY
    | st.lists(st.sampled_from(["example.com", "a.b", "U.S.", "5.5", " ", "www.x.org/a", "#1", "1\ufe0f\u20e3", "©"])).map(
        "".join
    )
)
def test_the_short_way_of_counting_everyday_text_is_the_library_s(text: str) -> None:
    """Everyday text is not given to the library, which is slow; both must agree on every text."""
    from twitter_text import parse_tweet

    parsed = parse_tweet(text)

    assert XCounter().count(text) == parsed.weightedLength
    assert XCounter().fits(text) is parsed.valid


def test_a_character_that_x_refuses_does_not_fit() -> None:
    assert not XCounter().fits("a\ufffeb")


def test_half_a_surrogate_pair_is_counted_and_never_a_crash() -> None:
    assert XCounter().count("a\ud800") == 2


@pytest.mark.parametrize("counter", [XCounter(), BlueskyCounter(), MastodonCounter()])
@given(text=st.text(max_size=400))
def test_what_fits_is_within_the_limit_and_never_empty(counter: Counter, text: str) -> None:
    if counter.fits(text):
        assert 0 < counter.count(text) <= counter.limit


def test_e_mail_carries_no_posts() -> None:
    with pytest.raises(ValueError, match="no posts"):
        counter_for(ChannelName.EMAIL)


@pytest.mark.parametrize("text", ["a." * 15_000, "www.a.b.c.d.e.f.g " * 1_500, "https://" + "ж." * 10_000])
def test_endless_dotted_words_are_no_post_and_stop_nothing(text: str) -> None:
    """The library's time grows with the square of the dots; while it looks for domains, the whole process stands still."""
    began = time.process_time()

    assert not XCounter(limit=100_000).fits(text)
    assert XCounter().count(text) >= len(text)
    assert has_url(text)
    assert time.process_time() - began < 1


def test_a_post_may_have_many_links_and_long_rows_of_dots() -> None:
    links = "see https://www.paper.example.co.uk/a.html now. " * 20

    assert XCounter(limit=25_000).fits(links)
    assert XCounter().fits("Contents " + "." * 200 + " 3")
