"""Every channel keeps the contract."""

from __future__ import annotations

from tests.channels.contract import ChannelContract
from tests.channels.providers import EVERY, SENDGRID, X


class TestSendGrid(ChannelContract):
    provider = SENDGRID


class TestX(ChannelContract):
    provider = X


def test_every_channel_is_under_the_contract() -> None:
    assert {kind.provider for kind in ChannelContract.__subclasses__()} == set(EVERY)
