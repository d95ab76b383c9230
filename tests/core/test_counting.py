"""Counted as the platforms count: twitter-text's own conformance cases, graphemes, URLs."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from distributor.core.counting import BlueskyCounter, MastodonCounter, XCounter, graphemes
from tests.conftest import absent


def test_x_counts_like_twitter_text(repo_root: Path) -> None:
    """The published cases of today's counting; the other weighted groups are older settings."""
    file = repo_root.parent / "shared" / "specs" / "twitter-text-validate.yml"
    if not file.exists():
        absent("twitter-text's conformance file", remedy="It lies in ../shared/specs.")
    cases = yaml.safe_load(file.read_text("utf-8"))["tests"]["WeightedTweetsWithDiscountedEmojiCounterTest"]

    counted = [(case["description"], XCounter().count(case["text"])) for case in cases]

    assert len(cases) > 15
    assert counted == [(case["description"], case["expected"]["weightedLength"]) for case in cases]


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
