"""What a thread costs is known before anybody approves it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from distributor.core.cost import cost_of
from distributor.core.counting import has_url
from distributor.core.ids import Language
from distributor.core.message import ChannelName, ThreadMaster


def test_a_post_with_a_link_costs_more_than_one_without() -> None:
    thread = ThreadMaster(channel=ChannelName.X, language=Language("en"), parts=("One.", "Two.", "See https://example.org/x"))

    cost = cost_of(thread)

    assert cost is not None
    assert (cost.posts, cost.posts_with_url, cost.usd) == (3, 1, Decimal("0.230"))
    assert str(cost) == "3 posts, about 0.23 USD (2 × 0.015 + 1 with a link × 0.200)"


@pytest.mark.parametrize(
    ("text", "has"),
    [("see example.com", True), ("you. Yes", False), ("https://example.org/x", True), ("5 p.m., e.g.", False)],
)
def test_a_bare_domain_is_a_link_and_a_full_stop_is_not(text: str, has: bool) -> None:
    assert has_url(text) is has
